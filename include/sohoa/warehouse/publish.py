"""Publish staged frames: all rows replaced in one transaction, so that a reader sees the old or the new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, delete, func, insert, inspect, make_url, select
from sqlalchemy.schema import CreateSchema

from sohoa.catalogue.database import connect, reading
from sohoa.catalogue.models import Event, utc_now
from sohoa.indicators import today
from sohoa.settings import Settings
from sohoa.warehouse.stage import Row, WarehouseFrames, stage_warehouse
from sohoa.warehouse.tables import METADATA, REPLACED, SCHEMA, load

CHUNK_ROWS = 20_000
"""Rows handed to the driver at once."""

PUBLISH_LOCK = 0x50_0B_0A
"""Number of the PostgreSQL advisory lock that one publisher holds at a time."""


@dataclass(frozen=True)
class LoadSummary:
    """What a load did: rows by table; nothing `replaced` if a newer state stood published already."""

    load_id: str
    staged_at: dt.datetime
    loaded_at: dt.datetime
    replaced: bool
    n_rows: dict[str, int]


@contextmanager
def connect_warehouse(settings: Settings, *, writes: bool = False) -> Iterator[Connection]:
    """A connection on which the reporting tables have their right schema; a transaction if it `writes`."""
    url = make_url(settings.warehouse_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    if is_sqlite and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    schemas = {} if is_sqlite else {None: SCHEMA}
    with (
        connect(settings.warehouse_url)
        .connect()
        .execution_options(schema_translate_map=schemas, sohoa_writes=writes) as connection
    ):
        yield connection
        if writes:
            connection.commit()


def publish_warehouse(settings: Settings, frames: WarehouseFrames) -> LoadSummary:
    """Replace the rows of all reporting tables by the staged ones, and note the load.

    Tables are created where absent. One publisher works at a time, others wait. Frames that were staged
    before those already published are not published: the warehouse never goes back.

    Raises:
        sqlalchemy.exc.IntegrityError: the frames break a key or a check; what was published stays.
    """
    loaded_at = utc_now()
    with connect_warehouse(settings, writes=True) as connection:
        _hold_others_back(connection)
        _create_tables(connection)
        newest = connection.scalar(select(func.max(load.c.staged_at)))
        is_newest = newest is None or newest <= frames.staged_at
        if is_newest:
            _replace_rows(connection, frames, loaded_at)
    n_rows = {name: len(frame) for name, frame in frames.tables.items()}
    return LoadSummary(frames.load_id, frames.staged_at, loaded_at, is_newest, n_rows)


def unpublished_event(settings: Settings) -> int | None:
    """The catalogue's newest event if the warehouse does not know it yet, or was loaded before today; else None."""
    with reading(settings.catalogue_url) as session:
        newest = session.scalar(select(func.max(Event.id))) or 0
    with connect_warehouse(settings) as connection:
        if not inspect(connection).has_table(load.name, schema=None if connection.dialect.name == "sqlite" else SCHEMA):
            return newest
        known = connection.execute(
            select(load.c.last_event, load.c.as_of).order_by(load.c.staged_at.desc()).limit(1)
        ).first()
    is_current = known is not None and known.last_event >= newest and known.as_of >= today()
    return None if is_current else newest


def refresh_warehouse(settings: Settings, gate: Callable[[WarehouseFrames], None] | None = None) -> LoadSummary:
    """Stage, let the gate judge, publish. What the gate raises ends the refresh; the published rows stay."""
    frames = stage_warehouse(settings)
    if gate is not None:
        gate(frames)
    return publish_warehouse(settings, frames)


def _hold_others_back(connection: Connection) -> None:
    # SQLite took its only write lock at the start of the transaction.
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(PUBLISH_LOCK)))


def _create_tables(connection: Connection) -> None:
    # Asking first: CREATE SCHEMA wants a right that the publisher may lack, even where there is nothing to do.
    if connection.dialect.name != "sqlite" and not inspect(connection).has_schema(SCHEMA):
        connection.execute(CreateSchema(SCHEMA))
    METADATA.create_all(connection)


def _replace_rows(connection: Connection, frames: WarehouseFrames, loaded_at: dt.datetime) -> None:
    for table in reversed(REPLACED):
        connection.execute(delete(table))
    for table in REPLACED:
        for rows in _chunks(frames.tables[table.name]):
            connection.execute(insert(table), rows)
    connection.execute(
        insert(load).values(
            load_id=frames.load_id,
            staged_at=frames.staged_at,
            loaded_at=loaded_at,
            as_of=frames.as_of,
            **frames.source_counts,
        )
    )


def _chunks(frame: pd.DataFrame) -> Iterator[list[Row]]:
    for first in range(0, len(frame), CHUNK_ROWS):
        some = frame.iloc[first : first + CHUNK_ROWS]
        values: list[dict[Any, Any]] = some.astype(object).where(some.notna(), None).to_dict("records")
        yield values
