"""What a single page tells of its place in a document: a head, an annex note, a page number, a signature block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from sohoa.catalogue.units import load_ruleset_units
from sohoa.folding import fold
from sohoa.ocr import Word
from sohoa.reading.annexes import Annex, annex_of
from sohoa.reading.grammar import Code, is_date_line, parse_code, starts_as_number_line
from sohoa.reading.identity import NOTHING, Identity, codes_in, identity_of
from sohoa.reading.lines import Line, join, lines_of
from sohoa.reading.types import DOC_TYPES

_TITLES = ("CONG HOA XA HOI CHU NGHIA VIET NAM", "DANG CONG SAN VIET NAM")  # of the State, of the Party
_MOTTO = "DOC LAP - TU DO - HANH PHUC"
_CERTIFICATES = frozenset({"GIAY PHEP", "GIAY CHUNG NHAN", "CHUNG CHI", "BANG KHEN"})  # with layouts of their own
_LIKENESS = 80.0  # percent
_LEAST_SHARE = 0.6  # of a phrase's length: a shorter line is like any phrase that it is part of
_HEAD_WITHIN, _TYPE_WITHIN = 0.35, 0.6  # of the page's height
_LEFT_COLUMN, _RIGHT_COLUMN = 0.5, 0.4  # of the page's width: ô 2-3 end before, ô 4 begins behind
_AGENCY = re.compile(
    r"^\W*(BO|BAN|CUC|TONG|VU|VAN PHONG|UY BAN|UBND|SO|CHINH PHU|CHU TICH NUOC|QUOC HOI|HOI DONG|THANH TRA|VIEN|"
    r"TRUNG TAM|CHI CUC|DAI HOC|HOC VIEN|NGAN HANG|KIEM TOAN|TOA AN|BAO HIEM|HUYEN|TINH|THANH PHO)\b"
)
_ANNOUNCES = re.compile(r"\bKEM THEO (\w+ ){1,3}NAY\b|\bPHU LUC\b")
_RECIPIENTS = re.compile(r"^\W*NO[I1L] ?NH[A-Z]N\b")
_SIGNER = re.compile(
    r"^\W*(TM|KT|TL|TUQ)\b|\b(BO TRUONG|THU TRUONG|TRUONG BAN|CUC TRUONG|VU TRUONG|CHU TICH|GIAM DOC|CHANH VAN PHONG|"
    r"CHANH THANH TRA|HIEU TRUONG|VIEN TRUONG|TRUONG PHONG|THU TUONG)\b"
)
_BELOW_HEAD = 0.15  # of the page's height
_TOP_MARGIN, _BOTTOM_MARGIN, _CENTRED = 0.1, 0.92, 0.12
_FULL_PAGE = 0.8  # of the page's height: a paragraph that does not fit below goes to the next page


@dataclass(frozen=True)
class Signs:
    """What was found on one page.

    Attributes:
        head: parts of a head that stand where they belong: title, motto, agency, number, date, type; and
            certificate, if the type is one.
        code: number and symbol of the head.
        identity: by which it is known, as number and date line have it.
        annex: what it says as an annex of another document; None if it looks like none.
        number: the printed page number, if it is 2 or more.
        signed: it has recipients or the office of a signer, with which a document ends.
        reaches_down: its text fills the page to the bottom margin.
        goes_on: its first line begins within a sentence.
        cited: codes of documents named on the page, `12/QĐ-BNV`.
        announces: it says that something comes with this document.
        titled: it opens with a title, as annexes do.
        text: all that is on it, folded.
    """

    head: frozenset[str] = frozenset()
    code: Code | None = None
    identity: Identity = NOTHING
    annex: Annex | None = None
    number: int | None = None
    signed: bool = False
    reaches_down: bool = False
    goes_on: bool = False
    cited: frozenset[str] = frozenset()
    announces: bool = False
    titled: bool = False
    text: str = ""

    @property
    def begins(self) -> bool:
        """Whether the head is whole enough to be that of a first page (NĐ 30/2020 PL I ô 1-5).

        Plans and charters that come with a decision may have all but a number and a date of their own.
        """
        beside = self.head - {"title", "motto"}
        return beside != self.head and len(beside) >= 2 and bool(beside & {"number", "date", "certificate"})

    @property
    def may_begin(self) -> bool:
        """Whether there is more of a head than chance would put there."""
        return bool(self.head & {"title", "motto"}) or len(self.head - {"certificate"}) >= 2


def signs_of(words: Sequence[Word], aspect: float) -> Signs:
    """The signs on a page.

    Args:
        words: as read from the upright page.
        aspect: page width over page height.
    """
    if not words:
        return Signs()
    lines = lines_of(words, aspect)
    number_line = next((line for line in _upper(lines, _HEAD_WITHIN) if _is_number_line(line)), None)
    text = join(lines)
    return Signs(
        head=_head(lines, number_line),
        code=parse_code(number_line.text) if number_line else None,
        identity=identity_of(
            [number_line.text] if number_line else [],
            [line.text for line in _upper(lines, _HEAD_WITHIN) if _is_place_and_date(line)],
        ),
        annex=annex_of(lines),
        number=_page_number(lines),
        signed=any(_ends_document(line) for line in lines),
        reaches_down=max(line.middle for line in lines) > _FULL_PAGE,
        goes_on=_goes_on(lines),
        cited=frozenset(codes_in(text)),
        titled=_is_capitals(lines[0].text) and abs(lines[0].centre - 0.5) < _CENTRED,
        announces=_ANNOUNCES.search(fold(text)) is not None,
        text=fold(text),
    )


def _upper(lines: Sequence[Line], within: float) -> list[Line]:
    return [line for line in lines if line.middle < within]


def _head(lines: Sequence[Line], number_line: Line | None) -> frozenset[str]:
    upper = _upper(lines, _HEAD_WITHIN)
    types = {_type_in(line) for line in _upper(lines, _TYPE_WITHIN)} - {None}
    found = {
        "title": any(_is_capitals(line.text) and _holds(line.folded, title) for line in upper for title in _TITLES),
        "motto": any(_holds(line.folded, _MOTTO) for line in upper),
        "agency": any(line.right < 0.6 and _is_capitals(line.text) and _is_agency(line.folded) for line in upper),
        "number": number_line is not None,
        "date": any(_is_place_and_date(line) for line in upper),
        "type": bool(types),
        "certificate": bool(types & _CERTIFICATES),
    }
    return frozenset(part for part, there in found.items() if there)


def _holds(folded: str, phrase: str) -> bool:
    """Whether a line holds a phrase, perhaps beside what stands in the other column."""
    return len(folded) >= _LEAST_SHARE * len(phrase) and fuzz.partial_ratio(phrase, folded) >= _LIKENESS


def _is_agency(folded: str) -> bool:
    if _AGENCY.match(folded):
        return True
    best = process.extractOne(folded, _agencies(), scorer=fuzz.ratio, score_cutoff=_LIKENESS)
    return best is not None


@lru_cache(maxsize=1)
def _agencies() -> tuple[str, ...]:
    return tuple(fold(line) for entry in load_ruleset_units() if entry.issues for line in entry.header)


def _is_number_line(line: Line) -> bool:
    """`Số: 12/QĐ-BNV` by itself in the left column, its number filled in or not."""
    if line.right > _LEFT_COLUMN + 0.05 or len(line.words) > 6:
        return False
    code = parse_code(line.text)
    return "/" in line.text and (starts_as_number_line(line.text) or (code is not None and code.known))


def _is_place_and_date(line: Line) -> bool:
    """`Hà Nội, ngày … tháng … năm …` by itself in the right column."""
    return line.left > _RIGHT_COLUMN and len(line.words) <= 12 and is_date_line(line.text)


def _type_in(line: Line) -> str | None:
    """The name of a type, folded, that a line in the middle of the page consists of."""
    if not _is_capitals(line.text) or abs(line.centre - 0.5) > 0.2:
        return None
    best = process.extractOne(line.folded, _types(), scorer=fuzz.ratio, score_cutoff=85.0)
    return best[0] if best else None


@lru_cache(maxsize=1)
def _types() -> tuple[str, ...]:
    return tuple(fold(name) for name in DOC_TYPES.values())


def _page_number(lines: Sequence[Line]) -> int | None:
    """The number in the top margin (NĐ 30/2020 PL I), or in the bottom one as older documents have it."""
    for line in lines:
        text = line.text.strip(" -–—.|~_")
        at_top = line.middle < _TOP_MARGIN and abs(line.centre - 0.5) < _CENTRED
        at_bottom = line.middle > _BOTTOM_MARGIN and line.centre > 0.5 - _CENTRED
        if (at_top or at_bottom) and text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) >= 2:
            return int(text)
    return None


def _ends_document(line: Line) -> bool:
    """Whether a line is of ô 7a or 9b: the signer's office at the right, `Nơi nhận:` at the left."""
    if line.middle < _BELOW_HEAD:
        return False
    if line.left < _LEFT_COLUMN and len(line.words) <= 4 and _RECIPIENTS.match(line.folded):
        return True
    return line.centre > 0.55 and _is_capitals(line.text) and _SIGNER.search(line.folded) is not None


def _goes_on(lines: Sequence[Line]) -> bool:
    # On a page with the last words of a text there is no longer line.
    first = next((line for line in lines if len(line.words) >= 3), max(lines, key=lambda line: len(line.words)))
    return first.text[:1].islower()


def _is_capitals(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 2 and sum(letter.isupper() for letter in letters) >= 0.8 * len(letters)
