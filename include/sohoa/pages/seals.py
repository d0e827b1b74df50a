"""A colour scan as grey without its seals, stamps and signatures: the print under them stays, coloured print too.

Ink lets light through, so the optical densities of inks that lie on each other add up in every channel. Black ink
is equally dense in all three; the red of a seal and the blue of a pen leave one channel nearly clear. What is dense
in the clearest channel is therefore black print, whatever lies over it. JPEG stores colour at half resolution, which
leaves pale traces of thin coloured strokes; they are paler than print and go by that.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sohoa.pages.imaging import Pixels
from sohoa.pages.ink_copies import lightest_channel
from sohoa.pages.pieces import numbered_pieces

_COLOURED = 28  # how far channels lie apart; JPEG colour noise on black print stays below, a pale seal above
_SHAPE_MM, _LARGEST_SHAPE_MM = 9.0, 100.0  # shorter side of a seal, frame or signature; larger is a page's border
_HOLLOW = 0.28  # rings, frames and strokes fill less of their box, letters of a heading more
_AROUND_MM = 1.5
_COLOURED_PRINT = 150  # letters: a page printed in colour, where colour does not tell a seal from print
_LETTER_MM = (1.5, 20.0)  # lower are specks and rules
_PAPER_PERCENT = 85  # of a seal's box, which is paper for the greater part
_BAND_MM, _BAND_FILL, _BAND_PALER_THAN = 15.0, 0.55, 0.6  # bands of a text marker; print is darker
_MOST_COVERED = 0.33  # of the page; where there is more, coloured strokes are what the page says
_PER_DENSITY = 60.0  # steps per natural logarithm, so that 8 bits reach down to 1/70 of the paper
_INK_DARKER_THAN, _PRINT_PERCENT = 200, 20  # paper is 255; the darker part of the ink is print, not its edges
_FAINTEST = 8  # in such steps: the paper's own grain lies below
_TRACES = 0.5  # of a stroke's colour, and of the density of print
_AS_LIGHT: Pixels = (255 * np.exp(-np.arange(256) / _PER_DENSITY)).round().astype(np.uint8)
_NEIGHBOURS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class _Marks:
    """Connected coloured marks, on a page at half size.

    Attributes:
        labels: which mark each pixel belongs to; 0 is none.
        boxes: left, top, width, height and number of pixels of marks 1, 2, …
        light: how bright each pixel is, with paper at 255.
        print_density: how dense the page's black print is, in steps.
    """

    labels: NDArray[np.int32]
    boxes: NDArray[np.int32]
    light: Pixels
    print_density: float


def without_seals(pixels: Pixels, px_per_mm: float) -> Pixels:
    """A page (RGB) as grey of the same size, with black print and coloured letters dark and all other colour gone.

    Elsewhere it is the red channel, in which red ink vanishes even where no shape of a seal is made out.
    A page without any colour comes back as it is.
    """
    grey = np.asarray(cv2.extractChannel(pixels, 0), dtype=np.uint8)
    if not _has_colour(pixels) or min(grey.shape) < 2:
        return grey
    marks = _coloured_marks(pixels)
    shapes, bands = _shapes(marks, px_per_mm / 2), _bands(marks, px_per_mm / 2)
    letters = _letters(marks, np.concatenate([shapes, bands]), px_per_mm / 2)
    if letters.sum() > _COLOURED_PRINT:
        shapes = shapes[:0]
        letters = _letters(marks, bands, px_per_mm / 2)
    if letters.any():
        _keep_letters(grey, pixels, marks, letters)
    if marks.boxes[shapes, 2].astype(np.int64) @ marks.boxes[shapes, 3] > _MOST_COVERED * marks.labels.size:
        shapes = shapes[:0]
    around = round(_AROUND_MM * px_per_mm)
    for mark in np.concatenate([bands, shapes]):
        left, top, width, height = (2 * marks.boxes[mark, :4]).tolist()
        place = np.s_[max(0, top - around) : top + height + around, max(0, left - around) : left + width + around]
        part = np.ascontiguousarray(pixels[place])
        grey[place] = lightest_channel(part) if mark in bands else _black_ink(part, marks.print_density)
    return grey


def _has_colour(pixels: Pixels) -> bool:
    rows = pixels[::8]
    return not (np.array_equal(rows[:, :, 0], rows[:, :, 1]) and np.array_equal(rows[:, :, 0], rows[:, :, 2]))


def _coloured_marks(pixels: Pixels) -> _Marks:
    # Whole pairs of pixels: several times as fast.
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    small = cv2.resize(pixels[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    paper = np.maximum(np.median(small[::8, ::8].reshape(-1, 3), axis=0), 1)
    red, green, blue = (
        cv2.convertScaleAbs(channel, alpha=255 / white) for channel, white in zip(cv2.split(small), paper, strict=True)
    )
    lightest = cv2.max(cv2.max(red, green), blue)
    apart = cv2.subtract(lightest, cv2.min(cv2.min(red, green), blue))
    coloured = cv2.threshold(apart, _COLOURED, 1, cv2.THRESH_BINARY)[1]
    labels, boxes = numbered_pieces(np.asarray(coloured, dtype=np.uint8))
    light = cv2.addWeighted(cv2.addWeighted(red, 0.3, green, 0.6, 0), 1, blue, 0.1, 0)
    ink = lightest[::2, ::2][(lightest[::2, ::2] < _INK_DARKER_THAN) & (coloured[::2, ::2] == 0)]
    print_light = float(np.percentile(ink, _PRINT_PERCENT)) if ink.size else _INK_DARKER_THAN
    return _Marks(
        labels,
        boxes[1:],
        np.asarray(light, dtype=np.uint8),
        -float(np.log(max(print_light, 1) / 255)) * _PER_DENSITY,
    )


def _shapes(marks: _Marks, px_per_mm: float) -> NDArray[np.intp]:
    """Which marks are seals, frames of stamps, signatures: too large and too hollow for letters."""
    _, _, width, height, area = marks.boxes.T
    shorter, longer = np.minimum(width, height) / px_per_mm, np.maximum(width, height) / px_per_mm
    hollow = area < _HOLLOW * width * height
    return np.flatnonzero((shorter >= _SHAPE_MM) & (longer <= _LARGEST_SHAPE_MM) & hollow)


def _bands(marks: _Marks, px_per_mm: float) -> NDArray[np.intp]:
    """Which marks are bands of a text marker, or coloured fields of a form: long, filled, and paler than print."""
    left, top, width, height, area = marks.boxes.T
    filled = (height / px_per_mm <= _LETTER_MM[1]) & (area > _BAND_FILL * width * height)
    bands = []
    for mark in np.flatnonzero(filled & (width / px_per_mm > _BAND_MM)):
        place = np.s_[top[mark] : top[mark] + height[mark], left[mark] : left[mark] + width[mark]]
        if marks.light[place][marks.labels[place] == mark + 1].mean() > _BAND_PALER_THAN * 255:
            bands.append(mark)
    return np.array(bands, dtype=np.intp)


def _letters(marks: _Marks, others: NDArray[np.intp], px_per_mm: float) -> NDArray[np.bool_]:
    """For each mark whether it may be a letter, or several that touch: as tall as one, and no part of `others`."""
    left, top, width, height, _ = marks.boxes.T
    letters = (height / px_per_mm >= _LETTER_MM[0]) & (height / px_per_mm <= _LETTER_MM[1])
    letters[others] = False
    x, y = left + width / 2, top + height / 2
    margin = _AROUND_MM * px_per_mm
    for other in others:
        inside_x = (x > left[other] - margin) & (x < left[other] + width[other] + margin)
        inside_y = (y > top[other] - margin) & (y < top[other] + height[other] + margin)
        letters &= ~(inside_x & inside_y)
    return np.asarray(letters, dtype=np.bool_)


def _keep_letters(grey: Pixels, pixels: Pixels, marks: _Marks, letters: NDArray[np.bool_]) -> None:
    """Darken coloured letters in `grey` to what the eye sees."""
    small = np.concatenate(([False], letters)).astype(np.uint8)[marks.labels]
    mask = cv2.resize(cv2.dilate(small, _NEIGHBOURS), grey.shape[::-1], interpolation=cv2.INTER_NEAREST)
    cv2.copyTo(cv2.min(grey, cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)), mask, grey)


def _black_ink(part: Pixels, print_density: float) -> Pixels:
    """The black ink of a part of a page, without what is much paler than print, on paper as bright as it is there."""
    paper = np.maximum(np.percentile(part[::2, ::2].reshape(-1, 3), _PAPER_PERCENT, axis=0), 1)
    steps = np.maximum(np.arange(256), 1)
    red, green, blue = (
        cv2.LUT(channel, np.clip(-np.log(steps / white) * _PER_DENSITY, 0, 255).round().astype(np.uint8))
        for channel, white in zip(cv2.split(part), paper, strict=True)
    )
    clearest = cv2.min(cv2.min(red, green), blue)
    colour = cv2.subtract(cv2.max(cv2.max(red, green), blue), clearest)
    black = cv2.subtract(clearest, cv2.convertScaleAbs(colour, alpha=_TRACES))
    n_pieces, pieces = cv2.connectedComponents((black > _FAINTEST).astype(np.uint8))
    is_print = np.zeros(n_pieces, np.uint8)
    is_print[pieces[black > _TRACES * print_density]] = 1
    is_print[0] = 0
    light = cv2.LUT(black * is_print[pieces], _AS_LIGHT)
    return np.asarray(cv2.convertScaleAbs(light, alpha=paper[0] / 255), dtype=np.uint8)
