from __future__ import annotations

import datetime as dt
import math
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.indicators.pace import MULTIPLIER, Outlook, needed_a_week, outlook, weeks_range

DAY = dt.date(2022, 6, 1)


def test_a_steady_pace_has_one_date_and_no_spread() -> None:
    """3 a week, 30 missing: ten weeks."""
    tenth = DAY + dt.timedelta(weeks=10)
    assert outlook(DAY, 30, [3, 3, 3, 3]) == Outlook("in_sight", tenth, tenth, tenth)


def test_an_uneven_pace_has_a_range_around_its_date() -> None:
    """2, 4, 2, 4: mean 3, standard deviation √(4/3). By hand the bounds lie at 7.668 and 13.887 weeks."""
    found = outlook(DAY, 30, [2, 4, 2, 4])
    assert found.expected_on == DAY + dt.timedelta(weeks=10)
    assert found.earliest_on == DAY + dt.timedelta(days=math.ceil(7.668 * 7))
    assert found.latest_on == DAY + dt.timedelta(days=math.ceil(13.887 * 7))


@pytest.mark.parametrize(
    ("missing", "steps", "state"),
    [
        (0, [1, 2], "reached"),
        (-3, [], "reached"),
        (5, [0, 0, 0], "not_in_sight"),
        (5, [2, -3, 0], "not_in_sight"),
        (5_000_000, [1, 1], "not_in_sight"),
        (5, [4], "too_little_data"),
        (5, [], "too_little_data"),
    ],
)
def test_where_no_date_can_be_told_none_is(missing: int, steps: list[float], state: str) -> None:
    assert outlook(DAY, missing, steps) == Outlook(state)  # type: ignore[arg-type]


def test_the_latest_date_is_left_open_where_the_weeks_differ_too_much() -> None:
    found = outlook(DAY, 50, [0, 0, 0, 40])
    assert found.state == "in_sight"
    assert found.earliest_on is not None
    assert found.expected_on is not None
    assert found.earliest_on < found.expected_on
    assert found.latest_on is None


@given(
    missing=st.integers(1, 10_000),
    steps=st.lists(st.integers(-50, 200), min_size=2, max_size=30).filter(lambda steps: fmean(steps) > 0.01),
)
def test_the_bounds_are_where_the_interval_meets_what_is_missing(missing: int, steps: list[int]) -> None:
    """Put back into mean·h ± z·σ·√(h·(1 + h/n))."""
    mean, spread, n_weeks = fmean(steps), stdev(steps), len(steps)
    earliest, latest = weeks_range(missing, mean, spread, n_weeks)

    def sway(weeks: float) -> float:
        return MULTIPLIER * spread * math.sqrt(weeks * (1 + weeks / n_weeks))

    assert mean * earliest + sway(earliest) == pytest.approx(missing, rel=1e-4)
    assert earliest <= missing / mean * (1 + 1e-9)
    if latest is None:
        assert mean <= MULTIPLIER * spread / math.sqrt(n_weeks) * (1 + 1e-9)
    elif latest < 1e6:
        assert mean * latest - sway(latest) == pytest.approx(missing, rel=1e-3, abs=1e-2)
        assert latest >= missing / mean * (1 - 1e-9)


@pytest.mark.parametrize(
    ("due_on", "growth", "wanted"),
    [
        (DAY + dt.timedelta(weeks=10), 0.0, 3.0),
        (DAY + dt.timedelta(weeks=10), 5.0, 6.0),
        (DAY + dt.timedelta(weeks=10), -50.0, 0.0),
        (DAY, 0.0, None),
        (DAY - dt.timedelta(days=1), 0.0, None),
        (None, 0.0, None),
    ],
)
def test_what_a_week_must_bring_to_be_in_time(due_on: dt.date | None, growth: float, wanted: float | None) -> None:
    """30 missing at a target of 60 %; each member added brings 0.6 of a document more to digitise."""
    assert needed_a_week(30, 0.6, growth, DAY, due_on) == (None if wanted is None else pytest.approx(wanted))
