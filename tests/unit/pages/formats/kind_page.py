"""The page that every good file of the tests shows, as different kinds of picture."""

from __future__ import annotations

import functools

import cv2
import numpy as np
from PIL import Image, ImageDraw

from pages.scans import sheet

DPI = 60
POINTS = 72 / DPI
ORIENTATION = 0x112
_T = Image.Transpose
_STORED = {
    1: None,
    2: _T.FLIP_LEFT_RIGHT,
    3: _T.ROTATE_180,
    4: _T.FLIP_TOP_BOTTOM,
    5: _T.TRANSPOSE,
    6: _T.ROTATE_90,
    7: _T.TRANSVERSE,
    8: _T.ROTATE_270,
}
"""How a page must lie in the file for its tag to bring it upright."""


@functools.cache
def page_image(dpi: int = DPI) -> Image.Image:
    """A page that looks different from each side: a black block, a blue bar and a red seal."""
    image = sheet(dpi, "Quyết định", 30)
    width, height = image.size
    draw = ImageDraw.Draw(image)
    draw.rectangle([width * 0.1, height * 0.05, width * 0.3, height * 0.12], fill=(15, 15, 15))
    draw.rectangle([width * 0.05, height * 0.5, width * 0.1, height * 0.9], fill=(20, 20, 160))
    draw.ellipse([width * 0.6, height * 0.6, width * 0.8, height * 0.75], fill=(215, 30, 40))
    return image


def noisy_page() -> Image.Image:
    pixels = np.asarray(page_image()).astype(np.int16)
    noise = np.random.default_rng(5).integers(-6, 7, pixels.shape, dtype=np.int16)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def grey_page() -> Image.Image:
    """The page in shades of grey."""
    return noisy_page().convert("L")


def black_page() -> Image.Image:
    """The page in black and white."""
    return page_image().convert("L").point(lambda value: 255 if value > 140 else 0).convert("1")


def stored(image: Image.Image, orientation: int) -> Image.Image:
    """The page as it lies in a file whose tag says `orientation`."""
    turn = _STORED[orientation]
    return image if turn is None else image.transpose(turn)


def exif_of(orientation: int) -> bytes:
    """EXIF data with an orientation tag and, as phones write it, more."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x10F] = "scanner"
    return exif.tobytes()


def see_through() -> Image.Image:
    """The page with paper that is transparent, and black underneath."""
    pixels = np.asarray(page_image())
    ink = pixels.min(axis=2) < 200
    return Image.fromarray(np.dstack([np.where(ink[:, :, None], pixels, 0), np.where(ink, 255, 0)]).astype(np.uint8))


def sixteen_bit_colours() -> np.ndarray:
    """The page with 16 bits a channel."""
    return np.asarray(noisy_page()).astype(np.uint16) * 257


def cv_bytes(suffix: str, pixels: np.ndarray) -> bytes:
    """What OpenCV writes of RGB pixels."""
    return cv2.imencode(suffix, np.ascontiguousarray(pixels[:, :, ::-1]))[1].tobytes()
