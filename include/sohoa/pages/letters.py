"""The letters of a page, without rules, frames, seals, pictures and shadows: what its lie is judged by."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sohoa.pages.imaging import MM_PER_INCH, Pixels
from sohoa.pages.pieces import numbered_pieces

WORK_DPI = 100
"""Enough to tell lines, letters and marks apart, at a quarter of the pixels of an OCR copy."""
PX_PER_MM = WORK_DPI / MM_PER_INCH

_DARK_SHARE = 0.002  # of the page: what counts as its darkest ink
_INK_FROM = 0.35  # of the way from paper to the darkest ink: thin strokes are grey at this size
_LEAST_STEP = 30  # grey levels: JPEG noise and what shines through are weaker
_WORD_MM = 60.0  # letters that touch make words; longer things are rules and frames
_TALLEST_MM = 11.0
_DOT_MM = 0.5
_LETTER_MM = 0.5, 1.2  # least of the shorter and the longer side
_STREAK_PX = 3  # pieces of scanner streaks and faint rules are one pixel wide
_RULE_MM, _RULE_ASPECT, _RULE_LENGTH_MM = 0.9, 7, 4.0
_RING_MM, _RING_FILL = (6.0, 3.0), 0.12  # length, thickness and ink of what encloses more than it covers


@dataclass(frozen=True)
class Letters:
    """Ink of letter size on a page reduced to `WORK_DPI`.

    Attributes:
        mask: 1 where there is ink of a letter or mark, 0 elsewhere (height x width).
        boxes: n x 5 of its components: left, top, width, height, ink, in pixels of the mask.
        at_edges: The same of what touches the edges of the picture: shadows, and print that runs out of it.
        paper: Grey level of the paper.
        ink: Grey level of the darkest ink.
    """

    mask: Pixels
    boxes: NDArray[np.int32]
    at_edges: NDArray[np.int32]
    paper: int
    ink: int

    @property
    def n_letters(self) -> int:
        """How many components have the size of a letter or more: not of a mark, dot or speck."""
        wide, tall = self.boxes[:, 2] / PX_PER_MM, self.boxes[:, 3] / PX_PER_MM
        return int(
            ((wide >= _LETTER_MM[0]) & (tall >= _LETTER_MM[0]) & (np.maximum(wide, tall) >= _LETTER_MM[1])).sum()
        )


def letters_of(grey: Pixels, dpi: float) -> Letters:
    """The letters of a flattened grey page that has `dpi` dots per inch."""
    reduced = _reduced(grey, dpi / WORK_DPI)
    shades = np.cumsum(np.bincount(reduced[::2, ::2].ravel(), minlength=256))
    paper, darkest = (int(np.searchsorted(shades, share * shades[-1])) for share in (0.5, _DARK_SHARE))
    step = max(_INK_FROM * (paper - darkest), _LEAST_STEP)
    ink = (reduced < round(paper - step)).astype(np.uint8)
    labels, stats = numbered_pieces(ink)
    at_edge = _touch_an_edge(stats, ink.shape)
    keep = _are_letters(stats) & ~at_edge
    at_edge[0] = keep[0] = False  # the paper
    mask = np.take(keep.astype(np.uint8), labels)
    return Letters(mask, stats[keep], stats[at_edge], paper, darkest)


def _reduced(grey: Pixels, factor: float) -> Pixels:
    height, width = grey.shape
    whole = round(factor)
    if abs(factor - whole) < 0.01 and min(height, width) >= whole:
        # OpenCV is many times faster where every pixel stands for as many whole ones.
        grey = grey[: height // whole * whole, : width // whole * whole]
        factor = whole
    size = max(1, round(grey.shape[1] / factor)), max(1, round(grey.shape[0] / factor))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _touch_an_edge(stats: NDArray[np.int32], shape: tuple[int, int]) -> NDArray[np.bool_]:
    left, top, width, height, _ = stats.T
    at_edge = (left <= 1) | (top <= 1) | (left + width >= shape[1] - 1) | (top + height >= shape[0] - 1)
    return np.asarray(at_edge)


def _are_letters(stats: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which components may be letters, words, marks or dots."""
    width, height, area = stats[:, 2], stats[:, 3], stats[:, 4]
    short, long = np.minimum(width, height) / PX_PER_MM, np.maximum(width, height) / PX_PER_MM
    keep = (long <= _WORD_MM) & (short <= _TALLEST_MM) & (long >= _DOT_MM) & (area > 1)
    keep &= ~((short < _RULE_MM) & (long > _RULE_ASPECT * short) & (long > _RULE_LENGTH_MM))
    keep &= ~((np.minimum(width, height) == 1) & (np.maximum(width, height) >= _STREAK_PX))
    keep &= ~((long > _RING_MM[0]) & (short > _RING_MM[1]) & (area < _RING_FILL * width * height))
    return np.asarray(keep)
