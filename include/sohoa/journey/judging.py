"""The records gate over documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sohoa.archive.groups import GROUP
from sohoa.catalogue.database import reading
from sohoa.catalogue.documents import pages_of
from sohoa.catalogue.models import (
    OPEN,
    Batch,
    Document,
    Field,
    Master,
    Page,
    PageStatus,
    ScanFile,
)
from sohoa.journey.locking import is_withheld
from sohoa.quality import GateResult, judge, records_frame, store_verdicts, write_data_docs
from sohoa.quality.frames import RECORD_FLAGS
from sohoa.reading.secrecy import MARK
from sohoa.settings import Settings

_OF_WITHHELD = frozenset({MARK, "page_failed", "pages_unaccounted"})
"""What the gate may find wrong with a document of which nothing is known but its pages."""


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
    pages = pages_of(session, document)
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
