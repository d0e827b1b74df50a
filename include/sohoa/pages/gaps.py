"""What stands in the gaps of a printed line: shapes of the glyphs, and how they stand beside the line's own print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sohoa.pages.imaging import Pixels
from sohoa.pages.ink_copies import darkest_channel, without_tint
from sohoa.pages.pieces import Labels, numbered_pieces

Floats = NDArray[np.float32]
Span = tuple[float, float]

COLOURED = 0.16  # of full scale between the channels, after the paper's tint is taken off
LEVEL = 0.07  # of the height: how far digits of print differ in height and foot
_UP = 2  # strokes of 3-4 px are too thin to be measured as they are
_DARKNESS = (0.16, 0.5)  # least and greatest threshold of what is ink
_TALLEST = 2.6  # digits by pen, in heights of the line
_SPECK = 0.004  # of the line's height squared
_NEAR_CAPITAL = 0.85  # of the height of capitals: small letters have about 0.7
_RULE = 2.0  # heights of the line: longer level strokes are rules
_PATCH, _CELLS, _ORIENTATIONS = 32, 4, 12
_N_SHAPE, _N_STANDING = _CELLS * _CELLS * _ORIENTATIONS + 4, 9


@dataclass(frozen=True)
class _Glyph:
    """One digit, or what could not be parted: its box in px (left, top, right, bottom), shape and stroke."""

    box: tuple[int, int, int, int]
    shape: Floats
    stroke: float
    coloured: float


@dataclass(frozen=True)
class _Print:
    """What the line's printed letters are like: height of capitals, foot and stroke in px."""

    height: float
    foot: float
    stroke: float


@dataclass(frozen=True)
class Measured:
    """What is measured of a gap: shapes of its glyphs (a row each) and how they stand in the line."""

    shapes: Floats
    standing: Floats
    coloured: float
    any_ink: bool


def measure(crop: Pixels, line: Span, slots: Sequence[Span]) -> list[Measured]:
    """What is measured of each gap.

    Args:
        crop: RGB at about 300 dpi, the line with about its own height free above and below.
        line: top and bottom of the line's print, as fractions of the crop's height.
        slots: left and right of each gap, as fractions of the crop's width.
    """
    dark, spread = _planes(crop)
    height, width = dark.shape
    top, bottom = line[0] * height, line[1] * height
    mask = _ink_mask(dark, top, bottom)
    labels, stats = numbered_pieces(mask)
    near = _in_line(stats, top, bottom)
    spans = [(left * width, right * width) for left, right in slots]
    members = [[index for index in near if _within(stats[index], span)] for span in spans]
    filled_in = {index for group in members for index in group}
    letters = [index for index in near if index not in filled_in]
    printed = _print_of(labels, stats, letters, top, bottom)
    return [
        _measured(dark, spread, labels, stats, group, span, printed) for group, span in zip(members, spans, strict=True)
    ]


def _planes(crop: Pixels) -> tuple[Floats, Floats]:
    """Darkness of the darkest channel and distance between the channels (0-1), the paper's tint taken off, enlarged."""
    even = without_tint(crop)
    red, green, blue = cv2.split(cv2.GaussianBlur(even, (0, 0), 0.7))
    spread = cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue))
    return 1 - _enlarged(darkest_channel(even)), _enlarged(np.asarray(spread, dtype=np.uint8))


def _enlarged(plane: Pixels) -> Floats:
    large = cv2.resize(plane, None, fx=_UP, fy=_UP, interpolation=cv2.INTER_CUBIC)
    return large.astype(np.float32) / np.float32(255)


def _ink_mask(dark: Floats, top: float, bottom: float) -> Pixels:
    """Where there is ink, long rules left out."""
    line = bottom - top
    zone = dark[max(0, int(top - 0.6 * line)) : int(bottom + 0.6 * line)]
    split = cv2.threshold((zone * 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)[0] / 255 if zone.size else 0.0
    mask = (dark > min(max(split, _DARKNESS[0]), _DARKNESS[1])).astype(np.uint8)
    rules = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, max(3, round(_RULE * line))), np.uint8))
    return np.asarray(cv2.subtract(mask, cv2.dilate(rules, np.ones((5, 3), np.uint8))), dtype=np.uint8)


