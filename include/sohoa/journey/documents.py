"""From read pages to documents with fields, and the gate over them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from sohoa.archive.groups import GROUP, is_stated, lacks_page
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import (
    Batch,
    Document,
    DocumentStatus,
    Field,
    FileOutcome,
    Master,
    Page,
    PageStatus,
    ScanFile,
    TextOrigin,
)
from sohoa.intake.delivered import masters_of, source_files
from sohoa.journey.locking import (
    cleared_ids,
    documents_of,
    has_locked,
    is_withheld,
    lock_copies,
    lock_documents,
    put_away,
    spread,
    take_back,
)
from sohoa.journey.persons import ranges_by_persons, values_by_person
from sohoa.journey.readings import PageWords, kept_page, withhold_page
from sohoa.journey.stacks import (
    OPEN,
    beside_settled,
    divide_master,
    mark_separators,
    settled_ranges,
    withdraw_proposals,
)
from sohoa.ocr import text_of
from sohoa.quality import GateResult, judge, records_frame, store_verdicts, write_data_docs
from sohoa.quality.frames import RECORD_FLAGS
from sohoa.reading import FIELD_NAMES, PageEvidence, Reading, Record, read_document
from sohoa.reading.barcodes import DossierEvidence, weigh_dossier
from sohoa.reading.boundaries import UNCERTAIN, Segment
from sohoa.reading.record import NOTHING
from sohoa.reading.secrecy import DOUBT, MARK
from sohoa.settings import Settings

_AGENT = "sohoa digitise"
_OF_WITHHELD = frozenset({MARK, "page_failed", "pages_unaccounted"})
"""What the gate may find wrong with a document of which nothing is known but its pages."""

_PAGE_BREAK = "\n\f\n"


def document_id(sha256: str, first_page: int) -> str:
    """The id of the document that begins on this page of this master: the same in every run."""
    return f"{sha256[:24]}-{first_page:04d}"


def compile_documents(settings: Settings, batch_id: str) -> list[str]:
    """Make a document of every readable file of the batch; return their ids.

    What a person or an earlier run has settled stays as it is. Safe to run again.

    Raises:
        RuntimeError: not every file of the batch is in the master store yet.
    """
    with reading(settings.catalogue_url) as session:
        if session.get_one(Batch, batch_id).received_at is None:
            raise RuntimeError(f"batch {batch_id} is not received: its files must be in the master store first")
        masters = session.scalars(masters_of(batch_id).order_by(ScanFile.path)).all()
    return [identity for sha256 in masters for identity in _compile(settings, batch_id, sha256)]


def _compile(settings: Settings, batch_id: str, sha256: str) -> list[str]:
    """Make the documents of one master in one transaction; return the ids of all that it has."""
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
    kept = [kept_page(settings, sha256, page.page_no) for page in pages]
    segments = beside_settled(divide_master(batch, pages, kept, one_document=is_stated(settings, sha256)), settled)
    documents = [segment for segment in segments if not segment.separator]
    is_stack = len(documents) + len(settled) > 1
    drafts = [_draft(segment, pages, kept, is_stack=is_stack) for segment in documents]
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
    drafts: Sequence[_Draft],
    by_persons: Sequence[range],
) -> None:
    firsts = {draft.segment.first for draft in drafts} | {numbers.start for numbers in by_persons}
    withdraw_proposals(session, batch, sha256, firsts)
    mark_separators(session, pages, segments)
    for draft in drafts:
        _store_document(settings, session, batch, sha256, draft)
    for file in source_files(settings, session, batch.id, sha256, 1, len(pages)):
        file.outcome = FileOutcome.DOCUMENT


def _compile_locked(settings: Settings, batch: Batch, sha256: str, n_pages: int) -> list[str]:
    """See that a master that was locked, or that holds a scan that was, is locked in all its parts; it is not read."""
    with writing(settings.catalogue_url) as session:
        if not documents_of(session, sha256):
            _store_document(settings, session, batch, sha256, _unread(Segment(1, n_pages)))
        documents = documents_of(session, sha256)
        lock_documents(session, [one for one in documents if one.status != DocumentStatus.LOCKED], set(), _AGENT)
        for file in source_files(settings, session, batch.id, sha256, 1, n_pages):
            file.outcome = FileOutcome.DOCUMENT
        identities = [document.document_id for document in documents]
    put_away(settings, sha256)
    return identities


def _hold_back(sha256: str, drafts: Sequence[_Draft], cleared: set[str]) -> tuple[list[_Draft], set[str]]:
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
    kept = [_unread(draft.segment, draft.flags) if index in held else draft for index, draft in enumerate(drafts)]
    return kept, marked


def _unread(segment: Segment, flags: frozenset[str] = frozenset()) -> _Draft:
    """A document of which nothing is kept but that it is there, and what may be said of any page."""
    record = Record({name: NOTHING for name in FIELD_NAMES})
    return _Draft(segment, record, None, (flags & {MARK}) | {DOUBT}, barcodes=(), is_alone=False)


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
        draft = _draft(Segment(first, last), pages, kept, is_stack=is_stack)
        if MARK in draft.flags and document_id(sha256, first) not in cleared:
            # The person who settled the range has yet to say whether it is a mark.
            draft = _unread(draft.segment, draft.flags)
        _store_document(settings, session, batch, sha256, draft)
    return [document_id(sha256, first) for first, _ in ranges]


@dataclass(frozen=True)
class _Draft:
    """A document as read, before it is written down."""

    segment: Segment
    record: Record
    text: str | None
    flags: frozenset[str]
    barcodes: tuple[Sequence[str], ...]
    is_alone: bool

    @property
    def page_count(self) -> int:
        return self.segment.last - self.segment.first + 1

    def cleared(self) -> _Draft:
        """The same, after a person said that it bears no valid mark of secrecy."""
        return replace(self, flags=self.flags - {MARK, DOUBT})


def _draft(segment: Segment, pages: Sequence[Page], kept: Sequence[PageWords | None], *, is_stack: bool) -> _Draft:
    own = slice(segment.first - 1, segment.last)
    evidence = [_evidence(page) for page in kept[own]]
    # The head stands on the first page with something on it.
    n_blank = next((index for index, page in enumerate(evidence) if page.words), 0)
    record = read_document(evidence[n_blank:])
    readings, further = (
        {
            name: found if found.page_no is None else replace(found, page_no=found.page_no + n_blank)
            for name, found in values.items()
        }
        for values in (record.readings, record.further)
    )
    return _Draft(
        segment=segment,
        record=replace(record, readings=readings, further=further),
        text=_PAGE_BREAK.join(text_of(page.words) if page else "" for page in kept[own]),
        flags=frozenset(
            {*record.flags, *_page_flags(pages[own]), *segment.reasons, *(["split_from_stack"] * is_stack)}
        ),
        barcodes=tuple(page.barcodes or () for page in pages[own]),
        is_alone=not is_stack,
    )


def _store_document(settings: Settings, session: Session, batch: Batch, sha256: str, draft: _Draft) -> None:
    first, count = draft.segment.first, draft.page_count
    files = source_files(settings, session, batch.id, sha256, first, count)
    identity = document_id(sha256, first)
    document = session.get(Document, identity) or Document(
        document_id=identity,
        batch_id=batch.id,
        sha256=sha256,
        first_page=first,
        page_count=count,
        unit_code=batch.unit_code,
        status=DocumentStatus.RECEIVED,
    )
    session.add(document)
    if document.page_count != count:
        # Its archive copy shows other pages.
        document.page_count, document.pdfa_key, document.pdfa_sha256 = count, None, None
    if DOUBT in draft.flags:
        document.pdfa_key, document.pdfa_sha256 = None, None
    document.source_file, document.source_files = files[0].path, [file.path for file in files]
    document.scanned_on = files[0].scanned_on
    document.text = draft.text
    # What a manifest says of a file with several documents is said of none of them.
    manifest = next((f.dossier_code for f in files if f.dossier_code), None) if draft.is_alone else None
    dossier = weigh_dossier(draft.record.readings["dossier_code"], manifest, draft.barcodes)
    document.procedure_code = dossier.procedure
    incomplete = {"missing_page"} if lacks_page(settings, sha256, first, count) else set()
    conflict = {"dossier_conflict"} if dossier.others else set()
    document.flags = sorted({*draft.flags, *incomplete, *conflict})
    _store_fields(session, document, draft.record, dossier)


def _evidence(page: PageWords | None) -> PageEvidence:
    if page is None:
        return PageEvidence(words=(), aspect=1.0)
    return PageEvidence(page.words, page.aspect, page.own_text, page.looks, page.ink)


def _page_flags(pages: Sequence[Page]) -> set[str]:
    flags = {flag for page in pages for flag in page.quality_flags or ()}
    if any(page.text_origin == TextOrigin.OWN for page in pages):
        flags.add("born_digital")
    return flags


def _store_fields(session: Session, document: Document, record: Record, dossier: DossierEvidence) -> None:
    """Write the fields with their evidence, and their values into the document's own columns."""
    session.flush()
    by_person = values_by_person(session, document.document_id)
    session.execute(delete(Field).where(Field.document_id == document.document_id, Field.name.not_in(by_person.keys())))
    sourced = {name: (found, "ocr") for name, found in record.readings.items()} | {"dossier_code": dossier.chosen}
    for name, (value, source) in sourced.items():
        if name in by_person:
            continue
        session.add(_field(document.document_id, name, value, source))
        if name == "issued_on":
            document.issued_on = dt.date.fromisoformat(value.value) if value.value else None
        else:
            setattr(document, name, value.value)
    for source, value in dossier.others.items():
        session.add(_field(document.document_id, f"dossier_code_{source}", value, source))
    for name, value in record.further.items():
        if name not in by_person:
            session.add(_field(document.document_id, name, value, "ocr"))


