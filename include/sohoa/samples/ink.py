"""What is put on paper by hand or by stamp: numbering machine, pen, seal, signature, incoming stamp.

Every function draws at `DPI` onto a page image in place. Ink multiplies: text below a seal stays legible.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sohoa.samples import faces

DPI = 300
Colour = tuple[int, int, int]
Mask = NDArray[np.floating[Any]]

_MACHINE_INKS: tuple[Colour, ...] = ((72, 48, 140), (28, 44, 128), (36, 34, 38), (88, 40, 120))
_PEN_INKS: tuple[Colour, ...] = ((24, 40, 130), (20, 30, 96), (34, 34, 40), (16, 60, 150))
_SEAL_INKS: tuple[Colour, ...] = ((206, 34, 48), (190, 28, 52), (214, 48, 44))
_SIGNATURE_INKS: tuple[Colour, ...] = ((28, 52, 160), (20, 40, 130), (40, 64, 176))


def px(millimetres: float) -> int:
    """Pixels at `DPI`."""
    return round(millimetres / 25.4 * DPI)


def blend(page: Image.Image, mask: Mask, colour: Colour, left: int, top: int) -> None:
    """Multiply ink of `colour` onto the page where `mask` (0–1) says; what falls off the page is lost."""
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(page.width, left + mask.shape[1]), min(page.height, top + mask.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = mask[y0 - top : y1 - top, x0 - left : x1 - left, None]
    under = np.asarray(page.crop((x0, y0, x1, y1)), dtype=np.float32)
    through = 1 - part * (1 - np.array(colour, dtype=np.float32) / 255)
    page.paste(Image.fromarray((under * through).astype(np.uint8)), (x0, y0))


def _uneven(mask: Mask, rng: Random, lightest: float, grain: int) -> Mask:
    """Ink that did not take everywhere: cloudy, with specks."""
    noise = np.random.default_rng(rng.getrandbits(32))
    height, width = mask.shape
    coarse = noise.random((max(2, height // grain), max(2, width // grain)), dtype=np.float32)
    cloud = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    fine = noise.random((height, width), dtype=np.float32)
    uneven: Mask = mask * np.clip(lightest + (1.25 - lightest) * cloud, 0, 1) * (fine > 0.04)
    return uneven


def _glyph(text: str, font: ImageFont.FreeTypeFont, degrees: float = 0.0) -> tuple[Image.Image, int]:
    """A turned mask of `text` and the height of its baseline above the mask's bottom edge."""
    pad = px(1.5)
    left, top, right, bottom = font.getbbox(text, anchor="ls")
    glyph = Image.new("L", (int(right - left) + 2 * pad, int(bottom - top) + 2 * pad), 0)
    ImageDraw.Draw(glyph).text((pad - left, pad - top), text, fill=255, font=font, anchor="ls")
    return glyph.rotate(degrees, Image.Resampling.BICUBIC), pad + int(bottom)


@dataclass(frozen=True)
class Hand:
    """How digits are put down: face, size in mm, how far they stray."""

    face: str
    size: float
    colour: Colour
    turn: float
    rise: float
    spacing: float
    lightest: float


def machine_hand(rng: Random) -> Hand:
    """A numbering machine: equally wide bold digits, near level, ink uneven."""
    return Hand(
        face=rng.choice(sorted(faces.NUMBERING_MACHINE_FACES)),
        size=rng.uniform(4.5, 5.3),
        colour=rng.choice(_MACHINE_INKS),
        turn=1.2,
        rise=0.18,
        spacing=rng.uniform(0.1, 0.5),
        lightest=0.62,
    )


