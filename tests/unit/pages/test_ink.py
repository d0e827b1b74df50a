"""Print, machine and pen in number and date lines."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sohoa.pages.imaging import Pixels
from sohoa.pages.ink import Ink, ink_beneath, ink_of, lies_under_stamp
from sohoa.pages.ink_copies import clear_print, dense_print, every_ink, faint_print, ink_but_red, without_red

from .inklines import BLACK, BLUE, DATE, NUMBER, PENS, RED, VIOLET, InkLine, inkline, stamped_over

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
    assert np.percentile(ink_but_red(red.crop)[:, left + 8 : right - 30], 2) > 240
    assert np.percentile(ink_but_red(violet.crop)[:, left + 8 : right - 30], 2) < 140
    for stamp in (red, violet):
        assert np.percentile(clear_print(stamp.crop)[:, left + 8 : right - 30], 2) > 150
        assert np.percentile(faint_print(stamp.crop)[:, left + 8 : right - 30], 2) > 150
    for copy in (ink_but_red, faint_print, clear_print, dense_print):
        assert np.percentile(copy(red.crop)[:, :left], 1) < 90, "the label is print"


def test_only_red_ink_leaves_the_coloured_copy_without_it() -> None:
    for colour in (VIOLET, BLUE, BLACK):
        crop = inkline(*NUMBER[:1], "1368", NUMBER[1], "stamp", colour).crop
        assert np.percentile(without_red(crop).min(axis=2), 1) < 90
    line = inkline(*NUMBER[:1], "1368", NUMBER[1], "stamp", RED)
    left, right = (round(edge * line.crop.shape[1]) for edge in line.slots[0])
    assert np.percentile(without_red(line.crop).min(axis=2)[:, left + 8 : right - 30], 2) > 140


@pytest.mark.parametrize("colour", [RED, (60, 60, 170), VIOLET, (40, 120, 70), (150, 150, 150)])
def test_print_under_a_stamp_is_told_as_print(colour: tuple[int, int, int]) -> None:
    line = stamped_over(inkline(*NUMBER[:1], "1368", NUMBER[1], "print"), colour)
    assert lies_under_stamp(line.crop, line.line, line.slots)
    assert ink_of(line.crop, line.line, line.slots)[0].ink is not Ink.PRINT
    assert ink_beneath(line.crop, line.line, line.slots, read_in_black=True)[0].ink is Ink.PRINT


def among_words(crop: Pixels, colour: tuple[int, int, int]) -> Pixels:
    """A line with the large words of a stamp across it and a frame about it, through which it is seen."""
    stamp = np.full(crop.shape, 255, np.uint8)
    middle, end = crop.shape[0] // 2, crop.shape[1] - 60
    cv2.putText(stamp, "CONG VAN DEN NOI VU", (20, middle + 6), cv2.FONT_HERSHEY_DUPLEX, 1.4, colour, 2)
    cv2.rectangle(stamp, (12, middle - 50), (end, middle + 90), colour, 4)
    return (crop.astype(np.uint16) * cv2.GaussianBlur(stamp, (0, 0), 1.0) // 255).astype(np.uint8)


def pale_among_words(line: InkLine) -> InkLine:
    """A pale and blurred line among blue words."""
    paler = cv2.addWeighted(cv2.GaussianBlur(line.crop, (0, 0), 1.0), 0.55, np.full_like(line.crop, 240), 0.45, 0)
    return replace(line, crop=among_words(np.asarray(paler, dtype=np.uint8), (60, 60, 170)))


@pytest.mark.parametrize("digits", ["281", "1368"])
def test_pale_print_that_was_read_in_black_under_a_stamp_is_a_machine_s(digits: str) -> None:
    line = pale_among_words(inkline(*NUMBER[:1], digits, NUMBER[1], "print"))
    assert ink_beneath(line.crop, line.line, line.slots, read_in_black=True)[0].ink in {Ink.PRINT, Ink.STAMP}


@pytest.mark.parametrize("ink", [BLUE, BLACK])
@pytest.mark.parametrize("pen", PENS)
@pytest.mark.parametrize("digits", ["281", "1368", "17"])
def test_pale_strokes_of_a_pen_under_a_stamp_are_not(digits: str, pen: str, ink: tuple[int, int, int]) -> None:
    for seed in range(3):
        line = pale_among_words(inkline(*NUMBER[:1], digits, NUMBER[1], pen, ink, seed))
        found = ink_beneath(line.crop, line.line, line.slots, read_in_black=True)[0].ink
        assert found not in {Ink.PRINT, Ink.STAMP}


def test_blurred_print_among_a_red_stamp_s_words_is_a_machine_s() -> None:
    line = inkline(*NUMBER[:1], "4229", NUMBER[1], "print")
    blurred = np.asarray(cv2.GaussianBlur(line.crop, (0, 0), 1.8), dtype=np.uint8)
    crop = among_words(blurred, (206, 60, 60))
    _, packed = cv2.imencode(".jpg", crop[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 45])
    scanned = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR)[:, :, ::-1], dtype=np.uint8)
    assert ink_beneath(scanned, line.line, line.slots, read_in_black=True)[0].ink in {Ink.PRINT, Ink.STAMP}


@pytest.mark.parametrize("colour", [RED, (60, 60, 170), (150, 150, 150)])
@pytest.mark.parametrize("ink", [BLUE, BLACK])
@pytest.mark.parametrize("pen", PENS)
def test_pen_under_a_stamp_is_never_told_as_a_machine_s(
    pen: str, ink: tuple[int, int, int], colour: tuple[int, int, int]
) -> None:
    for seed in range(3):
        line = stamped_over(inkline(*NUMBER[:1], "295", NUMBER[1], pen, ink, seed), colour)
        for read_in_black in (False, True):
            assert ink_beneath(line.crop, line.line, line.slots, read_in_black=read_in_black)[0].ink in BY_PEN


def test_a_machine_s_violet_digits_under_a_red_stamp_are_a_stamp() -> None:
    line = stamped_over(inkline(*NUMBER[:1], "279", NUMBER[1], "stamp", VIOLET), RED)
    assert ink_beneath(line.crop, line.line, line.slots)[0].ink is Ink.STAMP


def test_digits_of_print_that_touch_are_told_as_print() -> None:
    line = inkline(*NUMBER[:1], "44", NUMBER[1], "print")
    blurred = cv2.GaussianBlur(line.crop, (0, 0), 2)
    assert ink_of(blurred, line.line, line.slots)[0].ink in BY_PEN
    assert ink_beneath(blurred, line.line, line.slots)[0].ink is Ink.PRINT


@pytest.mark.parametrize("how", ["print", "stamp", "pen"])
def test_a_line_without_a_stamp_lies_under_none_even_below_a_rule(how: str) -> None:
    line = inkline(*NUMBER[:1], "295", NUMBER[1], PENS[0] if how == "pen" else how, BLUE if how == "pen" else BLACK)
    cv2.line(line.crop, (20, 30), (line.crop.shape[1] - 20, 30), (90, 90, 90), 6)
    assert not lies_under_stamp(line.crop, line.line, line.slots)


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
