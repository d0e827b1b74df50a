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
    from sohoa.indicators import compute_rates, parse_period

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
    rows = [{key: value for key, value in asdict(rate).items() if key in _FIELDS} for rate in rates]
    unused = "as_of" if chosen else "period"
    for row in rows:
        row.pop(unused, None)
    _print(rows, form)


def _print(rows: list[dict[str, Any]], form: str) -> None:
    if form == "json":
        print_json(rows)
    elif form == "csv":
        fields = [field for field in _FIELDS if not rows or field in rows[0]]
        writer = csv.DictWriter(sys.stdout, fields)
        writer.writeheader()
        writer.writerows(rows)
    else:
        headings = ("Indicator", "Unit", "When", "Digitised", "Of", "Rate", "Target", "Gap (points)", "Met")
        print_table("Digitisation rates", headings, [_readable(row) for row in rows], right=headings[3:8])


def _readable(row: dict[str, Any]) -> tuple[Any, ...]:
    met = {True: "✓", False: "✗", None: None}[row["met"]]
    return (
        row["indicator"],
        row["unit_code"] or "all",
        row.get("period") or row.get("as_of"),
        row["numerator"],
        row["denominator"],
        _percent(row["rate"]),
        _percent(row["target"]),
        None if row["gap"] is None else f"{row['gap'] * 100:.1f}",
        met,
    )


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share * 100:.1f} %"
