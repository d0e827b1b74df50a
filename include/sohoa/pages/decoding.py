"""One page of a file as pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image, ImageOps

from sohoa.pages.files import PDF
from sohoa.pages.imaging import PageImage, effective_dpi
from sohoa.pages.sandbox import Unreadable

POINTS_PER_INCH = 72
_COLOUR_BITS = 24
_SCAN_COVERS = 0.5  # of the page: smaller pictures are logos


def decode(path: Path, media_type: str, page_no: int, dpi: int, max_megapixels: int) -> PageImage:
    """Page `page_no` (from 1) as RGB; PDF pages at `dpi`, images as they are.

    Raises:
        Unreadable: the page cannot be decoded, or has more pixels than allowed.
    """
    try:
        if media_type == PDF:
            return _decode_pdf(path, page_no, dpi, max_megapixels)
        return _decode_image(path, page_no, max_megapixels)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, pdfium.PdfiumError) as error:
        raise Unreadable("page.damaged", str(error)) from error


def _decode_pdf(path: Path, page_no: int, dpi: int, max_megapixels: int) -> PageImage:
    document = pdfium.PdfDocument(path)
    try:
        page = document[page_no - 1]
        width, height = page.get_size()
        _check_size(width * height * (dpi / POINTS_PER_INCH) ** 2, max_megapixels)
        scan_dpi, bits = _scan_of(page, width * height)
        pixels = page.render(scale=dpi / POINTS_PER_INCH, rev_byteorder=True).to_numpy()
        has_text = page.get_textpage().count_chars() > 0
        return PageImage(np.ascontiguousarray(pixels[:, :, :3]), scan_dpi, bits >= _COLOUR_BITS, has_text)
    finally:
        document.close()


def _scan_of(page: pdfium.PdfPage, page_area: float) -> tuple[float | None, int]:
    """Effective dpi and bits per pixel of the scan that fills a PDF page; (None, 24) if there is none."""
    found: tuple[float | None, int] = (None, _COLOUR_BITS)
    largest = _SCAN_COVERS * page_area
    for image in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE]):
        left, bottom, right, top = image.get_bounds()
        area = (right - left) * (top - bottom)
        if area < largest:
            continue
        largest = area
        # Square roots of areas: the same whether the scan lies upright or turned.
        width_px, height_px = image.get_px_size()
        dpi = (width_px * height_px / area) ** 0.5 * POINTS_PER_INCH
        found = (dpi, int(image.get_metadata().bits_per_pixel))
    return found


def _decode_image(path: Path, page_no: int, max_megapixels: int) -> PageImage:
    with Image.open(path, formats=("JPEG", "PNG", "TIFF")) as image:
        image.seek(page_no - 1)
        _check_size(image.width * image.height, max_megapixels)
        colour = image.mode not in {"1", "L", "LA", "I", "I;16", "F"}
        tag = image.info.get("dpi")
        dpi, _assumed = effective_dpi(image.width, image.height, tag and (float(tag[0]), float(tag[1])))
        pixels = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    return PageImage(pixels, dpi, colour)


def _check_size(n_pixels: float, max_megapixels: int) -> None:
    if n_pixels > max_megapixels * 1_000_000:
        raise Unreadable("page.too_large", f"{n_pixels / 1e6:.0f} megapixels, limit {max_megapixels}")
