"""The cells of an export, of one row or of many: texts and dates, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from sohoa.register.normalise import clean_text

Value = TypeVar("Value")

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
        if reason := _wrong_with(value, self._max_length.get(column, MAX_TEXT)):
            self.note(column, reason)
        return value or None


class ColumnReader:
    """Takes the values of many rows out of their cells, column by column, and notes what is wrong with them.

    As `CellReader`, whose values come row by row: that is simpler, and takes twice as long for a file of a million.

    Attributes:
        problems: row, from 0 → what is wrong with it, as (column, message key) in the order of judging; only rows that
            have any.
    """

    def __init__(self, cells: Mapping[str, Sequence[str]], n_rows: int, max_length: Mapping[str, int]) -> None:
        """Prepare for some rows.

        Args:
            cells: Raw text of each row by contract header; headers that the file does not have are left out.
            n_rows: How many rows there are.
            max_length: The longest text of a column, in characters; `MAX_TEXT` of one that is not named.
        """
        self.problems: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
        self._cells = cells
        self._n_rows = n_rows
        self._max_length = max_length

    def note(self, row: int, column: str, reason: str) -> None:
        """Note what is wrong with a column of a row, as a message key."""
        self.problems[row].append((column, reason))

    def text(self, column: str) -> Sequence[str | None]:
        """The cleaned texts of a column; None where it is empty or not there."""
        return self._texts(column, clean_text)

    def repeated(self, column: str) -> Sequence[str | None]:
        """Texts that many rows share: cleaned and held in memory once."""
        return self._texts(column, _clean_repeated, once=True)

    def lowered(self, column: str) -> Sequence[str]:
        """The few words that a column may hold, in lower case; none is an empty text."""
        cells = self._cells.get(column, ("",) * self._n_rows)
        return _each_once(lambda cell: _clean_repeated(cell).casefold(), cells)

    def date(self, column: str) -> Sequence[dt.date | None]:
        """The days in a column; None where it is empty, not there or, which is noted, no date."""
        cells = self._cells.get(column)
        if cells is None:
            return (None,) * self._n_rows
        try:
            return _each_once(lambda cell: parse_date(_clean_repeated(cell)), cells)
        except ValueError:
            return [self._day(row, column, _clean_repeated(cell)) for row, cell in enumerate(cells)]

    def _day(self, row: int, column: str, text: str) -> dt.date | None:
        try:
            return parse_date(text)
        except ValueError:
            self.note(row, column, "register.date_invalid")
            return None

    def _texts(self, column: str, clean: Callable[[str], str], *, once: bool = False) -> Sequence[str | None]:
        cells = self._cells.get(column)
        if cells is None:
            return (None,) * self._n_rows
        texts = _each_once(clean, cells) if once else list(map(clean, cells))
        longest = self._max_length.get(column, MAX_TEXT)
        if max(map(len, texts), default=0) > longest or _REPLACEMENT in "".join(texts):
            for row, text in enumerate(texts):
                if reason := _wrong_with(text, longest):
                    self.note(row, column, reason)
        return [text or None for text in texts]


def _each_once(work: Callable[[str], Value], cells: Sequence[str]) -> list[Value]:
    """What the work makes of each cell, done once for those that are alike."""
    known = {cell: work(cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def _wrong_with(text: str, longest: int) -> str | None:
    """Why the catalogue cannot take a text, as a message key."""
    if len(text) > longest:
        return "register.too_long"
    return "register.text_broken" if _REPLACEMENT in text else None


def _clean_repeated(cell: str) -> str:
    return _clean_once(cell) if len(cell) <= _LONGEST_REPEATED else clean_text(cell)


_clean_once = lru_cache(maxsize=20_000)(clean_text)
