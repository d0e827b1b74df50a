"""Which period a report is of, how people name it, and which ones close on a day."""

from __future__ import annotations

import datetime as dt
import re

from sohoa.errors import SohoaError
from sohoa.indicators import Period, make_range, parse_period, periods_of_year
from sohoa.messages import say

MINISTRY_SCOPE = "ministry"
"""In place of a unit's code: the Ministry as a whole."""

_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", re.ASCII)


def parse_report_period(text: str, calendar: str, language: str) -> Period:
    """The period that `2022`, `2022-Q1`, `2022-H1` or `2022-01-01..2022-03-31` names.

    A range of days is the same in both calendars.

    Raises:
        SohoaError: it names none, or there is no such calendar.
    """
    found = _RANGE.fullmatch(text.strip())
    try:
        if found:
            return make_range(dt.date.fromisoformat(found[1]), dt.date.fromisoformat(found[2]))
        return parse_period(re.sub(r"-(?=[QqHh]\d$)", "", text.strip()), calendar)
    except (SohoaError, ValueError) as error:
        raise SohoaError(f"{say('report.period_wrong', language, text=text)} ({error})") from error


def period_text(period: Period, language: str) -> str:
    """`quý I năm 2022`, `6 tháng đầu năm 2022`, `năm 2022`, `từ ngày … đến ngày …`."""
    if period.kind == "range":
        return say("report.period_range", language, **days_of(period))
    key = "report.period_year" if period.kind == "year" else f"report.period_{period.kind}_{period.number}"
    return say(key, language, year=period.year)


def days_of(period: Period) -> dict[str, str]:
    """First and last day as they are written."""
    return {"first": f"{period.start:%d/%m/%Y}", "last": f"{period.end:%d/%m/%Y}"}


def closed_the_day_before(day: dt.date) -> list[Period]:
    """The report periods whose last day is the one before: on 15 December a quarter, a half and the year."""
    last = day - dt.timedelta(days=1)
    return [period for period in periods_of_year(last.year, "report") if period.end == last]
