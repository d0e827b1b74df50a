"""`sohoa indicators forecast`: when each target will be reached, and what stands in the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from sohoa.cli.output import note, print_json, print_table
from sohoa.cli.periods import day_of
from sohoa.indicators import Forecast, TargetInYear, forecasts, load_indicators
from sohoa.indicators.forecast import WEEKS
from sohoa.indicators.wording import number, target, tenths
from sohoa.messages import say
from sohoa.settings import load_settings

_REASONS = ("not_scanned", "in_review", "quarantined", "digitised_later")


def add_to(group: typer.Typer) -> None:
    """Register the command under `sohoa indicators`."""
    group.command("forecast")(forecast)


def forecast(
    unit: Annotated[str | None, typer.Option(help="Only this unit.")] = None,
    weeks: Annotated[int, typer.Option(help="Length of the window that the pace is taken from.")] = WEEKS,
    as_of: Annotated[str | None, typer.Option(help="A day (ISO); today without it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print when each target will be reached at the present pace, and why documents are missing."""
    settings = load_settings()
    found = forecasts(settings, as_of=day_of(as_of), weeks=weeks, unit=unit)
    if as_json:
        print_json([line.as_dict() for line in found])
        return
    _print_dates(found, settings.language)
    _print_reasons(found, settings.language)
    note(say("indicator.forecast_method", settings.language, weeks=weeks))


def _print_dates(found: Sequence[Forecast], language: str) -> None:
    columns = ("code", "unit", "fraction", "target", "lacking", "pace", "need", "due", "expected", "range")
    headings = _headings(columns, language)
    day = f"{found[0].as_of:%d/%m/%Y}" if found else "–"
    rows = [
        (
            line.indicator,
            _unit(line, language),
            f"{number(line.numerator, language)} / {number(line.denominator, language)}",
            _target(line, language),
            number(line.missing, language),
            _weekly(line.pace, language),
            _weekly(line.needed_a_week, language),
            _day(line.due_on),
            _expected(line, language),
            _range(line, language),
        )
        for line in found
    ]
    print_table(say("indicator.forecast_title", language, day=day), headings, rows, right=headings[2:7])


def _print_reasons(found: Sequence[Forecast], language: str) -> None:
    """Once for each population of a unit: indicators that count the same lack the same."""
    headings = _headings(("unit", "population", *_REASONS, "not_digitised", "unsigned"), language)
    lines = {(line.unit_code, line.population): line for line in found}
    rows: list[tuple[Any, ...]] = []
    for (_, population), line in lines.items():
        reasons = [number(getattr(line.shortfall, name), language) for name in _REASONS]
        total = number(line.shortfall.total, language)
        rows.append((_unit(line, language), population, *reasons, total, say("indicator.verdict_no_data", language)))
    print_table(say("indicator.shortfall_title", language), headings, rows, right=headings[2:7])


def _headings(columns: Sequence[str], language: str) -> list[str]:
    return [say(f"indicator.column_{column}", language) for column in columns]


def _unit(line: Forecast, language: str) -> str:
    return line.unit_code or say("indicator.all_units", language)


def _target(line: Forecast, language: str) -> str | None:
    declared = load_indicators().get(line.indicator)
    return target(declared, TargetInYear(line.target, line.basis), language) if declared else None


def _expected(line: Forecast, language: str) -> str | None:
    if line.outlook.expected_on is None:
        return say(f"indicator.outlook_{line.outlook.state}", language)
    late = "" if line.on_time is not False else f" ({say('indicator.outlook_late', language)})"
    return f"{_day(line.outlook.expected_on)}{late}"


def _range(line: Forecast, language: str) -> str | None:
    if line.outlook.earliest_on is None:
        return None
    latest = _day(line.outlook.latest_on) or say("indicator.outlook_open", language)
    return f"{_day(line.outlook.earliest_on)} – {latest}"


def _day(day: dt.date | None) -> str | None:
    return None if day is None else f"{day:%d/%m/%Y}"


def _weekly(given: float | None, language: str) -> str | None:
    return None if given is None else tenths(given, language)
