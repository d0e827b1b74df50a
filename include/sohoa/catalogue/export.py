"""The catalogue as plain objects, one per document: the contract with tools outside (design.md §7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.catalogue.models import Document, DocumentStatus, Field, Result

EXPORT_KEYS = (
    "document_id",
    "batch_id",
    "unit_code",
    "source_file",
    "source_files",
    "first_page",
    "page_count",
    "status",
    "doc_type",
    "code_number",
    "code_notation",
    "issued_on",
    "issuer",
    "subject",
    "signer_name",
    "dossier_code",
    "procedure_code",
    "result_key",
    "offered_result_key",
    "digitised_on",
    "field_confidence",
    "further_fields",
    "review_reasons",
    "flags",
    "text",
)


def export_documents(
    session: Session, batch_id: str | None = None, offered_key: Callable[[Session, Document], str | None] | None = None
) -> Iterator[dict[str, Any]]:
    """One object per document with EXPORT_KEYS, JSON-ready, sorted by id; of one batch if it is given.

    Args:
        session: reads only.
        batch_id: see above.
        offered_key: tells the register row that is put before whoever settles a document in review, if there is one;
            without it no row is told as `offered_result_key`.
    """
    query = (
        select(Document, Result.result_key)
        .outerjoin(Result, Result.id == Document.result_id)
        .order_by(Document.document_id)
    )
    if batch_id is not None:
        query = query.where(Document.batch_id == batch_id)
    for document, result_key in session.execute(query):
        row = {key: getattr(document, key, None) for key in EXPORT_KEYS}
        row["result_key"] = result_key
        waits = document.status == DocumentStatus.IN_REVIEW
        row["offered_result_key"] = offered_key(session, document) if offered_key and waits else None
        row["issued_on"] = document.issued_on and document.issued_on.isoformat()
        row["digitised_on"] = document.digitised_on and document.digitised_on.isoformat()
        row["field_confidence"] = _confidences(session, document.document_id)
        row["further_fields"] = _further(session, document)
        yield row


def _further(session: Session, document: Document) -> dict[str, str]:
    """Values that a document has beside those with a key of their own; lists have one item a line."""
    rows = session.execute(
        select(Field.name, Field.value)
        .where(Field.document_id == document.document_id, Field.name.not_in(EXPORT_KEYS))
        .order_by(Field.name)
    )
    return {name: value for name, value in rows if value is not None}


def _confidences(session: Session, document_id: str) -> dict[str, float]:
    rows = session.execute(
        select(Field.name, Field.confidence).where(Field.document_id == document_id).order_by(Field.name)
    )
    return {name: confidence for name, confidence in rows}
