"""What spells add to the daily series and take away, against a count of every day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.indicators import changes
from sohoa.indicators.changes import MOST_SERIES, NEVER, DailyChanges, changes_of, number_of, sum_changes

FIRST, LAST = 100, 112


class Spell(NamedTuple):
    """Number of the series, days of entering and leaving, and days on which the copy reached its four states."""

    series: int
    enters_on: int
    leaves_on: int
    reached_on: tuple[int, ...]


DAYS = st.integers(FIRST, LAST)
PERHAPS = DAYS | st.just(NEVER)
SPELLS = st.lists(st.builds(Spell, st.integers(0, 2), DAYS, PERHAPS, st.tuples(*[PERHAPS] * 4)), max_size=12)


def summed(spells: list[Spell]) -> list[DailyChanges]:
    series, enters_on, leaves_on = (np.array([spell[place] for spell in spells], dtype=np.int64) for place in (0, 1, 2))
    reached_on = np.array([spell.reached_on for spell in spells], dtype=np.int64).reshape(-1, 4).T
    return list(sum_changes(changes_of(series, enters_on, leaves_on, list(reached_on))))


def totals_by_day(spells: list[Spell]) -> dict[tuple[int, int], tuple[int, ...]]:
    """Members and those in each state, counted anew on every day, of the days on which a count differs."""
    found: dict[tuple[int, int], tuple[int, ...]] = {}
    for series in {spell.series for spell in spells}:
        before = (0,) * 5
        for day in range(FIRST, LAST + 1):
            there = [one for one in spells if one.series == series and one.enters_on <= day < one.leaves_on]
            reached = [sum(one.reached_on[state] <= day for one in there) for state in range(4)]
            now = (len(there), *reached)
            if now != before:
                found[series, day] = before = now
    return found


def as_totals(parts: list[DailyChanges]) -> dict[tuple[int, int], tuple[int, ...]]:
    return {
        (int(series), int(day)): tuple(map(int, totals))
        for part in parts
        for series, day, totals in zip(part.series, part.day, part.totals, strict=True)
    }


@given(SPELLS)
def test_totals_are_what_a_count_of_every_day_finds(spells: list[Spell]) -> None:
    assert as_totals(summed(spells)) == totals_by_day(spells)


@given(SPELLS)
def test_totals_are_the_sum_of_the_changes_so_far(spells: list[Spell]) -> None:
    sums: defaultdict[int, np.ndarray] = defaultdict(lambda: np.zeros(5, np.int64))
    for part in summed(spells):
        for series, change, total in zip(part.series, part.changes, part.totals, strict=True):
            sums[int(series)] += change
            assert list(sums[int(series)]) == list(total)


@given(SPELLS)
def test_rows_come_by_series_and_day(spells: list[Spell]) -> None:
    places = list(as_totals(summed(spells)))
    assert places == sorted(places)


@given(SPELLS)
def test_a_series_is_never_parted_however_little_is_summed_at_once(spells: list[Spell]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "_SUMMED_AT_ONCE", 1)
        parts = summed(spells)
    assert as_totals(parts) == totals_by_day(spells)
    assert [len(set(part.series.tolist())) for part in parts if len(part.series)] == [1] * len(
        {series for series, _ in totals_by_day(spells)}
    )


def test_the_first_and_last_days_of_the_calendar_and_the_last_series_are_told_apart() -> None:
    first, last = number_of(dt.date.min), NEVER - 1
    (part,) = summed([Spell(MOST_SERIES - 1, first, last, (last - 1, NEVER, NEVER, NEVER))])
    assert part.series.tolist() == [MOST_SERIES - 1] * 3
    assert part.day.tolist() == [first, last - 1, last]
    assert part.totals.tolist() == [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0]]


@given(st.dates())
def test_days_are_numbered_as_numpy_numbers_them(day: dt.date) -> None:
    assert np.datetime64(day, "D").astype(np.int64) == number_of(day)
