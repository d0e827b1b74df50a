"""The training side's scanner: a flatbed with a lid, even noise, and creased paper on its glass."""

from __future__ import annotations

from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from sohoa.samples.ageing import Ageing, ScanSettings

Pixels = NDArray[np.uint8]


def scan(front: Pixels, back: Pixels, ranges: Ageing, settings: ScanSettings, rng: Random) -> tuple[Pixels, float]:
    """The page as scanned, and the clockwise turn in degrees that makes it level."""
    noise = np.random.default_rng(rng.getrandbits(63))
    if rng.random() < ranges.bleed[0]:
        front = _bleed(front, back, rng.uniform(*ranges.bleed[1:]), settings.dpi)
    if rng.random() < ranges.holes:
        _punch(front, settings.dpi, dark=rng.random() < 0.6)
    if ranges.folds and rng.random() < ranges.folds:
        front = _crease(front, settings.dpi, rng)
    front, skew = _skew(front, ranges, settings.dpi, rng)
    blur = rng.uniform(*ranges.blur) * settings.dpi / 200
    if blur > 0.15:
        front = cv2.GaussianBlur(front, (0, 0), blur).astype(np.uint8)
    front = _light(front, ranges, rng, even=settings.lossless)
    if not settings.lossless:
        front = _grain(front, rng.uniform(*ranges.noise), noise)
    _speckle(front, rng.randint(*ranges.speckles), noise)
    return front, skew


def _bleed(front: Pixels, back: Pixels, strength: float, dpi: int) -> Pixels:
    """The back of the sheet, mirrored and soft, darkens the front."""
    mirrored = cv2.GaussianBlur(np.ascontiguousarray(back[:, ::-1]), (0, 0), 1.3 * dpi / 200)
    height, width = min(front.shape[0], back.shape[0]), min(front.shape[1], back.shape[1])
    shade = cv2.convertScaleAbs(255 - mirrored[:height, :width], alpha=strength)
    darker = front.copy()
    darker[:height, :width] = cv2.subtract(front[:height, :width], shade)
    return darker


def _punch(page: Pixels, dpi: int, *, dark: bool) -> None:
    """Two filing holes, 80 mm apart on the left edge, over a dark or a white lid."""
    mm = dpi / 25.4
    colour = (48, 46, 46) if dark else (228, 226, 222)
    for offset in (-40, 40):
        centre = round(11 * mm), round(page.shape[0] / 2 + offset * mm)
        cv2.circle(page, centre, round(2.9 * mm), colour, -1, cv2.LINE_AA)
        cv2.circle(page, centre, round(2.9 * mm), (128, 126, 122), 2, cv2.LINE_AA)


def _crease(page: Pixels, dpi: int, rng: Random) -> Pixels:
    """One or two level folds, as of a letter: a fine dark line, and shade falling off to one side of it."""
    mm = dpi / 25.4
    height = page.shape[0]
    shade = np.zeros(height, dtype=np.float32)
    rows = np.arange(height, dtype=np.float32)
    for share in rng.choice(((0.5,), (1 / 3, 2 / 3), (0.25, 0.5, 0.75))):
        at = (share + rng.uniform(-0.015, 0.015)) * height
        depth = rng.uniform(6, 18)
        beside = (rows - at) * rng.choice((-1, 1))
        shade += depth * np.exp(-np.clip(beside, 0, None) / (5 * mm)) * (beside >= 0)
        shade += rng.uniform(15, 45) * np.exp(-(((rows - at) / (0.12 * mm)) ** 2))
    creased: Pixels = np.clip(page.astype(np.float32) - shade[:, None, None], 0, 255).astype(np.uint8)
    return creased


def _skew(page: Pixels, ranges: Ageing, dpi: int, rng: Random) -> tuple[Pixels, float]:
    height, width = page.shape[:2]
    degrees = rng.uniform(-ranges.skew, ranges.skew)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[:, 2] += np.array([rng.uniform(-ranges.shift, ranges.shift) * dpi / 25.4 for _ in range(2)])
    lid = (248, 248, 246) if rng.random() > ranges.shadow else (150, 148, 146)
    turned = cv2.warpAffine(
        page, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=lid
    )
    return turned.astype(np.uint8), degrees


def _light(page: Pixels, ranges: Ageing, rng: Random, *, even: bool) -> Pixels:
    """Paper and ink as the scanner sees them: lifted black, tinted and unevenly lit paper."""
    height, width = page.shape[:2]
    black = rng.uniform(*ranges.ink)
    tint = rng.uniform(*ranges.tint)
    white = rng.uniform(*ranges.paper) * np.array([1.0, 1 - 0.35 * tint, 1 - tint])
    tone = np.arange(256)[:, None] / 255 * (white - black) + black
    toned = cv2.LUT(page, np.clip(tone * 255, 0, 255).astype(np.uint8)[None])
    light = _uneven_light(height, width, rng.uniform(*ranges.uneven), rng)
    if light is not None and not even:
        toned = cv2.multiply(toned, cv2.merge([light] * 3), dtype=cv2.CV_8U)
    return toned.astype(np.uint8)


def _grain(page: Pixels, deviation: float, noise: np.random.Generator) -> Pixels:
    height, width = page.shape[:2]
    grain = noise.standard_normal((height, width), dtype=np.float32) * np.float32(deviation)
    return cv2.add(page, cv2.merge([grain] * 3), dtype=cv2.CV_8U).astype(np.uint8)


def _uneven_light(height: int, width: int, depth: float, rng: Random) -> NDArray[np.float32] | None:
    """A smooth field of brightness with a darker side; None when the light is even."""
    if depth < 0.01:
        return None
    coarse = np.array([[1 - depth * rng.random() for _ in range(4)] for _ in range(5)], dtype=np.float32)
    side = rng.randrange(4)
    coarse[:, side] *= 1 - depth * 0.5
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32)


def _speckle(page: Pixels, n_specks: int, noise: np.random.Generator) -> None:
    height, width = page.shape[:2]
    for _ in range(n_specks):
        x, y = int(noise.integers(width)), int(noise.integers(height))
        shade = int(noise.integers(30, 140))
        cv2.circle(page, (x, y), int(noise.integers(0, 3)), (shade, shade, shade), -1)
