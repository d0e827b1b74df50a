"""`sohoa indicators`."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from sohoa.cli.output import WRONG_USE, print_json, print_table, problem
from sohoa.errors import SohoaError
from sohoa.indicators import Rate, compute_rates, parse_period
from sohoa.settings import load_settings

_FIELDS = ("indicator", "unit_code", "period", "as_of", "numerator", "denominator", "rate", "target", "gap", "met")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("indicators")(indicators)


def indicators(
    as_of: Annotated[str | None, typer.Option(help="A day (ISO); today without it.")] = None,
    period: Annotated[str | None, typer.Option(help="2022, 2022Q3 or 2022H1.")] = None,
    calendar: Annotated[str, typer.Option(help="civil, or report (the year runs 15/12 to 14/12).")] = "civil",
    unit: Annotated[str | None, typer.Option(help="Only this unit.")] = None,
    form: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
) -> None:
    """Print digitisation rates against their legal targets."""
    if as_of and period:
        raise typer.BadParameter("give --as-of or --period, not both")
    if form not in ("table", "json", "csv"):
        raise typer.BadParameter(f"{form} is none of table, json, csv", param_hint="--format")
    try:
        chosen = parse_period(period, calendar) if period else None
        day = dt.date.fromisoformat(as_of) if as_of else None
    except (ValueError, SohoaError) as error:
        problem(str(error))
        raise typer.Exit(WRONG_USE) from error
    rates = compute_rates(load_settings(), period=chosen, as_of=day, unit=unit)
    _print(rates, form)


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
