"""The daily changes of units, their procedures together: what rates and forecasts are counted from."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Integer, case, func, insert, literal, or_, select

from sohoa.warehouse.adding import add_changes
from sohoa.warehouse.series import Changes
from sohoa.warehouse.tables import change_ahead, fact_digitisation_daily, fact_unit_daily


class UnitChange(NamedTuple):
    """What changes for a unit on a day in one population and year: all its members, and the digitised of them."""

    population: str
    cohort_year: int
    report_year: int
    day: dt.date
    unit_code: str
    in_force: int
    digitised: int


def rebuild_unit_series(target: Connection) -> None:
    """Count the empty table of the units anew from the daily series and the changes ahead of it."""
    for table in (fact_digitisation_daily, change_ahead):
        key = [table.c[column.name] for column in fact_unit_daily.primary_key.columns]
        in_force, digitised = func.sum(table.c.in_force_change), func.sum(table.c.digitised_change)
        changes = select(*key, in_force, digitised).group_by(*key).having(or_(in_force != 0, digitised != 0))
        target.execute(insert(fact_unit_daily).from_select(fact_unit_daily.columns.keys(), changes.order_by(*key)))


def changes_of_units(difference: Changes) -> list[UnitChange]:
    """The changes of units among those of the series."""
    sums: defaultdict[tuple[str, int, int, dt.date, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (population, cohort_year, report_year, unit, _, day), (in_force, digitised, *_) in difference.items():
        place = (population, cohort_year, report_year, day, unit)
        sums[place] = (sums[place][0] + in_force, sums[place][1] + digitised)
    return [UnitChange(*place, *changes) for place, changes in sums.items() if any(changes)]


def refresh_unit_series(target: Connection, changes: Iterable[UnitChange]) -> None:
    """Add these changes, one a place, to those in the table."""
    add_changes(target, fact_unit_daily, {change[:5]: change[5:] for change in changes})


def unit_changes(target: Connection, days: Iterable[dt.date], *where: ColumnElement[bool]) -> Iterator[UnitChange]:
    """All changes up to and including the last of these days, each told on the first of them that is not before it.

    Args:
        target: The warehouse.
        days: For which to count; a change for each would cost more to read than to add up where it lies.
        where: Conditions on `fact_unit_daily`.
    """
    ends = sorted(set(days))
    change = fact_unit_daily.c
    number = _first_not_before(change.day, ends, 0, len(ends) - 1).label("number")
    key = (change.population, change.cohort_year, change.report_year, number, change.unit_code)
    sums = (func.sum(change.in_force_change), func.sum(change.digitised_change))
    rows = target.execute(select(*key, *sums).where(change.day <= ends[-1], *where).group_by(*key))
    for population, cohort_year, report_year, place, unit, in_force, digitised in rows:
        yield UnitChange(population, cohort_year, report_year, ends[place], unit, in_force, digitised)


def _first_not_before(
    day: ColumnElement[dt.date], ends: Sequence[dt.date], first: int, last: int
) -> ColumnElement[int]:
    """The number of the first of these days that is not before `day`, if one of `first` to `last` is: by halves."""
    if first == last:
        return literal(first, Integer)
    middle = (first + last) // 2
    return case(
        (day <= ends[middle], _first_not_before(day, ends, first, middle)),
        else_=_first_not_before(day, ends, middle + 1, last),
    )
