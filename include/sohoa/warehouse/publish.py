"""Bring the reporting tables up to date in one transaction, so that a reader sees the old or the new, never half.

A refresh counts anew what changed since the last load, or everything (see `known.changed_results`); the rows are
the same either way.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, MetaData, Table, delete, func, insert, inspect, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateSchema

from sohoa.catalogue.bulk import among
from sohoa.catalogue.database import chunks, connect, reading
from sohoa.catalogue.models import utc_now
from sohoa.errors import SohoaError
from sohoa.indicators import Moves, Period, Rulebook, load_moves, rulebook_of, today
from sohoa.messages import say
from sohoa.settings import Settings
from sohoa.warehouse.dimensions import load_dimensions, period_key, periods_until
from sohoa.warehouse.facts import IDS_PER_QUERY, load_facts, note_copies_ahead, reload_facts
from sohoa.warehouse.forecasting import note_forecasts
from sohoa.warehouse.known import Newest, changed_results, last_load, newest_of, state_of
from sohoa.warehouse.rating import (
    Counts,
    add_counts,
    count_periods,
    published_counts,
    rate_rows,
    units_with_rates,
)
from sohoa.warehouse.series import advance_series, rebuild_series, refresh_series
from sohoa.warehouse.tables import METADATA, REPLACED, SCHEMA, UPDATED, digitisation_rate, fact_result, load
from sohoa.warehouse.unit_series import (
    UnitChange,
    changes_of_units,
    rebuild_unit_series,
    refresh_unit_series,
    unit_changes,
)

logger = logging.getLogger(__name__)

PUBLISH_LOCK = 0x50_0B_0A
"""Number of the PostgreSQL advisory lock that one publisher holds at a time."""


SORTING_KIB = 262_144
"""Memory that a database may take for sorting and new rows; with its own few MB it sorts millions of rows on disk."""


@dataclass(frozen=True)
class StagedRates:
    """What the gate judges before it is published: the rows of `digitisation_rate`, with null as pandas has it."""

    load_id: str
    rates: pd.DataFrame


@dataclass(frozen=True)
class LoadSummary:
    """What a load did. `n_refreshed` results were counted anew; None: all were."""

    load_id: str
    staged_at: dt.datetime
    loaded_at: dt.datetime
    n_refreshed: int | None


@contextmanager
def connect_warehouse(settings: Settings, *, writes: bool = False) -> Iterator[Connection]:
    """A connection on which the reporting tables have their right schema; a transaction if it `writes`.

    What only reads sees one load, however many queries it makes. Who writes waits for others, and must see what they
    left.
    """
    url = make_url(settings.warehouse_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    if is_sqlite and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    schemas = {} if is_sqlite else {None: SCHEMA}
    snapshot = {} if is_sqlite or writes else {"isolation_level": "REPEATABLE READ"}
    with (
        connect(settings.warehouse_url)
        .connect()
        .execution_options(schema_translate_map=schemas, sohoa_writes=writes, **snapshot) as connection
    ):
        if writes:
            memory = f"PRAGMA cache_size=-{SORTING_KIB}" if is_sqlite else f"SET LOCAL work_mem = '{SORTING_KIB}kB'"
            connection.exec_driver_sql(memory)
        yield connection
        if writes:
            connection.commit()


def refresh_warehouse(
    settings: Settings,
    gate: Callable[[StagedRates], None] | None = None,
    *,
    as_of: dt.date | None = None,
    in_full: bool = False,
) -> LoadSummary:
    """Bring all reporting tables up to the catalogue's present state, and note the load.

    Tables are created where absent, and made anew where an older version of them stands. One refresh works at a
    time, others wait; each reads the catalogue after the one before has ended, so that the warehouse never goes back.

    Args:
        settings: Where catalogue and warehouse are.
        gate: Judges the rates before they are published. What it raises ends the refresh; what was published stays.
        as_of: Last day of the daily series; today in Vietnam by default. Periods that start later are left out.
        in_full: Count everything anew even where the changes would do.

    Raises:
        SohoaError: the role that is to read them does not exist.
        sqlalchemy.exc.IntegrityError: the figures break a key or a check; what was published stays.
    """
    last_day = as_of or today()
    moves = load_moves(settings)
    load_id = uuid.uuid4().hex
    with connect_warehouse(settings, writes=True) as target:
        _hold_others_back(target)
        _make_tables(target)
        _let_read(settings, target)
        staged_at = utc_now()
        with _reading_catalogue(settings.catalogue_url, target) as source:
            state = state_of(source, moves, last_day)
            known = last_load(target)
            changed = None if in_full or known is None else changed_results(source, known, state)
            since = None if known is None else known.as_of
            _bring_up_to_date(source, target, moves, since, last_day, changed)
            note_forecasts(target, source, last_day)
        if gate is not None:
            gate(StagedRates(load_id, _rates_frame(target)))
        n_refreshed = None if changed is None else len(changed)
        loaded_at = utc_now()
        target.execute(
            insert(load).values(
                load_id=load_id,
                staged_at=staged_at,
                loaded_at=loaded_at,
                as_of=last_day,
                **asdict(state.newest),
                rules=state.rules,
                n_refreshed=n_refreshed,
            )
        )
    if n_refreshed is None:
        _tidy_up(settings)
    return LoadSummary(load_id, staged_at, loaded_at, n_refreshed)


def _tidy_up(settings: Settings) -> None:
    """Have PostgreSQL throw away the rows that a full load replaced, and count the new ones, at once.

    Left to itself it takes its time: at 10 million results half an hour, in which pages take up to twice as long.
    What was published stands whether it succeeds or not.
    """
    engine = connect(settings.warehouse_url)
    if engine.dialect.name == "sqlite":
        return
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in REPLACED:
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {SCHEMA}.{table.name}")
    except SQLAlchemyError as error:
        logger.warning("The reporting tables were published, but not vacuumed: %s", error)


def unpublished_event(settings: Settings) -> int | None:
    """The catalogue's newest event if the warehouse is not of its state yet, or was loaded before today; else None.

    On PostgreSQL one that is committed after others with higher numbers shows at the next of these only.
    """
    with reading(settings.catalogue_url) as session:
        newest = newest_of(session.connection())
    with connect_warehouse(settings) as connection:
        found = inspect(connection).get_multi_columns(schema=_schema(connection), filter_names=[load.name])
        if set(load.columns.keys()) != {column["name"] for columns in found.values() for column in columns}:
            return newest.last_event  # there is none yet, or one of an older version
        known = last_load(connection)
    if known is None or known.as_of < today():
        return newest.last_event
    return None if Newest(known.last_event, known.last_import, known.newest) == newest else newest.last_event


def _bring_up_to_date(
    source: Connection,
    target: Connection,
    moves: Moves,
    since: dt.date | None,
    last_day: dt.date,
    changed: Sequence[int] | None,
) -> None:
    periods = periods_until(last_day)
    if changed is None:
        for table in reversed(REPLACED):
            if table not in UPDATED:
                target.execute(delete(table))
    load_dimensions(source, target, moves, periods, last_day)
    rulebook = rulebook_of(source)
    if changed is None:
        load_facts(source, target)
        note_copies_ahead(target, last_day)
        rebuild_series(target, moves, last_day)
        rebuild_unit_series(target)
        counts = count_periods(unit_changes(target, [period.end for period in periods]), periods)
        units = set(target.scalars(select(fact_result.c.unit_code).distinct()))
        _publish_rates(target, counts, periods, moves.counting_units(units), rulebook)
        return
    if since != last_day:
        advance_series(target, last_day)
    if changed:
        difference = refresh_series(target, moves, last_day, changed, lambda: reload_facts(source, target, changed))
        changes = changes_of_units(difference)
        refresh_unit_series(target, changes)
        _republish_rates(target, changes, periods, _units_of(target, changed), moves, rulebook)
    note_copies_ahead(target, last_day, changed)


def _units_of(target: Connection, result_ids: Sequence[int]) -> set[str]:
    units: set[str] = set()
    for ids in chunks(result_ids, IDS_PER_QUERY):
        is_one = among(target.dialect, fact_result.c.result_id, ids)
        units.update(target.scalars(select(fact_result.c.unit_code).where(is_one).distinct()))
    return units


def _republish_rates(
    target: Connection,
    changes: Sequence[UnitChange],
    periods: Sequence[Period],
    units: set[str],
    moves: Moves,
    rulebook: Rulebook,
) -> None:
    """Replace the rates of the periods that these changes reach; of all where a unit has none yet."""
    known = units_with_rates(target)
    new = not known.issuperset(moves.counting_units(units))
    added = count_periods(changes, periods)
    numbers = range(len(periods)) if new else sorted({number for (number, _, _), count in added.items() if any(count)})
    reached = [periods[number] for number in numbers]
    if reached:
        place_of = {number: place for place, number in enumerate(numbers)}
        there = {
            (place_of[number], population, unit): count
            for (number, population, unit), count in added.items()
            if number in place_of
        }
        counts = add_counts(published_counts(target, reached), there)
        _publish_rates(target, counts, reached, moves.counting_units(known | units), rulebook)


def _publish_rates(
    target: Connection, counts: Counts, periods: Sequence[Period], units: Sequence[str], rulebook: Rulebook
) -> None:
    rate = digitisation_rate.c
    target.execute(delete(digitisation_rate).where(rate.period_key.in_([period_key(period) for period in periods])))
    target.execute(insert(digitisation_rate), list(rate_rows(counts, periods, units, rulebook)))


def _rates_frame(target: Connection) -> pd.DataFrame:
    rows = target.execute(select(digitisation_rate)).mappings().all()
    return pd.DataFrame.from_records([dict(row) for row in rows], columns=[c.name for c in digitisation_rate.columns])


@contextmanager
def _reading_catalogue(url: str, target: Connection) -> Iterator[Connection]:
    """A connection whose queries of the catalogue all see the same state: `target` itself where both are SQLite's."""
    engine = connect(url)
    if engine.dialect.name == target.dialect.name == "sqlite":
        target.detach()  # the catalogue must not stay with a connection that others get later
        # Only now: begun with the catalogue beside it, the transaction would hold up all who write there.
        target.execute(text("ATTACH DATABASE :file AS catalogue"), {"file": engine.url.database})
        yield target
        return
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**options) as connection:
        yield connection


