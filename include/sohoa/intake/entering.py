"""The ledger's side of receiving: the fate of every file, each file or group of loose pages in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.archive import Store
from sohoa.archive.groups import GROUP, Group, GroupPage, write_group
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.events import insert_once, record_event
from sohoa.catalogue.models import Batch, FileOutcome, Master, Page, PageStatus, ScanFile, utc_now
from sohoa.intake.claiming import AGENT
from sohoa.intake.delivered import files_by_page
from sohoa.intake.folders import FoundFile
from sohoa.intake.grouping import LoosePages
from sohoa.intake.manifest import ManifestEntry
from sohoa.settings import LOCAL_TIME, Settings


@dataclass(frozen=True)
class Arrival:
    """A file that lies in the master store, with what was found out about it.

    Attributes:
        entry: what the manifest says of it.
        reason: why it cannot be read.
    """

    file: FoundFile
    entry: ManifestEntry | None
    sha256: str
    size_bytes: int
    media_type: str | None
    n_pages: int | None
    reason: str | None


def enter_file(settings: Settings, batch_id: str, arrival: Arrival) -> None:
    """Write the fate of a file that is its own master: received, duplicate or quarantined; once."""
    with writing(settings.catalogue_url) as session:
        row = _ledger_row(session, batch_id, arrival.file)
        session.get_one(Batch, batch_id).progress_at = utc_now()
        if row.outcome is not None:
            return
        _note_facts(row, arrival)
        master = _own_master(session, row, arrival)
        twin = session.get_one(ScanFile, master.first_file_id)
        is_again = twin.id != row.id and arrival.reason != "file.hash_mismatch"
        if is_again and (twin.outcome != FileOutcome.QUARANTINED or arrival.reason == twin.reason):
            # The fault that it shares with its twin is told again: a cut scan does not mend by being sent twice.
            shared_fault = arrival.reason if twin.outcome == FileOutcome.QUARANTINED else None
            row.outcome, row.reason, row.duplicate_of = FileOutcome.DUPLICATE, shared_fault or "file.duplicate", twin.id
        elif arrival.reason is not None:
            row.outcome, row.reason = FileOutcome.QUARANTINED, arrival.reason
        else:
            _take_over_refused(session, master, row, arrival)
            row.outcome = FileOutcome.RECEIVED
            _await_reading(session, arrival.sha256, arrival.n_pages or 0)
        _tell(session, row)


def enter_group(settings: Settings, batch_id: str, loose: LoosePages, arrivals: Sequence[Arrival]) -> None:
    """Write the fate of the readable files of a group, all at once: their pages are those of the group's master.

    A page that came before, alone or in another group, belongs here all the same; only the same pages in the same
    order are duplicates, each file of the file that brought its page first. If a file has a fate already, because
    the folder grew between two tries, the others are entered on their own.

    Args:
        settings: Of the installation.
        batch_id: The batch.
        loose: The group as planned.
        arrivals: Its files that can be read, in the order of `loose`.
    """
    group = _group(loose, {arrival.file.path: arrival for arrival in arrivals})
    sha256, size = write_group(Store(settings.archive), group)
    with writing(settings.catalogue_url) as session:
        rows = [_ledger_row(session, batch_id, arrival.file) for arrival in arrivals]
        session.get_one(Batch, batch_id).progress_at = utc_now()
        if all(row.outcome is None for row in rows):
            _enter_together(session, rows, arrivals, group, sha256, size)
            return
    for arrival in arrivals:
        enter_file(settings, batch_id, arrival)


def note_fate(
    settings: Settings, batch_id: str, file: FoundFile, outcome: FileOutcome, reason: str | None = None
) -> None:
    """Write the fate of a file that is not brought into the store."""
    with writing(settings.catalogue_url) as session:
        row = _ledger_row(session, batch_id, file)
        if row.outcome is None:
            row.outcome, row.reason = outcome, reason
            _tell(session, row)


def note_missing(settings: Settings, batch_id: str, paths: Iterable[str]) -> None:
    """Tell of files that should be there and are not."""
    for path in paths:
        note_fate(settings, batch_id, FoundFile(path, Path(), 0, 0), FileOutcome.QUARANTINED, "file.missing")


def expected_paths(settings: Settings, batch_id: str) -> list[str]:
    """The files that lay in the drop when it was claimed."""
    with reading(settings.catalogue_url) as session:
        query = select(ScanFile.path).where(ScanFile.batch_id == batch_id, ScanFile.gone_at.is_(None))
        return list(session.scalars(query.order_by(ScanFile.path)))


def _group(loose: LoosePages, arrivals: dict[str, Arrival]) -> Group:
    pages: list[GroupPage] = []
    gaps: set[int] = set()
    for path in loose.paths:
        if path is None:
            gaps.add(len(pages) + 1)
            continue
        arrival = arrivals[path]
        numbers = range(1, (arrival.n_pages or 0) + 1)
        pages.extend(GroupPage(arrival.sha256, str(arrival.media_type), number) for number in numbers)
    return Group(tuple(pages), frozenset(gaps), loose.stated)


def _enter_together(
    session: Session, rows: Sequence[ScanFile], arrivals: Sequence[Arrival], group: Group, sha256: str, size: int
) -> None:
    # In the same order whatever the group, so that two batches with the same pages never wait for each other.
    for row, arrival in sorted(zip(rows, arrivals, strict=True), key=lambda pair: pair[1].sha256):
        _note_facts(row, arrival)
        _take_over_refused(session, _own_master(session, row, arrival), row, arrival)
        row.group_sha256 = sha256
    insert_once(
        session,
        Master,
        sha256=sha256,
        size_bytes=size,
        media_type=GROUP,
        n_pages=len(group.pages),
        first_file_id=rows[0].id,
        stored_at=utc_now(),
    )
    master = session.get_one(Master, sha256, with_for_update=True)
    twins = _first_delivery(session, master, group)
    if twins:
        for row, twin in zip(files_by_page(rows, group), twins, strict=True):
            row.outcome, row.reason = FileOutcome.DUPLICATE, "file.duplicate"
            row.duplicate_of = row.duplicate_of or twin.id
    else:
        master.first_file_id, master.media_type, master.n_pages = rows[0].id, GROUP, len(group.pages)
        for row in rows:
            row.outcome = FileOutcome.RECEIVED
        _await_reading(session, sha256, len(group.pages))
    for row in rows:
        _tell(session, row)


def _first_delivery(session: Session, master: Master, group: Group) -> list[ScanFile]:
    """The files, page by page, that brought the very same group before; none if this is the first time."""
    first = session.get_one(ScanFile, master.first_file_id)
    if first.group_sha256 != master.sha256 or first.outcome not in (FileOutcome.RECEIVED, FileOutcome.DOCUMENT):
        return []
    rows = session.scalars(
        select(ScanFile).where(
            ScanFile.batch_id == first.batch_id,
            ScanFile.group_sha256 == master.sha256,
            ScanFile.outcome.in_((FileOutcome.RECEIVED, FileOutcome.DOCUMENT)),
        )
    )
    return files_by_page(list(rows), group)


def _note_facts(row: ScanFile, arrival: Arrival) -> None:
    row.sha256, row.size_bytes, row.gone_at = arrival.sha256, arrival.size_bytes, None
    if arrival.entry is not None:
        row.scanned_on, row.dossier_code, row.pages_declared = (
            arrival.entry.scanned_on,
            arrival.entry.dossier_code,
            arrival.entry.pages,
        )


def _own_master(session: Session, row: ScanFile, arrival: Arrival) -> Master:
    """The master that the file's bytes are, made now if they came for the first time; locked."""
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
    return session.get_one(Master, arrival.sha256, with_for_update=True)


def _take_over_refused(session: Session, master: Master, row: ScanFile, arrival: Arrival) -> None:
    """A twin in quarantine has no pages: it may have been refused for its manifest, or by other limits."""
    if session.get_one(ScanFile, master.first_file_id).outcome == FileOutcome.QUARANTINED:
        master.first_file_id, master.media_type, master.n_pages = row.id, arrival.media_type, arrival.n_pages


def _await_reading(session: Session, sha256: str, n_pages: int) -> None:
    for page_no in range(1, n_pages + 1):
        insert_once(session, Page, sha256=sha256, page_no=page_no, status=PageStatus.PENDING)


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
