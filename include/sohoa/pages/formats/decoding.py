"""One page of a file as pixels."""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import pikepdf
import pypdfium2 as pdfium

from sohoa.pages.formats.media import PDF
from sohoa.pages.formats.pdf import OpenPdf
from sohoa.pages.formats.pdf_pages import decode_pdf_page
from sohoa.pages.formats.pictures import OpenPicture, decode_picture
from sohoa.pages.imaging import PageImage
from sohoa.pages.sandbox import Unreadable

_Key = tuple[Path, str, int, int, int]
_FAULTS = (OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, AttributeError, ArithmeticError)

_last: tuple[_Key, OpenPdf | OpenPicture] | None = None


def decode(path: Path, media_type: str, page_no: int, dpi: int, max_megapixels: int) -> PageImage:
    """Page `page_no` (from 1) as RGB, upright by the file's own tags.

    Scans come at their own resolution, or reduced by a whole factor (2, 4, 8) that leaves at least `dpi`;
    PDF pages that are more than one scan are drawn at `dpi`. `pixels_dpi` of the result tells which.

    The file stays open for its next page: opening one of hundreds of pages costs more than many of its pages do.

    Raises:
        Unreadable: the page cannot be decoded, its data break off, or it has more pixels than allowed.
    """
    try:
        opened = _opened(path, media_type)
        if isinstance(opened, OpenPdf):
            return decode_pdf_page(opened, page_no, dpi, max_megapixels)
        return decode_picture(opened, page_no, dpi, max_megapixels)
    except MemoryError as error:
        close_last()
        raise Unreadable("page.too_heavy", "the page does not fit into memory") from error
    except (*_FAULTS, struct.error, cv2.error, pikepdf.PdfError, pdfium.PdfiumError) as error:
        # A decoder that failed may not be fit for the next page.
        close_last()
        raise Unreadable("page.damaged", str(error)) from error


def _opened(path: Path, media_type: str) -> OpenPdf | OpenPicture:
    global _last
    facts = path.stat()
    key = (path, media_type, facts.st_ino, facts.st_size, facts.st_mtime_ns)
    if _last is None or _last[0] != key:
        close_last()
        _last = (key, OpenPdf.of(path) if media_type == PDF else OpenPicture(path, media_type))
    return _last[1]


def close_last() -> None:
    """Let go of the file that was decoded last."""
    global _last
    if _last is not None:
        _, opened = _last
        _last = None
        opened.close()
