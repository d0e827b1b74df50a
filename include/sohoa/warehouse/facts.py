"""The fact tables of results and cases, copied from the catalogue: all of them, or those of some results.

Within SQLite one statement copies them, between PostgreSQL databases the server's own copy format; rows pass through
Python only from one kind of database to the other, and where those that stand are compared with what they are to be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    Table,
    and_,
    case,
    cast,
    delete,
    exists,
    extract,
    func,
    insert,
    literal,
    select,
)

from sohoa.catalogue.bulk import among
from sohoa.catalogue.database import chunks
from sohoa.catalogue.models import Result
from sohoa.indicators import FOREVER, REPORT_STARTS_ON, case_facts, result_facts
from sohoa.warehouse.dimensions import unit_key_of
from sohoa.warehouse.given import change_rows
from sohoa.warehouse.tables import NO_PROCEDURE, SCHEMA, copy_ahead, fact_case, fact_result, indexed_columns

CHUNK_ROWS = 20_000
"""Rows in memory at once."""

IDS_PER_QUERY = 5000
"""Results asked for at once: what they contribute is in memory, and their numbers are one parameter."""

_FactQuery: TypeAlias = Callable[[Connection, ColumnElement[bool] | None], Select[Any]]
"""Asks the catalogue for a table's rows of some results."""

_Row: TypeAlias = tuple[Any, ...]


def load_facts(source: Connection, target: Connection) -> None:
    """Copy all facts from the catalogue into the empty fact tables.

    Args:
        source: The catalogue; `target` itself where that reaches both.
        target: The warehouse, in a writing transaction.
    """
    _copy(source, target, fact_result, _results(source, None))
    _copy(source, target, fact_case, _cases(source, None))


def reload_facts(source: Connection, target: Connection, result_ids: Sequence[int]) -> None:
    """Bring the facts of some results up to what the catalogue now says.

    A row of which the indexes keep what they have is changed where it lies: it costs PostgreSQL one page, not five.
    """
    for table, query in ((fact_result, _results), (fact_case, _cases)):
        replaced: list[int] = []
        for ids in chunks(result_ids, IDS_PER_QUERY):
            replaced += _change_in_place(source, target, table, query, ids)
        # All go before any comes, since one may have the key that another had.
        for ids in chunks(replaced, IDS_PER_QUERY):
            target.execute(delete(table).where(among(target.dialect, table.c.result_id, ids)))
        for ids in chunks(replaced, IDS_PER_QUERY):
            _copy(source, target, table, query(source, among(source.dialect, Result.id, ids)))


def _change_in_place(
    source: Connection, target: Connection, table: Table, query: _FactQuery, ids: Sequence[int]
) -> list[int]:
    """Change the facts of those results whose rows may stay where they are, and return the other results."""
    stood = _by_result(target, table, select(table).where(among(target.dialect, table.c.result_id, ids)))
    if not stood:
        return list(ids)
    found = _by_result(source, table, query(source, among(source.dialect, Result.id, list(stood))))
    staying = {result for result, rows in stood.items() if rows.keys() == found.get(result, {}).keys()}
    pairs = [(old, found[result][indexed]) for result in staying for indexed, old in stood[result].items()]
    _write_differences(target, table, [(old, new) for old, new in pairs if old != new])
    return [result for result in ids if result not in staying]


def _by_result(connection: Connection, table: Table, facts: Select[Any]) -> dict[int, dict[_Row, _Row]]:
    """Rows of a table that a query gives, by result and by what indexes hold of them."""
    names = table.columns.keys()
    indexed = itemgetter(*(names.index(column.name) for column in indexed_columns(table)))
    given = facts.subquery("given").c
    found: dict[int, dict[_Row, _Row]] = {}
    for row in connection.execute(select(*(given[name] for name in names))):
        found.setdefault(row.result_id, {})[indexed(row)] = tuple(row)
    return found


def _write_differences(target: Connection, table: Table, pairs: Sequence[tuple[_Row, _Row]]) -> None:
    """Write what the second row of each pair has otherwise than the first, which stands in the table."""
    names = table.columns.keys()
    differing = [name for place, name in enumerate(names) if any(old[place] != new[place] for old, new in pairs)]
    given = itemgetter(*(names.index(name) for name in (*table.primary_key.columns.keys(), *differing)))
    change_rows(target, table, differing, [given(new) for _, new in pairs])


