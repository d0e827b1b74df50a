"""The cells of one row of an export: texts and dates, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache

from sohoa.register.normalise import clean_text

MAX_TEXT = 10_000
"""What a column of the catalogue takes; PostgreSQL refuses more, and an index cannot take long texts."""

_DATE_VN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_DATE_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
# No longer than clocks write it: what was parsed is remembered by its text, which anyone may type.
_TIME_OF_DAY = re.compile(r"[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?Z?$")
_FIRST_YEAR = 1900
_LONGEST_REPEATED = 100  # of the texts that are remembered
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@lru_cache(maxsize=50_000)
def parse_date(text: str) -> dt.date | None:
    """A day written `dd/mm/yyyy`, `d/m/yyyy` or ISO, a time of day after it ignored; None for an empty text.

    Raises:
        ValueError: not such a date, impossible (30 February), or before 1900.
    """
    text = _TIME_OF_DAY.sub("", text)
    if not text:
        return None
    if found := _DATE_VN.fullmatch(text):
        day, month, year = map(int, found.groups())
    elif found := _DATE_ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
    else:
        raise ValueError(f"not a date: {text}")
    if year < _FIRST_YEAR:
        raise ValueError(f"before {_FIRST_YEAR}: {text}")
    return dt.date(year, month, day)


class CellReader:
    """Takes the values of one row out of its cells and notes what is wrong with them: (column, message key)."""

    def __init__(self, cells: Mapping[str, str], max_length: Mapping[str, int]) -> None:
        """Prepare for a row.

        Args:
            cells: Raw text by contract header; headers that the file does not have are left out.
            max_length: The longest text of a column, in characters; `MAX_TEXT` of one that is not named.
        """
        self.cells = cells
        self.problems: list[tuple[str, str]] = []
        self._max_length = max_length

    def note(self, column: str, reason: str) -> None:
        """Note what is wrong with a column, as a message key."""
        self.problems.append((column, reason))

    def text(self, column: str) -> str | None:
        """The cleaned text of a column; None if it is empty or not there."""
        cell = self.cells.get(column)
        return self._checked(column, clean_text(cell)) if cell else None

    def repeated(self, column: str) -> str | None:
        """A text that many rows share: cleaned and held in memory once."""
        cell = self.cells.get(column)
        return self._checked(column, _clean_repeated(cell)) if cell else None

    def lowered(self, column: str) -> str:
        """One of the few words that a column may hold, in lower case; none is an empty text."""
        return _clean_repeated(self.cells.get(column, "")).casefold()

    def date(self, column: str) -> dt.date | None:
        """The day in a column; None if it is empty or, which is noted, no date."""
        cell = self.cells.get(column)
        if not cell:
            return None
        try:
            return parse_date(_clean_repeated(cell))
        except ValueError:
            self.note(column, "register.date_invalid")
            return None

    def _checked(self, column: str, value: str) -> str | None:
        if not value:
            return None
        if len(value) > self._max_length.get(column, MAX_TEXT):
            self.note(column, "register.too_long")
        elif _REPLACEMENT in value:
            self.note(column, "register.text_broken")
        return value


def _clean_repeated(cell: str) -> str:
    return _clean_once(cell) if len(cell) <= _LONGEST_REPEATED else clean_text(cell)


_clean_once = lru_cache(maxsize=20_000)(clean_text)
