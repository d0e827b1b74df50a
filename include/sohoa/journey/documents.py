"""From read pages to documents with fields."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.archive.groups import is_stated
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import (
    Batch,
    DocumentStatus,
    FileOutcome,
    Page,
    ScanFile,
)
from sohoa.intake.delivered import masters_of, source_files
from sohoa.journey.drafts import Draft, document_id, draft_of, store_document, unread
from sohoa.journey.locking import (
    cleared_ids,
    documents_of,
    has_locked,
    lock_copies,
    lock_documents,
    put_away,
    spread,
    take_back,
)
from sohoa.journey.persons import ranges_by_persons
from sohoa.journey.readings import kept_page, withhold_page
from sohoa.journey.stacks import (
    beside_settled,
    divide_master,
    mark_separators,
    settled_ranges,
    withdraw_proposals,
)
from sohoa.on_demand import OnDemand
from sohoa.reading.boundaries import UNCERTAIN, Segment
from sohoa.reading.secrecy import DOUBT, MARK
from sohoa.settings import Settings

_AGENT = "sohoa digitise"


def compile_documents(settings: Settings, batch_id: str) -> list[str]:
    """Make a document of every readable file of the batch; return their ids.

    What a person or an earlier run has settled stays as it is. Safe to run again.

    Raises:
        RuntimeError: not every file of the batch is in the master store yet.
    """
    masters = masters_to_compile(settings, batch_id)
    return [identity for sha256 in masters for identity in compile_master(settings, batch_id, sha256)]


def masters_to_compile(settings: Settings, batch_id: str) -> Sequence[str]:
    """The readable files of a batch, by their hashes; RuntimeError as `compile_documents`."""
    with reading(settings.catalogue_url) as session:
        if session.get_one(Batch, batch_id).received_at is None:
            raise RuntimeError(f"batch {batch_id} is not received: its files must be in the master store first")
        return session.scalars(masters_of(batch_id).order_by(ScanFile.path)).all()


def compile_master(settings: Settings, batch_id: str, sha256: str) -> list[str]:
    """Make the documents of one master in one transaction; return the ids of all that it has. Safe to run again."""
    with reading(settings.catalogue_url) as session:
        batch = session.get_one(Batch, batch_id)
        pages = session.scalars(select(Page).where(Page.sha256 == sha256).order_by(Page.page_no)).all()
        by_persons = ranges_by_persons(session, sha256)
        settled = [*settled_ranges(session, sha256), *by_persons]
        locked, cleared = has_locked(session, sha256), cleared_ids(session, sha256)
    if locked:
        return _compile_locked(settings, batch, sha256, len(pages))
    if cleared:
        take_back(settings, sha256)
    kept = OnDemand(partial(kept_page, settings, sha256), [page.page_no for page in pages])
    segments = beside_settled(divide_master(batch, pages, kept, one_document=is_stated(settings, sha256)), settled)
    documents = [segment for segment in segments if not segment.separator]
    is_stack = len(documents) + len(settled) > 1
    drafts = [draft_of(segment, pages, kept, is_stack=is_stack) for segment in documents]
    drafts, marked = _hold_back(sha256, drafts, cleared)
    with writing(settings.catalogue_url) as session:
        locked = has_locked(session, sha256)
        if not locked:
            _store_all(settings, session, batch, sha256, pages, segments, drafts, by_persons)
            if marked:
                lock_documents(session, documents_of(session, sha256), marked, _AGENT)
                spread(session, sha256, _AGENT)
    if locked or marked:
        return _compile_locked(settings, batch, sha256, len(pages))
    for draft in drafts:
        if DOUBT in draft.flags:
            _hide(settings, sha256, draft.segment)
    firsts = {segment.first for segment in documents} | {numbers.start for numbers in settled}
    return [document_id(sha256, first) for first in sorted(firsts)]


def _store_all(
    settings: Settings,
    session: Session,
    batch: Batch,
    sha256: str,
    pages: Sequence[Page],
    segments: Sequence[Segment],
    drafts: Sequence[Draft],
    by_persons: Sequence[range],
) -> None:
    firsts = {draft.segment.first for draft in drafts} | {numbers.start for numbers in by_persons}
    withdraw_proposals(session, batch, sha256, firsts)
    mark_separators(session, pages, segments)
    for draft in drafts:
        store_document(settings, session, batch, sha256, draft)
    for file in source_files(settings, session, batch.id, sha256, 1, len(pages)):
        file.outcome = FileOutcome.DOCUMENT


def _compile_locked(settings: Settings, batch: Batch, sha256: str, n_pages: int) -> list[str]:
    """See that a master that was locked, or that holds a scan that was, is locked in all its parts; it is not read."""
    with writing(settings.catalogue_url) as session:
        if not documents_of(session, sha256):
            store_document(settings, session, batch, sha256, unread(Segment(1, n_pages)))
        documents = documents_of(session, sha256)
        lock_documents(session, [one for one in documents if one.status != DocumentStatus.LOCKED], set(), _AGENT)
        for file in source_files(settings, session, batch.id, sha256, 1, n_pages):
            file.outcome = FileOutcome.DOCUMENT
        identities = [document.document_id for document in documents]
    put_away(settings, sha256)
    return identities


def _hold_back(sha256: str, drafts: Sequence[Draft], cleared: set[str]) -> tuple[list[Draft], set[str]]:
    """The drafts without what must not be kept of them, and the ids of those that surely bear a mark of secrecy.

    If one surely does, nothing is kept of any. What is in doubt takes with it the neighbours of which it is not sure
    where they begin: its pages may lie in them.
    """
    drafts = [draft.cleared() if document_id(sha256, draft.segment.first) in cleared else draft for draft in drafts]
    marked = {
        document_id(sha256, draft.segment.first) for draft in drafts if MARK in draft.flags and DOUBT not in draft.flags
    }
    doubtful = {index for index, draft in enumerate(drafts) if DOUBT in draft.flags}
    unsure = {index for index, draft in enumerate(drafts) if UNCERTAIN in draft.segment.reasons}
    beside = {other for index in doubtful & unsure for other in (index - 1, index + 1)} & unsure
    held = set(range(len(drafts))) if marked else doubtful | beside
    kept = [unread(draft.segment, draft.flags) if index in held else draft for index, draft in enumerate(drafts)]
    return kept, marked


def _hide(settings: Settings, sha256: str, segment: Segment) -> None:
    """Lock away what was read, and made, of a document that may be classified."""
    for page_no in range(segment.first, segment.last + 1):
        withhold_page(settings, sha256, page_no)
    lock_copies(settings, [document_id(sha256, segment.first)])


def compile_ranges(
    settings: Settings, session: Session, batch: Batch, sha256: str, ranges: Sequence[tuple[int, int]]
) -> list[str]:
    """Make the documents of page ranges (first, last) that a person settled; return their ids.

    It is part of the caller's transaction. Values that a person set stay.
    """
    pages = session.scalars(select(Page).where(Page.sha256 == sha256).order_by(Page.page_no)).all()
    wanted = {number for first, last in ranges for number in range(first, last + 1)}
    kept = [kept_page(settings, sha256, page.page_no) if page.page_no in wanted else None for page in pages]
    is_stack = any((first, last) != (1, len(pages)) for first, last in ranges)
    cleared = cleared_ids(session, sha256)
    for first, last in ranges:
        draft = draft_of(Segment(first, last), pages, kept, is_stack=is_stack)
        if MARK in draft.flags and document_id(sha256, first) not in cleared:
            # The person who settled the range has yet to say whether it is a mark.
            draft = unread(draft.segment, draft.flags)
        store_document(settings, session, batch, sha256, draft)
    return [document_id(sha256, first) for first, _ in ranges]
