"""From a claimed folder to the master store and the ledger; only then does the source move on."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.archive import Store
from sohoa.archive.store import master_key
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.events import insert_once, record_event
from sohoa.catalogue.models import (
    Batch,
    BatchStatus,
    FileOutcome,
    Master,
    Page,
    PageStatus,
    ScanFile,
    utc_now,
)
from sohoa.catalogue.units import ensure_unit
from sohoa.intake.claiming import AGENT, claimed_folder
from sohoa.intake.folders import DONE, FoundFile, irregular_files, is_about_batch, regular_files
from sohoa.intake.manifest import ManifestEntry, read_manifest
from sohoa.intake.watching import new_batch_id
from sohoa.pages import PageWorker, Unreadable
from sohoa.settings import LOCAL_TIME, Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Arrival:
    """A file that lies in the master store, with what was found out about it."""

    file: FoundFile
    sha256: str
    media_type: str | None
    n_pages: int | None
    reason: str | None  # why it cannot be read


def adopt_folder(settings: Settings, folder: Path, unit_code: str) -> str:
    """Make a batch of a folder that was named on the command line; return its id.

    A folder whose earlier run was cut short is taken up again under its old id. The folder stays as it is.
    """
    now = utc_now()
    with writing(settings.catalogue_url) as session:
        begun = session.scalar(
            select(Batch).where(
                Batch.source == str(folder.absolute()),
                Batch.unit_code == unit_code,
                Batch.status == BatchStatus.CLAIMED,
            )
        )
        if begun is not None:
            return begun.id
        ensure_unit(session, unit_code, None, source="inbox")
        batch = Batch(
            id=new_batch_id(unit_code, folder.name, now),
            unit_code=unit_code,
            name=folder.absolute().name,
            source=str(folder.absolute()),
            status=BatchStatus.CLAIMED,
            first_seen_at=now,
            claimed_at=now,
            claimed_on=now.astimezone(LOCAL_TIME).date(),
        )
        session.add(batch)
        return batch.id


def receive_batch(settings: Settings, batch_id: str) -> None:
    """Bring every file of a claimed batch into the master store and the ledger, then move the source to `.done`.

    Each file ends as received (its pages wait to be read), duplicate (of a file seen before, by content) or
    quarantined (with a reason). Safe to run again after being killed anywhere.

    Raises:
        OSError, StoreDamaged: the storage is at fault; nothing of the source has moved.
    """
    with reading(settings.catalogue_url) as session:
        batch = session.get(Batch, batch_id)
        if batch is None:
            raise KeyError(f"no batch {batch_id}")
    folder = claimed_folder(settings, batch) if batch.source == "inbox" else Path(batch.source)
    if batch.received_at is not None:
        _put_away(settings, batch, folder)
        return
    manifest = read_manifest(folder)
    with PageWorker(settings) as worker:
        for file in regular_files(folder):
            if is_about_batch(file.path):
                _note_ignored(settings, batch_id, file)
            else:
                arrival = _bring_in(settings, worker, file, manifest.get(file.path))
                _enter(settings, batch_id, arrival, manifest.get(file.path))
    for path in irregular_files(folder):
        _note_irregular(settings, batch_id, path)
    with writing(settings.catalogue_url) as session:
        session.get_one(Batch, batch_id).received_at = utc_now()
    _put_away(settings, batch, folder)


def _put_away(settings: Settings, batch: Batch, folder: Path) -> None:
    """Move a received batch to `.done`, unless an earlier try has done so; a folder named by hand stays."""
    if batch.source == "inbox" and folder.is_dir():
        done = settings.inbox / batch.unit_code / DONE
        done.mkdir(exist_ok=True)
        folder.rename(done / batch.id)


def _bring_in(settings: Settings, worker: PageWorker, file: FoundFile, entry: ManifestEntry | None) -> _Arrival:
    store = Store(settings.archive)
    sha256, size = store.put_master(file.place)
    try:
        if entry is not None and entry.sha256 not in (None, sha256):
            raise Unreadable("file.hash_mismatch")
        if size > settings.max_file_mb * 1024 * 1024:
            raise Unreadable("file.too_large")
        facts = worker.call(
            "count",
            path=str(store.path(master_key(sha256))),
            max_pages=settings.max_pages_per_file,
            max_megapixels=settings.max_page_megapixels,
        )
    except Unreadable as error:
        logger.warning("%s is quarantined: %s", sha256, error)
        return _Arrival(file, sha256, None, None, error.reason)
    return _Arrival(file, sha256, facts["media_type"], facts["n_pages"], None)


def _enter(settings: Settings, batch_id: str, arrival: _Arrival, entry: ManifestEntry | None) -> None:
    """Write a file's fate into the ledger, in one transaction; quarantine keeps its copy first."""
    if arrival.reason is not None:
        _keep_in_quarantine(settings, batch_id, arrival)
    with writing(settings.catalogue_url) as session:
        row = _ledger_row(session, batch_id, arrival.file)
        if row.outcome is not None:
            return
        row.sha256 = arrival.sha256
        if entry is not None:
            row.scanned_on, row.dossier_code, row.pages_declared = (
                entry.scanned_on,
                entry.dossier_code,
                entry.pages,
            )
        insert_once(
            session,
            Master,
            sha256=arrival.sha256,
            size_bytes=arrival.file.size_bytes,
            media_type=arrival.media_type,
            n_pages=arrival.n_pages,
            first_file_id=row.id,
            stored_at=utc_now(),
        )
        master = session.get_one(Master, arrival.sha256)
        if master.first_file_id != row.id:
            row.outcome, row.reason, row.duplicate_of = (
                FileOutcome.DUPLICATE,
                "file.duplicate",
                master.first_file_id,
            )
        elif arrival.reason is not None:
            row.outcome, row.reason = FileOutcome.QUARANTINED, arrival.reason
        else:
            row.outcome = FileOutcome.RECEIVED
            for page_no in range(1, (arrival.n_pages or 0) + 1):
                insert_once(session, Page, sha256=arrival.sha256, page_no=page_no, status=PageStatus.PENDING)
        batch = session.get_one(Batch, batch_id)
        record_event(
            session,
            f"file_{row.outcome}:{row.id}",
            f"file_{row.outcome}",
            batch.claimed_on or utc_now().astimezone(LOCAL_TIME).date(),
            agent=AGENT,
            batch_id=batch_id,
            detail={"sha256": arrival.sha256, "reason": row.reason},
        )


