"""A numbering machine's digits seen and judged by their broad strokes alone, whatever lies over them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sohoa.pages.broad_strokes import broad_strokes, broader_strokes
from sohoa.pages.imaging import Pixels
from sohoa.pages.ink import Ink, ink_of_broad_strokes

from .inklines import BLACK, BLUE, NUMBER, PENS, RED, VIOLET, InkLine, inkline, stamped_over

FRAME_PX = 2
Box = tuple[float, float, float, float]


def box_of(line: InkLine) -> Box:
    """The gap of a line, with room above and below."""
    (left, right), (top, bottom) = line.slots[0], line.line
    room = 0.3 * (bottom - top)
    return (left, top - room, right, bottom + room)


def part_of(line: InkLine) -> Pixels:
    height, width = line.crop.shape[:2]
    left, top, right, bottom = box_of(line)
    return np.ascontiguousarray(
        line.crop[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]
    )


def ink_in(line: InkLine) -> Ink:
    return ink_of_broad_strokes(line.crop, line.line, box_of(line)).ink


@pytest.mark.parametrize("copy", [broad_strokes, broader_strokes])
@pytest.mark.parametrize("colour", [BLACK, VIOLET, BLUE])
def test_a_machine_s_digits_stay_and_a_stamp_of_the_same_ink_over_them_goes(
    copy: Callable[[Pixels], Pixels], colour: tuple[int, int, int]
) -> None:
    line = inkline(*NUMBER[:1], "279", NUMBER[1], "stamp", colour)
    under = stamped_over(line, colour, FRAME_PX)
    of_stamp = (part_of(line).min(axis=2) > 200) & (part_of(under).min(axis=2) < 100)
    alone, covered = copy(part_of(line)), copy(part_of(under))
    digits = alone < 100
    assert digits.mean() > 0.1
    assert (covered[digits] > 150).mean() < 0.02
    assert of_stamp.sum() > 200
    assert (covered[of_stamp] < 100).mean() < 0.3


@pytest.mark.parametrize("colour", [BLACK, VIOLET, BLUE])
@pytest.mark.parametrize("over", [BLACK, VIOLET, BLUE, RED, (150, 150, 150)])
def test_a_machine_s_digits_under_any_stamp_are_told_as_a_stamp(
    colour: tuple[int, int, int], over: tuple[int, int, int]
) -> None:
    assert ink_in(stamped_over(inkline(*NUMBER[:1], "279", NUMBER[1], "stamp", colour), over, FRAME_PX)) is Ink.STAMP


@pytest.mark.parametrize("colour", [BLACK, VIOLET, BLUE])
def test_a_red_stamp_may_be_as_broad_as_the_digits_under_it(colour: tuple[int, int, int]) -> None:
    line = inkline(*NUMBER[:1], "279", NUMBER[1], "stamp", colour)
    assert ink_in(stamped_over(line, (206, 60, 60), 3 * FRAME_PX)) is Ink.STAMP


@pytest.mark.parametrize("over", [None, RED, BLUE, (150, 150, 150)])
@pytest.mark.parametrize("ink", [BLUE, BLACK])
@pytest.mark.parametrize("pen", PENS)
@pytest.mark.parametrize("digits", ["295", "17", "1368"])
def test_what_is_left_of_a_pen_is_never_told_as_a_machine_s(
    digits: str, pen: str, ink: tuple[int, int, int], over: tuple[int, int, int] | None
) -> None:
    for seed in range(3):
        line = inkline(*NUMBER[:1], digits, NUMBER[1], pen, ink, seed)
        assert ink_in(stamped_over(line, over) if over else line) not in {Ink.PRINT, Ink.STAMP}


def test_a_gap_without_broad_strokes_has_no_ink() -> None:
    line = inkline(*NUMBER[:1], "", NUMBER[1], "dots")
    assert ink_in(line) is Ink.NONE
    assert broad_strokes(part_of(line)).min() == 255


def test_a_white_part_stays_white() -> None:
    assert broad_strokes(np.full((60, 200, 3), 250, np.uint8)).min() == 255


def test_a_box_that_reaches_beyond_the_cutting_ends_with_it_and_one_beside_it_holds_nothing() -> None:
    line = inkline(*NUMBER[:1], "279", NUMBER[1], "stamp", VIOLET)
    left, top, right, bottom = box_of(line)
    for beyond, within in (
        ((-0.3, top, right, bottom), (0.0, top, right, bottom)),
        ((left, top, 1.4, bottom), (left, top, 1.0, bottom)),
        ((left, -0.2, right, 1.2), (left, 0.0, right, 1.0)),
    ):
        found = [ink_of_broad_strokes(line.crop, line.line, box) for box in (beyond, within)]
        assert found[0] == found[1]
    assert ink_of_broad_strokes(line.crop, line.line, (-0.3, top, -0.1, bottom)).ink is Ink.NONE
    assert ink_of_broad_strokes(line.crop, line.line, (1.1, top, 1.3, bottom)).ink is Ink.NONE
