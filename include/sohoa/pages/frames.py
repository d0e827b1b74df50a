"""Stamps that are a word or two in a frame, or in red: where they may be on a page, cut out for a closer look.

The marks of secrecy and of urgency are such (Thông tư 24/2020/TT-BCA: red capitals in a double frame 8 mm high and 20,
30 or 40 mm wide). Readers of whole pages take their frames for tables or pictures, and often leave them out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sohoa.pages.cutting import UprightPart
from sohoa.pages.imaging import MM_PER_INCH, Pixels
from sohoa.pages.ink_copies import darkest_channel, every_ink, without_tint

Points = NDArray[np.int32]

SEARCH_DPI, DPI = 150, 300
"""Resolution of what is searched, and of what is cut out."""
DEPTH = 0.46
"""Of a page's height, from the top: where such stamps are pressed; a head that is kept for closer looks holds it."""

_COARSE = DPI // SEARCH_DPI
_HEIGHT_MM, _WIDTH_MM = (5.5, 11.5), (14.0, 48.0)  # of a frame, with room for other makes and bad scales
_WORD_HEIGHT_MM, _WORD_WIDTH_MM = (2.5, 14.0), (7.0, 50.0)  # of red print that stands alone
_MOST_DEGREES = 10.0
_SIDE_MM = 1.4  # where a side's ink is looked for
_LEAST_SIDES, _SURE_SIDES = 0.6, 0.85  # what share of its length must have some, and has if it surely is one
_WRITTEN = 0.06, 0.5  # share of ink within a frame with a word in it
_INSET_MM = 1.55  # both lines of a frame
_INK = 190
_RED, _DARK, _PALE, _SOFT_EDGE, _REDDEN = 22, 150, 210, 20, 2.4
_NEAR_MM = 4.0, 0.8  # letters of a word, beside and above each other
_TANGLE_HEIGHT_MM, _TANGLE_WIDTH_MM, _TANGLE_NEAR_MM = (9.0, 42.0), (20.0, 90.0), 2.0
_DEEP_RED = 40  # the ink of one stamp, or of two across each other, without what is paler
_MOST = 8


@dataclass(frozen=True)
class Spot:
    """A place that may bear a stamp.

    Attributes:
        box: left, top, right, bottom as fractions of the part.
        image: grey, level, its print dark.
        framed: whether a frame in red was seen around it.
        tangle: whether it is red stamps across one another, of several lines.
    """

    box: tuple[float, float, float, float]
    image: Pixels
    framed: bool
    tangle: bool = False


def write_spots(page: UprightPart, skew_degrees: float, out: Path) -> list[dict[str, Any]]:
    """Write what may be stamps on the upper part of a page as grey images beside `out`, whose name theirs begin with.

    Returns:
        Of each its `image`, its `box` on the page, and whether a red frame is around it (`framed`) or it is several
        stamps across one another (`tangle`).

    Raises:
        OSError: an image cannot be written.
    """

    def part(dpi: int) -> Pixels:
        cut = page.cut((0.0, 0.0, 1.0, DEPTH), skew_degrees, dpi)
        if cut is None:
            raise ValueError("a page has no upper part")
        return cut

    found = []
    for number, spot in enumerate(spots_of(part(SEARCH_DPI), lambda: part(DPI))):
        image, (left, top, right, bottom) = out.with_name(f"{out.stem}-stamp-{number}.pgm"), spot.box
        if not cv2.imwrite(str(image), spot.image):
            raise OSError(f"cannot write {image}")
        box = [round(side, 5) for side in (left, top * DEPTH, right, bottom * DEPTH)]
        found.append({"image": str(image), "box": box, "framed": spot.framed, "tangle": spot.tangle})
    return found


def spots_of(part: Pixels, fine: Callable[[], Pixels]) -> list[Spot]:
    """The likeliest places of such stamps on a part of a page.

    Args:
        part: RGB at `SEARCH_DPI`, level to about ten degrees.
        fine: gives the same part at `DPI`; asked only if there is anything to cut out.
    """
    plain = without_tint(part)
    red, darkness = (_redness(plain) > _RED).astype(np.uint8), darkest_channel(plain)
    # Red ink is pale in a grey scan.
    inks = [(red, _INK), *(((darkness < limit).astype(np.uint8), limit + _SOFT_EDGE) for limit in (_DARK, _PALE))]
    across, down = _px(_NEAR_MM[0], _COARSE), _px(_NEAR_MM[1], _COARSE)
    words = _pieces(_closed(red, across, down), _WORD_HEIGHT_MM, _WORD_WIDTH_MM)
    frames = [
        (piece, ink is red, limit)
        for ink, limit in inks
        for piece in _pieces(_closed(ink, 3, 3), _HEIGHT_MM, _WIDTH_MM)
    ]
    tangles = _pieces(_closed(red, across, _px(_TANGLE_NEAR_MM, _COARSE)), _TANGLE_HEIGHT_MM, _TANGLE_WIDTH_MM)
    if not frames and not words and not tangles:
        return []
    exact = without_tint(fine())
    redness = _redness(exact)
    only_red, deep_red = _as_print(redness), _as_print(np.maximum(redness, _DEEP_RED) - np.uint8(_DEEP_RED))
    any_ink = darkest_channel(exact)
    found: list[Spot] = []
    for piece, is_red, limit in frames:
        spot = _framed(piece, only_red if is_red else any_ink, red.shape, limit, red=is_red)
        if spot is not None and not _among(spot, found):
            found.append(spot)
    for piece in words:
        spot = _word(piece, only_red, red.shape)
        if not _among(spot, found):
            found.append(spot)
    found = found[:_MOST]
    for piece in tangles:
        box = _box(piece, red.shape)
        if not any(_among(spot, [Spot(box, spot.image, framed=False)]) and spot.framed for spot in found):
            found.append(Spot(box, _without_lines(_cut(piece, only_red)), framed=False, tangle=True))
            found.append(Spot(box, _cut(piece, deep_red), framed=False, tangle=True))
    return found


