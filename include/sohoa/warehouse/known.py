"""What the warehouse knew at its last load, and which results the catalogue has changed since."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, func, select

from sohoa.catalogue.bulk import among
from sohoa.catalogue.database import chunks
from sohoa.catalogue.imports import results_since_import
from sohoa.catalogue.models import Document, Event, RegisterImport, Result
from sohoa.indicators import Moves, rulebook_of
from sohoa.warehouse.dimensions import periods_until
from sohoa.warehouse.facts import IDS_PER_QUERY
from sohoa.warehouse.tables import load

OVERLAP = dt.timedelta(hours=1)
"""PostgreSQL numbers events when they are told and shows them when they are committed: one with a smaller number
may appear after the newest that a load knew, so that those of documents are looked at again for so long."""

FEW_RESULTS, MOST_RESULTS, ONE_IN = 1_000, 100_000, 20
"""With more results changed than one in so many, all are counted anew, since one by one they take ten times as long.
A few are never worth that; and of no more than the most is what they contribute kept in memory."""


LoadRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row of the table `load`."""


@dataclass(frozen=True)
class Newest:
    """The newest event and register import of a catalogue by number, and a fingerprint of what they are.

    A catalogue that was set back to a backup, and has gone on since, has others under the same numbers.
    """

    last_event: int
    last_import: int
    newest: str


@dataclass(frozen=True)
class State:
    """What decides whether a load can build on the one before it."""

    newest: Newest
    rules: str
    as_of: dt.date


def newest_of(source: Connection) -> Newest:
    """The catalogue's newest event and import."""
    last_event = source.scalar(select(func.max(Event.id))) or 0
    last_import = source.scalar(select(func.max(RegisterImport.id))) or 0
    return _those(source, last_event, last_import)


def state_of(source: Connection, moves: Moves, as_of: dt.date) -> State:
    """The catalogue's newest event and import, and the rules by which a load counts now."""
    return State(newest_of(source), _fingerprint(rulebook_of(source), moves, as_of.year, periods_until(as_of)), as_of)


def changed_results(source: Connection, known: LoadRow, now: State) -> list[int] | None:
    """Ids of the results whose facts may have changed since the load `known`; None if all must be counted anew.

    That is so when many changed, when rules did, when a year or a report period has begun, for a day before that of the
    load, and for a catalogue that was set back.
    """
    if known.rules != now.rules or known.as_of > now.as_of:
        return None
    if _those(source, known.last_event, known.last_import).newest != known.newest:
        return None
    n_results = source.scalar(select(func.max(Result.id))) or 0
    most = min(MOST_RESULTS, max(FEW_RESULTS, n_results // ONE_IN))
    imported = results_since_import(source, known.last_import, most)
    if imported is None:
        return None
    told = source.execute(select(Event.document_id, Event.result_id).where(Event.id > known.last_event)).all()
    if source.dialect.name != "sqlite":
        told = [*told, *_told_late(source, known.last_event, known.staged_at)]
    linked = _ever_linked(source, {row.document_id for row in told if row.document_id})
    told_of = {row.result_id for row in told}
    results = {result_id for result_id in imported | linked | told_of if result_id is not None}
    return sorted(results) if len(results) <= most else None


def last_load(target: Connection) -> LoadRow | None:
    """The newest row of `load`; None before the first."""
    return target.execute(select(load).order_by(load.c.staged_at.desc()).limit(1)).first()


def _those(source: Connection, event_id: int, import_id: int) -> Newest:
    event = select(Event.event_key, Event.recorded_at).where(Event.id == event_id)
    entry = select(RegisterImport.sha256, RegisterImport.imported_at).where(RegisterImport.id == import_id)
    rows = [[(what, at.isoformat()) for what, at in source.execute(query)] for query in (event, entry)]
    return Newest(event_id, import_id, _fingerprint(*rows))


def _fingerprint(*values: object) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def _told_late(source: Connection, known: int, staged_at: dt.datetime) -> Sequence[Row[str | None, int | None]]:
    """The youngest events of documents among those that a load knew, or that were committed after it."""
    return source.execute(
        select(Event.document_id, Event.result_id).where(
            Event.document_id.is_not(None), Event.recorded_at > staged_at - OVERLAP, Event.id <= known
        )
    ).all()


def _ever_linked(source: Connection, document_ids: set[str]) -> set[int | None]:
    """Results that these documents are or were copies of: what a document no longer shows has changed too."""
    found: set[int | None] = set()
    for ids in chunks(document_ids, IDS_PER_QUERY):
        for model in (Event, Document):
            is_one = among(source.dialect, model.document_id, ids)
            found.update(source.scalars(select(model.result_id).where(is_one)))
    return found
