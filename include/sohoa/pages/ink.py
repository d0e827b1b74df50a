"""What the ink in a number or date line is: printed, stamped by a machine, or written by pen.

Whoever numbers a decision fills gaps in a printed line. Digits of a machine repeat one shape, stand level and
upright and are equally tall; digits by pen differ from each other and from any typeface. Colour alone does not
tell a violet numbering machine from a violet pen, or a black pen from print. So every glyph in a gap is judged
by its shape (orientations of its edges), and the gap by all its glyphs and by how they compare with the
printed letters of the same line. `scripts/train_ink.py` makes the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from sohoa.pages.broad_strokes import STROKE, broader_strokes
from sohoa.pages.gaps import COLOURED, LEVEL, Floats, Measured, Span, measure
from sohoa.pages.imaging import Pixels
from sohoa.pages.ink_copies import as_colour, clear_print, darkest_channel, faint_print, without_red, without_tint

MODEL = Path(__file__).with_name("ink_model.npz")
_SIZE_OF_PRINT, _WEIGHT_OF_PRINT = 0.12, 0.35  # how far print may be from the line's other print, as logarithms
_INK, _PALE_INK = 150, 200  # of the darkest channel: darker is ink, a pale stamp's too
_PRINT = 100  # of a copy of black ink: darker is the middle of a stroke of print
_KEPT, _KEPT_IF_READ = 0.9, 0.35  # least share of a gap's ink in a copy of black ink; of a coloured pen less stays
_WIDEST_PX = 300  # 25 mm at 300 dpi
_STAMP_PX = (
    1100  # 8 mm² at 300 dpi: where no stamp lies, soft edges and strokes of a pen beside its gap make half of that
)
_EDGE_PX = 3  # soft edges of a stroke
_BAND = 0.25  # of the line's height above and below it


class Ink(StrEnum):
    """What put the digits on the paper; `UNSURE` must be treated like `PEN`."""

    NONE = "none"
    PRINT = "print"
    STAMP = "stamp"
    PEN = "pen"
    UNSURE = "unsure"


_BY_MACHINE = (Ink.PRINT, Ink.STAMP)


@dataclass(frozen=True)
class Found:
    """The ink of one gap.

    Attributes:
        ink: what it is.
        coloured: share of its ink that has a colour (0-1).
        pen: log odds that it is by pen; 0 where there is nothing to judge.
    """

    ink: Ink
    coloured: float
    pen: float


def ink_of(crop: Pixels, line: Span, slots: Sequence[Span]) -> list[Found]:
    """What the ink in each gap of a line is.

    Args:
        crop: RGB at about 300 dpi, the line with about its own height free above and below.
        line: top and bottom of the line's print, as fractions of the crop's height.
        slots: left and right of each gap, as fractions of the crop's width.
    """
    return [_judged(seen) for seen in measure(crop, line, slots)]


def ink_beneath(crop: Pixels, line: Span, slots: Sequence[Span], *, read_in_black: bool = False) -> list[Found]:
    """What the ink in each gap of a line is, as `ink_of` has it, and judged again where that is not print.

    Where a stamp lies over the line, its ink is taken off. Pens write in blue and black, which stay when red is taken
    off. A copy of black ink tells of gaps that it shows nearly whole, or whose digits were read in it; there digits of
    print that touch one another come apart, since only the middle of their strokes is left. Two copies that agree tell
    of such digits whatever lies over them.

    Args:
        crop: as for `ink_of`; so are `line` and `slots`.
        line: see above.
        slots: see above.
        read_in_black: whether what stands in the gaps was read in a copy of black ink.
    """
    found = ink_of(crop, line, slots)
    if all(one.ink is Ink.PRINT for one in found):
        return found
    black = as_colour(faint_print(crop))
    faint, clear = (ink_of(copy, line, slots) for copy in (black, as_colour(clear_print(crop))))
    least = _KEPT_IF_READ if read_in_black else _KEPT
    in_black = [share >= least for share in _kept(crop, black, line, slots)]
    if lies_under_stamp(crop, line, slots):
        red_off = ink_of(without_red(crop), line, slots)
        found = _again(found, red_off, _BY_MACHINE, [True] * len(slots))
        uncoloured = [kept and one.coloured <= COLOURED for kept, one in zip(in_black, red_off, strict=True)]
        found = _again(_again(found, faint, (Ink.PRINT,), in_black), faint, (Ink.STAMP,), uncoloured)
    if read_in_black:
        # What lies over digits of print is gone in both copies; what is left there of a pen's passes in one at most.
        found = _again(found, clear, _BY_MACHINE, [one.ink in _BY_MACHINE for one in faint])
    return _again(found, clear, (Ink.PRINT,), in_black)


def ink_of_broad_strokes(crop: Pixels, line: Span, box: tuple[float, float, float, float]) -> Found:
    """What the broad strokes in a part of a line were put down by; `NONE` if there are none.

    Args:
        crop: as for `ink_of`.
        line: top and bottom of the line's print, as fractions of the crop's height.
        box: the part (left, top, right, bottom), its middle the line's, as fractions of the crop.
    """
    height, width = crop.shape[:2]
    left, right = (min(max(0, round(edge * width)), width) for edge in box[::2])
    top, bottom = (min(max(0, round(edge * height)), height) for edge in box[1::2])
    if left >= right or top >= bottom:
        return Found(Ink.NONE, 0.0, 0.0)
    shown = without_tint(crop)
    strokes = broader_strokes(shown[top:bottom, left:right])
    columns = np.flatnonzero((strokes < STROKE).any(axis=0))
    if columns.size == 0:
        return Found(Ink.NONE, 0.0, 0.0)
    shown[top:bottom, left:right] = as_colour(strokes)
    slot = ((left + columns[0] - _EDGE_PX) / width, (left + columns[-1] + _EDGE_PX) / width)
    return ink_of(shown, line, [slot])[0]


def _again(found: Sequence[Found], second: Sequence[Found], told: Sequence[Ink], may: Sequence[bool]) -> list[Found]:
    """The second judgement of each gap that is not print by the first, where it may tell and tells one of these."""
    return [
        other if one.ink is not Ink.PRINT and allowed and other.ink in told else one
        for one, other, allowed in zip(found, second, may, strict=True)
    ]


def _kept(crop: Pixels, copy: Pixels, line: Span, slots: Sequence[Span]) -> list[float]:
    """How much of each gap's ink a copy still shows (0-1)."""
    height, width = crop.shape[:2]
    before, after = darkest_channel(without_tint(crop)) < _INK, darkest_channel(copy) < _INK
    top, bottom = (max(0, round(edge * height)) for edge in line)
    shares = []
    for slot in slots:
        left, right = (max(0, round(edge * width)) for edge in slot)
        place = np.s_[top:bottom, left:right]
        shares.append(float((before[place] & after[place]).sum() / max(1, before[place].sum())))
    return shares


