"""Signatures, as two families of hands write them."""

from __future__ import annotations

import math
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sohoa.samples.ink import DPI, Colour, blend, px, uneven
from sohoa.samples.sides import Side

_SIGNATURE_INKS: dict[Side, tuple[Colour, ...]] = {
    Side.TRAIN: ((28, 52, 160), (20, 40, 130), (40, 64, 176)),
    Side.TEST: ((54, 78, 196), (12, 28, 112), (70, 60, 170), (26, 88, 168)),
}


def sign(page: Image.Image, x: int, y: int, side: Side, rng: Random) -> None:
    """A blue signature, about 45 × 16 mm, with its centre at (x, y)."""
    draw = _loops if side is Side.TRAIN else _strokes
    mask = draw(rng)
    ink = uneven(mask.astype(np.float32) / 255, rng, 0.75, 30)
    blend(page, ink, rng.choice(_SIGNATURE_INKS[side]), x - mask.shape[1] // 2, y - mask.shape[0] // 2)


def _loops(rng: Random) -> NDArray[np.uint8]:
    """One line that swings about its way, with a flourish below."""
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
    return mask


def _strokes(rng: Random) -> NDArray[np.uint8]:
    """A tall initial, a run of narrowing zigzags, and a long last stroke that often cuts back through them."""
    width, height = rng.uniform(30, 52), rng.uniform(14, 24)
    middle = height / 2
    initial = [
        (0.06, rng.uniform(0.6, 0.95)),
        (rng.uniform(0.1, 0.16), rng.uniform(0.0, 0.15)),
        (rng.uniform(0.02, 0.1), rng.uniform(0.3, 0.55)),
        (rng.uniform(0.2, 0.3), rng.uniform(0.35, 0.7)),
        (rng.uniform(0.1, 0.22), rng.uniform(0.8, 1.0)),
    ]
    points = [(along * width, down * height) for along, down in initial]
    at, swing = 0.3 * width, rng.uniform(0.16, 0.34) * height
    for turn in range(rng.randint(4, 9)):
        at += rng.uniform(0.03, 0.1) * width
        points.append((at, middle + (swing if turn % 2 else -swing) * rng.uniform(0.5, 1.1)))
        swing *= rng.uniform(0.7, 1.0)
    points.append((width * rng.uniform(0.9, 1.1), middle - height * rng.uniform(0.0, 0.5)))
    if rng.random() < 0.6:
        points.append((width * rng.uniform(0.2, 0.5), height * rng.uniform(0.7, 1.05)))
        points.append((width * rng.uniform(0.8, 1.15), height * rng.uniform(0.6, 1.0)))
    pad = px(5)
    mask = np.zeros((px(height) + 2 * pad, px(width * 1.2) + 2 * pad), dtype=np.uint8)
    track = _smooth(np.array(points)) / 25.4 * DPI + pad
    speed = np.hypot(*np.diff(track, axis=0).T)
    # A pen that moves faster leaves less ink.
    weight = np.clip(rng.uniform(5.5, 8.0) - speed * rng.uniform(0.22, 0.4), 2.0, 8.0)
    for start, end, thick in zip(track[:-1], track[1:], weight, strict=True):
        ends = [tuple(int(value) for value in np.rint(point * 8)) for point in (start, end)]
        cv2.line(mask, ends[0], ends[1], 255, round(float(thick)), cv2.LINE_AA, 3)
    return mask


def _smooth(points: NDArray[np.float64], steps: int = 24) -> NDArray[np.float64]:
    """A Catmull-Rom curve through the points; shape (n, 2)."""
    padded = np.vstack([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(padded[:-3], padded[1:-2], padded[2:-1], padded[3:], strict=True):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.vstack(pieces)
