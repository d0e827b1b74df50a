"""A document that repeats another: which of the two is the result's copy, and what becomes of the other."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sohoa.catalogue.events import record_event
from sohoa.catalogue.models import Batch, Document, DocumentStatus, utc_now
from sohoa.duplicates import COPY_IS_SIGNED, HAS_COPY, Decision, Twinned, find_twin, record_twin
from sohoa.journey.locking import in_turn
from sohoa.journey.persons import without_waived

AGENT = "sohoa digitise"
SUPERSEDED, REPEATED = "superseded_scan", "repeated_scan"
"""Why a document that was set aside is no copy of its result; no person needs to see to it."""

_SETTLING_LOCK = 0x736F686F62  # beside that of register imports


def settle_alone(session: Session) -> None:
    """Let transactions that settle documents follow one another: two would both find a result without copy.

    A writing SQLite transaction is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_SETTLING_LOCK)))


def weigh_repeat(session: Session, document: Document, result_id: int | None) -> Twinned | None:
    """What the document repeats, with the decision written down; None if nothing, or if a person said it does not.

    Args:
        session: a writing session.
        document: as read.
        result_id: the result that it would be accepted for; None if it goes to review anyhow.
    """
    found = find_twin(session, document, result_id)
    if found is None:
        return None
    if found.reason is not None and not without_waived(session, document.document_id, [found.reason]):
        if found.reason not in (HAS_COPY, COPY_IS_SIGNED):
            return None
        # A result has one current copy: to choose this one is to take the other back, unless that is signed.
        if found.twin.status == DocumentStatus.ACCEPTED:
            found = replace(found, decision=Decision.SUPERSEDES, reason=None)
    record_twin(session, document, found, AGENT)
    return found


def set_aside(session: Session, batch: Batch, document: Document, found: Twinned) -> None:
    """End a document that brings nothing new; its scan is kept, and counts for nothing."""
    before = _state(document)
    document.status, document.review_reasons = DocumentStatus.DUPLICATE, [REPEATED]
    document.result_id = found.twin.result_id
    _tell(session, batch, document, "document_duplicate", before, {"twin": found.twin.document_id, "kind": found.kind})


def supersede(session: Session, batch: Batch, newer: Document, older: Document, agent: str = AGENT) -> None:
    """Take a copy back in favour of a newer one, which the caller accepts for the same result in this transaction.

    Args:
        session: a writing session.
        batch: the newer one's.
        newer: takes over the day from which the result is digitised: see `earliest`.
        older: accepted, not yet signed.
        agent: who decided it.
    """
    before = _state(older)
    older.status, older.review_reasons = DocumentStatus.SUPERSEDED, [SUPERSEDED]
    # One result has one current copy: the database must see this one go before the other comes.
    session.flush()
    _tell(session, batch, older, "document_superseded", before, {"superseded_by": newer.document_id}, agent)


def earliest(own: dt.date | None, older: Document | None) -> dt.date | None:
    """The day from which a result counts as digitised: that of its first accepted copy, whatever takes its place.

    The rates read it from the current copy, so that a new scan neither moves a digitisation back nor takes one away.
    """
    days = [day for day in (own, older.digitised_on if older else None) if day is not None]
    return min(days, default=None)


def superseded(found: Twinned | None) -> Document | None:
    """The copy that a decision takes back."""
    return found.twin if found is not None and found.decision == Decision.SUPERSEDES else None


def _state(document: Document) -> dict[str, Any]:
    day = document.digitised_on
    return {"status": document.status, "result_id": document.result_id, "digitised_on": day and day.isoformat()}


def _tell(
    session: Session,
    batch: Batch,
    document: Document,
    kind: str,
    before: dict[str, Any],
    why: dict[str, Any],
    agent: str = AGENT,
) -> None:
    record_event(
        session,
        in_turn(session, ":".join((kind, document.document_id, *map(str, why.values()))), document.document_id),
        kind,
        batch.claimed_on or utc_now().date(),
        agent=agent,
        batch_id=document.batch_id,
        document_id=document.document_id,
        result_id=document.result_id,
        detail={"before": before, "after": _state(document), **why},
    )
