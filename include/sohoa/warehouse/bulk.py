"""Spells by the million out of a database, and rows into it: past SQLAlchemy's work on each of their values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any

import numpy as np
from sqlalchemy import Column, ColumnElement, Connection, Date, Select, Table, func, literal, select

from sohoa.catalogue.bulk import copy_into
from sohoa.catalogue.database import driver_errors
from sohoa.indicators import DAY_0, NEVER, Numbers, number_of
from sohoa.warehouse.tables import SCHEMA

_ROWS = 5000  # more no longer fit into the processor's own memory


class Numbering:
    """The different codes in a column of a small table, each with its number in their order, from 0.

    Attributes:
        codes: (n,), texts.
        numbers: code → number.
    """

    def __init__(self, connection: Connection, column: Column[Any]) -> None:
        """Look them up."""
        found = connection.scalars(select(column).distinct().order_by(column)).all()
        self.codes = np.array(found, dtype=object)
        self.numbers = {code: number for number, code in enumerate(found)}


class _Days(dict[str | None, int]):
    """Days as SQLite keeps them, by number: a few thousand among millions."""

    def __missing__(self, day: str | None) -> int:
        number = self[day] = NEVER if day is None else number_of(dt.date.fromisoformat(day))
        return number


def fetch_spells(
    connection: Connection, spells: Select[Any], units: Numbering, procedures: Numbering
) -> Iterator[list[Numbers]]:
    """The columns of spells (`sohoa.indicators.spells`) in whole numbers, some thousand rows at a time, each (n,).

    Units, procedures and days by their numbers; `NEVER` for a day that is null.
    """
    coded = {"unit_code": units.numbers, "procedure_code": procedures.numbers}
    is_sqlite, days = connection.dialect.name == "sqlite", _Days()
    numbers = [
        (days if is_sqlite else None) if isinstance(column.type, Date) else coded.get(column.name)
        for column in spells.selected_columns
    ]
    query = spells if is_sqlite else _with_numbers(spells)
    with driver_errors(connection, query), closing(_reader(connection, query)) as reader:
        while rows := reader.fetchmany(_ROWS):
            columns = zip(numbers, zip(*rows, strict=True), strict=True)
            found = (map(known.__getitem__, column) if known is not None else column for known, column in columns)
            yield [np.fromiter(column, np.int64, len(rows)) for column in found]


def write_columns(connection: Connection, table: Table, columns: Mapping[str, Iterable[Any]]) -> None:
    """Insert rows given column by column; days as ISO text. An iterable without end gives each row its next value."""
    rows: Any = zip(*columns.values(), strict=False)
    names = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        copy_into(connection, f"{SCHEMA}.{table.name} ({names})", rows)
        return
    writer: Any
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - ours
    with driver_errors(connection, statement), closing(connection.connection.cursor()) as writer:
        writer.executemany(statement, rows)


def _with_numbers(spells: Select[Any]) -> Select[Any]:
    """The days by their numbers, which PostgreSQL has at hand; SQLite would have to read its texts."""
    return select(*[_as_number(column) if isinstance(column.type, Date) else column for column in spells.subquery().c])


def _as_number(day: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(day - literal(DAY_0, Date), NEVER)


def _reader(connection: Connection, query: Select[Any]) -> Any:
    """The driver's own cursor on the rows of a query."""
    driver: Any = connection.connection
    if connection.dialect.name == "sqlite":
        text = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        return driver.cursor().execute(str(text))
    compiled = query.compile(
        dialect=connection.dialect,
        schema_translate_map=connection.get_execution_options()["schema_translate_map"],
        render_schema_translate=True,
        compile_kwargs={"render_postcompile": True},
    )
    # One with a name leaves the rows with the server until they are asked for.
    return driver.cursor(name="spells").execute(str(compiled), compiled.params, binary=True)
