"""From a claimed folder to the master store and the ledger; only then does the source move on."""

from __future__ import annotations

import errno
import json
import logging
import secrets
import shutil
from collections.abc import Iterable
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
from sohoa.errors import SohoaError
from sohoa.intake.claiming import AGENT
from sohoa.intake.folders import CLAIMED, DONE, FoundFile, all_files, claimed_folder, is_about_batch
from sohoa.intake.manifest import ManifestEntry, read_manifest
from sohoa.intake.watching import new_batch_id
from sohoa.pages import PageWorker, Unreadable
from sohoa.settings import LOCAL_TIME, Settings

logger = logging.getLogger(__name__)

_LONGEST_SUFFIX = 12
_MOST_MISSING = 1000
"""Files of a manifest that are not there, each told by name; a manifest of another batch has no use for more."""


@dataclass(frozen=True)
class _Arrival:
    """A file that lies in the master store, with what was found out about it."""

    file: FoundFile
    sha256: str
    size_bytes: int
    media_type: str | None
    n_pages: int | None
    reason: str | None  # why it cannot be read


def adopt_folder(settings: Settings, folder: Path, unit_code: str) -> str:
    """Make a batch of a folder that was named on the command line; return its id.

    A folder whose earlier run was cut short is taken up again under its old id. The folder stays as it is.

    Raises:
        SohoaError: the code cannot be that of a unit, or the folder's name cannot be written down.
    """
    if not unit_code.strip() or "/" in unit_code or unit_code.startswith(".") or not unit_code.isprintable():
        raise SohoaError(f"{unit_code!r} cannot be the code of a unit: give one such as G09.")
    if not str(folder.absolute()).isprintable():
        raise SohoaError(f"The name of {str(folder)!r} has broken characters: rename the folder.")
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
            id=new_batch_id(unit_code, folder.absolute().name, now),
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

    Each file ends as received (its pages wait to be read), duplicate (of a file received before, by content) or
    quarantined (with a reason). Safe to run again after being killed anywhere, and twice at once.

    Raises:
        KeyError: no such batch.
        OSError, StoreDamaged: the storage is at fault, or a file is still being written; nothing of the source
            has moved.
        SohoaError: the decoder does not run at all.
    """
    batch = _get(settings, batch_id)
    if batch.received_at is None:
        try:
            _receive(settings, batch)
        except FileNotFoundError:
            if _get(settings, batch_id).received_at is None:
                raise
            # Another run was faster and has put the folder away.
    for part in (settings.quarantine / batch_id).glob(".*.part"):
        part.unlink(missing_ok=True)
    if batch.source == "inbox":
        _put_away(settings, batch_id)


def _get(settings: Settings, batch_id: str) -> Batch:
    with reading(settings.catalogue_url) as session:
        batch = session.get(Batch, batch_id)
    if batch is None:
        raise KeyError(f"no batch {batch_id}")
    return batch


def _receive(settings: Settings, batch: Batch) -> None:
    folder = claimed_folder(settings, batch.id) if batch.source == "inbox" else Path(batch.source)
    if folder is None or not folder.is_dir():
        # Not an empty batch: a share that is not mounted looks like this.
        raise FileNotFoundError(errno.ENOENT, "the folder of the batch is not there; is the share mounted?", batch.id)
    Store(settings.archive).sweep()
    manifest = read_manifest(folder)
    done: set[str] = set()
    with PageWorker(settings) as worker:
        # What is still written into the folder while we are at it comes along.
        while files := [file for file in all_files(folder) if file.path not in done]:
            for file in files:
                _take(settings, worker, batch.id, file, manifest.get(file.path))
                done.add(file.path)
    _note_missing(settings, batch.id, sorted(manifest.keys() - done)[:_MOST_MISSING])
    with writing(settings.catalogue_url) as session:
        session.get_one(Batch, batch.id).received_at = utc_now()


def _put_away(settings: Settings, batch_id: str) -> None:
    """Move a received batch to `.done`, unless an earlier try has done so."""
    folder = claimed_folder(settings, batch_id)
    if folder is None or folder.parent.name != CLAIMED:
        return
    done = folder.parent.with_name(DONE)
    done.mkdir(exist_ok=True)
    try:
        folder.rename(done / batch_id)
    except FileNotFoundError:
        if not (done / batch_id).is_dir():
            raise


def _take(settings: Settings, worker: PageWorker, batch_id: str, file: FoundFile, entry: ManifestEntry | None) -> None:
    if not file.regular:
        _note(settings, batch_id, file, FileOutcome.QUARANTINED, "file.not_regular")
    elif is_about_batch(file.path):
        _note(settings, batch_id, file, FileOutcome.IGNORED)
    else:
        _enter(settings, batch_id, _bring_in(settings, worker, file, entry), entry)


def _bring_in(settings: Settings, worker: PageWorker, file: FoundFile, entry: ManifestEntry | None) -> _Arrival:
    store = Store(settings.archive)
    sha256, size = store.put_master(file.place)
    facts = file.place.lstat()
    if (facts.st_size, facts.st_mtime_ns) != (file.size_bytes, file.mtime_ns):
        raise OSError(errno.EBUSY, "the file is still being written", str(file.place))
    try:
        if entry is not None and entry.sha256 not in (None, sha256):
            raise Unreadable("file.hash_mismatch")
        if size > settings.max_file_mb * 1024 * 1024:
            raise Unreadable("file.too_large")
        found = worker.call(
            "count",
            path=str(store.path(master_key(sha256))),
            max_pages=settings.max_pages_per_file,
            max_megapixels=settings.max_page_megapixels,
        )
    except Unreadable as error:
        if error.reason == "page.crashed":
            _check_decoder(worker)
        logger.warning("%s is quarantined: %s", sha256, error)
        return _Arrival(file, sha256, size, None, None, error.reason)
    return _Arrival(file, sha256, size, found["media_type"], found["n_pages"], None)


def _check_decoder(worker: PageWorker) -> None:
    """Raise SohoaError if the decoder dies of a harmless file too: then it is not the scan that is at fault."""
    try:
        worker.call("ends", path=__file__)
    except Unreadable as error:
        raise SohoaError(f"The page decoder does not run ({error.detail}): `sohoa doctor` tells why.") from error


def _enter(settings: Settings, batch_id: str, arrival: _Arrival, entry: ManifestEntry | None) -> None:
    """Write a file's fate into the ledger, in one transaction; quarantine keeps its copy first."""
    if arrival.reason is not None:
        _keep_in_quarantine(settings, batch_id, arrival)
    with writing(settings.catalogue_url) as session:
        row = _ledger_row(session, batch_id, arrival.file)
        session.get_one(Batch, batch_id).progress_at = utc_now()
        if row.outcome is not None:
            return
        row.sha256, row.size_bytes, row.gone_at = arrival.sha256, arrival.size_bytes, None
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
            size_bytes=arrival.size_bytes,
            media_type=arrival.media_type,
            n_pages=arrival.n_pages,
            first_file_id=row.id,
            stored_at=utc_now(),
        )
        master = session.get_one(Master, arrival.sha256, with_for_update=True)
        twin = session.get_one(ScanFile, master.first_file_id)
        is_again = twin.id != row.id and arrival.reason != "file.hash_mismatch"
        if is_again and (twin.outcome != FileOutcome.QUARANTINED or arrival.reason == twin.reason):
            # The fault that it shares with its twin is told again: a cut scan does not mend by being sent twice.
            shared_fault = arrival.reason if twin.outcome == FileOutcome.QUARANTINED else None
            row.outcome, row.reason, row.duplicate_of = FileOutcome.DUPLICATE, shared_fault or "file.duplicate", twin.id
        elif arrival.reason is not None:
            row.outcome, row.reason = FileOutcome.QUARANTINED, arrival.reason
        else:
            # A twin in quarantine has no pages: it may have been refused for its manifest, or by other limits.
            master.first_file_id = row.id
            master.media_type, master.n_pages = arrival.media_type, arrival.n_pages
            row.outcome = FileOutcome.RECEIVED
            for page_no in range(1, (arrival.n_pages or 0) + 1):
                insert_once(session, Page, sha256=arrival.sha256, page_no=page_no, status=PageStatus.PENDING)
        _tell(session, row)


