"""Values that a person types, held to the same grammar as what is read; nothing is put right in silence."""

from __future__ import annotations

import datetime as dt
import re

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.catalogue.models import Result, Unit
from sohoa.catalogue.units import load_ruleset_units
from sohoa.folding import fold
from sohoa.messages import say
from sohoa.reading.grammar import find_dossier_code, parse_code
from sohoa.reading.grammar import parse_date as parse_printed_date
from sohoa.reading.record import FIELD_NAMES, FURTHER_FIELD_NAMES
from sohoa.reading.types import OFFICIAL_LETTER, TYPES
from sohoa.register.cells import MAX_TEXT, parse_date
from sohoa.register.normalise import clean_text
from sohoa.review.errors import WrongValue

KEY_FIELDS = ("code_number", "code_notation", "issued_on", "issuer")
"""Fields without which nothing is accepted; the link is the fifth thing that must be right."""

CORRECTABLE = (*FIELD_NAMES, *FURTHER_FIELD_NAMES)
"""Fields that a person can set."""

_NEVER_EMPTY = (*KEY_FIELDS, "doc_type")
_DAYS = ("valid_from", "valid_until", "annex_date")
_NUMBER = re.compile(r"[0-9]{1,6}")
_FIRST_DAY = dt.date(1945, 9, 2)  # no document of the State is older
_SUGGESTED = 3
_WORTH_SUGGESTING = 60


def parse_value(session: Session, field: str, typed: str, claimed_on: dt.date | None, language: str) -> str | None:
    """The value of a field as the catalogue keeps it, from what a person typed; None where it is emptied.

    Args:
        session: for the agencies that the catalogue knows.
        field: one of `CORRECTABLE`.
        typed: numbers as printed; lists with one item a line; days as 24/02/2022, 2022-02-24 or
            "ngày 24 tháng 02 năm 2022".
        claimed_on: day on which the scan was handed in: nothing is issued later.
        language: of the error.

    Raises:
        WrongValue: no such field, or no such value; says what is expected.
    """
    if field not in CORRECTABLE:
        raise WrongValue(say("review.no_field", language, field=field, fields=", ".join(CORRECTABLE)))
    text = "\n".join(filter(None, map(clean_text, typed.splitlines() if field in FURTHER_FIELD_NAMES else [typed])))
    if not text:
        if field in _NEVER_EMPTY:
            raise WrongValue(say("review.value_empty", language, field=say(f"field.{field}", language)))
        return None
    value = _parse(session, field, text, claimed_on, language)
    if value is None or len(value) > MAX_TEXT:
        key = "review.value_long" if value is not None else f"review.value_{'date' if field in _DAYS else field}"
        raise WrongValue(say(key, language, value=text[:80]))
    return value


def _parse(session: Session, field: str, text: str, claimed_on: dt.date | None, language: str) -> str | None:
    if field == "code_number":
        return text if _NUMBER.fullmatch(text) else None
    if field == "code_notation":
        return _notation(text)
    if field == "issued_on":
        return _day(text, claimed_on)
    if field in _DAYS:
        return _day(text, None)
    if field == "issuer":
        return _issuer(session, text, language)
    if field == "doc_type":
        names = [*(entry.name for entry in TYPES), OFFICIAL_LETTER]
        return next((name for name in names if fold(name) == fold(text)), None)
    if field == "dossier_code":
        return text if find_dossier_code(text) == text else None
    return text


def _notation(text: str) -> str | None:
    bare = text.lstrip("/").strip()
    # Party documents are numbered 04-NQ/TU, all others with a slash.
    codes = [parse_code(f"Số: 1{sign}{bare}") for sign in "/-"]
    # The grammar reads the beginning of a line: what stands behind the symbol would be lost.
    same = (code for code in codes if code is not None and fold("".join(bare.split())) == fold(code.notation))
    found = next(same, None)
    return found.notation if found else None


def _day(text: str, claimed_on: dt.date | None) -> str | None:
    day = parse_printed_date(text)
    if day is None:
        try:
            day = parse_date(text)
        except ValueError:
            return None
    if day is None or day < _FIRST_DAY or (claimed_on is not None and day > claimed_on):
        return None
    return day.isoformat()


def _issuer(session: Session, text: str, language: str) -> str:
    """The agency of the closed list by its name, whatever marks and capitals it is typed with."""
    names = agencies(session)
    if (name := names.get(fold(text))) is not None:
        return name
    near = process.extract(fold(text), list(names), scorer=fuzz.ratio, limit=_SUGGESTED, score_cutoff=_WORTH_SUGGESTING)
    listed = "; ".join(names[folded] for folded, _, _ in near) or "–"
    raise WrongValue(say("review.value_issuer", language, value=text[:80], near=listed))


def agencies(session: Session) -> dict[str, str]:
    """Agencies that may issue, by folded name: the ruleset's, then those that registers brought."""
    names = {fold(entry.name): entry.name for entry in load_ruleset_units() if entry.issues}
    brought = (select(Unit.name).where(Unit.source == "register"), select(Result.issuer).distinct())
    for query in brought:
        for name in session.scalars(query):
            if name:
                names.setdefault(fold(name), name)
    return names