def _in_line(stats: Labels, top: float, bottom: float) -> list[int]:
    """Components that stand in the line, specks and what is far too tall left out."""
    line = bottom - top
    return [
        index
        for index in range(1, len(stats))
        if stats[index, cv2.CC_STAT_TOP] < bottom
        and _foot(stats[index]) > top
        and stats[index, cv2.CC_STAT_HEIGHT] < _TALLEST * line
        and stats[index, cv2.CC_STAT_AREA] > _SPECK * line * line
    ]


def _foot(stat: Labels) -> int:
    return int(stat[cv2.CC_STAT_TOP] + stat[cv2.CC_STAT_HEIGHT])


def _within(stat: Labels, span: Span) -> bool:
    return bool(span[0] <= stat[cv2.CC_STAT_LEFT] + stat[cv2.CC_STAT_WIDTH] / 2 <= span[1])


def _print_of(labels: Labels, stats: Labels, letters: Sequence[int], top: float, bottom: float) -> _Print:
    line = bottom - top
    whole = [
        index
        for index in letters
        if stats[index, cv2.CC_STAT_HEIGHT] > 0.45 * line
        and stats[index, cv2.CC_STAT_WIDTH] < 2 * line
        and abs(stats[index, cv2.CC_STAT_TOP] + stats[index, cv2.CC_STAT_HEIGHT] / 2 - (top + bottom) / 2) < line / 2
    ]
    if not whole:
        return _Print(0.75 * line, bottom - 0.15 * line, 0.09 * line)
    strokes = [_stroke(_own_mask(labels, stats, [index])[0])[0] for index in whole]
    foot = float(np.median([_foot(stats[index]) for index in whole]))
    heads = np.sort([foot - stats[index, cv2.CC_STAT_TOP] for index in whole])
    # Digits are as tall as capitals, which are few in a date line; the very tallest may be a stroke of a pen.
    capitals = heads[heads >= _NEAR_CAPITAL * heads[-2:][0]]
    return _Print(max(1.0, float(np.median(capitals))), foot, float(np.median(strokes)))


def _own_mask(labels: Labels, stats: Labels, group: Sequence[int]) -> tuple[Pixels, tuple[int, int, int, int]]:
    """The mask of some components in the box around them, and that box."""
    parts = stats[list(group)]
    left, top = int(parts[:, cv2.CC_STAT_LEFT].min()), int(parts[:, cv2.CC_STAT_TOP].min())
    right = int((parts[:, cv2.CC_STAT_LEFT] + parts[:, cv2.CC_STAT_WIDTH]).max())
    bottom = int((parts[:, cv2.CC_STAT_TOP] + parts[:, cv2.CC_STAT_HEIGHT]).max())
    mask = np.isin(labels[top:bottom, left:right], group).astype(np.uint8)
    return mask, (left, top, right, bottom)


def _stroke(mask: Pixels) -> tuple[float, float]:
    """Median width of the strokes in px, and how much it varies (standard deviation over mean)."""
    distance = cv2.distanceTransform(cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0), cv2.DIST_L2, 5)
    ridge = (distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8)) - 1e-3) & (distance > 0.9)
    widths = 2 * distance[ridge]
    if widths.size == 0:
        return 1.0, 0.0
    return float(np.median(widths)), float(widths.std() / widths.mean())


def _measured(
    dark: Floats,
    spread: Floats,
    labels: Labels,
    stats: Labels,
    group: Sequence[int],
    span: Span,
    printed: _Print,
) -> Measured:
    """Dots of a leader are left out by their height; what no digit can be, by its width."""
    widest = 1.2 * max(span[1] - span[0], printed.height)
    tall = [
        index
        for index in group
        if stats[index, cv2.CC_STAT_HEIGHT] > 0.5 * printed.height and stats[index, cv2.CC_STAT_WIDTH] < widest
    ]
    glyphs = [_glyph(dark, spread, labels, stats, parts) for parts in _joined(stats, tall)]
    any_ink = any(stats[index, cv2.CC_STAT_HEIGHT] > 0.3 * printed.height for index in group)
    if not glyphs:
        return Measured(np.zeros((0, _N_SHAPE), np.float32), np.zeros(_N_STANDING, np.float32), 0.0, any_ink)
    coloured = float(np.mean([glyph.coloured for glyph in glyphs]))
    return Measured(np.stack([g.shape for g in glyphs]), _standing(glyphs, printed), coloured, any_ink)


