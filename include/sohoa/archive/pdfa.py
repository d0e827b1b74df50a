"""PDF/A-2b with an invisible text layer; a master's images go in untouched where that is possible."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import img2pdf
import pikepdf
import pikepdf.pdfa
from PIL import Image, ImageOps

from sohoa.pages.decoding import decode
from sohoa.pages.files import PDF, TIFF

logger = logging.getLogger(__name__)

FLAVOUR = "2b"
_REDRAWN_DPI = 300
_REDRAWN_QUALITY = 90  # JPEG
_BITS_PER_SAMPLE, _ORIENTATION = 258, 274  # TIFF tags
_PNG_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})


class NotPdfa(Exception):
    """The file written does not conform to PDF/A-2b, whichever way it was made."""


@dataclass(frozen=True)
class PdfaFacts:
    """How a PDF/A file was made.

    Attributes:
        validator: who judged it, with its version.
        redrawn: whether the pages had to be drawn anew because the master's own cannot be PDF/A.
    """

    validator: str
    redrawn: bool


def make_pdfa(
    master: Path, media_type: str, page_nos: Sequence[int], layers: Sequence[Path | None], dpi: float, out: Path
) -> PdfaFacts:
    """Write pages of a master as PDF/A-2b to `out` and validate what was written.

    Args:
        master: The scan as delivered; read only.
        media_type: Its type by content.
        page_nos: Which pages, from 1.
        layers: For each page its one-page text-only PDF, or None for a page without words.
        dpi: Resolution of a page image; PDF pages know their own size.
        out: The file to write.

    Raises:
        NotPdfa: not even redrawn pages conform.
    """
    validator = f"pikepdf.pdfa {pikepdf.__version__}"
    try:
        _write(_embedded(master, media_type, page_nos, dpi), layers, out)
        return PdfaFacts(validator, redrawn=False)
    except (pikepdf.pdfa.PdfaError, pikepdf.PdfError, img2pdf.ImageOpenError, ValueError, TypeError) as error:
        logger.info("The master's own pages cannot be PDF/A (%s); drawing them anew", error)
    try:
        _write(_redrawn(master, media_type, page_nos, dpi), layers, out)
    except pikepdf.pdfa.PdfaError as error:
        raise NotPdfa(str(error)) from error
    return PdfaFacts(validator, redrawn=True)


def _write(pages: bytes, layers: Sequence[Path | None], out: Path) -> None:
    with pikepdf.open(io.BytesIO(pages)) as pdf:
        for page, layer in zip(pdf.pages, layers, strict=True):
            if layer is not None:
                with pikepdf.open(layer) as text:
                    page.add_overlay(text.pages[0], None)
        pikepdf.pdfa.save(pdf, out, FLAVOUR)


def _embedded(master: Path, media_type: str, page_nos: Sequence[int], dpi: float) -> bytes:
    """The master's own pages, images byte for byte."""
    stream = io.BytesIO()
    if media_type == PDF:
        with pikepdf.open(master) as source, pikepdf.new() as chosen:
            chosen.pages.extend(source.pages[number - 1] for number in page_nos)
            chosen.save(stream)
        return stream.getvalue()
    layout = img2pdf.get_fixed_dpi_layout_fun((dpi, dpi))
    frames = _recompressed(master, page_nos) if media_type == TIFF else None
    if frames is not None:
        return bytes(img2pdf.convert(frames, layout_fun=layout))
    whole = img2pdf.convert(str(master), layout_fun=layout, rotation=img2pdf.Rotation.ifvalid)
    with pikepdf.open(io.BytesIO(whole)) as source, pikepdf.new() as chosen:
        chosen.pages.extend(source.pages[number - 1] for number in page_nos)
        chosen.save(stream)
    return stream.getvalue()


def _recompressed(master: Path, page_nos: Sequence[int]) -> list[bytes] | None:
    """The frames of a TIFF as PNG, pixel for pixel; None for fax frames, whose data go in as they are.

    PDF knows no LZW of TIFF's kind and no JPEG in strips, so such data must be packed anew. img2pdf would do so
    with zlib's usual effort, which takes three to five times as long for files a tenth smaller.

    Raises:
        ValueError: a frame holds more than 8 bits a channel, or colours that PNG does not know.
    """
    frames = []
    with Image.open(master, formats=("TIFF",)) as image:
        for number in page_nos:
            image.seek(number - 1)
            # Pillow turns a frame that its tag says lies on its side, img2pdf would turn it once more.
            if image.mode == "1" and image.tag_v2.get(_ORIENTATION, 1) == 1:  # type: ignore[attr-defined]
                return None
            depth = max(image.tag_v2.get(_BITS_PER_SAMPLE, (8,)))  # type: ignore[attr-defined]
            if depth > 8 or image.mode not in _PNG_MODES:
                raise ValueError(f"frame {number} is {image.mode} with {depth} bits a channel")
            frame = io.BytesIO()
            ImageOps.exif_transpose(image).save(frame, "PNG", compress_level=1)
            frames.append(frame.getvalue())
    return frames


def _redrawn(master: Path, media_type: str, page_nos: Sequence[int], dpi: float) -> bytes:
    """The pages as JPEG pictures: what a conforming file can always hold."""
    drawn_dpi = _REDRAWN_DPI if media_type == PDF else dpi
    pictures = []
    for number in page_nos:
        page = decode(master, media_type, number, _REDRAWN_DPI, max_megapixels=10_000)
        picture = io.BytesIO()
        Image.fromarray(page.pixels).save(picture, "JPEG", quality=_REDRAWN_QUALITY)
        pictures.append(picture.getvalue())
    layout = img2pdf.get_fixed_dpi_layout_fun((drawn_dpi, drawn_dpi))
    return bytes(img2pdf.convert(pictures, layout_fun=layout))
