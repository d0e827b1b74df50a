"""What is read of a document beside its key fields: whoever looks a result up needs it, the gate does not judge it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sohoa.folding import fold
from sohoa.reading.citations import find_citations, read_legal_bases
from sohoa.reading.grammar import is_date_line
from sohoa.reading.header import Header
from sohoa.reading.lines import Line
from sohoa.reading.owner import read_owner
from sohoa.reading.passages import Passage, fold_in_place, passage_of
from sohoa.reading.recipients import read_addressees, read_recipients
from sohoa.reading.record import NOTHING, Reading
from sohoa.reading.signature import Signature, read_authority
from sohoa.reading.types import OFFICIAL_LETTER, SPECIAL, type_code
from sohoa.reading.validity import read_validity

_URGENCY = {fold(name): name for name in ("HỎA TỐC HẸN GIỜ", "HỎA TỐC", "THƯỢNG KHẨN", "KHẨN")}  # NĐ 30/2020 PL I ô 10b
_CERTIFICATES = frozenset(entry.name for entry in SPECIAL)
_PLACE = re.compile(r"^\W*(?P<place>[^\d,;:]{2,30}?)\s*[,.;]?\s*NG\w{1,3}Y\b")
_REPLACES = re.compile(r"\bTHAY THE\b(?! BOI)")
_ANNEX_NOTE = re.compile(r"\bKEM THEO\b")
_REPLACED_WITHIN, _NOTE_WITHIN = 200, 250  # characters
_NOTE_HEIGHT = 0.45  # of the page's height
_HEAD_WITHIN = 0.4  # of the page's height; certificates have number and day at the foot
_LIKELY = 0.85


def read_further(
    lines: Sequence[Sequence[Line]], header: Header, signature: Signature | None, readings: Mapping[str, Reading]
) -> dict[str, Reading]:
    """The fields of FURTHER_FIELD_NAMES that a document has.

    Args:
        lines: of each page.
        header: of the first one.
        signature: its signature block.
        readings: its key fields.
    """
    kind = readings["doc_type"].value
    head = (line for line in (header.title, header.number, header.date) if line and line.middle < _HEAD_WITHIN)
    top = max((line.box[3] for line in head), default=0.0)
    body = passage_of(lines, top, (signature.page, signature.top) if signature else None)
    addressees = read_addressees(lines[0])
    found = {
        **_names_of_type(kind, readings),
        "place": _place(header.date),
        "urgency": _urgency(lines[0]),
        "addressees": addressees,
        "recipients": read_recipients(lines),
        "legal_bases": read_legal_bases(body),
        "replaces": _replaced(body),
        **read_authority(signature),
        **read_validity(body, readings["issued_on"]),
        **read_owner(
            body,
            readings["subject"],
            addressees if kind == OFFICIAL_LETTER else NOTHING,
            certificate=kind in _CERTIFICATES,
        ),
        **_annex_note(lines, signature),
    }
    return {name: reading for name, reading in found.items() if reading.value is not None}


def _names_of_type(kind: str | None, readings: Mapping[str, Reading]) -> dict[str, Reading]:
    """Code of the type (TT 05/2025), and the paper's name: of licences and certificates with what they are about."""
    if kind is None:
        return {}
    told, subject = readings["doc_type"], readings["subject"]
    special = kind in _CERTIFICATES and subject.value is not None
    name = f"{kind} {subject.value}" if special else kind
    return {
        "type_code": Reading(type_code(kind), told.confidence, told.page_no, told.box),
        "paper_name": Reading(
            name, min(told.confidence, subject.confidence if special else 1.0), told.page_no, told.box
        ),
    }


def _place(date: Line | None) -> Reading:
    if date is None or not is_date_line(date.text):
        return NOTHING
    found = _PLACE.match(fold_in_place(date.text))
    if found is None:
        return NOTHING
    place = date.text[slice(*found.span("place"))].strip(" ,.;")
    return Reading(place, min(_LIKELY, date.confidence), 1, date.box) if place else NOTHING


def _urgency(lines: Sequence[Line]) -> Reading:
    """A mark that is all there is in its line; in running text the same words mean nothing."""
    for line in lines:
        mark = _URGENCY.get(line.folded.strip(" .:-[]()|"))
        if mark is not None and line.text.isupper():
            return Reading(mark, line.confidence, 1, line.box)
    return NOTHING


def _replaced(body: Passage) -> Reading:
    """The document that this one says it replaces."""
    said = _REPLACES.search(body.flat)
    if said is None:
        return NOTHING
    stretch = body.text[said.end() : said.end() + _REPLACED_WITHIN]
    cited = next(iter(find_citations(stretch)), None)
    if cited is None:
        return NOTHING
    return body.reading(cited.text, said.start(), said.end() + cited.end, _LIKELY)


def _annex_note(lines: Sequence[Sequence[Line]], signature: Signature | None) -> dict[str, Reading]:
    """Number and day by which an annex names the document it belongs to: a second printing of both."""
    behind = signature.page + 1 if signature else 1
    for index, page in enumerate(lines[behind:], behind):
        upper = Passage(tuple((index + 1, line) for line in page if line.middle < _NOTE_HEIGHT))
        note = _ANNEX_NOTE.search(upper.flat)
        if note is None:
            continue
        cited = next(iter(find_citations(upper.text[note.end() : note.end() + _NOTE_WITHIN])), None)
        if cited is None or cited.code is None:
            continue
        span = note.start(), note.end() + cited.end
        told = {"annex_code": upper.reading(cited.code.text, *span, _LIKELY)}
        if cited.issued_on:
            told["annex_date"] = upper.reading(cited.issued_on.isoformat(), *span, _LIKELY)
        return told
    return {}
