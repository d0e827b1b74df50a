"""The head of page 1 (ô 1–4 of NĐ 30/2020 PL I): national title, agency, number, place and date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from sohoa.ocr import Word
from sohoa.reading.grammar import (
    is_about_line,
    is_date_line,
    is_part_of_date_line,
    parse_code,
    parse_number,
    start_of_label,
    starts_as_number_line,
    starts_with_place,
)
from sohoa.reading.lines import Line
from sohoa.reading.record import Box
from sohoa.reading.slots import from_slash_on

_TITLE = "CONG HOA XA HOI CHU NGHIA VIET NAM"
_TITLE_LIKENESS = 75.0  # percent
_HEAD_DEPTH = 0.16  # of the page's height below the national title: number and date stand there
_LEVEL = 0.02  # of the page's height: what stands higher than the national title is a stamp
_TITLE_WITHIN = 0.45  # of the page's height
_BELOW_DATE = 0.03  # of the page's height: number and date stand in one line, but scans are crooked
_CROP_MARGIN = 0.012, 0.003  # beside and above: more above lets in what stands over and under the line
_FIRST_WORD = 0.05  # of the page's width: `ngày`, of whose box a date line that lost its place may have lost part
_AROUND, _AROUND_IN_LINES = 0.022, 1.2  # of the page's height, and of the line's: room about a line under a stamp
_SAME_ROW = 0.04  # of the page's height: what stands over a line may be taken for it
_FEWEST_LETTERS = 4  # of a line of an agency's name; the rule below one gives fewer when it is read
_LOWEST_HEAD_LINE = 0.1  # of the page's height below the national title: where a line that was not found is looked for


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
    date = _date_line([line for line in zone if line.centre > title.left])
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
        # Pen strokes are read as anything; the label before them and the symbol behind them are print.
        whole = _with_what_stands_before(line, above)
        if starts_as_number_line(whole.text) and from_slash_on(whole.text):
            return whole
    return next((line for line in above if starts_as_number_line(line.text) and _has_digit(line.text)), None)


def _date_line(right_column: Sequence[Line]) -> Line | None:
    """The line of place and date, put together where the gap for a day by pen tore it."""
    for line in right_column:
        if is_date_line(line.text):
            return line
        if is_part_of_date_line(line.text):
            level = [o for o in right_column if abs(o.middle - line.middle) < line.height / 2]
            whole = Line(tuple(word for part in sorted(level, key=lambda part: part.left) for word in part.words))
            if is_date_line(whole.text):
                return whole
    return None


def _with_what_stands_before(line: Line, others: Sequence[Line]) -> Line:
    """A number line with the parts that a gap tore from its start: `Số: 12` and `34/QĐ-BNV` are one number."""
    before = [o for o in others if abs(o.middle - line.middle) < line.height / 2 and o.right <= line.left]
    parts = sorted(before, key=lambda part: part.left)
    return Line(tuple(word for part in (*parts, line) for word in part.words))


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


@dataclass(frozen=True)
class Place:
    """A part of a first page that is worth a closer look.

    Attributes:
        box: where it stands.
        one_line: whether one line fills the box; otherwise the line is somewhere within.
    """

    box: Box
    one_line: bool


def places_to_look_again(header: Header) -> dict[str, Place]:
    """Where number and date stand on a first page.

    By their lines; where only the other one was found, at its level (NĐ 30/2020 PL I has both in one line); where
    only the head was found, by the layout.
    """
    if header.title is None:
        return {}
    return {
        "number": _place(header.number, header.date, _number_column(header, header.title)),
        "date": _place(header.date, header.number, _date_column(header.title), _room_before(header.date)),
    }


def _room_before(date: Line | None) -> float:
    return 0.0 if date is None or starts_with_place(date.text) else _FIRST_WORD


def _place(line: Line | None, beside: Line | None, column: Box, room_before: float = 0.0) -> Place:
    if line is not None:
        left, top, right, bottom = _widened(line.box)
        return Place((max(0.0, left - room_before), top, right, bottom), one_line=True)
    if beside is None:
        return Place(column, one_line=False)
    _, top, _, bottom = _widened(beside.box)
    return Place((column[0], top, column[2], bottom), one_line=True)


def places_around(header: Header) -> dict[str, Box]:
    """Where number and date stand with room about them: for lines that a stamp lies over.

    As wide as their columns; as high as what was found, be it the line itself or the one beside it.
    """
    if header.title is None:
        return {}
    columns = {"number": _number_column(header, header.title), "date": _date_column(header.title)}
    lines = [line for line in (header.number, header.date) if line is not None]
    if not lines:
        return columns
    own = {"number": header.number or lines[0], "date": header.date or lines[0]}
    around: dict[str, Box] = {}
    for part, (left, _, right, _) in columns.items():
        level = [line for line in lines if abs(line.middle - own[part].middle) < _SAME_ROW]
        above, below = min(line.middle for line in level), max(line.middle for line in level)
        room = max(_AROUND, _AROUND_IN_LINES * own[part].height)
        around[part] = (left, max(0.0, above - room), right, min(1.0, below + room))
    return around


def _number_column(header: Header, title: Line) -> Box:
    """The left column below the agency."""
    top = max((line.box[3] for line in header.agency), default=title.box[3])
    return (max(0.0, title.left - 0.4), top, title.left, max(top, title.middle + _LOWEST_HEAD_LINE))


def _date_column(title: Line) -> Box:
    """The right column below the national title."""
    return (max(0.0, title.left - 0.05), title.box[3], min(1.0, title.right + 0.08), title.middle + _LOWEST_HEAD_LINE)


def _widened(box: Box) -> Box:
    left, top, right, bottom = box
    beside, above = _CROP_MARGIN
    return (max(0.0, left - beside), max(0.0, top - above), min(1.0, right + beside), min(1.0, bottom + above))


def seen_in_look(part: str, words: Sequence[Word], *, found: bool) -> Line | None:
    """The number line (`number`) or date line (`date`) among the words of a closer look; None if it is not there.

    Args:
        part: which of the two.
        words: of one look.
        found: whether the first look had found the line; otherwise it is picked with care.
    """
    if found:
        # In tesseract's order: the box of a word that touches a rule or a stamp may start anywhere.
        return Line(tuple(words)) if words else None
    rows: dict[int, list[Word]] = {}
    for word in words:
        rows.setdefault(word.line, []).append(word)
    lines = [Line(tuple(row)) for row in rows.values()]
    if part == "date":
        return next((line for line in lines if is_date_line(line.text) and starts_with_place(line.text)), None)
    about = next((index for index, line in enumerate(lines) if is_about_line(line.text)), len(lines))
    numbered = [_from_label_on(line) for line in lines[:about]]
    return next((line for line in numbered if line and (from_slash_on(line.text) or parse_number(line.text))), None)


def _from_label_on(line: Line) -> Line | None:
    """A line from its label `Số:` on, without what a stamp left before it; None if it has none.

    In citations (`Quyết định số 979/QĐ-BNV`) the word is small and has no colon.
    """
    if starts_as_number_line(line.text):
        return line
    for index in reversed(range(len(line.words))):
        word = line.words[index]
        start = start_of_label(word.text)
        if start is not None:
            left = word.left + (word.right - word.left) * start / len(word.text)
            return Line((replace(word, text=word.text[start:], left=left), *line.words[index + 1 :]))
    return None


def _national_title(lines: Sequence[Line]) -> Line | None:
    upper = [line for line in lines if line.middle < _TITLE_WITHIN]
    likely = [(fuzz.ratio(line.folded, _TITLE), line) for line in upper]
    best = max(likely, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0] >= _TITLE_LIKENESS else None


def _is_capitals(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) >= _FEWEST_LETTERS and sum(letter.isupper() for letter in letters) >= 0.8 * len(letters)
