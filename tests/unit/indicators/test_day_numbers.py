from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Date, create_engine, literal, null, select

from sohoa.indicators import ALWAYS, FOREVER
from sohoa.indicators.day_numbers import day_number, number_of

D = dt.date
DAYS = [ALWAYS, D(1582, 10, 4), D(1969, 12, 31), D(1970, 1, 1), D(2024, 2, 29), FOREVER]


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_database_numbers_days_as_python_does(day: dt.date) -> None:
    with create_engine("sqlite://").connect() as connection:
        assert connection.scalar(select(day_number(literal(day, Date)))) == number_of(day)


def test_days_in_a_row_have_numbers_in_a_row() -> None:
    assert [number_of(D(2023, 12, 31)), number_of(D(2024, 1, 1))] == [19722, 19723]


def test_no_day_has_no_number() -> None:
    with create_engine("sqlite://").connect() as connection:
        assert connection.scalar(select(day_number(null()))) is None
