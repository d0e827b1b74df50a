"""The daily series by deltas: what each result and case adds and takes away, on the days when it does.

A change counts `in_force` (members of the population) and, of these, the states of the digital copy. A state begins
on the later of its own day and the day on which the member enters, and ends when the member leaves.
The selects are set-wise over tables of facts (`results.result_facts`, `results.case_facts`), whole or in part:
what they give for some facts is what those facts contribute to the series.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    FromClause,
    Integer,
    Select,
    String,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from sohoa.indicators.moves import FOREVER, Moves
from sohoa.indicators.populations import held_by_units
from sohoa.indicators.results import COPY_DATES, STATES

CHANGES = tuple(f"{state}_change" for state in STATES)
SERIES = ("population", "cohort_year", "report_year", "unit_code", "procedure_code")
"""What makes a series. A case belongs to the year in which it was resolved, in either calendar: two series for one
civil year, parted on 15 December. The years of the stocks P1 and P2 are 0."""

Vector = Mapping[str, ColumnElement[int]]
"""The change of each state, 0 where left out."""


def stock_changes(facts: FromClause, moves: Moves) -> CompoundSelect[Any]:
    """The changes of P1 and P2 that these results make: one row per series and day, none where all are 0.

    Both are counted in one pass, since most results enter both on the same day.
    """
    held = held_by_units(facts, moves)
    enters_on = held.later(facts.c.exists_on)
    out_on = held.earlier(func.coalesce(facts.c.out_of_force_on, FOREVER))
    unusable_on = held.earlier(func.coalesce(facts.c.not_usable_on, FOREVER))
    copies = [facts.c[name] for name in COPY_DATES]

    def step(day: ColumnElement[dt.date], in_force: Vector, usable: Vector, *where: ColumnElement[bool]) -> Select[Any]:
        return (
            select(
                held.unit_code.label("unit_code"),
                facts.c.procedure_code,
                day.label("day"),
                *_columns(in_force, "P1_"),
                *_columns(usable, "P2_"),
            )
            .select_from(held.source)
            .where(facts.c.is_counted, held.is_held, enters_on < out_on, *where)
        )

    steps = [step(enters_on, _entering(enters_on, copies), _entering(enters_on, copies, enters_on < unusable_on))]
    for reached_on, changes, is_first in _reaching(copies):
        usable = {state: _when(reached_on < unusable_on, change) for state, change in changes.items()}
        steps.append(step(reached_on, changes, usable, reached_on > enters_on, reached_on < out_on, is_first))
    leaving = _leaving(unusable_on, copies)
    together = {state: _when(out_on == unusable_on, change) for state, change in leaving.items()}
    steps.append(step(unusable_on, together, leaving, unusable_on > enters_on, unusable_on < FOREVER))
    steps.append(step(out_on, _leaving(out_on, copies), {}, out_on != unusable_on, out_on < FOREVER))
    wide = _summed(steps, ("unit_code", "procedure_code"), ("P1_", "P2_")).cte("stock")
    return union_all(
        *(
            select(
                literal(population, String).label("population"),
                literal(0, Integer).label("cohort_year"),
                literal(0, Integer).label("report_year"),
                wide.c.unit_code,
                wide.c.procedure_code,
                wide.c.day,
                *(wide.c[f"{population}_{state}"].label(f"{state}_change") for state in STATES),
            ).where(_any_nonzero([wide.c[f"{population}_{state}"] for state in STATES]))
            for population in ("P1", "P2")
        )
    )


def case_changes(cases: FromClause, moves: Moves) -> Select[Any]:
    """The changes of P3 that these cases make: one row per series and day, none where all are 0."""
    held = held_by_units(cases, moves)
    enters_on = held.later(cases.c.resolved_on)
    leaves_on = held.earlier(literal(FOREVER, Date))
    copies = [cases.c[name] for name in COPY_DATES]

    def step(day: ColumnElement[dt.date], changes: Vector, *where: ColumnElement[bool]) -> Select[Any]:
        return (
            select(
                cases.c.cohort_year,
                cases.c.report_year,
                held.unit_code.label("unit_code"),
                cases.c.procedure_code,
                day.label("day"),
                *_columns(changes, ""),
            )
            .select_from(held.source)
            .where(held.is_held, enters_on < leaves_on, *where)
        )

    steps = [step(enters_on, _entering(enters_on, copies))]
    for reached_on, changes, is_first in _reaching(copies):
        steps.append(step(reached_on, changes, reached_on > enters_on, reached_on < leaves_on, is_first))
    if moves.moved:
        steps.append(step(leaves_on, _leaving(leaves_on, copies), leaves_on < FOREVER))
    day = _summed(steps, SERIES[1:], ("",)).subquery("day")
    return select(
        literal("P3", String).label("population"),
        *(day.c[name] for name in SERIES[1:]),
        day.c.day,
        *(day.c[state].label(f"{state}_change") for state in STATES),
    ).where(_any_nonzero([day.c[state] for state in STATES]))


def running_totals(changes: FromClause, until: dt.date) -> Select[Any]:
    """The series up to and including `until`, sorted: each change beside the totals that then stand."""
    key = [changes.c[name] for name in SERIES]
    return (
        select(
            *key,
            changes.c.day,
            *(changes.c[name] for name in CHANGES),
            *(
                # By rows, since a series has one a day: databases look for others of the same day otherwise.
                func.sum(changes.c[name]).over(partition_by=key, order_by=changes.c.day, rows=(None, 0)).label(state)
                for state, name in zip(STATES, CHANGES, strict=True)
            ),
        )
        .where(changes.c.day <= until)
        .order_by(*key, changes.c.day)
    )


def _columns(changes: Vector, prefix: str) -> Iterator[ColumnElement[int]]:
    for state in STATES:
        yield changes.get(state, literal(0, Integer)).label(f"{prefix}{state}")


def _entering(
    enters_on: ColumnElement[dt.date], copies: Sequence[ColumnElement[dt.date]], *where: ColumnElement[bool]
) -> Vector:
    """The member itself, and each state that its copy had reached by then."""
    return {
        "in_force": _one(*where),
        **{state: _one(reached_on <= enters_on, *where) for state, reached_on in zip(STATES[1:], copies, strict=True)},
    }


def _reaching(
    copies: Sequence[ColumnElement[dt.date]],
) -> Iterator[tuple[ColumnElement[dt.date], Vector, ColumnElement[bool]]]:
    """For each state of the copy its day, all states reached on that day, and whether no earlier state told of it."""
    for number, reached_on in enumerate(copies):
        later = zip(STATES[1 + number :], copies[number:], strict=True)
        yield (
            reached_on,
            {state: _one(other == reached_on) for state, other in later},
            and_(reached_on.is_not(null()), *(other.is_distinct_from(reached_on) for other in copies[:number])),
        )


def _leaving(leaves_on: ColumnElement[dt.date], copies: Sequence[ColumnElement[dt.date]]) -> Vector:
    """The member itself, and each state that its copy had reached before."""
    return {
        "in_force": literal(-1, Integer),
        **{state: -_one(reached_on < leaves_on) for state, reached_on in zip(STATES[1:], copies, strict=True)},
    }


def _one(*where: ColumnElement[bool]) -> ColumnElement[int]:
    return case((and_(*where), 1), else_=0) if where else literal(1, Integer)


def _when(condition: ColumnElement[bool], change: ColumnElement[int]) -> ColumnElement[int]:
    return case((condition, change), else_=0)


def _summed(steps: Iterable[Select[Any]], key: Sequence[str], prefixes: Sequence[str]) -> Select[Any]:
    """The steps of each key and day together, in their order."""
    # A table that is filled in the order of its key takes half as long to fill, and then to read.
    step = union_all(*steps).subquery("step")
    names = [f"{prefix}{state}" for prefix in prefixes for state in STATES]
    columns = [*(step.c[name] for name in key), step.c.day]
    sums = (func.sum(step.c[name]).label(name) for name in names)
    return select(*columns, *sums).group_by(*columns).order_by(*columns)


def _any_nonzero(changes: Iterable[ColumnElement[int]]) -> ColumnElement[bool]:
    return or_(*(change != 0 for change in changes))
