"""A whole document: all its fields, each with its own confidence and place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sohoa.ocr import Word, text_of
from sohoa.reading.bare_head import find_bare_head, guess_issuer
from sohoa.reading.body import printed_type, read_subject, read_type
from sohoa.reading.certificates import find_lower_lines, has_centred_head
from sohoa.reading.drafts import UNNUMBERED, is_unnumbered_draft
from sohoa.reading.further import read_further
from sohoa.reading.grammar import (
    Code,
    find_dossier_code,
    guess_date,
    may_be_day,
    parse_code,
    parse_date,
    parse_number,
    zeros_put_right,
)
from sohoa.reading.header import Header, find_header, seen_in_look
from sohoa.reading.issuers import agency_text, former_name, only_while, read_issuer, symbol_in_head
from sohoa.reading.language import is_other_language
from sohoa.reading.lines import Line, lines_of
from sohoa.reading.looks import (
    AROUND,
    AROUND_BY_OTHER,
    BENEATH,
    LOOKS_AGREE,
    LOOKS_DISAGREE,
    ONE_LOOK,
    ONE_LOOK_ERRS,
    OTHER_MODEL,
    agreed,
    broad_number,
    by_pen,
    ink_is_known,
    plain_value,
)
from sohoa.reading.record import NOTHING, Reading, Record
from sohoa.reading.secrecy import LOOK, flags_of, secrecy_of
from sohoa.reading.signature import find_signature, read_signer
from sohoa.reading.slots import SLOTS, from_slash_on
from sohoa.reading.symbols import known_notation, put_right
from sohoa.reading.types import TYPES

Value = TypeVar("Value")

OTHER_LANGUAGE = "other_language"
"""Flag of a record whose text was not read as Vietnamese (V15)."""

_KNOWN_SYMBOL, _KNOWN_SYMBOL_AND_NUMBER = 0.9, 0.95
_SEVERAL = 3


@dataclass(frozen=True)
class PageEvidence:
    """What is known of a page: its words, and closer looks at parts of it.

    Attributes:
        words: from the reading of the whole page.
        aspect: page width over page height.
        own_text: whether the words are the page's own (born digital): there was nothing to misread.
        looks: part name (`number`, `date`, `secrecy`; `AROUND`, `BENEATH`, `BROAD`) → words of each closer look at it,
            placed on the page.
        ink: slot of those lines (`number`, `day`, `month`, `year`) → what its ink is (`sohoa.pages.ink.Ink`).
    """

    words: Sequence[Word]
    aspect: float
    own_text: bool = False
    looks: Mapping[str, Sequence[Sequence[Word]]] = field(default_factory=dict)
    ink: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Seen:
    """A line of the head as each look saw it, the look at the whole page first.

    Attributes:
        line: the first that could be read, or else was found; None if none was.
        texts: what each look read, empty where it found nothing.
        broad: what looks at broad strokes gave, by either model; they come after all texts.
        others: which of them are by the other model.
        pen: whether something in it was, or may have been, filled in by pen.
        surest: how sure a value read from it may be at most.
    """

    line: Line | None
    texts: tuple[str, ...]
    broad: tuple[str, ...]
    others: frozenset[int]
    pen: bool
    surest: float


def read_document(pages: Sequence[PageEvidence]) -> Record:
    """The record of a document from all its pages, the first one first; at least one page."""
    first = pages[0]
    lines = [lines_of(page.words, page.aspect) for page in pages]
    header = find_header(lines[0])
    surest = 1.0
    if header.title is None or has_centred_head(header):
        # Without two columns nothing says what a line is but its words: what is found so is only proposed.
        surest = ONE_LOOK
        header = find_lower_lines(lines[0], header) if header.title else find_bare_head(lines[0])
    number, date = _seen(header.number, first, "number"), _seen(header.date, first, "date")
    number, date = _by_the_same_hand(number, date), _by_the_same_hand(date, number)
    code, code_readings = _read_code(number, _symbols_of_head(lines[0], header), own_text=first.own_text)
    doc_type, type_line = read_type(lines[0], header, code)
    signature = find_signature(lines)
    issued_on = _read_date(date, own_text=first.own_text)
    issuer = read_issuer(header, code)
    if issuer.value is None:
        guess = guess_issuer(lines[0], code, symbol_is_sure=code_readings["code_notation"].confidence >= _KNOWN_SYMBOL)
        # Lines that are no agency's of the list may be a stamp's, or those of an agency that is not in it.
        issuer = guess if not header.agency or guess.confidence > ONE_LOOK else issuer
    former = former_name(agency_text(header), issuer)
    readings = {
        **code_readings,
        "issued_on": issued_on,
        "issuer": issuer if former is None else only_while(former, issuer, issued_on),
        "doc_type": doc_type,
        "subject": read_subject(lines[0], header, type_line),
        "signer_name": read_signer(signature),
        "dossier_code": _read_dossier(pages, lines),
    }
    flags = _flags(pages, lines, pen=number.pen or date.pen)
    if is_unnumbered_draft(number.texts, date.texts, first.ink):
        flags = (*flags, UNNUMBERED)
    if is_other_language(" ".join(word.text for page in pages for word in page.words)):
        flags, surest = (*flags, OTHER_LANGUAGE), LOOKS_DISAGREE
    further = read_further(lines, header, signature, readings)
    if former is not None:
        further["issuer_printed"] = replace(issuer, value=former.name)
    return Record(readings, flags, further).at_most(surest)


def _seen(line: Line | None, evidence: PageEvidence, part: str) -> _Seen:
    closer = [seen_in_look(part, words, found=line is not None) for words in evidence.looks.get(part, ())]
    wide, others = [], {OTHER_MODEL}
    for names in (AROUND, AROUND_BY_OTHER, BENEATH):
        looks = evidence.looks.get(names[part], ())
        wide += [seen_in_look(part, words, found=False) for words in looks]
        if looks and names is not AROUND:
            others.add(len(closer) + len(wide))
    lines = (line, *closer, *wide)
    number = broad_number(evidence.looks) if part == "number" else None
    broad = (number, number) if number else ()
    if broad:
        others.add(len(lines) + 1)
    texts = tuple(found.text if found else "" for found in lines)
    plain = [plain_value(part, text) for text in texts]
    values = [*plain, *broad]
    # Where digits were read there is ink; where none was found, it was looked for in a wrong place.
    known = any(values) and ink_is_known(evidence.ink, part) and "none" not in map(evidence.ink.get, SLOTS[part])
    legible = (found for found, value in zip(lines, plain, strict=True) if value)
    return _Seen(
        line=next((found for found in (*legible, *lines) if found is not None), None),
        texts=texts,
        broad=broad,
        others=frozenset(others),
        pen=by_pen(evidence.ink, part, values),
        surest=LOOKS_AGREE if known else ONE_LOOK,
    )


def _by_the_same_hand(seen: _Seen, beside: _Seen) -> _Seen:
    """A line as by pen too where nobody could judge its ink and a pen filled in the one beside it."""
    return replace(seen, pen=seen.pen or (beside.pen and seen.surest < LOOKS_AGREE))


def _symbols_of_head(lines: Sequence[Line], header: Header) -> tuple[str, str | None] | None:
    """The symbols of the agency in the head and of the type in the heading, from which the number's symbol is made."""
    agency = symbol_in_head(header)
    kind, _ = printed_type(lines, header)
    symbol = next((entry.symbol for entry in TYPES if entry.name == kind), None)
    return None if agency is None or (kind and not symbol) else (agency, symbol)


