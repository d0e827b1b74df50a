"""Drafts: the place for the number is printed and nothing was put into it (V21)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sohoa.folding import fold
from sohoa.reading.grammar import parse_code, starts_as_number_line

UNNUMBERED = "unnumbered_draft"
"""Flag of a record whose number was left blank, and its day too."""

_BLANK_DAY = re.compile(r"NG\w{1,3}Y[\s._…\-/]*TH[A-Z]{1,4}\b")
_EMPTY = (None, "none")


def is_unnumbered_draft(number: Sequence[str], date: Sequence[str], ink: Mapping[str, str]) -> bool:
    """Whether number and day were left blank, in the eyes of every look that found their lines.

    What a pen or a stamp put there and OCR did not read is no blank: the ink tells.

    Args:
        number: what each look read of the number line, empty where it found none.
        date: likewise of the date line.
        ink: slot → what its ink is.
    """
    numbers, days = [text for text in number if text], [text for text in date if text]
    filled = ink.get("number") not in _EMPTY or ink.get("day") not in _EMPTY
    return not filled and bool(numbers) and all(map(_is_blank, numbers)) and all(map(_has_blank_day, days))


def _is_blank(line: str) -> bool:
    code = parse_code(line)
    return code is not None and code.number is None and starts_as_number_line(line)


def _has_blank_day(line: str) -> bool:
    return _BLANK_DAY.search(fold(line)) is not None
