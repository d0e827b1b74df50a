"""The queue: what waits for a person, the most harmful first, and who has what in hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session

from sohoa.catalogue.database import insert_into, reading, writing
from sohoa.catalogue.documents import written_code
from sohoa.catalogue.models import (
    Batch,
    Decision,
    Document,
    DocumentStatus,
    ProposedResult,
    ReviewLease,
    utc_now,
)
from sohoa.messages import say
from sohoa.review.errors import Held
from sohoa.review.people import reviewer_name
from sohoa.settings import Settings

LEASE = dt.timedelta(minutes=10)
"""How long an item stays in one person's hands without a sign of life."""

_TRIED_AT_ONCE = 20


@dataclass(frozen=True)
class Waiting:
    """One line of the queue.

    Attributes:
        reasons: codes of messages, see `sohoa.messages.reason_text`.
        held_by: who has it in hand now, None if nobody.
    """

    document_id: str
    batch_id: str
    unit_code: str
    source_file: str
    first_page: int
    page_count: int
    doc_type: str | None
    code_number: str | None
    code_notation: str | None
    issued_on: dt.date | None
    subject: str | None
    reasons: tuple[str, ...]
    held_by: str | None

    @property
    def code(self) -> str:
        """Number and symbol, as far as they are known."""
        return written_code(self.code_number, self.code_notation)


@dataclass(frozen=True)
class Lease:
    """An item in one person's hands until an instant."""

    document_id: str
    reviewer: str
    until: dt.datetime


def waiting(session: Session, unit: str | None = None, limit: int | None = None, offset: int = 0) -> list[Waiting]:
    """The queue in its order, items in hand among them.

    Args:
        session: any session on the catalogue.
        unit: only what this unit, or one below it (`G09` has `G09.01`), scanned.
        limit: at most so many.
        offset: after leaving out so many.
    """
    query = _in_order(_queue(Document, ReviewLease.reviewer, ReviewLease.until), unit)
    query = query.outerjoin(ReviewLease, ReviewLease.document_id == Document.document_id)
    now = utc_now()
    return [
        Waiting(
            document_id=document.document_id,
            batch_id=document.batch_id,
            unit_code=document.unit_code,
            source_file=document.source_file,
            first_page=document.first_page,
            page_count=document.page_count,
            doc_type=document.doc_type,
            code_number=document.code_number,
            code_notation=document.code_notation,
            issued_on=document.issued_on,
            subject=document.subject,
            reasons=tuple(document.review_reasons),
            held_by=reviewer if until is not None and until > now else None,
        )
        for document, reviewer, until in session.execute(query.limit(limit).offset(offset))
    ]


def count_waiting(session: Session, unit: str | None = None) -> int:
    """How many items wait."""
    return session.scalar(_of_unit(_queue(func.count()), unit)) or 0


def take(
    settings: Settings,
    reviewer: str,
    unit: str | None = None,
    skip: Collection[str] = (),
    now: dt.datetime | None = None,
) -> Lease | None:
    """Give a person the next item that nobody else has in hand; None if there is none.

    Whoever has one in hand already gets that one again. No two people are ever given the same.

    Args:
        settings: of the installation.
        reviewer: who asks.
        unit: only what this unit, or one below it, scanned.
        skip: ids that the person wants to leave for later; the one in hand among them is given back.
        now: for tests.

    Raises:
        NotAllowed: the reviewer has no name.
    """
    reviewer = reviewer_name(reviewer, settings.language)
    now = now or utc_now()
    with writing(settings.catalogue_url) as session:
        session.execute(
            delete(ReviewLease).where(ReviewLease.reviewer == reviewer, ReviewLease.document_id.in_(list(skip)))
        )
        free = or_(ReviewLease.document_id.is_(None), ReviewLease.until <= now, ReviewLease.reviewer == reviewer)
        query = _in_order(_queue(Document.document_id), unit).outerjoin(
            ReviewLease, ReviewLease.document_id == Document.document_id
        )
        others = query.where(free, Document.document_id.not_in(list(skip)))
        mine = (
            select(Document.document_id)
            .join(ReviewLease, ReviewLease.document_id == Document.document_id)
            .where(ReviewLease.reviewer == reviewer, ReviewLease.until > now)
            .where(Document.status == DocumentStatus.IN_REVIEW)
            .order_by(ReviewLease.taken_at)
        )
        for candidates in (mine.limit(1), others.limit(_TRIED_AT_ONCE)):
            for document_id in session.scalars(candidates).all():
                if (lease := _seize(session, document_id, reviewer, now)) is not None:
                    return lease
    return None


