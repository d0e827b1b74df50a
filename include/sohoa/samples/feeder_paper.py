"""Paper of the test side: how print shows through it, how it is pierced and folded."""

from __future__ import annotations

from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def bleed(front: Pixels, back: Pixels, strength: float, dpi: int, rng: Random) -> Pixels:
    """The back of the sheet shows through in patches, brownish, and a little out of register."""
    height, width = front.shape[:2]
    mirrored = np.ascontiguousarray(back[:, ::-1])
    move = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-0.8, 0.8), 1.0)
    move[:, 2] += np.array([rng.uniform(-3, 3) * dpi / 25.4 for _ in range(2)])
    behind = cv2.warpAffine(mirrored, move, (width, height), borderValue=(255, 255, 255))
    behind = cv2.blur(behind, (max(3, dpi // 60), max(3, dpi // 60)))
    patches = np.array([[rng.uniform(0.4, 1.2) for _ in range(5)] for _ in range(7)], dtype=np.float32)
    amount = cv2.resize(patches, (width, height), interpolation=cv2.INTER_CUBIC)[..., None] * np.float32(strength)
    shade = (255 - behind.astype(np.float32)) * amount * np.array([0.8, 0.95, 1.1], dtype=np.float32)
    shaded: Pixels = np.clip(front - shade, 0, 255).astype(np.uint8)
    return shaded


def pierce(page: Pixels, dpi: int, rng: Random) -> None:
    """Ring-binder holes at the left edge, torn a little, or a staple and its marks in the corner; in place."""
    mm = dpi / 25.4
    if rng.random() < 0.6:
        spacing = rng.choice((60.0, 70.0, 80.0))
        x, middle = rng.uniform(8, 14) * mm, page.shape[0] / 2 + rng.uniform(-6, 6) * mm
        shade = rng.choice((18, 245))
        for offset in (-spacing / 2, spacing / 2):
            centre = round(x), round(middle + offset * mm)
            axes = round(rng.uniform(2.4, 3.4) * mm), round(rng.uniform(2.4, 3.0) * mm)
            cv2.ellipse(page, centre, axes, rng.uniform(0, 90), 0, 360, (shade, shade, shade), -1, cv2.LINE_AA)
            cv2.ellipse(page, centre, axes, 0, 200, 320, (170, 168, 164), 1, cv2.LINE_AA)
        return
    x, y = rng.uniform(6, 13) * mm, rng.uniform(6, 13) * mm
    lean = rng.uniform(-0.6, 0.6)
    end = round(x + 11 * mm), round(y + 11 * lean * mm)
    cv2.line(page, (round(x), round(y + 0.5 * mm)), (end[0], end[1] + round(0.5 * mm)), (205, 204, 202), 3, cv2.LINE_AA)
    cv2.line(page, (round(x), round(y)), end, (96, 96, 100), max(2, round(0.5 * mm)), cv2.LINE_AA)


def fold(page: Pixels, dpi: int, rng: Random) -> Pixels:
    """A leaning fold across the page: bright where the paper stands up, dark behind it."""
    mm = dpi / 25.4
    height, width = page.shape[:2]
    folded = page.astype(np.float32)
    rows = np.arange(height, dtype=np.float32)[:, None]
    for share in rng.choice(((0.5,), (0.34, 0.67), (0.5,), (0.28,))):
        lean = rng.uniform(-0.02, 0.02)
        columns = np.arange(width, dtype=np.float32)[None]
        beside = rows - (share + rng.uniform(-0.03, 0.03)) * height - lean * (columns - width / 2)
        ridge = rng.uniform(6, 20) * np.exp(-(((beside + 0.35 * mm) / (0.3 * mm)) ** 2))
        valley = rng.uniform(14, 46) * np.exp(-(((beside - 0.25 * mm) / (0.22 * mm)) ** 2))
        swell = rng.uniform(2, 8) * np.tanh(beside / (4 * mm)) * np.exp(-np.abs(beside) / (16 * mm))
        folded += (ridge - valley - swell)[..., None]
    return np.clip(folded, 0, 255).astype(np.uint8)
