from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from sohoa.catalogue import database
from sohoa.catalogue.database import connect, reading
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Batch, Master, Page, ScanFile
from sohoa.intake import receiving, watching
from sohoa.pages import PageWorker
from sohoa.settings import Settings

START = dt.datetime(2025, 3, 3, 1, 0, tzinfo=dt.UTC)
REST = 60.0


def at(seconds: float) -> dt.datetime:
    """So many seconds after the tests' first look at the inbox."""
    return START + dt.timedelta(seconds=seconds)


def installation(home: Path, catalogue: Path) -> Settings:
    """Folders of an installation, with a copy of a catalogue."""
    settings = Settings(home=home, rest_seconds=REST, unfinished_after_rests=5, stalled_seconds=600)
    for folder in settings.folders():
        folder.mkdir(parents=True)
    shutil.copy(catalogue, home / "catalogue.db")
    return settings


@dataclass(frozen=True)
class Inbox:
    """The archivist's hands on the inbox, and the engineer's eyes on the catalogue."""

    settings: Settings

    def drop(self, unit: str, batch: str, files: dict[str, bytes]) -> Path:
        """Copy files into a batch folder, or loose into the unit folder where `batch` is empty."""
        folder = self.settings.inbox / unit / batch
        for name, content in files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        return folder

    def batches(self) -> list[Batch]:
        with reading(self.settings.catalogue_url) as session:
            return list(session.scalars(select(Batch).order_by(Batch.first_seen_at, Batch.id)))

    def batch(self, batch_id: str) -> Batch:
        return next(batch for batch in self.batches() if batch.id == batch_id)

    def only_batch(self) -> Batch:
        [batch] = self.batches()
        return batch

    def statuses(self) -> dict[str, list[str]]:
        """The statuses of the batches of each name, oldest first."""
        told: dict[str, list[str]] = {}
        for batch in self.batches():
            told.setdefault(batch.name, []).append(str(batch.status))
        return told

    def ledger(self, batch_id: str | None = None) -> dict[str, ScanFile]:
        with reading(self.settings.catalogue_url) as session:
            query = select(ScanFile).order_by(ScanFile.id)
            if batch_id is not None:
                query = query.where(ScanFile.batch_id == batch_id)
            return {row.path: row for row in session.scalars(query)}

    def outcomes(self, batch_id: str | None = None) -> dict[str, tuple[str | None, str | None]]:
        """Outcome and reason of every file."""
        return {path: (row.outcome, row.reason) for path, row in self.ledger(batch_id).items()}

    def masters(self) -> dict[str, Master]:
        with reading(self.settings.catalogue_url) as session:
            return {row.sha256: row for row in session.scalars(select(Master))}

    def n_pages(self, sha256: str | None) -> int:
        with reading(self.settings.catalogue_url) as session:
            return len(session.scalars(select(Page).where(Page.sha256 == sha256)).all())

    def on_disk(self) -> set[str]:
        """Every regular file below the inbox, as a sorted set of relative paths."""
        return {
            os.path.relpath(Path(root) / name, self.settings.inbox)
            for root, _, names in os.walk(self.settings.inbox)
            for name in names
        }


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def manifest(files: dict[str, bytes], **changed: str) -> bytes:
    """A manifest.csv with the right hash of every file, save those that are named with another."""
    rows = [f"{name},{changed.get(name.split('.')[0], sha256(content))}" for name, content in files.items()]
    return "\n".join(["file,sha256", *rows, ""]).encode()


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here cuts the power; what the database does against that is tested beside it."""
    prepare = database._prepare_sqlite

    def prepare_fast(connection: sqlite3.Connection, record: Any) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA synchronous=OFF")

    monkeypatch.setattr(database, "_prepare_sqlite", prepare_fast)


@pytest.fixture(scope="session")
def empty_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue with all its tables, made once: the migrations take longer than most tests."""
    settings = Settings(home=tmp_path_factory.mktemp("template"))
    migrate(settings)
    connect(settings.catalogue_url).dispose()
    return settings.home / "catalogue.db"


@pytest.fixture
def inbox(tmp_path: Path, empty_catalogue: Path) -> Inbox:
    return Inbox(installation(tmp_path / "home", empty_catalogue))


@pytest.fixture
def settings(inbox: Inbox) -> Settings:
    return inbox.settings


@pytest.fixture(scope="session")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageWorker]:
    with PageWorker(Settings(home=tmp_path_factory.mktemp("decoder"))) as worker:
        yield worker


@pytest.fixture(autouse=True)
def _one_decoder_for_all(decoder: PageWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real decoder process, started once: it takes a second to load."""

    class Lent:
        def __init__(self, _settings: Settings) -> None: ...

        def __enter__(self) -> PageWorker:
            return decoder

        def __exit__(self, *_: Any) -> None: ...

    monkeypatch.setattr(watching, "PageWorker", Lent)
    monkeypatch.setattr(receiving, "PageWorker", Lent)
