"""Rows of the dimension tables: units, procedures, days, report periods, indicators and targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, literal, select

from sohoa.catalogue.models import Procedure, Unit
from sohoa.indicators import REPORT_STARTS_ON, Moves, Period, load_rulebook, periods_of_year, rulebook_of
from sohoa.indicators.periods import CALENDARS
from sohoa.messages import say
from sohoa.warehouse import tables
from sohoa.warehouse.given import change_rows
from sohoa.warehouse.tables import NO_PROCEDURE

FIRST_YEAR = 2021
"""The first year with a target (T01)."""

FIRST_DAY = dt.date(1945, 9, 2)
"""No agency of the state has issued anything before; an older date in a register is a slip of the pen."""

UNITS_VALID_FROM = dt.date(1900, 1, 1)
"""Start of a unit of which nobody wrote down since when it stands."""

Row = dict[str, Any]


def load_dimensions(
    source: Connection, target: Connection, moves: Moves, periods: Iterable[Period], last_day: dt.date
) -> None:
    """Bring the dimension tables but that of days up to date: units, procedures, periods, indicators and targets.

    Args:
        source: The catalogue.
        target: The warehouse, in a writing transaction.
        moves: Units over time.
        periods: Report periods for which there will be rates.
        last_day: The day of the load.
    """
    rows: dict[Table, Iterable[Row]] = {
        tables.dim_unit: _units(source, moves, last_day),
        tables.dim_procedure: _procedures(source),
        tables.dim_report_period: map(_period_row, periods),
        tables.dim_indicator: _indicators(),
        tables.dim_target: _targets(source, last_day),
    }
    wanted = {table: _by_key(table, rows[table]) for table in tables.UPDATED}
    known = {table: _by_key(table, target.execute(select(table)).mappings()) for table in tables.UPDATED}
    for table in reversed(tables.UPDATED):
        _delete(target, table, known[table].keys() - wanted[table].keys())
    for table in tables.UPDATED:
        _insert(target, table, [row for key, row in wanted[table].items() if key not in known[table]])
        _update(target, table, [row for key, row in wanted[table].items() if known[table].get(key, row) != row])


def load_days(target: Connection, last_day: dt.date, changed: set[dt.date]) -> None:
    """Add the days that `dim_date` lacks, where something changed on the days `changed`."""
    known = set(target.scalars(select(tables.dim_date.c.day)))
    _insert(target, tables.dim_date, [row for row in _dates(last_day, changed) if row["day"] not in known])


def unit_key(code: str) -> str:
    """Key of the version of a unit to which facts refer."""
    return f"{code}:1"


def unit_key_of(code: ColumnElement[str]) -> ColumnElement[str]:
    """`unit_key` of a column of codes."""
    return code.concat(literal(":1"))


def _by_key(table: Table, rows: Iterable[Mapping[Any, Any]]) -> dict[Any, Row]:
    (key,) = table.primary_key.columns
    return {row[key.name]: dict(row) for row in rows}


def _delete(target: Connection, table: Table, keys: Set[Any]) -> None:
    (key,) = table.primary_key.columns
    if keys:
        target.execute(delete(table).where(key.in_(keys)))


def _insert(target: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        target.execute(insert(table), rows)


def _update(target: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        (key,) = table.primary_key.columns.keys()
        names = [name for name in rows[0] if name != key]
        change_rows(target, table, names, [tuple(row[name] for name in (key, *names)) for row in rows])


def _units(source: Connection, moves: Moves, last_day: dt.date) -> Iterator[Row]:
    """The catalogue's units, and successors that it does not know yet."""
    known = {unit["code"]: unit for unit in source.execute(select(Unit.__table__)).mappings()}
    for code in sorted(known.keys() | {move.successor for move in moves.moves}):
        came = [move for move in moves.moves if move.successor == code]
        left = next((move.since for move in moves.moves if move.unit == code), None)
        unit = known.get(code)
        yield {
            "unit_key": unit_key(code),
            "unit_code": code,
            "name": unit["name"] if unit else came[0].name,
            "name_en": unit["name_en"] if unit else None,
            "parent_code": unit["parent_code"] if unit else None,
            "successor_of": ", ".join(move.unit for move in came) or None,
            "source": unit["source"] if unit else "moves",
            "valid_from": min((move.since for move in came), default=UNITS_VALID_FROM),
            "valid_to": left and left - dt.timedelta(days=1),
            "is_current": left is None or left > last_day,
        }


def _procedures(connection: Connection) -> Iterator[Row]:
    yield {"procedure_code": NO_PROCEDURE, "name": say("warehouse.no_procedure", "vi")}
    for code, name in connection.execute(select(Procedure.code, Procedure.name)):
        yield {"procedure_code": code, "name": name}


def _dates(last_day: dt.date, changed: set[dt.date]) -> Iterator[Row]:
    """Every day from the first change to the year's end; of days before the state was founded only those used."""
    first = max(min(changed, default=last_day), FIRST_DAY)
    n_days = (dt.date(last_day.year, 12, 31) - first).days + 1
    for day in changed | {first + dt.timedelta(days=n) for n in range(n_days)}:
        yield _date_row(day)


def _date_row(day: dt.date) -> Row:
    reported = _report_month(day)
    return {
        "day": day,
        "year": day.year,
        "half": f"{day.year}H{(day.month + 5) // 6}",
        "quarter": f"{day.year}Q{(day.month + 2) // 3}",
        "month": day.month,
        "day_of_month": day.day,
        "weekday": day.isoweekday(),
        "report_year": reported.year,
        "report_half": f"{reported.year}H{(reported.month + 5) // 6}",
        "report_quarter": f"{reported.year}Q{(reported.month + 2) // 3}",
    }


def _report_month(day: dt.date) -> dt.date:
    """The first of the month under which a day is reported: from the 15th on, the next one."""
    if day.day < REPORT_STARTS_ON:
        return day.replace(day=1)
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


def periods_until(last_day: dt.date) -> list[Period]:
    """Years with their halves and quarters, of both calendars, that have begun by `last_day`."""
    # The report year starts in the December before.
    years = range(FIRST_YEAR, last_day.year + 2)
    of_both = (period for calendar in CALENDARS for year in years for period in periods_of_year(year, calendar))
    return [period for period in of_both if period.start <= last_day]


def period_key(period: Period) -> str:
    """Key of a report period: `civil:2022Q3`."""
    return f"{period.calendar}:{period.name}"


def _period_row(period: Period) -> Row:
    return {
        "period_key": period_key(period),
        "calendar": period.calendar,
        "period": period.name,
        "kind": period.kind,
        "year": period.year,
        "number": period.number,
        "starts_on": period.start,
        "ends_on": period.end,
        "year_starts_on": period.year_start,
    }


def _indicators() -> Iterator[Row]:
    rulebook = load_rulebook()
    for indicator in rulebook.indicators.values():
        population = rulebook.populations[indicator.population]
        yield {
            "indicator": indicator.code,
            "name": indicator.name,
            "name_en": indicator.name_en,
            "population": population.code,
            "population_name": population.name,
            "population_name_en": population.name_en,
            "counts": population.counts,
        }


def _targets(source: Connection, last_day: dt.date) -> Iterator[Row]:
    columns = [column.name for column in tables.dim_target.columns if column.name != "target_key"]
    for target in rulebook_of(source).targets(range(FIRST_YEAR, last_day.year + 2)):
        yield {"target_key": target.key, **{name: getattr(target, name) for name in columns}}
