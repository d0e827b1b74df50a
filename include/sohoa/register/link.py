"""From a record to the one result of the register that it is a copy of; never a guess."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from sohoa.catalogue.models import Document, Dossier, Result
from sohoa.register.agencies import same_agency
from sohoa.register.content import AGREES, REFUSES, Content
from sohoa.register.normalise import fold_code
from sohoa.register.slips import is_misread_code, is_one_digit

_RIVAL_AHEAD = 0.005


@dataclass(frozen=True)
class Claim:
    """What a document says of itself.

    Attributes:
        number: as printed.
        notation: the symbol after the slash.
        issued_on: its date.
        issuer: the agency's name.
        subject: trích yếu as read.
        dossier_code: read on the page or given by the manifest.
        text: all that was read, for what the register's subject says beyond the printed one.
        issued_year: the printed year of a date whose day is not known; candidates only.
        issued_month: its printed month, 1-12; candidates only.
    """

    number: str | None
    notation: str | None
    issued_on: dt.date | None
    issuer: str | None
    subject: str | None
    dossier_code: str | None
    text: str = ""
    issued_year: int | None = None
    issued_month: int | None = None

    @classmethod
    def of(cls, document: Document) -> Claim:
        """What was read of a document."""
        return cls(
            document.code_number,
            document.code_notation,
            document.issued_on,
            document.issuer,
            document.subject,
            document.dossier_code,
            document.text or "",
        )


@dataclass(frozen=True)
class Link:
    """The result that a document is a copy of, or the reason why there is none (a code of the `reason` messages)."""

    result_id: int | None
    reason: str | None = None


def link(session: Session, claim: Claim) -> Link:
    """Link a document to the register (design.md §7, Identity).

    Number, symbol and date must name exactly one result; subject, issuer and dossier code may confirm or refuse
    it, and so may a neighbour of the same day whose subject fits better. Any doubt is a reason for review.
    """
    if claim.number is None or claim.notation is None or claim.issued_on is None:
        return Link(None, "link_incomplete")
    code = fold_code(f"{claim.number}/{claim.notation}")
    named = session.scalars(
        select(Result).where(Result.code_folded == code, Result.issued_on == claim.issued_on).order_by(Result.id)
    ).all()
    if not named:
        return Link(None, "no_register_row")
    content = Content.of(claim.subject, claim.text)
    chosen = _only_one(named, content)
    if chosen is None:
        return Link(None, "link_ambiguous")
    refusal = _refusal(session, chosen, claim, content, code)
    return Link(None, refusal) if refusal else Link(chosen.id)


def _only_one(named: Sequence[Result], content: Content) -> Result | None:
    """The only result, or the only one whose subject fits where several units share number and date."""
    if len(named) == 1:
        return named[0]
    likeness = [content.likeness(result.subject) for result in named]
    fitting = [index for index, like in enumerate(likeness) if like is not None and like >= AGREES]
    # A row without subject may be the very one.
    possible = [index for index, like in enumerate(likeness) if like is None or like >= REFUSES]
    return named[fitting[0]] if len(fitting) == 1 and possible == fitting else None


def _refusal(session: Session, chosen: Result, claim: Claim, content: Content, code: str | None) -> str | None:
    """Why the result named by number and date is not taken, None if nothing speaks against it."""
    if chosen.issuer and claim.issuer and not same_agency(chosen.issuer, claim.issuer):
        return "issuer_differs"
    dossiers = _dossiers(session, chosen.id)
    if claim.dossier_code and dossiers and claim.dossier_code not in dossiers:
        return "dossier_differs"
    likeness = content.likeness(chosen.subject)
    if likeness is None and claim.dossier_code not in dossiers:
        return "link_unconfirmed"
    if likeness is not None and likeness < AGREES:
        return "subject_differs"
    rivals = session.execute(
        select(Result.id, Result.subject, Result.code_folded, Result.issued_on).where(
            or_(Result.issued_on == claim.issued_on, Result.code_folded == code), Result.id != chosen.id
        )
    )
    if any(_is_rival(session, rival, chosen, likeness, claim, content) for rival in rivals):
        return "link_rival"
    return None


def _is_rival(
    session: Session,
    rival: Row[*tuple[Any, ...]],
    chosen: Result,
    likeness: float | None,
    claim: Claim,
    content: Content,
) -> bool:
    """Whether another result may be meant rather than the chosen one, which is like the document by `likeness`."""
    symbol = (chosen.code_folded or "").partition("/")[2]
    slip = is_misread_code(claim.number or "", symbol, rival.code_folded)
    slip = slip or is_one_digit(rival.issued_on, chosen.issued_on)
    other = content.likeness(rival.subject)
    if likeness is None or other is None:
        # With no two subjects to compare only the dossier can tell them apart.
        known = claim.dossier_code in _dossiers(session, chosen.id)
        return slip and not (known and claim.dossier_code not in _dossiers(session, rival.id))
    # Where one misread digit would name the other, it must fit clearly worse; any other must not fit better.
    return other > likeness + (-_RIVAL_AHEAD if slip else _RIVAL_AHEAD)


def _dossiers(session: Session, result_id: int) -> set[str | None]:
    return set(session.scalars(select(Dossier.code).where(Dossier.result_id == result_id))) - {None}