def _field(identity: str, name: str, found: Reading, source: str) -> Field:
    left, top, right, bottom = found.box or (None, None, None, None)
    return Field(
        document_id=identity,
        name=name,
        value=found.value,
        confidence=round(found.confidence, 4),
        source=source,
        page_no=found.page_no,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
    )


def judge_documents(settings: Settings, batch_id: str) -> GateResult:
    """Judge the batch's open documents by `expectations/records.json`; keep verdicts and Data Docs."""
    with reading(settings.catalogue_url) as session:
        batch = session.get_one(Batch, batch_id)
        documents = session.scalars(
            select(Document)
            .where(Document.batch_id == batch_id, Document.status.in_(OPEN))
            .order_by(Document.source_file, Document.first_page)
        ).all()
        rows = [_gate_row(session, document, batch) for document in documents]
    result = _judge(settings, batch_id, rows, documents)
    store_verdicts(settings, result)
    write_data_docs(settings, result)
    return result


def judge_document(settings: Settings, document_id: str) -> GateResult:
    """Judge one document by itself, after a person's decision on it; keep the verdicts under its own id."""
    with reading(settings.catalogue_url) as session:
        document = session.get_one(Document, document_id)
        rows = [_gate_row(session, document, session.get_one(Batch, document.batch_id))]
    result = _judge(settings, document_id, rows, [document])
    store_verdicts(settings, result)
    return result


