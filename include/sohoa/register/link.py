"""From a record to the one result of the register that it is a copy of; never a guess."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sohoa.catalogue.models import Dossier, Result
from sohoa.folding import fold
from sohoa.register.normalise import fold_code

_SUBJECT_AGREES = 0.88  # OCR leaves 0.95 and more; two awards of one day differ in a name
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
        text: all that was read, for what the register's subject says beyond the printed one.
    """

    number: str | None
    notation: str | None
    issued_on: dt.date | None
    issuer: str | None
    subject: str | None
    dossier_code: str | None
    text: str = ""


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
    content = _content(claim)
    chosen = _only_one(named, content)
    if chosen is None:
        return Link(None, "link_ambiguous")
    refusal = _refusal(session, chosen, claim, content, code)
    return Link(None, refusal) if refusal else Link(chosen.id)


@dataclass(frozen=True)
class _Content:
    """What a document is about, ready to be compared: its bare subject, and the word pairs of its whole text."""

    subject: str
    pairs: frozenset[tuple[str, str]]

    def likeness(self, registered: str | None) -> float | None:
        """How well a document fits a registered subject, 0–1; None if the register has none or nothing was read.

        Either the printed subject is like it, or its words stand in the document in this order: registers add to
        a certificate's title whom it was given to.
        """
        wanted = _bare(registered or "")
        if not wanted or not (self.subject or self.pairs):
            return None
        printed = fuzz.ratio(self.subject, wanted) / 100
        pairs = list(pairwise(wanted.split()))
        contained = sum(pair in self.pairs for pair in pairs) / len(pairs) if pairs else 0.0
        return max(printed, contained)


def _content(claim: Claim) -> _Content:
    return _Content(_bare(claim.subject or ""), frozenset(pairwise(_bare(claim.text).split())))


def _only_one(named: Sequence[Result], content: _Content) -> Result | None:
    """The only result, or the only one whose subject fits where several units share number and date."""
    if len(named) == 1:
        return named[0]
    likeness = [content.likeness(result.subject) for result in named]
    fitting = [index for index, like in enumerate(likeness) if like is not None and like >= _SUBJECT_AGREES]
    # A row without subject may be the very one.
    possible = [index for index, like in enumerate(likeness) if like is None or like >= _SUBJECT_REFUSES]
    return named[fitting[0]] if len(fitting) == 1 and possible == fitting else None


def _refusal(session: Session, chosen: Result, claim: Claim, content: _Content, code: str | None) -> str | None:
    """Why the result named by number and date is not taken, None if nothing speaks against it."""
    if chosen.issuer and claim.issuer and fold(chosen.issuer) != fold(claim.issuer):
        return "issuer_differs"
    dossiers = set(session.scalars(select(Dossier.code).where(Dossier.result_id == chosen.id))) - {None}
    if claim.dossier_code and dossiers and claim.dossier_code not in dossiers:
        return "dossier_differs"
    likeness = content.likeness(chosen.subject)
    if likeness is None:
        return None if claim.dossier_code in dossiers else "link_unconfirmed"
    if likeness < _SUBJECT_AGREES:
        return "subject_differs"
    rivals = session.execute(
        select(Result.subject, Result.code_folded).where(
            or_(Result.issued_on == claim.issued_on, Result.code_folded == code), Result.id != chosen.id
        )
    )
    for subject, rival_code in rivals:
        # Where one misread digit would name the other, it must fit clearly worse; any other must not fit better.
        margin = -_RIVAL_AHEAD if Levenshtein.distance(rival_code or "", code or "") == 1 else _RIVAL_AHEAD
        if (content.likeness(subject) or 0.0) > likeness + margin:
            return "link_rival"
    return None


def _bare(text: str) -> str:
    return re.sub(r"[^A-Z0-9]+", " ", _ABOUT.sub("", fold(text))).strip()