def take_this(settings: Settings, document_id: str, reviewer: str, now: dt.datetime | None = None) -> Lease:
    """Give a person this very item, or renew it in the same hands.

    Raises:
        Held: somebody else has it in hand.
        NotAllowed: the reviewer has no name.
    """
    reviewer = reviewer_name(reviewer, settings.language)
    with writing(settings.catalogue_url) as session:
        lease = _seize(session, document_id, reviewer, now or utc_now())
        if lease is None:
            raise Held(_held(session, document_id, settings.language))
        return lease


def release(settings: Settings, document_id: str, reviewer: str) -> bool:
    """Give an item back; say whether it was in this person's hands."""
    reviewer = reviewer_name(reviewer, settings.language)
    with writing(settings.catalogue_url) as session:
        return give_back(session, document_id, reviewer)


def give_back(session: Session, document_id: str, reviewer: str) -> bool:
    """`release` within a transaction."""
    mine = delete(ReviewLease).where(ReviewLease.document_id == document_id, ReviewLease.reviewer == reviewer)
    return session.scalar(mine.returning(ReviewLease.document_id)) is not None


def require_not_held(session: Session, document_id: str, reviewer: str, language: str) -> None:
    """Stop a person who decides on what is in another's hands.

    Raises:
        Held: says whose, and until when.
    """
    lease = session.get(ReviewLease, document_id)
    if lease is not None and lease.reviewer != reviewer and lease.until > utc_now():
        raise Held(_held(session, document_id, language))


def held_now() -> Any:
    """A query for the ids of all items in somebody's hands."""
    return select(ReviewLease.document_id).where(ReviewLease.until > utc_now())


def sweep_leases(settings: Settings) -> None:
    """Forget leases that ran out."""
    with reading(settings.catalogue_url) as session:
        if session.scalar(select(ReviewLease.document_id).where(ReviewLease.until <= utc_now()).limit(1)) is None:
            return
    with writing(settings.catalogue_url) as session:
        session.execute(delete(ReviewLease).where(ReviewLease.until <= utc_now()))


def _seize(session: Session, document_id: str, reviewer: str, now: dt.datetime) -> Lease | None:
    """Enter a lease unless another person's holds; one statement, so that of two askers one succeeds."""
    until = now + LEASE
    values = {"reviewer": reviewer, "taken_at": now, "until": until}
    seized = session.scalar(
        insert_into(session.get_bind().dialect, ReviewLease)
        .values(document_id=document_id, **values)
        .on_conflict_do_update(
            index_elements=[ReviewLease.document_id],
            set_=values,
            where=or_(ReviewLease.until <= now, ReviewLease.reviewer == reviewer),
        )
        .returning(ReviewLease.document_id)
    )
    return None if seized is None else Lease(document_id, reviewer, until)


def _held(session: Session, document_id: str, language: str) -> str:
    lease = session.get_one(ReviewLease, document_id)
    minutes = max(1, round((lease.until - utc_now()).total_seconds() / 60))
    return say("review.held", language, document=document_id, reviewer=lease.reviewer, minutes=minutes)


def _queue(*columns: Any) -> Select[Any]:
    """Documents that wait for a decision; not those whose last one is still being carried out."""
    unfinished = select(Decision.id).where(Decision.document_id == Document.document_id, Decision.finished_at.is_(None))
    proposed = select(ProposedResult.id).where(
        ProposedResult.document_id == Document.document_id, ProposedResult.state == "open"
    )
    return (
        select(*columns)
        .select_from(Document)
        .where(Document.status == DocumentStatus.IN_REVIEW, ~unfinished.exists(), ~proposed.exists())
    )


def _of_unit(query: Select[Any], unit: str | None) -> Select[Any]:
    if unit is None:
        return query
    return query.where(or_(Document.unit_code == unit, Document.unit_code.startswith(f"{unit}.", autoescape=True)))


def _in_order(query: Select[Any], unit: str | None) -> Select[Any]:
    return (
        _of_unit(query, unit)
        .join(Batch, Batch.id == Document.batch_id)
        .order_by(Document.review_rank, Batch.claimed_at, Batch.id, Document.source_file, Document.first_page)
    )
