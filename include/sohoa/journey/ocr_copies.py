"""The OCR copies of a chunk's pages: made, read, and turned where what was read makes no sense."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sohoa.archive.groups import PageSource
from sohoa.ocr import Word, read_images
from sohoa.ocr.sense import NO_SENSE, makes_sense, sense_of
from sohoa.pages import PageWorker, Unreadable
from sohoa.settings import Settings

logger = logging.getLogger(__name__)


@dataclass
class OcrCopy:
    """A page on its way through a chunk.

    Attributes:
        source: the file that holds it.
        image: its grey copy, upright and level.
        facts: what `pages.preparing` told of it.
        words: what was read, boxes as fractions of the copy; None before, and where tesseract failed.
    """

    sha256: str
    page_no: int
    source: PageSource
    image: Path
    facts: dict[str, Any]
    words: list[Word] | None = None

    @property
    def aspect(self) -> float:
        """Width over height of the copy."""
        return float(self.facts["width_px"] / self.facts["height_px"])

    @property
    def sense(self) -> float:
        """How much of what was read makes sense, 0-1."""
        return sense_of(self.words or (), self.aspect)

    def take_over(self, other: OcrCopy, words: list[Word]) -> None:
        """Be the same page the other way round, where these words were read."""
        self.image, self.facts, self.words = other.image, other.facts, words

    @property
    def is_born_digital(self) -> bool:
        """Whether its words are the page's own."""
        return self.facts["words"] is not None


def make_copy(
    settings: Settings, worker: PageWorker, source: PageSource, image: Path, rotation: int | None = None
) -> dict[str, Any]:
    """Write the OCR copy of a page to `image`; the facts about the page, or Unreadable."""
    facts: dict[str, Any] = worker.call(
        "prepare",
        path=str(source.path),
        media_type=source.media_type,
        page_no=source.page_no,
        dpi=settings.ocr_dpi,
        max_megapixels=settings.max_page_megapixels,
        out=str(image),
        rotation=rotation,
    )
    return facts


def read_copies(settings: Settings, worker: PageWorker, copies: Sequence[OcrCopy], work: Path) -> None:
    """Fill in the words of every copy: a born-digital page's own, and by OCR those of pages with print."""
    for copy in copies:
        if copy.is_born_digital:
            copy.words = [Word(*row) for row in copy.facts["words"]]
    to_read = [copy for copy in copies if not copy.is_born_digital and not copy.facts["blank"]]
    readings = read_images(settings, [copy.image for copy in to_read], work / "pages")
    for copy, words in zip(to_read, readings, strict=True):
        copy.words = words
    _read_turned(settings, worker, [copy for copy in to_read if _makes_no_sense(copy)], work)


def _makes_no_sense(copy: OcrCopy) -> bool:
    return bool(copy.words is not None and copy.facts["other_rotations"] and not makes_sense(copy.words, copy.aspect))


def _read_turned(settings: Settings, worker: PageWorker, doubtful: Sequence[OcrCopy], work: Path) -> None:
    """Read pages that make no sense the other ways round, and keep the way that makes most.

    Where none makes any, a page stays as it was delivered: print that shows through from the back has lines too.
    """
    turned: list[tuple[OcrCopy, OcrCopy]] = []
    for copy in doubtful:
        for rotation in copy.facts["other_rotations"]:
            image = copy.image.with_name(f"{copy.image.stem}-{rotation}{copy.image.suffix}")
            try:
                facts = make_copy(settings, worker, copy.source, image, rotation)
            except Unreadable as error:
                logger.warning("Page %d of %s cannot be turned: %s", copy.page_no, copy.sha256, error)
                continue
            turned.append((copy, OcrCopy(copy.sha256, copy.page_no, copy.source, image, facts)))
    readings = read_images(settings, [other.image for _, other in turned], work / "turned")
    for (copy, other), words in zip(turned, readings, strict=True):
        if words and makes_sense(words, other.aspect) and sense_of(words, other.aspect) > copy.sense:
            copy.take_over(other, words)
    for (copy, other), words in zip(turned, readings, strict=True):
        if words and other.facts["rotation"] == 0 and copy.sense < NO_SENSE:
            copy.take_over(other, words)
