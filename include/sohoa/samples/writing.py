"""Scan files: PDF, multi-page TIFF, JPEG and PNG, byte for byte the same for the same pages."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Literal

import img2pdf
from PIL import Image

Format = Literal["pdf", "tif", "jpg", "png"]
SHARES: dict[Format, float] = {"pdf": 0.5, "tif": 0.2, "jpg": 0.2, "png": 0.1}
_ONE_PAGE_ONLY: tuple[Format, ...] = ("jpg", "png")


def choose_format(n_pages: int, made: dict[Format, int]) -> Format:
    """The format furthest behind its share that can hold so many pages."""
    allowed: list[Format] = [name for name in SHARES if n_pages == 1 or name not in _ONE_PAGE_ONLY]
    total = sum(made.values()) + 1
    return max(allowed, key=lambda name: SHARES[name] * total - made[name])


def encode(pages: list[Image.Image], file_format: Format, dpi: int, quality: int) -> bytes:
    """The pages as one file."""
    if file_format == "pdf":
        return _pdf([_jpeg(page, dpi, quality) for page in pages], dpi)
    if file_format == "tif":
        return _tiff(pages, dpi, quality)
    if file_format == "png":
        buffer = BytesIO()
        _flat(pages[0]).save(buffer, "PNG", dpi=(dpi, dpi), optimize=True)
        return buffer.getvalue()
    return _jpeg(pages[0], dpi, quality)


def _jpeg(page: Image.Image, dpi: int, quality: int) -> bytes:
    buffer = BytesIO()
    page.save(buffer, "JPEG", quality=quality, dpi=(dpi, dpi), optimize=True)
    return buffer.getvalue()


def _pdf(pages: list[bytes], dpi: int) -> bytes:
    # The pure Python engine with no dates writes no ids either: same pages, same bytes.
    written: bytes = img2pdf.convert(
        pages,
        engine=img2pdf.Engine.internal,
        layout_fun=img2pdf.get_fixed_dpi_layout_fun((dpi, dpi)),
        nodate=True,
        producer="sohoa samples",
    )
    return written


def _tiff(pages: list[Image.Image], dpi: int, quality: int) -> bytes:
    buffer = BytesIO()
    # JPEG in TIFF keeps colour at full resolution unless it is given as luma and chroma.
    first, *others = [page.convert("YCbCr") if page.mode == "RGB" else page for page in pages]
    options = {"compression": "jpeg", "quality": quality, "dpi": (dpi, dpi)}
    first.save(buffer, "TIFF", save_all=True, append_images=others, **options)
    return buffer.getvalue()


def _flat(page: Image.Image) -> Image.Image:
    """Full colour in few tones, as scanners' lossless modes give it: noise does not compress."""
    return page.point([min(255, tone // 8 * 8 + 4) for tone in range(256)] * len(page.getbands()))


def corrupt(good: bytes, rng: Random) -> bytes:
    """A file that begins like a PDF and holds nothing that can be repaired."""
    return b"%PDF-1.4\n" + rng.randbytes(min(len(good) // 4, 24_000))


def sha256(path: Path) -> str:
    """The hash of a file, as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
