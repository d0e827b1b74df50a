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
    Label,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from sohoa.indicators.day_numbers import day_number, day_of_number, number_of
from sohoa.indicators.moves import FOREVER, Moves
from sohoa.indicators.populations import held_by_units
from sohoa.indicators.results import COPY_DATES, STATES

CHANGES = tuple(f"{state}_change" for state in STATES)
SERIES = ("population", "cohort_year", "report_year", "unit_code", "procedure_code")
"""What makes a series. A case belongs to the year in which it was resolved, in either calendar: two series for one
civil year, parted on 15 December. The years of the stocks P1 and P2 are 0."""

Vector = Mapping[str, ColumnElement[int]]
"""The change of each state, 0 where left out."""

Day = ColumnElement[int]
"""A day by its number (`day_numbers`)."""

NEVER = number_of(FOREVER)

_BEGINS_OR_ENDS = ("exists_on", "resolved_on", "out_of_force_on", "not_usable_on")


def stock_changes(facts: FromClause, moves: Moves) -> CompoundSelect[Any]:
    """The changes of P1 and P2 that these results make: one row per series and day, none where all are 0."""
    return _stock_rows(facts, moves, None)


def stock_series(facts: FromClause, moves: Moves, until: dt.date) -> CompoundSelect[Any]:
    """The changes of P1 and P2 up to and including `until`, each beside the totals that then stand, sorted."""
    return _stock_rows(facts, moves, until)


def case_changes(cases: FromClause, moves: Moves) -> Select[Any]:
    """The changes of P3 that these cases make: one row per series and day, none where all are 0."""
    return _case_rows(cases, moves, None)


def case_series(cases: FromClause, moves: Moves, until: dt.date) -> Select[Any]:
    """The changes of P3 up to and including `until`, each beside the totals that then stand, sorted."""
    return _case_rows(cases, moves, until)


def facts_after(facts: FromClause, moves: Moves, day: dt.date) -> Select[Any]:
    """Of these facts all that may change something after `day`, and few others."""
    dates = [facts.c[name] for name in (*_BEGINS_OR_ENDS, *COPY_DATES) if name in facts.c]
    return select(facts).where(or_(facts.c.unit_code.in_(moves.moved), *(date > day for date in dates)))


def running_totals(changes: FromClause, until: dt.date) -> Select[Any]:
    """The series up to and including `until`: each change beside the totals that then stand."""
    key = [changes.c[name] for name in SERIES]
    totals = (_running(changes.c[name], key, changes.c.day) for name in CHANGES)
    return select(
        *key,
        changes.c.day,
        *(changes.c[name] for name in CHANGES),
        *(total.label(state) for state, total in zip(STATES, totals, strict=True)),
    ).where(changes.c.day <= until)


def _stock_rows(facts: FromClause, moves: Moves, until: dt.date | None) -> CompoundSelect[Any]:
    # Both populations in one pass, since most results enter both on the same day.
    by_day = _by_day(_stock_steps(_stocks(facts, moves)), ("unit_code", "procedure_code"), ("P1_", "P2_"), until)
    stock = by_day.cte("stock")
    years = [literal(0, Integer).label(name) for name in ("cohort_year", "report_year")]
    return union_all(
        *(
            _rows(stock, f"{population}_", population, [*years, stock.c.unit_code, stock.c.procedure_code])
            for population in ("P1", "P2")
        )
    )


def _case_rows(cases: FromClause, moves: Moves, until: dt.date | None) -> Select[Any]:
    by_day = _by_day(_case_steps(_cases(cases, moves), moves), SERIES[1:], ("",), until).subquery("case_day")
    return _rows(by_day, "", "P3", [by_day.c[name] for name in SERIES[1:]])


def _stocks(facts: FromClause, moves: Moves) -> FromClause:
    """Members of P1 in each unit that holds them, with the days on which they enter, and leave either population."""
    held = held_by_units(facts, moves)
    enters_on = held.later(facts.c.exists_on)
    out_on = held.earlier(func.coalesce(facts.c.out_of_force_on, FOREVER))
    unusable_on = held.earlier(func.coalesce(facts.c.not_usable_on, FOREVER))
    return (
        select(
            held.unit_code.label("unit_code"),
            facts.c.procedure_code,
            day_number(enters_on).label("enters_on"),
            day_number(out_on).label("out_on"),
            day_number(unusable_on).label("unusable_on"),
            *_copy_days(facts),
        )
        .select_from(held.source)
        .where(facts.c.is_counted, held.is_held, enters_on < out_on)
        .cte("held")
    )


def _cases(cases: FromClause, moves: Moves) -> FromClause:
    """Cases in each unit that holds them, with the days on which they enter and leave it."""
    held = held_by_units(cases, moves)
    enters_on = held.later(cases.c.resolved_on)
    leaves_on = held.earlier(literal(FOREVER, Date))
    return (
        select(
            cases.c.cohort_year,
            cases.c.report_year,
            held.unit_code.label("unit_code"),
            cases.c.procedure_code,
            day_number(enters_on).label("enters_on"),
            day_number(leaves_on).label("leaves_on"),
            *_copy_days(cases),
        )
        .select_from(held.source)
        .where(held.is_held, enters_on < leaves_on)
        .cte("held")
    )


def _copy_days(facts: FromClause) -> Iterator[Label[int]]:
    return (day_number(facts.c[name]).label(name) for name in COPY_DATES)


