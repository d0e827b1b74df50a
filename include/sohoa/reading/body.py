"""What stands below the head: type and subject, signature block, dossier code (ô 5–9)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from rapidfuzz import fuzz

from sohoa.folding import fold
from sohoa.reading.grammar import DOC_TYPES, OFFICIAL_LETTER, Code, is_about_line
from sohoa.reading.header import Header
from sohoa.reading.lines import Line, around, join
from sohoa.reading.record import NOTHING, Reading

_TYPE_LIKENESS = 85.0
_SUBJECT_ENDS = re.compile(
    r"^(CAN CU|THEO DE NGHI|XET DE NGHI|KINH GUI|DIEU 1|QUYET DINH ?[:;.]?$|CHUNG NHAN|CAP CHO|NOI NHAN|BO TRUONG|"
    r"TRUONG BAN|CUC TRUONG|CHU TICH|GIAM DOC|CHANH VAN PHONG|[IVX]+\. |1\. )"
)
_SUBJECT_LINES = 6
_LINE_STEP = 2.6  # line heights between two lines of one paragraph
_OFFICE = re.compile(
    r"\b(BO TRUONG|THU TRUONG|TRUONG BAN|PHO TRUONG BAN|CUC TRUONG|PHO CUC TRUONG|VU TRUONG|PHO VU TRUONG|"
    r"CHANH VAN PHONG|PHO CHANH VAN PHONG|GIAM DOC|PHO GIAM DOC|CHU TICH|PHO CHU TICH|TRUONG PHONG|CHANH THANH TRA)\b"
)
_NAME_WORDS = range(2, 7)
_MIDDLE, _HEAD_ENDS = 0.5, 0.15  # of the page's width, of its height


def read_type(lines: Sequence[Line], header: Header, code: Code | None) -> tuple[Reading, Line | None]:
    """The document type, and the line of its name; the symbol and the printed name confirm each other."""
    printed, line = _printed_type(lines, header)
    by_code = _type_by_code(code)
    if line is not None and printed == by_code:
        return Reading(printed, 0.99, 1, line.box), line
    if line is not None and by_code in (None, OFFICIAL_LETTER):
        return Reading(printed, 0.85, 1, line.box), line
    if by_code is None:
        return NOTHING, None
    box = header.number.box if header.number else None
    about = by_code == OFFICIAL_LETTER and _about_line(lines, header) is not None
    return Reading(by_code, 0.97 if about else 0.85, 1, box), None


def _type_by_code(code: Code | None) -> str | None:
    if code is None:
        return None
    first = code.notation.rpartition("/")[2].split("-")[0]
    return DOC_TYPES.get(first, OFFICIAL_LETTER)


def _printed_type(lines: Sequence[Line], header: Header) -> tuple[str | None, Line | None]:
    names = {fold(name): name for name in DOC_TYPES.values()}
    top = header.number.box[3] if header.number else 0.1
    for line in lines:
        if line.middle < top or not line.text.isupper() or abs(line.centre - 0.5) > 0.2:
            continue
        likeness, name = max((fuzz.ratio(line.folded, folded), folded) for folded in names)
        if likeness >= _TYPE_LIKENESS:
            return names[name], line
    return None, None


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
    return Reading(join(taken), min(line.confidence for line in taken), 1, around(taken))


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


def read_signer(pages: Sequence[Sequence[Line]]) -> Reading:
    """The signer's name: the first name in the right column below an office, on the page that is signed."""
    for index, lines in enumerate(pages):
        right = [line for line in lines if line.centre > _MIDDLE]
        offices = [line for line in right if line.text.isupper() and _OFFICE.search(line.folded)]
        if not offices or offices[-1].middle < _HEAD_ENDS:
            continue
        for line in right:
            name = _name_in(line.text) if line.middle > offices[-1].middle else None
            if name is not None:
                return Reading(name, line.confidence, index + 1, line.box)
    return NOTHING


def _name_in(text: str) -> str | None:
    """The name in a line, without the specks that a signature or a seal leaves around it."""
    words = [word.strip("`'\"^.,;:|_-—~*\\/()[]{}<>“”‘’") for word in text.split()]
    names = [word if word.isalpha() and word[0].isupper() and word[1:].islower() else "" for word in words]
    runs = [list(run) for is_name, run in groupby(names, key=bool) if is_name]
    longest = max(runs, key=len, default=[])
    return " ".join(longest) if len(longest) in _NAME_WORDS else None
