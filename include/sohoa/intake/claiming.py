"""Taking a complete batch out of the archivist's hands, once."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from sqlalchemy import select

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.models import Batch, BatchStatus, ScanFile, utc_now
from sohoa.intake.folders import CLAIMED, drops
from sohoa.intake.watching import complete_batches
from sohoa.settings import LOCAL_TIME, Settings

AGENT = "sohoa intake"


def claimed_folder(settings: Settings, batch: Batch) -> Path:
    """Where a claimed batch of the inbox lies until its files are in the master store."""
    return settings.inbox / batch.unit_code / CLAIMED / batch.id


def claim_complete(settings: Settings) -> list[str]:
    """Claim every complete batch; return the ids of those claimed by now and not yet worked on.

    Safe to run twice at once and to be killed at any instant: the batch is known to the catalogue before its
    folder moves, the move is one atomic rename, and a claim cut short is completed by the next.
    """
    _complete_interrupted(settings)
    for batch_id in complete_batches(settings):
        _claim(settings, batch_id)
    return unfinished_batches(settings)


def unfinished_batches(settings: Settings, now: dt.datetime | None = None) -> list[str]:
    """Claimed batches of the inbox that nobody works on: never begun, or without progress for too long."""
    stalled = (now or utc_now()) - dt.timedelta(seconds=settings.stalled_seconds)
    with reading(settings.catalogue_url) as session:
        batches = session.scalars(
            select(Batch).where(Batch.status == BatchStatus.CLAIMED, Batch.source == "inbox").order_by(Batch.claimed_at)
        )
        return [b.id for b in batches if b.progress_at is None or b.progress_at < stalled]


def begin_batch(settings: Settings, batch_id: str, run_id: str) -> bool:
    """Sign up for a batch; False if it is finished, or another run is at work on it.

    Raises:
        KeyError: no such batch.
    """
    now = utc_now()
    with writing(settings.catalogue_url) as session:
        batch = session.get(Batch, batch_id)
        if batch is None:
            raise KeyError(f"no batch {batch_id}")
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


def _complete_interrupted(settings: Settings) -> None:
    """Finish claims whose folder moved but whose entry did not."""
    with reading(settings.catalogue_url) as session:
        waiting = session.scalars(select(Batch).where(Batch.status == BatchStatus.WAITING)).all()
    for batch in waiting:
        if batch.name and claimed_folder(settings, batch).exists():
            _note_claimed(settings, batch.id)


def _claim(settings: Settings, batch_id: str) -> None:
    with reading(settings.catalogue_url) as session:
        batch = session.get(Batch, batch_id)
        if batch is None or batch.status != BatchStatus.WAITING:
            return
        paths = session.scalars(
            select(ScanFile.path).where(ScanFile.batch_id == batch_id, ScanFile.gone_at.is_(None))
        ).all()
    target = claimed_folder(settings, batch)
    target.parent.mkdir(exist_ok=True)
    if batch.name:
        taken = target.exists() or _rename(settings.inbox / batch.unit_code / batch.name, target)
        if not taken and not target.exists():
            return
    else:
        _gather_loose(settings, batch, set(paths), target)
    _sync_folder(target.parent)
    _note_claimed(settings, batch_id)


def _gather_loose(settings: Settings, batch: Batch, paths: set[str], target: Path) -> None:
    """Move the loose files of the ledger one by one; those that came since form the next batch."""
    target.mkdir(exist_ok=True)
    for unit, name, files in drops(settings):
        if (unit, name) == (batch.unit_code, ""):
            for file in files:
                if file.path in paths:
                    _rename(file.place, target / file.place.name)


def _rename(source: Path, target: Path) -> bool:
    """Rename atomically; False if the source is gone, which means that another claim has it."""
    try:
        source.rename(target)
    except FileNotFoundError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _note_claimed(settings: Settings, batch_id: str) -> None:
    now = utc_now()
    with writing(settings.catalogue_url) as session:
        batch = session.get(Batch, batch_id)
        if batch is None or batch.status != BatchStatus.WAITING:
            return
        batch.status, batch.claimed_at = BatchStatus.CLAIMED, now
        batch.claimed_on = now.astimezone(LOCAL_TIME).date()
        record_event(
            session,
            f"batch_claimed:{batch_id}",
            "batch_claimed",
            batch.claimed_on,
            agent=AGENT,
            batch_id=batch_id,
        )
