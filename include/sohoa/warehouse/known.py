"""What the warehouse knew at its last load, and which results the catalogue has changed since."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, or_, select

from sohoa.catalogue.database import chunks
from sohoa.catalogue.imports import results_since_import
from sohoa.catalogue.models import Document, Event, RegisterImport
from sohoa.indicators import Moves, rulebook_of
from sohoa.warehouse.dimensions import periods_until
from sohoa.warehouse.facts import IDS_PER_QUERY
from sohoa.warehouse.tables import load

EVENTS_LOOKED_AT_AGAIN = 10_000
OVERLAP = dt.timedelta(hours=1)
"""PostgreSQL numbers events when they are told and shows them when they are committed: one with a smaller number
may appear after the newest that a load knew, so that the youngest are looked at again."""

MOST_RESULTS = 100_000
"""With more results changed, all are counted anew."""


@dataclass(frozen=True)
class State:
    """What decides whether a load can build on the one before it."""

    last_event: int
    last_import: int
    rules: str
    as_of: dt.date


def state_of(source: Connection, moves: Moves, as_of: dt.date) -> State:
    """The catalogue's newest event and import, and the rules by which a load counts now."""
    return State(
        source.scalar(select(func.max(Event.id))) or 0,
        source.scalar(select(func.max(RegisterImport.id))) or 0,
        hashlib.sha256(repr((rulebook_of(source), moves, as_of.year, periods_until(as_of))).encode()).hexdigest()[:16],
        as_of,
    )


def changed_results(source: Connection, target: Connection, now: State) -> list[int] | None:
    """Ids of the results whose facts may have changed since the last load; None if all must be counted anew.

    That is so when many changed, when rules did, when a year or a report period has begun, for a day or a state of the
    catalogue before that of the last load, and for the first load.
    """
    known = target.execute(
        select(load.c.last_event, load.c.last_import, load.c.rules, load.c.as_of, load.c.staged_at)
        .order_by(load.c.staged_at.desc())
        .limit(1)
    ).first()
    if (
        known is None
        or known.rules != now.rules
        or known.as_of > now.as_of
        or known.last_import > now.last_import  # the catalogue was set back to an older state
    ):
        return None
    imported = results_since_import(source, known.last_import, MOST_RESULTS)
    if imported is None:
        return None
    is_new = Event.id > known.last_event
    if source.dialect.name != "sqlite":
        late = Event.id > known.last_event - EVENTS_LOOKED_AT_AGAIN
        is_new = or_(is_new, and_(late, Event.recorded_at > known.staged_at - OVERLAP))
    told = source.execute(select(Event.document_id, Event.result_id).where(is_new)).all()
    linked = _ever_linked(source, {row.document_id for row in told if row.document_id})
    told_of = {row.result_id for row in told}
    results = {result_id for result_id in imported | linked | told_of if result_id is not None}
    return sorted(results) if len(results) <= MOST_RESULTS else None


def _ever_linked(source: Connection, document_ids: set[str]) -> set[int | None]:
    """Results that these documents are or were copies of: what a document no longer shows has changed too."""
    found: set[int | None] = set()
    for ids in chunks(document_ids, IDS_PER_QUERY):
        found.update(source.scalars(select(Event.result_id).where(Event.document_id.in_(ids))))
        found.update(source.scalars(select(Document.result_id).where(Document.document_id.in_(ids))))
    return found
