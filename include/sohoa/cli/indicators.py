"""`sohoa indicators`: the digitisation rates; `list` and `show`: every target of the source documents."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from sohoa.cli import bases, forecast
from sohoa.cli.output import print_json, print_table
from sohoa.cli.periods import CalendarName, calendar_of, day_of, period_of
from sohoa.cli.standings import declared_table, print_indicator, print_standings
from sohoa.errors import SohoaError
from sohoa.indicators import (
    Rate,
    compute_rates,
    headline_path,
    standings,
    standings_of,
    today,
)
from sohoa.indicators.headline_picture import Form, Language, headline_picture
from sohoa.settings import load_settings

PeriodName = Annotated[str | None, typer.Option("--period", help="2022, 2022Q3 or 2022H1; this year without it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_FIELDS = ("indicator", "unit_code", "period", "as_of", "numerator", "denominator", "rate", "target", "gap", "met")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(invoke_without_command=True)
    group.callback()(indicators)
    for name, command in (("list", list_), ("show", show), ("headline", headline)):
        group.command(name)(command)
    bases.add_to(group)
    forecast.add_to(group)
    app.add_typer(group, name="indicators")


def indicators(
    context: typer.Context,
    as_of: Annotated[str | None, typer.Option(help="A day (ISO); today without it.")] = None,
    period: Annotated[str | None, typer.Option(help="2022, 2022Q3 or 2022H1.")] = None,
    calendar: CalendarName = "civil",
    unit: Annotated[str | None, typer.Option(help="Only this unit.")] = None,
    form: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
) -> None:
    """Print digitisation rates against their legal targets."""
    if context.invoked_subcommand is not None:
        return
    if as_of and period:
        raise typer.BadParameter("give --as-of or --period, not both")
    if form not in ("table", "json", "csv"):
        raise typer.BadParameter(f"{form} is none of table, json, csv", param_hint="--format")
    day = day_of(as_of)
    chosen = period_of(period, calendar) if period else None
    rates = compute_rates(load_settings(), period=chosen, as_of=day, unit=unit)
    _print(rates, form)


def list_(
    period: PeriodName = None,
    calendar: CalendarName = "civil",
    unit: Annotated[str | None, typer.Option(help="Only this unit.")] = None,
    as_json: AsJson = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print what is declared, as a table for the docs.")
    ] = False,
) -> None:
    """Print every indicator of the source documents: figure against target, or what is missing."""
    settings = load_settings()
    if markdown:
        print(declared_table(settings.language))
        return
    chosen = period_of(period or str(today().year), calendar)
    lines = standings(settings, chosen, unit)
    if as_json:
        print_json([line.as_dict() for line in lines])
    else:
        print_standings(lines, chosen, settings.language)


def show(
    indicator: Annotated[str, typer.Argument(help="T06, Q766-4.2 …")],
    period: PeriodName = None,
    calendar: CalendarName = "civil",
    as_json: AsJson = False,
) -> None:
    """Print one indicator: its sources, and its figure of all units together and of each."""
    settings = load_settings()
    chosen = period_of(period or str(today().year), calendar)
    lines = standings_of(settings, indicator, chosen)
    if as_json:
        print_json({**lines[0].indicator.model_dump(mode="json"), "standings": [line.as_dict() for line in lines]})
    else:
        print_indicator(lines, chosen, settings.language)


def headline(
    last_year: Annotated[int, typer.Option(min=2022, max=2100, help="Last year of the path.")] = 2026,
    calendar: CalendarName = "civil",
    unit: Annotated[str | None, typer.Option(help="Only this unit.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw it into this file: .svg or .png.")] = None,
    language: Annotated[str | None, typer.Option(help="Of the picture: vi or en.")] = None,
) -> None:
    """Print the headline path as JSON: 2021 T01, 2022 T02, then T04a, with the breaks of population."""
    settings = load_settings()
    known = calendar_of(calendar)
    form = _picture_form(picture) if picture else None
    spoken = _language(language or settings.language)
    path = headline_path(settings, last_year, calendar=known, unit=unit)
    if picture is None or form is None:
        print_json(path.as_dict())
    else:
        try:
            picture.write_bytes(headline_picture(path, form=form, language=spoken))
        except OSError as error:
            raise SohoaError(f"{picture} cannot be written: {error.strerror}") from error


def _picture_form(picture: Path) -> Form:
    form = next((one for one in get_args(Form) if picture.suffix.lower() == f".{one}"), None)
    if form is None:
        raise typer.BadParameter("a picture is a file .svg or .png", param_hint="--picture")
    return form  # type: ignore[no-any-return]


def _language(name: str) -> Language:
    language = next((one for one in get_args(Language) if one == name), None)
    if language is None:
        raise typer.BadParameter(f"{name} is none of vi, en", param_hint="--language")
    return language  # type: ignore[no-any-return]


def _print(rates: list[Rate], form: str) -> None:
    rows = [_plain(rate) for rate in rates]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else _FIELDS)
        writer.writeheader()
        writer.writerows(rows)
    else:
        headings = ("When", "Indicator", "Unit", "Digitised", "Of", "Rate", "Target", "Met")
        lines = [(rate.period or rate.as_of, *readable(rate)) for rate in rates]
        print_table("Digitisation rates", headings, lines, right=headings[3:7])


def _plain(rate: Rate) -> dict[str, Any]:
    """The contract's object: `period` or `as_of`, whichever was asked for."""
    row = {key: value for key, value in asdict(rate).items() if key in _FIELDS}
    row.pop("as_of" if rate.period else "period")
    return row


def readable(rate: Rate) -> tuple[str, ...]:
    """Indicator, unit, numerator, denominator, rate, target, met: for tables that people read."""
    return (
        rate.indicator,
        rate.unit_code or "all",
        str(rate.numerator),
        str(rate.denominator),
        _percent(rate.rate),
        _percent(rate.target),
        "–" if rate.met is None else "✓" if rate.met else f"✗ −{(rate.gap or 0) * 100:.1f} pts",
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"
