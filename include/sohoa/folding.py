"""Vietnamese text reduced to what survives bad print: no marks, no case."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Upper case without diacritics, Đ as D, white space single: `Quyết định ` gives `QUYET DINH`."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(bare.upper().split())