def _ledger_row(session: Session, batch_id: str, file: FoundFile) -> ScanFile:
    """The file's ledger entry, made now if the folder was not watched."""
    row = session.scalar(select(ScanFile).where(ScanFile.batch_id == batch_id, ScanFile.path == file.path))
    if row is None:
        now = utc_now()
        row = ScanFile(
            batch_id=batch_id,
            path=file.path,
            first_seen_at=now,
            stable_since=now,
            size_bytes=file.size_bytes,
            mtime_ns=file.mtime_ns,
        )
        session.add(row)
        session.flush()
    return row


def _note_ignored(settings: Settings, batch_id: str, file: FoundFile) -> None:
    with writing(settings.catalogue_url) as session:
        _ledger_row(session, batch_id, file).outcome = FileOutcome.IGNORED


def _note_irregular(settings: Settings, batch_id: str, path: str) -> None:
    with writing(settings.catalogue_url) as session:
        row = _ledger_row(session, batch_id, FoundFile(path, Path(path), 0, 0))
        row.outcome, row.reason = FileOutcome.QUARANTINED, "file.not_regular"


def _keep_in_quarantine(settings: Settings, batch_id: str, arrival: _Arrival) -> None:
    """A copy that an engineer can look at, with its reason beside it; named by its hash, never by its name."""
    folder = settings.quarantine / batch_id
    folder.mkdir(parents=True, exist_ok=True)
    suffix = PurePosixPath(arrival.file.path).suffix.lower()
    name = arrival.sha256[:24] + (suffix if suffix[1:].isalnum() and suffix.isascii() else "")
    part = folder / f".{name}.part"
    shutil.copyfile(Store(settings.archive).path(master_key(arrival.sha256)), part)
    part.replace(folder / name)
    reason = {"file": arrival.file.path, "sha256": arrival.sha256, "reason": arrival.reason}
    (folder / f"{name}.json").write_text(json.dumps(reason, ensure_ascii=False, indent=1), encoding="utf-8")
