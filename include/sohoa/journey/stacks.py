"""The documents of a master: where each begins, what is settled already, what becomes of proposals that fell away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sohoa.catalogue.events import record_event
from sohoa.catalogue.models import OPEN, Batch, Document, DocumentStatus, Field, Page, PageStatus, Verdict, utc_now
from sohoa.catalogue.search import forget_words
from sohoa.journey.readings import PageWords
from sohoa.on_demand import OnDemand
from sohoa.reading.boundaries import Segment, StackPage
from sohoa.reading.looks import by_pen
from sohoa.reading.stacks import divide

_AGENT = "sohoa digitise"


def divide_master(
    batch: Batch, pages: Sequence[Page], kept: Sequence[PageWords | None], *, one_document: bool
) -> list[Segment]:
    """The segments of a master; every page is in exactly one.

    Args:
        batch: the batch that brought it.
        pages: all its pages in order.
        kept: what was read from each.
        one_document: a person said so.
    """
    if one_document:
        return [Segment(1, len(pages))]
    seen = OnDemand(lambda index: _stack_page(pages[index], kept[index]), range(len(pages)))
    return divide(seen, batch.unit_code, batch.name)


def _stack_page(page: Page, kept: PageWords | None) -> StackPage:
    codes = page.barcodes or ()
    if kept is None:
        return StackPage(barcodes=codes, unreadable=True)
    # The blank back of a separator sheet was told apart from blank pages by an earlier run.
    blank = page.status in (PageStatus.BLANK, PageStatus.SEPARATOR) and not kept.words
    hand = by_pen(kept.ink, "number") or by_pen(kept.ink, "date")
    return StackPage(kept.words, kept.aspect, codes, kept.looks, by_pen=hand, blank=blank)


def settled_ranges(session: Session, sha256: str) -> list[range]:
    """The page numbers of each document of a master that a person or an earlier run has settled."""
    rows = session.execute(
        select(Document.first_page, Document.page_count).where(Document.sha256 == sha256, Document.status.not_in(OPEN))
    )
    return [range(first, first + count) for first, count in rows]


def beside_settled(segments: Sequence[Segment], settled: Sequence[range]) -> list[Segment]:
    """The segments without the pages of settled documents; what such a page was cut off from is in doubt."""
    taken = {number for pages in settled for number in pages}
    left: list[Segment] = []
    for segment in segments:
        parts = list(_free_parts(segment, taken))
        whole = parts == [(segment.first, segment.last)]
        for first, last in parts:
            part = Segment(first, last, segment.reasons, segment.separator)
            left.append(part if whole or part.separator else part.doubted())
    return left


def _free_parts(segment: Segment, taken: set[int]) -> Iterator[tuple[int, int]]:
    for free, group in groupby(range(segment.first, segment.last + 1), key=lambda number: number not in taken):
        numbers = list(group)
        if free:
            yield numbers[0], numbers[-1]


def mark_separators(session: Session, pages: Sequence[Page], segments: Sequence[Segment]) -> None:
    """Give the pages of separator sheets their status, and pages that are none any more theirs back."""
    sheets = {number for one in segments if one.separator for number in range(one.first, one.last + 1)}
    for page in pages:
        row = session.get_one(Page, (page.sha256, page.page_no))
        if page.page_no in sheets:
            row.status = PageStatus.SEPARATOR
        elif row.status == PageStatus.SEPARATOR:
            row.status = PageStatus.OCRED if row.n_words else PageStatus.BLANK


def withdraw_proposals(session: Session, batch: Batch, sha256: str, first_pages: set[int]) -> None:
    """Take back open documents of a master that begin on none of these pages; what people were told of is noted."""
    fallen = session.scalars(
        select(Document).where(
            Document.sha256 == sha256, Document.status.in_(OPEN), Document.first_page.not_in(first_pages)
        )
    ).all()
    for document in fallen:
        identity = document.document_id
        if document.status == DocumentStatus.IN_REVIEW:
            record_event(
                session,
                f"document_withdrawn:{identity}:{document.page_count}",
                "document_withdrawn",
                batch.claimed_on or utc_now().date(),
                agent=_AGENT,
                batch_id=batch.id,
                document_id=identity,
                detail={"first_page": document.first_page, "page_count": document.page_count},
            )
        session.execute(delete(Field).where(Field.document_id == identity))
        session.execute(delete(Verdict).where(Verdict.gate == "records", Verdict.item_id == identity))
        forget_words(session, identity)
        session.delete(document)
    session.flush()
