"""A document of a stack as it is followed page by page: what has come of it, and what may still come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from sohoa.reading.bodies import Body
from sohoa.reading.grammar import Code
from sohoa.reading.signs import Signs

_ENDING = 2  # digits of a number whose first ones were lost
_TELLING = 3  # digits of a number that is still told from others if one of them is misread


@dataclass(frozen=True)
class PageSeen:
    """What speaks for or against a page's being a first one.

    Attributes:
        signs: of its head and of annexes.
        body: what stands below.
        is_landscape: it is wider than high.
        by_pen: digits of its number or date were written by hand.
        dossiers: codes of dossiers printed on it as barcodes.
        is_read: enough of it was read to judge by.
    """

    signs: Signs
    body: Body
    is_landscape: bool = False
    by_pen: bool = False
    dossiers: frozenset[str] = frozenset()
    is_read: bool = True

    @property
    def n_cells(self) -> int:
        """How many of the four cells of a head were found (NĐ 30/2020 PL I ô 1-4): nation, agency, number, date."""
        return len(self.signs.head & {"agency", "number", "date"}) + bool(self.signs.head & {"title", "motto"})

    @property
    def closes(self) -> bool:
        """Whether it has recipients or the office of a signer, with which a document ends but for its annexes."""
        return self.signs.signed or "recipients" in self.body.ends

    @property
    def is_form(self) -> bool:
        """Whether it waits to be filled in, as forms that come with a decision do."""
        return self.body.unfilled and not self.is_filled

    @property
    def is_filled(self) -> bool:
        """Whether its number or date is there; one that comes as a form has neither."""
        code = self.signs.code
        return self.by_pen or self.body.month is not None or (code is not None and code.number is not None)


@dataclass
class Course:
    """The document that is being followed.

    Attributes:
        first: its first page with something on it.
        before: the newest page with something on it.
        day: of its head, or else what its first annex says of it.
        n_written: pages with something on them.
        n_pages: all pages, blank ones too.
        n_annex: pages since its newest annex began.
        signed: a page had recipients or the office of a signer.
        announces: a page said that something comes with it.
        encloses: a page said that another document comes with it.
        ends: other marks of its end.
        cited: codes of documents named in it.
        dossiers: codes of dossiers printed on its pages.
    """

    first: PageSeen
    before: PageSeen
    day: dt.date | None
    n_written: int = 0
    n_pages: int = 0
    n_annex: int = 0
    signed: bool = False
    announces: bool = False
    encloses: bool = False
    ends: set[str] = field(default_factory=set)
    cited: set[str] = field(default_factory=set)
    dossiers: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, first: PageSeen) -> Course:
        """A document that begins with this page, which is still to be added."""
        return cls(first, first, first.signs.day)

    def add(self, page: PageSeen) -> None:
        """Follow the document to a page with something on it."""
        signs = page.signs
        self.n_pages += 1
        self.n_written += 1
        self.n_annex = 1 if signs.attached else self.n_annex + (self.n_annex > 0)
        self.day = self.day or signs.attached_to[1]
        self.signed |= page.closes
        self.announces |= signs.announces
        self.encloses |= page.body.encloses and (not signs.attached or page is self.first)
        self.ends |= page.body.ends
        self.cited |= signs.cited
        self.dossiers |= page.dossiers
        self.before = page

    @property
    def is_over(self) -> bool:
        """Whether its last page without annexes was surely seen: two marks of its end, or a certificate's signature."""
        return self.signed and (bool(self.ends & {"text", "filed"}) or "certificate" in self.first.signs.head)

    @property
    def may_have_more(self) -> bool:
        """Whether something comes with it, or may."""
        return self.n_annex > 0 or self.announces

    def comes_with(self, page: PageSeen) -> bool:
        """Whether what an annex says of the document that it comes with can be this one.

        Code or day must be the same where both are known, the code but for one character, and beyond doubt where the
        annex itself has a head or a signature. Of a first page that was filled in by pen only what is printed counts,
        since digits by pen are misread: month, year and symbol. Of one whose number was not read at all its type must
        be the one named, and month and year too unless it announces an annex.
        """
        codes, day = page.signs.attached_to
        own, own_day, by_pen = self.first.signs.code, self.day, self.first.by_pen
        name = written(own)
        if name in codes:
            return True
        if day is not None and day == own_day:
            # Agencies decide many things on one day: only a single misread character is overlooked.
            return by_pen or name is None or not codes or any(_are_one(name, code) for code in codes)
        if (page.signs.signed or page.signs.may_begin) and not by_pen:
            return False
        kind, own_kind = page.body.comes_with, self.first.body.kind
        month, own_month = (day.year, day.month) if day else None, self.first.body.month
        if (kind and own_kind and kind != own_kind) or (month and own_month and month != own_month):
            return False
        if day is not None and own_day is not None:
            return by_pen and month == own_month
        if own is None or not codes:
            agrees = kind is not None and kind == own_kind
            return (agrees and month is not None and month == own_month) or (self.announces and (agrees or not kind))
        return any(_may_be(own, code, by_pen=by_pen) for code in codes)

    def speaks_of(self, page: PageSeen) -> bool:
        """Whether it speaks of a page as of another document, or may: a copy of that may be attached to it."""
        code = written(page.signs.code)
        if code is None:
            # Decisions speak of charters that were issued with others; letters send copies along.
            return self.encloses and not self.first.body.decides
        return code in self.cited - {written(self.first.signs.code)}

    def is_of_other_dossier(self, page: PageSeen) -> bool:
        """Whether page and document carry codes of different dossiers."""
        return bool(page.dossiers and self.dossiers and not page.dossiers & self.dossiers)

    def is_next(self, number: int) -> bool:
        """Whether a printed page number may follow; annexes may count anew, and blank backs may be counted or not."""
        return self.n_written < number <= self.n_pages + 1 or number == self.n_annex + 1

    def runs_on_to(self, page: PageSeen) -> bool:
        """Whether a page without head and without annex note surely belongs to it."""
        signs, body, before = page.signs, page.body, self.before.body
        numbered = signs.number is not None
        in_order = bool(before.articles and body.articles) and body.counts_on(before)
        if not self.before.is_read or (signs.number is not None and not in_order and not self.is_next(signs.number)):
            return False
        if (body.starts_low and not numbered) or body.counts_anew(before):
            # What stood above was not read: it may have been a head.
            return False
        is_turned = page.is_landscape is not self.before.is_landscape
        counted = numbered or body.counts_on(before)
        if self.n_annex:
            # A page with a signature may be the last one of another document whose head was lost.
            within = before.full and (signs.goes_on or body.began_before(before))
            return not page.closes and not is_turned and (counted or within)
        if self.signed:
            return self.announces and signs.titled and not page.closes and "type" not in signs.head
        if is_turned or "filed" in self.ends or ("text" in self.ends and not page.closes):
            return False
        # What is kept together with a signature block may leave the page before half empty, but is short.
        return counted or before.full or (page.closes and body.ends_high)


def _are_one(own: str, cited: str) -> bool:
    """Whether two codes of the same day are of one document: a character, the symbol or the first digits misread.

    Numbers that an agency gives on one day lie close together: no two of them end in the same digits.
    """
    (number, _, symbol), (cited_number, _, cited_symbol) = own.partition("/"), cited.partition("/")
    if Levenshtein.distance(own, cited) <= 1:
        return True
    if number == cited_number:
        return symbol.partition("-")[0] == cited_symbol.partition("-")[0]
    shorter, longer = sorted((number, cited_number), key=len)
    return symbol == cited_symbol and len(shorter) >= _ENDING and longer.endswith(shorter)


def _may_be(own: Code, cited: str, *, by_pen: bool) -> bool:
    """Whether a cited code with the same symbol can be this one with one digit misread, or all of them if by pen."""
    number, _, notation = cited.partition("/")
    if notation != own.notation:
        return False
    known = None if by_pen else own.number
    return known is None or (len(number) >= _TELLING and Levenshtein.distance(number, known.lstrip("0")) <= 1)


def written(code: Code | None) -> str | None:
    """A code as `Signs.cited` has it."""
    return f"{code.number.lstrip('0')}/{code.notation}" if code and code.number else None
