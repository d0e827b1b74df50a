"""What a document is about, compared with what the register says a result is about."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz

from sohoa.catalogue.subjects import bare_subject

AGREES = 0.88
"""OCR leaves 0.95 and more; two awards of one day differ in a name."""
REFUSES = 0.60
"""Below it, two subjects are about different things."""


@dataclass(frozen=True)
class Content:
    """What a document is about, ready to be compared: its bare subject, and the word pairs of its whole text."""

    subject: str
    pairs: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, subject: str | None, text: str) -> Content:
        """The content of a document with this trích yếu and this text."""
        return cls(bare_subject(subject or ""), frozenset(pairwise(bare_subject(text).split())))

    def likeness(self, registered: str | None) -> float | None:
        """How well a document fits a registered subject, 0–1; None if the register has none or nothing was read.

        Either the printed subject is like it, or its words stand in the document in this order: registers add to
        a certificate's title whom it was given to.
        """
        wanted = bare_subject(registered or "")
        if not wanted or not (self.subject or self.pairs):
            return None
        printed = fuzz.ratio(self.subject, wanted) / 100
        pairs = list(pairwise(wanted.split()))
        contained = sum(pair in self.pairs for pair in pairs) / len(pairs) if pairs else 0.0
        return max(printed, contained)
