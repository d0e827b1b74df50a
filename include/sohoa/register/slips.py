"""What one misread character makes of a number, a symbol or a date."""

from __future__ import annotations

import datetime as dt
import string
from functools import lru_cache

from rapidfuzz.distance import Hamming, Levenshtein

_LONGEST_NUMBER = 6  # digits; more has no register


def is_misread_code(number: str, symbol: str, registered: str | None) -> bool:
    """Whether one slip in a number as it was read, zeros before it too, or in its symbol, hides a registered code.

    Args:
        number: as read.
        symbol: folded.
        registered: folded number and symbol.
    """
    other_number, _, other_symbol = (registered or "").partition("/")
    if other_symbol == symbol:
        return other_number in misread_numbers(number)
    return other_number == number.lstrip("0") and is_one_slip(symbol, other_symbol)


def is_one_slip(one: str | None, other: str | None) -> bool:
    """Whether one character read wrong, left out or seen twice makes one folded code of the other."""
    return one is not None and other is not None and Levenshtein.distance(one, other, score_cutoff=1) == 1


def is_one_digit(one: dt.date | None, other: dt.date | None) -> bool:
    """Whether two days differ in one digit as they are printed."""
    return one is not None and other is not None and Hamming.distance(f"{one:%d%m%Y}", f"{other:%d%m%Y}") == 1


@lru_cache(maxsize=64)
def misread_numbers(number: str) -> frozenset[str]:
    """All numbers, without leading zeros, that one slip makes of this one, or that it was made of by one."""
    if not (number.isdecimal() and len(number) <= _LONGEST_NUMBER):
        return frozenset()
    ends = [(number[:at], number[at:]) for at in range(len(number) + 1)]
    read = {head + tail[1:] for head, tail in ends if tail}
    read |= {head + digit + tail[1:] for head, tail in ends if tail for digit in string.digits}
    read |= {head + digit + tail for head, tail in ends for digit in string.digits}
    return frozenset(text.lstrip("0") for text in read if text.lstrip("0")) - {number.lstrip("0")}
