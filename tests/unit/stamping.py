"""Stamps of secrecy and urgency pressed onto pages, as Thông tư 24/2020/TT-BCA draws them."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from sohoa.samples.faces import DEFAULT_FACE, text_font

RED = (196, 30, 44)
_WIDTH_MM = {"MẬT": 20, "TỐI MẬT": 30, "TUYỆT MẬT": 40, "KHẨN": 20, "HỎA TỐC": 30, "THƯỢNG KHẨN": 40}
_FINENESS = 3


def press(
    page: Image.Image,
    text: str,
    at_mm: tuple[float, float],
    dpi: int,
    *,
    degrees: float = 0.0,
    strength: float = 0.8,
    frame: bool = True,
    ink: tuple[int, int, int] = RED,
) -> Image.Image:
    """The page with a stamp whose top left corner is at this place."""

    def px(mm: float) -> int:
        return round(mm * dpi * _FINENESS / 25.4)

    width, height = px(_WIDTH_MM.get(text, 30)), px(8)
    stamp = Image.new("L", (width + px(2), height + px(2)), 0)
    draw, edge = ImageDraw.Draw(stamp), px(1)
    if frame:
        draw.rectangle((edge, edge, edge + width, edge + height), outline=255, width=px(0.35))
        draw.rectangle((2 * edge, 2 * edge, width, height), outline=255, width=px(0.25))
    font = text_font(DEFAULT_FACE, "bold", px(4.9))
    draw.text((stamp.width / 2, stamp.height / 2 + px(0.3)), text, fill=255, font=font, anchor="mm")
    small = stamp.resize((stamp.width // _FINENESS, stamp.height // _FINENESS), Image.Resampling.LANCZOS)
    turned = small.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    left, top = (round(mm * dpi / 25.4) for mm in at_mm)
    pixels = np.asarray(page.convert("RGB"), dtype=np.float32).copy()
    share = np.asarray(turned, dtype=np.float32)[:, :, None] / 255 * strength
    under = pixels[top : top + turned.height, left : left + turned.width]
    share = share[: under.shape[0], : under.shape[1]]
    under[:] = under * (1 - share) + under * np.array(ink, dtype=np.float32) / 255 * share
    return Image.fromarray(pixels.astype(np.uint8))
