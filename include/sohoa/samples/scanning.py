"""From a marked page to what the scanner gives: either side has a scanner of its own."""

from __future__ import annotations

from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sohoa.samples import feeder, flatbed
from sohoa.samples.ageing import Ageing, ScanSettings
from sohoa.samples.ink import DPI
from sohoa.samples.sides import Side

Pixels = NDArray[np.uint8]
_SCANNERS = {Side.TRAIN: flatbed.scan, Side.TEST: feeder.scan}


def scan(
    drawn: Image.Image, back: Image.Image, ranges: Ageing, settings: ScanSettings, side: Side, rng: Random
) -> tuple[Image.Image, float]:
    """One page at the resolution in `settings`, and the clockwise turn in degrees that makes its lines level.

    `back` is what is printed on the other side of the sheet; it may show through.
    """
    front, behind = _to_resolution(drawn, settings.dpi), _to_resolution(back, settings.dpi)
    pixels, skew = _SCANNERS[side](front, behind, ranges, settings, rng)
    if settings.grey:
        return Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)), skew
    return Image.fromarray(pixels), skew


def _to_resolution(page: Image.Image, dpi: int) -> Pixels:
    pixels: Pixels = np.asarray(page)
    if dpi == DPI:
        return pixels.copy()
    size = round(page.width * dpi / DPI), round(page.height * dpi / DPI)
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