def pen_hand(rng: Random) -> Hand:
    """A clerk's pen."""
    return Hand(
        face=rng.choice(sorted(faces.PEN_FACES)),
        size=rng.uniform(6.0, 7.0),
        colour=rng.choice(_PEN_INKS),
        turn=5.0,
        rise=0.35,
        spacing=rng.uniform(0.2, 0.6),
        lightest=0.8,
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
        glyph, below = _glyph(digit, font, rng.uniform(-hand.turn, hand.turn))
        mask = _uneven(np.asarray(glyph, dtype=np.float32) / 255, rng, hand.lightest, 14)
        rise = px(rng.uniform(-hand.rise, hand.rise))
        blend(page, mask, hand.colour, round(x) - px(1.5), baseline - mask.shape[0] + below - rise)
        x += font.getlength(digit) + px(hand.spacing)


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


def _along_ring(
    seal: Image.Image, text: str, font: ImageFont.FreeTypeFont, radius: int, middle_angle: float, step: float
) -> None:
    first = middle_angle - step * (len(text) - 1) / 2
    for index, letter in enumerate(text):
        angle = first + step * index
        glyph, below = _glyph(letter, font, 0)
        # The letter stands on the ring: turn it about its foot.
        box = Image.new("L", (px(9), px(9)), 0)
        box.paste(glyph, ((box.width - glyph.width) // 2, box.height // 2 - glyph.height + below))
        turned = box.rotate(-(angle + 90), Image.Resampling.BICUBIC)
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


def press_seal(page: Image.Image, header: tuple[str, ...], x: int, y: int, strength: float, rng: Random) -> None:
    """A red seal with its centre at (x, y)."""
    ring = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" if len(header) == 1 else header[0]
    upright = _seal_mask(ring, tuple(_in_lines(header[-1], 12)))
    turned = upright.rotate(rng.uniform(-12, 12), Image.Resampling.BICUBIC)
    mask = _uneven(np.asarray(turned, dtype=np.float32) / 255, rng, 0.45, 60) * np.float32(strength)
    blend(page, mask, rng.choice(_SEAL_INKS), x - mask.shape[1] // 2, y - mask.shape[0] // 2)


def _in_lines(text: str, longest: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= longest:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def sign(page: Image.Image, x: int, y: int, rng: Random) -> None:
    """A blue signature, about 45 × 16 mm, with its centre at (x, y)."""
    width, height = px(rng.uniform(34, 48)), px(rng.uniform(12, 18))
    t = np.linspace(0, 1, 500, dtype=np.float64)
    loops = rng.uniform(3.2, 6.0)
    along = t + 0.10 * np.sin(2 * math.pi * loops * t + rng.uniform(0, 6)) + 0.04 * np.sin(17 * t + rng.uniform(0, 6))
    swing = np.sin(2 * math.pi * loops * t + rng.uniform(0, 6)) * (0.9 - 0.65 * t)
    swing += 0.28 * np.sin(2 * math.pi * rng.uniform(7, 11) * t) * (1 - t) + 0.3 * np.sin(5 * t + rng.uniform(0, 6))
    pad = px(4)
    mask = np.zeros((height + 2 * pad, width + 2 * pad), dtype=np.uint8)
    xs = pad + along * width * 0.88
    ys = pad + height / 2 + swing * height * 0.45
    weight = 3.2 + 2.2 * np.abs(np.sin(2 * math.pi * loops * t + rng.uniform(0, 6)))
    for index in range(len(t) - 1):
        start = (round(float(xs[index]) * 8), round(float(ys[index]) * 8))
        end = (round(float(xs[index + 1]) * 8), round(float(ys[index + 1]) * 8))
        cv2.line(mask, start, end, 255, round(float(weight[index])), cv2.LINE_AA, 3)
    tail_y = pad + height * rng.uniform(0.75, 0.95)
    tail = (int(pad + width * 0.1), int(tail_y)), (int(pad + width * 1.02), int(tail_y - px(rng.uniform(1, 5))))
    if rng.random() < 0.6:
        cv2.line(mask, *tail, 255, 4, cv2.LINE_AA)
    ink = _uneven(mask.astype(np.float32) / 255, rng, 0.75, 30)
    blend(page, ink, rng.choice(_SIGNATURE_INKS), x - mask.shape[1] // 2, y - mask.shape[0] // 2)


def press_incoming_stamp(page: Image.Image, receiver: str, date_text: str, x: int, y: int, rng: Random) -> None:
    """The stamp `ĐẾN` of the office that received the paper: another number and another date."""
    width, height = px(44), px(17)
    stamp = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(stamp)
    draw.rectangle((3, 3, width - 4, height - 4), outline=255, width=px(0.35))
    draw.line((px(14), px(4.4), px(14), height - 4), fill=255, width=px(0.25))
    draw.line((3, px(4.4), width, px(4.4)), fill=255, width=px(0.25))
    small = faces.text_font(faces.DEFAULT_FACE, "bold", px(2.6))
    draw.text((width // 2, px(3.5)), receiver, fill=255, font=small, anchor="ms")
    large = faces.text_font(faces.DEFAULT_FACE, "bold", px(4.6))
    draw.text((px(7), px(11.5)), "ĐẾN", fill=255, font=large, anchor="ms")
    line = faces.text_font(faces.DEFAULT_FACE, "regular", px(2.8))
    draw.text((px(15), px(8.4)), "Số: ................", fill=255, font=line)
    draw.text((px(15), px(12.4)), f"Ngày: {date_text}", fill=255, font=line)
    turned = stamp.rotate(rng.uniform(-2.5, 2.5), Image.Resampling.BICUBIC, expand=True)
    mask = _uneven(np.asarray(turned, dtype=np.float32) / 255, rng, 0.5, 40)
    blend(page, mask, rng.choice((*_SEAL_INKS, (40, 52, 140))), x, y)
    hand = pen_hand(rng)
    write_digits(page, str(rng.randint(105, 8990)), hand, x + px(22), y + px(10.6), rng)