def _as_print(redness: Pixels) -> Pixels:
    """Red ink as print on white paper."""
    return np.asarray(255 - cv2.convertScaleAbs(redness, alpha=_REDDEN), dtype=np.uint8)


def _redness(part: Pixels) -> Pixels:
    red, green, blue = cv2.split(part)
    return np.asarray(cv2.subtract(red, cv2.max(green, blue)), dtype=np.uint8)


def _closed(mask: Pixels, across: int, down: int) -> Pixels:
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((down, across), np.uint8)), dtype=np.uint8)


def _px(mm: float, scale: int = 1) -> int:
    return max(1, round(mm * DPI / MM_PER_INCH / scale))


def _framed(piece: Points, grey: Pixels, shape: tuple[int, ...], limit: int, *, red: bool) -> Spot | None:
    """What has a frame of its own around it, seen as one piece of ink."""
    (x, y), (width, height), degrees = cv2.minAreaRect(piece)
    if width < height:
        width, height, degrees = height, width, degrees - 90
    degrees = (degrees + 90) % 180 - 90
    if abs(degrees) > _MOST_DEGREES or not _within(_mm(width), _WIDTH_MM) or not _within(_mm(height), _HEIGHT_MM):
        return None
    level = _level(grey, (x * _COARSE, y * _COARSE), (width * _COARSE, height * _COARSE), degrees)
    inset = _px(_INSET_MM)
    if min(level.shape) < 4 * inset or (sides := _sides(level, limit)) < _LEAST_SIDES:
        return None
    inner = np.ascontiguousarray(level[inset:-inset, inset:-inset])
    written = _within(float((inner < limit).mean()), _WRITTEN)
    return Spot(_box(piece, shape), _stretched(inner), framed=red and written and sides >= _SURE_SIDES)


def _word(piece: Points, grey: Pixels, shape: tuple[int, ...]) -> Spot:
    """Red print that stands alone; the lines of a frame that could not be made out are taken off."""
    return Spot(_box(piece, shape), _without_lines(_cut(piece, grey)), framed=False)


def _cut(piece: Points, grey: Pixels) -> Pixels:
    left, top, width, height = (value * _COARSE for value in cv2.boundingRect(piece))
    margin = _px(0.6)
    return np.ascontiguousarray(
        grey[max(0, top - margin) : top + height + margin, max(0, left - margin) : left + width + margin]
    )


def _without_lines(grey: Pixels) -> Pixels:
    return every_ink(np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), dtype=np.uint8))


def _pieces(mask: Pixels, height_mm: tuple[float, float], width_mm: tuple[float, float]) -> list[Points]:
    """The points of each connected piece of about this size."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    tilt = float(np.sin(np.radians(_MOST_DEGREES / 2))) * width_mm[1]
    pieces: list[Points] = []
    for number, (left, top, width, height, _) in enumerate(stats[1:].tolist(), start=1):
        if _within(_mm(width), width_mm) and height_mm[0] <= _mm(height) <= height_mm[1] + tilt:
            rows, columns = np.nonzero(labels[top : top + height, left : left + width] == number)
            pieces.append(np.stack([columns + left, rows + top], axis=1).astype(np.int32))
    return pieces


def _mm(pixels: float) -> float:
    """Of what is searched."""
    return pixels * MM_PER_INCH / SEARCH_DPI


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _level(grey: Pixels, middle: tuple[float, float], size: tuple[float, float], degrees: float) -> Pixels:
    width, height = round(size[0]) + 2, round(size[1]) + 2
    turn = cv2.getRotationMatrix2D(middle, degrees, 1.0)
    turn[:, 2] += np.array([width / 2 - middle[0], height / 2 - middle[1]])
    return np.asarray(cv2.warpAffine(grey, turn, (width, height), borderValue=255), dtype=np.uint8)


def _stretched(grey: Pixels) -> Pixels:
    """The darkest as black: pale ink is read badly."""
    low = float(np.percentile(grey, 1))
    return np.asarray(np.clip((grey - low) * (255 / max(1.0, 255 - low)), 0, 255), dtype=np.uint8)


def _sides(level: Pixels, limit: int) -> float:
    """What share of its weakest side a frame has ink along."""
    ink, side = level < limit, _px(_SIDE_MM)
    shares = (
        ink[:side].any(axis=0).mean(),
        ink[-side:].any(axis=0).mean(),
        ink[:, :side].any(axis=1).mean(),
        ink[:, -side:].any(axis=1).mean(),
    )
    return float(min(shares))


def _box(points: Points, shape: tuple[int, ...]) -> tuple[float, float, float, float]:
    left, top, width, height = cv2.boundingRect(points)
    return (
        left / shape[1],
        top / shape[0],
        (left + width) / shape[1],
        (top + height) / shape[0],
    )


def _among(spot: Spot, others: list[Spot]) -> bool:
    middle = (spot.box[0] + spot.box[2]) / 2, (spot.box[1] + spot.box[3]) / 2
    return any(o.box[0] <= middle[0] <= o.box[2] and o.box[1] <= middle[1] <= o.box[3] for o in others)
