"""The fact tables of results and cases, read from the catalogue: all of them, or those of some results."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, insert

from sohoa.catalogue.database import chunks
from sohoa.catalogue.models import Result
from sohoa.indicators import FOREVER, REPORT_STARTS_ON, case_facts, result_facts
from sohoa.warehouse.dimensions import Row, unit_key
from sohoa.warehouse.tables import NO_PROCEDURE, fact_case, fact_result

CHUNK_ROWS = 20_000
"""Rows in memory at once."""

IDS_PER_QUERY = 500
"""Results asked for at once; databases limit the parameters of a query."""


def load_facts(source: Connection, target: Connection) -> int:
    """Copy all facts from the catalogue into the empty fact tables; return the number of results."""
    return _copy(source, target, None)


def reload_facts(source: Connection, target: Connection, result_ids: Sequence[int]) -> None:
    """Replace the facts of some results by what the catalogue now says."""
    for ids in chunks(result_ids, IDS_PER_QUERY):
        for table in (fact_case, fact_result):
            target.execute(delete(table).where(table.c.result_id.in_(ids)))
        _copy(source, target, Result.id.in_(ids))


def _copy(source: Connection, target: Connection, only: ColumnElement[bool] | None) -> int:
    n_results = _insert(target, fact_result, map(_result_row, _rows(source, result_facts(source, only))))
    _insert(target, fact_case, map(_case_row, _rows(source, case_facts(source, only))))
    return n_results


def _rows(source: Connection, query: Select[Any]) -> Iterable[Row]:
    return (dict(row) for row in source.execute(query, execution_options={"yield_per": CHUNK_ROWS}).mappings())


def _insert(target: Connection, table: Table, rows: Iterable[Row]) -> int:
    n_rows = 0
    for part in chunks(rows, CHUNK_ROWS):
        target.execute(insert(table), part)
        n_rows += len(part)
    return n_rows


def _result_row(fact: Row) -> Row:
    return {
        **_of_unit(fact),
        "out_of_force_on": _unless_forever(fact["out_of_force_on"]),
        "not_usable_on": _unless_forever(fact["not_usable_on"]),
    }


def _case_row(fact: Row) -> Row:
    day: dt.date = fact["resolved_on"]
    is_of_next = day.month == 12 and day.day >= REPORT_STARTS_ON
    return {**_of_unit(fact), "cohort_year": day.year, "report_year": day.year + is_of_next}


def _of_unit(fact: Row) -> Row:
    return {
        **fact,
        "unit_key": unit_key(fact["unit_code"]),
        "procedure_code": fact["procedure_code"] or NO_PROCEDURE,
    }


def _unless_forever(day: dt.date | None) -> dt.date | None:
    return None if day == FOREVER else day
