"""What somebody asks for: words that must all be there, phrases in quotes; any text is a valid question."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sohoa.catalogue.search.tokens import tokens

LONGEST = 300
"""Letters of a question that are looked at."""

_QUOTES = re.compile('["“”„«»]')


@dataclass(frozen=True)
class Term:
    """Words that must follow one another.

    Attributes:
        words: in lower case; without diacritics unless `exact`.
        exact: somebody typed diacritics, so that only words with the same ones are meant.
    """

    words: tuple[str, ...]
    exact: bool


@dataclass(frozen=True)
class Question:
    """Terms of which each must be found; none asks for no words at all."""

    terms: tuple[Term, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """What may be the number of a document, each way that it may be printed: `7`, `07`, `007`."""
        typed = (term.words[0] for term in self.terms if term.words[0][0].isdigit())
        return tuple(dict.fromkeys(way for number in typed for way in ways_to_print(number)))


def parse_question(typed: str) -> Question:
    """The question that was typed; what stands together without a blank (`115/QĐ-BNV`) is a phrase too."""
    text = unicodedata.normalize("NFC", typed)[:LONGEST]
    terms: list[Term] = []
    for place, part in enumerate(_QUOTES.split(text)):
        # Every second part is between quotes; a quote that is not closed reaches to the end.
        phrases = [part] if place % 2 else part.split()
        terms.extend(term for phrase in phrases if (term := _term(phrase)) is not None)
    return Question(tuple(dict.fromkeys(terms)))


def ways_to_print(number: str) -> tuple[str, ...]:
    """A number with as many noughts before it as clerks write."""
    bare = number.lstrip("0") or "0"
    return tuple(dict.fromkeys((number, bare, bare.zfill(2), bare.zfill(3))))


def _term(phrase: str) -> Term | None:
    found = list(tokens(phrase))
    if not found:
        return None
    exact = any(token.exact != token.folded for token in found)
    return Term(tuple(token.exact if exact else token.folded for token in found), exact)
