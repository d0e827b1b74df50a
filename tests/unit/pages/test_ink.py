"""Print, machine and pen in number and date lines."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sohoa.pages.ink import Ink, ink_of
from sohoa.pages.ink_copies import black_ink, every_ink, ink_but_red

from .inklines import BLACK, BLUE, RED, VIOLET, InkLine, inkline

NUMBER, DATE = ("Số: ", "/QĐ-BNV"), ("Hà Nội, ngày ", " tháng 8 năm 2021")
BY_PEN = {Ink.PEN, Ink.UNSURE}


def kind(line: InkLine) -> Ink:
    return ink_of(line.crop, line.line, line.slots)[0].ink


@pytest.mark.parametrize("parts", [NUMBER, DATE], ids=["number", "date"])
@pytest.mark.parametrize("digits", ["05", "17", "1368", "279", "04"])
def test_digits_of_the_line_s_own_face_are_print(parts: tuple[str, str], digits: str) -> None:
    assert kind(inkline(parts[0], digits, parts[1], "print")) is Ink.PRINT


@pytest.mark.parametrize("colour", [VIOLET, RED, BLUE, BLACK], ids=["violet", "red", "blue", "black"])
@pytest.mark.parametrize("digits", ["05", "17", "1368", "279"])
def test_digits_of_a_numbering_machine_are_a_stamp_in_any_colour(digits: str, colour: tuple[int, int, int]) -> None:
    assert kind(inkline(*NUMBER[:1], digits, NUMBER[1], "stamp", colour)) is Ink.STAMP


@pytest.mark.parametrize("colour", [BLUE, BLACK, RED], ids=["blue", "black", "red"])
@pytest.mark.parametrize("pen", ["Breip.ttf", "dkg.ttf"])
@pytest.mark.parametrize("digits", ["26", "183", "1045", "79"])
def test_digits_by_pen_are_told_in_any_colour(digits: str, pen: str, colour: tuple[int, int, int]) -> None:
    for seed in range(3):
        assert kind(inkline(*NUMBER[:1], digits, NUMBER[1], pen, colour, seed)) in BY_PEN


def test_colour_is_told_from_black_print_on_tinted_paper() -> None:
    shares = {
        colour: ink_of(line.crop, line.line, line.slots)[0].coloured
        for colour in (BLACK, VIOLET)
        for line in [inkline(*NUMBER[:1], "268", NUMBER[1], "stamp", colour)]
    }
    assert shares[BLACK] < 0.1
    assert shares[VIOLET] > 0.7


def test_an_empty_gap_and_a_dotted_one_hold_no_ink() -> None:
    assert kind(inkline("Số: ", "", "      /QĐ-BNV", "print")) is Ink.NONE
    assert kind(inkline("Số: ", "", "/QĐ-BNV", "dots")) is Ink.NONE


def test_a_rule_above_the_line_is_no_part_of_its_digits() -> None:
    line = inkline("Hà Nội, ngày ", "26", " tháng 8 năm 2021", "Breip.ttf", BLUE)
    cv2.line(line.crop, (60, 62), (line.crop.shape[1] - 60, 63), (30, 30, 30), 4)
    assert kind(line) in BY_PEN
    printed = inkline("Hà Nội, ngày ", "26", " tháng 8 năm 2021", "print")
    cv2.line(printed.crop, (60, 62), (printed.crop.shape[1] - 60, 63), (30, 30, 30), 4)
    assert kind(printed) is Ink.PRINT


def test_strokes_that_are_no_digits_are_never_passed_as_print() -> None:
    line = inkline("Số: ", "", "          /QĐ-BNV", "print")
    left, right = (round(edge * line.crop.shape[1]) for edge in line.slots[0])
    points = np.array([(left + 20 * i, 100 + (-1) ** i * 25) for i in range(9)], np.int32)
    cv2.polylines(line.crop, [points], False, (30, 30, 90), 4, cv2.LINE_AA)
    found = ink_of(line.crop, line.line, [(left / line.crop.shape[1], (right + 190) / line.crop.shape[1])])
    assert found[0].ink in BY_PEN


def test_each_gap_is_judged_by_itself() -> None:
    pen = inkline("ngày ", "26", " tháng ", "Breip.ttf", BLUE)
    rest = inkline("", "8", " năm 2021", "print")
    both = InkLine(np.hstack([pen.crop, rest.crop]), pen.line, [])
    wide = both.crop.shape[1]
    shift = pen.crop.shape[1]
    slots = [tuple(edge * shift / wide for edge in pen.slots[0]), ((shift + 20) / wide, (shift + 80) / wide)]
    first, second = ink_of(both.crop, both.line, slots)
    assert first.ink in BY_PEN
    assert second.ink is Ink.PRINT


def test_all_ink_is_dark_in_the_copy_for_closer_looks() -> None:
    for colour in (RED, VIOLET, BLUE, BLACK):
        grey = every_ink(inkline(*NUMBER[:1], "1368", NUMBER[1], "stamp", colour).crop)
        assert grey.ndim == 2
        assert np.percentile(grey, 0.5) < 90
        assert np.median(grey) > 245


def test_ink_of_a_stamp_leaves_the_copies_made_without_it() -> None:
    red = inkline(*NUMBER[:1], "1368", NUMBER[1], "stamp", RED)
    violet = inkline(*NUMBER[:1], "1368", NUMBER[1], "stamp", VIOLET)
    left, right = (round(edge * red.crop.shape[1]) for edge in red.slots[0])
    assert np.percentile(ink_but_red(red.crop)[:, left + 8 : right - 30], 2) > 150
    assert np.percentile(black_ink(red.crop)[:, left + 8 : right - 30], 2) > 150
    assert np.percentile(ink_but_red(violet.crop)[:, left + 8 : right - 30], 2) < 140
    for copy in (ink_but_red, black_ink):
        assert np.percentile(copy(red.crop)[:, :left], 1) < 90, "the label is print"


@pytest.mark.parametrize("slope", [0.0, 0.02, -0.035])
def test_a_frame_across_a_line_leaves_its_copy_and_the_letters_stay(slope: float) -> None:
    line = inkline(*NUMBER[:1], "1368", NUMBER[1], "print")
    before = every_ink(line.crop)
    wide = line.crop.shape[1]
    cv2.line(line.crop, (20, 165), (wide - 20, 165 + round(slope * wide)), (60, 50, 160), 5)
    cv2.line(line.crop, (25, 10), (25, 180), (60, 50, 160), 5)
    clear = every_ink(line.crop)
    assert (clear[150:185, 40:-40] > 200).mean() > 0.98
    assert (clear[20:150, 18:34] > 200).all()
    assert abs(int((clear[60:140, 40:] < 128).sum()) - int((before[60:140, 40:] < 128).sum())) < 0.03 * before.size


spans = st.tuples(st.floats(-0.2, 1.2), st.floats(-0.2, 1.2))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 90), st.integers(0, 2**32 - 1), spans, st.lists(spans, max_size=3))
def test_no_crop_and_no_gaps_break_it(
    height: int, width: int, seed: int, line: tuple[float, float], slots: list[tuple[float, float]]
) -> None:
    crop = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    found = ink_of(crop, line, slots)
    assert len(found) == len(slots)
    assert all(0 <= one.coloured <= 1 for one in found)
