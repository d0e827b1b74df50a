"""PDF/A-2b with an invisible text layer; the pages' own images go in untouched where that is possible."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pikepdf
import pikepdf.pdfa
from pikepdf import Name

from sohoa.archive.copy_pages import CopyPage, Parts
from sohoa.archive.textlayer import TextLayer, read_words, upright_size, words_to_page

__all__ = ["CopyPage", "NotPdfa", "PdfaFacts", "make_pdfa"]

logger = logging.getLogger(__name__)

FLAVOUR = "2b"
_WHEN_WRITTEN = re.compile(rb"<xmp:MetadataDate>[^<]*</xmp:MetadataDate>")
_LETTER = (0.0, 0.0, 612.0, 792.0)  # of a page that does not say


class NotPdfa(Exception):
    """The file written does not conform to PDF/A-2b, whichever way it was made."""


@dataclass(frozen=True)
class PdfaFacts:
    """How a PDF/A file was made.

    Attributes:
        validator: who judged it, with its version.
        redrawn: places (from 1) of the pages that had to be drawn anew because their own data cannot be PDF/A.
    """

    validator: str
    redrawn: list[int]


def make_pdfa(pages: Sequence[CopyPage], out: Path) -> PdfaFacts:
    """Write pages, of one file or of several, as PDF/A-2b to `out` and validate what was written.

    The same pages make the same bytes. Files beside `out` are used on the way and removed.

    Raises:
        NotPdfa: not even redrawn pages conform.
        Unreadable: a page cannot be decoded.
    """
    for redrawn in _attempts(pages, out):
        try:
            _write(pages, out, redrawn)
        except _REFUSALS as error:
            logger.info("The pages cannot be PDF/A with %d drawn anew: %s", len(redrawn), error)
            refusal = str(error)
        else:
            return PdfaFacts(f"pikepdf.pdfa {pikepdf.__version__}", sorted(place + 1 for place in redrawn))
    raise NotPdfa(refusal)


def _attempts(pages: Sequence[CopyPage], out: Path) -> Iterator[frozenset[int]]:
    """The places (from 0) of the pages to draw anew: none, those that do not conform by themselves, all."""
    places = range(len(pages))
    yield frozenset()
    yield frozenset(place for place in places if not _conforms(pages[place], out))
    yield frozenset(places)


_REFUSALS = (pikepdf.pdfa.PdfaError, pikepdf.PdfError, ValueError, TypeError)


def _conforms(page: CopyPage, out: Path) -> bool:
    try:
        _write([replace(page, words=None)], out, frozenset())
    except _REFUSALS:
        return False
    return True


def _write(pages: Sequence[CopyPage], out: Path, redrawn: frozenset[int]) -> None:
    parts = Parts(out)
    try:
        with parts.assemble(pages, redrawn) as pdf:
            layer = TextLayer(pdf)
            for place, (page, made) in enumerate(zip(pages, pdf.pages, strict=True)):
                _finish(layer, page, made, drawn=place in redrawn)
            _save(pdf, out)
    finally:
        parts.remove()


def _save(pdf: pikepdf.Pdf, out: Path) -> None:
    pikepdf.pdfa.prepare(pdf, FLAVOUR)
    # The time of writing would make two copies of the same pages differ.
    metadata = pdf.Root.Metadata
    metadata.write(_WHEN_WRITTEN.sub(b"", metadata.read_bytes()))
    pikepdf.pdfa.save(pdf, out, FLAVOUR, repair=False, deterministic_id=True)


def _finish(layer: TextLayer, page: CopyPage, made: pikepdf.Page, *, drawn: bool) -> None:
    """Turn a page upright and lay its words over it."""
    rotate = (_rotate_of(made) + page.rotation) % 360
    made.obj.Rotate = rotate
    if page.words is None or (page.keep_own_text and not drawn):
        return
    box = _box_of(made)
    place = words_to_page(box, rotate, page.skew_degrees)
    layer.lay(made, read_words(page.words), upright_size(box, rotate), place)


def _rotate_of(page: pikepdf.Page) -> int:
    return round(float(page.obj.get(Name.Rotate, 0)) / 90) * 90 % 360


def _box_of(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """What readers show of a page: the crop box, as far as it lies on the medium."""
    medium = _rectangle(page, Name.MediaBox) or _LETTER
    crop = _rectangle(page, Name.CropBox) or medium
    left, bottom = max(medium[0], crop[0]), max(medium[1], crop[1])
    right, top = min(medium[2], crop[2]), min(medium[3], crop[3])
    return (left, bottom, right, top) if left < right and bottom < top else medium


def _rectangle(page: pikepdf.Page, name: Name) -> tuple[float, float, float, float] | None:
    sides = [float(side) for side in page.obj.get(name, ())]
    if len(sides) != 4:
        return None
    left, right = sorted(sides[0::2])
    bottom, top = sorted(sides[1::2])
    return (left, bottom, right, top) if left < right and bottom < top else None