def _joined(stats: Labels, tall: Sequence[int]) -> list[list[int]]:
    """Components grouped into glyphs: what stands above one another is one broken digit."""
    groups: list[list[int]] = []
    for index in sorted(tall, key=lambda index: int(stats[index, cv2.CC_STAT_LEFT])):
        left, width = int(stats[index, cv2.CC_STAT_LEFT]), int(stats[index, cv2.CC_STAT_WIDTH])
        if groups:
            before = stats[groups[-1]]
            first = int(before[:, cv2.CC_STAT_LEFT].min())
            last = int((before[:, cv2.CC_STAT_LEFT] + before[:, cv2.CC_STAT_WIDTH]).max())
            if min(last, left + width) - max(first, left) > 0.6 * min(last - first, width):
                groups[-1].append(index)
                continue
        groups.append([index])
    return groups


def _glyph(dark: Floats, spread: Floats, labels: Labels, stats: Labels, parts: Sequence[int]) -> _Glyph:
    mask, box = _own_mask(labels, stats, parts)
    left, top, right, bottom = box
    tones = dark[top:bottom, left:right] * cv2.dilate(mask, np.ones((3, 3), np.uint8))
    stroke, varies = _stroke(mask)
    height, width = mask.shape
    more = [width / height, 5 * stroke / height, varies, float(mask.mean())]
    shape = np.concatenate([_edges(_patch(tones, mask)), np.array(more, np.float32)])
    coloured = float((spread[top:bottom, left:right][mask > 0] > COLOURED).mean())
    return _Glyph(box, shape, stroke, coloured)


def _patch(tones: Floats, mask: Pixels) -> Floats:
    """A glyph in even tone, its longer side filling a square of `_PATCH` px but for a margin."""
    full = max(float(np.percentile(tones[mask > 0], 90)), 1e-3)
    height, width = tones.shape
    scale = (_PATCH - 4) / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(np.clip(tones / full, 0, 1), size, interpolation=cv2.INTER_AREA)
    patch = np.zeros((_PATCH, _PATCH), np.float32)
    y, x = (_PATCH - small.shape[0]) // 2, (_PATCH - small.shape[1]) // 2
    patch[y : y + small.shape[0], x : x + small.shape[1]] = small
    return patch


def _edges(patch: Floats) -> Floats:
    """How strong edges of each orientation are in each cell of a patch (histogram of oriented gradients)."""
    across = cv2.Sobel(patch, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(patch, cv2.CV_32F, 0, 1, ksize=3)
    strength = np.hypot(across, down)
    turn = np.mod(np.arctan2(down, across), np.pi) * (_ORIENTATIONS / np.pi)
    first = np.floor(turn).astype(np.int64) % _ORIENTATIONS
    share = turn - np.floor(turn)
    rows, columns = np.mgrid[0:_PATCH, 0:_PATCH] * _CELLS // _PATCH
    cell = (rows * _CELLS + columns) * _ORIENTATIONS
    n = _CELLS * _CELLS * _ORIENTATIONS
    histogram = np.bincount((cell + first).ravel(), (strength * (1 - share)).ravel(), n)
    histogram += np.bincount((cell + (first + 1) % _ORIENTATIONS).ravel(), (strength * share).ravel(), n)
    capped = np.minimum(histogram / (np.linalg.norm(histogram) + 1e-6), 0.2)
    return np.asarray(np.sqrt(capped / (capped.sum() + 1e-6)), dtype=np.float32)


def _standing(glyphs: Sequence[_Glyph], printed: _Print) -> Floats:
    """How the glyphs of a gap compare with one another and with the line's print, all free of scale.

    In order: spread of heights, feet and heads (over the mean height); height and stroke against print
    (logarithms); distance of the feet from print's; spread of strokes; coloured share; widest aspect.
    """
    tops = np.array([glyph.box[1] for glyph in glyphs], np.float64)
    feet = np.array([glyph.box[3] for glyph in glyphs], np.float64)
    heights, strokes = feet - tops, np.array([glyph.stroke for glyph in glyphs])
    aspects = [(glyph.box[2] - glyph.box[0]) / (glyph.box[3] - glyph.box[1]) for glyph in glyphs]
    mean = heights.mean()
    return np.array(
        [
            np.ptp(heights) / mean,
            np.ptp(feet) / mean,
            np.ptp(tops) / mean,
            np.log(mean / printed.height),
            np.log(strokes.mean() / printed.stroke),
            abs(feet.mean() - printed.foot) / printed.height,
            np.ptp(strokes) / strokes.mean(),
            np.mean([glyph.coloured for glyph in glyphs]),
            max(aspects),
        ],
        np.float32,
    )
