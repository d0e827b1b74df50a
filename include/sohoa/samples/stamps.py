"""The stamp that the receiving office puts on incoming paper."""

from __future__ import annotations

from random import Random

import numpy as np
from PIL import Image, ImageDraw

from sohoa.samples import faces
from sohoa.samples.hands import pen_hand, write_digits
from sohoa.samples.ink import Colour, blend, px, uneven
from sohoa.samples.seals import SEAL_INKS
from sohoa.samples.sides import Side

_BLUE: dict[Side, Colour] = {Side.TRAIN: (40, 52, 140), Side.TEST: (70, 74, 168)}


def press_incoming_stamp(page: Image.Image, received: str, x: int, y: int, side: Side, rng: Random) -> None:
    """The stamp `ĐẾN` of the office that received the paper, its top left corner at (x, y).

    It bears another number than the paper's, and another date: `received`, as `12/01/2022`.
    """
    stamp, number_at, baseline = _framed(received) if side is Side.TRAIN else _tabled(received)
    turned = stamp.rotate(rng.uniform(-2.5, 2.5), Image.Resampling.BICUBIC, expand=True)
    mask = uneven(np.asarray(turned, dtype=np.float32) / 255, rng, 0.5, 40)
    blend(page, mask, rng.choice((*SEAL_INKS[side], _BLUE[side])), x, y)
    hand = pen_hand(rng, side)
    write_digits(page, str(rng.randint(105, 8990)), hand, x + px(number_at), y + px(baseline), rng)


def _framed(received: str) -> tuple[Image.Image, float, float]:
    """44 × 17 mm: the receiver on top, `ĐẾN` in a box of its own; and where the number is written, in mm."""
    width, height = px(44), px(17)
    stamp = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(stamp)
    draw.rectangle((3, 3, width - 4, height - 4), outline=255, width=px(0.35))
    draw.line((px(14), px(4.4), px(14), height - 4), fill=255, width=px(0.25))
    draw.line((3, px(4.4), width, px(4.4)), fill=255, width=px(0.25))
    small = faces.text_font(faces.DEFAULT_FACE, "bold", px(2.6))
    draw.text((width // 2, px(3.5)), "VĂN PHÒNG BỘ NỘI VỤ", fill=255, font=small, anchor="ms")
    large = faces.text_font(faces.DEFAULT_FACE, "bold", px(4.6))
    draw.text((px(7), px(11.5)), "ĐẾN", fill=255, font=large, anchor="ms")
    line = faces.text_font(faces.DEFAULT_FACE, "regular", px(2.8))
    draw.text((px(15), px(8.4)), "Số: ................", fill=255, font=line)
    draw.text((px(15), px(12.4)), f"Ngày: {received}", fill=255, font=line)
    return stamp, 22, 10.6


def _tabled(received: str) -> tuple[Image.Image, float, float]:
    """50 × 25 mm: `CÔNG VĂN ĐẾN`, then a line each for number, date, and whom it goes to."""
    width, height = px(50), px(25)
    stamp = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(stamp)
    for inset in (3, 12):
        draw.rectangle((inset, inset, width - inset - 1, height - inset - 1), outline=255, width=px(0.2))
    face = faces.USUAL_FACES[Side.TEST][0]
    small = faces.text_font(face, "bold", px(2.4))
    draw.text((width // 2, px(4)), "SỞ NỘI VỤ TỈNH QUẢNG NGÃI", fill=255, font=small, anchor="ms")
    large = faces.text_font(face, "bold", px(3.8))
    draw.text((width // 2, px(8.6)), "CÔNG VĂN ĐẾN", fill=255, font=large, anchor="ms")
    line = faces.text_font(face, "italic", px(2.9))
    for index, text in enumerate(("Số: ......................", f"Ngày: {received}", "Chuyển: ......................")):
        draw.text((px(4), px(13.2 + 4.4 * index)), text, fill=255, font=line, anchor="ls")
    return stamp, 13, 13.2
