"""Ink put on paper after printing: how it lies on the page. All drawing is done at `DPI`.

Ink multiplies: text below a seal stays legible.
"""

from __future__ import annotations

from random import Random
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

DPI = 300
Colour = tuple[int, int, int]
Mask = NDArray[np.floating[Any]]


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


def uneven(mask: Mask, rng: Random, lightest: float, grain: int) -> Mask:
    """Ink that did not take everywhere: cloudy, with specks."""
    noise = np.random.default_rng(rng.getrandbits(32))
    height, width = mask.shape
    coarse = noise.random((max(2, height // grain), max(2, width // grain)), dtype=np.float32)
    cloud = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    fine = noise.random((height, width), dtype=np.float32)
    patchy: Mask = mask * np.clip(lightest + (1.25 - lightest) * cloud, 0, 1) * (fine > 0.04)
    return patchy


def glyph_of(text: str, font: ImageFont.FreeTypeFont, degrees: float = 0.0) -> tuple[Image.Image, int]:
    """A turned mask of `text` and the height of its baseline above the mask's bottom edge."""
    pad = px(1.5)
    left, top, right, bottom = font.getbbox(text, anchor="ls")
    glyph = Image.new("L", (int(right - left) + 2 * pad, int(bottom - top) + 2 * pad), 0)
    ImageDraw.Draw(glyph).text((pad - left, pad - top), text, fill=255, font=font, anchor="ls")
    return glyph.rotate(degrees, Image.Resampling.BICUBIC), pad + int(bottom)
