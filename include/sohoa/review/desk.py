"""One document on the desk: what a person sees of it, and the version by which a change in between is noticed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.catalogue.documents import pages_of
from sohoa.catalogue.events import insert_once
from sohoa.catalogue.models import OPEN, Batch, Document, DocumentStatus, Field, ReviewItem
from sohoa.messages import say
from sohoa.review.errors import Closed, NotFound
from sohoa.settings import Settings


@dataclass
class Desk:
    """A document in one writing transaction, with whoever decides on it.

    Attributes:
        told: what each step did, for its event: (kind, detail).
        turns: pages to be read again another way round.
        touched: documents that the decision changes, this one among them; all are finished afterwards.
    """

    settings: Settings
    session: Session
    document: Document
    item: ReviewItem
    batch: Batch
    reviewer: str
    now: dt.datetime
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)

    @property
    def language(self) -> str:
        """Language of errors."""
        return self.settings.language

    def text(self, key: str, **values: object) -> str:
        """A message."""
        return say(key, self.language, **values)

    def tell(self, kind: str, before: dict[str, Any], after: dict[str, Any], **more: Any) -> None:
        """Note what a step did; it becomes an event of its own."""
        self.told.append((kind, {"before": before, "after": after, **more}))

    def fields(self) -> dict[str, Field]:
        """The document's fields by name."""
        rows = self.session.scalars(select(Field).where(Field.document_id == self.document.document_id))
        return {row.name: row for row in rows}


def find_document(session: Session, document_id: str, language: str, *, lock: bool = False) -> Document:
    """A document by its id.

    Raises:
        NotFound: there is none.
    """
    document = session.get(Document, document_id, with_for_update=lock)
    if document is None:
        raise NotFound(say("review.no_document", language, document=document_id))
    return document


def find_unlocked(session: Session, document_id: str, language: str) -> Document:
    """A document that is not classified, by its id.

    Raises:
        NotFound: there is none.
        Closed: it is classified: nothing of it is shown.
    """
    document = find_document(session, document_id, language)
    if document.status == DocumentStatus.LOCKED:
        raise _closed(document, language)
    return document


def require_open(document: Document, language: str) -> None:
    """Stop decisions on what does not wait for a person.

    Raises:
        Closed: says what became of it.
    """
    if document.status not in OPEN:
        raise _closed(document, language)


def _closed(document: Document, language: str) -> Closed:
    outcome = say(f"outcome.{document.status}", language)
    return Closed(say("review.closed", language, document=document.document_id, outcome=outcome))


def open_item(session: Session, document_id: str) -> ReviewItem:
    """What persons settled of a document; an empty row if nothing yet."""
    insert_once(session, ReviewItem, document_id=document_id, n_decisions=0, waived=[])
    return session.get_one(ReviewItem, document_id, with_for_update=True)


def version_of(session: Session, document: Document) -> str:
    """A fingerprint of all that a person decides by: another one means that something changed since."""
    item = session.get(ReviewItem, document.document_id)
    fields = session.execute(
        select(Field.name, Field.value, Field.confidence, Field.source)
        .where(Field.document_id == document.document_id)
        .order_by(Field.name)
    )
    facts = [
        document.status,
        document.first_page,
        document.page_count,
        document.result_id,
        document.review_reasons,
        sorted(document.flags),
        [list(row) for row in fields],
        [page.rotation for page in pages_of(session, document)],
        [item.n_decisions, item.waived, item.result_id] if item else [0, [], None],
    ]
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:16]
