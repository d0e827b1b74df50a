"""Rows by the thousand, past the ORM and past SQLAlchemy's work on each of their values."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    Select,
    String,
    Table,
    Text,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine

from sohoa.catalogue.database import driver_errors
from sohoa.catalogue.models import Base

_BETWEEN_COLLECTIONS = 10_000


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """Search seldom for unused cycles of objects, and only among those made within: rows by the thousand have none.

    Python searches after 700 new objects, and with some hundred thousand of a large library in memory that takes a
    third of an import.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_BETWEEN_COLLECTIONS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def table_of(model: type[Base]) -> Table:
    """The table of a model: rows by the thousand are written to it past the ORM, which sorts them by what is null."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - mapped classes of ours are plain tables
    return table


def among(
    dialect: Dialect, column: InstrumentedAttribute[Any] | Column[Any], keys: Sequence[Any]
) -> ColumnElement[bool]:
    """Whether a column holds one of these texts or numbers, which are handed over as one parameter."""
    listed = literal(json.dumps(list(keys), ensure_ascii=False), Text)
    if dialect.name == "postgresql":
        # Not as an array: where the server knows nothing of a table yet, it takes a long one to name most of the rows,
        # and reads them all instead of looking each up.
        values = func.json_array_elements_text(cast(listed, JSON)).table_valued("value")
        return column.in_(select(cast(values.c.value, column.type)))
    values = func.json_each(listed).table_valued("value")
    return column.in_(select(values.c.value))


def as_rows(
    dialect: Dialect, columns: Mapping[str, TypeEngine[Any]], rows: Sequence[Sequence[Any]]
) -> Select[*tuple[Any, ...]]:
    """A query that gives these rows, which are handed over as one parameter: as `among`, for more than one column.

    Args:
        dialect: Of the database that is asked.
        columns: Names and types of the columns, in the order of a row.
        rows: Texts, numbers and days.
    """
    listed = literal(json.dumps(rows, default=str), Text)
    if dialect.name == "postgresql":
        value = func.json_array_elements(cast(listed, JSON)).table_valued("value").c.value
        texts = ((name, kind, value.op("->>")(place)) for place, (name, kind) in enumerate(columns.items()))
        values = [(text if isinstance(kind, String) else cast(text, kind)).label(name) for name, kind, text in texts]
    else:
        value = func.json_each(listed).table_valued("value").c.value
        values = [func.json_extract(value, f"$[{place}]").label(name) for place, name in enumerate(columns)]
    return select(*values)


def new_ids(session: Session, model: type[Base], n: int) -> Sequence[int]:
    """So many ids that no row has, and none that others write meanwhile will have."""
    if not n:
        return ()
    table = table_of(model)
    if session.get_bind().dialect.name == "postgresql":
        # Looked up within a select of its own it is looked up once, not for each id.
        sequence = select(func.pg_get_serial_sequence(table.name, "id")).scalar_subquery()
        drawn = func.array_agg(func.nextval(sequence))
        ids: Sequence[int] = session.scalars(select(drawn).select_from(func.generate_series(1, n))).one()
        return ids
    # The transaction that writes is alone.
    last = session.scalar(select(func.max(table.c.id))) or 0
    return range(last + 1, last + 1 + n)


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns; columns that they do not name get no default of the model."""
    if rows:
        table, names = table_of(model), tuple(rows[0])
        given = filled(dict(zip(names, zip(*map(itemgetter(*names), rows), strict=True), strict=True)))
        insert_columns(session, model, {name: _as_stored(session, table, name, given[name]) for name in given})


def connection_of(session: Session | Connection) -> Connection:
    """A connection itself, or that of a session's transaction."""
    return session.connection() if isinstance(session, Session) else session


def insert_columns(session: Session | Connection, model: type[Base], columns: Mapping[str, Iterable[Any]]) -> None:
    """Insert rows given column by column, as a database writes their values: days and JSON as text, flags as 0 and 1.

    Columns that are not named get no default of the model; an iterable without end gives each row its next value.
    """
    rows = list(zip(*columns.values(), strict=False))
    if not rows:
        return
    into = f"{table_of(model).name} ({', '.join(columns)})"
    connection = connection_of(session)
    if connection.dialect.name == "postgresql":
        copy_into(connection, into, rows)
    else:
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", rows)  # noqa: S608


def copy_into(connection: Connection, into: str, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows into `table (columns)` by the format in which PostgreSQL takes them fastest."""
    driver: Any = connection.connection.driver_connection
    statement = f"COPY {into} FROM STDIN"
    with driver_errors(connection, statement), driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def filled(columns: Mapping[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    """Those of the columns in which any row has a value: to hand over None takes SQLite's driver longer than a text."""
    return {name: column for name, column in columns.items() if column != (None,) * len(column)}


def _as_stored(session: Session, table: Table, name: str, values: Iterable[Any]) -> Iterable[Any]:
    """The values of a column as the driver takes them."""
    dialect = session.get_bind().dialect
    kind = table.c[name].type.dialect_impl(dialect)
    processor = kind.bind_processor(dialect)
    if processor is None:
        return values
    # Days repeat; lists cannot be remembered.
    return map(lru_cache(maxsize=10_000)(processor) if isinstance(kind, Date) else processor, values)