def _read_code(
    seen: _Seen, of_head: tuple[str, str | None] | None, *, own_text: bool
) -> tuple[Code | None, dict[str, Reading]]:
    """Number and symbol, sure only where looks at the line agree; one look is a proposal for review.

    A number by pen is not read at all; the symbol printed behind it is. A page's own text needs no second look.
    """
    codes = [
        parse_code(from_slash_on(text)) if seen.pen else _plain_or_guessed(parse_code, text) for text in seen.texts
    ]
    codes = [_with_symbols(code, *of_head) if code and of_head else code for code in codes]
    code = next((code for code in codes if code is not None), None)
    number, sure = (None, 0.0) if seen.pen else agreed(_numbers(seen, codes), seen.others)
    if seen.line is None or (code is None and number is None):
        return None, {"code_number": NOTHING, "code_notation": NOTHING}
    sure = LOOKS_AGREE if own_text and number else min(sure, seen.surest)
    notation, notation_sure = _agreed_notation(codes, seen.others, sure)
    code = next((one for one in codes if one is not None and one.notation == notation), code)
    return code, {
        "code_number": Reading(number, sure, 1, seen.line.box),
        "code_notation": Reading(notation, notation_sure, 1, seen.line.box),
    }


def _with_symbols(code: Code, agency: str, kind: str | None) -> Code:
    notation, known = known_notation(put_right(code.notation, agency, kind))
    return replace(code, notation=notation, known=code.known or known)


