"""What persons settled at the review desk, as the stations heed it: it is never made anew."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.catalogue.models import OPEN, Document, Field, ReviewItem, Verdict
from sohoa.register.link import Link

PERSON = "person"
"""Source of a field's value that a person set or confirmed."""


def ranges_by_persons(session: Session, sha256: str) -> list[range]:
    """The page numbers of each open document of a master that a person has decided on."""
    rows = session.execute(
        select(Document.first_page, Document.page_count)
        .join(ReviewItem, ReviewItem.document_id == Document.document_id)
        .where(Document.sha256 == sha256, Document.status.in_(OPEN))
    )
    return [range(first, first + count) for first, count in rows]


def values_by_person(session: Session, document_id: str) -> dict[str, str | None]:
    """The values that persons set or confirmed, by field."""
    rows = session.execute(
        select(Field.name, Field.value).where(Field.document_id == document_id, Field.source == PERSON)
    )
    return {name: value for name, value in rows}


def link_by_person(session: Session, document_id: str) -> Link | None:
    """The link that a person made; None if none did."""
    item = session.get(ReviewItem, document_id)
    return Link(item.result_id) if item is not None and item.result_id is not None else None


def without_waived(session: Session, document_id: str, reasons: Sequence[str]) -> list[str]:
    """The reasons for review without those that a person has looked into."""
    item = session.get(ReviewItem, document_id)
    return [reason for reason in reasons if item is None or reason not in item.waived]


def judged_as(session: Session, document: Document) -> str:
    """Under which subject the gate's newest verdicts on a document stand: its own id once a person decided on it."""
    own = select(Verdict.id).where(Verdict.gate == "records", Verdict.subject_id == document.document_id).limit(1)
    return document.batch_id if session.scalar(own) is None else document.document_id