def _schema(connection: Connection) -> str | None:
    return None if connection.dialect.name == "sqlite" else SCHEMA


def _hold_others_back(connection: Connection) -> None:
    # SQLite took its only write lock at the start of the transaction.
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(PUBLISH_LOCK)))


def _make_tables(connection: Connection) -> None:
    # Asking first: CREATE SCHEMA wants a right that the publisher may lack, even where there is nothing to do.
    inspector = inspect(connection)
    if _schema(connection) and not inspector.has_schema(SCHEMA):
        connection.execute(CreateSchema(SCHEMA))
    standing = inspector.get_multi_columns(schema=_schema(connection))
    columns = {name: {column["name"] for column in found} for (_, name), found in standing.items()}
    is_older = bool(columns) and any(columns.get(table.name) != wanted for table, wanted in _columns())
    if is_older:
        METADATA.drop_all(connection)
        Table("change_daily", MetaData()).drop(connection, checkfirst=True)  # older versions kept all changes twice
    METADATA.create_all(connection)
    for table in METADATA.sorted_tables:
        for index in table.indexes:
            index.create(connection, checkfirst=True)  # a warehouse of an older version may lack it


def _let_read(settings: Settings, connection: Connection) -> None:
    """Let the reporting team's role read all of the schema, and nothing else."""
    role = settings.warehouse_reader
    if role is None or connection.dialect.name == "sqlite":
        return
    if not connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": role}):
        raise SohoaError(say("warehouse.reader_unknown", settings.language, role=role))
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {quoted}")
    connection.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {quoted}")


def _columns() -> Iterator[tuple[Table, set[str]]]:
    for table in (*REPLACED, load):
        yield table, set(table.columns.keys())
