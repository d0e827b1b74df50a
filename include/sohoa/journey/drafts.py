"""A document as its pages were read, and how it is written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete
from sqlalchemy.orm import Session

from sohoa.archive.groups import lacks_page
from sohoa.catalogue.documents import PAGE_BREAK
from sohoa.catalogue.models import (
    Batch,
    Document,
    DocumentStatus,
    Field,
    Page,
    TextOrigin,
)
from sohoa.catalogue.search import erase_words
from sohoa.intake.delivered import source_files
from sohoa.journey.persons import values_by_person
from sohoa.journey.readings import PageWords
from sohoa.ocr import text_of
from sohoa.reading import FIELD_NAMES, PageEvidence, Reading, Record, read_document
from sohoa.reading.barcodes import DossierEvidence, weigh_dossier
from sohoa.reading.boundaries import Segment
from sohoa.reading.calibration import calibrated
from sohoa.reading.record import NOTHING
from sohoa.reading.secrecy import DOUBT, MARK
from sohoa.settings import Settings


def document_id(sha256: str, first_page: int) -> str:
    """The id of the document that begins on this page of this master: the same in every run."""
    return f"{sha256[:24]}-{first_page:04d}"


@dataclass(frozen=True)
class Draft:
    """A document as read, before it is written down.

    Attributes:
        segment: its pages.
        record: its fields.
        text: all that was read; None where nothing may be kept.
        flags: of its reading, its pages and its boundaries.
        barcodes: what the codes on each page say.
        is_alone: whether it is the only document of its file.
    """

    segment: Segment
    record: Record
    text: str | None
    flags: frozenset[str]
    barcodes: tuple[Sequence[str], ...]
    is_alone: bool

    @property
    def page_count(self) -> int:
        """How many pages it has."""
        return self.segment.last - self.segment.first + 1

    def cleared(self) -> Draft:
        """The same, after a person said that it bears no valid mark of secrecy."""
        return replace(self, flags=self.flags - {MARK, DOUBT})


def record_of(pages: Sequence[PageWords | None]) -> Record:
    """What pages say when they are taken for one document, each value with the score of the reading."""
    evidence = [_evidence(page) for page in pages]
    # The head stands on the first page with something on it.
    n_blank = next((index for index, page in enumerate(evidence) if page.words), 0)

    def moved(found: Reading) -> Reading:
        return found if found.page_no is None else replace(found, page_no=found.page_no + n_blank)

    return read_document(evidence[n_blank:]).mapped(lambda _, found: moved(found))


def _calibrated(record: Record, pages: Sequence[Page]) -> Record:
    """The record with confidences in place of scores; on a page's own text there was nothing to misread."""
    own_text = {number for number, page in enumerate(pages, start=1) if page.text_origin == TextOrigin.OWN}

    def sure(name: str, found: Reading) -> Reading:
        if found.value is None or found.page_no in own_text:
            return found
        return replace(found, confidence=calibrated(name, found.confidence))

    return record.mapped(sure)


def draft_of(segment: Segment, pages: Sequence[Page], kept: Sequence[PageWords | None], *, is_stack: bool) -> Draft:
    """What pages say when they are taken for one document; `kept` holds the words of each page that was read."""
    own = slice(segment.first - 1, segment.last)
    record = _calibrated(record_of(kept[own]), pages[own])
    return Draft(
        segment=segment,
        record=record,
        text=PAGE_BREAK.join(text_of(page.words) if page else "" for page in kept[own]),
        flags=frozenset(
            {*record.flags, *_page_flags(pages[own]), *segment.reasons, *(["split_from_stack"] * is_stack)}
        ),
        barcodes=tuple(page.barcodes or () for page in pages[own]),
        is_alone=not is_stack,
    )


def store_document(settings: Settings, session: Session, batch: Batch, sha256: str, draft: Draft) -> None:
    """Write a document with its fields; part of the caller's transaction."""
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
    if DOUBT in draft.flags:
        erase_words(session, [identity])


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


def unread(segment: Segment, flags: frozenset[str] = frozenset()) -> Draft:
    """A document of which nothing is kept but that it is there, and what may be said of any page."""
    record = Record({name: NOTHING for name in FIELD_NAMES})
    return Draft(segment, record, None, (flags & {MARK}) | {DOUBT}, barcodes=(), is_alone=False)
