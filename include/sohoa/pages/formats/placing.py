"""How a picture lies on a page: turned, mirrored, larger or smaller than the page."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from sohoa.pages.imaging import Pixels

_LEVEL = 0.001  # a millimetre in a metre: less than any scanner's own error
_SAME_DPI = 1.01
MOST_UNEVEN = 4.0
"""Dots across to dots down beyond which a resolution cannot be meant: a coarse fax has two."""
_FLIPS = {(True, False): 1, (False, True): 0, (True, True): -1}
_WHITE = (255, 255, 255)

# Steps that bring a picture upright: swap rows and columns first, then mirror left-right, top-bottom.
Turn = tuple[bool, bool, bool]
TURN_OF_TAG: dict[int, Turn] = {
    1: (False, False, False),
    2: (False, True, False),
    3: (False, True, True),
    4: (False, False, True),
    5: (True, False, False),
    6: (True, True, False),
    7: (True, True, True),
    8: (True, False, True),
}
"""By the orientation tag of TIFF and EXIF (CIPA DC-008, 4.6.4)."""


@dataclass(frozen=True)
class Placement:
    """Where a picture lies on a page as it is shown.

    Attributes:
        turn: what brings its pixels upright; None if it does not lie at right angles.
        left, top, right, bottom: its edges in inches from the page's upper left corner.
        dpi: dots per inch across and down, as shown.
        covers: share of the page that lies under it, 0–1.
    """

    turn: Turn | None
    left: float
    top: float
    right: float
    bottom: float
    dpi: tuple[float, float]
    covers: float

    @property
    def area(self) -> float:
        """Square inches."""
        return (self.right - self.left) * (self.bottom - self.top)


def placement_of(
    matrix: tuple[float, float, float, float, float, float],
    box: tuple[float, float, float, float],
    rotation: int,
    unit: float,
    size_px: tuple[int, int],
) -> Placement:
    """Place a picture that a matrix puts on a PDF page.

    Args:
        matrix: What brings the unit square onto the page (ISO 32000-1, 8.9.5).
        box: Left, bottom, right and top of the page.
        rotation: Degrees clockwise by which the page is turned when shown.
        unit: Inches per unit of the page.
        size_px: Width and height of the picture's data.
    """
    a, b, c, d, e, f = matrix
    # The upper left corner of the data, and the ways along a row and down a column.
    corner = _shown(c + e, d + f, box, rotation, unit)
    along = _difference(_shown(a + c + e, b + d + f, box, rotation, unit), corner)
    down = _difference(_shown(e, f, box, rotation, unit), corner)
    width, height = math.hypot(*along), math.hypot(*down)
    columns, rows = ((n / length if length else 0.0) for n, length in zip(size_px, (width, height), strict=True))
    xs = sorted((corner[0], corner[0] + along[0] + down[0]))
    ys = sorted((corner[1], corner[1] + along[1] + down[1]))
    swapped = abs(along[1]) > abs(along[0])
    turn: Turn | None = None
    if _is_level(along, swapped) and _is_level(down, not swapped):
        turn = (swapped, (down if swapped else along)[0] < 0, (along if swapped else down)[1] < 0)
    shown = _shown_size(box, rotation, unit)
    inside = max(0.0, min(xs[1], shown[0]) - max(xs[0], 0.0)) * max(0.0, min(ys[1], shown[1]) - max(ys[0], 0.0))
    covers = inside / (shown[0] * shown[1]) if turn is not None and min(shown) > 0 else 0.0
    return Placement(turn, xs[0], ys[0], xs[1], ys[1], (rows, columns) if swapped else (columns, rows), covers)


def _shown(
    x: float, y: float, box: tuple[float, float, float, float], rotation: int, unit: float
) -> tuple[float, float]:
    left, bottom, right, top = box
    across, down = {
        0: (x - left, top - y),
        90: (y - bottom, x - left),
        180: (right - x, y - bottom),
        270: (top - y, right - x),
    }[rotation]
    return across * unit, down * unit


def _shown_size(box: tuple[float, float, float, float], rotation: int, unit: float) -> tuple[float, float]:
    width, height = (box[2] - box[0]) * unit, (box[3] - box[1]) * unit
    return (height, width) if rotation in (90, 270) else (width, height)


def _difference(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] - other[0], one[1] - other[1]


def _is_level(way: tuple[float, float], upright: bool) -> bool:
    across, down = (way[1], way[0]) if upright else way
    return across != 0 and abs(down) <= _LEVEL * abs(across)


def turned(pixels: Pixels, turn: Turn) -> Pixels:
    """A picture brought upright."""
    swap, mirror, flip = turn
    if swap:
        pixels = np.asarray(cv2.transpose(pixels), dtype=np.uint8)
    if (mirror, flip) in _FLIPS:
        pixels = np.asarray(cv2.flip(pixels, _FLIPS[mirror, flip]), dtype=np.uint8)
    return pixels


def cut_to_page(pixels: Pixels, placement: Placement, size: tuple[float, float]) -> Pixels:
    """What a page of `size` inches shows of an upright picture; white where the picture leaves the page free."""
    height, width = pixels.shape[:2]
    x_dpi = width / (placement.right - placement.left)
    y_dpi = height / (placement.bottom - placement.top)
    left, top = round(-placement.left * x_dpi), round(-placement.top * y_dpi)
    right, bottom = left + round(size[0] * x_dpi), top + round(size[1] * y_dpi)
    shown = pixels[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    margins = (max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width))
    if any(margins):
        shown = np.asarray(cv2.copyMakeBorder(shown, *margins, cv2.BORDER_CONSTANT, value=_WHITE), dtype=np.uint8)
    return shown


def square_pixels(pixels: Pixels, dpi: tuple[float, float]) -> tuple[Pixels, float]:
    """A picture with as many dots per inch across as down, and how many; a fax has half as many lines as columns."""
    finest = max(dpi)
    if finest <= min(dpi) * _SAME_DPI:
        return pixels, min(dpi)
    stretched = cv2.resize(pixels, None, fx=finest / dpi[0], fy=finest / dpi[1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(stretched, dtype=np.uint8), finest
