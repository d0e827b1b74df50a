"""Closer looks at what may be a stamp on the upper part of a page: marks of secrecy above all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sohoa.journey.look_parts import Closer
from sohoa.journey.ocr_copies import OcrCopy
from sohoa.ocr import Layout, Word, read_lines
from sohoa.pages import PageWorker, Unreadable
from sohoa.reading.secrecy import FRAME, LOOK, TANGLE
from sohoa.settings import Settings

logger = logging.getLogger(__name__)


def look_at_stamps(
    settings: Settings, worker: PageWorker, pages: Sequence[OcrCopy], looks: Sequence[Closer], work: Path
) -> None:
    """Read every place of each page that may be a stamp, and add what was read to its looks (part `secrecy`)."""
    work.mkdir(parents=True, exist_ok=True)
    spots: list[tuple[int, dict[str, Any]]] = []
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
        spots += [(number, spot) for spot in found]
    for tangle, layout in ((False, Layout.LINE), (True, Layout.BLOCK)):
        asked = [(number, spot) for number, spot in spots if spot["tangle"] is tangle]
        images = [Path(spot["image"]) for _, spot in asked]
        readings = read_lines(settings, images, work / layout.name, layout=layout)
        for (number, spot), words in zip(asked, readings, strict=True):
            sign = TANGLE if tangle else FRAME
            left, top, right, bottom = spot["box"]
            whole = Word(sign, 1.0, left, top, right, bottom, line=0, block=0)
            # Where exactly each letter stands is of no use to anyone.
            seen = [replace(whole, text=word.text, confidence=word.confidence) for word in words]
            if spot["framed"] or seen:
                looks[number].looks.setdefault(LOOK, []).append([whole] * (spot["framed"] or tangle) + seen)