def _numbers(seen: _Seen, codes: Sequence[Code | None]) -> list[str | None]:
    """The number that each look gives; where nobody judged the ink, only with a symbol to end it."""
    if seen.surest < LOOKS_AGREE:
        return [code.number if code else None for code in codes]
    return [*(_plain_or_guessed(parse_number, text) for text in seen.texts), *seen.broad]


def _plain_or_guessed(parse: Callable[[str], Value | None], text: str) -> Value | None:
    return parse(text) or parse(zeros_put_right(text))


def _agreed_notation(
    codes: Sequence[Code | None], others: Collection[int], number_sure: float
) -> tuple[str | None, float]:
    """The symbol: a look that garbles one of the lists does not speak against it, one that sees another such does."""
    # The other model knows no Đ: it may confirm a symbol of the lists or one read as it stands, and says no other.
    own = {code.notation for index, code in enumerate(codes) if code and index not in others}
    heard = [
        code if code and (index not in others or code.known or code.notation in own) else None
        for index, code in enumerate(codes)
    ]
    notation, sure = agreed([code.notation if code else None for code in heard], others)
    known = list(dict.fromkeys(code.notation for code in codes if code and code.known))
    if len(known) > 1:
        return known[0], LOOKS_DISAGREE
    if _outvotes_garbles(codes, heard, others):
        return known[0], max(sure, ONE_LOOK_ERRS)
    if codes[0] and codes[0].known:
        return known[0], max(sure, _KNOWN_SYMBOL_AND_NUMBER if number_sure == LOOKS_AGREE else _KNOWN_SYMBOL)
    return (known[0] if known and sure < ONE_LOOK_ERRS else notation), sure


def _outvotes_garbles(codes: Sequence[Code | None], heard: Sequence[Code | None], others: Collection[int]) -> bool:
    """Whether a symbol of the lists was read by most looks, several of them and the other model among these."""
    by = [index for index, code in enumerate(codes) if code is not None and code.known]
    garbled = sum(code is not None and not code.known for code in heard)
    return len(by) >= _SEVERAL and len(by) > garbled and not set(by).isdisjoint(others)


def _read_date(seen: _Seen, *, own_text: bool) -> Reading:
    """The day of issue; not read at all where a part of it is by pen."""
    if seen.line is None:
        return NOTHING
    if seen.pen:
        return Reading(None, 0.0, 1, seen.line.box)
    plain = [_plain_or_guessed(parse_date, text) for text in seen.texts]
    by_other = {plain[index] for index in seen.others if index < len(plain)} - {None}
    likely = next(iter(by_other)) if len(by_other) == 1 else None
    day, sure = agreed(
        [found or _guessed_day(text, likely) for found, text in zip(plain, seen.texts, strict=True)], seen.others
    )
    if day is None:
        return NOTHING
    if plain.count(day) < 2 and day not in by_other:
        # Guesses need another model's word, or that of two looks.
        sure = min(sure, ONE_LOOK)
    return Reading(day.isoformat(), LOOKS_AGREE if own_text else min(sure, seen.surest), 1, seen.line.box)


def _guessed_day(text: str, likely: dt.date | None) -> dt.date | None:
    """The day that letters read for digits stand for; where they may stand for several, the likely one."""
    return guess_date(text) or (likely if likely is not None and may_be_day(text, likely) else None)


def _read_dossier(pages: Sequence[PageEvidence], lines: Sequence[Sequence[Line]]) -> Reading:
    for index, page in enumerate(pages):
        code = find_dossier_code(text_of(page.words))
        if code is not None:
            line = next((line for line in lines[index] if code in line.text), None)
            return Reading(code, line.confidence if line else 0.5, index + 1, line.box if line else None)
    return NOTHING


def _flags(pages: Sequence[PageEvidence], lines: Sequence[Sequence[Line]], *, pen: bool) -> tuple[str, ...]:
    secrecy = secrecy_of(lines, [page.looks.get(LOOK, ()) for page in pages])
    return (*(["handwritten_number"] if pen else []), *flags_of(secrecy))
