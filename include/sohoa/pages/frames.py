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

from sohoa.pages.cutting import Box, UprightPart
from sohoa.pages.imaging import MM_PER_INCH, Pixels
from sohoa.pages.ink_copies import Colour, darkest_channel, every_ink, paper_of, without_tint

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
_MARGIN_MM = 0.6  # of paper around a word
_PARENT = 3  # in OpenCV's tree of outlines


@dataclass(frozen=True)
class Spot:
    """A place that may bear a stamp.

    Attributes:
        box: left, top, right, bottom as fractions of the part.
        image: grey, level, its print dark.
        framed: whether a frame in red was seen around it.
        tangle: whether it is red stamps across one another, of several lines.
    """

    box: Box
    image: Pixels
    framed: bool
    tangle: bool = False


def write_spots(page: UprightPart, coarse: UprightPart, skew_degrees: float, out: Path) -> list[dict[str, Any]]:
    """Write what may be stamps on the upper part of a page as grey images beside `out`, whose name theirs begin with.

    Args:
        page: the whole page.
        coarse: the same, reduced to no less than `SEARCH_DPI`.
        skew_degrees: as for `UprightPart.cut`.
        out: see above.

    Returns:
        Of each its `image`, its `box` on the page, and whether a red frame is around it (`framed`) or it is several
        stamps across one another (`tangle`).

    Raises:
        OSError: an image cannot be written.
    """

    def fine(box: Box) -> Pixels:
        return _part(page.cut(_on_page(box), skew_degrees, DPI))

    part = _part(coarse.cut((0.0, 0.0, 1.0, DEPTH), skew_degrees, SEARCH_DPI, cv2.INTER_LINEAR))
    found = []
    for number, spot in enumerate(spots_of(part, fine)):
        image = out.with_name(f"{out.stem}-stamp-{number}.pgm")
        if not cv2.imwrite(str(image), spot.image):
            raise OSError(f"cannot write {image}")
        box = [round(side, 5) for side in _on_page(spot.box)]
        found.append({"image": str(image), "box": box, "framed": spot.framed, "tangle": spot.tangle})
    return found


def _on_page(box: Box) -> Box:
    left, top, right, bottom = box
    return left, top * DEPTH, right, bottom * DEPTH


def _part(cut: Pixels | None) -> Pixels:
    if cut is None:
        raise ValueError("a page has no upper part")
    return cut


def spots_of(part: Pixels, fine: Callable[[Box], Pixels]) -> list[Spot]:
    """The likeliest places of such stamps on a part of a page.

    Args:
        part: RGB at `SEARCH_DPI`, level to about ten degrees.
        fine: gives a box of the part (fractions of it) at `DPI`.
    """
    paper = paper_of(part)
    plain = without_tint(part, paper)
    red, darkness = (_redness(plain) > _RED).astype(np.uint8), darkest_channel(plain)
    # Red ink is pale in a grey scan.
    inks = [(red, _INK), *(((darkness < limit).astype(np.uint8), limit + _SOFT_EDGE) for limit in (_DARK, _PALE))]
    across, down = _px(_NEAR_MM[0], _COARSE), _px(_NEAR_MM[1], _COARSE)
    cutter = _Cutter(fine, paper, part.shape[:2])
    found: list[Spot] = []
    for ink, limit in inks:
        for piece in _pieces(_closed(ink, 3, 3), _HEIGHT_MM, _WIDTH_MM):
            spot = _framed(piece, cutter, limit, red=ink is red)
            if spot is not None and not _among(spot, found):
                found.append(spot)
    for piece in _pieces(_closed(red, across, down), _WORD_HEIGHT_MM, _WORD_WIDTH_MM):
        spot = _word(piece, cutter)
        if not _among(spot, found):
            found.append(spot)
    found = found[:_MOST]
    for piece in _pieces(_closed(red, across, _px(_TANGLE_NEAR_MM, _COARSE)), _TANGLE_HEIGHT_MM, _TANGLE_WIDTH_MM):
        found += _tangle(piece, cutter, found)
    return found


