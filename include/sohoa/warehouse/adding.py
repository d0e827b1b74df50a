"""Tables of changes to which more is added: a place that is there takes it in, and goes where nothing is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite

from sohoa.catalogue.database import insert_into


def add_changes(target: Connection, table: Table, changes: Mapping[tuple[Any, ...], Sequence[int]]) -> None:
    """Add changes to those in a table, by place: the values of its key, in its order."""
    if not changes:
        return
    key = [column.name for column in table.primary_key.columns]
    added = [column.name for column in table.columns if not column.primary_key]
    rows = [dict(zip((*key, *added), (*place, *some), strict=True)) for place, some in changes.items()]
    target.execute(or_add(insert_into(target.dialect, table), table, added), rows)
    take_out_nothing(target, table, added, changes)


def or_add(
    new: sqlite.Insert | postgresql.Insert, table: Table, added: Sequence[str]
) -> sqlite.Insert | postgresql.Insert:
    """An insert into a table that adds the columns `added` where the place is there."""
    return new.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: table.c[name] + new.excluded[name] for name in added},
    )


def take_out_nothing(target: Connection, table: Table, added: Sequence[str], places: Iterable[tuple[Any, ...]]) -> None:
    """Delete those of these places where nothing is left in the columns `added`."""
    key = [column.name for column in table.primary_key.columns]
    is_place = and_(*(table.c[name] == bindparam(f"of_{name}") for name in key))
    is_nothing = and_(*(table.c[name] == 0 for name in added))
    target.execute(
        delete(table).where(is_place, is_nothing),
        [{f"of_{name}": value for name, value in zip(key, place, strict=True)} for place in places],
    )
