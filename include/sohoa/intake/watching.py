"""Which batches in the inbox are complete. Every file ever seen there enters the ledger."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
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
from sohoa.intake.folders import READY, Drop, FoundFile, claimed_folders, drops, is_about_batch
from sohoa.intake.manifest import ManifestEntry, read_manifest
from sohoa.pages import PageWorker, Unreadable
from sohoa.settings import Settings

logger = logging.getLogger(__name__)

_Name = tuple[str, str | None]  # unit code, batch name

_GROWS = frozenset({"file.truncated", "file.damaged", "file.empty"})
"""What a file may be called while it is still being copied; of anything else no waiting will make it whole."""


def complete_batches(settings: Settings, now: dt.datetime | None = None) -> list[str]:
    """Look at the inbox; write what is new into the ledger; return the ids of complete batches.

    A batch is complete when `_READY` is there, or its manifest's files are all there with the right hashes, or
    nothing has changed for the rest period and every file ends as its format should (design.md §3.1). A file
    that never ends properly holds its batch up for `unfinished_after_rests` rest periods only.

    What counts as unchanged is what two looks of ours saw, so that clocks of file servers do not matter.

    Raises:
        OSError: the inbox cannot be listed.
    """
    return list(complete_drops(settings, now))


def complete_drops(settings: Settings, now: dt.datetime | None = None) -> dict[str, Drop]:
    """As `complete_batches`, with what was seen of each batch: that much of it is complete, and no more."""
    now = now or utc_now()
    found = _update_ledger(settings, now)
    with reading(settings.catalogue_url) as session:
        waiting = [
            (batch.id, _ledger(session, batch.id), found[name])
            for name, batch in _waiting(session).items()
            if name in found
        ]
    with PageWorker(settings) as worker:
        return {
            batch_id: drop for batch_id, ledger, drop in waiting if _is_complete(settings, worker, ledger, drop, now)
        }


def _update_ledger(settings: Settings, now: dt.datetime) -> dict[_Name, Drop]:
    """Bring the ledger in line with the disk; return what lies there. Writes only when something changed."""
    with reading(settings.catalogue_url) as session:
        known = _waiting(session)
        found = _look(settings)
        if not _changes(session, known, found):
            return found
    try:
        return _note_changes(settings, now)
    except IntegrityError:
        # Another watcher noted the same new drop first; now it is there for both.
        return _note_changes(settings, now)


def _note_changes(settings: Settings, now: dt.datetime) -> dict[_Name, Drop]:
    with writing(settings.catalogue_url) as session:
        known = _waiting(session, lock=True)
        # The disk is looked at after the catalogue: what another process has claimed since is no new drop.
        found = _look(settings)
        for name, drop in found.items():
            if drop.files is not None:
                batch = known.get(name) or _new_batch(session, drop, now)
                _note_files(session, batch, drop.files, now)
        missing = [b for name, b in known.items() if name not in found and (b.unit_code, None) not in found]
        # Taken away by its owner, unless a claim of it was cut short.
        moved = claimed_folders(settings) if missing else {}
        for batch in missing:
            if batch.id not in moved:
                batch.status = BatchStatus.WITHDRAWN
                _note_files(session, batch, (), now)
    return found


def _look(settings: Settings) -> dict[_Name, Drop]:
    return {(drop.unit_code, drop.name): drop for drop in drops(settings)}


def _waiting(session: Session, *, lock: bool = False) -> dict[_Name, Batch]:
    query = select(Batch).where(Batch.status == BatchStatus.WAITING)
    rows = session.scalars(query.with_for_update() if lock else query)
    return {(batch.unit_code, batch.name): batch for batch in rows}


def _ledger(session: Session, batch_id: str) -> dict[str, ScanFile]:
    rows = session.scalars(select(ScanFile).where(ScanFile.batch_id == batch_id))
    return {row.path: row for row in rows}


def _changes(session: Session, known: dict[_Name, Batch], found: dict[_Name, Drop]) -> bool:
    listed = {name: drop.files for name, drop in found.items() if drop.files is not None}
    if not listed.keys() <= known.keys():
        return True
    if any(name not in found and (name[0], None) not in found for name in known):
        return True
    for name, files in listed.items():
        there = {(f.path, f.size_bytes, f.mtime_ns) for f in files}
        noted = {
            (row.path, row.size_bytes, row.mtime_ns)
            for row in _ledger(session, known[name].id).values()
            if row.gone_at is None
        }
        if there != noted:
            return True
    return False


def new_batch_id(unit_code: str, name: str, first_seen_at: dt.datetime) -> str:
    """An id that sorts by unit and time and is safe as a file name and as an Airflow partition key."""
    safe_unit = re.sub(r"[^0-9A-Za-z.]+", "_", unit_code)[:40]
    digest = hashlib.sha256(f"{unit_code}|{name}|{first_seen_at.isoformat()}".encode()).hexdigest()[:8]
    return f"{safe_unit}.{first_seen_at:%Y%m%dT%H%M%S}.{digest}"


def _new_batch(session: Session, drop: Drop, now: dt.datetime) -> Batch:
    ensure_unit(session, drop.unit_code, None, source="inbox")
    batch = Batch(
        id=new_batch_id(drop.unit_code, drop.name or "", now),
        unit_code=drop.unit_code,
        name=drop.name or "",
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


def _is_complete(
    settings: Settings, worker: PageWorker, ledger: dict[str, ScanFile], drop: Drop, now: dt.datetime
) -> bool:
    files = drop.files or ()
    if any(file.path == READY for file in files):
        return True
    quiet = {
        file.path: (now - row.stable_since).total_seconds()
        for file in files
        if (row := ledger.get(file.path)) is not None
        and (row.size_bytes, row.mtime_ns, row.gone_at) == (file.size_bytes, file.mtime_ns, None)
    }
    if not files or len(quiet) < len(files):
        return False
    shortest = min(quiet.values())
    try:
        if _manifest_holds(read_manifest(drop.place), files, quiet, settings.rest_seconds):
            return True
    except OSError as error:
        logger.warning("Batch %s of %s cannot be compared with its manifest: %s", drop.name, drop.unit_code, error)
    if shortest >= settings.rest_seconds * settings.unfinished_after_rests:
        return True
    scans = (file for file in files if not is_about_batch(file.path))
    return shortest >= settings.rest_seconds and all(_ends(settings, worker, file) for file in scans)


def _manifest_holds(
    manifest: dict[str, ManifestEntry], files: Iterable[FoundFile], quiet: dict[str, float], rest_seconds: float
) -> bool:
    """Whether every file of the manifest is there with its hash, and what it does not name is at rest."""
    hashes = {path: entry.sha256 for path, entry in manifest.items()}
    if not hashes or not all(hashes.values()):
        return False
    there = {file.path: file for file in files}
    if not hashes.keys() <= there.keys():
        return False
    others = (path for path in there.keys() - hashes.keys() if not is_about_batch(path))
    return all(quiet[path] >= rest_seconds for path in others) and all(
        _sha256(there[path].place, there[path].size_bytes, there[path].mtime_ns) == expected
        for path, expected in hashes.items()
    )


@lru_cache(maxsize=100_000)
def _sha256(place: Path, _size_bytes: int, _mtime_ns: int) -> str:
    """The file's hash; its size and time of change are part of the question, so that no answer is stale."""
    with place.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


_ENDS: dict[tuple[Path, int, int], bool] = {}
_REMEMBERED = 100_000


def _ends(settings: Settings, worker: PageWorker, file: FoundFile) -> bool:
    """Whether the file ends as its format should; remembered, since the folder is looked at every few seconds."""
    key = (file.place, file.size_bytes, file.mtime_ns)
    if key not in _ENDS:
        if len(_ENDS) >= _REMEMBERED:
            _ENDS.clear()
        _ENDS[key] = _asked_whether_it_ends(settings, worker, file)
    return _ENDS[key]


def _asked_whether_it_ends(settings: Settings, worker: PageWorker, file: FoundFile) -> bool:
    try:
        if worker.call("ends", path=str(file.place)):
            return True
        worker.call(
            "count",
            path=str(file.place),
            max_pages=settings.max_pages_per_file,
            max_megapixels=settings.max_page_megapixels,
        )
    except Unreadable as error:
        # Not a file type of ours, encrypted, or it kills the decoder: quarantine will keep it with its reason.
        return error.reason not in _GROWS
    return False
