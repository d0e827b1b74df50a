"""From a claimed folder to the master store and the ledger; only then does the source move on."""

from __future__ import annotations

import errno
import json
import logging
import secrets
import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path, PurePosixPath

from sqlalchemy import select

from sohoa.archive import Store
from sohoa.archive.store import master_key
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import Batch, BatchStatus, FileOutcome, utc_now
from sohoa.catalogue.units import ensure_unit
from sohoa.errors import SohoaError
from sohoa.intake.claiming import note_progress
from sohoa.intake.entering import Arrival, enter_file, enter_group, expected_paths, note_fate, note_missing
from sohoa.intake.folders import CLAIMED, DONE, FoundFile, all_files, claimed_folder, is_about_batch
from sohoa.intake.grouping import Delivered, plan_groups
from sohoa.intake.manifest import ManifestEntry, read_manifest
from sohoa.intake.watching import new_batch_id
from sohoa.pages import PageWorker, PageWorkers, Unreadable
from sohoa.replacing import replace_file
from sohoa.settings import LOCAL_TIME, Settings

logger = logging.getLogger(__name__)

_LONGEST_SUFFIX = 12
_MOST_MISSING = 1000
"""Files of a manifest that are not there, each told by name; a manifest of another batch has no use for more."""


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


def receive_batch(settings: Settings, batch_id: str, workers: PageWorkers | None = None) -> None:
    """Bring every file of a claimed batch into the master store and the ledger, then move the source to `.done`.

    Each file ends as received (its pages wait to be read), duplicate (of a file received before, by content) or
    quarantined (with a reason). Loose page images that belong together get one master more, of which they are the
    pages. Safe to run again after being killed anywhere, and twice at once.

    Args:
        settings: Where everything lies.
        batch_id: The batch.
        workers: They open the files; new ones unless given.

    Raises:
        KeyError: no such batch.
        OSError, StoreDamaged: the storage is at fault, or a file is still being written; nothing of the source
            has moved.
        SohoaError: the decoder does not run at all.
    """
    batch = _get(settings, batch_id)
    if batch.received_at is None:
        try:
            with nullcontext(workers) if workers else PageWorkers(settings, settings.jobs) as openers:
                _receive(settings, openers, batch)
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


def _receive(settings: Settings, workers: PageWorkers, batch: Batch) -> None:
    folder = claimed_folder(settings, batch.id) if batch.source == "inbox" else Path(batch.source)
    if folder is None or not folder.is_dir():
        # Not an empty batch: a share that is not mounted looks like this.
        raise FileNotFoundError(errno.ENOENT, "the folder of the batch is not there; is the share mounted?", batch.id)
    Store(settings.archive).sweep()
    manifest = read_manifest(folder)
    found = _bring_all_in(settings, workers, batch.id, folder, manifest)
    named = sorted(manifest.keys() - found.keys())
    lost = [path for path in expected_paths(settings, batch.id) if path not in found]
    # Only now, since what belongs together is seen when all is there; and before the rest, so that a copy of a
    # loose page is the duplicate, and not the page.
    for loose in plan_groups(_delivered(found, [*named, *lost]), manifest):
        members = [found.pop(path) for path in loose.paths if path is not None]
        enter_group(settings, batch.id, loose, [arrival for arrival in members if arrival is not None])
    for arrival in found.values():
        if arrival is not None:
            _enter_alone(settings, batch.id, arrival)
    note_missing(settings, batch.id, dict.fromkeys([*named[:_MOST_MISSING], *lost]))
    with writing(settings.catalogue_url) as session:
        session.get_one(Batch, batch.id).received_at = utc_now()


def _bring_all_in(
    settings: Settings, workers: PageWorkers, batch_id: str, folder: Path, manifest: dict[str, ManifestEntry]
) -> dict[str, Arrival | None]:
    """Copy every scan of the folder into the master store; None for what is no scan or must not be opened."""
    found: dict[str, Arrival | None] = {}
    due = time.monotonic()
    # What is still written into the folder while we are at it comes along.
    while files := [file for file in all_files(folder) if file.path not in found]:
        arrivals = [
            workers.submit(partial(_bring_in, settings, batch_id, file, manifest.get(file.path))) for file in files
        ]
        for file, arrival in zip(files, arrivals, strict=True):
            found[file.path] = arrival.result()
            if time.monotonic() >= due:
                note_progress(settings, batch_id)
                due = time.monotonic() + settings.stalled_seconds / 10
    return found


def _delivered(found: Mapping[str, Arrival | None], absent: Iterable[str]) -> list[Delivered]:
    """What the grouping must know of each scan, of those too that cannot be read or are not there."""
    readable = [
        Delivered(path, arrival.n_pages or 0, arrival.media_type)
        for path, arrival in found.items()
        if arrival is not None
    ]
    unopened = [path for path, arrival in found.items() if arrival is None and not is_about_batch(path)]
    return readable + [Delivered(path) for path in dict.fromkeys([*unopened, *absent])]


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


def _bring_in(
    settings: Settings, batch_id: str, file: FoundFile, entry: ManifestEntry | None, worker: PageWorker
) -> Arrival | None:
    if not file.regular:
        note_fate(settings, batch_id, file, FileOutcome.QUARANTINED, "file.not_regular")
        return None
    if is_about_batch(file.path):
        note_fate(settings, batch_id, file, FileOutcome.IGNORED)
        return None
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
        return Arrival(file, entry, sha256, size, None, None, error.reason)
    return Arrival(file, entry, sha256, size, found["media_type"], found["n_pages"], None)


def _check_decoder(worker: PageWorker) -> None:
    """Raise SohoaError if the decoder dies of a harmless file too: then it is not the scan that is at fault."""
    try:
        worker.call("ends", path=__file__)
    except Unreadable as error:
        raise SohoaError(f"The page decoder does not run ({error.detail}): `sohoa doctor` tells why.") from error


def _enter_alone(settings: Settings, batch_id: str, arrival: Arrival) -> None:
    """Write a file's fate into the ledger; quarantine keeps its copy first."""
    if arrival.reason is not None:
        _keep_in_quarantine(settings, batch_id, arrival)
    enter_file(settings, batch_id, arrival)


def _keep_in_quarantine(settings: Settings, batch_id: str, arrival: Arrival) -> None:
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
    replace_file(folder / f"{name}.json", json.dumps(reason, ensure_ascii=False, indent=1).encode())
