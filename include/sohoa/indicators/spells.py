"""Spells in whole numbers: who is counted from which day to which, and since when as digitised, signed, archived.

The selects are set-wise over tables of facts (`results.result_facts`, `results.case_facts`), whole or in part.
Days are their numbers (`day_numbers`), `NEVER` where there is none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Label, Select, func, literal, select

from sohoa.indicators.day_numbers import day_number, number_of
from sohoa.indicators.moves import FOREVER, Moves
from sohoa.indicators.populations import held_by_units
from sohoa.indicators.results import COPY_DATES

NEVER = number_of(FOREVER)


def stock_spells(facts: FromClause, moves: Moves) -> Select[Any]:
    """Members of P1 in each unit that holds them, in no order.

    Columns: unit_code, procedure_code; enters_on; out_on and unusable_on, the days on which it leaves P1 and P2 (the
    latter may be that of entering, or before); the dates of the digital copy.
    """
    held = held_by_units(facts, moves)
    enters_on = held.later(facts.c.exists_on)
    out_on, unusable_on = held.earlier(facts.c.out_of_force_on), held.earlier(facts.c.not_usable_on)
    return (
        select(
            held.unit_code.label("unit_code"),
            facts.c.procedure_code,
            day_number(enters_on).label("enters_on"),
            _number_or_never(out_on).label("out_on"),
            _number_or_never(unusable_on).label("unusable_on"),
            *_copy_days(facts),
        )
        .select_from(held.source)
        .where(facts.c.is_counted, held.is_held, enters_on < func.coalesce(out_on, FOREVER))
    )


def case_spells(cases: FromClause, moves: Moves) -> Select[Any]:
    """Members of P3 in each unit that holds them, in no order.

    Columns: unit_code, procedure_code, cohort_year, report_year; enters_on, leaves_on; the dates of the digital copy.
    """
    held = held_by_units(cases, moves)
    enters_on = held.later(cases.c.resolved_on)
    leaves_on: ColumnElement[dt.date] = held.earlier(literal(FOREVER, Date))
    return (
        select(
            held.unit_code.label("unit_code"),
            cases.c.procedure_code,
            cases.c.cohort_year,
            cases.c.report_year,
            day_number(enters_on).label("enters_on"),
            day_number(leaves_on).label("leaves_on"),
            *_copy_days(cases),
        )
        .select_from(held.source)
        .where(held.is_held, enters_on < leaves_on)
    )


def _copy_days(facts: FromClause) -> Iterator[Label[int]]:
    return (_number_or_never(facts.c[name]).label(name) for name in COPY_DATES)


def _number_or_never(day: ColumnElement[Any]) -> ColumnElement[int]:
    return func.coalesce(day_number(day), NEVER)
