"""A document of a stack as it is followed page by page: what has come of it, and what may still come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from rapidfuzz import fuzz

from sohoa.reading.annexes import Annex
from sohoa.reading.bodies import Body
from sohoa.reading.grammar import Code
from sohoa.reading.identity import Identity, Match, match_codes, match_dates
from sohoa.reading.signs import Signs

_TITLE_LETTERS, _TITLE_WORDS = 16, 4
_TITLE_LIKENESS = 95.0  # percent


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


class Named(NamedTuple):
    """Codes by which a document is named: in its own head, and by each of its annexes."""

    own: frozenset[str] = frozenset()
    by_annexes: tuple[frozenset[str], ...] = ()


@dataclass
class Course:
    """The document that is being followed.

    Attributes:
        first: its first page with something on it.
        before: the newest page with something on it.
        identity: as its head has it, what was not read there as its first annexes say.
        by_annexes: codes of the document that each of its annexes says it comes with.
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
    identity: Identity
    by_annexes: list[frozenset[str]] = field(default_factory=list)
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
        months = frozenset({first.body.month} if first.body.month else ())
        return cls(first, first, first.signs.identity.as_well_as(Identity(months=months)))

    def add(self, page: PageSeen) -> None:
        """Follow the document to a page with something on it."""
        signs = page.signs
        self.n_pages += 1
        self.n_written += 1
        self.n_annex = 1 if signs.annex else self.n_annex + (self.n_annex > 0)
        if signs.annex:
            self.identity = self.identity.with_missing(signs.annex.of)
            self.by_annexes.append(signs.annex.of.codes)
        self.signed |= page.closes
        self.announces |= signs.announces
        self.encloses |= page.body.encloses and (not signs.annex or page is self.first)
        self.ends |= page.body.ends
        self.cited |= signs.cited
        self.dossiers |= page.dossiers
        self.before = page

    @property
    def named(self) -> Named:
        """The codes by which it is named."""
        return Named(self.first.signs.identity.codes, tuple(self.by_annexes))

    @property
    def is_over(self) -> bool:
        """Whether its last page without annexes was surely seen: two marks of its end, or a certificate's signature."""
        return self.signed and (bool(self.ends & {"text", "filed"}) or "certificate" in self.first.signs.head)

    @property
    def may_have_more(self) -> bool:
        """Whether something comes with it, or may."""
        return self.n_annex > 0 or self.announces

    def is_document_of(self, annex: Annex, page: PageSeen) -> bool:
        """Whether what an annex says on its first page of the document that it comes with can be this one.

        Number or day must be the same, beyond doubt where the annex itself has a head or a signature; a number that
        is nearly the same does unless the date speaks against it. Where the number was not read, or by pen so that
        only its symbol counts, type and month must agree; where that does not tell either, the document must announce
        something that comes with it or be about the same.
        """
        by_pen = self.first.by_pen
        dates = match_dates(self.identity, annex.of, by_pen=by_pen)
        codes = match_codes(self.identity, annex.of, by_pen=by_pen, same_day=dates is Match.SAME)
        if codes is Match.OTHER:
            return False
        if Match.SAME in (codes, dates):
            return True
        kind, own_kind = page.body.comes_with, self.first.body.kind
        is_other_kind = bool(kind and own_kind and kind != own_kind)
        is_more_than_annex = (page.signs.signed or page.signs.may_begin) and not by_pen
        if dates is Match.OTHER or is_other_kind or is_more_than_annex:
            return False
        if dates is Match.NEAR:
            return codes is not Match.NEAR and self.is_about(annex.about)
        is_of_kind = kind is not None and kind == own_kind
        told = codes is Match.NEAR or (dates is Match.PARTLY and (is_of_kind or by_pen))
        return told or (self.announces and (is_of_kind or not kind)) or self.is_about(annex.about)

    def is_about(self, title: str) -> bool:
        """Whether its first page speaks of what an annex has as its title, if that is long enough to tell."""
        is_telling = len(title) >= _TITLE_LETTERS and len(title.split()) >= _TITLE_WORDS
        return is_telling and fuzz.partial_ratio(title, self.first.signs.text) >= _TITLE_LIKENESS

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
            within = before.full and (signs.goes_on or body.began_before(before) or body.is_last_row)
            return not page.closes and not is_turned and (counted or within)
        if self.signed:
            return self.announces and signs.titled and not page.closes and "type" not in signs.head
        if is_turned or "filed" in self.ends or ("text" in self.ends and not page.closes):
            return False
        # What is kept together with a signature block may leave the page before half empty, but is short.
        return counted or before.full or (page.closes and body.ends_high)


def written(code: Code | None) -> str | None:
    """A code as `Signs.cited` has it."""
    return f"{code.number.lstrip('0')}/{code.notation}" if code and code.number else None
