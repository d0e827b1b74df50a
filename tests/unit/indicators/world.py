"""A small register with digital copies, written straight into a catalogue, for tests of figures."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete
from sqlalchemy.orm import Session

from sohoa.catalogue.database import writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.models import (
    Batch,
    Document,
    Dossier,
    Master,
    Procedure,
    RegisterImport,
    Result,
    ScanFile,
    utc_now,
)
from sohoa.settings import Settings

SHA = "0" * 64
PROCEDURES = ("1.000001", "1.000002")
IMPORT_DAYS = (dt.date(2021, 3, 1), dt.date(2022, 6, 30))


@dataclass(frozen=True)
class Case:
    code: str
    outcome: str | None = None
    received_on: dt.date | None = None
    returned_on: dt.date | None = None


@dataclass(frozen=True)
class Entry:
    """One result of the register with its dossiers and, if `status` is set, its scan."""

    issued_on: dt.date | None
    unit: str = "G09.01"
    procedure: str | None = PROCEDURES[0]
    has_result: bool = True
    authority: str | None = None
    expires_on: dt.date | None = None
    ended_on: dt.date | None = None
    still_usable: bool = True
    unusable_from: dt.date | None = None
    status: str | None = None
    digitised_on: dt.date | None = None
    imported_on: dt.date = IMPORT_DAYS[0]
    cases: Sequence[Case] = ()

    @property
    def counts_as_digitised(self) -> bool:
        return self.status in ("accepted", "signed", "archived")


def scanned(issued_on: dt.date | None, digitised_on: dt.date, *, status: str = "accepted", **fields: object) -> Entry:
    return Entry(issued_on, status=status, digitised_on=digitised_on, **fields)  # type: ignore[arg-type]


def key_of(number: int, entry: Entry) -> str:
    if entry.issued_on is None:
        return f"hồ sơ:{number}"
    return f"{number}/QĐ-BNV|{entry.issued_on.isoformat()}|{entry.unit}"


def document_id_of(number: int) -> str:
    return f"doc-{number:05}"


def prepare(settings: Settings) -> None:
    """What documents and results refer to: a batch with one master, two imports, two procedures."""
    with writing(settings.catalogue_url) as session:
        session.add_all(Procedure(code=code, name=f"Thủ tục {code}") for code in PROCEDURES)
        session.add_all(
            RegisterImport(
                id=number,
                file_name=f"{number}.csv",
                sha256=SHA,
                imported_at=utc_now(),
                imported_on=day,
                n_rows=0,
                n_new=0,
                n_changed=0,
                n_unchanged=0,
                n_rejected=0,
            )
            for number, day in enumerate(IMPORT_DAYS, start=1)
        )
        session.add(
            Batch(
                id="batch",
                unit_code="G09.01",
                name="batch",
                status="published",
                source="inbox",
                first_seen_at=utc_now(),
            )
        )
        session.flush()
        session.add(
            ScanFile(
                id=1,
                batch_id="batch",
                path="a.pdf",
                first_seen_at=utc_now(),
                stable_since=utc_now(),
                size_bytes=1,
                mtime_ns=1,
            )
        )
        session.flush()
        session.add(Master(sha256=SHA, size_bytes=1, first_file_id=1, stored_at=utc_now()))


def store(settings: Settings, entries: Iterable[Entry]) -> None:
    """Replace the register and the scans by `entries`, numbered from 1."""
    with writing(settings.catalogue_url) as session:
        for model in (Document, Dossier, Result):
            session.execute(delete(model))
        for number, entry in enumerate(entries, start=1):
            _store_result(session, number, entry)
            _store_copy(session, number, entry)
            if entry.counts_as_digitised:
                _tell(session, "document_accepted", result_id=number, document_id=document_id_of(number))


def change(settings: Settings, number: int, old: Entry | None, new: Entry) -> None:
    """Make result `number` what `new` says, and tell of it as the stations do: the register its results,
    intake and review their documents; what takes a copy away tells of the document alone."""
    with writing(settings.catalogue_url) as session:
        session.execute(delete(Document).where(Document.result_id == number))
        if old is None or _without_copy(old) != _without_copy(new):
            session.execute(delete(Dossier).where(Dossier.result_id == number))
            session.execute(delete(Result).where(Result.id == number))
            _store_result(session, number, new)
            _tell(session, "result_changed", result_id=number)
        _store_copy(session, number, new)
        if old is None or _copy(old) != _copy(new):
            linked = number if new.counts_as_digitised else None
            _tell(session, "document_changed", result_id=linked, document_id=document_id_of(number))


def _without_copy(entry: Entry) -> Entry:
    return replace(entry, status=None, digitised_on=None)


def _copy(entry: Entry) -> tuple[str | None, dt.date | None]:
    return entry.status, entry.digitised_on


def _tell(session: Session, kind: str, result_id: int | None, document_id: str | None = None) -> None:
    record_event(
        session,
        f"{kind}:{uuid.uuid4()}",
        kind,
        IMPORT_DAYS[0],
        agent="test",
        result_id=result_id,
        document_id=document_id,
    )


def _store_result(session: Session, number: int, entry: Entry) -> None:
    session.add(
        Result(
            id=number,
            result_key=key_of(number, entry),
            code_text=f"{number}/QĐ-BNV",
            issued_on=entry.issued_on,
            unit_code=entry.unit,
            procedure_code=entry.procedure,
            subject="Về việc của ông Nguyễn Văn Kín",
            owner_id="001200000001",
            has_result=entry.has_result,
            deciding_authority=entry.authority,
            expires_on=entry.expires_on,
            validity="revoked" if entry.ended_on else "in_force",
            ended_on=entry.ended_on,
            still_usable=entry.still_usable,
            unusable_from=entry.unusable_from,
            first_import_id=1 + IMPORT_DAYS.index(entry.imported_on),
        )
    )
    session.flush()
    session.add_all(
        Dossier(
            result_id=number,
            code=case.code,
            outcome=case.outcome,
            received_on=case.received_on,
            returned_on=case.returned_on,
        )
        for case in entry.cases
    )


def _store_copy(session: Session, number: int, entry: Entry) -> None:
    if entry.status:
        session.add(
            Document(
                document_id=document_id_of(number),
                batch_id="batch",
                sha256=SHA,
                first_page=number,
                page_count=1,
                unit_code="G09.01",
                source_file="a.pdf",
                source_files=["a.pdf"],
                status=entry.status,
                result_id=number,
                digitised_on=entry.digitised_on,
            )
        )
