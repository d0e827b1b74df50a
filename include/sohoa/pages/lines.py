"""Lines of print on a page: how far they line up, at what angle, and which way up they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sohoa.pages.imaging import Pixels
from sohoa.pages.letters import PX_PER_MM

Counts = NDArray[np.float32]

MOST_DEGREES = 10.0
_COARSE_STEP, _FINE_STEP, _FINE_REACH = 0.5, 0.1, 6
_STRIP_PX = 24  # about 6 mm: within it a line askew by 10 degrees stays narrower than the space between lines
_FINENESS = 2  # rows to a pixel where the angle is fixed

_STRIPS_A_PIECE = 4  # about an inch: a piece of a line with a dozen letters
_BAND_MM = 1.0, 7.0  # height of small letters or capitals
_BAND_FROM = 0.5  # of the ink of the fullest row near by
_NEAR_MM = 4.0
_LEAST_COVER = 0.04  # of a piece's width
_MARKS_REACH = 0.65  # of the band's height: accents and ascenders above it, dots and descenders below it
_MOST_SAY = 0.15  # what one piece of a line can add, as a share of its ink


@dataclass(frozen=True)
class Lines:
    """How the lower edges of letters line up.

    Attributes:
        peak: How much more they do so at the best angle than at most angles: print has 1.9 and more, pictures,
            seals and single words less than 1.4.
        degrees: The best angle, as the turn clockwise that makes the lines level, to half a degree.
        edges: Their counts in strips side by side (strips x rows).
    """

    peak: float
    degrees: float
    edges: Counts


class WayUp(NamedTuple):
    """What the pieces of lines say: upright (positive) or upside down (negative).

    Attributes:
        deviations: In standard deviations.
        excess: Mean excess of ink above the small letters over that below, as a share of theirs: print has 0.04
            to 0.08; rows of digits, which say nothing, stay within 0.025 either way.
    """

    deviations: float
    excess: float


def lines_of(mask: Pixels) -> Lines:
    """The lines that run from side to side in a mask of letters, by projection profiles (after Postl and Baird)."""
    below = np.zeros_like(mask)
    below[:-1] = mask[1:]
    edges = _strips((mask > below).view(np.uint8))
    angles = np.arange(-MOST_DEGREES, MOST_DEGREES + _COARSE_STEP / 2, _COARSE_STEP)
    powers = _powers(_smooth(edges), angles, 1)
    middle, best = float(np.median(powers)), int(powers.argmax())
    return Lines(float(powers[best]) / middle if middle else 0.0, float(angles[best]), edges)


def exact_degrees(lines: Lines) -> float:
    """The turn clockwise that makes lines level, to a few hundredths of a degree where they are a hand long."""
    edges = _smooth(np.repeat(lines.edges, _FINENESS, axis=1))
    angles = np.linspace(-_FINE_REACH, _FINE_REACH, 2 * _FINE_REACH + 1) * _FINE_STEP + lines.degrees
    powers = _powers(edges, angles, _FINENESS)
    best = int(powers.argmax())
    if not 0 < best < len(angles) - 1:
        return float(angles[best])
    before, top, after = powers[best - 1 : best + 2]
    bend = before - 2 * top + after
    return float(angles[best] + (_FINE_STEP * (before - after) / (2 * bend) if bend else 0.0))


def way_up(mask: Pixels, degrees: float) -> WayUp:
    """Which way up lines are that a turn by `degrees` clockwise makes level.

    Each piece of a line says by how much the ink above the band of its small letters exceeds that below it:
    Vietnamese has most of its marks, and like all Latin print more ascenders than descenders, above.
    """
    strips = _strips(mask)
    shifts, margin = _shifts(len(strips), degrees, 1)
    level = np.zeros((len(strips), strips.shape[1] + 2 * margin), np.float32)
    for row, strip, shift in zip(level, strips, shifts, strict=True):
        row[margin + shift : margin + shift + len(strip)] = strip
    pieces = np.add.reduceat(level, np.arange(0, len(strips), _STRIPS_A_PIECE), axis=0)
    fullest = cv2.dilate(pieces, np.ones((1, 2 * round(_NEAR_MM * PX_PER_MM) + 1), np.uint8))
    bands = (pieces > _BAND_FROM * fullest) & (pieces > _LEAST_COVER * _STRIP_PX * _STRIPS_A_PIECE)
    says = np.array([say for rows, band in zip(pieces, bands, strict=True) for say in _says(rows, band)])
    weight = float(np.sqrt((says * says).sum()))
    return WayUp(float(says.sum()) / weight, float(says.mean())) if weight else WayUp(0.0, 0.0)


def _says(rows: Counts, band: NDArray[np.bool_]) -> list[float]:
    steps = np.diff(band.astype(np.int8), prepend=0, append=0)
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    before = np.concatenate(([0], ends))[: len(starts)]
    after = np.concatenate((starts, [len(rows)]))[1 : len(starts) + 1]
    sums = np.concatenate(([0.0], np.cumsum(rows, dtype=np.float64)))
    says = []
    for start, end, low, high in zip(starts, ends, before, after, strict=True):
        if not _BAND_MM[0] <= (end - start) / PX_PER_MM <= _BAND_MM[1]:
            continue
        # Half of the space to the next line is that line's own.
        reach = int(min(round(_MARKS_REACH * (end - start)), np.ceil(min(start - low, high - end) / 2)))
        if reach >= 2:
            excess = (sums[start] - sums[start - reach]) - (sums[end + reach] - sums[end])
            says.append(float(np.clip(excess / (sums[end] - sums[start]), -_MOST_SAY, _MOST_SAY)))
    return says


def _strips(mask: Pixels) -> Counts:
    """Counts of a mask's pixels in strips side by side, row by row (strips x rows)."""
    starts = np.arange(0, mask.shape[1], _STRIP_PX)
    # A strip's width fits into the mask's own bytes.
    return np.ascontiguousarray(np.add.reduceat(mask, starts, axis=1, dtype=np.uint8).T, dtype=np.float32)


def _smooth(strips: Counts) -> Counts:
    return np.asarray(cv2.filter2D(strips, -1, np.array([[0.25, 0.5, 0.25]], np.float32)), dtype=np.float32)


def _shifts(n_strips: int, degrees: float, fineness: int) -> tuple[NDArray[np.int_], int]:
    """By how many rows down each strip moves in a turn clockwise, and the most that any does."""
    places = (np.arange(n_strips) - (n_strips - 1) / 2) * _STRIP_PX * fineness
    shifts = np.rint(np.tan(np.radians(degrees)) * places).astype(int)
    return shifts, int(np.abs(shifts).max(initial=0))


def _powers(strips: Counts, angles: NDArray[np.float64], fineness: int) -> NDArray[np.float64]:
    """How unevenly rows share the edges after a turn by each angle."""
    powers = np.empty(len(angles))
    for index, degrees in enumerate(angles):
        shifts, margin = _shifts(len(strips), float(degrees), fineness)
        rows = np.zeros(strips.shape[1] + 2 * margin, np.float32)
        for strip, shift in zip(strips, shifts, strict=True):
            rows[margin + shift : margin + shift + len(strip)] += strip
        powers[index] = float(rows @ rows)
    return powers
