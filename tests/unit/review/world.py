"""Documents that wait for a person, written straight into a catalogue."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import (
    Base,
    Batch,
    Document,
    Dossier,
    Event,
    Field,
    Master,
    Page,
    Result,
    ScanFile,
    utc_now,
)
from sohoa.catalogue.subjects import store_subjects
from sohoa.journey.drafts import document_id
from sohoa.register import fold_code, result_key
from sohoa.settings import Settings

CLAIMED_ON = dt.date(2022, 6, 1)
READ = {
    "code_number": ("115", 0.6),
    "code_notation": ("QĐ-BNV", 0.99),
    "issued_on": ("2022-02-24", 0.99),
    "issuer": ("Bộ Nội vụ", 0.99),
    "doc_type": ("Quyết định", 0.95),
    "subject": ("Về việc cho phép thành lập Hội Khoa học Lịch sử", 0.9),
}


@dataclass
class World:
    """A catalogue in which documents wait."""

    settings: Settings

    def batch(self, name: str = "lô", unit: str = "G09.01", claimed_at: dt.datetime | None = None) -> str:
        with writing(self.settings.catalogue_url) as session:
            session.add(
                Batch(
                    id=name,
                    unit_code=unit,
                    name=name,
                    source="inbox",
                    status="published",
                    first_seen_at=utc_now(),
                    claimed_at=claimed_at or utc_now(),
                    claimed_on=CLAIMED_ON,
                    received_at=utc_now(),
                )
            )
        return name

    def scan(self, path: str, batch: str, n_pages: int = 1, dpi: float = 300) -> str:
        """A master with read pages; return its hash."""
        sha256 = hashlib.sha256(f"{batch}/{path}".encode()).hexdigest()
        with writing(self.settings.catalogue_url) as session:
            now = utc_now()
            file = ScanFile(
                batch_id=batch,
                path=path,
                first_seen_at=now,
                stable_since=now,
                size_bytes=1,
                mtime_ns=1,
                sha256=sha256,
                outcome="document",
            )
            session.add(file)
            session.flush()
            session.add(
                Master(sha256=sha256, size_bytes=1, media_type="application/pdf", first_file_id=file.id, stored_at=now)
            )
            session.flush()
            session.add_all(
                Page(
                    sha256=sha256,
                    page_no=number,
                    status="ocred",
                    dpi=dpi,
                    colour=True,
                    rotation=0,
                    text_origin="ocr",
                    quality_flags=[],
                )
                for number in range(1, n_pages + 1)
            )
        return sha256

    def waits(
        self,
        reasons: Sequence[str] = ("number_uncertain",),
        path: str = "a.pdf",
        batch: str | None = None,
        pages: tuple[int, int] = (1, 1),
        sha256: str | None = None,
        read: Mapping[str, tuple[str | None, float]] | None = None,
        flags: Sequence[str] = (),
        **columns: Any,
    ) -> str:
        """A document in review with these reasons; return its id."""
        batch_id = batch or self._any_batch()
        sha256 = sha256 or self.scan(path, batch_id, n_pages=pages[0] + pages[1] - 1)
        identity = document_id(sha256, pages[0])
        values = READ if read is None else read
        with writing(self.settings.catalogue_url) as session:
            known = {name: value for name, (value, _) in values.items()}
            day = known.pop("issued_on", None)
            session.add(
                Document(
                    document_id=identity,
                    batch_id=batch_id,
                    sha256=sha256,
                    first_page=pages[0],
                    page_count=pages[1],
                    unit_code=session.get_one(Batch, batch_id).unit_code,
                    source_file=path,
                    source_files=[path],
                    issued_on=dt.date.fromisoformat(day) if day else None,
                    flags=list(flags),
                    **{"status": "in_review", "review_reasons": list(reasons), **known, **columns},
                )
            )
            session.flush()
            session.add_all(
                Field(
                    document_id=identity,
                    name=name,
                    value=value,
                    confidence=sure,
                    source="ocr",
                    page_no=1,
                    left=0.1,
                    top=0.1,
                    right=0.4,
                    bottom=0.12,
                )
                for name, (value, sure) in values.items()
            )
        return identity

    def registered(
        self, code: str = "115/QĐ-BNV", issued_on: dt.date = dt.date(2022, 2, 24), unit: str = "G09", **columns: Any
    ) -> int:
        """A row of the register; return its id."""
        with writing(self.settings.catalogue_url) as session:
            subject = columns.pop("subject", READ["subject"][0])
            row = Result(
                result_key=result_key(code, issued_on, unit, None),
                code_text=code,
                code_folded=fold_code(code),
                issued_on=issued_on,
                unit_code=unit,
                subject=subject,
                validity="in_force",
                **columns,
            )
            session.add(row)
            session.flush()
            session.add(Dossier(result_id=row.id, code=None))
            store_subjects(session, [(row.id, subject)])
            return row.id

    def _any_batch(self) -> str:
        with reading(self.settings.catalogue_url) as session:
            found = session.scalars(select(Batch.id)).first()
        return found or self.batch()

    def rows(self, model: type[Base], *where: Any) -> list[Any]:
        with reading(self.settings.catalogue_url) as session:
            return list(session.scalars(select(model).where(*where).order_by(*model.__table__.primary_key)))

    def document(self, identity: str) -> Document:
        (found,) = self.rows(Document, Document.document_id == identity)
        return found

    def field(self, identity: str, name: str) -> Field:
        (found,) = self.rows(Field, Field.document_id == identity, Field.name == name)
        return found

    def events(self, *kinds: str) -> list[Event]:
        return self.rows(Event, Event.kind.in_(kinds))