@dataclass(frozen=True)
class _Cutter:
    """Cuts pieces of what was searched out of the page at `DPI`.

    Attributes:
        fine: see `spots_of`.
        paper: colour of the part's paper.
        shape: rows and columns of what was searched.
    """

    fine: Callable[[Box], Pixels]
    paper: Colour
    shape: tuple[int, ...]

    def cut(self, left: float, top: float, right: float, bottom: float) -> tuple[Pixels, tuple[float, float]]:
        """What lies within these sides (pixels of what was searched) at `DPI`, and where it begins (of `DPI`)."""
        left, top = max(0.0, left), max(0.0, top)
        right, bottom = min(float(self.shape[1]), right), min(float(self.shape[0]), bottom)
        cut = self.fine((left / self.shape[1], top / self.shape[0], right / self.shape[1], bottom / self.shape[0]))
        return without_tint(cut, self.paper), (left * _COARSE, top * _COARSE)

    def around(self, piece: Points) -> Pixels:
        """The box of a piece, with some paper around it."""
        left, top, width, height = cv2.boundingRect(piece)
        margin = _px(_MARGIN_MM, _COARSE)
        return self.cut(left - margin, top - margin, left + width + margin, top + height + margin)[0]

    def box(self, piece: Points) -> Box:
        """The box of a piece as fractions of what was searched."""
        left, top, width, height = cv2.boundingRect(piece)
        rows, columns = self.shape
        return left / columns, top / rows, (left + width) / columns, (top + height) / rows


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


def _framed(piece: Points, cutter: _Cutter, limit: int, *, red: bool) -> Spot | None:
    """What has a frame of its own around it, seen as one piece of ink."""
    middle, (width, height), degrees = cv2.minAreaRect(piece)
    if width < height:
        width, height, degrees = height, width, degrees - 90
    degrees = (degrees + 90) % 180 - 90
    if abs(degrees) > _MOST_DEGREES or not _within(_mm(width), _WIDTH_MM) or not _within(_mm(height), _HEIGHT_MM):
        return None
    left, top, wide, high = cv2.boundingRect(piece)
    cut, origin = cutter.cut(left - 3, top - 3, left + wide + 3, top + high + 3)
    grey = _as_print(_redness(cut)) if red else darkest_channel(cut)
    place = middle[0] * _COARSE - origin[0], middle[1] * _COARSE - origin[1]
    level = _level(grey, place, (width * _COARSE, height * _COARSE), degrees)
    inset = _px(_INSET_MM)
    if min(level.shape) < 4 * inset or (sides := _sides(level, limit)) < _LEAST_SIDES:
        return None
    inner = np.ascontiguousarray(level[inset:-inset, inset:-inset])
    written = _within(float((inner < limit).mean()), _WRITTEN)
    return Spot(cutter.box(piece), _stretched(inner), framed=red and written and sides >= _SURE_SIDES)


def _word(piece: Points, cutter: _Cutter) -> Spot:
    """Red print that stands alone; the lines of a frame that could not be made out are taken off."""
    print_only = _as_print(_redness(cutter.around(piece)))
    return Spot(cutter.box(piece), _without_lines(print_only), framed=False)


def _tangle(piece: Points, cutter: _Cutter, found: list[Spot]) -> list[Spot]:
    """Red stamps across one another: with all their ink, and with the deepest; none where a frame is known."""
    cut, box = cutter.around(piece), cutter.box(piece)
    redness = _redness(cut)
    deep = np.maximum(redness, _DEEP_RED) - np.uint8(_DEEP_RED)
    whole = Spot(box, _without_lines(_as_print(redness)), framed=False, tangle=True)
    if any(_among(spot, [whole]) and spot.framed for spot in found):
        return []
    return [whole, Spot(box, _as_print(deep), framed=False, tangle=True)]


def _without_lines(grey: Pixels) -> Pixels:
    return every_ink(np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), dtype=np.uint8))


def _pieces(mask: Pixels, height_mm: tuple[float, float], width_mm: tuple[float, float]) -> list[Points]:
    """The outline of each connected piece of about this size."""
    # Several times as fast as numbering the pixels of all pieces.
    outlines, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    tilt = float(np.sin(np.radians(_MOST_DEGREES / 2))) * width_mm[1]
    pieces: list[Points] = []
    for number, outline in enumerate(outlines):
        _, _, width, height = cv2.boundingRect(outline)
        is_hole = tree[0, number, _PARENT] >= 0
        if not is_hole and _within(_mm(width), width_mm) and height_mm[0] <= _mm(height) <= height_mm[1] + tilt:
            pieces.append(np.asarray(outline, dtype=np.int32))
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


def _among(spot: Spot, others: list[Spot]) -> bool:
    middle = (spot.box[0] + spot.box[2]) / 2, (spot.box[1] + spot.box[3]) / 2
    return any(o.box[0] <= middle[0] <= o.box[2] and o.box[1] <= middle[1] <= o.box[3] for o in others)
