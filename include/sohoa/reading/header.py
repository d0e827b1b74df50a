"""The head of page 1 (ô 1–4 of NĐ 30/2020 PL I): national title, agency, number, place and date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from sohoa.catalogue.units import load_ruleset_units
from sohoa.folding import fold
from sohoa.reading.grammar import Code, is_about_line, is_date_line, parse_code, starts_as_number_line
from sohoa.reading.lines import Line, around, join
from sohoa.reading.record import NOTHING, Box, Reading

_TITLE = "CONG HOA XA HOI CHU NGHIA VIET NAM"
_TITLE_LIKENESS = 75.0  # percent
_HEAD_DEPTH = 0.16  # of the page's height below the national title: number and date stand there
_LEVEL = 0.02  # of the page's height: what stands higher than the national title is a stamp
_TITLE_WITHIN = 0.45  # of the page's height
_ISSUER_LIKENESS = 82.0
_ISSUER_AHEAD = 4.0  # percent by which the best agency must beat the second
_BELOW_DATE = 0.03  # of the page's height: number and date stand in one line, but scans are crooked
_CROP_MARGIN = 0.006


@dataclass(frozen=True)
class Header:
    """The lines of the head that were found.

    Attributes:
        title: the national title.
        agency: lines of the issuing agency, the superior line first.
        number: the line `Số: …`.
        date: the line `Hà Nội, ngày …`.
    """

    title: Line | None
    agency: tuple[Line, ...]
    number: Line | None
    date: Line | None


def find_header(lines: Sequence[Line]) -> Header:
    """The head of a first page; every part is None or empty where it was not found."""
    title = _national_title(lines)
    if title is None:
        return Header(None, (), None, None)
    zone = [line for line in lines if title.box[1] - 0.08 <= line.middle <= title.middle + _HEAD_DEPTH]
    left = [line for line in zone if line.centre < title.left]
    date = next((line for line in zone if line.centre > title.left and is_date_line(line.text)), None)
    lowest = date.middle + _BELOW_DATE if date else 1.0
    number = _number_line([line for line in left if title.middle < line.middle < lowest])
    below = number.box[1] if number else title.box[3] + 0.03
    agency = tuple(line for line in left if title.middle - _LEVEL <= line.middle < below and _is_capitals(line.text))
    return Header(title, agency, number, date)


def _number_line(below_title: Sequence[Line]) -> Line | None:
    """The line with number and symbol.

    The `Số:` of an incoming stamp has no symbol; a number that is cited stands below the first with one,
    which is the document's own even where it cannot be read.
    """
    about = next((line.middle for line in below_title if is_about_line(line.text)), 1.0)
    above = [line for line in below_title if line.middle < about]
    for line in above:
        labelled = starts_as_number_line(line.text)
        if labelled and "/" in line.text:
            return line
        if parse_code(line.text) is not None:
            return line if labelled else _with_what_stands_before(line, above)
    return next((line for line in above if starts_as_number_line(line.text) and _has_digit(line.text)), None)


def _with_what_stands_before(line: Line, others: Sequence[Line]) -> Line:
    """A number line with the parts that a gap tore from its start: `Số: 12` and `34/QĐ-BNV` are one number."""
    before = [o for o in others if abs(o.middle - line.middle) < line.height / 2 and o.right <= line.left]
    parts = sorted(before, key=lambda part: part.left)
    return Line(tuple(word for part in (*parts, line) for word in part.words))


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def places_to_look_again(lines: Sequence[Line]) -> dict[str, Box]:
    """Where number and date stand on a first page: parts worth a second, closer look."""
    header = find_header(lines)
    places = {}
    for name, line in (("number", header.number), ("date", header.date)):
        if line is not None:
            left, top, right, bottom = line.box
            margin = _CROP_MARGIN
            places[name] = (
                max(0.0, left - 2 * margin),
                max(0.0, top - margin),
                min(1.0, right + 2 * margin),
                min(1.0, bottom + margin),
            )
    return places


def read_issuer(header: Header, code: Code | None) -> Reading:
    """The issuing agency, by the closed list of agencies; the symbol's agency confirms it."""
    if not header.agency:
        return NOTHING
    printed = fold(join(header.agency))
    best, second = _likeliest(printed)
    if best[1] < _ISSUER_LIKENESS or best[1] - second < _ISSUER_AHEAD:
        return NOTHING
    name, likeness, symbol = best
    confirmed = code is not None and symbol in code.notation.split("-")
    confidence = 0.99 if confirmed else 0.85 * likeness / 100
    return Reading(name, confidence, 1, around(header.agency))


def _likeliest(printed: str) -> tuple[tuple[str, float, str | None], float]:
    """The likeliest agency with its likeness (percent) and symbol, and the likeness of the next one."""
    names = _agency_heads()
    ranked = process.extract(printed, list(names), scorer=fuzz.ratio, limit=None)
    by_agency: dict[str, float] = {}
    for head, likeness, _ in ranked:
        by_agency.setdefault(names[head][0], likeness)
    (first, likeness), *others = by_agency.items()
    symbol = next(symbol for name, symbol in names.values() if name == first)
    return (first, likeness, symbol), others[0][1] if others else 0.0


@lru_cache(maxsize=1)
def _agency_heads() -> dict[str, tuple[str, str | None]]:
    """Folded head lines → (agency name, symbol); with and without the superior line."""
    heads: dict[str, tuple[str, str | None]] = {}
    for entry in load_ruleset_units():
        if entry.issues:
            heads[fold(" ".join(entry.header))] = (entry.name, entry.symbol)
            heads[fold(entry.header[-1])] = (entry.name, entry.symbol)
    return heads


def _national_title(lines: Sequence[Line]) -> Line | None:
    upper = [line for line in lines if line.middle < _TITLE_WITHIN]
    likely = [(fuzz.ratio(line.folded, _TITLE), line) for line in upper]
    best = max(likely, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0] >= _TITLE_LIKENESS else None


def _is_capitals(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 2 and sum(letter.isupper() for letter in letters) >= 0.8 * len(letters)
