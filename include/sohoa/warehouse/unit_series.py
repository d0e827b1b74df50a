"""The daily changes of units, their procedures together: what rates and forecasts are counted from."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, or_, select

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


def unit_changes(target: Connection, until: dt.date) -> Iterator[UnitChange]:
    """All changes up to and including `until`."""
    for row in target.execute(select(fact_unit_daily).where(fact_unit_daily.c.day <= until)):
        yield UnitChange(*row)
