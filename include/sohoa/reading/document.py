"""A whole document: all its fields, each with its own confidence and place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sohoa.ocr import Word, text_of
from sohoa.reading.body import read_signer, read_subject, read_type
from sohoa.reading.grammar import Code, find_dossier_code, parse_code, parse_date, zeros_put_right
from sohoa.reading.header import find_header, read_issuer, seen_in_look
from sohoa.reading.lines import Line, lines_of
from sohoa.reading.looks import LOOKS_AGREE, LOOKS_DISAGREE, ONE_LOOK, agreed, by_pen, ink_is_known
from sohoa.reading.record import NOTHING, Reading, Record
from sohoa.reading.slots import SLOTS, from_slash_on

Value = TypeVar("Value")

_SECRECY_MARKS = frozenset({"MAT", "TOI MAT", "TUYET MAT"})
_KNOWN_SYMBOL, _KNOWN_SYMBOL_AND_NUMBER = 0.9, 0.95


@dataclass(frozen=True)
class PageEvidence:
    """What is known of a page: its words, and closer looks at parts of it.

    Attributes:
        words: from the reading of the whole page.
        aspect: page width over page height.
        own_text: whether the words are the page's own (born digital): there was nothing to misread.
        looks: part name (`number`, `date`) → words of each closer look at it, placed on the page.
        ink: slot of those lines (`number`, `day`, `month`, `year`) → what its ink is (`sohoa.pages.ink.Ink`).
    """

    words: Sequence[Word]
    aspect: float
    own_text: bool = False
    looks: Mapping[str, Sequence[Sequence[Word]]] = field(default_factory=dict)
    ink: Mapping[str, str] = field(default_factory=dict)


def read_document(pages: Sequence[PageEvidence]) -> Record:
    """The record of a document from all its pages, the first one first; at least one page."""
    first = pages[0]
    lines = [lines_of(page.words, page.aspect) for page in pages]
    header = find_header(lines[0])
    code, code_readings = _read_code(_seen(header.number, first, "number"), first)
    doc_type, type_line = read_type(lines[0], header, code)
    readings = {
        **code_readings,
        "issued_on": _read_date(_seen(header.date, first, "date"), first),
        "issuer": read_issuer(header, code),
        "doc_type": doc_type,
        "subject": read_subject(lines[0], header, type_line),
        "signer_name": read_signer(lines),
        "dossier_code": _read_dossier(pages, lines),
    }
    return Record(readings, _flags(first, lines))


def _seen(line: Line | None, evidence: PageEvidence, part: str) -> list[Line | None]:
    """A line as the first look and each closer one saw it."""
    looks = evidence.looks.get(part, ())
    return [line, *(seen_in_look(part, words, found=line is not None) for words in looks)]


def _read_code(seen: Sequence[Line | None], evidence: PageEvidence) -> tuple[Code | None, dict[str, Reading]]:
    """Number and symbol, sure only where looks at the line agree; one look is a proposal for review.

    A number by pen is not read at all; the symbol printed behind it is.
    """
    pen = by_pen(evidence.ink, "number")
    texts = [line.text if line else "" for line in seen]
    codes = [parse_code(from_slash_on(text)) if pen else _plain_or_guessed(parse_code, text) for text in texts]
    code = next((code for code in codes if code is not None), None)
    line = next((line for line in seen if line is not None), None)
    if code is None or line is None:
        return None, {"code_number": NOTHING, "code_notation": NOTHING}
    number, number_sure = (None, 0.0) if pen else agreed([code.number if code else None for code in codes])
    number_sure = _limited(number_sure, evidence, "number", plain=any(map(parse_code, texts)))
    notation, notation_sure = _agreed_notation(codes, number_sure)
    return code, {
        "code_number": Reading(number, number_sure, 1, line.box),
        "code_notation": Reading(notation, notation_sure, 1, line.box),
    }


def _limited(sure: float, evidence: PageEvidence, part: str, *, plain: bool) -> float:
    """How sure a value may be: a page's own text needs no second look; ink that is not known may be a pen's."""
    if evidence.own_text:
        return LOOKS_AGREE
    return sure if plain and ink_is_known(evidence.ink, part) else min(sure, ONE_LOOK)


def _plain_or_guessed(parse: Callable[[str], Value | None], text: str) -> Value | None:
    return parse(text) or parse(zeros_put_right(text))


def _agreed_notation(codes: Sequence[Code | None], number_sure: float) -> tuple[str | None, float]:
    """The symbol: a look that garbles one of the lists does not speak against it, one that sees another such does."""
    notation, sure = agreed([code.notation if code else None for code in codes])
    known = list(dict.fromkeys(code.notation for code in codes if code and code.known))
    if len(known) > 1:
        return known[0], LOOKS_DISAGREE
    if codes[0] and codes[0].known:
        return known[0], max(sure, _KNOWN_SYMBOL_AND_NUMBER if number_sure == LOOKS_AGREE else _KNOWN_SYMBOL)
    return (known[0] if known else notation), sure


def _read_date(seen: Sequence[Line | None], evidence: PageEvidence) -> Reading:
    """The day of issue; not read at all where a part of it is by pen."""
    line = next((line for line in seen if line is not None), None)
    if line is None:
        return NOTHING
    if by_pen(evidence.ink, "date"):
        return Reading(None, 0.0, 1, line.box)
    texts = [line.text if line else "" for line in seen]
    day, sure = agreed([_plain_or_guessed(parse_date, text) for text in texts])
    if day is None:
        return NOTHING
    sure = _limited(sure, evidence, "date", plain=any(map(parse_date, texts)))
    return Reading(day.isoformat(), sure, 1, line.box)


def _read_dossier(pages: Sequence[PageEvidence], lines: Sequence[Sequence[Line]]) -> Reading:
    for index, page in enumerate(pages):
        code = find_dossier_code(text_of(page.words))
        if code is not None:
            line = next((line for line in lines[index] if code in line.text), None)
            return Reading(code, line.confidence if line else 0.5, index + 1, line.box if line else None)
    return NOTHING


def _flags(first: PageEvidence, lines: Sequence[Sequence[Line]]) -> tuple[str, ...]:
    flags = []
    if any(by_pen(first.ink, part) for part in SLOTS):
        flags.append("handwritten_number")
    if any(_is_secrecy_mark(line) for page in lines for line in page):
        flags.append("secrecy_mark")
    return tuple(flags)


def _is_secrecy_mark(line: Line) -> bool:
    """Whether a line is nothing but a mark; it is stamped where there is room, so it counts on any page, anywhere."""
    return line.text.isupper() and line.folded.strip(" .:-[]()|") in _SECRECY_MARKS
