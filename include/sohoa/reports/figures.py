"""The figures of a report as plain data: measured once, then frozen, compared and rendered from this alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Unit
from sohoa.catalogue.units import load_ruleset_units
from sohoa.errors import SohoaError
from sohoa.indicators import (
    HeadlinePath,
    Level,
    Period,
    Standing,
    headline_path,
    make_period,
    standings_by_unit,
)
from sohoa.indicators import standings as standings_of_scope
from sohoa.indicators.headline import FIRST_YEAR, indicator_of_year
from sohoa.indicators.scopes import MINISTRY
from sohoa.indicators.wording import fraction, name, number, target, value, verdict
from sohoa.messages import say
from sohoa.reports.periods import days_of, period_text
from sohoa.settings import Settings

SCHEMA = 1


def measure(settings: Settings, period: Period, unit: str | None = None) -> dict[str, Any]:
    """Every indicator of the source documents in a period, by the functions that all other pages use.

    Args:
        settings: Where the catalogue is; its language is that of the report.
        period: Of the report.
        unit: Of one unit; None for the Ministry as a whole.

    Returns:
        JSON data: `scope`, `period`, `headline_code`, `summary`, `indicators` (figure, target, gap and basis, or what
        is missing; with the words for it), `units`, `headline` (the path up to the last year that is over), `notes`.

    Raises:
        SohoaError: nobody has heard of the unit.
    """
    language = settings.language
    by_unit = standings_by_unit(settings, period)
    whole = [some[0] for some in by_unit] if unit is None else standings_of_scope(settings, period, unit)
    code = indicator_of_year(max(period.year, FIRST_YEAR))
    with reading(settings.catalogue_url) as session:
        names = {found.code: found.name for found in session.scalars(select(Unit))}
        scope = _scope(session, unit, language)
    indicators = [_line(one, language) for one in whole]
    units = [] if unit else [_of_unit(one, names, language) for some in by_unit for one in some[1:] if _is_share(one)]
    return {
        "schema": SCHEMA,
        "language": language,
        "scope": scope,
        "period": {
            "name": period.name,
            "kind": period.kind,
            "calendar": period.calendar,
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
            "year": period.year,
            "text": period_text(period, language),
            **days_of(period),
        },
        "headline_code": code,
        "summary": _summary(indicators),
        "indicators": indicators,
        "units": units,
        "headline": _headline(settings, period, unit),
        "notes": list(_notes(whole, period, language)),
    }


def canonical(data: dict[str, Any]) -> bytes:
    """The data as `data.json` holds them: the same figures are the same bytes."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False).encode()


def fingerprint(data: dict[str, Any]) -> str:
    """SHA-256 of the data."""
    return hashlib.sha256(canonical(data)).hexdigest()


def _scope(session: Session, code: str | None, language: str) -> dict[str, Any]:
    """Who reports: its names as a letterhead shows them; `symbol` None where the ruleset knows none."""
    unit = session.get(Unit, code or MINISTRY)
    if unit is None:
        raise SohoaError(say("indicator.unit_unknown", language, unit=code))
    entry = next((one for one in load_ruleset_units() if one.code == unit.code), None)
    above = session.get(Unit, unit.parent_code or MINISTRY)
    name_of = unit.name if language == "vi" else unit.name_en or unit.name
    return {
        "unit_code": code,
        "name": name_of,
        "superior": above.name if code and above and above.code != unit.code else None,
        "symbol": entry.symbol if entry else None,
    }


def _line(one: Standing, language: str) -> dict[str, Any]:
    gap = one.gap
    stated = one.target and say(f"indicator.basis_{one.target.basis}", language)
    words = {
        "name": name(one.indicator, language),
        "fraction": fraction(one.measured, language),
        "value": value(one.indicator, one.measured.value, language),
        "target": target(one.indicator, one.target and replace(one.target, basis="stated"), language),
        "basis": stated,
        "gap": _gap_text(one, gap, language),
        "verdict": verdict(one, language),
        "conclusion": say(f"indicator.verdict_{one.verdict}", language),
        "status": say(f"indicator.status_{one.indicator.status}", language),
        "needs": one.indicator.needs.vi if language == "vi" else one.indicator.needs.en,
    }
    cited = [f"{source.document} {source.section}" for source in one.indicator.sources]
    facts = {**one.as_dict(), "gap": gap, "n_unknown": one.measured.n_unknown, "sources": cited}
    return {**facts, "words": words}


def _gap_text(one: Standing, gap: float | None, language: str) -> str | None:
    if gap is None:
        return None
    if gap <= 0:
        return say("report.reached", language)
    if one.indicator.unit == "share":
        return say("report.gap_share", language, value=number(round(gap * 100, 2), language))
    return value(one.indicator, gap, language)


def _is_share(one: Standing) -> bool:
    return one.indicator.unit == "share" and one.measured.denominator is not None


def _of_unit(one: Standing, names: dict[str, str], language: str) -> dict[str, Any]:
    code = one.measured.unit_code or ""
    return {"unit_name": names.get(code, code), **_line(one, language)}


def _summary(indicators: Sequence[dict[str, Any]]) -> dict[str, int]:
    verdicts = [one["verdict"] for one in indicators]
    no_data = verdicts.count("no_data")
    met, missed = verdicts.count("met"), verdicts.count("missed")
    computed = len(verdicts) - no_data
    return {
        "total": len(verdicts),
        "computed": computed,
        "met": met,
        "missed": missed,
        "open": computed - met - missed,
        "no_data": no_data,
    }


def _headline(settings: Settings, period: Period, unit: str | None) -> dict[str, Any] | None:
    """The path over the years that are over when the period ends; None before the first of them is."""
    calendar = period.calendar
    over = [
        year for year in range(FIRST_YEAR, period.year + 1) if make_period("year", year, 1, calendar).end <= period.end
    ]
    if not over:
        return None
    path: HeadlinePath = headline_path(settings, max(over), calendar=calendar, unit=unit)
    return json.loads(json.dumps(path.as_dict(), default=str))  # type: ignore[no-any-return]


def _notes(whole: Sequence[Standing], period: Period, language: str) -> Iterator[str]:
    """How it is counted, and each contradiction of the source documents (domain.md §1.3) that bears on the period."""
    yield say("report.note_period", language)
    if period.kind == "range":
        yield say("report.note_range", language, year=period.year)
    if period.year == 2022:
        yield say("report.note_goal_2022", language)
    yield say("report.note_usable", language)
    for one in whole:
        if one.measured.value is not None:
            yield from _notes_on(one, language)


def _notes_on(one: Standing, language: str) -> Iterator[str]:
    code, wanted, floors = one.indicator.code, one.target, one.indicator.floors
    if one.indicator.note and language == "vi":
        yield f"{code}: {one.indicator.note}"
    if wanted is not None and wanted.relative is not None:
        yield say("report.note_relative", language, code=code, value=value(one.indicator, wanted.relative, language))
    if wanted is not None and wanted.basis == "assumed_base":
        yield say("report.note_base_assumed", language, code=code)
    if floors is not None and floors.year == one.period.year:
        shares = {level: value(one.indicator, floors.of(level), language) for level in get_args(Level)}
        told = say("indicator.floors", language, source=floors.source, year=floors.year, **shares)
        yield say("report.note_floors", language, code=code, floors=told)
    for beside in one.measured.beside:
        counted = f"{number(beside.numerator, language)} / {number(beside.denominator, language)}"
        share = value(one.indicator, beside.value, language)
        words = {"code": code, "reading": say(beside.reading, language)}
        yield say("report.note_beside", language, **words, fraction=counted, value=share or "–")
