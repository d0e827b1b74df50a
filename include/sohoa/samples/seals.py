"""The red seal of the issuing body, as two seal cutters make it."""

from __future__ import annotations

import math
from functools import cache
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sohoa.samples import faces
from sohoa.samples.ink import Colour, blend, glyph_of, px, uneven
from sohoa.samples.sides import Side

SEAL_INKS: dict[Side, tuple[Colour, ...]] = {
    Side.TRAIN: ((206, 34, 48), (190, 28, 52), (214, 48, 44)),
    Side.TEST: ((222, 62, 58), (178, 36, 66), (228, 74, 92), (196, 46, 36)),
}


@cache
def _seal_mask(ring_top: str, centre: tuple[str, ...]) -> Image.Image:
    """An upright round seal, 36 mm across: two rings, words along them, a star, the body's name."""
    size = px(37)
    seal = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(seal)
    middle = size / 2
    for radius, width in ((18.0, 0.7), (17.0, 0.25), (12.6, 0.25)):
        r = px(radius)
        draw.ellipse((middle - r, middle - r, middle + r, middle + r), outline=255, width=px(width))
    font = faces.text_font(faces.DEFAULT_FACE, "bold", px(3.0))
    _along_ring(seal, ring_top, font, px(13.6), -90.0, min(9.5, 250 / max(1, len(ring_top))))
    _star(draw, middle, middle + px(14.8), px(1.3))
    _star(draw, middle, middle - px(4.2), px(4.2))
    small = faces.text_font(faces.DEFAULT_FACE, "bold", px(3.1 if len(centre) < 3 else 2.7))
    for index, line in enumerate(centre):
        draw.text((middle, middle + px(3.2 + 3.2 * index)), line, fill=255, font=small, anchor="mm")
    return seal


@cache
def _emblem_seal_mask(ring_top: str, ring_bottom: str) -> Image.Image:
    """A seal of another cutter, 35 mm across: one broad ring, a wreath about a star, words above and below."""
    size = px(37)
    seal = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(seal)
    middle = size / 2
    for radius, width in ((17.4, 1.1), (11.2, 0.3)):
        r = px(radius)
        draw.ellipse((middle - r, middle - r, middle + r, middle + r), outline=255, width=px(width))
    face = faces.USUAL_FACES[Side.TEST][0]
    font = faces.text_font(face, "bold", px(3.2))
    _along_ring(seal, ring_top, font, px(12.4), -90.0, min(11.0, 200 / max(1, len(ring_top))))
    small = faces.text_font(face, "bold", px(2.3))
    _along_ring(seal, ring_bottom, small, px(13.8), 90.0, -min(6.0, 110 / max(1, len(ring_bottom))), inwards=True)
    _star(draw, middle, middle - px(2.2), px(3.6))
    for leaf in range(9):
        for way in (-1, 1):
            angle = math.radians(90 + way * (18 + leaf * 17))
            x, y = middle + px(8.3) * math.cos(angle), middle + px(8.3) * math.sin(angle)
            draw.ellipse((x - px(1.0), y - px(0.7), x + px(1.0), y + px(0.7)), outline=255, width=px(0.25))
    draw.rectangle((middle - px(4), middle + px(4.6), middle + px(4), middle + px(6.6)), outline=255, width=px(0.3))
    return seal


def _along_ring(
    seal: Image.Image,
    text: str,
    font: ImageFont.FreeTypeFont,
    radius: int,
    middle_angle: float,
    step: float,
    *,
    inwards: bool = False,
) -> None:
    """Letters one by one along a circle; `inwards` has their heads towards the centre, as at the bottom of a seal."""
    first = middle_angle - step * (len(text) - 1) / 2
    for index, letter in enumerate(text):
        angle = first + step * index
        glyph, below = glyph_of(letter, font, 0)
        # The letter stands on the ring: turn it about its foot.
        box = Image.new("L", (px(9), px(9)), 0)
        box.paste(glyph, ((box.width - glyph.width) // 2, box.height // 2 - glyph.height + below))
        turned = box.rotate(-(angle - 90 if inwards else angle + 90), Image.Resampling.BICUBIC)
        x = seal.width / 2 + radius * math.cos(math.radians(angle)) - box.width / 2
        y = seal.height / 2 + radius * math.sin(math.radians(angle)) - box.height / 2
        seal.paste(255, (round(x), round(y)), turned)


def _star(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    points = []
    for corner in range(10):
        r = radius if corner % 2 == 0 else radius * 0.4
        angle = math.radians(36 * corner - 90)
        points.append((x + r * math.cos(angle), y + r * math.sin(angle)))
    draw.polygon(points, fill=255)


def press_seal(
    page: Image.Image, header: tuple[str, ...], x: int, y: int, strength: float, side: Side, rng: Random
) -> None:
    """A red seal with its centre at (x, y)."""
    if side is Side.TRAIN:
        ring = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" if len(header) == 1 else header[0]
        upright = _seal_mask(ring, tuple(_in_lines(header[-1], 12)))
        most, lightest, grain = 12.0, 0.45, 60
    else:
        upright = _emblem_seal_mask(header[-1], "C.H.X.H.C.N VIỆT NAM" if len(header) == 1 else header[0])
        most, lightest, grain = 25.0, 0.35, 34
    turned = upright.rotate(rng.uniform(-most, most), Image.Resampling.BICUBIC)
    mask = uneven(np.asarray(turned, dtype=np.float32) / 255, rng, lightest, grain) * np.float32(strength)
    blend(page, mask, rng.choice(SEAL_INKS[side]), x - mask.shape[1] // 2, y - mask.shape[0] // 2)


def _in_lines(text: str, longest: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= longest:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
