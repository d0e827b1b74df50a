"""Which of a million results may be meant by a document: a few hundred, found by what an index can find."""

from __future__ import annotations

import datetime as dt
import json
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import fuzz
from sqlalchemy import ARRAY, Integer, Select, TableValuedAlias, cast, column, func, select, true
from sqlalchemy.orm import Session

from sohoa.catalogue.models import Dossier, Result, SubjectKey
from sohoa.catalogue.subjects import MOST_WITH_A_KEY, subject_keys
from sohoa.register.link import Claim
from sohoa.register.normalise import fold_code
from sohoa.register.slips import misread_numbers

_MOST_BY_CODE = 200
_MOST_OF_A_TIME = 800
_MOST_BY_SUBJECT = 1200
_MOST_WORDS_OF_TEXT = 120  # the head and first paragraphs of a document

# How far being found by a block speaks for a result, so that only the best are compared word by word.
_BY_CODE, _BY_MISREAD_CODE, _BY_DAY, _BY_DOSSIER, _BY_SUBJECT = 4.0, 2.0, 2.0, 6.0, 6.0


def find_possible(session: Session, claim: Claim, limit: int) -> list[int]:
    """Ids of at most `limit` results that share something telling with the claim, the likeliest first."""
    by_facts: defaultdict[int, float] = defaultdict(float)
    by_subject = _with_rare_words(session, claim)
    for weight, query in _by_facts(claim):
        for result_id, subject in session.execute(query):
            by_facts[result_id] += weight
            by_subject[result_id] = max(by_subject.get(result_id, 0.0), _roughly_alike(claim.subject, subject))
    weights = {one: by_facts.get(one, 0.0) + _BY_SUBJECT * share for one, share in by_subject.items()}
    return sorted(weights, key=lambda one: (-weights[one], one))[:limit]


def _by_facts(claim: Claim) -> Iterable[tuple[float, Select[int, str | None]]]:
    ids = select(Result.id, Result.subject)
    symbol = _folded_symbol(claim)
    of_symbol = Result.code_folded.endswith(f"/{symbol}", autoescape=True) if symbol else true()
    first, last = _days(claim)
    if claim.number and symbol:
        number = claim.number.lstrip("0")
        yield _BY_CODE, ids.where(Result.code_folded == f"{number}/{symbol}").limit(_MOST_BY_CODE)
        if first is not None and last is not None:
            codes = [f"{other}/{symbol}" for other in misread_numbers(number)]
            that_year = Result.issued_on.between(dt.date(first.year, 1, 1), dt.date(last.year, 12, 31))
            yield _BY_MISREAD_CODE, ids.where(Result.code_folded.in_(codes), that_year).limit(_MOST_BY_CODE)
    if claim.issued_on:
        yield _BY_DAY, ids.where(Result.issued_on == claim.issued_on, of_symbol).limit(_MOST_OF_A_TIME)
    elif claim.issued_month and first is not None:
        yield _BY_DAY, ids.where(Result.issued_on.between(first, last), of_symbol).limit(_MOST_OF_A_TIME)
    if claim.dossier_code:
        of_dossier = ids.join(Dossier, Dossier.result_id == Result.id).where(Dossier.code == claim.dossier_code)
        yield _BY_DOSSIER, of_dossier.limit(_MOST_BY_CODE)


def _days(claim: Claim) -> tuple[dt.date | None, dt.date | None]:
    """The first and last day on which a document may have been issued, by what was read of its date."""
    if claim.issued_on is not None or claim.issued_year is None:
        return claim.issued_on, claim.issued_on
    first, last = claim.issued_month or 1, claim.issued_month or 12
    return dt.date(claim.issued_year, first, 1), dt.date(
        claim.issued_year, last, monthrange(claim.issued_year, last)[1]
    )


def _folded_symbol(claim: Claim) -> str | None:
    code = fold_code(f"1/{claim.notation}") if claim.notation else None
    return code.partition("/")[2] if code else None


def _claimed_keys(claim: Claim) -> list[int]:
    """Keys of the subject, and of the head of the text for what the register adds to a bare one."""
    head = " ".join(claim.text.split(maxsplit=_MOST_WORDS_OF_TEXT)[:_MOST_WORDS_OF_TEXT])
    return sorted(subject_keys(claim.subject) | subject_keys(head))


def _as_table(session: Session, keys: list[int]) -> TableValuedAlias:
    """The keys as a table of one column, handed over as one parameter."""
    if session.get_bind().dialect.name == "postgresql":
        asked = func.unnest(cast(keys, ARRAY(Integer))).table_valued(column("value", Integer), name="asked")
        return asked.render_derived()
    return func.json_each(json.dumps(keys)).table_valued(column("value", Integer), name="asked")


def _with_rare_words(session: Session, claim: Claim) -> dict[int, float]:
    """Results that share three words in a row with the document that few others do: id → 0–1, rarer is more."""
    keys = _claimed_keys(claim)
    if not keys:
        return {}
    asked = _as_table(session, keys)
    sharing = select(SubjectKey.result_id).where(SubjectKey.key == asked.c.value).limit(MOST_WITH_A_KEY + 1)
    n_sharing = select(func.count()).select_from(sharing.correlate(asked).subquery()).scalar_subquery()
    counted = session.execute(select(asked.c.value.label("key"), n_sharing.label("n"))).all()
    shares: dict[int, float] = {}
    total = 0
    for n, key in sorted((row.n, row.key) for row in counted if 0 < row.n <= MOST_WITH_A_KEY):
        total += n
        if total > _MOST_BY_SUBJECT:
            break
        shares[key] = 1 / n
    whole = max(1.0, sum(shares.values()))
    found: defaultdict[int, float] = defaultdict(float)
    for key, result_id in session.execute(
        select(SubjectKey.key, SubjectKey.result_id).where(SubjectKey.key.in_(shares))
    ):
        found[result_id] += shares[key] / whole
    return found


def _roughly_alike(printed: str | None, registered: str | None) -> float:
    """How like two subjects are as they stand, 0–1: quick enough for hundreds."""
    return fuzz.ratio(printed, registered) / 100 if printed and registered else 0.0
