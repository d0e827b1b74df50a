"""Report periods in two calendars: civil years, and the cut-offs of administrative reports."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal, get_args

from sohoa.errors import SohoaError
from sohoa.settings import LOCAL_TIME

Calendar = Literal["civil", "report"]
Kind = Literal["year", "half", "quarter", "range"]

CALENDARS: tuple[Calendar, ...] = get_args(Calendar)
FIRST_YEAR, LAST_YEAR = 1900, 9998
REPORT_STARTS_ON = 15
"""Day of the month before on which a report period starts (NĐ 09/2019/NĐ-CP; domain.md §1.5)."""

_NAME = re.compile(r"(?P<year>\d{4})(?:Q(?P<quarter>[1-4])|H(?P<half>[12]))?", re.ASCII | re.IGNORECASE)
_MONTHS: dict[Kind, int] = {"year": 12, "half": 6, "quarter": 3}
_LETTERS: dict[Kind, str] = {"year": "", "half": "H", "quarter": "Q"}


@dataclass(frozen=True)
class Period:
    """A year, half year or quarter, or any range of days.

    `number` is the half or quarter (1 for a year or range); `start` and `end` are its first and last day, both in it.
    """

    kind: Kind
    year: int
    number: int
    calendar: Calendar
    start: dt.date
    end: dt.date

    @property
    def name(self) -> str:
        """The name that `parse_period` reads: `2022`, `2022Q3`, `2022H1`; of a range `2022-03-01..2022-04-30`."""
        if self.kind == "range":
            return f"{self.start}..{self.end}"
        letter = _LETTERS[self.kind]
        return f"{self.year}{letter}{self.number}" if letter else str(self.year)

    @property
    def year_start(self) -> dt.date:
        """The day from which cases count: the first of the period's year in its calendar, or of a range itself."""
        if self.kind == "range":
            return self.start
        return make_period("year", self.year, 1, self.calendar).start


def today() -> dt.date:
    """The day it is in Vietnam."""
    return dt.datetime.now(LOCAL_TIME).date()


def make_period(kind: Kind, year: int, number: int, calendar: Calendar) -> Period:
    """The `number`-th period of a kind in a year; 1 for the year itself."""
    months = _MONTHS[kind]
    first_month = (number - 1) * months
    start = _month_start(year, first_month, calendar)
    end = _month_start(year, first_month + months, calendar) - dt.timedelta(days=1)
    return Period(kind, year, number, calendar, start, end)


def make_range(start: dt.date, end: dt.date) -> Period:
    """All days from `start` to `end`; its targets are those of the year in which it ends.

    Raises:
        SohoaError: it ends before it starts, or lies out of range.
    """
    if not (start <= end and start.year >= FIRST_YEAR and end.year <= LAST_YEAR):
        raise SohoaError(f"{start}..{end} is no range of days: write the first and the last day, both included.")
    return Period("range", end.year, 1, "civil", start, end)


def parse_period(text: str, calendar: str = "civil") -> Period:
    """The period that `text` names: `2022`, `2022Q3` or `2022H1`.

    Args:
        text: The name; the letter may be small.
        calendar: `civil` (1 January to 31 December) or `report` (15 December to 14 December, domain.md §1.5).

    Raises:
        SohoaError: neither a period's name nor a calendar, or a year out of range.
    """
    known = next((name for name in CALENDARS if name == calendar), None)
    if known is None:
        raise SohoaError(f"There is no calendar {calendar!r}: use {' or '.join(CALENDARS)}.")
    match = _NAME.fullmatch(text.strip())
    if match is None or not FIRST_YEAR <= int(match["year"]) <= LAST_YEAR:
        raise SohoaError(
            f"{text!r} is not a report period: write a year (2022), a quarter (2022Q3) or a half (2022H1)."
        )
    year = int(match["year"])
    if match["quarter"]:
        return make_period("quarter", year, int(match["quarter"]), known)
    if match["half"]:
        return make_period("half", year, int(match["half"]), known)
    return make_period("year", year, 1, known)


def periods_of_year(year: int, calendar: Calendar) -> tuple[Period, ...]:
    """The year, its halves and its quarters."""
    return tuple(
        make_period(kind, year, number, calendar)
        for kind, months in _MONTHS.items()
        for number in range(1, 12 // months + 1)
    )


def _month_start(year: int, months: int, calendar: Calendar) -> dt.date:
    """First day of the month that lies `months` after January; in the report calendar the 15th before it."""
    if calendar == "report":
        months -= 1
    day = REPORT_STARTS_ON if calendar == "report" else 1
    return dt.date(year + months // 12, months % 12 + 1, day)
