"""One page of a PDF file as pixels: straight from its scan where it is nothing but a scan, drawn otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from sohoa.pages.formats.jpeg import reduction_for
from sohoa.pages.formats.pdf import OpenPdf
from sohoa.pages.formats.pdf_data import check_picture, check_size, check_whole, scan_pixels
from sohoa.pages.formats.pdf_pictures import Picture, drawn_pictures
from sohoa.pages.formats.placing import MOST_UNEVEN, Placement, cut_to_page, placement_of, square_pixels, turned
from sohoa.pages.imaging import MM_PER_INCH, PageImage, Pixels, effective_dpi
from sohoa.pages.sandbox import Unreadable

POINTS_PER_INCH = 72
_COLOUR_BITS = 24
_SCAN_COVERS = 0.5  # of the page: smaller pictures are logos
_FILLS, _COVERS_ALL = 0.9, 0.999  # of the page: what a scan alone on it leaves free is white
_HARDLY_DRAWN = 0.02  # of a page's pixels that differ: a scan that is there has noise nearly everywhere
_UNKNOWING_DPI = (72.0, 96.0)
"""Software that does not know a picture's resolution makes a pixel a point, or a 96th of an inch."""
_LARGEST_KNOWN_MM, _LARGEST_GUESSED_MM = 600.0, 4000.0  # A2: nobody scans more at so few dots
_PALETTES = ("/Indexed", "/I")
_TO_RGB = {
    pdfium_c.FPDFBitmap_Gray: cv2.COLOR_GRAY2RGB,
    pdfium_c.FPDFBitmap_BGR: cv2.COLOR_BGR2RGB,
    pdfium_c.FPDFBitmap_BGRx: cv2.COLOR_BGRA2RGB,
}


@dataclass(frozen=True)
class _Drawn:
    """A picture as pdfium has it on the page."""

    image: pdfium.PdfImage
    placement: Placement


@dataclass
class _Layout:
    """What a page draws.

    Attributes:
        pictures: in the order in which they are drawn.
        before: whether anything visible but pictures is drawn before the last of them.
        after: whether anything visible is drawn after it.
    """

    pictures: list[_Drawn] = field(default_factory=list)
    before: bool = False
    after: bool = False


def decode_pdf_page(opened: OpenPdf, page_no: int, dpi: int, max_megapixels: int) -> PageImage:
    """Page `page_no` (from 1) as it is shown.

    A page that is one scan comes at the scan's resolution, or reduced by a whole factor that leaves `dpi`;
    any other is drawn at `dpi`.

    Raises:
        Unreadable: too large or too heavy, or a picture's data break off.
        IndexError, pikepdf.PdfError, pdfium.PdfiumError, ValueError: the page cannot be read.
    """
    source = opened.structure.pages[page_no - 1]
    pictures = drawn_pictures(source)
    page = opened.drawing[page_no - 1]
    try:
        unit = float(source.obj.get("/UserUnit", 1)) / POINTS_PER_INCH
        width, height = page.get_width() * unit, page.get_height() * unit
        layout = _layout_of(page, unit)
        has_text = page.get_textpage().count_chars() > 0
        scan = None
        if not source.obj.get("/Annots") and "/OCProperties" not in opened.structure.Root:
            scan = _sole_scan(layout, pictures)
        if scan is not None and _is_unknown(scan[0].placement.dpi, (width, height)):
            return _scan_of_unknown_size(*scan, (width, height), dpi, max_megapixels, has_text)
        _check_size(width * height * dpi**2, max_megapixels)
        paper = (width * MM_PER_INCH, height * MM_PER_INCH)
        if scan is not None:
            return _scan(*scan, (width, height), dpi, max_megapixels, has_text)
        for picture in pictures:
            if picture is not None:
                check_picture(picture, max_megapixels)
        scan_dpi, bits = _scan_facts(layout.pictures, pictures, width * height)
        pixels = _render(page, dpi * unit)
        return PageImage(pixels, scan_dpi, dpi, bits >= _COLOUR_BITS, bits, paper, has_text)
    finally:
        page.close()


def _check_size(n_pixels: float, max_megapixels: int) -> None:
    if n_pixels > max_megapixels * 1_000_000:
        raise Unreadable("page.too_large", f"{n_pixels / 1e6:.0f} megapixels, limit {max_megapixels}")


def _layout_of(page: pdfium.PdfPage, unit: float) -> _Layout:
    box, rotation = page.get_bbox(), page.get_rotation()
    layout = _Layout()
    for one in page.get_objects():
        if one.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            matrix, container = one.get_matrix(), one.container
            while container is not None:
                matrix, container = matrix.multiply(container.get_matrix()), container.container
            placement = placement_of(matrix.get(), box, rotation, unit, one.get_px_size())
            layout.pictures.append(_Drawn(one, placement))
            layout.before, layout.after = layout.before or layout.after, False
        elif one.type != pdfium_c.FPDF_PAGEOBJ_FORM and not _is_invisible_text(one):
            layout.after = True
    return layout


def _is_invisible_text(one: pdfium.PdfObject) -> bool:
    is_text = one.type == pdfium_c.FPDF_PAGEOBJ_TEXT
    return bool(is_text and pdfium_c.FPDFTextObj_GetTextRenderMode(one) == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE)


