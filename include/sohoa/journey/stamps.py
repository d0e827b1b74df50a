"""Closer looks at what may be a stamp on the upper part of a page: marks of secrecy above all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sohoa.journey.look_parts import Closer
from sohoa.journey.ocr_copies import OcrCopy
from sohoa.ocr import Layout, Word, read_lines
from sohoa.reading.secrecy import FRAME, LOOK, TANGLE
from sohoa.settings import Settings


def look_at_stamps(settings: Settings, pages: Sequence[OcrCopy], looks: Sequence[Closer], work: Path) -> None:
    """Read every place of each page that may be a stamp, and add what was read to its looks (part `secrecy`)."""
    spots = [
        (number, spot)
        for number, page in enumerate(pages)
        if page.words is not None or page.facts["blank"]
        for spot in page.facts["stamps"]
    ]
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