def _tell(session: Session, row: ScanFile) -> None:
    batch = session.get_one(Batch, row.batch_id)
    record_event(
        session,
        f"file_{row.outcome}:{row.id}",
        f"file_{row.outcome}",
        batch.claimed_on or utc_now().astimezone(LOCAL_TIME).date(),
        agent=AGENT,
        batch_id=batch.id,
        detail={"sha256": row.sha256, "reason": row.reason},
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


def _note(settings: Settings, batch_id: str, file: FoundFile, outcome: FileOutcome, reason: str | None = None) -> None:
    """Write the fate of a file that is not brought into the store."""
    with writing(settings.catalogue_url) as session:
        row = _ledger_row(session, batch_id, file)
        if row.outcome is None:
            row.outcome, row.reason = outcome, reason
            _tell(session, row)


def _note_missing(settings: Settings, batch_id: str, named: Iterable[str]) -> None:
    """Tell of files that the manifest names, or that lay in the drop when it was claimed, and that are not there."""
    with reading(settings.catalogue_url) as session:
        lost = session.scalars(
            select(ScanFile.path).where(
                ScanFile.batch_id == batch_id, ScanFile.outcome.is_(None), ScanFile.gone_at.is_(None)
            )
        ).all()
    for path in dict.fromkeys([*named, *lost]):
        _note(settings, batch_id, FoundFile(path, Path(), 0, 0), FileOutcome.QUARANTINED, "file.missing")


def _keep_in_quarantine(settings: Settings, batch_id: str, arrival: _Arrival) -> None:
    """A copy that an engineer can look at, with its reason beside it; named by its hash, never by its name."""
    folder = settings.quarantine / batch_id
    folder.mkdir(parents=True, exist_ok=True)
    suffix = PurePosixPath(arrival.file.path).suffix.lower()
    plain = suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= _LONGEST_SUFFIX
    name = arrival.sha256[:24] + (suffix if plain else "")
    part = folder / f".{name}.{secrets.token_hex(4)}.part"
    shutil.copyfile(Store(settings.archive).path(master_key(arrival.sha256)), part)
    part.replace(folder / name)
    reason = {"file": arrival.file.path, "sha256": arrival.sha256, "reason": arrival.reason}
    part.write_text(json.dumps(reason, ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(folder / f"{name}.json")