def note_copies_ahead(target: Connection, last_day: dt.date, result_ids: Sequence[int] | None = None) -> None:
    """Note which results have a digital copy that counts only after `last_day`.

    Args:
        target: The warehouse, in a writing transaction.
        last_day: That of the load.
        result_ids: The results whose facts changed since this was noted last; None for the first time.
    """
    fact = fact_result.c
    found = select(fact.result_id).where(fact.digitised_on > last_day)
    if result_ids is None:
        target.execute(insert(copy_ahead).from_select(["result_id"], found))
        return
    counts_now = exists().where(fact.result_id == copy_ahead.c.result_id, fact.digitised_on <= last_day)
    target.execute(delete(copy_ahead).where(counts_now))
    for ids in chunks(result_ids, IDS_PER_QUERY):
        target.execute(delete(copy_ahead).where(among(target.dialect, copy_ahead.c.result_id, ids)))
        ahead = found.where(among(target.dialect, fact.result_id, ids))
        target.execute(insert(copy_ahead).from_select(["result_id"], ahead))


def _results(source: Connection, only: ColumnElement[bool] | None) -> Select[Any]:
    """The rows of `fact_result`, its columns in no order."""
    fact = result_facts(source, only).subquery("of_result").c
    changed: dict[str, ColumnElement[Any]] = {
        **_of_unit(fact),
        "out_of_force_on": _unless_forever(fact.out_of_force_on),
        "not_usable_on": _unless_forever(fact.not_usable_on),
    }
    return _with(fact, changed)


def _cases(source: Connection, only: ColumnElement[bool] | None) -> Select[Any]:
    """The rows of `fact_case`, its columns in no order."""
    fact = case_facts(source, only).subquery("of_case").c
    year, month, day = (cast(extract(part, fact.resolved_on), Integer) for part in ("year", "month", "day"))
    is_of_next = and_(month == 12, day >= REPORT_STARTS_ON)
    changed: dict[str, ColumnElement[Any]] = {
        **_of_unit(fact),
        "cohort_year": year,
        "report_year": year + case((is_of_next, 1), else_=0),
    }
    return _with(fact, changed)


def _of_unit(fact: Any) -> dict[str, ColumnElement[Any]]:
    return {
        "unit_key": unit_key_of(fact.unit_code),
        "procedure_code": func.coalesce(fact.procedure_code, NO_PROCEDURE),
    }


def _unless_forever(day: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.nullif(day, literal(FOREVER, Date), type_=Date)


def _with(fact: Any, changed: dict[str, ColumnElement[Any]]) -> Select[Any]:
    """A fact's columns, some of them otherwise or besides."""
    columns = {**{column.name: column for column in fact}, **changed}
    return select(*(column.label(name) for name, column in columns.items()))


def _copy(source: Connection, target: Connection, table: Table, rows: Select[Any]) -> None:
    """Insert what a query of `source` gives."""
    names = [column.name for column in rows.selected_columns]
    if source is target:
        target.execute(insert(table).from_select(names, rows))
    elif source.dialect.name == target.dialect.name == "postgresql":
        _pipe(source, target, table, rows)
    else:
        found = source.execute(rows, execution_options={"yield_per": CHUNK_ROWS}).mappings()
        for part in chunks(found, CHUNK_ROWS):
            target.execute(insert(table), [dict(row) for row in part])


def _pipe(source: Connection, target: Connection, table: Table, rows: Select[Any]) -> None:
    """From server to server, in the format in which both read and write fastest; nothing of it is looked at here."""
    query = rows.compile(dialect=source.dialect, compile_kwargs={"render_postcompile": True})
    names = ", ".join(column.name for column in rows.selected_columns)
    reader: Any = source.connection.cursor()
    writer: Any = target.connection.cursor()
    with (
        reader,
        writer,
        reader.copy(f"COPY ({query}) TO STDOUT", query.params) as found,
        writer.copy(f"COPY {SCHEMA}.{table.name} ({names}) FROM STDIN") as taken,
    ):
        for part in found:
            taken.write(part)
