"""How a page lies, the copy of it that lies straight, and where places on the one are on the other."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from sohoa.pages.imaging import Pixels
from sohoa.pages.letters import Letters, letters_of
from sohoa.pages.lines import Lines, WayUp, exact_degrees, lines_of, way_up

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions of the page's width and height."""
Point = tuple[float, float]

_STRAIGHT_DEGREES = 0.2  # not worth a new raster; tesseract reads it as well
_LINES_STAND_OUT = 1.5
_LINES_MAYBE = 1.15  # a caption under a picture
_CLEARLY = 1.45  # how much better one axis lines up than the other; tables of digits fall below and stay in doubt
_FEWEST_LETTERS, _A_LINE = 4, 12  # a page number has fewer; a few words among specks do not show an axis
_SURE_UPRIGHT, _SURE_TURNED = 3.5, 4.5  # standard deviations: turning a straight page is the worse mistake
_LEAST_EXCESS = 0.035
_QUARTERS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
_WHITE = (255, 255, 255)


@dataclass(frozen=True)
class Turn:
    """How a page has to be turned to be upright.

    Attributes:
        rotation: Degrees clockwise: 0, 90, 180 or 270.
        sure: Whether the evidence is strong. If it is not, `rotation` is the best guess, and 0 where the page
            may lie as it should.
        others: Rotations that are worth a try, the likeliest first, where the reading at `rotation` makes
            no sense; none for a page without lines of print.
    """

    rotation: int
    sure: bool
    others: tuple[int, ...] = ()


@dataclass(frozen=True)
class Lie:
    """A page's turn, and the degrees clockwise (within 10 either way) that then make its lines level."""

    turn: Turn
    skew_degrees: float


def lie_of(grey: Pixels, dpi: float = 200) -> Lie:
    """How a flattened grey page (the OCR copy) lies."""
    return lie_of_letters(letters_of(grey, dpi))


def lie_of_letters(letters: Letters) -> Lie:
    """How a page with these letters lies."""
    turned = np.asarray(cv2.rotate(letters.mask, cv2.ROTATE_90_CLOCKWISE), dtype=np.uint8)
    across, down = lines_of(letters.mask), lines_of(turned)
    best, n_letters = max(across.peak, down.peak), letters.n_letters
    if n_letters < _FEWEST_LETTERS or best < _LINES_MAYBE:
        return Lie(Turn(0, sure=False), 0.0)
    if n_letters < _A_LINE or best < _LINES_STAND_OUT:
        return Lie(Turn(0, sure=False, others=(180, 90, 270)), 0.0)
    if across.peak >= _CLEARLY * down.peak:
        degrees = exact_degrees(across)
        return Lie(_level_turn(way_up(letters.mask, degrees)), _worth_a_turn(degrees))
    if down.peak >= _CLEARLY * across.peak:
        degrees = exact_degrees(down)
        return Lie(_sideways_turn(way_up(turned, degrees)), _worth_a_turn(degrees))
    if across.peak >= down.peak:
        return Lie(Turn(0, sure=False, others=(180, 90, 270)), _worth_a_turn(exact_degrees(across)))
    return Lie(Turn(0, sure=False, others=(90, 270, 180)), 0.0)


def turn_of(grey: Pixels, dpi: float = 200) -> Turn:
    """How a flattened grey page has to be turned to be upright."""
    return lie_of(grey, dpi).turn


def skew_of(grey: Pixels, dpi: float = 200) -> float:
    """Degrees clockwise that make the lines of a page level; 0.0 for a straight page and one without lines."""
    letters = letters_of(grey, dpi)
    lines: Lines = lines_of(letters.mask)
    if lines.peak < _LINES_STAND_OUT or letters.n_letters < _A_LINE:
        return 0.0
    return _worth_a_turn(exact_degrees(lines))


def _worth_a_turn(degrees: float) -> float:
    return 0.0 if abs(degrees) < _STRAIGHT_DEGREES else round(degrees, 2)


def _level_turn(way: WayUp) -> Turn:
    if way.deviations <= -_SURE_TURNED and way.excess <= -_LEAST_EXCESS:
        return Turn(180, sure=True, others=(0,))
    is_sure = way.deviations >= _SURE_UPRIGHT and way.excess >= _LEAST_EXCESS
    return Turn(0, sure=is_sure, others=(180,))


def _sideways_turn(way: WayUp) -> Turn:
    likely, other = (90, 270) if way.deviations >= 0 else (270, 90)
    is_sure = abs(way.deviations) >= _SURE_TURNED and abs(way.excess) >= _LEAST_EXCESS
    return Turn(likely, sure=is_sure, others=(other, 0))


def straightened(pixels: Pixels, rotation: int, skew_degrees: float) -> Pixels:
    """A grey or RGB page turned clockwise by `rotation` (quarters, lossless), then by `skew_degrees` on white.

    The second turn is about the middle and keeps the canvas. A page that needs no turn is returned as it is.
    """
    if rotation:
        pixels = np.asarray(cv2.rotate(pixels, _QUARTERS[rotation]), dtype=np.uint8)
    if not skew_degrees:
        return pixels
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -skew_degrees, 1.0)
    level = cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=_WHITE)
    return np.asarray(level, dtype=np.uint8)


def corners_as_delivered(box: Box, rotation: int, skew_degrees: float, aspect: float) -> tuple[Point, ...]:
    """Where the corners of a box on the straightened page are on the page as delivered.

    Args:
        box: On the straightened page.
        rotation: Degrees clockwise (0, 90, 180, 270) that brought the page upright.
        skew_degrees: The further turn clockwise.
        aspect: Width over height of the straightened page.

    Returns:
        Top left, top right, bottom right, bottom left of the box, as fractions of the page as delivered; corners
        of a box near the edge may lie outside of it.
    """
    left, top, right, bottom = box
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return tuple(_quarters(_turned(corner, -skew_degrees, aspect), -rotation) for corner in corners)


def to_delivered(box: Box, rotation: int, skew_degrees: float, aspect: float) -> Box:
    """The upright box on the page as delivered that holds a box of the straightened page, cut at the edges.

    Arguments as for `corners_as_delivered`.
    """
    return _hull(corners_as_delivered(box, rotation, skew_degrees, aspect))


def to_straightened(box: Box, rotation: int, skew_degrees: float, aspect: float) -> Box:
    """The upright box on the straightened page that holds a box of the page as delivered, cut at the edges.

    Arguments as for `corners_as_delivered`; `aspect` is that of the straightened page here too.
    """
    left, top, right, bottom = box
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return _hull(tuple(_turned(_quarters(corner, rotation), skew_degrees, aspect) for corner in corners))


def _quarters(point: Point, rotation: int) -> Point:
    """The point after the page is turned clockwise by quarters."""
    x, y = point
    return {0: (x, y), 90: (1 - y, x), 180: (1 - x, 1 - y), 270: (y, 1 - x)}[rotation % 360]


def _turned(point: Point, degrees: float, aspect: float) -> Point:
    """The point after the page is turned clockwise about its middle."""
    if not degrees:
        return point
    x, y = (point[0] - 0.5) * aspect, point[1] - 0.5
    sine, cosine = float(np.sin(np.radians(degrees))), float(np.cos(np.radians(degrees)))
    return (x * cosine - y * sine) / aspect + 0.5, x * sine + y * cosine + 0.5


def _hull(corners: tuple[Point, ...]) -> Box:
    across, down = zip(*corners, strict=True)
    left, top, right, bottom = (min(1.0, max(0.0, at)) for at in (min(across), min(down), max(across), max(down)))
    return left, top, right, bottom
