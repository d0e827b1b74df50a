"""Parts of pages, for a closer look: cut level and at any resolution from the pixels that are at hand."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from sohoa.pages.imaging import Pixels

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions of the straightened page."""

_KEPT_SHARE = 0.3  # of a page's height: heads of documents lie above
_KEPT_BYTES = 320 * 1024 * 1024
_WHITE = (255, 255, 255)


@dataclass(frozen=True)
class UprightPart:
    """A page, or the upper part of one, turned upright but not yet level.

    Attributes:
        pixels: rows from the top x width x 3 (RGB).
        height: rows of the whole page.
        dpi: their resolution.
    """

    pixels: Pixels
    height: int
    dpi: float

    def cut(self, box: Box, skew_degrees: float, dpi: float, method: int = cv2.INTER_CUBIC) -> Pixels | None:
        """A part of the straightened page at `dpi`, RGB; None if it reaches below the rows that are here.

        Args:
            box: which part.
            skew_degrees: the clockwise turn about the middle that makes the page's lines level.
            dpi: resolution of the part.
            method: OpenCV's, by which pixels are made from their neighbours.
        """
        width, factor = self.pixels.shape[1], dpi / self.dpi
        left, top = box[0] * width, box[1] * self.height
        size = (
            max(1, round((box[2] - box[0]) * width * factor)),
            max(1, round((box[3] - box[1]) * self.height * factor)),
        )
        middle = (width - 1) / 2, (self.height - 1) / 2
        to_page = cv2.invertAffineTransform(cv2.getRotationMatrix2D(middle, -skew_degrees, 1.0))
        place = np.array([[1 / factor, 0, left + 0.5 / factor - 0.5], [0, 1 / factor, top + 0.5 / factor - 0.5]])
        way = to_page @ np.vstack([place, (0, 0, 1)])
        lowest = max(float(way[1] @ (x, size[1], 1)) for x in (0, size[0]))
        if lowest > len(self.pixels) < self.height:
            return None
        part = cv2.warpAffine(self.pixels, way, size, flags=method | cv2.WARP_INVERSE_MAP, borderValue=_WHITE)
        return np.asarray(part, dtype=np.uint8)

    def reduced(self, least_dpi: float) -> UprightPart:
        """The page at a whole fraction of its size, as small as `least_dpi` allows."""
        factor = max(1, int((self.dpi + 1) // least_dpi))
        height, width = len(self.pixels) // factor, self.pixels.shape[1] // factor
        if factor == 1 or not height or not width:
            return self
        # Whole squares of pixels: several times as fast.
        whole = self.pixels[: height * factor, : width * factor]
        small = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
        return UprightPart(np.asarray(small, dtype=np.uint8), self.height // factor, self.dpi / factor)


class UpperParts:
    """Upper parts of the pages prepared last, so that a closer look need not decode them again.

    They take no more than `most_bytes`; of 320 MB about 95 pages of 200 dpi, 40 of 300 dpi.
    """

    def __init__(self, most_bytes: int = _KEPT_BYTES) -> None:
        self._most_bytes = most_bytes
        self._parts: OrderedDict[tuple[Path, int, int], UprightPart] = OrderedDict()
        self._n_bytes = 0

    def keep(self, path: Path, page_no: int, rotation: int, page: UprightPart) -> None:
        """Keep the upper part of a page that was turned upright by `rotation`."""
        # Copied, or the whole page would stay in memory.
        part = replace(page, pixels=page.pixels[: round(page.height * _KEPT_SHARE)].copy())
        self._forget((path, page_no, rotation))
        self._parts[path, page_no, rotation] = part
        self._n_bytes += part.pixels.nbytes
        while self._n_bytes > self._most_bytes:
            self._forget(next(iter(self._parts)))

    def get(self, path: Path, page_no: int, rotation: int) -> UprightPart | None:
        """What is kept of a page."""
        return self._parts.get((path, page_no, rotation))

    def _forget(self, key: tuple[Path, int, int]) -> None:
        part = self._parts.pop(key, None)
        if part is not None:
            self._n_bytes -= part.pixels.nbytes