def _stock_steps(held: FromClause) -> Iterator[Select[Any]]:
    enters_on, out_on, unusable_on = held.c.enters_on, held.c.out_on, held.c.unusable_on
    copies = [held.c[name] for name in COPY_DATES]

    def step(day: Day, in_force: Vector, usable: Vector, *where: ColumnElement[bool]) -> Select[Any]:
        changes = (*_columns(in_force, "P1_"), *_columns(usable, "P2_"))
        return select(held.c.unit_code, held.c.procedure_code, day.label("day"), *changes).where(*where)

    yield step(enters_on, _entering(enters_on, copies), _entering(enters_on, copies, enters_on < unusable_on))
    for reached_on, changes, is_first in _reaching(copies):
        usable = {state: _when(reached_on < unusable_on, change) for state, change in changes.items()}
        yield step(reached_on, changes, usable, reached_on > enters_on, reached_on < out_on, is_first)
    leaving = _leaving(unusable_on, copies)
    together = {state: _when(out_on == unusable_on, change) for state, change in leaving.items()}
    yield step(unusable_on, together, leaving, unusable_on > enters_on, unusable_on < NEVER)
    yield step(out_on, _leaving(out_on, copies), {}, out_on != unusable_on, out_on < NEVER)


def _case_steps(held: FromClause, moves: Moves) -> Iterator[Select[Any]]:
    enters_on, leaves_on = held.c.enters_on, held.c.leaves_on
    copies = [held.c[name] for name in COPY_DATES]

    def step(day: Day, changes: Vector, *where: ColumnElement[bool]) -> Select[Any]:
        key = (held.c[name] for name in SERIES[1:])
        return select(*key, day.label("day"), *_columns(changes, "")).where(*where)

    yield step(enters_on, _entering(enters_on, copies))
    for reached_on, changes, is_first in _reaching(copies):
        yield step(reached_on, changes, reached_on > enters_on, reached_on < leaves_on, is_first)
    if moves.moved:
        yield step(leaves_on, _leaving(leaves_on, copies), leaves_on < NEVER)


def _columns(changes: Vector, prefix: str) -> Iterator[ColumnElement[int]]:
    for state in STATES:
        yield changes.get(state, literal(0, Integer)).label(f"{prefix}{state}_change")


def _entering(enters_on: Day, copies: Sequence[Day], *where: ColumnElement[bool]) -> Vector:
    """The member itself, and each state that its copy had reached by then."""
    return {
        "in_force": _one(*where),
        **{state: _one(reached_on <= enters_on, *where) for state, reached_on in zip(STATES[1:], copies, strict=True)},
    }


def _reaching(copies: Sequence[Day]) -> Iterator[tuple[Day, Vector, ColumnElement[bool]]]:
    """For each state of the copy its day, all states reached on that day, and whether no earlier state told of it."""
    for number, reached_on in enumerate(copies):
        later = zip(STATES[1 + number :], copies[number:], strict=True)
        yield (
            reached_on,
            {state: _one(other == reached_on) for state, other in later},
            and_(reached_on.is_not(null()), *(other.is_distinct_from(reached_on) for other in copies[:number])),
        )


def _leaving(leaves_on: Day, copies: Sequence[Day]) -> Vector:
    """The member itself, and each state that its copy had reached before."""
    return {
        "in_force": literal(-1, Integer),
        **{state: -_one(reached_on < leaves_on) for state, reached_on in zip(STATES[1:], copies, strict=True)},
    }


def _one(*where: ColumnElement[bool]) -> ColumnElement[int]:
    return case((and_(*where), 1), else_=0) if where else literal(1, Integer)


def _when(condition: ColumnElement[bool], change: ColumnElement[int]) -> ColumnElement[int]:
    return case((condition, change), else_=0)


def _by_day(
    steps: Iterable[Select[Any]], key: Sequence[str], prefixes: Sequence[str], until: dt.date | None
) -> Select[Any]:
    """The steps of each key and day together; with `until`, up to that day, beside the totals and sorted."""
    step = union_all(*steps).subquery("step")
    series = [step.c[name] for name in key]
    sums = {f"{prefix}{name}": func.sum(step.c[f"{prefix}{name}"]) for prefix in prefixes for name in CHANGES}
    by_day = select(*series, step.c.day, *(change.label(name) for name, change in sums.items())).group_by(
        *series, step.c.day
    )
    if until is None:
        return by_day
    # Totals of the sums in one query: both take the same sorting. A PostgreSQL sum of sums without the cast is numeric.
    totals = (
        _running(cast(change, Integer), series, step.c.day).label(name.removesuffix("_change"))
        for name, change in sums.items()
    )
    # A table that is filled in the order of its key takes half as long to fill, and then to read.
    return by_day.add_columns(*totals).where(step.c.day <= number_of(until)).order_by(*series, step.c.day)


def _running(change: ColumnElement[int], key: Sequence[ColumnElement[Any]], day: ColumnElement[Any]) -> Any:
    # By rows, since a series has one a day: databases look for others of the same day otherwise.
    return func.sum(change).over(partition_by=key, order_by=day, rows=(None, 0))


def _rows(by_day: FromClause, prefix: str, population: str, key: Iterable[ColumnElement[Any]]) -> Select[Any]:
    """The rows of one population, its columns without their prefix."""
    names = [name for name in (*CHANGES, *STATES) if f"{prefix}{name}" in by_day.c]
    return select(
        literal(population, String).label("population"),
        *key,
        day_of_number(by_day.c.day).label("day"),
        *(by_day.c[f"{prefix}{name}"].label(name) for name in names),
    ).where(or_(*(by_day.c[f"{prefix}{name}"] != 0 for name in CHANGES)))
