"""Whether a text was read with the right language: another language's OCR loses the letters that Vietnamese adds."""

from __future__ import annotations

import unicodedata

_ADDED = frozenset("ăâêôơưđĂÂÊÔƠƯĐ") | {chr(code) for code in range(0x1EA0, 0x1EFA)}
_LEAST_SHARE = 0.1  # 0.215–0.24 in clean documents, 0.0 where English was read (domain.md §3.4)
_FEWEST_LETTERS = 200


def is_other_language(text: str) -> bool:
    """Whether a text of some length lacks the letters that only Vietnamese has (V15)."""
    letters = [letter for letter in unicodedata.normalize("NFC", text) if letter.isalpha()]
    if len(letters) < _FEWEST_LETTERS:
        return False
    return sum(letter in _ADDED for letter in letters) < _LEAST_SHARE * len(letters)
