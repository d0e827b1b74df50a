"""Spells as the daily series counts them: who is a member from which day to which, and since when as digitised.

The selects are set-wise over tables of facts (`results.result_facts`, `results.case_facts`), whole or in part.
A day of leaving or of the copy that is null never comes.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Select, func, literal, select

from sohoa.indicators.moves import FOREVER, Moves
from sohoa.indicators.populations import held_by_units
from sohoa.indicators.results import COPY_DATES


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
            enters_on.label("enters_on"),
            out_on.label("out_on"),
            unusable_on.label("unusable_on"),
            *(facts.c[name] for name in COPY_DATES),
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
            enters_on.label("enters_on"),
            leaves_on.label("leaves_on"),
            *(cases.c[name] for name in COPY_DATES),
        )
        .select_from(held.source)
        .where(held.is_held, enters_on < leaves_on)
    )
