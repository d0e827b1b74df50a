"""The connected pieces of a mask."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sohoa.pages.imaging import Pixels

Labels = NDArray[np.int32]
Stats = NDArray[np.int32]


def numbered_pieces(mask: Pixels) -> tuple[Labels, Stats]:
    """Which piece each pixel belongs to (0 is the ground), and left, top, width, height, area of each, 0 among them.

    Pixels touch at their corners too.
    """
    # OpenCV 5's own choice of algorithm takes three times as long.
    found = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_GRANA)
    return np.asarray(found[1], dtype=np.int32), np.asarray(found[2], dtype=np.int32)
