"""Whole numbers by the million out of a database, and rows into it: past SQLAlchemy's work on each of their values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import (
    CTE,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    Select,
    Table,
    cast,
    func,
    literal,
    select,
)

from sohoa.indicators import DAY_0, NEVER, Numbers, number_of
from sohoa.warehouse.tables import SCHEMA

_ROWS = 5000  # more no longer fit into the processor's own memory
_COPIED_BYTES = 4 << 20
# PostgreSQL's binary copy: its name, flags and no extension; of a row the number of fields, of each its size and value.
_HEADER_BYTES, _COUNT_BYTES, _SIZE_BYTES, _VALUE_BYTES = 19, 2, 4, 8


class Numbering:
    """The different codes in a column of a small table, each with its number in their order, from 0.

    Attributes:
        codes: (n,), texts.
        numbers: code → number.
        table: the same for queries, as `code` and `number`.
    """

    def __init__(self, connection: Connection, column: Column[Any]) -> None:
        """Look them up."""
        code = select(column.label("code")).distinct().subquery()
        number = func.row_number().over(order_by=code.c.code) - 1
        self.table: CTE = select(code.c.code, number.label("number")).cte(f"numbered_{column.name}")
        found = connection.scalars(select(self.table.c.code).order_by(self.table.c.number)).all()
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
    if connection.dialect.name == "postgresql":
        yield from _copied(connection, spells, units, procedures)
        return
    # Looked up here, since SQLite takes longer.
    days, coded = _Days(), {"unit_code": units.numbers, "procedure_code": procedures.numbers}
    numbers = [days if isinstance(column.type, Date) else coded.get(column.name) for column in spells.selected_columns]
    reader = connection.connection.cursor()
    reader.execute(str(spells.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})))
    while rows := reader.fetchmany(_ROWS):
        columns = zip(numbers, zip(*rows, strict=True), strict=True)
        found = (map(known.__getitem__, column) if known is not None else column for known, column in columns)
        yield [np.fromiter(column, np.int64, len(rows)) for column in found]
    reader.close()


def insert_columns(connection: Connection, table: Table, columns: Mapping[str, Iterable[Any]]) -> None:
    """Insert rows given column by column; days as ISO text. An iterable without end gives each row its next value."""
    rows: Any = zip(*columns.values(), strict=False)
    if connection.dialect.name == "postgresql":
        writer: Any = connection.connection.cursor()
        with writer, writer.copy(f"COPY {SCHEMA}.{table.name} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - of names, ours
    writer = connection.connection.cursor()
    writer.executemany(statement, rows)
    writer.close()


def _copied(
    connection: Connection, spells: Select[Any], units: Numbering, procedures: Numbering
) -> Iterator[list[Numbers]]:
    """As PostgreSQL gives numbers fastest: no text is made of them, and no object of each."""
    unit, procedure, *others = (spell := spells.subquery("spell")).c
    source = spell.join(units.table, units.table.c.code == unit)
    source = source.join(procedures.table, procedures.table.c.code == procedure)
    numbers = [units.table.c.number, procedures.table.c.number, *map(_as_number, others)]
    query = select(*[cast(number, BigInteger) for number in numbers]).select_from(source)
    schemas = connection.get_execution_options()["schema_translate_map"]
    compiled = query.compile(
        dialect=connection.dialect,
        schema_translate_map=schemas,
        render_schema_translate=True,
        compile_kwargs={"render_postcompile": True},
    )
    reader: Any = connection.connection.cursor()
    with reader, reader.copy(f"COPY ({compiled}) TO STDOUT (FORMAT BINARY)", compiled.params) as copy:
        for rows in _whole_rows(copy, len(numbers)):
            yield list(rows.T)


def _as_number(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(column - literal(DAY_0, Date), NEVER) if isinstance(column.type, Date) else column


def _whole_rows(copy: Iterable[bytes], n_columns: int) -> Iterator[Numbers]:
    """What a binary copy of numbers of eight bytes says, (rows, columns); its messages need not end where rows do."""
    row_bytes = _COUNT_BYTES + n_columns * (_SIZE_BYTES + _VALUE_BYTES)
    held, start = bytearray(), _HEADER_BYTES
    for message in chain(copy, [None]):
        held += message or b""
        if message is None or len(held) >= _COPIED_BYTES:
            end = start + (len(held) - start) // row_bytes * row_bytes  # the last two bytes say that it ends
            yield _parsed(held[start:end], n_columns)
            held, start = held[end:], 0


def _parsed(rows: bytearray, n_columns: int) -> Numbers:
    fields = np.frombuffer(rows, np.uint8).reshape(-1, _COUNT_BYTES + n_columns * (_SIZE_BYTES + _VALUE_BYTES))
    sized = fields[:, _COUNT_BYTES:].reshape(-1, n_columns, _SIZE_BYTES + _VALUE_BYTES)
    values = np.ascontiguousarray(sized[:, :, _SIZE_BYTES:])
    return values.view(">i8")[:, :, 0].astype(np.int64)
