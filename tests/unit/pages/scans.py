"""Small scans in every format, made for the test."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import img2pdf
import numpy as np
import pikepdf
from PIL import Image, ImageDraw

from sohoa.samples.faces import DEFAULT_FACE, text_font

MM_PER_INCH = 25.4


def sheet(dpi: int = 50, text: str = "Quyết định", size: int = 14, colour: bool = True) -> Image.Image:
    """An A4 page with a line of print and a red seal."""
    image = Image.new("RGB", (round(210 / MM_PER_INCH * dpi), round(297 / MM_PER_INCH * dpi)), (250, 248, 240))
    draw = ImageDraw.Draw(image)
    font = text_font(DEFAULT_FACE, "regular", round(size / 72 * dpi))
    draw.text((image.width * 0.2, image.height * 0.3), text, fill=(10, 10, 10), font=font)
    if colour:
        draw.ellipse([image.width * 0.6, image.height * 0.6, image.width * 0.8, image.height * 0.75], outline="red")
    return image


def noisy(seed: int, dpi: int = 50) -> Image.Image:
    """A page whose data do not compress: cutting the file always cuts the picture."""
    size = (round(297 / MM_PER_INCH * dpi), round(210 / MM_PER_INCH * dpi), 3)
    return Image.fromarray(np.random.default_rng(seed).integers(0, 255, size, dtype=np.uint8))


def as_bytes(image: Image.Image, kind: str, dpi: float = 50, **options: object) -> bytes:
    """An image file; with `append_images`, a TIFF of several pages."""
    stream = io.BytesIO()
    if "append_images" in options:
        options["save_all"] = True
    image.save(stream, kind, dpi=(dpi, dpi), **options)
    return stream.getvalue()


def pdf_of(images: list[Image.Image], dpi: float = 50, *, linearize: bool = False, **save: object) -> bytes:
    """A PDF of scans, one image a page."""
    layout = img2pdf.get_fixed_dpi_layout_fun((dpi, dpi))
    whole = img2pdf.convert([as_bytes(image, "JPEG", dpi) for image in images], layout_fun=layout)
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        pdf.save(stream, linearize=linearize, **save)
    return stream.getvalue()


def png_bomb(side: int) -> bytes:
    """A PNG that says it is `side` x `side` and is whole but for its data."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def write(path: Path, content: bytes) -> Path:
    """A file with this content."""
    path.write_bytes(content)
    return path
