"""Where documents begin in a file that a feeder filled with many, by how their pages are laid out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from statistics import fmean

from sohoa.ocr import Word
from sohoa.reading.barcodes import codes_in
from sohoa.reading.bodies import body_of
from sohoa.reading.course import Course, Named, PageSeen
from sohoa.reading.grammar import parse_code
from sohoa.reading.header import seen_in_look
from sohoa.reading.identity import identity_of
from sohoa.reading.looks import AROUND, BENEATH
from sohoa.reading.signs import Signs, signs_of

UNCERTAIN = "uncertain_boundary"
_LEGIBLE = 0.6  # mean confidence of a page's words; print has 0.85 and more, what shines through the paper 0.3

_CELLS = 4  # of a head: nation, agency, number, date


@dataclass(frozen=True)
class StackPage:
    """What is known of a page before it is known which document it belongs to.

    Attributes:
        words: as read from the upright page; none if it is blank or was not read.
        aspect: page width over page height.
        barcodes: texts of its codes.
        looks: part of the head (`number`, `date` …) → words of each closer look at it, placed on the page.
        by_pen: digits of its number or date were written by hand.
        blank: there is nothing on it.
        unreadable: it could not be read; blank pages could.
    """

    words: Sequence[Word] = ()
    aspect: float = 0.707
    barcodes: Sequence[str] = ()
    looks: Mapping[str, Sequence[Sequence[Word]]] = field(default_factory=dict)
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


def find_boundaries(pages: Sequence[StackPage]) -> list[Segment]:
    """The documents of a file in page order; every page is in exactly one.

    A page surely begins a document if its head is whole (NĐ 30/2020 PL I ô 1-5), or if enough of it is left over what
    only first pages have: grounds and a resolution, `Kính gửi`. It surely goes on with the document before if it is
    blank, an annex of it, or headless while that document is not signed yet and its text or its numbers run on.
    Whatever lies between is uncertain: where a page looks like a first one the file is cut there, else it is not, and
    the documents at both sides of the place carry the reason `uncertain_boundary`. So does one with an annex that
    names another document of the file.
    """
    if not pages:
        return []
    segments = [Segment(1, 1)]
    named = [Named()]
    document: Course | None = None
    for number, page in enumerate(pages, start=1):
        seen = _seen(page)
        place = Place.GOES_ON if number == 1 else _place(page, seen, document)
        if place in (Place.BEGINS, Place.MAY_BEGIN):
            segments.append(Segment(number, number))
            named.append(Named())
            document = None
        if place is Place.MAY_BEGIN:
            segments[-2:] = [segment.doubted() for segment in segments[-2:]]
        segments[-1] = replace(segments[-1], last=number)
        if place is Place.UNKNOWN:
            segments[-1] = segments[-1].doubted()
        document = _followed(document, page, seen)
        named[-1] = document.named if document else named[-1]
    strays = _have_annexes_of_others(named)
    return [segment.doubted() if stray else segment for segment, stray in zip(segments, strays, strict=True)]


def _have_annexes_of_others(documents: Sequence[Named]) -> list[bool]:
    """Of each document whether an annex of it names another one of the file by number: pages lay in a wrong order."""
    owned = {code for document in documents for code in document.own}
    return [any(codes & owned and not codes & one.own for codes in one.by_annexes) for one in documents]


def _seen(page: StackPage) -> PageSeen:
    return PageSeen(
        _with_looks(signs_of(page.words, page.aspect), page.looks),
        body_of(page.words, page.aspect),
        is_landscape=page.aspect > 1,
        by_pen=page.by_pen,
        dossiers=frozenset(codes_in(page.barcodes).dossiers),
        is_read=not page.unreadable and _is_legible(page),
    )


def _with_looks(signs: Signs, looks: Mapping[str, Sequence[Sequence[Word]]]) -> Signs:
    """The signs of a page, its number line as a closer look found it where the first one did not."""
    numbers, dates = list(_lines("number", looks)), list(_lines("date", looks))
    signs = replace(signs, identity=signs.identity.as_well_as(identity_of(numbers, dates)))
    if "number" in signs.head or not numbers:
        return signs
    return replace(signs, head=signs.head | {"number"}, code=parse_code(numbers[0]))


def _lines(part: str, looks: Mapping[str, Sequence[Sequence[Word]]]) -> Iterator[str]:
    """The number or date lines that closer looks of all kinds found."""
    for name in (part, AROUND[part], BENEATH[part]):
        for words in looks.get(name, ()):
            line = seen_in_look(part, words, found=False)
            if line is not None:
                yield line.text


def _place(page: StackPage, seen: PageSeen, document: Course | None) -> Place:
    if page.blank or document is None:
        # Blank pages that lie before the first written one go with it.
        return Place.GOES_ON
    if not seen.is_read:
        return Place.UNKNOWN
    signs = seen.signs
    # A plan or charter that comes with a decision may have a head, but neither number nor date of its own.
    if signs.annex and not signs.head & {"number", "date"} and document.is_document_of(signs.annex, seen):
        return Place.GOES_ON
    if _begins(seen, document):
        return Place.MAY_BEGIN if _objections(seen, document) else Place.BEGINS
    if signs.annex:
        return Place.UNKNOWN
    if signs.may_begin or document.is_of_other_dossier(seen) or _opens_another(seen, document):
        return Place.MAY_BEGIN
    return Place.GOES_ON if document.runs_on_to(seen) else Place.UNKNOWN


def _is_legible(page: StackPage) -> bool:
    return fmean([word.confidence for word in page.words] or [0.0]) >= _LEGIBLE


def _begins(page: PageSeen, document: Course) -> bool:
    """Whether it is a first page, by its head or by what is left of it and how the text below opens."""
    signs, body = page.signs, page.body
    if signs.begins or page.n_cells >= 3:
        return True
    # Behind a document that may have annexes a page must be no form, else its own.
    stands_alone = page.is_filled or not document.may_have_more
    if page.n_cells >= 2 and body.opens:
        return stands_alone or (document.is_over and body.opens_wholly and not body.unfilled)
    if not document.is_over or not stands_alone:
        return False
    certifies = "certificate" in signs.head and signs.signed
    return (page.n_cells > 0 and (certifies or body.opens_wholly)) or (body.opens_wholly and not document.may_have_more)


def _objections(page: PageSeen, document: Course) -> bool:
    """Whether a first page may yet be a part of the document before: a copy or a form that is attached to it."""
    signs = page.signs
    # Beside a whole head a number that does not follow is a speck or a part of a stamp.
    numbered = signs.number is not None and (page.n_cells < _CELLS or document.is_next(signs.number))
    return signs.annex is not None or numbered or page.is_form or document.speaks_of(page)


def _opens_another(page: PageSeen, document: Course) -> bool:
    """Whether the text opens as that of a first page; grounds may run on over a page's end to what they decide."""
    before = document.before.body
    return page.body.opens and not (before.grounds and not before.decides)


def _followed(document: Course | None, page: StackPage, seen: PageSeen) -> Course | None:
    """The document with one more page; None until a page with something on it has come."""
    if page.blank:
        if document is not None:
            document.n_pages += 1
        return document
    document = document or Course.of(seen)
    document.add(seen)
    return document
