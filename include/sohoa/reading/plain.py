"""Plain text without places, such as another system's OCR, laid out on pages so that it can be read like a scan.

Text loses the columns: `Số: 115/QĐ-BNV Hà Nội, ngày …` is one line. What NĐ 30/2020 puts side by side is told apart
by its wording and set where it stands on paper.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from sohoa.ocr import Word
from sohoa.reading.document import PageEvidence, read_document
from sohoa.reading.grammar import is_date_line, starts_as_number_line, starts_with_place
from sohoa.reading.passages import fold_in_place
from sohoa.reading.record import Record
from sohoa.reading.signature import AUTHORITY, names_office

_ASPECT = 210 / 297
_LINES_ON_A_PAGE, _LETTERS_IN_A_LINE = 58, 95
_TOP, _STEP, _HEIGHT = 0.1, 0.0148, 0.0105
_LETTER, _MARGIN = 0.0082, 0.13
_LEFT, _RIGHT, _MIDDLE = 0.28, 0.7, 0.5  # centres of the columns, and of headings
_SURE = 0.6  # nobody looked twice
_MARKUP = re.compile(r"</?\w+>|^[#>\s]+(?=\S)|[*]{2,}")
_COLUMNS = re.compile(r"\t+| {4,}")
_TITLE = re.compile(r"\s(?=CONG HOA XA HOI|DOC LAP - TU DO)")
_PLACE_AND_DATE = re.compile(r"(?<=\S)\s(?=[^\s,;:/]+(?: [^\s,;:/]+){0,3}, ?NG\w{1,2}Y\b)")
_RECIPIENTS = re.compile(r"^\W*NO[I1L] ?NH[A-Z]N\W{0,3}")
_ITEM_ENDS = re.compile(r"(?<=[;.])\s(?=[^a-z]{5,}$)")
_NAME = re.compile(r"(?:[^\W\d_][^\W\d_]*\s?){2,6}")
_ANNEX = re.compile(r"^\W*(PHU LUC|KE HOACH|DANH SACH|DIEU LE|\(?KEM THEO)\b")


@dataclass(frozen=True)
class _Part:
    """What stands in one column of a line; its centre is None for running text."""

    text: str
    centre: float | None


def read_text(text: str) -> Record:
    """The record of a document of which only the text is known: proposals, never sure."""
    return read_document(pages_of_text(text)).at_most(_SURE)


def pages_of_text(text: str) -> list[PageEvidence]:
    """Pages with the words of a text where they would stand on paper; at least one page."""
    # Two bold lines that were run together.
    lines = unicodedata.normalize("NFC", text).replace("****", "\n")
    pages = [page for sheet in _sheets(lines) for page in _pages(sheet)]
    return pages or [PageEvidence((), _ASPECT)]


def _sheets(text: str) -> list[str]:
    """The text page by page; where form feeds were turned into blanks, every page begins with one."""
    if "\f" not in text and re.match(r" \S", text):
        text = re.sub(r"(?m)^ (?=\S)", "\f", text)
    return text.split("\f")


def _pages(sheet: str) -> Iterator[PageEvidence]:
    rows = [parts for line in sheet.splitlines() for parts in _wrapped(line)]
    settled = _in_columns(rows)
    for start in range(0, len(settled), _LINES_ON_A_PAGE):
        rows_here = settled[start : start + _LINES_ON_A_PAGE]
        yield PageEvidence([word for index, row in enumerate(rows_here) for word in _words(row, index)], _ASPECT)


def _wrapped(line: str) -> Iterator[list[str]]:
    """A line as its columns; running text longer than a line of print goes on in more lines."""
    columns = [part.strip() for part in _COLUMNS.split(_MARKUP.sub("", line).strip()) if part.strip()]
    if len(columns) > 1:
        yield columns
        return
    for part in textwrap.wrap(columns[0], _LETTERS_IN_A_LINE) if columns else [""]:
        yield _cut(part)


def _cut(line: str) -> list[str]:
    """A line cut where two columns were run together."""
    folded = fold_in_place(line)
    recipients = _RECIPIENTS.match(folded)
    if recipients and line[recipients.end() :].strip():
        return [line[: recipients.end()], line[recipients.end() :]]
    numbered = starts_as_number_line(line) and "/" in line
    for place in (_TITLE, *([_PLACE_AND_DATE] if numbered else ()), *([_ITEM_ENDS] if line[:1] in "-–~" else ())):
        found = place.search(folded)
        if found:
            return [line[: found.start()], line[found.end() :]]
    return [line]


def _in_columns(rows: list[list[str]]) -> list[list[_Part]]:
    """Each row with the centres of its parts."""
    settled, signing = [], False
    for row in rows:
        folded = fold_in_place(row[0])
        signing = (signing or _RECIPIENTS.match(folded) is not None) and _ANNEX.match(folded) is None
        if len(row) == 1:
            settled.append([_Part(row[0], _centre(row[0], folded, signing=signing))])
        else:
            settled.append([_Part(part, centre) for part, centre in zip(row[:2], (_LEFT, _RIGHT), strict=True)])
    return settled


def _centre(text: str, folded: str, *, signing: bool) -> float | None:
    """Where a line that is alone in its row stands."""
    if AUTHORITY.match(folded) and names_office(folded) and text.isupper():
        return _RIGHT
    if signing:
        if text.isupper() and names_office(folded):
            return _RIGHT
        return _RIGHT if _NAME.fullmatch(text) and text[0].isupper() else _LEFT
    if _TITLE.match(f" {folded}") or (is_date_line(text) and starts_with_place(text)):
        return _RIGHT
    if starts_as_number_line(text) and "/" in text:
        return _LEFT
    return _MIDDLE if text.isupper() else None


def _words(row: list[_Part], index: int) -> Iterator[Word]:
    top = _TOP + index * _STEP
    for part in row:
        letter = min(_LETTER, 0.8 / max(1, len(part.text)))
        at = _MARGIN if part.centre is None else max(0.0, part.centre - len(part.text) * letter / 2)
        for word in part.text.split():
            right = min(1.0, at + len(word) * letter)
            yield Word(word, _SURE, at, top, right, top + _HEIGHT, index, index)
            at = right + letter
