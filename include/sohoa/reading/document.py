"""A whole document: all its fields, each with its own confidence and place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sohoa.ocr import Word, text_of
from sohoa.reading.body import read_signer, read_subject, read_type
from sohoa.reading.grammar import Code, find_dossier_code, parse_code, parse_date
from sohoa.reading.header import Header, find_header, read_issuer
from sohoa.reading.lines import Line, lines_of
from sohoa.reading.record import NOTHING, Reading, Record

_SECRECY_MARKS = frozenset({"MAT", "TOI MAT", "TUYET MAT"})
_COLOURED_INK = 0.06  # share of a line's ink; two pen digits in a printed number line give more
_TWO_LOOKS_AGREE, _LOOKS_DISAGREE, _ONE_LOOK = 0.99, 0.3, 0.6


@dataclass(frozen=True)
class PageEvidence:
    """What is known of a page: its words, and second looks at parts of it.

    Attributes:
        words: from the reading of the whole page.
        aspect: page width over page height.
        looks: part name → words of the closer look at it (`number`, `date`).
        coloured_ink: part name → share of its ink that is not black.
    """

    words: Sequence[Word]
    aspect: float
    looks: dict[str, Sequence[Word]] = field(default_factory=dict)
    coloured_ink: dict[str, float] = field(default_factory=dict)


def read_document(pages: Sequence[PageEvidence]) -> Record:
    """The record of a document from all its pages, the first one first; at least one page."""
    first = pages[0]
    lines = [lines_of(page.words, page.aspect) for page in pages]
    header = find_header(lines[0])
    seen = parse_code(header.number.text) if header.number else None
    again = parse_code(_look(first, "number")) if header.number else None
    code = seen or again
    doc_type, type_line = read_type(lines[0], header, code)
    readings = {
        **_read_code(header, seen, again, first),
        "issued_on": _read_date(header, first),
        "issuer": read_issuer(header, code),
        "doc_type": doc_type,
        "subject": read_subject(lines[0], header, type_line),
        "signer_name": read_signer(lines),
        "dossier_code": _read_dossier(pages, lines),
    }
    return Record(readings, _flags(first, lines))


def _look(evidence: PageEvidence, part: str) -> str:
    return " ".join(word.text for word in evidence.looks.get(part, ()))


def _read_code(header: Header, seen: Code | None, again: Code | None, evidence: PageEvidence) -> dict[str, Reading]:
    """Number and symbol, sure only where both looks at the line give the same; one look is a proposal for review."""
    code = seen or again
    if header.number is None or code is None:
        return {"code_number": NOTHING, "code_notation": NOTHING}
    number = code.number or (again and again.number)
    number_sure = _agreement(seen and seen.number, again and again.number)
    notation_sure = _agreement(seen and seen.notation, again and again.notation)
    # A look that garbles a symbol of the lists does not speak against it; one that sees another such symbol does.
    if seen and seen.known and not (again and again.known and again.notation != seen.notation):
        notation_sure = max(notation_sure, 0.95 if number_sure == _TWO_LOOKS_AGREE else 0.9)
    if evidence.coloured_ink.get("number", 0.0) > _COLOURED_INK:
        number_sure = min(number_sure, _LOOKS_DISAGREE)
    box = header.number.box
    return {
        "code_number": Reading(number, number_sure, 1, box) if number else NOTHING,
        "code_notation": Reading(code.notation, notation_sure, 1, box),
    }


def _read_date(header: Header, evidence: PageEvidence) -> Reading:
    if header.date is None:
        return NOTHING
    seen, again = parse_date(header.date.text), parse_date(_look(evidence, "date"))
    day = seen or again
    if day is None:
        return NOTHING
    sure = _agreement(seen, again)
    if evidence.coloured_ink.get("date", 0.0) > _COLOURED_INK:
        sure = min(sure, _LOOKS_DISAGREE)
    return Reading(day.isoformat(), sure, 1, header.date.box)


def _agreement(first: object, second: object) -> float:
    if first is None or second is None:
        return _ONE_LOOK
    return _TWO_LOOKS_AGREE if first == second else _LOOKS_DISAGREE


def _read_dossier(pages: Sequence[PageEvidence], lines: Sequence[Sequence[Line]]) -> Reading:
    for index, page in enumerate(pages):
        code = find_dossier_code(text_of(page.words))
        if code is not None:
            line = next((line for line in lines[index] if code in line.text), None)
            return Reading(code, line.confidence if line else 0.5, index + 1, line.box if line else None)
    return NOTHING


def _flags(first: PageEvidence, lines: Sequence[Sequence[Line]]) -> tuple[str, ...]:
    flags = []
    if max((first.coloured_ink.get(part, 0.0) for part in ("number", "date")), default=0.0) > _COLOURED_INK:
        flags.append("handwritten_number")
    if any(_is_secrecy_mark(line) for page in lines for line in page):
        flags.append("secrecy_mark")
    return tuple(flags)


def _is_secrecy_mark(line: Line) -> bool:
    """Whether a line is nothing but a mark; it is stamped where there is room, so it counts on any page, anywhere."""
    return line.text.isupper() and line.folded.strip(" .:-[]()|") in _SECRECY_MARKS
