"""The delivered copies of classified scans: out of the folders that everybody reads, into one that is closed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from sohoa.archive.store import make_folder, sync_folder
from sohoa.catalogue.database import reading
from sohoa.catalogue.models import FileOutcome, ScanFile
from sohoa.intake.folders import DONE, all_files, claimed_folder
from sohoa.settings import Settings

SHUT = ".locked"
"""Folder beside `.done`, and in the quarantine, that only the owner of the service may enter."""


def shut_sources(settings: Settings, scans: Sequence[str]) -> None:
    """Move every delivered copy of these scans (SHA-256) into a closed folder; nothing is removed.

    A batch that is still being received is left alone: it asks again before it is published. A folder that was
    named on the command line is not ours to change.
    """
    with reading(settings.catalogue_url) as session:
        files = session.scalars(select(ScanFile).where(ScanFile.sha256.in_(scans)).order_by(ScanFile.id)).all()
    for batch_id in dict.fromkeys(file.batch_id for file in files):
        folder = claimed_folder(settings, batch_id)
        if folder is not None and folder.parent.name == DONE:
            delivered = {file.path for file in files if file.batch_id == batch_id}
            for found in all_files(folder):
                if found.regular and found.path in delivered:
                    _shut(found.place, folder, folder.parent.with_name(SHUT) / batch_id)
    for file in files:
        if file.outcome == FileOutcome.QUARANTINED:
            folder = settings.quarantine / file.batch_id
            for place in sorted(folder.glob(f"{str(file.sha256)[:24]}*")):
                _shut(place, folder, settings.quarantine / SHUT / file.batch_id)


def _shut(place: Path, folder: Path, closed: Path) -> None:
    closed.parent.mkdir(mode=0o700, exist_ok=True)
    with suppress(PermissionError):  # a share may know no rights of files; then the folder's own must do
        closed.parent.chmod(0o700)
    target = closed / place.relative_to(folder)
    make_folder(target.parent)
    with suppress(FileNotFoundError):  # another run was faster
        with suppress(PermissionError):
            place.chmod(0o600)
        place.replace(target)
    sync_folder(target.parent)
    sync_folder(place.parent)
