"""One page of a file as pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image, ImageOps

from sohoa.pages.files import PDF
from sohoa.pages.imaging import PageImage, Pixels, effective_dpi
from sohoa.pages.sandbox import Unreadable

POINTS_PER_INCH = 72
_COLOUR_BITS = 24
_SCAN_COVERS = 0.5  # of the page: smaller pictures are logos
_HARDLY_DRAWN = 0.02  # of a page's pixels that differ: a scan that is there has noise nearly everywhere
_GREY_MODES = frozenset({"1", "L", "LA", "I", "I;16", "I;16L", "I;16B", "F"})


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
        if (pixels != pixels[0, 0]).any(axis=2).mean() < _HARDLY_DRAWN:
            _check_pictures(page)
        has_text = page.get_textpage().count_chars() > 0
        return PageImage(np.ascontiguousarray(pixels[:, :, :3]), scan_dpi, bits >= _COLOUR_BITS, has_text)
    finally:
        document.close()


def _check_pictures(page: pdfium.PdfPage) -> None:
    """Raise PdfiumError if a picture of the page cannot be decoded; drawing leaves such a one out in silence."""
    for image in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE]):
        image.get_bitmap().close()


def _scan_of(page: pdfium.PdfPage, page_area: float) -> tuple[float | None, int]:
    """Effective dpi and bits per pixel of the scan that fills a PDF page; (None, 24) if there is none.

    Of several layers the finest counts; scanners that write strips leave many pictures that fill it together.
    """
    parts = []
    for image in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE]):
        left, bottom, right, top = image.get_bounds()
        width_px, height_px = image.get_px_size()
        area = (right - left) * (top - bottom)
        parts.append((area, width_px * height_px, int(image.get_metadata().bits_per_pixel)))
    layers = [part for part in parts if part[0] >= _SCAN_COVERS * page_area]
    together = (sum(part[0] for part in parts), sum(part[1] for part in parts), max((p[2] for p in parts), default=0))
    if not layers and together[0] < _SCAN_COVERS * page_area:
        return None, _COLOUR_BITS
    scans = [part for part in layers or [together] if part[0] > 0]
    # Square roots of areas: the same whether the scan lies upright or turned.
    dpi = max(((n_px / area) ** 0.5 * POINTS_PER_INCH for area, n_px, _ in scans), default=None)
    return dpi, max((bits for *_, bits in scans), default=_COLOUR_BITS)


def _decode_image(path: Path, page_no: int, max_megapixels: int) -> PageImage:
    with Image.open(path, formats=("JPEG", "PNG", "TIFF")) as image:
        image.seek(page_no - 1)
        _check_size(image.width * image.height, max_megapixels)
        tag = image.info.get("dpi")
        dpi, _assumed = effective_dpi(image.width, image.height, tag and (float(tag[0]), float(tag[1])))
        pixels = _as_rgb(ImageOps.exif_transpose(image))
        # A palette may hold colours or greys.
        colour = bool(np.ptp(pixels, axis=2).any()) if image.mode == "P" else image.mode not in _GREY_MODES
    return PageImage(pixels, dpi, colour)


def _as_rgb(image: Image.Image) -> Pixels:
    """A picture's colours as they look on white paper."""
    if image.mode.startswith(("I", "F")):
        # More than 8 bits of grey, which Pillow would cut off instead of scaling them down.
        grey = np.asarray(image).astype(np.float32)
        white = 65535.0 if image.mode.startswith("I") else max(float(grey.max()), 1e-9)
        grey = np.clip(np.nan_to_num(grey) * (255.0 / white), 0, 255).astype(np.uint8)
        return np.repeat(grey[:, :, np.newaxis], 3, axis=2)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.new("RGBA", layer.size, "white")
        image.alpha_composite(layer)
    return np.asarray(image.convert("RGB"))


def _check_size(n_pixels: float, max_megapixels: int) -> None:
    if n_pixels > max_megapixels * 1_000_000:
        raise Unreadable("page.too_large", f"{n_pixels / 1e6:.0f} megapixels, limit {max_megapixels}")
