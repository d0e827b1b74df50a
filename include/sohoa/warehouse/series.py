"""The daily series in the warehouse, counted from its facts: in full, or brought up to date after a change.

Both ways end in the same rows: `fact_digitisation_daily` has the sum of what the facts contribute to each day up to
that of the load, and its running total; `change_ahead` the sums of the days after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, FromClause, Select, Table, and_, bindparam, delete, func, insert, select, true

from sohoa.catalogue.bulk import rarely_collecting
from sohoa.catalogue.database import chunks
from sohoa.indicators import (
    CHANGES,
    SERIES,
    STATES,
    Moves,
    number_of,
)
from sohoa.warehouse.adding import add_changes
from sohoa.warehouse.bulk import write_columns
from sohoa.warehouse.counting import SeriesPart, count_series
from sohoa.warehouse.dimensions import FIRST_DAY, load_days, unit_key, unit_key_of
from sohoa.warehouse.facts import IDS_PER_QUERY
from sohoa.warehouse.tables import change_ahead, fact_case, fact_digitisation_daily, fact_result

Place: TypeAlias = tuple[Any, ...]
"""Where a change lies: the values of `SERIES`, and the day."""

Changes: TypeAlias = dict[Place, tuple[int, ...]]
"""The change of each of `STATES` by place."""

_PLACE = (*SERIES, "day")


def rebuild_series(target: Connection, moves: Moves, last_day: dt.date) -> None:
    """Count the empty tables of the series anew from all facts, with totals up to and including `last_day`."""
    with rarely_collecting():
        for part in count_series(target, moves, [fact_result], [fact_case]):
            is_ahead = part.daily.day > number_of(last_day)
            write_columns(target, fact_digitisation_daily, _with_totals(part, ~is_ahead))
            write_columns(target, change_ahead, part.columns(is_ahead))
    load_days(target, last_day, _days_of_change(target))


def _with_totals(part: SeriesPart, where: NDArray[np.bool_]) -> dict[str, Iterable[Any]]:
    """Columns of `fact_digitisation_daily` in some rows of a part."""
    columns, totals = part.columns(where), part.daily.totals[where].T.tolist()
    return columns | {"unit_key": map(unit_key, columns["unit_code"])} | dict(zip(STATES, totals, strict=True))


def _days_of_change(target: Connection) -> set[dt.date]:
    """The days on which something changed; of those that `dim_date` has anyway only the first."""
    day = fact_digitisation_daily.c.day
    first = target.scalar(select(func.min(day)))
    if first is None or first >= FIRST_DAY:
        return {first} if first else set()
    of_the_state = select(func.min(day)).where(day >= FIRST_DAY)
    before = select(day).where(day < FIRST_DAY).distinct()
    return {found for found in target.scalars(of_the_state.union_all(before)) if found is not None}


def advance_series(target: Connection, last_day: dt.date) -> None:
    """Bring the totals up to a later day: changes that stood ahead of them have happened by then."""
    ahead = change_ahead.c
    series = [ahead[name] for name in SERIES]
    passed = target.execute(select(*series, func.min(ahead.day)).where(ahead.day <= last_day).group_by(*series)).all()
    _count_totals(target, [{**_series_values(row), "first_day": row[-1]} for row in passed], last_day)


def refresh_series(
    target: Connection, moves: Moves, last_day: dt.date, result_ids: Sequence[int], reload: Callable[[], None]
) -> Changes:
    """Bring changes and totals up to date with some results, and return by how much the changes changed.

    Args:
        target: The warehouse, in a writing transaction.
        moves: Units over time, as when the series was built.
        last_day: The series' last day.
        result_ids: The results concerned.
        reload: Replaces the facts of these results.
    """
    before = _contributions(target, moves, result_ids)
    reload()
    after = _contributions(target, moves, result_ids)
    difference = _difference(before, after)
    first_days = _first_days(difference, last_day)
    _take_back(target, first_days)
    add_changes(target, change_ahead, difference)
    _count_totals(target, first_days, last_day)
    load_days(target, last_day, {place[-1] for place in difference if place[-1] <= last_day})
    return difference


def _contributions(target: Connection, moves: Moves, result_ids: Sequence[int]) -> Changes:
    """What these results contribute to the series by the facts as they stand."""
    found: Changes = {}
    facts = ([_of(table, ids) for ids in chunks(result_ids, IDS_PER_QUERY)] for table in (fact_result, fact_case))
    for part in count_series(target, moves, *facts):
        columns = part.columns(np.ones(len(part.daily.day), bool))
        columns["day"] = map(dt.date.fromisoformat, columns["day"])
        places = zip(*(columns[name] for name in _PLACE), strict=False)
        found.update(zip(places, zip(*(columns[name] for name in CHANGES), strict=True), strict=True))
    return found


def _of(table: Table, ids: Sequence[int]) -> FromClause:
    return select(table).where(table.c.result_id.in_(ids)).subquery("fact")


def _difference(before: Changes, after: Changes) -> Changes:
    nothing = (0,) * len(CHANGES)
    differences = {
        place: tuple(new - old for new, old in zip(after.get(place, nothing), before.get(place, nothing), strict=True))
        for place in before.keys() | after.keys()
    }
    return {place: changes for place, changes in differences.items() if any(changes)}


def _first_days(difference: Changes, last_day: dt.date) -> list[dict[str, Any]]:
    """Each series of which totals are no longer true, with the first day of which they are not."""
    first_days: dict[Place, dt.date] = {}
    for *series, day in sorted(place for place in difference if place[-1] <= last_day):
        first_days.setdefault(tuple(series), day)
    return [{**_series_values(series), "first_day": day} for series, day in first_days.items()]


def _take_back(target: Connection, first_days: list[dict[str, Any]]) -> None:
    """Make the changes of these series from their first days on changes ahead, so that they can be counted again."""
    if not first_days:
        return
    fact = fact_digitisation_daily
    is_taken = and_(_is_series(fact), fact.c.day >= bindparam("first_day"))
    names = [*_PLACE, *CHANGES]
    taken = select(*(fact.c[name] for name in names)).where(is_taken)
    target.execute(insert(change_ahead).from_select(names, taken), first_days)
    target.execute(delete(fact).where(is_taken), first_days)


def _count_totals(target: Connection, first_days: list[dict[str, Any]], last_day: dt.date) -> None:
    """Move the changes up to `last_day` that stand ahead of these series into them."""
    if not first_days:
        return
    target.execute(_insert_totals(_totals_since(last_day)), first_days)
    counted = delete(change_ahead).where(_is_series(change_ahead), change_ahead.c.day <= last_day)
    target.execute(counted, first_days)


def _totals_since(last_day: dt.date) -> Select[Any]:
    """The totals of one series from a day on: those that stood before it, and what was added since."""
    fact = fact_digitisation_daily
    stood = (
        select(*(fact.c[state] for state in STATES))
        .where(_is_series(fact), fact.c.day < bindparam("first_day"))
        .order_by(fact.c.day.desc())
        .limit(1)
        .subquery("stood")
    )
    ahead = change_ahead.c
    running = (func.sum(ahead[name]).over(order_by=ahead.day, rows=(None, 0)) for name in CHANGES)
    added = (
        select(change_ahead, *(total.label(state) for state, total in zip(STATES, running, strict=True)))
        .where(_is_series(change_ahead), ahead.day <= last_day)
        .subquery("added")
    )
    return select(
        *(added.c[name] for name in (*_PLACE, *CHANGES)),
        *((added.c[state] + func.coalesce(stood.c[state], 0)).label(state) for state in STATES),
    ).select_from(added.outerjoin(stood, true()))


def _insert_totals(totals: Select[Any]) -> Any:
    total = totals.subquery("total")
    names = [*_PLACE, *CHANGES, *STATES]
    rows = select(*(total.c[name] for name in names), unit_key_of(total.c.unit_code))
    return insert(fact_digitisation_daily).from_select([*names, "unit_key"], rows)


def _is_series(table: Table) -> Any:
    return and_(*(table.c[name] == bindparam(f"of_{name}") for name in SERIES))


def _series_values(place: Iterable[Any]) -> dict[str, Any]:
    return {f"of_{name}": value for name, value in zip(SERIES, place, strict=False)}
