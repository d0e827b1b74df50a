"""What each look at number and date made of them: alternatives that a person can choose with one key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from sohoa.journey.readings import PageWords
from sohoa.reading.grammar import guess_date, parse_code, parse_date, zeros_put_right
from sohoa.reading.header import find_header, seen_in_look
from sohoa.reading.lines import lines_of

Value = TypeVar("Value")


def alternatives(first: PageWords | None) -> dict[str, tuple[str, ...]]:
    """Values of number, symbol and date that the looks at a document's first page gave, the first look's first.

    Args:
        first: what was read of the first page with words; None if there is none.
    """
    if first is None:
        return {}
    header = find_header(lines_of(first.words, first.aspect))
    numbers = list(_texts(first, "number", header.number.text if header.number else None))
    dates = list(_texts(first, "date", header.date.text if header.date else None))
    codes = [code for code in _read(parse_code, numbers) if code is not None]
    days = [day for text in dates for day in (parse_date(text), guess_date(text)) if day is not None]
    return {
        "code_number": _each_once(code.number for code in codes),
        "code_notation": _each_once(code.notation for code in codes),
        "issued_on": _each_once(day.isoformat() for day in days),
    }


def _texts(page: PageWords, part: str, whole_page: str | None) -> Iterable[str]:
    """The line as each look saw it."""
    if whole_page is not None:
        yield whole_page
    for words in page.looks.get(part, ()):
        line = seen_in_look(part, words, found=whole_page is not None)
        if line is not None:
            yield line.text


def _read(parse: Callable[[str], Value | None], texts: Iterable[str]) -> list[Value | None]:
    return [value for text in texts for value in (parse(text), parse(zeros_put_right(text)))]


def _each_once(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value is not None))
