"""What a page image is like, and the grey copy of it that is read best. Masters are never touched."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

MM_PER_INCH = 25.4
_A4_LONG_MM = 297.0
_SMALLEST_MM, _LARGEST_MM = 80.0, 1300.0  # a card up to A0
_LEAST_DPI_TAG = 75.0  # 72 is what software writes when it does not know
_INK_DARKER_THAN = 160
_BLANK_INK_SHARE = 0.0004  # of the page: a few specks; a drawing or a dark stamp has more
_PRINT_INK_SHARE = 0.004  # a page of print; no need to look at its letters one by one
_LETTER_MM, _WIDEST_LETTER_MM = (1.0, 20.0), 40.0  # height, from small print to a heading; specks are smaller
_FEWEST_LETTERS = 3  # a page number alone is no print
_EDGE_SHARE = 0.03  # shadows and punch holes at the edges are not print


@dataclass(frozen=True)
class PageImage:
    """A decoded page.

    Attributes:
        pixels: height x width x 3 (RGB).
        dpi: effective resolution in dots per inch at the paper's size; None for a page without scan.
        colour: whether the scan holds colour (24 bits or more).
        has_text: whether the page carries text of its own (born digital, or an older text layer).
    """

    pixels: Pixels
    dpi: float | None
    colour: bool
    has_text: bool = False


def effective_dpi(width_px: int, height_px: int, tag: tuple[float, float] | None) -> tuple[float, bool]:
    """Dots per inch of a scan, and whether they are assumed.

    The file's own figure counts if the paper would then have a plausible size; otherwise the sheet is taken
    for A4 (NĐ 30/2020 PL I), which is what offices scan.
    """
    if tag is not None and min(tag) >= _LEAST_DPI_TAG:
        sides = (width_px / tag[0] * MM_PER_INCH, height_px / tag[1] * MM_PER_INCH)
        if min(sides) >= _SMALLEST_MM and max(sides) <= _LARGEST_MM:
            return min(tag), False
    return max(width_px, height_px) / (_A4_LONG_MM / MM_PER_INCH), True


def ocr_copy(pixels: Pixels) -> Pixels:
    """The grey page that is read best: seals gone, background flat. Same width and height.

    The red channel lets a red seal vanish into the paper while black and blue ink stay dark;
    dividing by the local background takes out tint, shadows and most of what shines through.
    """
    red = np.ascontiguousarray(pixels[:, :, 0])
    height, width = red.shape
    small = cv2.resize(red, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    background = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 21)
    background = cv2.resize(background, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(red, np.maximum(background, 1), scale=255), dtype=np.uint8)


def is_blank(grey: Pixels) -> bool:
    """Whether a flattened page holds no print; a single short line is print, specks and a page number are not."""
    height, width = grey.shape
    y, x = round(height * _EDGE_SHARE), round(width * _EDGE_SHARE)
    ink = (grey[y : height - y, x : width - x] < _INK_DARKER_THAN).astype(np.uint8)
    if ink.size and ink.mean() > _PRINT_INK_SHARE:
        return False
    px_per_mm = max(height, width) / _A4_LONG_MM
    stats = cv2.connectedComponentsWithStats(ink)[2][1:] if ink.size else np.zeros((0, cv2.CC_STAT_MAX))
    tall, wide = stats[:, cv2.CC_STAT_HEIGHT] / px_per_mm, stats[:, cv2.CC_STAT_WIDTH] / px_per_mm
    letters = (tall >= _LETTER_MM[0]) & (tall <= _LETTER_MM[1]) & (wide <= _WIDEST_LETTER_MM)
    specks_aside = float(stats[tall >= _LETTER_MM[0] / 2, cv2.CC_STAT_AREA].sum()) / max(1, ink.size)
    return int(letters.sum()) < _FEWEST_LETTERS and specks_aside < _BLANK_INK_SHARE


def resized(pixels: Pixels, factor: float) -> Pixels:
    """The image at `factor` of its size."""
    if abs(factor - 1) < 0.02:
        return pixels
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=method), dtype=np.uint8)


def coloured_ink_share(crop: Pixels) -> float:
    """Share of the ink of an RGB crop that has a colour: pen, numbering machine or stamp rather than print.

    Ink is what is clearly darker than the crop's paper; it is coloured where its channels lie far apart,
    after the paper's own tint is taken off. 0.0 where there is no ink.
    """
    flat = crop.reshape(-1, 3).astype(np.int16)
    paper = np.percentile(flat, 90, axis=0)
    tinted = np.clip(flat * (255.0 / np.maximum(paper, 1)), 0, 255)
    ink = tinted[tinted.min(axis=1) < _INK_DARKER_THAN]
    if len(ink) == 0:
        return 0.0
    spread = ink.max(axis=1) - ink.min(axis=1)
    return float((spread > 60).mean())
