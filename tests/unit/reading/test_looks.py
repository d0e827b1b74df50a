"""Several looks at one line."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.reading.looks import (
    BROAD,
    BROAD_BY_OTHER,
    LOOKS_AGREE,
    LOOKS_DISAGREE,
    ONE_LOOK,
    ONE_LOOK_ERRS,
    OTHER_MODEL,
    agreed,
    broad_number,
    by_pen,
    ink_is_known,
    is_settled,
    plain_value,
)
from sohoa.words import Word

looks = st.lists(st.one_of(st.none(), st.sampled_from(["1368", "1366", "138"])), max_size=5)


@given(looks)
def test_a_value_is_sure_only_if_looks_enough_give_it_and_none_gives_another(seen: list[str | None]) -> None:
    """Two of three; where a line took more looks it is a hard one, and it takes three."""
    value, sure = agreed(seen)
    values = [one for one in seen if one is not None]
    assert (sure == LOOKS_AGREE) == (len(values) >= (2 if len(seen) <= 3 else 3) and len(set(values)) == 1)
    assert sure != ONE_LOOK_ERRS or (values.count(value) >= 3 and value == seen[OTHER_MODEL])
    assert (value is None) == (not values) == (sure == 0)
    assert value is None or values.count(value) == max(map(values.count, values)) or value == seen[OTHER_MODEL]


def test_one_look_is_a_proposal_and_a_contradiction_less() -> None:
    assert agreed([None, "12", None]) == ("12", ONE_LOOK)
    assert agreed(["12", "13"]) == ("12", LOOKS_DISAGREE)
    assert agreed(["12", "13", "13"]) == ("13", LOOKS_DISAGREE)


def test_where_looks_differ_the_other_model_s_count_for_two() -> None:
    """They misread fewer digits; sure is a value only by agreement."""
    assert agreed(["29", None, "23", "29", "23"], others=(2, 4)) == ("23", LOOKS_DISAGREE)
    assert agreed(["29", "29", "23", "29"]) == ("29", LOOKS_DISAGREE)
    assert agreed(["29", "29", "23"]) == ("29", LOOKS_DISAGREE)


def test_one_look_against_the_others_errs_only_if_the_other_model_says_so() -> None:
    """Looks of one model err alike: an italic 8 is a 6 to all of them."""
    assert agreed(["28", "26", "28", "28"]) == ("28", ONE_LOOK_ERRS)
    assert agreed(["26", "26", "28", "26"]) == ("26", LOOKS_DISAGREE)
    assert agreed(["28", "26", None, "28", "28"]) == ("28", LOOKS_DISAGREE)
    assert agreed(["28", "26", "28", "26", "28"]) == ("28", LOOKS_DISAGREE)
    assert OTHER_MODEL == 2
    assert agreed(["28", "26", None, "28", "28"], others=(2, 4)) == ("28", ONE_LOOK_ERRS)


@pytest.mark.parametrize(
    ("part", "text", "value"),
    [
        ("number", "Số: 1368/QĐ-BNV", "1368"),
        ("number", "Số: 1142/V", "1142"),
        ("number", "Số: 11427", None),
        ("date", "ngày 05 tháng 8 năm 2020", dt.date(2020, 8, 5)),
        ("date", "ngày O tháng 8 năm 2020", None),
    ],
)
def test_what_a_pen_may_have_filled_in_is_read_plainly_or_not_at_all(part: str, text: str, value: object) -> None:
    assert plain_value(part, text) == value


@pytest.mark.parametrize(("part", "slot"), [("number", "number"), ("date", "day"), ("date", "month"), ("date", "year")])
def test_one_slot_by_pen_makes_its_line_one_by_pen(part: str, slot: str) -> None:
    ink = {"number": "print", "day": "stamp", "month": "none", "year": "print"}
    assert not by_pen(ink, part)
    assert by_pen(ink | {slot: "pen"}, part)
    assert by_pen(ink | {slot: "unsure"}, part)
    assert ink_is_known(ink, part)
    assert not ink_is_known({name: kind for name, kind in ink.items() if name != slot}, part)


@pytest.mark.parametrize(
    ("seen", "pen"),
    [
        (["12", "12"], True),
        (["12", "12", None, "12"], False),
        (["12", "13", "12", "12"], True),
        (["12", "13", "12", "12", "12"], False),
        (["12", "13", "12", "17", "12", "12"], True),
    ],
)
def test_ink_that_is_not_sure_is_a_machine_s_where_looks_hardly_differ(seen: list[str | None], pen: bool) -> None:
    assert by_pen({"number": "unsure"}, "number", seen) is pen
    assert by_pen({"number": "pen"}, "number", seen)
    assert not by_pen({"number": "stamp"}, "number", seen)


def broad(own: list[str], by_other: list[str]) -> dict[str, list[list[Word]]]:
    return {
        name: [[Word(text, 0.9, 0.1, 0.1, 0.2, 0.2, 0, 0)] for text in texts]
        for name, texts in ((BROAD, own), (BROAD_BY_OTHER, by_other))
    }


@pytest.mark.parametrize(
    ("own", "by_other", "number"),
    [
        (["348", "348"], ["348", "348"], "348"),
        (["348.", "348"], ["344", "'348 ,"], "348"),
        (["348", "348"], ["344", "344"], None),
        (["348", "348/Q"], ["344", "348"], None),
        (["3", "3"], ["3", "3"], None),
        (["", ""], ["", ""], None),
        ([], [], None),
    ],
)
def test_broad_strokes_are_a_number_where_all_looks_but_one_say_so(
    own: list[str], by_other: list[str], number: str | None
) -> None:
    assert broad_number(broad(own, by_other)) == number


@pytest.mark.parametrize(
    ("part", "seen", "settled"),
    [
        ("number", ["Số: 12/QĐ-BNV", "Số: 12 /QĐ-BNV", "S6: 12/QD-BNV"], True),
        ("number", ["Số: 12/QĐ-BNV", "Số: 12/QĐ-BNV", "S6: 12/ABD-XY"], True),
        ("number", ["Số: 12/QĐ-BNV", "Số: 12/QĐ-BNV", "S6: 17/QD-BNV"], False),
        ("number", ["Số: 12/QĐ-BNV", "Số: 12/KH-BNV", "S6: 12/QD-BNV"], False),
        ("number", ["Số: 12QĐ-BNV", "Số: 12QĐ-BNV", "S6: 12/QD-BNV"], False),
        ("date", ["ngày 05 tháng 8 năm 2020", "ngày 5 tháng 08 năm 2020", "ngay 05 thang 8 nam 2020"], True),
        ("date", ["ngày 06 tháng 8 năm 2020", "ngày 06 tháng 8 năm 2020", "ngay 08 thang 8 nam 2020"], False),
        ("date", ["", "", ""], False),
    ],
)
def test_more_looks_are_for_what_the_first_three_do_not_agree_on(part: str, seen: list[str], settled: bool) -> None:
    assert is_settled(part, seen) is settled
