"""The fact tables of results and cases, copied from the catalogue: all of them, or those of some results.

Within SQLite one statement copies them, between PostgreSQL databases the server's own copy format; only from one
kind of database to the other do rows pass through Python.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

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
from sohoa.warehouse.tables import NO_PROCEDURE, SCHEMA, copy_ahead, fact_case, fact_result

CHUNK_ROWS = 20_000
"""Rows in memory at once."""

IDS_PER_QUERY = 5000
"""Results asked for at once: what they contribute is in memory, and their numbers are one parameter."""


def load_facts(source: Connection, target: Connection) -> None:
    """Copy all facts from the catalogue into the empty fact tables.

    Args:
        source: The catalogue; `target` itself where that reaches both.
        target: The warehouse, in a writing transaction.
    """
    _copy_facts(source, target, None)


def reload_facts(source: Connection, target: Connection, result_ids: Sequence[int]) -> None:
    """Replace the facts of some results by what the catalogue now says."""
    for ids in chunks(result_ids, IDS_PER_QUERY):
        for table in (fact_case, fact_result):
            target.execute(delete(table).where(among(target.dialect, table.c.result_id, ids)))
        _copy_facts(source, target, among(source.dialect, Result.id, ids))


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


def _copy_facts(source: Connection, target: Connection, only: ColumnElement[bool] | None) -> None:
    _copy(source, target, fact_result, _results(source, only))
    _copy(source, target, fact_case, _cases(source, only))


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
    return func.nullif(day, literal(FOREVER, Date))


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
