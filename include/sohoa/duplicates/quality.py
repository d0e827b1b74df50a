"""Whether a second scan of a paper is as good as the first in every respect."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from sohoa.catalogue.documents import pages_of
from sohoa.catalogue.models import Document, Page, PageStatus, TextOrigin

_NEARLY = 0.95  # two scanners' 300 dpi, or two readings' words, are not the same to the last one


@dataclass(frozen=True)
class ScanQuality:
    """What is known of a document's scan, its worst page counting.

    Attributes:
        dpi: infinite for pages that were never scanned.
        flags: of the scan rules: `low_dpi`, `blurred` …
    """

    n_pages: int
    n_shown: int
    n_unread: int
    dpi: float
    colour: bool
    born_digital: bool
    n_words: int
    flags: frozenset[str]

    @classmethod
    def of(cls, session: Session, document: Document) -> ScanQuality:
        """The quality of a document's pages."""
        pages = pages_of(session, document)
        shown = [page for page in pages if page.status == PageStatus.OCRED]
        return cls(
            n_pages=len(pages),
            n_shown=len(shown),
            n_unread=sum(page.status in (PageStatus.FAILED, PageStatus.PENDING) for page in pages),
            dpi=min((_dpi(page) for page in shown), default=0.0),
            colour=all(page.colour is not False for page in shown),
            born_digital=any(page.text_origin == TextOrigin.OWN for page in shown),
            n_words=sum(page.n_words or 0 for page in shown),
            flags=frozenset(flag for page in pages for flag in page.quality_flags or ()),
        )

    def is_as_good_as(self, other: ScanQuality) -> bool:
        """Whether it shows the same pages, and is in no respect worse."""
        return (
            (self.n_pages, self.n_shown) == (other.n_pages, other.n_shown)
            and self.n_unread <= other.n_unread
            and self.dpi >= other.dpi * _NEARLY
            and self.colour >= other.colour
            and self.born_digital >= other.born_digital
            and self.n_words >= other.n_words * _NEARLY
            and self.flags <= other.flags
        )

    def is_better_than(self, other: ScanQuality) -> bool:
        """Whether it is as good, and in one respect clearly better."""
        return self.is_as_good_as(other) and (
            self.n_unread < other.n_unread
            or self.dpi * _NEARLY > other.dpi
            or self.colour > other.colour
            or self.flags < other.flags
        )

    def facts(self) -> dict[str, Any]:
        """The same, JSON-ready."""
        dpi = None if math.isinf(self.dpi) else round(self.dpi)
        return {**asdict(self), "dpi": dpi, "flags": sorted(self.flags)}


def _dpi(page: Page) -> float:
    if page.text_origin == TextOrigin.OWN:
        return math.inf
    return page.dpi or 0.0
