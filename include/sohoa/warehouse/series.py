"""The daily series in the warehouse, counted from its facts: in full, or brought up to date after a change.

Both ways end in the same rows: `change_daily` is the sum of what the facts contribute, and
`fact_digitisation_daily` its running total up to the day of the load.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from sqlalchemy import (
    Connection,
    FromClause,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite

from sohoa.catalogue.database import chunks
from sohoa.indicators import CHANGES, SERIES, STATES, Moves, case_changes, running_totals, stock_changes
from sohoa.warehouse.dimensions import FIRST_DAY, load_days, unit_key_of
from sohoa.warehouse.facts import IDS_PER_QUERY
from sohoa.warehouse.tables import change_daily, fact_case, fact_digitisation_daily, fact_result

Place: TypeAlias = tuple[Any, ...]
"""Where a change lies: the values of `SERIES`, and the day."""

Changes: TypeAlias = dict[Place, tuple[int, ...]]
"""The change of each of `STATES` by place."""

_PLACE = (*SERIES, "day")


def rebuild_series(target: Connection, moves: Moves, last_day: dt.date) -> None:
    """Count the empty tables of changes and totals anew from all facts, up to and including `last_day`."""
    for changes in (stock_changes(fact_result, moves), case_changes(fact_case, moves)):
        target.execute(insert(change_daily).from_select([*_PLACE, *CHANGES], changes))
    load_days(target, last_day, _days_of_change(target, last_day))
    target.execute(_insert_totals(running_totals(change_daily, last_day)))


def _days_of_change(target: Connection, last_day: dt.date) -> set[dt.date]:
    """The days up to `last_day` on which something changed; of those that `dim_date` has anyway only the first."""
    day = change_daily.c.day
    of_the_state = select(func.min(day)).where(day >= FIRST_DAY, day <= last_day)
    before = select(day).where(day < FIRST_DAY, day <= last_day).distinct()
    return {found for found in target.scalars(of_the_state.union_all(before)) if found is not None}


def refresh_series(
    target: Connection, moves: Moves, last_day: dt.date, result_ids: Sequence[int], reload: Callable[[], None]
) -> Changes:
    """Bring changes and totals up to date with some results, and return by how much the changes changed.

    Args:
        target: The warehouse, in a writing transaction.
        moves: Units over time, as when the series was built.
        last_day: The series' last day, as when it was built.
        result_ids: The results concerned.
        reload: Replaces the facts of these results.
    """
    before = _contributions(target, moves, result_ids)
    reload()
    after = _contributions(target, moves, result_ids)
    difference = _difference(before, after)
    _add_changes(target, difference)
    load_days(target, last_day, {place[-1] for place in difference if place[-1] <= last_day})
    _recount_totals(target, last_day, difference)
    return difference


def _contributions(target: Connection, moves: Moves, result_ids: Sequence[int]) -> Changes:
    """What these results contribute to the series by the facts as they stand."""
    found: defaultdict[Place, list[int]] = defaultdict(lambda: [0] * len(CHANGES))
    for ids in chunks(result_ids, IDS_PER_QUERY):
        for query in (stock_changes(_of(fact_result, ids), moves), case_changes(_of(fact_case, ids), moves)):
            for row in target.execute(query):
                total = found[tuple(row[: len(_PLACE)])]
                for number, change in enumerate(row[len(_PLACE) :]):
                    total[number] += change
    return {place: tuple(changes) for place, changes in found.items()}


def _of(table: Table, ids: Sequence[int]) -> FromClause:
    return select(table).where(table.c.result_id.in_(ids)).subquery("fact")


def _difference(before: Changes, after: Changes) -> Changes:
    nothing = (0,) * len(CHANGES)
    differences = {
        place: tuple(new - old for new, old in zip(after.get(place, nothing), before.get(place, nothing), strict=True))
        for place in before.keys() | after.keys()
    }
    return {place: changes for place, changes in differences.items() if any(changes)}


def _add_changes(target: Connection, difference: Changes) -> None:
    if not difference:
        return
    dialect = sqlite if target.dialect.name == "sqlite" else postgresql
    added = dialect.insert(change_daily)
    upsert = added.on_conflict_do_update(
        index_elements=list(_PLACE), set_={name: change_daily.c[name] + added.excluded[name] for name in CHANGES}
    )
    target.execute(
        upsert,
        [dict(zip((*_PLACE, *CHANGES), (*place, *changes), strict=True)) for place, changes in difference.items()],
    )
    no_change = and_(*(change_daily.c[name] == 0 for name in CHANGES))
    target.execute(
        delete(change_daily).where(_is_series(change_daily), change_daily.c.day == bindparam("of_day"), no_change),
        [{**_series_values(place), "of_day": place[-1]} for place in difference],
    )


def _recount_totals(target: Connection, last_day: dt.date, difference: Changes) -> None:
    """Run the totals of each series anew, from the first day on which it changed otherwise than before."""
    first_days: dict[Place, dt.date] = {}
    for *series, day in sorted(place for place in difference if place[-1] <= last_day):
        first_days.setdefault(tuple(series), day)
    if not first_days:
        return
    values = [{**_series_values(series), "first_day": day} for series, day in first_days.items()]
    fact = fact_digitisation_daily
    target.execute(delete(fact).where(_is_series(fact), fact.c.day >= bindparam("first_day")), values)
    target.execute(_insert_totals(_totals_since(last_day)), values)


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
    changes = (
        select(change_daily)
        .where(_is_series(change_daily), change_daily.c.day >= bindparam("first_day"))
        .subquery("change")
    )
    added = running_totals(changes, last_day).order_by(None).subquery("added")
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