def _scan_facts(
    drawn: Sequence[_Drawn], pictures: Sequence[Picture | None], page_area: float
) -> tuple[float | None, int]:
    """Effective dpi and bits per pixel of the scan that fills a page (of square inches); (None, 24) if none does.

    Of several layers the finest counts; scanners that write strips leave many pictures that fill it together.
    """
    told = pictures if len(pictures) == len(drawn) else [None] * len(drawn)
    sized = [(one, picture) for one, picture in zip(drawn, told, strict=True) if one.placement.area > 0]
    layers = [pair for pair in sized if pair[0].placement.area >= _SCAN_COVERS * page_area]
    if not layers and sum(one.placement.area for one, _ in sized) < _SCAN_COVERS * page_area:
        return None, _COLOUR_BITS
    scans = layers or sized
    return max(min(one.placement.dpi) for one, _ in scans), max(_bits(one, picture) for one, picture in scans)


def _bits(drawn: _Drawn, picture: Picture | None) -> int:
    if picture is not None and picture.bits_per_pixel is not None:
        return picture.bits_per_pixel
    # Here pdfium may have to decode the picture.
    return int(drawn.image.get_metadata().bits_per_pixel) or _COLOUR_BITS


def _sole_scan(layout: _Layout, pictures: Sequence[Picture | None]) -> tuple[_Drawn, Picture] | None:
    """The scan that is all that a page shows, at right angles; None if the page has to be drawn."""
    if not layout.pictures or len(layout.pictures) != len(pictures) or layout.after:
        return None
    last, picture = layout.pictures[-1], pictures[-1]
    if picture is None or not picture.plain or last.image.level > 0:
        return None
    if last.image.get_px_size() != (picture.width, picture.height):
        return None
    if max(last.placement.dpi) > MOST_UNEVEN * min(last.placement.dpi):
        return None
    # What is drawn before shows where the scan leaves a margin free.
    alone = len(pictures) == 1 and not layout.before
    if last.placement.covers < (_FILLS if alone else _COVERS_ALL):
        return None
    if pdfium_c.FPDFPageObj_HasTransparency(last.image):
        return None
    clip = pdfium_c.FPDFPageObj_GetClipPath(last.image)
    return None if clip and pdfium_c.FPDFClipPath_CountPaths(clip) > 0 else (last, picture)


def _is_unknown(dpi: tuple[float, float], size: tuple[float, float]) -> bool:
    guessed = any(abs(one - unknowing) < 0.5 for one in dpi for unknowing in _UNKNOWING_DPI)
    return guessed and _LARGEST_KNOWN_MM < max(size) * MM_PER_INCH < _LARGEST_GUESSED_MM


def _scan(
    drawn: _Drawn, picture: Picture, size: tuple[float, float], dpi: int, max_megapixels: int, has_text: bool
) -> PageImage:
    """The page as a scan of known size."""
    scan_dpi = min(drawn.placement.dpi)
    pixels, pixels_dpi = _pixels_of(drawn, picture, size, scan_dpi / dpi, max_megapixels)
    paper = (size[0] * MM_PER_INCH, size[1] * MM_PER_INCH)
    bits, colour = _colour_of(drawn, picture, pixels)
    return PageImage(pixels, scan_dpi, pixels_dpi, colour, bits, paper, has_text)


def _scan_of_unknown_size(
    drawn: _Drawn, picture: Picture, size: tuple[float, float], dpi: int, max_megapixels: int, has_text: bool
) -> PageImage:
    """The page as a scan whose paper is taken for A4, as that of a picture file without resolution is."""
    told = min(drawn.placement.dpi)
    known, _ = effective_dpi(round(size[0] * told), round(size[1] * told), None)
    pixels, pixels_dpi = _pixels_of(drawn, picture, size, known / dpi, max_megapixels)
    bits, colour = _colour_of(drawn, picture, pixels)
    return PageImage(pixels, known, pixels_dpi * known / told, colour, bits, None, has_text)


def _colour_of(drawn: _Drawn, picture: Picture, pixels: Pixels) -> tuple[int, bool]:
    bits = _bits(drawn, picture)
    # A palette may hold colours or greys.
    return bits, bool(np.ptp(pixels, axis=2).any()) if picture.colours in _PALETTES else bits >= _COLOUR_BITS


def _pixels_of(
    drawn: _Drawn, picture: Picture, size: tuple[float, float], times: float, max_megapixels: int
) -> tuple[Pixels, float]:
    """What a page of `size` inches shows of its scan, and the resolution; reduced if it has `times` the dots wanted."""
    x_dpi, y_dpi = drawn.placement.dpi
    _check_size(picture.width * picture.height * max(x_dpi, y_dpi) / min(x_dpi, y_dpi), max_megapixels)
    check_size(picture, max_megapixels)
    scan = scan_pixels(picture, reduction_for(times, 1))
    if scan is not None:
        pixels, reduction = scan
    else:
        reduction = 1
        bitmap = drawn.image.get_bitmap()
        pixels = np.asarray(cv2.cvtColor(bitmap.to_numpy(), _TO_RGB[bitmap.format]), dtype=np.uint8)
        # Rows that are missing come out all alike; rows of a scan differ, and need no further proof.
        if picture.filters != ("/FlateDecode",) or (pixels[-1] == pixels[-2:][0]).all():
            check_whole(picture)
    placement = drawn.placement
    if placement.turn is not None:
        pixels = turned(pixels, placement.turn)
    pixels = cut_to_page(pixels, placement, size)
    return square_pixels(pixels, (x_dpi / reduction, y_dpi / reduction))


def _render(page: pdfium.PdfPage, scale: float) -> Pixels:
    pixels = page.render(scale=scale, rev_byteorder=True).to_numpy()
    if (pixels != pixels[0, 0]).any(axis=2).mean() < _HARDLY_DRAWN:
        # Drawing leaves a picture that cannot be decoded out in silence.
        for image in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE]):
            image.get_bitmap()
    return np.ascontiguousarray(pixels[:, :, :3])
