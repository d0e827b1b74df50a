"""Where in a number or date line digits are filled in: what stands between the printed words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sohoa.reading.grammar import DAY_WORD, MONTH_WORD, YEAR_WORD, end_of_label
from sohoa.reading.lines import Line

SLOTS = {"number": ("number",), "date": ("day", "month", "year")}
"""Part of the head → the slots in its line."""

# A symbol has at least two letters before its first dash; its slash may be lost. In congress and government numbers a
# year stands between.
_SYMBOL = r"[^\W\d_]\w{1,9}\s*[-–—]\s*[^\W\d_]"
_SLASH = re.compile(rf"[/⁄\\|]\s*(?=(?:[0-9]{{4}}\s*/\s*)?{_SYMBOL})|\s*(?={_SYMBOL})|(?<=[0-9])\s*[/⁄]\s*(?=[^\W\d_])")
_DAY, _MONTH, _YEAR = (re.compile(word, re.IGNORECASE) for word in (DAY_WORD, MONTH_WORD, YEAR_WORD))
_YEAR_DIGITS = 4
# Widths of Times New Roman in ems: enough to find the slash within a word that tesseract gave as one box.
_NARROW, _DIGIT, _SMALL, _CAPITAL = 0.29, 0.5, 0.45, 0.7


@dataclass(frozen=True)
class _Letter:
    """A letter of a line and where it stands, as fractions of the page's width."""

    text: str
    left: float
    right: float


def number_slot(line: Line) -> tuple[float, float] | None:
    """Left and right edge of what stands between `Số:` and the slash; None if there is no symbol to end it."""
    letters = _letters(line)
    text = "".join(letter.text for letter in letters)
    slash = _SLASH.search(text)
    if slash is None:
        return None
    end = end_of_label(text[: slash.start()])
    left = letters[end - 1].right if end else line.left
    right = letters[slash.start()].left
    return (left, right) if left < right else None


def date_slots(line: Line) -> dict[str, tuple[float, float]]:
    """Edges of the places for day, month and year; empty unless all three of their words were read."""
    letters = _letters(line)
    text = "".join(letter.text for letter in letters)
    day = _DAY.search(text)
    month = _MONTH.search(text, day.end()) if day else None
    year = _YEAR.search(text, month.end()) if month else None
    if day is None or month is None or year is None:
        return {}
    *_, day = _DAY.finditer(text, 0, month.start())  # a place may have such a syllable too: Na Hang
    behind = [letter for letter in letters[year.end() :] if letter.text != " "][:_YEAR_DIGITS]
    slots = {
        "day": (letters[day.end() - 1].right, letters[month.start()].left),
        "month": (letters[month.end() - 1].right, letters[year.start()].left),
        "year": (letters[year.end() - 1].right, behind[-1].right if behind else line.right),
    }
    return {name: edges for name, edges in slots.items() if edges[0] < edges[1]}


def from_slash_on(line: str) -> str:
    """A line from the slash of its symbol on, empty if it has none: what stays to be read where a pen wrote."""
    slash = _SLASH.search(line)
    return "/" + line[slash.end() :] if slash else ""


def _letters(line: Line) -> list[_Letter]:
    letters: list[_Letter] = []
    for index, word in enumerate(line.words):
        if index:
            letters.append(_Letter(" ", line.words[index - 1].right, word.left))
        unit = (word.right - word.left) / max(1e-9, sum(map(_width, word.text)))
        left = word.left
        for letter in word.text:
            letters.append(_Letter(letter, left, left + unit * _width(letter)))
            left = letters[-1].right
    return letters


def _width(letter: str) -> float:
    if letter.isdigit():
        return _DIGIT
    if not letter.isalpha():
        return _NARROW
    return _CAPITAL if letter.isupper() else _SMALL
