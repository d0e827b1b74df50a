"""Batches and their files as people ask for them: where is my file?"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.catalogue.models import Batch, Document, DocumentStatus, FileOutcome, ScanFile

_FOR_A_PERSON = (DocumentStatus.IN_REVIEW, DocumentStatus.LOCKED)
SEPARATOR = "separator"
"""What became of a file that holds separator sheets and no document."""


def batch_overview(session: Session, batch_id: str | None = None) -> list[dict[str, Any]]:
    """Every batch, newest first, with each of its files and what became of it; JSON-ready."""
    query = select(Batch).order_by(Batch.first_seen_at.desc(), Batch.id)
    if batch_id is not None:
        query = query.where(Batch.id == batch_id)
    return [_batch(session, batch) for batch in session.scalars(query)]


def _batch(session: Session, batch: Batch) -> dict[str, Any]:
    files = session.scalars(
        select(ScanFile)
        .where(ScanFile.batch_id == batch.id, ScanFile.outcome.is_distinct_from(FileOutcome.IGNORED))
        .order_by(ScanFile.path)
    ).all()
    documents = documents_by_file(session, batch.id)
    return {
        "batch_id": batch.id,
        "unit_code": batch.unit_code,
        "name": batch.name,
        "status": batch.status,
        "first_seen_at": batch.first_seen_at.isoformat(),
        "claimed_at": batch.claimed_at and batch.claimed_at.isoformat(),
        "published_at": batch.published_at and batch.published_at.isoformat(),
        "files": [_file(session, file, documents.get(file.path, [])) for file in files],
    }


def documents_by_file(session: Session, batch_id: str) -> dict[str, list[Document]]:
    """The documents of each file of a batch by its path, in page order: a loose page has that which it is part of."""
    found: dict[str, list[Document]] = defaultdict(list)
    query = select(Document).where(Document.batch_id == batch_id).order_by(Document.first_page)
    for document in session.scalars(query):
        for path in document.source_files:
            found[path].append(document)
    return found


def _file(session: Session, file: ScanFile, documents: list[Document]) -> dict[str, Any]:
    # Of several documents in one file the first that waits for a person is what there is to do.
    document = min(documents, key=lambda document: document.status not in _FOR_A_PERSON, default=None)
    twin = session.get(ScanFile, file.duplicate_of) if file.duplicate_of else None
    return {
        "file": file.path,
        "outcome": document.status if document else _outcome(file),
        "reason": file.reason,
        "review_reasons": document.review_reasons if document else [],
        "document_id": document.document_id if document else None,
        "documents": [
            {
                "document_id": one.document_id,
                "first_page": one.first_page,
                "page_count": one.page_count,
                "outcome": one.status,
                "review_reasons": one.review_reasons,
            }
            for one in documents
        ],
        "duplicate_of": f"{twin.batch_id}/{twin.path}" if twin else None,
        "sha256": file.sha256,
        "size_bytes": file.size_bytes,
        "first_seen_at": file.first_seen_at.isoformat(),
    }


def _outcome(file: ScanFile) -> str:
    """What became of a file without document."""
    if file.outcome is None:
        return "gone" if file.gone_at else "waiting"
    return SEPARATOR if file.outcome == FileOutcome.DOCUMENT else file.outcome
