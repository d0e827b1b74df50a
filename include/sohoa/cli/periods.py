"""Periods, calendars and days as commands are given them; what names none of these is wrong use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from sohoa.cli.output import WRONG_USE, problem
from sohoa.errors import SohoaError
from sohoa.indicators import Period, parse_period
from sohoa.indicators.periods import Calendar

CalendarName = Annotated[str, typer.Option("--calendar", help="civil, or report (the year runs 15/12 to 14/12).")]


@contextmanager
def as_wrong_use() -> Iterator[None]:
    """Tell of what cannot be understood, and end the command with exit code 2."""
    try:
        yield
    except (SohoaError, ValueError) as error:
        problem(str(error))
        raise typer.Exit(WRONG_USE) from error


def period_of(name: str, calendar: str) -> Period:
    """The period that was named."""
    with as_wrong_use():
        return parse_period(name, calendar)


def calendar_of(name: str) -> Calendar:
    """The calendar that was named."""
    # Calendars are judged where periods are; any year will do.
    return period_of("2022", name).calendar


def day_of(text: str | None) -> dt.date | None:
    """The day that was given in ISO form, if one was."""
    with as_wrong_use():
        return dt.date.fromisoformat(text) if text else None
