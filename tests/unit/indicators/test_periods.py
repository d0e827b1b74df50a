from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.errors import SohoaError
from sohoa.indicators import CALENDARS, Period, parse_period, periods_of_year

D = dt.date
ONE_DAY = dt.timedelta(days=1)
YEARS = st.integers(1900, 9998)


@pytest.mark.parametrize(
    ("name", "calendar", "start", "end"),
    [
        ("2022", "civil", D(2022, 1, 1), D(2022, 12, 31)),
        ("2022H1", "civil", D(2022, 1, 1), D(2022, 6, 30)),
        ("2022H2", "civil", D(2022, 7, 1), D(2022, 12, 31)),
        ("2024Q1", "civil", D(2024, 1, 1), D(2024, 3, 31)),
        ("2022q3", "civil", D(2022, 7, 1), D(2022, 9, 30)),
        ("2022", "report", D(2021, 12, 15), D(2022, 12, 14)),
        ("2022H1", "report", D(2021, 12, 15), D(2022, 6, 14)),
        ("2022H2", "report", D(2022, 6, 15), D(2022, 12, 14)),
        ("2022Q1", "report", D(2021, 12, 15), D(2022, 3, 14)),
        ("2022Q2", "report", D(2022, 3, 15), D(2022, 6, 14)),
        ("2022Q4", "report", D(2022, 9, 15), D(2022, 12, 14)),
    ],
)
def test_periods_start_and_end(name: str, calendar: str, start: D, end: D) -> None:
    period = parse_period(name, calendar)
    assert (period.start, period.end) == (start, end)
    assert period.name == name.upper()


@pytest.mark.parametrize("name", ["", "22", "2022Q5", "2022Q0", "2022H3", "2022-Q1", "Q1", "0000", "9999", "２０２２"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(SohoaError, match="is not a report period"):
        parse_period(name)


def test_other_calendars_are_refused() -> None:
    with pytest.raises(SohoaError, match="civil or report"):
        parse_period("2022", "lunar")


def tiles(year: Period, kind: str) -> bool:
    """Whether the periods of a kind cover their year without gap or overlap."""
    parts = [period for period in periods_of_year(year.year, year.calendar) if period.kind == kind]
    return (
        parts[0].start == year.start
        and parts[-1].end == year.end
        and all(later.start - earlier.end == ONE_DAY for earlier, later in pairwise(parts))
    )


@given(YEARS, st.sampled_from(CALENDARS))
def test_halves_and_quarters_tile_their_year(year: int, calendar: str) -> None:
    whole = parse_period(f"{year:04}", calendar)
    assert tiles(whole, "quarter")
    assert tiles(whole, "half")
    assert all(part.year_start == whole.start for part in periods_of_year(year, whole.calendar))


@given(st.integers(1900, 9997), st.sampled_from(CALENDARS))
def test_years_follow_each_other(year: int, calendar: str) -> None:
    assert parse_period(str(year + 1), calendar).start - parse_period(str(year), calendar).end == ONE_DAY


@given(st.dates(D(1901, 1, 1), D(9990, 12, 31)), st.sampled_from(CALENDARS))
def test_every_day_lies_in_one_quarter_of_its_report_year(day: D, calendar: str) -> None:
    years = (day.year, day.year + 1)
    quarters = [
        period
        for year in years
        for period in periods_of_year(year, parse_period("2022", calendar).calendar)
        if period.kind == "quarter" and period.start <= day <= period.end
    ]
    assert len(quarters) == 1
    next_year = calendar == "report" and (day.month, day.day) >= (12, 15)
    assert quarters[0].year == day.year + next_year
