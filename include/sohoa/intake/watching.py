"""Which batches in the inbox are complete. Every file ever seen there enters the ledger."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import Batch, BatchStatus, ScanFile, utc_now
from sohoa.catalogue.units import ensure_unit
from sohoa.intake.folders import CLAIMED, READY, FoundFile, drops
from sohoa.intake.manifest import ManifestEntry, read_manifest
from sohoa.pages import PageWorker, Unreadable
from sohoa.settings import Settings

Drop = tuple[str, str]  # unit code, batch name


def complete_batches(settings: Settings, now: dt.datetime | None = None) -> list[str]:
    """Look at the inbox; write what is new into the ledger; return the ids of complete batches.

    A batch is complete when `_READY` is there, or its manifest's files are all there with the right hashes, or
    nothing has changed for the rest period and every file ends as its format should (design.md §3.1). A file
    that never ends properly holds its batch up for `unfinished_after_rests` rest periods only.

    What counts as unchanged is what two looks of ours saw, so that clocks of file servers do not matter.
    """
    now = now or utc_now()
    found = {(unit, name): files for unit, name, files in drops(settings)}
    _update_ledger(settings, found, now)
    complete = []
    with reading(settings.catalogue_url) as session:
        waiting = session.scalars(select(Batch).where(Batch.status == BatchStatus.WAITING)).all()
        for batch in waiting:
            files = found.get((batch.unit_code, batch.name))
            if files and _is_complete(settings, session, batch, files, now):
                complete.append(batch.id)
    return complete


def _update_ledger(settings: Settings, found: dict[Drop, list[FoundFile]], now: dt.datetime) -> None:
    """Bring the ledger in line with the disk; writes only when something changed."""
    with reading(settings.catalogue_url) as session:
        if not _changes(session, found):
            return
    try:
        with writing(settings.catalogue_url) as session:
            known = _waiting(session)
            for drop, files in found.items():
                batch = known.get(drop) or _new_batch(session, drop, now)
                _note_files(session, batch, files, now)
            for drop, batch in known.items():
                if drop not in found:
                    _note_withdrawal(session, settings, batch, now)
    except IntegrityError:
        # Another watcher saw the same new drop first; its entry serves both.
        return


def _waiting(session: Session) -> dict[Drop, Batch]:
    rows = session.scalars(select(Batch).where(Batch.status == BatchStatus.WAITING))
    return {(batch.unit_code, batch.name): batch for batch in rows}


def _ledger(session: Session, batch_id: str) -> dict[str, ScanFile]:
    rows = session.scalars(select(ScanFile).where(ScanFile.batch_id == batch_id))
    return {row.path: row for row in rows}


def _changes(session: Session, found: dict[Drop, list[FoundFile]]) -> bool:
    known = _waiting(session)
    if known.keys() != found.keys():
        return True
    for drop, files in found.items():
        there = {(f.path, f.size_bytes, f.mtime_ns) for f in files}
        noted = {
            (row.path, row.size_bytes, row.mtime_ns)
            for row in _ledger(session, known[drop].id).values()
            if row.gone_at is None
        }
        if there != noted:
            return True
    return False


def new_batch_id(unit_code: str, name: str, first_seen_at: dt.datetime) -> str:
    """An id that sorts by unit and time and is safe as a file name and as an Airflow partition key."""
    safe_unit = re.sub(r"[^0-9A-Za-z.]+", "_", unit_code)
    digest = hashlib.sha256(f"{unit_code}|{name}|{first_seen_at.isoformat()}".encode()).hexdigest()[:8]
    return f"{safe_unit}.{first_seen_at:%Y%m%dT%H%M%S}.{digest}"


def _new_batch(session: Session, drop: Drop, now: dt.datetime) -> Batch:
    unit, name = drop
    ensure_unit(session, unit, None, source="inbox")
    batch = Batch(
        id=new_batch_id(unit, name, now),
        unit_code=unit,
        name=name,
        source="inbox",
        status=BatchStatus.WAITING,
        first_seen_at=now,
    )
    session.add(batch)
    session.flush()
    return batch


def _note_files(session: Session, batch: Batch, files: Iterable[FoundFile], now: dt.datetime) -> None:
    ledger = _ledger(session, batch.id)
    for file in files:
        row = ledger.pop(file.path, None)
        if row is None:
            row = ScanFile(batch_id=batch.id, path=file.path, first_seen_at=now)
            session.add(row)
        elif (row.size_bytes, row.mtime_ns, row.gone_at) == (file.size_bytes, file.mtime_ns, None):
            continue
        row.size_bytes, row.mtime_ns, row.stable_since, row.gone_at = file.size_bytes, file.mtime_ns, now, None
    for row in ledger.values():
        row.gone_at = row.gone_at or now


def _note_withdrawal(session: Session, settings: Settings, batch: Batch, now: dt.datetime) -> None:
    """The drop is no longer in the inbox: taken away by its owner, unless one of us is claiming it."""
    if (settings.inbox / batch.unit_code / CLAIMED / batch.id).exists():
        return
    batch.status = BatchStatus.WITHDRAWN
    _note_files(session, batch, (), now)


def _is_complete(settings: Settings, session: Session, batch: Batch, files: list[FoundFile], now: dt.datetime) -> bool:
    if any(file.path == READY for file in files):
        return True
    ledger = _ledger(session, batch.id)
    quiet = {
        file.path: (now - ledger[file.path].stable_since).total_seconds()
        for file in files
        if file.path in ledger and ledger[file.path].mtime_ns == file.mtime_ns
    }
    if len(quiet) < len(files):
        return False
    folder = files[0].place.parents[files[0].path.count("/")]
    if _manifest_holds(read_manifest(folder), files, quiet, settings.rest_seconds):
        return True
    if min(quiet.values()) >= settings.rest_seconds * settings.unfinished_after_rests:
        return True
    return min(quiet.values()) >= settings.rest_seconds and all(_ends(settings, file) for file in files)


def _manifest_holds(
    manifest: dict[str, ManifestEntry], files: list[FoundFile], quiet: dict[str, float], rest_seconds: float
) -> bool:
    """Whether every file of the manifest is there with its hash, and what it does not name is at rest."""
    hashes = {path: entry.sha256 for path, entry in manifest.items()}
    if not hashes or not all(hashes.values()):
        return False
    there = {file.path: file for file in files}
    if not hashes.keys() <= there.keys():
        return False
    others_rest = all(quiet[path] >= rest_seconds for path in there.keys() - hashes.keys() - {"manifest.csv"})
    return others_rest and all(_sha256(there[p].place, there[p].mtime_ns) == h for p, h in hashes.items())


@lru_cache(maxsize=100_000)
def _sha256(place: Path, mtime_ns: int) -> str:
    """The file's hash; the time of change is part of the question, so that an answer is never stale."""
    with place.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


_ENDED: set[tuple[Path, int, int]] = set()


def _ends(settings: Settings, file: FoundFile) -> bool:
    """Whether the file ends as its format should; remembered, since the folder is looked at every few seconds."""
    key = (file.place, file.size_bytes, file.mtime_ns)
    if key not in _ENDED:
        try:
            with PageWorker(settings) as worker:
                ended = bool(worker.call("ends", path=str(file.place)))
        except Unreadable:
            ended = True  # it kills the decoder: waiting will not mend it, quarantine will keep it
        if not ended:
            return False
        _ENDED.add(key)
    return True
