"""Several looks at one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.reading.looks import LOOKS_AGREE, LOOKS_DISAGREE, ONE_LOOK, agreed, by_pen, ink_is_known, needs_third_look

looks = st.lists(st.one_of(st.none(), st.sampled_from(["1368", "1366", "138"])), max_size=5)


@given(looks)
def test_a_value_is_sure_only_if_two_looks_give_it_and_none_gives_another(seen: list[str | None]) -> None:
    value, sure = agreed(seen)
    values = [one for one in seen if one is not None]
    assert (sure == LOOKS_AGREE) == (len(values) >= 2 and len(set(values)) == 1)
    assert (value is None) == (not values) == (sure == 0)
    assert value is None or values.count(value) == max(map(values.count, values))


def test_one_look_is_a_proposal_and_a_contradiction_less() -> None:
    assert agreed([None, "12", None]) == ("12", ONE_LOOK)
    assert agreed(["12", "13"]) == ("12", LOOKS_DISAGREE)
    assert agreed(["12", "13", "13"]) == ("13", LOOKS_DISAGREE)


@pytest.mark.parametrize(("part", "slot"), [("number", "number"), ("date", "day"), ("date", "month"), ("date", "year")])
def test_one_slot_by_pen_makes_its_line_one_by_pen(part: str, slot: str) -> None:
    ink = {"number": "print", "day": "stamp", "month": "none", "year": "print"}
    assert not by_pen(ink, part)
    assert by_pen(ink | {slot: "pen"}, part)
    assert by_pen(ink | {slot: "unsure"}, part)
    assert ink_is_known(ink, part)
    assert not ink_is_known({name: kind for name, kind in ink.items() if name != slot}, part)


@pytest.mark.parametrize(
    ("part", "first", "second", "needed"),
    [
        ("number", "Số: 12/QĐ-BNV", "Số: 12 /QĐ-BNV", False),
        ("number", "Số: 12/QĐ-BNV", "Số: 17/QĐ-BNV", True),
        ("number", "Số: 12QĐ-BNV", "Số: 12QĐ-BNV", True),
        ("date", "ngày 05 tháng 8 năm 2020", "ngày 5 tháng 08 năm 2020", False),
        ("date", "ngày 05 tháng 8 năm 2020", "ngày 06 tháng 8 năm 2020", True),
        ("date", "", "", True),
    ],
)
def test_a_third_look_is_for_what_two_do_not_agree_on(part: str, first: str, second: str, needed: bool) -> None:
    assert needs_third_look(part, first, second) is needed
