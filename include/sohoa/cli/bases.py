"""`sohoa indicators base` and `approve-base`: what "+20 points a year" grows from."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Annotated, Any

import typer

from sohoa.cli.output import NEEDS_PERSON, WRONG_USE, note, print_json, print_table, problem
from sohoa.cli.periods import CalendarName, calendar_of
from sohoa.errors import SohoaError
from sohoa.indicators import (
    BaseStanding,
    DeclaredIndicator,
    approve_measured_base,
    base_standing,
    base_standings,
    load_indicators,
)
from sohoa.indicators.wording import fraction, value
from sohoa.messages import say
from sohoa.settings import LOCAL_TIME, Settings, load_settings

_FIGURE = re.compile(r"(\d{1,12})/(\d{1,12})", re.ASCII)


def add_to(group: typer.Typer) -> None:
    """Register the commands under `sohoa indicators`."""
    group.command("base")(base)
    group.command("approve-base")(approve)


def base(
    calendar: CalendarName = "civil", as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Print what each growing target grows from: approved, assumed, or nothing yet."""
    settings = load_settings()
    found = base_standings(settings, calendar_of(calendar))
    if as_json:
        print_json([_plain(one) for one in found])
        return
    columns = ("code", "base", "basis", "approved_by", "approved_on", "measured_now")
    headings = [say(f"indicator.column_{column}", settings.language) for column in columns]
    title = say("indicator.base_title", settings.language)
    print_table(title, headings, [_row(one, settings.language) for one in found], right=[headings[1], headings[5]])


def approve(
    indicator: Annotated[str, typer.Argument(help="T04a …")] = "T04a",
    figure: Annotated[
        str | None, typer.Option(help="What you approve: numerator/denominator, as the report has it.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who approves it.")] = "",
    calendar: CalendarName = "civil",
) -> None:
    """Freeze the measured share of 2022 as the base; without --figure, say what would be approved."""
    settings = load_settings()
    known = calendar_of(calendar)
    if figure is None:
        standing = base_standing(settings, indicator, known)
        print(_told("indicator.base_to_approve", standing, settings, calendar=known))
        raise typer.Exit(NEEDS_PERSON)
    match = _FIGURE.fullmatch(figure.strip())
    if match is None:
        problem(say("indicator.figure_unreadable", settings.language))
        raise typer.Exit(WRONG_USE)
    counted = (int(match[1]), int(match[2]))
    standing = approve_measured_base(settings, indicator, counted, calendar=known, approved_by=by)
    note(_told("indicator.base_approved", standing, settings, by=by))


def _told(key: str, standing: BaseStanding, settings: Settings, **values: str) -> str:
    """A message about the measured share; why there is none, where there is none."""
    language, measured = settings.language, standing.measured
    names = {"indicator": standing.indicator, "year": standing.year}
    if measured.numerator is None or not measured.denominator:
        raise SohoaError(say("indicator.base_unmeasured", language, **names, missing=standing.missing))
    share = value(_declared(standing), measured.value, language)
    counted = f"{measured.numerator:.0f}/{measured.denominator:.0f}"
    return say(key, language, **names, measured=counted, share=share, **values)


def _row(standing: BaseStanding, language: str) -> tuple[Any, ...]:
    found, measured = standing.base, standing.measured
    now = fraction(measured, language) if measured.value is not None else standing.missing
    if found is None:
        return standing.indicator, None, None, None, None, now
    approved_on = found.approved_at and f"{found.approved_at.astimezone(LOCAL_TIME):%d/%m/%Y}"
    basis = say(f"indicator.basis_{found.basis}", language)
    share = value(_declared(standing), found.value, language)
    return standing.indicator, share, basis, found.approved_by, approved_on, now


def _plain(standing: BaseStanding) -> dict[str, Any]:
    found = standing.base
    return {
        "indicator": standing.indicator,
        "year": standing.year,
        "calendar": standing.calendar,
        "base": found and {**asdict(found), "value": float(found.value)},
        "measured": standing.measured.as_dict(),
        "missing": standing.missing,
    }


def _declared(standing: BaseStanding) -> DeclaredIndicator:
    found = load_indicators().get(standing.indicator)
    if found is None:
        raise ValueError(f"{standing.indicator} is not in the ruleset")
    return found
