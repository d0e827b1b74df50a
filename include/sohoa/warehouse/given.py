"""Rows handed to a statement: within SQLite, which is in this process, one by one; to a server by the thousand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, bindparam, literal, select
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
