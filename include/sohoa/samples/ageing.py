"""What handling and a scanner do to a page; one table of ranges for each level."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sohoa.samples import ink
from sohoa.samples.ink import DPI, px
from sohoa.samples.layout import DrawnPage

Pixels = NDArray[np.uint8]
Range = tuple[float, float]


class Level(StrEnum):
    """How much a batch has been through."""

    CLEAN = "clean"
    OFFICE = "office"
    HARD = "hard"


@dataclass(frozen=True)
class Ageing:
    """Ranges from which each scan draws; shares are probabilities per document or page.

    Attributes:
        dpi: output resolutions, equally likely.
        skew: degrees, either way.
        shift: mm, either way.
        paper: brightness of the paper, 0-1.
        tint: how much the paper is yellowed, 0-1.
        ink: brightness that black ink is lifted to, 0-1 (low contrast).
        noise: standard deviation, in grey levels.
        blur: standard deviation, in px at 200 dpi.
        jpeg: quality.
        seal_offset: mm from beside the signature (0) towards the signer's name.
        seal_strength: how much ink the seal gave, 0-1.
        uneven: depth of uneven light over the page, 0-1.
        bleed: (share, least and greatest strength) of the back showing through.
        holes, incoming_stamp, grey, shadow: shares.
        speckles: specks of dust and toner per page.
    """

    dpi: tuple[int, ...]
    skew: float
    shift: float
    paper: Range
    tint: Range
    ink: Range
    noise: Range
    blur: Range
    jpeg: tuple[int, int]
    seal_offset: Range
    seal_strength: Range
    uneven: Range
    bleed: tuple[float, float, float]
    holes: float
    incoming_stamp: float
    grey: float
    shadow: float
    speckles: tuple[int, int]


AGEING = {
    Level.CLEAN: Ageing(
        dpi=(200, 200, 200, 200, 200, 200, 200, 300),
        skew=0.3,
        shift=0.8,
        paper=(0.985, 1.0),
        tint=(0.0, 0.01),
        ink=(0.05, 0.12),
        noise=(0.4, 0.8),
        blur=(0.6, 0.8),
        jpeg=(85, 87),
        seal_offset=(-6.0, -2.0),
        seal_strength=(0.75, 0.95),
        uneven=(0.0, 0.0),
        bleed=(0.0, 0.0, 0.0),
        holes=0.0,
        incoming_stamp=0.0,
        grey=0.0,
        shadow=0.0,
        speckles=(0, 2),
    ),
    Level.OFFICE: Ageing(
        dpi=(200, 200, 200, 200, 200, 200, 240, 300),
        skew=1.2,
        shift=2.0,
        paper=(0.93, 0.99),
        tint=(0.01, 0.07),
        ink=(0.08, 0.18),
        noise=(0.8, 2.4),
        blur=(0.7, 1.0),
        jpeg=(60, 80),
        seal_offset=(3.0, 9.0),
        seal_strength=(0.6, 0.95),
        uneven=(0.0, 0.05),
        bleed=(0.3, 0.03, 0.07),
        holes=0.4,
        incoming_stamp=0.4,
        grey=0.08,
        shadow=0.1,
        speckles=(0, 25),
    ),
    Level.HARD: Ageing(
        dpi=(200,),
        skew=3.0,
        shift=3.5,
        paper=(0.82, 0.95),
        tint=(0.04, 0.16),
        ink=(0.14, 0.32),
        noise=(3.0, 6.0),
        blur=(0.8, 1.2),
        jpeg=(45, 65),
        seal_offset=(6.0, 11.0),
        seal_strength=(0.6, 1.0),
        uneven=(0.06, 0.18),
        bleed=(0.7, 0.07, 0.16),
        holes=0.6,
        incoming_stamp=0.6,
        grey=0.15,
        shadow=0.6,
        speckles=(40, 260),
    ),
}


@dataclass(frozen=True)
class ScanSettings:
    """What one document's scan drew from its level's ranges.

    A scanner evens out noise and light before it writes a lossless file.
    """

    dpi: int
    grey: bool
    jpeg_quality: int
    lossless: bool


def settings_for(level: Level, rng: Random, *, lossless: bool) -> ScanSettings:
    """Draw the settings of one scan."""
    ranges = AGEING[level]
    return ScanSettings(
        dpi=rng.choice(ranges.dpi),
        grey=rng.random() < ranges.grey,
        jpeg_quality=rng.randint(*ranges.jpeg),
        lossless=lossless,
    )


def mark(pages: list[DrawnPage], header: tuple[str, ...], received: str, level: Level, rng: Random) -> None:
    """Sign, seal and stamp the drawn pages, in place, as the issuing and the receiving office do."""
    ranges = AGEING[level]
    for page in pages:
        if page.signature is not None:
            spot = page.signature
            towards = rng.uniform(*ranges.seal_offset)
            strength = rng.uniform(*ranges.seal_strength)
            ink.sign(page.image, spot.x + px(rng.uniform(-3, 5)), spot.y, rng)
            # The seal covers the left third of the signature (NĐ 30/2020, Đ.33).
            left, down = px(19 - towards * 0.9), px(towards * 0.9 - 2)
            ink.press_seal(page.image, header, spot.x - left, spot.y + down, strength, rng)
        elif page.is_annex_start and rng.random() < 0.5:
            ink.press_seal(page.image, header, px(33), px(24), rng.uniform(*ranges.seal_strength), rng)
    if rng.random() < ranges.incoming_stamp:
        left, top = px(rng.uniform(7, 16)), px(rng.uniform(1.5, 3.5))
        ink.press_incoming_stamp(pages[0].image, "VĂN PHÒNG BỘ NỘI VỤ", received, left, top, rng)


def scan(drawn: Image.Image, back: Image.Image, level: Level, settings: ScanSettings, rng: Random) -> Image.Image:
    """One page as the scanner gives it, at the resolution in `settings`; `back` may show through."""
    ranges = AGEING[level]
    noise = np.random.default_rng(rng.getrandbits(63))
    front = _to_resolution(drawn, settings.dpi)
    if rng.random() < ranges.bleed[0]:
        front = _bleed(front, _to_resolution(back, settings.dpi), rng.uniform(*ranges.bleed[1:]), settings.dpi)
    if rng.random() < ranges.holes:
        _punch(front, settings.dpi, dark=rng.random() < 0.6)
    front = _skew(front, ranges, settings.dpi, rng)
    blur = rng.uniform(*ranges.blur) * settings.dpi / 200
    if blur > 0.15:
        front = cv2.GaussianBlur(front, (0, 0), blur).astype(np.uint8)
    front = _light(front, ranges, rng, even=settings.lossless)
    if not settings.lossless:
        front = _grain(front, rng.uniform(*ranges.noise), noise)
    _speckle(front, rng.randint(*ranges.speckles), noise)
    if settings.grey:
        grey = cv2.cvtColor(front, cv2.COLOR_RGB2GRAY)
        return Image.fromarray(grey)
    return Image.fromarray(front)


def _to_resolution(page: Image.Image, dpi: int) -> Pixels:
    pixels: Pixels = np.asarray(page)
    if dpi == DPI:
        return pixels.copy()
    size = round(page.width * dpi / DPI), round(page.height * dpi / DPI)
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


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


def _skew(page: Pixels, ranges: Ageing, dpi: int, rng: Random) -> Pixels:
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-ranges.skew, ranges.skew), 1.0)
    turn[:, 2] += np.array([rng.uniform(-ranges.shift, ranges.shift) * dpi / 25.4 for _ in range(2)])
    lid = (248, 248, 246) if rng.random() > ranges.shadow else (150, 148, 146)
    turned = cv2.warpAffine(
        page, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=lid
    )
    return turned.astype(np.uint8)


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
