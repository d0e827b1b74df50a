"""Taking a complete batch out of the archivist's hands, once."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.archive.store import sync_folder
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.models import Batch, BatchStatus, ScanFile, utc_now
from sohoa.intake.folders import CLAIMED, Drop, all_files, claimed_folders, drops, files_now
from sohoa.intake.watching import complete_drops
from sohoa.settings import LOCAL_TIME, Settings

logger = logging.getLogger(__name__)

AGENT = "sohoa intake"


def claim_complete(settings: Settings, now: dt.datetime | None = None) -> list[str]:
    """Claim every complete batch; return the ids of those claimed by now and not yet worked on.

    Safe to run twice at once and to be killed at any instant: the batch is known to the catalogue before its
    folder moves, the move is one atomic rename, and a claim cut short is completed by the next.

    Raises:
        OSError: the inbox cannot be listed; or a batch cannot be moved, and there is no other to hand on.
    """
    now = now or utc_now()
    _complete_interrupted(settings, now)
    fault: OSError | None = None
    for batch_id, drop in complete_drops(settings, now).items():
        try:
            _claim(settings, batch_id, drop, now)
        except OSError as error:
            logger.exception("Batch %s stays in the inbox: it cannot be moved", batch_id)
            fault = error
    waiting = unfinished_batches(settings, now)
    if fault is not None and not waiting:
        raise fault
    return waiting


def unfinished_batches(settings: Settings, now: dt.datetime | None = None) -> list[str]:
    """Claimed batches of the inbox that nobody works on: never begun, or without progress for too long."""
    stalled = (now or utc_now()) - dt.timedelta(seconds=settings.stalled_seconds)
    with reading(settings.catalogue_url) as session:
        batches = session.scalars(
            select(Batch).where(Batch.status == BatchStatus.CLAIMED, Batch.source == "inbox").order_by(Batch.claimed_at)
        )
        return [b.id for b in batches if b.progress_at is None or b.progress_at < stalled]


def begin_batch(settings: Settings, batch_id: str, run_id: str, now: dt.datetime | None = None) -> bool:
    """Sign up for a batch; False if it is not claimed yet, is finished, or another run is at work on it.

    Raises:
        KeyError: no such batch.
    """
    now = now or utc_now()
    with writing(settings.catalogue_url) as session:
        batch = session.get(Batch, batch_id, with_for_update=True)
        if batch is None:
            raise KeyError(f"no batch {batch_id}")
        if batch.status not in (BatchStatus.CLAIMED, BatchStatus.PUBLISHED):
            return False
        last = batch.progress_at
        fresh = last is not None and (now - last).total_seconds() < settings.stalled_seconds
        if batch.run_id != run_id and (batch.status == BatchStatus.PUBLISHED or fresh):
            return False
        batch.run_id, batch.progress_at = run_id, now
    return True


def note_progress(settings: Settings, batch_id: str) -> None:
    """Tell that a batch is being worked on."""
    with writing(settings.catalogue_url) as session:
        batch = session.get(Batch, batch_id)
        if batch is not None:
            batch.progress_at = utc_now()


def _complete_interrupted(settings: Settings, now: dt.datetime) -> None:
    """Finish claims whose files moved but whose entry did not.

    Loose files of which some are left behind are claimed the ordinary way, so that they stay one batch.
    """
    moved = claimed_folders(settings)
    with reading(settings.catalogue_url) as session:
        waiting = session.scalars(select(Batch).where(Batch.status == BatchStatus.WAITING)).all()
    cut_short = [batch for batch in waiting if batch.id in moved]
    if not cut_short:
        return
    left = {drop.unit_code for drop in drops(settings) if not drop.name}
    for batch in cut_short:
        if batch.name or batch.unit_code not in left:
            with writing(settings.catalogue_url) as session:
                if _lock_waiting(session, batch.id) is not None:
                    _note_claimed(session, batch.id, moved[batch.id], now)


def _claim(settings: Settings, batch_id: str, seen: Drop, now: dt.datetime) -> None:
    """Move a batch to `.claimed` and note it, unless it changed since it was seen or another claim has it.

    The row stays locked meanwhile, so that no other claim comes between move and note.
    """
    with writing(settings.catalogue_url) as session:
        if _lock_waiting(session, batch_id) is None:
            return
        target = seen.unit_folder / CLAIMED / batch_id
        target.parent.mkdir(exist_ok=True)
        if not (_take_folder(seen, target) if seen.name else _take_loose(seen, target)):
            return
        sync_folder(target.parent)
        sync_folder(seen.unit_folder)
        _note_claimed(session, batch_id, target, now)


def _take_folder(seen: Drop, target: Path) -> bool:
    """Move a batch folder; False if someone is still at it, or has taken it away: the next look decides."""
    if files_now(seen) != set(seen.files or ()):
        return False
    seen.place.rename(target)
    return True


def _take_loose(seen: Drop, target: Path) -> bool:
    """Move loose files one by one; False if there are none. Those that changed or came since form the next batch."""
    files = files_now(seen) & set(seen.files or ())
    if not files:
        return False
    target.mkdir(exist_ok=True)
    for file in sorted(files, key=lambda file: file.place):
        # A name that a claim cut short has moved already is another file by now, and must not bury the first.
        if not (target / file.place.name).exists():
            file.place.rename(target / file.place.name)
    sync_folder(target)
    return True


def _lock_waiting(session: Session, batch_id: str) -> Batch | None:
    """The batch, locked until the end of the transaction; None if it does not wait any more."""
    batch = session.get(Batch, batch_id, with_for_update=True)
    return batch if batch is not None and batch.status == BatchStatus.WAITING else None


def _note_claimed(session: Session, batch_id: str, folder: Path, now: dt.datetime) -> None:
    batch = session.get_one(Batch, batch_id)
    batch.status, batch.claimed_at = BatchStatus.CLAIMED, now
    batch.claimed_on = now.astimezone(LOCAL_TIME).date()
    there = {file.path for file in all_files(folder)}
    for row in session.scalars(select(ScanFile).where(ScanFile.batch_id == batch_id)):
        # What was seen beside the batch and did not come along is no file of it.
        row.gone_at = None if row.path in there else row.gone_at or now
    record_event(
        session,
        f"batch_claimed:{batch_id}",
        "batch_claimed",
        batch.claimed_on,
        agent=AGENT,
        batch_id=batch_id,
    )
