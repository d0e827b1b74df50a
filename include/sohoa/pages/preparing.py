"""What a page is like, and the grey copy of it that lies straight and is read best."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2

from sohoa.pages.barcodes import read_barcodes
from sohoa.pages.cutting import UpperParts, UprightPart
from sohoa.pages.formats.decoding import decode
from sohoa.pages.formats.media import PDF
from sohoa.pages.frames import SEARCH_DPI, write_spots
from sohoa.pages.geometry import Lie, Turn, skew_of, straightened
from sohoa.pages.imaging import Pixels
from sohoa.pages.likeness import page_hash
from sohoa.pages.measures import NOT_SCANNED, measure
from sohoa.pages.own_text import own_words
from sohoa.pages.treatment import ocr_copy, with_clean_paper

# Tesseract reads this fastest; of a PNM file it asks for every byte by itself.
_UNPACKED = (cv2.IMWRITE_TIFF_COMPRESSION, cv2.IMWRITE_TIFF_COMPRESSION_NONE)
_upper_parts = UpperParts()


def prepare_page(
    path: Path, media_type: str, page_no: int, dpi: int, max_megapixels: int, out: Path, rotation: int | None = None
) -> dict[str, Any]:
    """Write the OCR copy of a page to `out`, and tell what the page is like.

    Args:
        path: the file as delivered.
        media_type: its type by content.
        page_no: which page, from 1.
        dpi: resolution of the copy; its format goes by the suffix of `out`.
        max_megapixels: larger pages are refused.
        out: the file to write.
        rotation: degrees clockwise that bring the page upright, where that is known; otherwise it is found out.

    Returns:
        Facts by the names of the catalogue's columns; `bits`, `cut_edges` and `blank` for the scan rules;
        `other_rotations`, worth a try if the page makes no sense when read; `words` of a born-digital page
        (rows of `Word`), None where it must be read; `stamps` that are to be read by themselves (`frames.write_spots`).

    Raises:
        Unreadable: the page cannot be decoded.
        OSError: the copy cannot be written.
    """
    words = own_words(path, page_no) if media_type == PDF else None
    page = decode(path, media_type, page_no, dpi, max_megapixels)
    grey = ocr_copy(page.pixels, page.pixels_dpi, dpi / page.pixels_dpi)
    measures = measure(grey, dpi, page.pixels) if words is None else NOT_SCANNED
    lie = measures.lie if rotation is None or words is not None else _turned(grey, dpi, rotation)
    upright = straightened(page.pixels, lie.turn.rotation, 0.0)
    whole = UprightPart(upright, len(upright), page.pixels_dpi)
    _upper_parts.keep(path, page_no, lie.turn.rotation, whole)
    coarse = whole.reduced(SEARCH_DPI)
    grey = straightened(grey, lie.turn.rotation, lie.skew_degrees)
    if not cv2.imwrite(str(out), with_clean_paper(grey), _UNPACKED):
        raise OSError(f"cannot write {out}")
    height, width = grey.shape
    return {
        "width_px": width,
        "height_px": height,
        "dpi": page.dpi,
        "colour": page.colour,
        "has_text": page.has_text,
        "paper_mm": page.paper_mm,
        "rotation": lie.turn.rotation,
        "skew_degrees": lie.skew_degrees,
        "barcodes": [code.text for code in read_barcodes(grey)],
        "phash": page_hash(coarse.pixels),
        "sharpness": measures.sharpness,
        "contrast": measures.contrast,
        "cut_edges": measures.cut_edges,
        "bits": page.bits,
        "blank": measures.blank,
        "other_rotations": lie.turn.others,
        "stamps": write_spots(whole, coarse, lie.skew_degrees, out),
        "words": None if words is None else [list(asdict(word).values()) for word in words],
    }


def part_of(
    path: Path,
    media_type: str,
    page_no: int,
    dpi: int,
    max_megapixels: int,
    rotation: int,
    skew_degrees: float,
    box: tuple[float, float, float, float],
) -> Pixels:
    """A part of the straightened page at `dpi`, RGB, in all its colours; arguments as `prepare_page` told them.

    Raises:
        Unreadable: the page had to be decoded once more, and cannot be.
    """
    kept = _upper_parts.get(path, page_no, rotation)
    part = kept.cut(box, skew_degrees, dpi) if kept else None
    if part is None:
        page = decode(path, media_type, page_no, dpi, max_megapixels)
        upright = straightened(page.pixels, rotation, 0.0)
        part = UprightPart(upright, len(upright), page.pixels_dpi).cut(box, skew_degrees, dpi)
    if part is None:
        raise ValueError(f"no part {box} on a page")
    return part


def _turned(grey: Pixels, dpi: int, rotation: int) -> Lie:
    return Lie(Turn(rotation, sure=True), skew_of(straightened(grey, rotation, 0.0), dpi))
