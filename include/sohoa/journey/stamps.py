"""Closer looks at what may be a stamp on the upper part of a page: marks of secrecy above all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sohoa.journey.look_parts import Closer
from sohoa.journey.ocr_copies import OcrCopy
from sohoa.ocr import Word, read_lines
from sohoa.pages import PageWorker, Unreadable
from sohoa.reading.record import Box
from sohoa.reading.secrecy import FRAME, LOOK
from sohoa.settings import Settings

logger = logging.getLogger(__name__)


def look_at_stamps(
    settings: Settings, worker: PageWorker, pages: Sequence[OcrCopy], looks: Sequence[Closer], work: Path
) -> None:
    """Read every place of each page that may be a stamp, and add what was read to its looks (part `secrecy`)."""
    work.mkdir(parents=True, exist_ok=True)
    spots: list[tuple[int, Path, Box, bool]] = []
    for number, page in enumerate(pages):
        if page.words is None and not page.facts["blank"]:
            continue
        try:
            found = worker.call(
                "stamps",
                path=str(page.source.path),
                media_type=page.source.media_type,
                page_no=page.source.page_no,
                max_megapixels=settings.max_page_megapixels,
                rotation=page.facts["rotation"],
                skew_degrees=page.facts["skew_degrees"],
                out=str(work / f"{number:04d}"),
            )
        except Unreadable as error:
            logger.warning("No look for stamps at page %d of %s: %s", page.page_no, page.sha256, error)
            continue
        spots += [(number, Path(spot["image"]), tuple(spot["box"]), spot["framed"]) for spot in found]
    readings = read_lines(settings, [image for _, image, _, _ in spots], work / "read")
    for (number, _, box, framed), words in zip(spots, readings, strict=True):
        whole = Word(FRAME, 1.0, *box, line=0, block=0)
        # Where exactly each letter stands is of no use to anyone.
        seen = [replace(whole, text=word.text, confidence=word.confidence) for word in words]
        if framed or seen:
            looks[number].looks.setdefault(LOOK, []).append([whole] * framed + seen)
