"""Running text over lines and pages, from which any stretch leads back to its place on the page."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sohoa.folding import fold
from sohoa.reading.lines import Line, around
from sohoa.reading.record import Reading


def fold_in_place(text: str) -> str:
    """Text folded letter by letter, each staying where it is: a match in it is a match in the text."""
    return "".join(map(_folded, text))


@lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    return letter if letter.isspace() else (fold(letter)[:1] or letter)


@dataclass(frozen=True)
class Passage:
    """Lines one after the other.

    Attributes:
        lines: with the number of the page (from 1) that each stands on.
    """

    lines: tuple[tuple[int, Line], ...]

    @cached_property
    def text(self) -> str:
        """The lines, each ended by a line break."""
        return "".join(f"{line.text}\n" for _, line in self.lines)

    @cached_property
    def folded(self) -> str:
        """The text folded in place."""
        return fold_in_place(self.text)

    @cached_property
    def flat(self) -> str:
        """The folded text with blanks for line breaks: a phrase is the same wherever it wraps."""
        return self.folded.replace("\n", " ")

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 0
        for _, line in self.lines:
            starts.append(at)
            at += len(line.text) + 1
        return starts

    def reading(self, value: str, start: int, end: int, at_most: float) -> Reading:
        """A value with the place of the stretch that says it; as sure as its least sure line, `at_most` at most."""
        first, last = (bisect_right(self._starts, at) - 1 for at in (start, max(start, end - 1)))
        page_no = self.lines[first][0]
        told = [line for number, line in self.lines[first : last + 1] if number == page_no]
        return Reading(value, min(at_most, *(line.confidence for line in told)), page_no, around(told))


def passage_of(pages: Sequence[Sequence[Line]], top: float, end: tuple[int, float] | None) -> Passage:
    """What a document says between its head and its signature.

    Args:
        pages: lines of each page.
        top: where the head of the first page ends, a fraction of its height.
        end: index of the page that is signed, and where on it the signature begins; None if it was not found:
            then all pages are taken.
    """
    taken = []
    for index, lines in enumerate(pages if end is None else pages[: end[0] + 1]):
        above = end[1] if end is not None and index == end[0] else 2.0
        taken += [(index + 1, line) for line in lines if (index or line.middle > top) and line.middle < above]
    return Passage(tuple(taken))
