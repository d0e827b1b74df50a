"""The event log: append-only, and the same event told twice is one event."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from sohoa.catalogue.database import insert_into
from sohoa.catalogue.models import Base, Event, utc_now


def insert_once(session: Session, model: type[Base], **values: Any) -> bool:
    """Insert a row unless a unique key of it exists already; say whether it was inserted."""
    key = model.__mapper__.primary_key
    # The drivers do not agree on how to count the rows; what is returned was inserted.
    new = insert_into(session.get_bind().dialect, model).values(**values)
    returned = session.execute(new.on_conflict_do_nothing().returning(*key))
    return returned.first() is not None


def record_event(
    session: Session,
    event_key: str,
    kind: str,
    effective_on: dt.date,
    *,
    agent: str,
    batch_id: str | None = None,
    document_id: str | None = None,
    result_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> bool:
    """Append an event; return False if this very event (by its key) is in the log already.

    Args:
        session: A writing session; the event stands or falls with its transaction.
        event_key: What makes the event unique, such as `accepted:<document id>:1`.
        kind: What happened, in the past tense: `batch_claimed`, `document_accepted` …
        effective_on: The day from which it counts for the rates.
        agent: Who did it: a person's name or a program with its version.
        batch_id: The batch concerned.
        document_id: The document concerned.
        result_id: The registered result concerned.
        detail: Facts that belong to the event; no page text, no secrets.
    """
    return insert_once(
        session,
        Event,
        event_key=event_key,
        kind=kind,
        batch_id=batch_id,
        document_id=document_id,
        result_id=result_id,
        effective_on=effective_on,
        recorded_at=utc_now(),
        agent=agent,
        detail=detail or {},
    )
