"""What the newest load published: the state of the load, its report periods and its rates. Nothing here counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, make_url, or_, select

from sohoa.indicators import Period, Rate, parse_period
from sohoa.settings import Settings
from sohoa.warehouse.dimensions import period_key
from sohoa.warehouse.publish import connect_warehouse
from sohoa.warehouse.tables import SCHEMA, digitisation_rate, dim_report_period, load


@dataclass(frozen=True)
class NewestLoad:
    """When the rates were published, and the last day of the series."""

    loaded_at: dt.datetime
    as_of: dt.date


@contextmanager
def reading_warehouse(settings: Settings) -> Iterator[Connection | None]:
    """A connection to a warehouse that was loaded, or None: looking makes no database."""
    if is_absent(settings.warehouse_url):
        yield None
        return
    with connect_warehouse(settings) as connection:
        schema = None if connection.dialect.name == "sqlite" else SCHEMA
        yield connection if inspect(connection).has_table(load.name, schema=schema) else None


def is_absent(url: str) -> bool:
    """Whether this is a SQLite file that nobody has made yet."""
    parsed = make_url(url)
    return parsed.get_backend_name() == "sqlite" and bool(parsed.database) and not Path(str(parsed.database)).exists()


def newest_load(connection: Connection) -> NewestLoad | None:
    """The newest load; None before the first."""
    found = connection.execute(
        select(load.c.loaded_at, load.c.as_of).order_by(load.c.staged_at.desc()).limit(1)
    ).one_or_none()
    return None if found is None else NewestLoad(*found)


def published_periods(connection: Connection) -> list[Period]:
    """The report periods that have rates, by calendar and first day; the longer of two that start together first."""
    period = dim_report_period.c
    rows = connection.execute(
        select(period.calendar, period.period).order_by(period.calendar, period.starts_on, period.ends_on.desc())
    )
    return [parse_period(row.period, row.calendar) for row in rows]


def published_rates(
    connection: Connection, periods: Collection[Period], units: Collection[str | None] | None = None
) -> dict[Period, list[Rate]]:
    """The rates at the end of each of these periods, sorted by indicator, all units together first.

    Args:
        connection: The warehouse.
        periods: Of `published_periods`.
        units: Only these; None in it stands for all units together. By default all that have rates.
    """
    by_key = {period_key(period): period for period in periods}
    rate = digitisation_rate.c
    query = (
        select(
            rate.period_key,
            rate.indicator,
            rate.unit_code,
            rate.period,
            rate.numerator,
            rate.denominator,
            rate.rate,
            rate.target,
            rate.gap,
            rate.met,
        )
        .where(rate.period_key.in_(by_key))
        .order_by(rate.indicator, rate.unit_code.is_not(None), rate.unit_code)
    )
    if units is not None:
        wanted = rate.unit_code.in_([code for code in units if code is not None])
        query = query.where(or_(wanted, rate.unit_code.is_(None)) if None in units else wanted)
    found: dict[Period, list[Rate]] = {period: [] for period in periods}
    for row in connection.execute(query):
        figure = Rate(
            row.indicator,
            row.unit_code,
            row.period,
            None,
            row.numerator,
            row.denominator,
            row.rate,
            row.target,
            row.gap,
            row.met,
        )
        found[by_key[row.period_key]].append(figure)
    return found
