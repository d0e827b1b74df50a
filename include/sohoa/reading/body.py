"""What stands below the head: type and subject (ô 5)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from sohoa.folding import fold
from sohoa.reading.grammar import Code, is_about_line
from sohoa.reading.header import Header
from sohoa.reading.lines import Line, around, join
from sohoa.reading.record import NOTHING, Reading
from sohoa.reading.tones import tones_put_right
from sohoa.reading.types import COPY_SYMBOLS, OFFICIAL_LETTER, SPECIAL, TYPES

_TYPE_LIKENESS = 85.0
_SUBJECT_ENDS = re.compile(
    r"^(CAN CU|THEO DE NGHI|XET DE NGHI|KINH GUI|DIEU 1|QUYET DINH ?[:;.]?$|CHUNG NHAN|CAP CHO|NOI NHAN|BO TRUONG|"
    r"TRUONG BAN|CUC TRUONG|CHU TICH|GIAM DOC|CHANH VAN PHONG|[IVX]+\. |1\. )"
)
_SUBJECT_LINES = 6
_LINE_STEP = 2.6  # line heights between two lines of one paragraph
_CONTRADICTED = 0.5
_HEAD_WITHIN = 0.4  # of the page's height

_PRINTED_NAMES = {fold(entry.name): entry for entry in TYPES if entry.symbol not in COPY_SYMBOLS}
"""Names of types as headings; `SAO Y` is stamped on a copy of any type."""


def read_type(lines: Sequence[Line], header: Header, code: Code | None) -> tuple[Reading, Line | None]:
    """The document type, and the line of its name; the symbol and the printed name confirm each other."""
    printed, line = printed_type(lines, header)
    by_code = code.doc_type if code else None
    if line is not None and printed == by_code:
        return Reading(printed, 0.99, 1, line.box), line
    if line is not None and by_code in (None, OFFICIAL_LETTER):
        return Reading(printed, 0.85, 1, line.box), line
    if by_code is None:
        return NOTHING, None
    box = header.number.box if header.number else None
    if line is not None and printed in {entry.name for entry in SPECIAL}:
        # The number may be that of the decision by which the certificate was given.
        return Reading(printed, _CONTRADICTED, 1, line.box), line
    if line is not None:
        return Reading(by_code, _CONTRADICTED, 1, box), None
    about = by_code == OFFICIAL_LETTER and _about_line(lines, header) is not None
    return Reading(by_code, 0.97 if about else 0.85, 1, box), None


def printed_type(lines: Sequence[Line], header: Header) -> tuple[str | None, Line | None]:
    """The type that a heading names, with its line; (None, None) if there is no such heading."""
    top = header.number.box[3] if header.number and header.number.middle < _HEAD_WITHIN else 0.1
    for line in lines:
        if line.middle < top or not line.text.isupper() or abs(line.centre - 0.5) > 0.2:
            continue
        name = _type_named(line.folded)
        if name is not None:
            return name, line
    return None, None


def _type_named(folded: str) -> str | None:
    """The type that a heading names: it is the name, or begins with that of a certificate, whose names go on."""
    likeness, name = max((fuzz.ratio(folded, name), name) for name in _PRINTED_NAMES)
    if likeness >= _TYPE_LIKENESS:
        return _PRINTED_NAMES[name].name
    words = folded.split()
    for special in SPECIAL:
        name = fold(special.name)
        if fuzz.ratio(" ".join(words[: len(name.split())]), name) >= _TYPE_LIKENESS:
            return special.name
    return None


def read_subject(lines: Sequence[Line], header: Header, type_line: Line | None) -> Reading:
    """The trích yếu: the centred lines under the type's name, or `V/v …` under the number."""
    about = _about_line(lines, header)
    if type_line is None and about is None:
        return NOTHING
    if type_line is not None:
        below = [line for line in lines if line.middle > type_line.box[3] and line is not type_line]
        taken = _paragraph(below, type_line)
    else:
        assert about is not None  # noqa: S101 - one of the two is there
        right = header.title.left if header.title else 0.5
        below = [line for line in lines if line.middle > about.middle and line.centre < right and line is not about]
        taken = [about, *_paragraph(below, about)]
    if not taken:
        return NOTHING
    return Reading(tones_put_right(join(taken)), min(line.confidence for line in taken), 1, around(taken))


def _paragraph(below: Sequence[Line], start: Line) -> list[Line]:
    taken: list[Line] = []
    previous = start
    for line in below[: _SUBJECT_LINES * 3]:
        apart = line.middle - previous.middle
        if len(taken) == _SUBJECT_LINES or apart > _LINE_STEP * max(previous.height, start.height):
            break
        if _SUBJECT_ENDS.match(line.folded.lstrip(" -–_.:;")):
            break
        if any(character.isalnum() for character in line.text):
            taken.append(line)
            previous = line
    return taken


def _about_line(lines: Sequence[Line], header: Header) -> Line | None:
    if header.number is None or header.title is None:
        return None
    for line in lines:
        near = 0 < line.middle - header.number.middle < 0.08
        if near and line.centre < header.title.left and is_about_line(line.text):
            return line
    return None
