"""Tables of changes to which more is added: a place that is there takes it in, and goes where nothing is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Delete, Select, Table, and_, delete, select, text
from sqlalchemy.dialects import postgresql, sqlite

from sohoa.catalogue.database import insert_into
from sohoa.warehouse.given import GivenRow, for_each_given


def add_changes(target: Connection, table: Table, changes: Mapping[tuple[Any, ...], Sequence[int]]) -> None:
    """Add changes to those in a table, by place: the values of its key, in its order."""
    key = [column.name for column in table.primary_key.columns]
    added = [column.name for column in table.columns if not column.primary_key]

    def add(given: GivenRow) -> sqlite.Insert | postgresql.Insert:
        rows = select(*given.of.values()).select_from(given.source)
        return insert_or_add(target, table, list(given.of), rows, added)

    types = {name: table.c[name].type for name in (*key, *added)}
    for_each_given(target, types, [(*place, *some) for place, some in changes.items()], add)
    take_out_nothing(target, table, added, changes)


def insert_or_add(
    target: Connection, table: Table, names: Sequence[str], rows: Select[Any], added: Sequence[str]
) -> sqlite.Insert | postgresql.Insert:
    """An insert of what a query gives for the columns `names`; where the place is there it adds the columns `added`."""
    # Without a condition SQLite takes ON CONFLICT for that of a join.
    new = insert_into(target.dialect, table).from_select(names, rows.where(text("true")))
    return new.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: table.c[name] + new.excluded[name] for name in added},
    )


def take_out_nothing(target: Connection, table: Table, added: Sequence[str], places: Iterable[tuple[Any, ...]]) -> None:
    """Delete those of these places where nothing is left in the columns `added`."""
    is_nothing = and_(*(table.c[name] == 0 for name in added))

    def take_out(given: GivenRow) -> Delete:
        return delete(table).where(is_nothing, *(table.c[name] == value for name, value in given.of.items()))

    types = {column.name: column.type for column in table.primary_key.columns}
    for_each_given(target, types, list(places), take_out)
