"""Words as the search compares them: exactly as written, and without diacritics."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from sohoa.folding import fold

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 40  # letters; what is longer is no word
# `hoà` and `hòa` are one word: where the tone stands is a matter of school.
_TONES = "\u0300\u0301\u0309\u0303\u0323"
_LATE_TONE = re.compile(rf"(oa|oe|uy)([{_TONES}])$")


class Token(NamedTuple):
    """One word of a text: in lower case as written (NFC), the same without diacritics, and where it stands."""

    exact: str
    folded: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The words of a text (NFC) in order; digits are words, everything between words is left out."""
    for found in _WORD.finditer(text):
        yield Token(*_forms(found[0]), found.start(), found.end())


@lru_cache(maxsize=1 << 16)
def _forms(word: str) -> tuple[str, str]:
    exact = _with_early_tone(word[:_LONGEST].casefold())
    return exact, fold(exact).lower() or exact


def _with_early_tone(word: str) -> str:
    parted = _LATE_TONE.sub(lambda found: f"{found[1][0]}{found[2]}{found[1][1]}", unicodedata.normalize("NFD", word))
    return unicodedata.normalize("NFC", parted)
