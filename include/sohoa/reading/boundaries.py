"""Where documents begin in a file that a feeder filled with many, by how first pages are laid out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from statistics import fmean

from sohoa.ocr import Word
from sohoa.reading.barcodes import codes_in
from sohoa.reading.grammar import Code
from sohoa.reading.signs import Signs, signs_of

UNCERTAIN = "uncertain_boundary"
_LEGIBLE = 0.6  # mean confidence of a page's words; print has 0.85 and more, what shines through the paper 0.3


@dataclass(frozen=True)
class StackPage:
    """What is known of a page before it is known which document it belongs to.

    Attributes:
        words: as read from the upright page; none if it is blank or was not read.
        aspect: page width over page height.
        barcodes: texts of its codes.
        by_pen: digits of its number or date were written by hand.
        blank: there is nothing on it.
        unreadable: it could not be read; blank pages could.
    """

    words: Sequence[Word] = ()
    aspect: float = 0.707
    barcodes: Sequence[str] = ()
    by_pen: bool = False
    blank: bool = False
    unreadable: bool = False


@dataclass(frozen=True)
class Segment:
    """Pages `first` to `last` of a file, from 1, that belong together.

    Attributes:
        reasons: why a person must look at it; none if it is sure.
        separator: it is a separator sheet with its blank back, and no document.
    """

    first: int
    last: int
    reasons: tuple[str, ...] = ()
    separator: bool = False

    @property
    def sure(self) -> bool:
        """Whether both its ends are beyond doubt."""
        return not self.reasons

    def doubted(self, reason: str = UNCERTAIN) -> Segment:
        """The same pages with one more reason."""
        return replace(self, reasons=tuple(dict.fromkeys((*self.reasons, reason))))


class Place(Enum):
    """What a page is to the page before it."""

    BEGINS = auto()  # surely the first page of another document
    MAY_BEGIN = auto()  # it looks like a first page, but something speaks against it
    GOES_ON = auto()  # surely of the same document
    UNKNOWN = auto()  # nothing shows that it belongs to the document before, nor that another begins


@dataclass
class _Document:
    """The document that is being followed."""

    first: Signs
    before: Signs  # the newest page with something on it
    day: dt.date | None  # of its head, or else what its first annex says of it
    by_pen: bool
    n_written: int = 0  # pages with something on them
    n_pages: int = 0
    n_annex: int = 0  # pages since its newest annex began
    signed: bool = False
    announces: bool = False
    cited: set[str] = field(default_factory=set)
    dossiers: frozenset[str] = frozenset()


def find_boundaries(pages: Sequence[StackPage]) -> list[Segment]:
    """The documents of a file in page order; every page is in exactly one.

    A page surely begins a document if its head is whole: national title or motto, and two of agency, number line,
    place and date, type, among them number or date unless it is a certificate (NĐ 30/2020 PL I ô 1-5). It surely
    goes on with the document before if it is blank, an annex of it, or headless while that document is not signed
    yet and its text runs on. Whatever lies between is uncertain: where a page looks like a first one the file is cut
    there, else it is not, and the documents at both sides of the place carry the reason `uncertain_boundary`.
    """
    if not pages:
        return []
    segments = [Segment(1, 1)]
    document: _Document | None = None
    for number, page in enumerate(pages, start=1):
        signs = signs_of(page.words, page.aspect)
        place = Place.GOES_ON if number == 1 else _place(page, signs, document)
        if place in (Place.BEGINS, Place.MAY_BEGIN):
            segments.append(Segment(number, number))
            document = None
        if place is Place.MAY_BEGIN:
            segments[-2:] = [segment.doubted() for segment in segments[-2:]]
        segments[-1] = replace(segments[-1], last=number)
        if place is Place.UNKNOWN:
            segments[-1] = segments[-1].doubted()
        document = _followed(document, page, signs)
    return segments


def _place(page: StackPage, signs: Signs, document: _Document | None) -> Place:
    if page.blank or document is None:
        # Blank pages that lie before the first written one go with it.
        return Place.GOES_ON
    if page.unreadable or not _is_legible(page):
        return Place.UNKNOWN
    # A plan or charter that comes with a decision may have a head, but neither number nor date of its own.
    if signs.attached and not signs.head & {"number", "date"} and _fits(signs, document):
        return Place.GOES_ON
    if signs.begins:
        return Place.MAY_BEGIN if _objections(signs, document) else Place.BEGINS
    if signs.attached:
        return Place.UNKNOWN
    if signs.may_begin or _other_dossier(page, document):
        return Place.MAY_BEGIN
    return Place.GOES_ON if _runs_on(signs, document) else Place.UNKNOWN


def _is_legible(page: StackPage) -> bool:
    return fmean([word.confidence for word in page.words] or [0.0]) >= _LEGIBLE


def _objections(signs: Signs, document: _Document) -> bool:
    """Whether a page with a whole head may yet be a part of the document before: a copy that is attached to it."""
    named = _written(signs.code) in document.cited - {_written(document.first.code)}
    return signs.attached or signs.number is not None or named


def _fits(page: Signs, document: _Document) -> bool:
    """Whether what an annex says of the document that it comes with can be the document before it.

    Code or day must be the same where both are known, and beyond doubt where the annex itself has a head or a
    signature. Of a first page that was filled in by pen only what is printed
    counts, since digits by pen are misread: month, year and symbol.
    """
    codes, day = page.attached_to
    own, own_day = document.first.code, document.day
    same_day = day is not None and day == own_day
    same_code = _written(own) in codes
    if same_day or same_code:
        return True
    if (page.signed or page.may_begin) and not document.by_pen:
        return False
    if day is not None and own_day is not None:
        return document.by_pen and (day.year, day.month) == (own_day.year, own_day.month)
    return own is None or not codes or any(code.endswith(f"/{own.notation}") for code in codes)


def _written(code: Code | None) -> str | None:
    """A code as `Signs.cited` has it."""
    return f"{code.number.lstrip('0')}/{code.notation}" if code and code.number else None


def _other_dossier(page: StackPage, document: _Document) -> bool:
    found = frozenset(codes_in(page.barcodes).dossiers)
    return bool(found and document.dossiers and not found & document.dossiers)


def _runs_on(signs: Signs, document: _Document) -> bool:
    """Whether a page without head and without annex note surely goes on with the document before."""
    if signs.number is not None and not _is_next(signs.number, document):
        return False
    fills = signs.number is not None or signs.goes_on or document.before.reaches_down
    if document.n_annex:
        # A page with a signature may be the last one of another document whose head was lost.
        return fills and not signs.signed
    if document.signed:
        return document.announces and signs.titled and not signs.signed
    return fills or signs.signed


def _is_next(number: int, document: _Document) -> bool:
    """Whether a printed page number may follow; annexes may count anew, and blank backs may be counted or not."""
    return document.n_written < number <= document.n_pages + 1 or number == document.n_annex + 1


def _followed(document: _Document | None, page: StackPage, signs: Signs) -> _Document | None:
    """The document with one more page; None until a page with something on it has come."""
    if document is None:
        if page.blank:
            return None
        document = _Document(signs, signs, signs.day, page.by_pen)
    document.n_pages += 1
    if page.blank:
        return document
    document.n_written += 1
    document.n_annex = 1 if signs.attached else document.n_annex + (document.n_annex > 0)
    document.day = document.day or signs.attached_to[1]
    document.signed |= signs.signed
    document.announces |= signs.announces
    document.cited |= signs.cited
    document.dossiers |= frozenset(codes_in(page.barcodes).dossiers)
    document.before = signs
    return document
