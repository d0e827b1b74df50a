"""Rows handed to a statement: within SQLite, which is in this process, one by one; to a server by the thousand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    literal,
    select,
    update,
)
from sqlalchemy.sql import Executable
from sqlalchemy.types import TypeEngine

from sohoa.catalogue.bulk import as_rows
from sohoa.catalogue.database import chunks

_PORTION = 5000


@dataclass(frozen=True)
class GivenRow:
    """A row that is given, as a statement sees it.

    Attributes:
        of: column → its value.
        source: what to select from, so that there is one row for each that is given.
        is_many: whether the statement is given many rows at once.
    """

    of: Mapping[str, ColumnElement[Any]]
    source: FromClause
    is_many: bool

    def beside(self, query: Select[Any], name: str) -> FromClause:
        """What a query that uses the values finds for the row, to be joined to `source`."""
        return query.lateral(name) if self.is_many else query.subquery(name)


def for_each_given(
    target: Connection,
    columns: Mapping[str, TypeEngine[Any]],
    rows: Collection[tuple[Any, ...]],
    statement: Callable[[GivenRow], Executable],
) -> None:
    """Execute a statement for each of these rows, no two of which may change the same row of its table.

    A server that is given both at once would apply one of them, or none.

    Args:
        target: The warehouse.
        columns: Names and types of the values, in the order of a row.
        rows: What is given.
        statement: Makes the statement for a row, or for many.
    """
    if target.dialect.name == "postgresql":
        for portion in chunks(rows, _PORTION):
            given = as_rows(target.dialect, columns, portion).subquery("given")
            target.execute(statement(GivenRow({column.name: column for column in given.columns}, given, is_many=True)))
    elif rows:
        # A name of its own, since that of the column stands for one that is set.
        names = {name: f"of_{name}" for name in columns}
        of = {name: bindparam(names[name], type_=columns[name]) for name in columns}
        one = GivenRow(of, select(literal(1)).subquery("given"), is_many=False)
        target.execute(statement(one), [dict(zip(names.values(), row, strict=True)) for row in rows])


def change_rows(target: Connection, table: Table, names: Sequence[str], rows: Collection[tuple[Any, ...]]) -> None:
    """Set the columns `names` of rows that are there: of each its key is given, then these values.

    The key itself is not set: for one that is, SQLite looks through all rows that may refer to it.
    """
    key = table.primary_key.columns

    def change(given: GivenRow) -> Update:
        is_it = and_(*(column == given.of[column.name] for column in key))
        return update(table).where(is_it).values({name: given.of[name] for name in names})

    types = {name: table.c[name].type for name in (*key.keys(), *names)}
    for_each_given(target, types, rows, change)
