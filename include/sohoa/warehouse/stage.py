"""The catalogue's state as one pandas frame per reporting table, ready to be judged and published."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Boolean, Connection, Float, Integer, String, Table, func, select

from sohoa.catalogue.database import connect
from sohoa.catalogue.models import DIGITISED, Document, Dossier, Event, Procedure, Result, Unit, utc_now
from sohoa.indicators import (
    FOREVER,
    REPORT_STARTS_ON,
    Cut,
    Period,
    Rate,
    daily_series,
    load_rulebook,
    periods_of_year,
    rates_at,
    result_facts,
    today,
)
from sohoa.messages import say
from sohoa.settings import Settings
from sohoa.warehouse import tables
from sohoa.warehouse.tables import NO_PROCEDURE

FIRST_YEAR = 2021
"""The first year with a target (T01)."""

FIRST_DAY = dt.date(1945, 9, 2)
"""No agency of the state has issued anything before; an older date in a register is a slip of the pen."""

UNITS_VALID_FROM = dt.date(1900, 1, 1)
"""Start of a unit's first version, as long as no history of units is kept."""

Row = dict[str, Any]

_DTYPES: tuple[tuple[type[Any], str], ...] = (
    (Boolean, "boolean"),
    (Integer, "Int64"),
    (Float, "Float64"),
    (String, "str"),
)


@dataclass(frozen=True)
class WarehouseFrames:
    """What one load will publish.

    `tables` holds a frame per table name of `tables.REPLACED`, its columns in the table's order, its rows
    sorted by the table's key; days are `datetime.date` or None. `source_counts` are rows of the catalogue
    (`n_results`, `n_dossiers`, `n_documents`, `n_digitised`) at the same instant, and its newest event.
    """

    load_id: str
    staged_at: dt.datetime
    as_of: dt.date
    tables: dict[str, pd.DataFrame]
    source_counts: dict[str, int]


def stage_warehouse(settings: Settings, *, as_of: dt.date | None = None) -> WarehouseFrames:
    """Read the catalogue, in one consistent state, into the frames of the reporting tables.

    Args:
        settings: Where the catalogue is.
        as_of: Last day of the daily series; today in Vietnam by default. Periods that start later are left out.
    """
    last_day = as_of or today()
    staged_at = utc_now()
    with _snapshot(settings.catalogue_url) as connection:
        facts = list(_fact_results(connection))
        series = list(_daily(connection, last_day))
        periods = _periods(last_day)
        rows: dict[Table, Iterable[Row]] = {
            tables.dim_unit: _units(connection),
            tables.dim_procedure: _procedures(connection),
            tables.dim_date: _dates(last_day, {row["day"] for row in series}),
            tables.dim_report_period: map(_period_row, periods),
            tables.dim_indicator: _indicators(),
            tables.dim_target: _targets(last_day),
            tables.fact_result: facts,
            tables.fact_digitisation_daily: series,
            tables.digitisation_rate: _rates(connection, periods),
        }
        frames = {table.name: _frame(table, rows[table]) for table in tables.REPLACED}
        counts = _source_counts(connection)
    return WarehouseFrames(uuid.uuid4().hex, staged_at, last_day, frames, counts)


@contextmanager
def _snapshot(url: str) -> Iterator[Connection]:
    """A connection whose queries all see the same state, as SQLite's do within one transaction anyway."""
    engine = connect(url)
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**options) as connection:
        yield connection


def _frame(table: Table, rows: Iterable[Row]) -> pd.DataFrame:
    names = [column.name for column in table.columns]
    frame = pd.DataFrame.from_records(list(rows), columns=names).astype(
        {column.name: _dtype(column.type) for column in table.columns}
    )
    return frame.sort_values([column.name for column in table.primary_key], ignore_index=True)


def _dtype(kind: object) -> str:
    return next((name for base, name in _DTYPES if isinstance(kind, base)), "object")


def _unit_key(code: str) -> str:
    return f"{code}:1"


def _units(connection: Connection) -> Iterator[Row]:
    for unit in connection.execute(select(Unit.__table__)).mappings():
        yield {
            "unit_key": _unit_key(unit["code"]),
            "unit_code": unit["code"],
            "name": unit["name"],
            "name_en": unit["name_en"],
            "parent_code": unit["parent_code"],
            "source": unit["source"],
            "valid_from": UNITS_VALID_FROM,
            "valid_to": None,
            "is_current": True,
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


def _periods(last_day: dt.date) -> list[Period]:
    """Civil years with halves and quarters, and report years, that have begun by `last_day`."""
    years = range(FIRST_YEAR, last_day.year + 2)
    civil = [period for year in years for period in periods_of_year(year, "civil")]
    report = [period for year in years for period in periods_of_year(year, "report") if period.kind == "year"]
    return [period for period in civil + report if period.start <= last_day]


def _period_key(period: Period) -> str:
    return f"{period.calendar}:{period.name}"


def _period_row(period: Period) -> Row:
    return {
        "period_key": _period_key(period),
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


def _targets(last_day: dt.date) -> Iterator[Row]:
    columns = [column.name for column in tables.dim_target.columns if column.name != "target_key"]
    for target in load_rulebook().targets(range(FIRST_YEAR, last_day.year + 2)):
        yield {"target_key": target.key, **{name: getattr(target, name) for name in columns}}


def _fact_results(connection: Connection) -> Iterator[Row]:
    for fact in connection.execute(result_facts()).mappings():
        yield {
            **fact,
            "unit_key": _unit_key(fact["unit_code"]),
            "procedure_code": fact["procedure_code"] or NO_PROCEDURE,
            "out_of_force_on": _unless_forever(fact["out_of_force_on"]),
            "not_usable_on": _unless_forever(fact["not_usable_on"]),
        }


def _unless_forever(day: dt.date | None) -> dt.date | None:
    return None if day == FOREVER else day


def _daily(connection: Connection, last_day: dt.date) -> Iterator[Row]:
    for row in connection.execute(daily_series(connection, last_day)).mappings():
        yield {
            **row,
            "unit_key": _unit_key(row["unit_code"]),
            "procedure_code": row["procedure_code"] or NO_PROCEDURE,
        }


def _rates(connection: Connection, periods: list[Period]) -> Iterator[Row]:
    measured = rates_at(connection, [Cut.of_period(period) for period in periods])
    for period, rates in zip(periods, measured, strict=True):
        for rate in rates:
            yield _rate_row(period, rate)


def _rate_row(period: Period, rate: Rate) -> Row:
    target = load_rulebook().target(rate.indicator, period.year)
    return {
        "rate_key": f"{_period_key(period)}|{rate.unit_code or '*'}|{rate.indicator}",
        "period_key": _period_key(period),
        "calendar": period.calendar,
        "period": period.name,
        "unit_key": rate.unit_code and _unit_key(rate.unit_code),
        "unit_code": rate.unit_code,
        "indicator": rate.indicator,
        "measured_on": period.end,
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "rate": rate.rate,
        "target_key": target.key if target else None,
        "target": rate.target,
        "gap": rate.gap,
        "met": rate.met,
        "forecast_on": None,
    }


def _source_counts(connection: Connection) -> dict[str, int]:
    queries = {
        "n_results": select(func.count()).select_from(Result),
        "n_dossiers": select(func.count()).select_from(Dossier),
        "n_documents": select(func.count()).select_from(Document),
        "n_digitised": select(func.count()).select_from(Document).where(Document.status.in_(DIGITISED)),
        "last_event": select(func.coalesce(func.max(Event.id), 0)),
    }
    return {name: connection.execute(query).scalar_one() for name, query in queries.items()}
