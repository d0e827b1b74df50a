"""What several stations ask of documents: their pages, and which of them is a result's copy."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.catalogue.models import DIGITISED, Document, Page


def pages_of(session: Session, document: Document) -> Sequence[Page]:
    """The pages of a document, in order."""
    return session.scalars(
        select(Page)
        .where(Page.sha256 == document.sha256, Page.page_no.between(document.first_page, document.last_page))
        .order_by(Page.page_no)
    ).all()


def current_copy(session: Session, result_id: int, besides: Document) -> Document | None:
    """The document other than this one that is the result's digital copy now; a result has one at most."""
    return session.scalar(
        select(Document).where(
            Document.result_id == result_id,
            Document.status.in_(DIGITISED),
            Document.document_id != besides.document_id,
        )
    )
