"""From read pages to documents with fields, and the gate over them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import (
    Batch,
    Document,
    DocumentStatus,
    Field,
    FileOutcome,
    Page,
    PageStatus,
    ScanFile,
)
from sohoa.journey.readings import PageWords, kept_page
from sohoa.ocr import text_of
from sohoa.quality import GateResult, judge, records_frame, store_verdicts, write_data_docs
from sohoa.reading import PageEvidence, Reading, Record, read_document
from sohoa.settings import Settings

_OPEN = (DocumentStatus.RECEIVED, DocumentStatus.IN_REVIEW)
_LOW_DPI = 195.0  # 200 dpi by NĐ 30/2020 PL I, less what scanners round away
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
        files = session.scalars(
            select(ScanFile)
            .where(
                ScanFile.batch_id == batch_id,
                ScanFile.outcome.in_((FileOutcome.RECEIVED, FileOutcome.DOCUMENT)),
            )
            .order_by(ScanFile.path)
        ).all()
    return [_compile(settings, batch_id, file) for file in files]


def _compile(settings: Settings, batch_id: str, file: ScanFile) -> str:
    sha256 = str(file.sha256)
    identity = document_id(sha256, 1)
    with reading(settings.catalogue_url) as session:
        known = session.get(Document, identity)
        pages = session.scalars(select(Page).where(Page.sha256 == sha256).order_by(Page.page_no)).all()
        batch = session.get_one(Batch, batch_id)
    if known is not None and known.status not in _OPEN:
        return identity
    kept = [kept_page(settings, sha256, page.page_no) for page in pages]
    record = read_document([_evidence(page) for page in kept])
    text = _PAGE_BREAK.join(text_of(page.words) if page else "" for page in kept)
    with writing(settings.catalogue_url) as session:
        document = session.get(Document, identity) or Document(
            document_id=identity,
            batch_id=batch_id,
            sha256=sha256,
            first_page=1,
            unit_code=batch.unit_code,
            status=DocumentStatus.RECEIVED,
        )
        session.add(document)
        document.page_count = len(pages)
        document.source_file, document.source_files = file.path, [file.path]
        document.scanned_on = file.scanned_on
        document.text = text
        document.flags = sorted({*record.flags, *_page_flags(pages)})
        _store_fields(session, document, record, file)
        session.get_one(ScanFile, file.id).outcome = FileOutcome.DOCUMENT
    return identity


def _evidence(page: PageWords | None) -> PageEvidence:
    if page is None:
        return PageEvidence(words=(), aspect=1.0)
    return PageEvidence(page.words, page.aspect, dict(page.looks), page.coloured_ink)


def _page_flags(pages: Sequence[Page]) -> set[str]:
    flags = set()
    if any(page.dpi is not None and page.dpi < _LOW_DPI for page in pages):
        flags.add("low_dpi")
    if any(page.colour is False for page in pages):
        flags.add("not_colour")
    if any(page.status == PageStatus.BLANK for page in pages):
        flags.add("blank_page")
    if any(page.has_text and page.dpi is None for page in pages):
        flags.add("born_digital")
    return flags


def _store_fields(session: Session, document: Document, record: Record, file: ScanFile) -> None:
    """Write the fields with their evidence, and their values into the document's own columns."""
    session.flush()
    session.execute(delete(Field).where(Field.document_id == document.document_id))
    for name, found in record.readings.items():
        value, source = found, "ocr"
        if name == "dossier_code" and found.value is None and file.dossier_code:
            value, source = Reading(file.dossier_code, 0.99), "manifest"
        session.add(_field(document.document_id, name, value, source))
        if name == "issued_on":
            document.issued_on = dt.date.fromisoformat(value.value) if value.value else None
        else:
            setattr(document, name, value.value)


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
            .where(Document.batch_id == batch_id, Document.status.in_(_OPEN))
            .order_by(Document.source_file, Document.first_page)
        ).all()
        rows = [_gate_row(session, document, batch) for document in documents]
    result = judge(settings, "records", batch_id, records_frame(rows), "document_id")
    store_verdicts(settings, result)
    write_data_docs(settings, result)
    return result


def _gate_row(session: Session, document: Document, batch: Batch) -> dict[str, Any]:
    identity = document.document_id
    confidence = {
        row.name: row.confidence for row in session.scalars(select(Field).where(Field.document_id == identity))
    }
    last_page = document.first_page + document.page_count - 1
    pages = session.scalars(
        select(Page).where(Page.sha256 == document.sha256, Page.page_no.between(document.first_page, last_page))
    ).all()
    declared = session.scalar(
        select(ScanFile.pages_declared).where(ScanFile.batch_id == batch.id, ScanFile.path == document.source_file)
    )
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
        "pages_declared": declared if declared is not None else document.page_count,
        "pages_ocred": n_by_status[PageStatus.OCRED],
        "pages_blank": n_by_status[PageStatus.BLANK],
        # A page that nobody came to read is as good as failed: it must not slip through.
        "pages_failed": n_by_status[PageStatus.FAILED] + n_by_status[PageStatus.PENDING],
        "min_dpi": min(resolutions, default=None),
        "all_colour": all(page.colour is not False for page in pages),
        "handwritten_number": "handwritten_number" in document.flags,
        "secrecy_mark": "secrecy_mark" in document.flags,
        "claimed_on": batch.claimed_on,
    }
