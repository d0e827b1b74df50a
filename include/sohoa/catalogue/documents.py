"""What several stations ask of documents: pages, text and code, what may be shown, which is a result's copy."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from sohoa.catalogue.models import DIGITISED, Document, DocumentStatus, Page

PAGE_BREAK = "\n\f\n"
"""Between the pages in the text of a document."""


def page_texts(text: str) -> list[str]:
    """The text of each page of a document."""
    return text.split(PAGE_BREAK)


def written_code(number: str | None, notation: str | None) -> str:
    """Number and symbol as far as they are known: `115/QĐ-BNV`, `…/QĐ-BNV`, `115`; empty if neither is."""
    return f"{number or '…'}/{notation}" if notation else number or ""


def shown() -> ColumnElement[bool]:
    """Whether anything of a document may be shown: of what is, or may be, classified no text is kept."""
    return and_(Document.status != DocumentStatus.LOCKED, Document.text.is_not(None))


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
