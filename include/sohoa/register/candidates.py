"""Results that a document may be a copy of, for a person to choose from; nothing here is ever accepted by itself."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from sohoa.catalogue.models import Document, Dossier, Result
from sohoa.register.agencies import may_issue, same_agency
from sohoa.register.blocks import find_possible
from sohoa.register.content import AGREES, REFUSES, Content
from sohoa.register.link import Claim
from sohoa.register.normalise import fold_code
from sohoa.register.slips import is_one_digit, is_one_slip

_COMPARED = 40
_OFFERED, _SECOND = 0.95, 0.02


class Fit(StrEnum):
    """What one fact says of a document and a result."""

    SAME = "same"
    CLOSE = "close"  # one misread character, the same month, a subject read badly
    OTHER = "other"
    UNKNOWN = "unknown"  # not read, or not registered


# How much likelier an observation is for a document and its own result than for a document and any other, as
# natural logarithms that add up (Fellegi and Sunter, A Theory for Record Linkage, 1969). The shares behind them:
# how often a fact is read and registered alike, and how often two results share it by chance.
_SAYS = {
    "number": {Fit.SAME: math.log(0.95 / 0.001), Fit.CLOSE: math.log(0.04 / 0.03), Fit.OTHER: math.log(0.01 / 0.97)},
    "symbol": {Fit.SAME: math.log(0.97 / 0.20), Fit.OTHER: math.log(0.03 / 0.80)},
    "date": {Fit.SAME: math.log(0.96 / 0.0003), Fit.CLOSE: math.log(0.03 / 0.01), Fit.OTHER: math.log(0.01 / 0.99)},
    "issuer": {Fit.SAME: math.log(0.98 / 0.40), Fit.OTHER: math.log(0.02 / 0.60)},
    "dossier": {Fit.SAME: math.log(0.95 / 0.00001), Fit.OTHER: math.log(0.01 / 0.99)},
}
_SAME_MONTH, _SAME_YEAR = math.log(0.97 / 0.005), math.log(0.97 / 0.06)
_SUBJECT = (
    (REFUSES, math.log(0.02 / 0.98)),
    (AGREES, math.log(0.10 / 0.0005)),
    (1.0, math.log(0.90 / 0.00002)),
)
"""Likeness → what it says; evenly in between."""
_ABSENT = 0.1
"""Share of documents whose result the register lacks."""
_REGISTERED = 1_000_000


@dataclass(frozen=True)
class Candidate:
    """A result that may be the one.

    Attributes:
        result_id: of the register.
        score: the chance, 0–1, that it is the one, among all candidates and that the register lacks it; an estimate
            to order by, not to accept by.
        evidence: number, symbol, date, issuer, dossier, subject → what it says.
        subject_likeness: 0–1; None if there is nothing to compare.
    """

    result_id: int
    score: float
    evidence: dict[str, Fit]
    subject_likeness: float | None


def candidates(session: Session, claim: Claim, limit: int = 5) -> list[Candidate]:
    """The results that fit a document best, the best first; whatever was not read of it says nothing.

    Args:
        session: reads only.
        claim: what the document says of itself; number, date or both may be missing.
        limit: how many at most.
    """
    ids = find_possible(session, claim, _COMPARED)
    if not ids:
        return []
    rows = session.execute(
        select(Result.id, Result.code_folded, Result.issued_on, Result.issuer, Result.unit_code, Result.subject).where(
            Result.id.in_(ids)
        )
    ).all()
    dossiers = _dossiers(session, ids)
    content = Content.of(claim.subject, claim.text)
    code = _claimed_code(claim)
    compared = [_compare(claim, code, content, row, dossiers[row.id]) for row in rows]
    weights = [math.exp(_weight(claim, evidence, likeness)) for evidence, likeness in compared]
    total = sum(weights) + _REGISTERED * _ABSENT / (1 - _ABSENT)
    found = [
        Candidate(row.id, round(weight / total, 6), evidence, None if likeness is None else round(likeness, 3))
        for row, weight, (evidence, likeness) in zip(rows, weights, compared, strict=True)
    ]
    return sorted(found, key=lambda one: (-one.score, -(one.subject_likeness or 0.0), one.result_id))[:limit]


def offered(found: Sequence[Candidate]) -> Candidate | None:
    """The only candidate that fits everything that was read, with the second far behind; None if there is no such.

    It is put before a person, one key press away, and never accepted without one.
    """
    if not found or found[0].score < _OFFERED or Fit.OTHER in found[0].evidence.values():
        return None
    return found[0] if len(found) < 2 or found[1].score < _SECOND else None


def offered_key(session: Session, document: Document) -> str | None:
    """The key of the result that is offered for a document; None if there is no such."""
    best = offered(candidates(session, Claim.of(document)))
    return session.get_one(Result, best.result_id).result_key if best else None


def _dossiers(session: Session, ids: Iterable[int]) -> defaultdict[int, set[str]]:
    by_result: defaultdict[int, set[str]] = defaultdict(set)
    for result_id, code in session.execute(select(Dossier.result_id, Dossier.code).where(Dossier.result_id.in_(ids))):
        if code is not None:
            by_result[result_id].add(code)
    return by_result


def _compare(
    claim: Claim, code: tuple[str, str], content: Content, row: Row[*tuple[Any, ...]], dossiers: set[str]
) -> tuple[dict[str, Fit], float | None]:
    """What each fact says, and how like the subjects are."""
    likeness = content.likeness(row.subject)
    number, _, symbol = (row.code_folded or "").partition("/")
    evidence = {
        "number": _text_fit(code[0], number),
        "symbol": _text_fit(code[1], symbol),
        "date": _date_fit(claim, row.issued_on),
        "issuer": _issuer_fit(claim.issuer, row.issuer, row.unit_code),
        "dossier": _dossier_fit(claim.dossier_code, dossiers),
        "subject": _subject_fit(likeness),
    }
    return evidence, likeness


def _weight(claim: Claim, evidence: dict[str, Fit], likeness: float | None) -> float:
    """What all facts say together."""
    weight = sum(says.get(evidence[fact], 0.0) for fact, says in _SAYS.items())
    if likeness is not None:
        weight += _says_of_subject(likeness)
    if evidence["date"] == Fit.CLOSE and claim.issued_on is None:
        weight += (_SAME_MONTH if claim.issued_month else _SAME_YEAR) - _SAYS["date"][Fit.CLOSE]
    return weight


def _says_of_subject(likeness: float) -> float:
    if likeness <= _SUBJECT[0][0]:
        return _SUBJECT[0][1]
    (low, low_says), (high, high_says) = next(pair for pair in pairwise(_SUBJECT) if likeness <= pair[1][0])
    return low_says + (high_says - low_says) * (likeness - low) / (high - low)


def _claimed_code(claim: Claim) -> tuple[str, str]:
    """Number and symbol of the claim as the register folds them, empty where they were not read."""
    folded = fold_code(f"{claim.number or 1}/{claim.notation or ''}") or ""
    number, _, symbol = folded.partition("/")
    return number if claim.number else "", symbol


def _text_fit(claimed: str, registered: str) -> Fit:
    if not claimed or not registered:
        return Fit.UNKNOWN
    if claimed == registered:
        return Fit.SAME
    return Fit.CLOSE if is_one_slip(claimed, registered) else Fit.OTHER


def _date_fit(claim: Claim, registered: dt.date | None) -> Fit:
    if registered is None or (claim.issued_on is None and claim.issued_year is None):
        return Fit.UNKNOWN
    if claim.issued_on == registered:
        return Fit.SAME
    if claim.issued_on is not None:
        return Fit.CLOSE if is_one_digit(claim.issued_on, registered) else Fit.OTHER
    fits = claim.issued_year == registered.year and claim.issued_month in (None, registered.month)
    return Fit.CLOSE if fits else Fit.OTHER


def _issuer_fit(claimed: str | None, registered: str | None, unit_code: str) -> Fit:
    if not claimed:
        return Fit.UNKNOWN
    fits = same_agency(claimed, registered) if registered else may_issue(claimed, unit_code)
    return Fit.UNKNOWN if fits is None else Fit.SAME if fits else Fit.OTHER


def _dossier_fit(claimed: str | None, registered: set[str]) -> Fit:
    if not claimed or not registered:
        return Fit.UNKNOWN
    return Fit.SAME if claimed in registered else Fit.OTHER


def _subject_fit(likeness: float | None) -> Fit:
    if likeness is None:
        return Fit.UNKNOWN
    return Fit.SAME if likeness >= AGREES else Fit.CLOSE if likeness >= REFUSES else Fit.OTHER
