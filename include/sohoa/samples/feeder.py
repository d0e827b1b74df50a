"""The test side's scanner: a sheet feeder with contact sensors, sharpening, dust on its glass, and its own JPEG."""

from __future__ import annotations

from io import BytesIO
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sohoa.samples import feeder_paper
from sohoa.samples.ageing import Ageing, ScanSettings

Pixels = NDArray[np.uint8]


def scan(front: Pixels, back: Pixels, ranges: Ageing, settings: ScanSettings, rng: Random) -> tuple[Pixels, float]:
    """The page as scanned, and the clockwise turn in degrees that makes it level."""
    noise = np.random.default_rng(rng.getrandbits(63))
    dpi = settings.dpi
    if rng.random() < ranges.bleed[0]:
        front = feeder_paper.bleed(front, back, rng.uniform(*ranges.bleed[1:]), dpi, rng)
    if rng.random() < ranges.holes:
        feeder_paper.pierce(front, dpi, rng)
    if rng.random() < ranges.folds:
        front = feeder_paper.fold(front, dpi, rng)
    front, skew = _feed(front, ranges, dpi, rng)
    front = _sense(front, rng.uniform(*ranges.blur) * dpi / 200, rng)
    front = _tone(front, ranges, rng, even=settings.lossless)
    if rng.random() < ranges.shadow:
        _streak(front, rng)
    if not settings.lossless:
        front = _grain(front, rng.uniform(*ranges.noise), noise)
        front = _own_jpeg(front, min(95, settings.jpeg_quality + rng.randint(5, 25)), rng)
    _hairs(front, rng.randint(*ranges.speckles) // 3, noise)
    return front, skew


def _feed(page: Pixels, ranges: Ageing, dpi: int, rng: Random) -> tuple[Pixels, float]:
    """Skew, with the wobble of rollers: lines bend sideways by a few hundredths of a millimetre."""
    height, width = page.shape[:2]
    mm = dpi / 25.4
    degrees = rng.uniform(-ranges.skew, ranges.skew)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0 + rng.uniform(-0.004, 0.004))
    turn[:, 2] += np.array([rng.uniform(-ranges.shift, ranges.shift) * mm for _ in range(2)])
    inverse = cv2.invertAffineTransform(turn).astype(np.float32)
    rows = np.arange(height, dtype=np.float32)
    wobble = rng.uniform(0, 0.02) * ranges.skew * mm * np.sin(rows / height * rng.uniform(4, 20) + rng.uniform(0, 6))
    x = np.arange(width, dtype=np.float32)[None] + wobble[:, None].astype(np.float32)
    y = rows[:, None] + np.zeros((1, width), dtype=np.float32)
    map_x = inverse[0, 0] * x + inverse[0, 1] * y + inverse[0, 2]
    map_y = inverse[1, 0] * x + inverse[1, 1] * y + inverse[1, 2]
    # A feeder's background is black or white; the software fills it up, or leaves it.
    beyond = (30, 30, 32) if rng.random() < ranges.shadow else (252, 252, 252)
    fed = cv2.remap(page, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=beyond)
    return fed.astype(np.uint8), degrees


def _sense(page: Pixels, blur: float, rng: Random) -> Pixels:
    """Red and blue read a fraction of a line apart; smear along the feed; then the firmware sharpens."""
    apart = rng.uniform(-0.45, 0.45)
    planes = [_shifted(page[..., plane], shift) for plane, shift in enumerate((apart, 0.0, -apart))]
    merged = cv2.GaussianBlur(cv2.merge(planes), (0, 0), sigmaX=max(0.3, blur * 0.85), sigmaY=max(0.3, blur * 1.1))
    amount = rng.uniform(0.1, 0.7)
    soft = cv2.GaussianBlur(merged, (0, 0), 2.0)
    return cv2.addWeighted(merged, 1 + amount, soft, -amount, 0).astype(np.uint8)


def _shifted(plane: NDArray[np.uint8], down: float) -> NDArray[np.uint8]:
    if not down:
        return plane
    move = np.array([[1, 0, 0], [0, 1, down]], dtype=np.float32)
    size = (plane.shape[1], plane.shape[0])
    return cv2.warpAffine(plane, move, size, borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)


