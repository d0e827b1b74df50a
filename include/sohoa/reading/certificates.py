"""Certificates of merit and the like, whose head is centred and whose number and day stand below, by the signature.

What is found so is a proposal for a person, never sure: the number is often that of the decision behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sohoa.folding import fold
from sohoa.reading.grammar import is_date_line, parse_code, starts_with_place
from sohoa.reading.header import Header
from sohoa.reading.lines import Line

_CENTRED = 0.12  # of the page's width between the middles of title and page
_LONGEST = 14  # words of a line with a number


def has_centred_head(header: Header) -> bool:
    """Whether the national title stands in the middle and nothing of a head beside or below it was found."""
    title = header.title
    return title is not None and abs(title.centre - 0.5) < _CENTRED and header.number is None and header.date is None


def find_lower_lines(lines: Sequence[Line], header: Header) -> Header:
    """The head with the number line and the line of place and date that stand below the title, wherever that is."""
    below = [line for line in lines if header.title is not None and line.middle > header.title.middle]
    numbers = (found for found in map(_from_number_on, below) if found is not None)
    dates = [line for line in below if is_date_line(line.text) and starts_with_place(line.text)]
    return replace(header, number=next(numbers, None), date=dates[-1] if dates else None)


def _from_number_on(line: Line) -> Line | None:
    """A short line from its label `số` on, if a number and a symbol of the lists follow."""
    if len(line.words) > _LONGEST:
        return None
    for index, word in enumerate(line.words):
        if fold(word.text).strip(" :.") == "SO":
            rest = Line(line.words[index:])
            code = parse_code(rest.text)
            if code is not None and code.known:
                return rest
    return None
