"""Digits put down by hand: a clerk's pen, a numbering machine or dater."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from PIL import Image

from sohoa.samples import faces
from sohoa.samples.ink import Colour, Mask, blend, glyph_of, px, uneven
from sohoa.samples.sides import Side

_MACHINE_INKS: dict[Side, tuple[Colour, ...]] = {
    Side.TRAIN: ((72, 48, 140), (28, 44, 128), (36, 34, 38), (88, 40, 120)),
    Side.TEST: ((58, 36, 120), (18, 62, 138), (50, 46, 52), (112, 34, 96), (30, 84, 104)),
}
_PEN_INKS: dict[Side, tuple[Colour, ...]] = {
    Side.TRAIN: ((24, 40, 130), (20, 30, 96), (34, 34, 40), (16, 60, 150)),
    Side.TEST: ((38, 54, 156), (12, 22, 84), (52, 50, 58), (10, 74, 132), (66, 40, 128)),
}


@dataclass(frozen=True)
class Hand:
    """How digits are put down: face, size in mm, how far they stray.

    Attributes:
        turn: degrees that a digit may be turned, either way.
        rise: mm that it may stand off the line.
        slant: horizontal shear, 0 for upright.
    """

    face: str
    is_pen: bool
    size: float
    colour: Colour
    turn: float
    rise: float
    spacing: float
    lightest: float
    slant: float = 0.0


def machine_hand(rng: Random, side: Side) -> Hand:
    """A numbering machine: equally wide bold digits, near level, ink uneven."""
    if side is Side.TEST:
        return _other_machine_hand(rng)
    return Hand(
        face=rng.choice(sorted(faces.NUMBERING_MACHINE_FACES[side])),
        is_pen=False,
        size=rng.uniform(4.5, 5.3),
        colour=rng.choice(_MACHINE_INKS[side]),
        turn=1.2,
        rise=0.18,
        spacing=rng.uniform(0.1, 0.5),
        lightest=0.62,
    )


def _other_machine_hand(rng: Random) -> Hand:
    """Narrower or slab-serifed digits, each wheel a little off its neighbour."""
    face = rng.choice(sorted(faces.NUMBERING_MACHINE_FACES[Side.TEST]))
    return Hand(
        face=face,
        is_pen=False,
        size=_size_for(face, rng.uniform(3.1, 4.0)),
        colour=rng.choice(_MACHINE_INKS[Side.TEST]),
        turn=0.7,
        rise=0.26,
        spacing=rng.uniform(0.25, 0.8),
        lightest=0.55,
    )


def _size_for(face: str, height: float) -> float:
    """The size of a face, in mm, at which its figure eight is `height` mm high."""
    _, top, _, bottom = faces.digit_font(face, 200).getbbox("8")
    return height * 200 / (bottom - top)


def pen_hand(rng: Random, side: Side) -> Hand:
    """A clerk's pen."""
    if side is Side.TEST:
        return _other_pen_hand(rng)
    return Hand(
        face=rng.choice(sorted(faces.PEN_FACES[side])),
        is_pen=True,
        size=rng.uniform(6.0, 7.0),
        colour=rng.choice(_PEN_INKS[side]),
        turn=5.0,
        rise=0.35,
        spacing=rng.uniform(0.2, 0.6),
        lightest=0.8,
    )


def _other_pen_hand(rng: Random) -> Hand:
    """Other clerks: smaller and larger hands, some leaning either way."""
    face = rng.choice(sorted(faces.PEN_FACES[Side.TEST]))
    return Hand(
        face=face,
        is_pen=True,
        size=_size_for(face, rng.uniform(3.2, 5.4)),
        colour=rng.choice(_PEN_INKS[Side.TEST]),
        turn=7.0,
        rise=0.5,
        spacing=rng.uniform(-0.2, 0.5),
        lightest=0.7,
        slant=rng.uniform(-0.1, 0.28),
    )


def digits_width(digits: str, hand: Hand) -> int:
    """Pixels that `digits` take in this hand, jitter apart."""
    font = faces.digit_font(hand.face, px(hand.size))
    return round(sum(font.getlength(digit) + px(hand.spacing) for digit in digits))


def write_digits(page: Image.Image, digits: str, hand: Hand, left: int, baseline: int, rng: Random) -> None:
    """Put `digits` down one by one, each a little turned, raised and sized of its own."""
    x = float(left)
    for digit in digits:
        size = px(hand.size * rng.uniform(0.97, 1.03) if hand.turn < 2 else hand.size * rng.uniform(0.92, 1.08))
        font = faces.digit_font(hand.face, size)
        glyph, below = glyph_of(digit, font, rng.uniform(-hand.turn, hand.turn))
        mask = uneven(_slanted(np.asarray(glyph, dtype=np.float32) / 255, hand.slant), rng, hand.lightest, 14)
        rise = px(rng.uniform(-hand.rise, hand.rise))
        blend(page, mask, hand.colour, round(x) - px(1.5), baseline - mask.shape[0] + below - rise)
        x += font.getlength(digit) + px(hand.spacing)


def _slanted(mask: Mask, slant: float) -> Mask:
    if not slant:
        return mask
    height, width = mask.shape
    shear = np.array([[1, -slant, slant * height / 2], [0, 1, 0]], dtype=np.float32)
    return cv2.warpAffine(mask, shear, (width, height)).astype(np.float32)