_TINTS = ((1.0, 0.97, 0.90), (0.95, 1.0, 0.96), (0.94, 0.96, 1.0), (1.0, 0.94, 0.93))


def _tone(page: Pixels, ranges: Ageing, rng: Random, *, even: bool) -> Pixels:
    """Gamma, lifted black, paper of some colour, cloudy fibre, light that falls off towards an edge."""
    height, width = page.shape[:2]
    black, paper = rng.uniform(*ranges.ink), rng.uniform(*ranges.paper)
    gamma = rng.uniform(0.85, 1.3)
    share = rng.uniform(*ranges.tint) * 5
    tint = 1 - share * (1 - np.array(rng.choice(_TINTS)))
    curve = (np.arange(256) / 255) ** gamma
    tone = curve[:, None] * (paper * tint - black) + black
    toned = cv2.LUT(page, np.clip(tone * 255, 0, 255).astype(np.uint8)[None])
    depth = rng.uniform(*ranges.uneven)
    if even or depth < 0.01:
        return toned.astype(np.uint8)
    fibre = np.random.default_rng(rng.getrandbits(63))
    light = np.ones((height, width), dtype=np.float32)
    for cells, strength in ((40, depth * 0.15), (9, depth * 0.3)):
        coarse = fibre.standard_normal((cells, cells), dtype=np.float32)
        light += np.float32(strength) * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    ramp = np.linspace(0, 1, width, dtype=np.float32) ** 3
    light -= np.float32(depth) * (ramp if rng.random() < 0.5 else ramp[::-1])[None]
    return cv2.multiply(toned, cv2.merge([light] * 3), dtype=cv2.CV_8U).astype(np.uint8)


def _grain(page: Pixels, deviation: float, noise: np.random.Generator) -> Pixels:
    """Shot noise: stronger where it is light, one part fine, one part in clumps, a little in colour."""
    height, width = page.shape[:2]
    fine = noise.standard_normal((height, width), dtype=np.float32)
    clumps = cv2.resize(noise.standard_normal((height // 2, width // 2), dtype=np.float32), (width, height))
    amount = np.sqrt(page[..., 1].astype(np.float32) / 255 + 0.05) * np.float32(deviation)
    luma = (0.8 * fine + 0.6 * clumps) * amount
    colour = cv2.resize(noise.standard_normal((height // 3, width // 3, 3), dtype=np.float32), (width, height))
    grained = page + luma[..., None] + colour * np.float32(deviation * 0.35)
    return np.clip(grained, 0, 255).astype(np.uint8)


def _own_jpeg(page: Pixels, quality: int, rng: Random) -> Pixels:
    """The device compresses once before the office's software does, on a grid of its own."""
    right, down = rng.randint(0, 7), rng.randint(0, 7)
    padded = cv2.copyMakeBorder(page, down, 0, right, 0, cv2.BORDER_REPLICATE)
    buffer = BytesIO()
    Image.fromarray(padded).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))[down:, right:].copy()


def _streak(page: Pixels, rng: Random) -> None:
    """Dust on the glass: faint lines all the way down."""
    width = page.shape[1]
    for _ in range(rng.randint(1, 3)):
        x, thick = rng.randrange(width), rng.randint(1, 2)
        fade = np.array([rng.uniform(0.72, 1.0) for _ in range(3)], dtype=np.float32)
        page[:, x : x + thick] = (page[:, x : x + thick] * fade).astype(np.uint8)


def _hairs(page: Pixels, n_hairs: int, noise: np.random.Generator) -> None:
    """Short threads and crumbs of toner."""
    height, width = page.shape[:2]
    for _ in range(n_hairs):
        x, y = int(noise.integers(width)), int(noise.integers(height))
        shade = int(noise.integers(50, 170))
        end = x + int(noise.integers(-9, 10)), y + int(noise.integers(-9, 10))
        cv2.line(page, (x, y), end, (shade, shade, shade), 1, cv2.LINE_AA)
