"""Tesseract, called once for many page images."""

from __future__ import annotations

import csv
import io
import logging
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from sohoa.ocr.words import Word
from sohoa.settings import Settings
from sohoa.tools import TESSERACT, arm_launcher

logger = logging.getLogger(__name__)

_ETH = str.maketrans({"Ð": "Đ", "ð": "đ"})
"""The `vie` model writes the Icelandic letter where the Vietnamese one stands; they look the same."""
_WORD_LEVEL, _PAGE_LEVEL = "5", "1"


class TesseractFailed(Exception):
    """Tesseract ended with an error, ran out of time, or returned fewer pages than it was given."""


@dataclass(frozen=True)
class PageReading:
    """What tesseract made of one image: its words, and its invisible text as a one-page PDF."""

    words: list[Word]
    text_layer: bytes


def read_images(settings: Settings, images: Sequence[Path], work: Path) -> list[PageReading | None]:
    """Words and text layer of each image, None where tesseract failed on it.

    All images go to one call, since the model loads once; if that fails or answers for fewer pages,
    each image is tried by itself, so that a bad page costs only itself.

    Args:
        settings: Language, resolution and limits.
        images: PGM files that we wrote ourselves, at `settings.ocr_dpi`.
        work: A folder of this call's own.
    """
    if not images:
        return []
    try:
        return list(_read_list(settings, images, work))
    except TesseractFailed as failure:
        logger.warning("A call for %d pages failed (%s); reading them one by one", len(images), failure)
    readings: list[PageReading | None] = []
    for image in images:
        try:
            readings.extend(_read_list(settings, [image], work))
        except TesseractFailed as failure:
            logger.warning("Page image %s cannot be read: %s", image.name, failure)
            readings.append(None)
    return readings


def read_lines(settings: Settings, images: Sequence[Path], work: Path) -> list[list[Word]]:
    """Words of small images that each hold one line of print; an empty list for an image where tesseract failed."""
    if not images:
        return []
    try:
        base = _run(settings, images, work, "tsv", "--psm 7 -c tessedit_create_tsv=1")
        return _words_by_page(base.with_suffix(".tsv"), len(images))
    except TesseractFailed as failure:
        logger.warning("A second look at %d lines failed: %s", len(images), failure)
    if len(images) == 1:
        return [[]]
    return [read_lines(settings, [image], work)[0] for image in images]


def _read_list(settings: Settings, images: Sequence[Path], work: Path) -> list[PageReading]:
    base = _run(settings, images, work, "pdf", "-c textonly_pdf=1 -c tessedit_create_tsv=1")
    words = _words_by_page(base.with_suffix(".tsv"), len(images))
    layers = _split_pdf(base.with_suffix(".pdf"), len(images))
    return [PageReading(*both) for both in zip(words, layers, strict=True)]


def _run(settings: Settings, images: Sequence[Path], work: Path, output: str, options: str) -> Path:
    """Run tesseract on a list; return the common start of its output files' names."""
    # It brings pandas along, two seconds that whoever only wants to know what a word is need not wait for.
    import pytesseract

    work.mkdir(parents=True, exist_ok=True)
    listing, base = work / "list.txt", work / "out"
    listing.write_text("".join(f"{image}\n" for image in images), encoding="utf-8")
    arm_launcher(settings.ocr_memory_mb)
    pytesseract.pytesseract.tesseract_cmd = str(TESSERACT)
    for suffix in (".tsv", ".pdf"):
        base.with_suffix(suffix).unlink(missing_ok=True)
    try:
        pytesseract.pytesseract.run_tesseract(
            str(listing),
            str(base),
            extension=output,
            lang=settings.ocr_language,
            config=f"--dpi {settings.ocr_dpi} -c tessedit_do_invert=0 {options}",
            timeout=settings.ocr_seconds_per_page * len(images),
        )
    except (pytesseract.TesseractError, pytesseract.TesseractNotFoundError, RuntimeError, OSError) as error:
        if isinstance(error, pytesseract.TesseractNotFoundError):
            raise
        raise TesseractFailed(str(error)) from error
    return base


def _words_by_page(tsv: Path, n_pages: int) -> list[list[Word]]:
    pages: list[list[Word]] = []
    size = (1, 1)
    line_ids: dict[tuple[str, ...], int] = {}
    try:
        text = tsv.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TesseractFailed(str(error)) from error
    for row in csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == _PAGE_LEVEL:
            pages.append([])
            line_ids = {}
            size = (max(1, int(row["width"])), max(1, int(row["height"])))
        elif row["level"] == _WORD_LEVEL and (row["text"] or "").strip():
            key = (row["block_num"], row["par_num"], row["line_num"])
            pages[-1].append(_word(row, size, line_ids.setdefault(key, len(line_ids))))
    if len(pages) != n_pages:
        raise TesseractFailed(f"{len(pages)} pages read of {n_pages}")
    return pages


def _word(row: dict[str, str], size: tuple[int, int], line: int) -> Word:
    left, top = int(row["left"]), int(row["top"])
    return Word(
        text=unicodedata.normalize("NFC", row["text"].strip()).translate(_ETH),
        confidence=round(max(0.0, float(row["conf"])) / 100, 4),
        left=round(left / size[0], 5),
        top=round(top / size[1], 5),
        right=round((left + int(row["width"])) / size[0], 5),
        bottom=round((top + int(row["height"])) / size[1], 5),
        line=line,
        block=int(row["block_num"]),
    )


def _split_pdf(path: Path, n_pages: int) -> list[bytes]:
    try:
        with pikepdf.open(path) as pdf:
            if len(pdf.pages) != n_pages:
                raise TesseractFailed(f"{len(pdf.pages)} text layers of {n_pages}")
            return [_single_page(pdf, index) for index in range(n_pages)]
    except (pikepdf.PdfError, OSError) as error:
        raise TesseractFailed(str(error)) from error


def _single_page(pdf: pikepdf.Pdf, index: int) -> bytes:
    with pikepdf.new() as single:
        single.pages.append(pdf.pages[index])
        stream = io.BytesIO()
        single.save(stream, deterministic_id=True)
        return stream.getvalue()
