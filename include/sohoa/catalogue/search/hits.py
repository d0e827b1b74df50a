"""Where on a page the words asked for stand: in its text, and among its printed words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sohoa.catalogue.search.asking import Question, Term
from sohoa.catalogue.search.tokens import Token, tokens
from sohoa.words import Word

_BEFORE, _AFTER = 8, 24
"""Words shown beside a hit."""

_TRIED = 200  # hits on a page; a word that stands there more often is no help to the eye

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions of the page."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text, and whether it was asked for."""

    text: str
    hit: bool


@dataclass(frozen=True)
class Snippet:
    """A line or two of the page (of the document, from 1) on which most of what was asked for stands."""

    page: int
    pieces: tuple[Piece, ...]


def best_snippet(pages: Iterable[str], question: Question) -> Snippet | None:
    """The first page on which most terms stand, cut where most of them are together; None if none does on any."""
    best: tuple[int, str, list[Token], list[set[int]]] | None = None
    most = 0
    for page, text in enumerate(pages, start=1):
        words = list(tokens(text))
        places = [set(_places(words, term)) for term in question.terms]
        n_found = sum(map(bool, places))
        if n_found > most:
            best, most = (page, text, words, places), n_found
        if n_found == len(question.terms):
            break
    if best is None:
        return None
    page, text, words, places = best
    return Snippet(page, tuple(_cut(text, words, places)))


def marked(text: str, question: Question) -> tuple[Piece, ...]:
    """A short text as a whole, with what was asked for set apart."""
    words = list(tokens(text))
    hits = {place for term in question.terms for place in _places(words, term)}
    return tuple(_pieces(text, words, hits, 0, len(text)))


def hit_boxes(words: Sequence[Word], question: Question) -> list[Box]:
    """The boxes of the words on a page that were asked for."""
    owners: list[Word] = []
    found: list[Token] = []
    for word in words:
        for token in tokens(word.text):
            owners.append(word)
            found.append(token)
    places = sorted({place for term in question.terms for place in _places(found, term)})
    return list(dict.fromkeys((w.left, w.top, w.right, w.bottom) for w in (owners[place] for place in places)))


def _places(words: Sequence[Token], term: Term) -> Iterator[int]:
    """The numbers of the words that a term is found in."""
    forms = [word.exact if term.exact else word.folded for word in words]
    size = len(term.words)
    wanted = list(term.words)
    for start in range(len(forms) - size + 1):
        if forms[start] == wanted[0] and forms[start : start + size] == wanted:
            yield from range(start, start + size)


def _fullest(places: Sequence[set[int]]) -> int:
    """The hit after which most terms, and then most hits, follow closely; the first of several."""

    def fullness(start: int) -> tuple[int, int]:
        near = [sum(start <= place <= start + _AFTER for place in term) for term in places]
        return sum(map(bool, near)), sum(near)

    return max(sorted(set().union(*places))[:_TRIED], key=fullness)


def _cut(text: str, words: Sequence[Token], places: Sequence[set[int]]) -> Iterator[Piece]:
    hits, middle = set().union(*places), _fullest(places)
    first = max(0, middle - _BEFORE)
    last = min(len(words) - 1, middle + _AFTER)
    if first > 0:
        yield Piece("… ", hit=False)
    # What stands before the first word and after the last belongs to them.
    start = words[first].start if first else 0
    end = words[last].end if last < len(words) - 1 else len(text)
    yield from _pieces(text, words, hits, start, end)
    if last < len(words) - 1:
        yield Piece(" …", hit=False)


def _pieces(text: str, words: Sequence[Token], hits: set[int], start: int, end: int) -> Iterator[Piece]:
    """The text from `start` to `end` in one line; hits that follow one another are one piece."""
    at = start
    shown = sorted(place for place in hits if start <= words[place].start and words[place].end <= end)
    # Places less their rank stay the same as long as one follows the other.
    for _, run in groupby(enumerate(shown), key=lambda pair: pair[1] - pair[0]):
        places = [place for _, place in run]
        first, last = words[places[0]].start, words[places[-1]].end
        yield from _piece(text[at:first], hit=False)
        yield from _piece(text[first:last], hit=True)
        at = last
    yield from _piece(text[at:end], hit=False)


def _piece(text: str, *, hit: bool) -> Iterator[Piece]:
    line = " ".join(text.split())
    if not line:
        if text:
            yield Piece(" ", hit=False)
        return
    before, after = " " * text[0].isspace(), " " * text[-1].isspace()
    yield Piece(f"{before}{line}{after}", hit)
