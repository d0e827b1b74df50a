"""Strokes broader than those of print, pens and stamps' words: a numbering machine's digits under what lies on them."""

from __future__ import annotations

import cv2
import numpy as np

from sohoa.pages.imaging import Pixels
from sohoa.pages.ink_copies import DENSITY, FAINTEST, darkest_channel, without_red
from sohoa.pages.pieces import numbered_pieces

STROKE = 200
"""Of a copy with broad strokes only: darker is a stroke."""
# At 300 dpi: stems of print at 13 pt and lines of a pen are 0.4 mm broad.
_BROAD_PX, _BROADER_PX = 6, 7
_STROKE_PX = 5  # of what is left beside a broad stroke
_NEAR_PX = 7  # about the middle of a broad stroke lies the rest of it
_BROAD_PERCENT, _BROAD_SHARE = 90, 0.45
_WHITE_SHARE, _BLACK_SHARE = 0.15, 0.75  # of the density of broad strokes
_LEAST_TALL, _LEAST_AREA_PX = 0.28, 100  # of the part's height; of a digit


def broad_strokes(part: Pixels) -> Pixels:
    """An RGB part of a page at 300 dpi, whose middle is a line, as grey with its broad strokes only; red ones go.

    Most stamps are red, and hardly any numbering machine.
    """
    return _strokes(part, _BROAD_PX)


def broader_strokes(part: Pixels) -> Pixels:
    """As `broad_strokes`, of strokes that are a little broader."""
    return _strokes(part, _BROADER_PX)


def _strokes(part: Pixels, least_px: int) -> Pixels:
    """Closing makes light of dark strokes that a disc does not fit into; the others get their edges back."""
    dark = darkest_channel(without_red(part))
    middles, strokes = (cv2.LUT(_closed(dark, size), DENSITY) for size in (least_px, _STROKE_PX))
    ink = middles[middles > FAINTEST]
    if ink.size == 0:
        return np.full_like(dark, 255)
    of_broad = float(np.percentile(ink, _BROAD_PERCENT))
    near = cv2.dilate((middles > _BROAD_SHARE * of_broad).astype(np.uint8), _disc(_NEAR_PX)) > 0
    share = (np.where(near, strokes, 0) / of_broad - _WHITE_SHARE) / (_BLACK_SHARE - _WHITE_SHARE)
    return _of_the_middle_line(np.asarray(255 * (1 - np.clip(share, 0, 1)), dtype=np.uint8))


def _of_the_middle_line(grey: Pixels) -> Pixels:
    """A copy with only the pieces that are as tall as digits and stand across its middle."""
    labels, stats = numbered_pieces(np.asarray(grey < STROKE, dtype=np.uint8))
    top, tall = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_HEIGHT]
    height = grey.shape[0]
    kept = (tall > _LEAST_TALL * height) & (stats[:, cv2.CC_STAT_AREA] > _LEAST_AREA_PX)
    kept &= (top < height / 2) & (top + tall > height / 2)
    kept[0] = False
    clear = grey.copy()
    clear[cv2.dilate(kept[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) == 0] = 255
    return clear


def _closed(dark: Pixels, size: int) -> Pixels:
    return np.asarray(cv2.morphologyEx(dark, cv2.MORPH_CLOSE, _disc(size)), dtype=np.uint8)


def _disc(size: int) -> Pixels:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), dtype=np.uint8)
