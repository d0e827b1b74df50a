"""The results of an export in the catalogue: found by their keys, written with their history and events."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import compress, groupby
from operator import attrgetter
from typing import Any, TypeAlias

from sqlalchemy import JSON, String, exists, func, insert, literal, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from sohoa.catalogue.bulk import among, insert_rows, new_ids, table_of
from sohoa.catalogue.database import insert_into
from sohoa.catalogue.imports import brought_by
from sohoa.catalogue.models import Base, Dossier, Event, RegisterImport, Result, ResultHistory, UtcDateTime
from sohoa.catalogue.subjects import SubjectKeys
from sohoa.register.ahead import with_work_ahead, with_work_behind
from sohoa.register.comparing import Changes, Values, compare_result
from sohoa.register.normalise import DOSSIER_PREFIX, dossier_key
from sohoa.register.plain import are_plain, insert_plain, keys_of_subjects, subjects_of, unpacked
from sohoa.register.rows import RegisterRow
from sohoa.register.spool import Spool, StoredRow, as_columns

AGENT = "register import"
CHUNK_ROWS = 5000
WORTH_A_PROCESS = 50_000
"""Of so many rows the keys of subjects are worked out apart."""

Progress: TypeAlias = Callable[[int, int], None]


def store_results(session: Session, entry: RegisterImport, accepted: Spool, progress: Progress | None) -> Counter[str]:
    """Bring results and dossiers up to the state of the accepted rows; count these as new, changed or unchanged."""
    newest = entry.newest_before = session.scalar(select(func.max(Result.id))) or 0
    subjects = SubjectKeys(session)
    counts: Counter[str] = Counter()
    chunks = accepted.by_result(CHUNK_ROWS)
    apart = accepted.n_rows >= WORTH_A_PROCESS
    portions = with_work_ahead(chunks, subjects_of, keys_of_subjects, apart=apart)
    ready = (_ready(rows, keys, accepted.dossier_keys) for rows, keys in portions)

    def store(chunk: _Chunk) -> Counter[str]:
        return _store_chunk(session, entry, accepted, chunk, subjects)

    for counted in with_work_behind(ready, store, apart=session.get_bind().dialect.name == "postgresql"):
        counts.update(counted)
        if progress:
            progress(counts.total(), accepted.n_rows)
    _record_registered(session, entry, newest)
    return counts


@dataclass(frozen=True)
class _Chunk:
    """Rows to be stored, and what can be told of them without the catalogue.

    Attributes:
        stored: the rows, those of one result all of them.
        columns: field → its value in each row.
        keys_of_rows: of each row the keys of its subject, packed.
        keys_before: of each row the key under which its result may stand already, besides its own.
        asked: all keys under which the catalogue may have one of the results.
    """

    stored: Sequence[StoredRow]
    columns: Mapping[str, Sequence[Any]]
    keys_of_rows: Sequence[bytes]
    keys_before: Sequence[str | None]
    asked: Sequence[str]


def _ready(stored: Sequence[StoredRow], keys_of_rows: Sequence[bytes], dossier_keys: Set[str]) -> _Chunk:
    columns = as_columns(stored)
    keys = columns["result_key"]
    keys_before = _keys_before(columns["unit_code"], columns["dossier_code"], keys, dossier_keys)
    return _Chunk(stored, columns, keys_of_rows, keys_before, [*dict.fromkeys(keys), *filter(None, keys_before)])


def _store_chunk(
    session: Session, entry: RegisterImport, accepted: Spool, chunk: _Chunk, subjects: SubjectKeys
) -> Counter[str]:
    stored, keys_of_rows = chunk.stored, chunk.keys_of_rows
    found = {values["result_key"]: values for values in _rows_among(session, Result, Result.result_key, chunk.asked)}
    plain = are_plain(chunk.columns, chunk.keys_before, found.keys())
    insert_plain(session, entry.id, list(compress(stored, plain)), compress(keys_of_rows, plain), subjects)
    others = accepted.typed([row for row, is_plain in zip(stored, plain, strict=True) if not is_plain])
    # Of rows of one result the last one counts.
    keys_of_results = dict(zip(chunk.columns["result_key"], keys_of_rows, strict=True))
    counts = _store_compared(session, entry, others, found, accepted.dossier_keys, keys_of_results, subjects)
    counts["new"] += sum(plain)
    return counts


def _keys_before(
    units: Iterable[str], dossiers: Iterable[str | None], keys: Iterable[str], in_file: Set[str]
) -> list[str | None]:
    """Of each row the key under which its result may stand that had no number before; not one that the file still has.

    None where there is none.
    """
    before = (
        dossier_key(dossier, unit) if dossier and not key.startswith(DOSSIER_PREFIX) else None
        for unit, dossier, key in zip(units, dossiers, keys, strict=True)
    )
    return [None if key in in_file else key for key in before]


def _store_compared(
    session: Session,
    entry: RegisterImport,
    rows: Sequence[RegisterRow],
    found: dict[str, Values],
    in_file: Set[str],
    keys_of_results: Mapping[str, bytes],
    subjects: SubjectKeys,
) -> Counter[str]:
    """Compare each result with what the catalogue has of it, and write what differs."""
    groups = {key: list(same) for key, same in groupby(rows, attrgetter("result_key"))}
    known = _known_results(groups, found, in_file)
    dossiers = _known_dossiers(session, [old["id"] for old in known.values()])
    changes = Changes()
    for key, same in groups.items():
        old = known.get(key)
        compare_result(changes, entry.id, entry.imported_on, same, old, dossiers.get(old["id"], {}) if old else {})
    _write(session, entry, changes, {key: old["id"] for key, old in known.items()}, keys_of_results, subjects)
    return changes.counts


def _known_results(
    groups: Mapping[str, list[RegisterRow]], found: dict[str, Values], in_file: Set[str]
) -> dict[str, Values]:
    """The catalogue's results for these keys.

    A result that the catalogue has only by its dossier, and for which the file now brings number and
    date, is the same result: it is returned under its new key.
    """
    known: dict[str, Values] = {}
    for key, rows in groups.items():
        units, dossiers = [row.unit_code for row in rows], [row.dossier_code for row in rows]
        before = _keys_before(units, dossiers, [key] * len(rows), in_file)
        held_as = next((one for one in (key, *before) if one in found), None)
        if held_as:
            known[key] = found.pop(held_as)
    return known


def _known_dossiers(session: Session, result_ids: Sequence[int]) -> dict[int, dict[str | None, Values]]:
    dossiers: dict[int, dict[str | None, Values]] = {}
    for values in _rows_among(session, Dossier, Dossier.result_id, result_ids):
        dossiers.setdefault(values["result_id"], {})[values["code"]] = values
    return dossiers


def _rows_among(
    session: Session, model: type[Base], key: InstrumentedAttribute[Any], keys: Sequence[Any]
) -> Iterator[Values]:
    """The columns of the rows whose key is one of these."""
    if keys:
        columns = table_of(model).columns
        for row in session.execute(select(*columns).where(among(session.get_bind().dialect, key, keys))):
            yield dict(zip(columns.keys(), row, strict=True))


def _write(
    session: Session,
    entry: RegisterImport,
    changes: Changes,
    known: Mapping[str, int],
    keys_of_results: Mapping[str, bytes],
    subjects: SubjectKeys,
) -> None:
    for model, updates in ((Result, changes.result_updates), (Dossier, changes.dossier_updates)):
        if updates:
            session.execute(update(model), updates)
    new = _insert_results(session, changes.results)
    ids = {**known, **new}
    insert_rows(session, Dossier, [{"result_id": ids[key], **values} for key, values in changes.dossiers])
    _write_history(session, entry, changes.history)
    subjects.store((number, unpacked(keys_of_results[key])) for key, number in new.items())
    subjects.change(
        {
            one["result_id"]: (one["before"].get("subject"), one["after"]["subject"])
            for one in changes.history
            if "subject" in one["after"]
        }
    )
    _record_changes(session, entry, [_changed(entry, one) for one in changes.history])


def _insert_results(session: Session, results: Sequence[Values]) -> dict[str, int]:
    """Write new results; their ids by their keys."""
    ids = new_ids(session, Result, len(results))
    insert_rows(session, Result, [{"id": number, **values} for number, values in zip(ids, results, strict=True)])
    return {values["result_key"]: number for number, values in zip(ids, results, strict=True)}


def _write_history(session: Session, entry: RegisterImport, history: Sequence[Values]) -> None:
    if history:
        session.execute(
            insert(table_of(ResultHistory)),
            [
                {
                    "result_id": one["result_id"],
                    "import_id": entry.id,
                    "changed_at": entry.imported_at,
                    "before": _json_safe(one["before"]),
                    "after": _json_safe(one["after"]),
                }
                for one in history
            ],
        )


def _changed(entry: RegisterImport, change: Values) -> Values:
    return {
        # With the import too: a file may come a second time and change the same values back again.
        "event_key": f"result_changed:{change['key']}:{entry.sha256[:16]}:{entry.id}",
        "kind": "result_changed",
        "result_id": change["result_id"],
        "effective_on": change["effective_on"],
        "detail": {"import_id": entry.id, "fields": sorted(change["after"])},
    }


def _record_changes(session: Session, entry: RegisterImport, events: Sequence[Values]) -> None:
    """Tell of changes, unless told before: `catalogue.events.record_event` for many."""
    told = {"recorded_at": entry.imported_at, "agent": AGENT}
    if events:
        new = insert_into(session.get_bind().dialect, table_of(Event)).on_conflict_do_nothing()
        session.execute(new, [{**one, **told} for one in events])


def _record_registered(session: Session, entry: RegisterImport, newest: int) -> None:
    """Tell of the results that this import brought, whose ids are above `newest`: in one statement for all of them."""
    event_key = literal("result_registered:", String).concat(Result.result_key)
    # Another result may have had the key before; ON CONFLICT takes PostgreSQL half as long again.
    is_told = exists().where(Event.event_key == event_key)
    values: dict[str, Any] = {
        "event_key": event_key,
        "kind": literal("result_registered", String),
        "result_id": Result.id,
        "effective_on": func.coalesce(Result.issued_on, entry.imported_on),
        "recorded_at": literal(entry.imported_at, UtcDateTime),
        "agent": literal(AGENT, String),
        "detail": literal({"import_id": entry.id}, JSON),
    }
    rows = select(*values.values()).where(brought_by(entry.id, newest), ~is_told).order_by(Result.id)
    session.execute(insert(table_of(Event)).from_select(list(values), rows))


def _json_safe(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _json_safe(one) for name, one in value.items()}
    return value.isoformat() if isinstance(value, dt.date) else value
