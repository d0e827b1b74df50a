"""From a record to the one result of the register that it is a copy of; never a guess."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sohoa.catalogue.models import Dossier, Result
from sohoa.folding import fold
from sohoa.register.normalise import fold_code

_SUBJECT_AGREES = 0.75
_SUBJECT_REFUSES = 0.60
_RIVAL_AHEAD = 0.005
_ABOUT = re.compile(r"^\W*(V/V|VE VIEC)\W+")


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
    """

    number: str | None
    notation: str | None
    issued_on: dt.date | None
    issuer: str | None
    subject: str | None
    dossier_code: str | None


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
    chosen = _only_one(named, claim)
    if chosen is None:
        return Link(None, "link_ambiguous")
    refusal = _refusal(session, chosen, claim, code)
    return Link(None, refusal) if refusal else Link(chosen.id)


def _only_one(named: Sequence[Result], claim: Claim) -> Result | None:
    """The only result, or the only one whose subject fits where several units share number and date."""
    if len(named) == 1:
        return named[0]
    likeness = sorted(((_likeness(claim.subject, result.subject), result.id) for result in named), reverse=True)
    best, second = likeness[0], likeness[1]
    if best[0] is not None and best[0] >= _SUBJECT_AGREES and (second[0] or 0.0) < _SUBJECT_REFUSES:
        return next(result for result in named if result.id == best[1])
    return None


def _refusal(session: Session, chosen: Result, claim: Claim, code: str | None) -> str | None:
    """Why the result named by number and date is not taken, None if nothing speaks against it."""
    if chosen.issuer and claim.issuer and fold(chosen.issuer) != fold(claim.issuer):
        return "issuer_differs"
    dossiers = set(session.scalars(select(Dossier.code).where(Dossier.result_id == chosen.id))) - {None}
    if claim.dossier_code and dossiers and claim.dossier_code not in dossiers:
        return "dossier_differs"
    likeness = _likeness(claim.subject, chosen.subject)
    if likeness is None:
        return None if claim.dossier_code in dossiers else "link_unconfirmed"
    if likeness < _SUBJECT_AGREES:
        return "subject_differs"
    rivals = session.scalars(
        select(Result.subject).where(
            or_(Result.issued_on == claim.issued_on, Result.code_folded == code), Result.id != chosen.id
        )
    )
    closest = max((_likeness(claim.subject, rival) or 0.0 for rival in rivals), default=0.0)
    return "link_rival" if closest > likeness + _RIVAL_AHEAD else None


def _likeness(read: str | None, registered: str | None) -> float | None:
    """How alike two subjects are, 0–1, without marks, case and punctuation; None if one is missing."""
    if not read or not registered:
        return None
    return fuzz.ratio(_bare(read), _bare(registered)) / 100


def _bare(text: str) -> str:
    return re.sub(r"[^A-Z0-9]+", " ", _ABOUT.sub("", fold(text))).strip()
