"""How good a scan is: facts of a page, measured on its grey copy. `scan_rules` judges them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sohoa.pages.geometry import Lie, Turn, lie_of_letters
from sohoa.pages.imaging import MM_PER_INCH, Pixels
from sohoa.pages.letters import PX_PER_MM, Letters, letters_of
from sohoa.pages.pieces import numbered_pieces

Boxes = NDArray[np.int32]

_EVERY_ROW = 8  # what is true of a page's edges is true of an eighth of them
_EDGE_FROM, _LEAST_STEP = 0.4, 25  # of the step from paper to ink, and in grey levels: less is noise
_WINDOW_MM = 0.45  # to either side of an edge: as far as a stroke's middle and its paper
_FEWEST_EDGES = 30  # a few words

_LETTER_MM = 0.8, 8.0
_NEXT_LETTER_MM = 2.5
_WORD_MM = 30.0
_LINES_CUT = 3  # a letter at the edge of the picture may be a speck, three lines of them are none
_CUT_THROUGH_MM = 15.0  # length of a line that is cut along its letters

_INK_DARKER_THAN = 160
_RIM_MM = 6.0  # shadows at the edges are not print
_PRINT_MM2 = 1000.0  # a page of print, more than any shadow: no need to look at its letters one by one
_BLANK_INK_MM2 = 25.0  # a few specks; a drawing or a dark stamp has more
_FEWEST_LETTERS = 3  # a page number alone is no print
_LETTER_TALL_MM, _LETTER_WIDE_MM = (1.0, 20.0), 40.0
_SPECK_MM, _DIRT_MM = 0.5, 1.6
_HOLE_MM, _HOLE_FROM_EDGE_MM = (3.5, 9.0), 22.0  # filing holes are 5 to 8 mm wide, 10 to 15 mm from the edge
_CREASE_MM, _MOST_CREASES = (15.0, 0.9), 8  # long, thin pieces of folds; more of them are ruled lines
_COLOUR_DPI = 50
_COLOUR_SPREAD = 60  # between the channels, after the paper's own tint is taken off
_COLOUR_MM2 = 12.0  # a few strokes of a pen or a faint stamp


@dataclass(frozen=True)
class Measures:
    """What a page's scan is like.

    Attributes:
        blank: Whether it holds neither print nor coloured ink: specks, holes, creases, shadows and a page number
            do not count.
        sharpness: Edges per mm that its strokes could show: one over the width of a stroke's edge in mm (10 to 90
            per cent of the step). 4 is sharp at 200 dpi, 2 is hard to read. None without print.
        contrast: How much darker ink is than its paper, 0-1. None without print.
        cut_edges: Whether print runs out of the picture.
        lie: How the page lies.
    """

    blank: bool
    sharpness: float | None
    contrast: float | None
    cut_edges: bool
    lie: Lie


NOT_SCANNED = Measures(
    blank=False, sharpness=None, contrast=None, cut_edges=False, lie=Lie(Turn(0, sure=True), skew_degrees=0.0)
)
"""Of a born-digital page, which has no scan to be measured."""


def measure(grey: Pixels, dpi: float, pixels: Pixels) -> Measures:
    """Measure a page.

    Args:
        grey: Its flattened grey copy, as delivered (not turned).
        dpi: Resolution of the grey copy.
        pixels: The page in RGB, at any resolution.
    """
    letters = letters_of(grey, dpi)
    edge_mm, contrast = _edges(grey, dpi, letters)
    return Measures(
        blank=is_blank(grey, dpi) and not _has_coloured_ink(pixels, grey.shape[1] / dpi),
        sharpness=round(1 / edge_mm, 2) if edge_mm else None,
        contrast=None if contrast is None else round(contrast, 3),
        cut_edges=_is_cut(letters),
        lie=lie_of_letters(letters),
    )


def _edges(grey: Pixels, dpi: float, letters: Letters) -> tuple[float | None, float | None]:
    """Width in mm of the edges of strokes, and their contrast; None for a page without print.

    The wider of both directions counts: a sheet that slips in the feeder is blurred in one.
    """
    if letters.n_letters < _FEWEST_LETTERS:
        return None, None
    found = [
        _edges_along(np.ascontiguousarray(rows), dpi, letters.paper - letters.ink)
        for rows in (grey[::_EVERY_ROW], grey[:, ::_EVERY_ROW].T)
    ]
    widths = [width for width, _ in found if width is not None]
    contrasts = [contrast for _, contrast in found if contrast is not None]
    return max(widths, default=None), max(contrasts, default=None)


def _edges_along(rows: Pixels, dpi: float, step: int) -> tuple[float | None, float | None]:
    reach = max(1, round(_WINDOW_MM * dpi / MM_PER_INCH))
    window = np.ones((1, 2 * reach + 1), np.uint8)
    slope = cv2.absdiff(rows[:, 1:], rows[:, :-1])
    bright, dark = cv2.dilate(rows, window)[:, 1:], cv2.erode(rows, window)[:, 1:]
    height = cv2.subtract(bright, dark)
    steep = (slope == cv2.dilate(slope, window)) & (height > max(_EDGE_FROM * step, _LEAST_STEP))
    slopes = slope[steep].astype(np.float32)
    if len(slopes) < _FEWEST_EDGES:
        return None, None
    widths = height[steep] / slopes
    contrast = float(np.percentile(height[steep] / bright[steep], 75))
    return float(np.median(widths)) / dpi * MM_PER_INCH, contrast


def _is_cut(letters: Letters) -> bool:
    """Whether lines of print run out at a side, or one is cut through at the top or bottom."""
    at_edges, inside = letters.at_edges, letters.boxes
    height, width = letters.mask.shape
    tall, wide = at_edges[:, 3] / PX_PER_MM, at_edges[:, 2] / PX_PER_MM
    letter_tall = (tall >= _LETTER_MM[0]) & (tall <= _LETTER_MM[1])
    letter_wide = (wide >= _LETTER_MM[0]) & (wide <= _WORD_MM)
    left = at_edges[:, 0] <= 1
    right = at_edges[:, 0] + at_edges[:, 2] >= width - 1
    top_or_bottom = ~left & ~right
    lines = at_edges[(left | right) & letter_tall & (wide <= _WORD_MM)]
    if sum(_has_neighbour(box, inside) for box in lines) >= _LINES_CUT:
        return True
    for edge in (at_edges[:, 1] <= 1, at_edges[:, 1] + at_edges[:, 3] >= height - 1):
        pieces = at_edges[edge & top_or_bottom & letter_wide & (tall <= _LETTER_MM[1])]
        in_a_line = [box for box in pieces if _has_neighbour(box, pieces)]
        if sum(int(box[2]) for box in in_a_line) / PX_PER_MM >= _CUT_THROUGH_MM and len(in_a_line) >= _LINES_CUT:
            return True
    return False


def _has_neighbour(box: Boxes, boxes: Boxes, px_per_mm: float = PX_PER_MM) -> bool:
    """Whether another box stands beside this one, as letters of a line do: close by, of like height."""
    left, top, width, height = box[:4]
    starts, tops, widths, heights = boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3]
    gap = np.maximum(starts - (left + width), left - (starts + widths))
    overlap = np.minimum(tops + heights, top + height) - np.maximum(tops, top)
    beside = (gap >= 0) & (gap <= _NEXT_LETTER_MM * px_per_mm) & (overlap >= 0.5 * np.minimum(heights, height))
    alike = (heights <= 2.5 * height) & (height <= 2.5 * heights)
    return bool((beside & alike).any())


def is_blank(grey: Pixels, dpi: float) -> bool:
    """Whether a flattened page holds no print; a single short line is print, specks and a page number are not."""
    px_per_mm = dpi / MM_PER_INCH
    height, width = grey.shape
    rim = min(round(_RIM_MM * px_per_mm), height // 4, width // 4)
    ink = (grey[rim : height - rim, rim : width - rim] < _INK_DARKER_THAN).astype(np.uint8)
    if not ink.size or ink.sum() / px_per_mm**2 > _PRINT_MM2:
        return not ink.size
    stats = _print_among(numbered_pieces(ink)[1][1:], ink.shape, px_per_mm)
    wide, tall = stats[:, 2] / px_per_mm, stats[:, 3] / px_per_mm
    letters = (tall >= _LETTER_TALL_MM[0]) & (tall <= _LETTER_TALL_MM[1]) & (wide <= _LETTER_WIDE_MM)
    ink_mm2 = float(stats[tall >= _SPECK_MM, 4].sum()) / px_per_mm**2
    return _n_letters(stats[letters], px_per_mm) < _FEWEST_LETTERS and ink_mm2 < _BLANK_INK_MM2


def _n_letters(boxes: Boxes, px_per_mm: float) -> int:
    """How many may be letters: what is no taller than a speck of dirt must stand beside another, as in a word."""
    tall = boxes[:, 3] / px_per_mm >= _DIRT_MM
    return sum(bool(sure) or _has_neighbour(box, boxes, px_per_mm) for box, sure in zip(boxes, tall, strict=True))


def _print_among(stats: Boxes, shape: tuple[int, int], px_per_mm: float) -> Boxes:
    """The components of a nearly empty page that may be print: no shadows of an edge, filing holes, folds."""
    left, top, width, height, area = stats.T
    right, bottom = shape[1] - left - width, shape[0] - top - height
    to_edge = np.minimum.reduce((left, right, top, bottom))
    short, long = np.minimum(width, height) / px_per_mm, np.maximum(width, height) / px_per_mm
    shadow = to_edge <= 1
    hole = (short >= _HOLE_MM[0]) & (long <= _HOLE_MM[1]) & (long <= 1.5 * short)
    hole &= (to_edge + (width + height) / 4) / px_per_mm + _RIM_MM <= _HOLE_FROM_EDGE_MM
    # A straight line's ink over its length is its thickness, also where it is askew.
    crease = (long >= _CREASE_MM[0]) & (area / px_per_mm**2 <= _CREASE_MM[1] * long)
    if crease.sum() > _MOST_CREASES:
        crease[:] = False
    return np.asarray(stats[~(shadow | hole | crease)], dtype=np.int32)


def _has_coloured_ink(pixels: Pixels, width_inches: float) -> bool:
    """Whether a page holds a stamp, a seal or pen strokes in colour, which its grey copy may have lost."""
    factor = min(1.0, _COLOUR_DPI * width_inches / pixels.shape[1])
    small = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    rim = round(_RIM_MM * _COLOUR_DPI / MM_PER_INCH)
    inner = small[rim:-rim, rim:-rim] if min(small.shape[:2]) > 4 * rim else small
    paper = np.maximum(np.median(inner.reshape(-1, 3), axis=0), 1)
    even = np.clip(inner * (255.0 / paper), 0, 255)
    coloured = (even.max(axis=2) - even.min(axis=2) > _COLOUR_SPREAD).astype(np.uint8)
    blobs = numbered_pieces(coloured)[1][1:, 4]
    mm2 = float(blobs[blobs > 1].sum()) * (MM_PER_INCH / _COLOUR_DPI) ** 2
    return mm2 >= _COLOUR_MM2
