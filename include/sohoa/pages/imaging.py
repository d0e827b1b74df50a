"""What a page image is like, and the grey copy of it that is read best. Masters are never touched."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from sohoa.pages.seals import Pixels as Pixels
from sohoa.pages.seals import without_seals

MM_PER_INCH = 25.4
_A4_LONG_MM = 297.0
_SMALLEST_MM, _LARGEST_MM = 80.0, 1300.0  # a card up to A0
_LEAST_DPI_TAG = 75.0  # 72 is what software writes when it does not know


@dataclass(frozen=True)
class PageImage:
    """A decoded page.

    Attributes:
        pixels: height x width x 3 (RGB).
        dpi: effective resolution of the scan in dots per inch at the paper's size; None for a page without scan.
        pixels_dpi: resolution of `pixels`, which may be drawn or reduced.
        colour: whether the scan holds colour (24 bits or more).
        bits: bits per pixel of the scan; 24 for a page without scan.
        paper_mm: width and height of the sheet as it is shown; None where the file does not tell.
        has_text: whether the page carries text of its own (born digital, or an older text layer).
    """

    pixels: Pixels
    dpi: float | None
    pixels_dpi: float
    colour: bool
    bits: int
    paper_mm: tuple[float, float] | None
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


def ocr_copy(pixels: Pixels, dpi: float | None = None) -> Pixels:
    """The grey page that is read best: seals, stamps and signatures gone, background flat. Same width and height.

    Dividing by the local background takes out tint, shadows and most of what shines through.

    Args:
        pixels: height x width x 3 (RGB).
        dpi: their resolution; without it the sheet is taken for A4.
    """
    height, width = pixels.shape[:2]
    px_per_mm = dpi / MM_PER_INCH if dpi else max(height, width) / _A4_LONG_MM
    grey = without_seals(pixels, px_per_mm)
    small = _eighth(grey)
    background = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 21)
    background = cv2.resize(background, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, np.maximum(background, 1), scale=255), dtype=np.uint8)


def _eighth(grey: Pixels) -> Pixels:
    height, width = max(1, grey.shape[0] // 8), max(1, grey.shape[1] // 8)
    # Whole squares of pixels: several times as fast.
    whole = grey[: 8 * height, : 8 * width]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def resized(pixels: Pixels, factor: float) -> Pixels:
    """The image at `factor` of its size."""
    if abs(factor - 1) < 0.02:
        return pixels
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=method), dtype=np.uint8)
