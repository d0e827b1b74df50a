"""Whether a text was read with the right language: another language's OCR loses the letters that Vietnamese adds."""

from __future__ import annotations

import unicodedata

from sohoa.folding import is_vietnamese

_FEWEST_LETTERS = 200


def is_other_language(text: str) -> bool:
    """Whether a text of some length lacks the letters that only Vietnamese has (V15)."""
    letters = [letter for letter in unicodedata.normalize("NFC", text) if letter.isalpha()]
    return len(letters) >= _FEWEST_LETTERS and not is_vietnamese(letters)
