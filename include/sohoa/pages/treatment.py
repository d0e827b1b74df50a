"""The grey copy of a page that is read best. Masters are never touched."""

from __future__ import annotations

import cv2
import numpy as np

from sohoa.pages.imaging import A4_LONG_MM, MM_PER_INCH, Pixels, resized
from sohoa.pages.seals import without_seals

_PAPER = 240
"""From here on a grey is paper, its noise and what is left of what shines through; the faintest print is darker."""
_CLEANING = np.array([*range(_PAPER), *[255] * (256 - _PAPER)], dtype=np.uint8)


def ocr_copy(pixels: Pixels, dpi: float | None = None, factor: float = 1.0) -> Pixels:
    """The grey page that is read best: seals, stamps and signatures gone, background flat.

    Dividing by the local background takes out tint, shadows and most of what shines through.

    Args:
        pixels: height x width x 3 (RGB).
        dpi: their resolution; without it the sheet is taken for A4.
        factor: of their width and height that the copy has.
    """
    height, width = pixels.shape[:2]
    px_per_mm = dpi / MM_PER_INCH if dpi else max(height, width) / A4_LONG_MM
    grey = without_seals(pixels, px_per_mm)
    background = cv2.medianBlur(cv2.dilate(_eighth(grey), np.ones((5, 5), np.uint8)), 21)
    # Each of these steps takes as long as there are pixels.
    grey = resized(grey, factor)
    background = cv2.resize(np.maximum(background, 1), grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, background, scale=255), dtype=np.uint8)


def with_clean_paper(grey: Pixels) -> Pixels:
    """An OCR copy with its paper wholly white. Tesseract packs each line, and noise takes a fifteenth of its time."""
    return np.asarray(cv2.LUT(grey, _CLEANING), dtype=np.uint8)


def _eighth(grey: Pixels) -> Pixels:
    height, width = max(1, grey.shape[0] // 8), max(1, grey.shape[1] // 8)
    # Whole squares of pixels: several times as fast.
    whole = grey[: 8 * height, : 8 * width]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
