"""What a page looks like, in 1024 bits: the same for one scan in any container, another for another scan."""

from __future__ import annotations

import cv2
import numpy as np

from sohoa.pages.imaging import Pixels

GRID = 32
_STEP = 4.0
"""Grey levels between neighbouring cells: JPEG noise on bare paper stays below, a line of print is far above."""


def page_hash(pixels: Pixels) -> str:
    """A difference hash of a page (RGB or grey, upright) as 256 hexadecimal digits.

    The page is reduced to 32 rows of 33 cells; a bit says that a cell is clearly brighter than the one to its left.
    Of 1024 bits up to a dozen change when a scan is compressed or reduced anew, 15 and more when the paper is scanned
    again and lies a quarter of a millimetre further, some hundred from one document to another.
    """
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    cells = cv2.resize(grey, (GRID + 1, GRID), interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.packbits(np.diff(cells, axis=1) > _STEP).tobytes().hex()