def lies_under_stamp(crop: Pixels, line: Span, slots: Sequence[Span]) -> bool:
    """Whether a line has ink beside its gaps that is not its print: a frame, or what is coloured or pale.

    Args:
        crop: RGB at about 300 dpi.
        line: top and bottom of the line's print, as fractions of the crop's height; rules stand above and below.
        slots: left and right of each gap, as fractions of the crop's width; a gap is no wider than 25 mm.
    """
    ink = darkest_channel(without_tint(crop)) < _PALE_INK
    print_ = cv2.dilate((clear_print(crop) < _PRINT).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    other = ink & ~print_
    height, width = crop.shape[:2]
    room = _BAND * (line[1] - line[0])
    other[: max(0, round((line[0] - room) * height))] = False
    other[max(0, round((line[1] + room) * height)) :] = False
    for left, right in slots:
        end = max(0, round(right * width))
        other[:, max(0, round(left * width), end - _WIDEST_PX) : end] = False
    return int(other.sum()) > _STAMP_PX


def slot_features(pen_of_glyphs: Floats, standing: Floats) -> Floats:
    """What the second model judges a gap by: log odds of its glyphs (mean, most, least) and their standing."""
    raw = np.clip(np.concatenate([[pen_of_glyphs.mean(), pen_of_glyphs.max(), pen_of_glyphs.min()], standing]), -8, 8)
    folded = [abs(standing[3]), abs(standing[4]), min(standing[0], 0.3), min(standing[1], 0.3)]
    return np.concatenate([raw, folded, [_as_print(standing)]]).astype(np.float32)


def _as_print(standing: Floats) -> float:
    """How much glyphs pass for print of the same line (0-1): black, level, as tall and as heavy as its letters."""
    off = (standing[:2] / LEVEL, standing[3:6] / (_SIZE_OF_PRINT, _WEIGHT_OF_PRINT, LEVEL))
    return float(np.exp(-0.5 * sum(float(np.square(part).sum()) for part in off)) * (1 - standing[7]))


@dataclass(frozen=True)
class Model:
    """Weights: a net of one hidden layer for the glyph, a logistic regression for the gap, and two thresholds."""

    shape_mean: Floats
    shape_scale: Floats
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    slot: Floats
    thresholds: Floats

    def glyphs(self, shapes: Floats) -> Floats:
        """Log odds of pen for each glyph."""
        standard = (shapes - self.shape_mean) / self.shape_scale
        return np.asarray(np.maximum(standard @ self.hidden + self.hidden_bias, 0) @ self.out[:-1] + self.out[-1])

    def gap(self, measured: Measured) -> float:
        """Log odds of pen for a gap with at least one glyph."""
        features = slot_features(self.glyphs(measured.shapes), measured.standing)
        return float(features @ self.slot[:-1] + self.slot[-1])


@cache
def model() -> Model:
    """The weights that come with the package."""
    with np.load(MODEL) as stored:
        return Model(**{name: stored[name] for name in Model.__dataclass_fields__})


def _judged(seen: Measured) -> Found:
    if len(seen.shapes) == 0:
        return Found(Ink.UNSURE if seen.any_ink else Ink.NONE, seen.coloured, 0.0)
    pen = model().gap(seen)
    surely_not, surely = model().thresholds
    if pen >= surely:
        return Found(Ink.PEN, seen.coloured, pen)
    if pen >= surely_not:
        return Found(Ink.UNSURE, seen.coloured, pen)
    like_print = abs(seen.standing[3]) < _SIZE_OF_PRINT and seen.standing[4] < _WEIGHT_OF_PRINT  # stamps are heavier
    stamped = seen.coloured > COLOURED or not like_print
    return Found(Ink.STAMP if stamped else Ink.PRINT, seen.coloured, pen)
