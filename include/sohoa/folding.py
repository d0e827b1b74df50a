"""Vietnamese letters: text reduced to what survives bad print, and whether a text is Vietnamese at all."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

_ADDED = frozenset("ăâêôơưđĂÂÊÔƠƯĐ") | {chr(code) for code in range(0x1EA0, 0x1EFA)}
_LEAST_SHARE = 0.1  # 0.21-0.24 in real text, none where text was read as English (domain.md §3.4)


class Without(dict[int, int | None]):
    """A table for `str.translate` that leaves out some characters; it learns them as they are met."""

    def __init__(self, is_left_out: Callable[[str], bool]) -> None:
        """Leave out the characters of which `is_left_out` holds."""
        self._is_left_out = is_left_out

    def __missing__(self, code: int) -> int | None:
        self[code] = None if self._is_left_out(chr(code)) else code
        return self[code]


_BARE = Without(lambda letter: unicodedata.combining(letter) != 0)


def fold(text: str) -> str:
    """Upper case without diacritics, Đ as D, white space single: `Quyết định ` gives `QUYET DINH`."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return " ".join(plain.translate(_BARE).upper().split())


def is_vietnamese(text: Sequence[str]) -> bool:
    """Whether at least a tenth of the letters (composed, NFC) are of those that only Vietnamese has."""
    letters = [char for char in text if char.isalpha()]
    return sum(char in _ADDED for char in letters) >= _LEAST_SHARE * len(letters) > 0
