"""The daily series in the warehouse, counted from its facts: in full, or brought up to date after a change.

Both ways end in the same rows: `fact_digitisation_daily` has the sum of what the facts contribute to each day up to
that of the load, and its running total; `change_ahead` the sums of the days after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    Connection,
    FromClause,
    Table,
    and_,
    delete,
    func,
    select,
    true,
    update,
)

from sohoa.catalogue.bulk import among, rarely_collecting
from sohoa.catalogue.database import chunks
from sohoa.indicators import (
    CHANGES,
    SERIES,
    STATES,
    Moves,
    number_of,
)
from sohoa.warehouse.adding import add_changes, insert_or_add, take_out_nothing
from sohoa.warehouse.bulk import write_columns
from sohoa.warehouse.counting import SeriesPart, count_series
from sohoa.warehouse.dimensions import FIRST_DAY, load_days, unit_key, unit_key_of
from sohoa.warehouse.facts import IDS_PER_QUERY
from sohoa.warehouse.given import GivenRow, for_each_given
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
    passed = target.execute(select(*(ahead[name] for name in (*_PLACE, *CHANGES))).where(ahead.day <= last_day)).all()
    if passed:
        target.execute(delete(change_ahead).where(ahead.day <= last_day))
        _add_to_series(target, {tuple(row[: len(_PLACE)]): tuple(row[len(_PLACE) :]) for row in passed})


def refresh_series(
    target: Connection, moves: Moves, last_day: dt.date, result_ids: Sequence[int], reload: Callable[[], None]
) -> Changes:
    """Bring changes and totals up to date with some results, and return by how much the changes changed.

    Args:
        target: The warehouse, in a writing transaction.
        moves: Units over time, as when the series was built.
        last_day: The series' last day.
        result_ids: The results concerned.
        reload: Brings the facts of these results up to date.
    """
    before = _contributions(target, moves, result_ids)
    reload()
    after = _contributions(target, moves, result_ids)
    difference = _difference(before, after)
    happened = {place: change for place, change in difference.items() if place[-1] <= last_day}
    _add_to_series(target, happened)
    add_changes(target, change_ahead, {place: difference[place] for place in difference.keys() - happened.keys()})
    load_days(target, last_day, {place[-1] for place in happened})
    return difference


def _contributions(target: Connection, moves: Moves, result_ids: Sequence[int]) -> Changes:
    """What these results contribute to the series by the facts as they stand."""
    found: Changes = {}
    portions = list(chunks(result_ids, IDS_PER_QUERY))
    facts = ([_facts_of(target, table, ids) for ids in portions] for table in (fact_result, fact_case))
    for part in count_series(target, moves, *facts):
        columns = part.columns(np.ones(len(part.daily.day), bool))
        columns["day"] = map(dt.date.fromisoformat, columns["day"])
        places = zip(*(columns[name] for name in _PLACE), strict=False)
        found.update(zip(places, zip(*(columns[name] for name in CHANGES), strict=True), strict=True))
    return found


def _facts_of(target: Connection, table: Table, ids: Sequence[int]) -> FromClause:
    return select(table).where(among(target.dialect, table.c.result_id, ids)).subquery("fact")


def _difference(before: Changes, after: Changes) -> Changes:
    nothing = (0,) * len(CHANGES)
    differences = {
        place: tuple(new - old for new, old in zip(after.get(place, nothing), before.get(place, nothing), strict=True))
        for place in before.keys() | after.keys()
    }
    return {place: changes for place, changes in differences.items() if any(changes)}


def _add_to_series(target: Connection, changes: Changes) -> None:
    """Add changes up to the series' last day, and to the totals from their days on what they add up to."""
    types = {name: fact_digitisation_daily.c[name].type for name in (*_PLACE, *CHANGES)}
    rows = [(*place, *change) for place, change in changes.items()]
    for_each_given(target, types, rows, lambda given: _add_to_place(target, given))
    for_each_given(target, types | {"last_day": types["day"]}, list(_added_to_totals(changes)), _add_to_totals)
    take_out_nothing(target, fact_digitisation_daily, CHANGES, changes)


def _add_to_place(target: Connection, given: GivenRow) -> Any:
    """Add to what changed in a place; one that is new has the totals that stood before it."""
    fact = fact_digitisation_daily
    before = select(*(fact.c[state] for state in STATES)).where(_is_series(given), fact.c.day < given.of["day"])
    stood = given.beside(before.order_by(fact.c.day.desc()).limit(1), "stood")
    totals = [func.coalesce(stood.c[state], 0) for state in STATES]
    row = select(*given.of.values(), unit_key_of(given.of["unit_code"]), *totals)
    rows = row.select_from(given.source.outerjoin(stood, true()))
    return insert_or_add(target, fact, [*given.of, "unit_key", *STATES], rows, CHANGES)


def _add_to_totals(given: GivenRow) -> Any:
    """Add to the totals of a series from one day to another."""
    fact = fact_digitisation_daily
    totals = {state: fact.c[state] + given.of[change] for state, change in zip(STATES, CHANGES, strict=True)}
    is_since = fact.c.day.between(given.of["day"], given.of["last_day"])
    return update(fact).where(_is_series(given), is_since).values(totals)


def _added_to_totals(changes: Changes) -> Iterator[tuple[Any, ...]]:
    """What these changes add to the totals, by place, and the last day of it: that before the next in the series.

    So that no two of them reach the same total.
    """
    for _, of_series in groupby(sorted(changes), key=lambda place: place[:-1]):
        places = list(of_series)
        last_days = [*(place[-1] - dt.timedelta(days=1) for place in places[1:]), dt.date.max]
        sums = np.cumsum([changes[place] for place in places], axis=0)
        for place, last_day, added in zip(places, last_days, sums.tolist(), strict=True):
            if any(added):
                yield (*place, *added, last_day)


def _is_series(given: GivenRow) -> Any:
    return and_(*(fact_digitisation_daily.c[name] == given.of[name] for name in SERIES))
