"""The daily series by deltas: what each member adds and takes away, on the days when it does.

A change counts `in_force` (members of the population) and, of these, the states of the digital copy. A state begins
on the later of its own day and the day on which the member enters, and ends when the member leaves.

Which results and cases are members, where and when, the database tells (`spells`); their changes are summed here, as
arrays of whole numbers: a database sorts them in twice the time that fetching the spells takes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sohoa.indicators.moves import FOREVER
from sohoa.indicators.results import STATES

CHANGES = tuple(f"{state}_change" for state in STATES)
SERIES = ("population", "cohort_year", "report_year", "unit_code", "procedure_code")
"""What makes a series. A case belongs to the year in which it was resolved, in either calendar: two series for one
civil year, parted on 15 December. The years of the stocks P1 and P2 are 0."""

Numbers: TypeAlias = NDArray[np.int64]

DAY_0 = dt.date(1970, 1, 1)


def number_of(day: dt.date) -> int:
    """The number of a day: days since 1 January 1970, negative before; NumPy counts them likewise."""
    return (day - DAY_0).days


NEVER = number_of(FOREVER)

_FIRST_DAY = number_of(dt.date.min)
_N_DAYS = NEVER - _FIRST_DAY
# One change is a whole number that says series, day, state, and whether it is added or taken away, in this order.
_PER_DAY = 2 * len(STATES)
_PER_SERIES = _PER_DAY * _N_DAYS
MOST_SERIES = np.iinfo(np.int64).max // _PER_SERIES
"""So many series can be told apart."""

_SUMMED_AT_ONCE = 250_000  # with sixteen times more, a rebuild takes an eighth longer and twice the memory


class DailyChanges(NamedTuple):
    """The days of some series on which something changed, sorted by series and day; n rows.

    Attributes:
        series: number of the series, (n,).
        day: number of the day, (n,).
        changes: of each of `STATES`, (n, 5); not all of a row are 0.
        totals: of each of `STATES` at the end of the day, (n, 5).
    """

    series: Numbers
    day: Numbers
    changes: Numbers
    totals: Numbers


def changes_of(series: Numbers, enters_on: Numbers, leaves_on: Numbers, reached_on: Sequence[Numbers]) -> Numbers:
    """All changes that n spells make, one number each, in no order, for `sum_changes`.

    Args:
        series: number of the series, (n,), below `MOST_SERIES`.
        enters_on: number of the day of entering, (n,).
        leaves_on: that of leaving, (n,); `NEVER` if it stays. A spell that does not last a day changes nothing.
        reached_on: of each of `STATES` but the first the days of reaching it, (n,); `NEVER` if the copy did not.
    """
    found = []
    for state, day in enumerate((enters_on, *reached_on)):
        begins_on = np.maximum(day, enters_on)
        lasts = begins_on < leaves_on
        ends = lasts & (leaves_on < NEVER)
        for sign, (where, days) in enumerate(((lasts, begins_on), (ends, leaves_on))):
            found.append(((series * _N_DAYS + days - _FIRST_DAY) * _PER_DAY + (2 * state + sign))[where])
    return np.concatenate(found)


def sum_changes(changes: Numbers) -> Iterator[DailyChanges]:
    """The daily changes and running totals of all that was gathered, in portions of whole series; sorts the array."""
    changes.sort()
    start = 0
    while start < len(changes):
        last = changes[min(start + _SUMMED_AT_ONCE, len(changes)) - 1]
        end = int(np.searchsorted(changes, (last // _PER_SERIES + 1) * _PER_SERIES))
        yield _daily(changes[start:end])
        start = end


def _daily(changes: Numbers) -> DailyChanges:
    kinds, sums = _sums(changes // 2, 1 - 2 * (changes % 2))
    places, states = np.divmod(kinds, len(STATES))
    starts = _starts(places)
    by_day = np.zeros((len(starts), len(STATES)), np.int64)
    by_day[np.repeat(np.arange(len(starts)), np.diff(starts, append=len(places))), states] = sums
    changed = by_day.any(axis=1)
    series, day = np.divmod(places[starts[changed]], _N_DAYS)
    return DailyChanges(series, day + _FIRST_DAY, by_day[changed], _running(series, by_day[changed]))


def _sums(keys: Numbers, values: Numbers) -> tuple[Numbers, Numbers]:
    """The different keys of a sorted array, and the sum of the values of each."""
    starts = _starts(keys)
    return keys[starts], np.add.reduceat(values, starts)


def _running(series: Numbers, changes: Numbers) -> Numbers:
    totals = changes.cumsum(axis=0)
    starts = _starts(series)
    before = totals[starts] - changes[starts]
    return totals - np.repeat(before, np.diff(starts, append=len(series)), axis=0)


def _starts(keys: Numbers) -> Numbers:
    """Where in a sorted array each key begins; no key is negative."""
    return np.flatnonzero(np.diff(keys, prepend=-1))
