"""What one misread character makes of a number, a symbol or a date."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.register.slips import is_misread_code, is_one_digit, is_one_slip, misread_numbers

numbers = st.integers(1, 999_999).map(str)


@pytest.mark.parametrize(
    ("one", "other"), [("70/QD-BNV", "76/QD-BNV"), ("70/QD-BNV", "7/QD-BNV"), ("70/QD-BNV", "70/OD-BNV")]
)
def test_one_character_wrong_missing_or_doubled_is_a_slip(one: str, other: str) -> None:
    assert is_one_slip(one, other)
    assert is_one_slip(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("70/QD-BNV", "70/QD-BNV"), ("70/QD-BNV", "07/QD-BNV"), ("1/A-B", None), (None, None)]
)
def test_none_or_two_are_not(one: str | None, other: str | None) -> None:
    assert not is_one_slip(one, other)


def test_a_slip_is_seen_in_the_number_as_it_was_read_with_the_zeros_before_it() -> None:
    assert is_misread_code("001", "QD-BNV", "901/QD-BNV")
    assert is_misread_code("99", "QD-BNV", "9/QD-BNV")
    assert is_misread_code("70", "QD-BNV", "70/OD-BNV")
    assert not is_misread_code("1", "QD-BNV", "901/QD-BNV")
    assert not is_misread_code("70", "QD-BNV", "71/GP-BNV")
    assert not is_misread_code("70", "QD-BNV", None)


def test_days_that_differ_in_one_printed_digit() -> None:
    day = dt.date(2022, 3, 5)
    assert is_one_digit(day, dt.date(2021, 3, 5))
    assert is_one_digit(day, dt.date(2022, 3, 25))
    assert not is_one_digit(day, day)
    assert not is_one_digit(day, dt.date(2021, 3, 6))
    assert not is_one_digit(day, None)


@given(numbers, numbers)
def test_misread_numbers_are_all_and_only_those_one_slip_away(one: str, other: str) -> None:
    padded = {f"{'0' * zeros}{other}" for zeros in range(6)}
    assert (other in misread_numbers(one)) == (one != other and any(is_one_slip(one, text) for text in padded))


@given(numbers)
def test_a_number_is_not_misread_as_itself_or_with_leading_zeros(number: str) -> None:
    made = misread_numbers(number)
    assert number not in made
    assert all(text.isdecimal() and not text.startswith("0") for text in made)


@pytest.mark.parametrize("text", ["", "1234567", "12a", "…"])
def test_what_is_no_number_is_misread_as_nothing(text: str) -> None:
    assert misread_numbers(text) == frozenset()