def _judge(
    settings: Settings, subject_id: str, rows: Sequence[dict[str, Any]], documents: Sequence[Document]
) -> GateResult:
    """What the gate says; that the values of withheld documents are not there is no fault of theirs."""
    result = judge(settings, "records", subject_id, records_frame(rows), "document_id")
    withheld = {document.document_id for document in documents if is_withheld(document)}
    return result.excusing(withheld, but=_OF_WITHHELD)


def _gate_row(session: Session, document: Document, batch: Batch) -> dict[str, Any]:
    identity = document.document_id
    confidence = {
        row.name: row.confidence for row in session.scalars(select(Field).where(Field.document_id == identity))
    }
    last_page = document.first_page + document.page_count - 1
    pages = session.scalars(
        select(Page).where(Page.sha256 == document.sha256, Page.page_no.between(document.first_page, last_page))
    ).all()
    declared = session.scalars(
        select(ScanFile.pages_declared).where(ScanFile.batch_id == batch.id, ScanFile.path.in_(document.source_files))
    ).all()
    n_by_status = {status: sum(page.status == status for page in pages) for status in PageStatus}
    resolutions = [page.dpi for page in pages if page.dpi is not None]
    return {
        "document_id": identity,
        "source_file": document.source_file,
        "doc_type": document.doc_type,
        "code_number": document.code_number,
        "code_notation": document.code_notation,
        "issued_on": document.issued_on,
        "issuer": document.issuer,
        "subject": document.subject,
        "signer_name": document.signer_name,
        "dossier_code": document.dossier_code,
        **{f"conf_{name}": confidence.get(name) for name in ("code_number", "code_notation", "issued_on", "issuer")},
        "pages_declared": _declared(session, document, declared),
        "pages_ocred": n_by_status[PageStatus.OCRED],
        "pages_blank": n_by_status[PageStatus.BLANK],
        # A page that nobody came to read is as good as failed: it must not slip through.
        "pages_failed": n_by_status[PageStatus.FAILED] + n_by_status[PageStatus.PENDING],
        "min_dpi": min(resolutions, default=None),
        "all_colour": all(page.colour is not False for page in pages),
        **{flag: flag in document.flags for flag in RECORD_FLAGS},
        MARK: MARK in document.flags or is_withheld(document),
        "claimed_on": batch.claimed_on,
    }


def _declared(session: Session, document: Document, declared: Sequence[int | None]) -> int:
    """Pages that the document should have by what the manifest says of its files; what it has if that says nothing.

    The manifest counts the pages of a file. One too many or too few is so for every document of the file.
    """
    if None in declared:
        return document.page_count
    total = sum(n or 0 for n in declared)
    if len(document.source_files) > 1:
        return total
    n_pages = session.scalar(select(func.count()).select_from(Page).where(Page.sha256 == document.sha256)) or 0
    n_others = 0 if session.get_one(Master, document.sha256).media_type == GROUP else n_pages - document.page_count
    return total - n_others
