"""A ministry in small: a register of three units, its digital copies, and batches in every state."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from sqlalchemy.orm import Session

from sohoa.catalogue.database import writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import (
    Batch,
    Document,
    Master,
    Page,
    RegisterImport,
    Result,
    ScanFile,
)
from sohoa.catalogue.search import store_words
from sohoa.intake.receipt import write_receipt
from sohoa.settings import Settings
from sohoa.warehouse import refresh_warehouse

UNITS = {"G09.02": 12, "G09.03": 5, "G09.04": 8}
"""Results a year by deciding unit."""

DIGITISED = {2019: 0.5, 2020: 0.5, 2021: 0.45, 2022: 0.7, 2023: 0.72, 2024: 1.0, 2025: 0.9, 2026: 0.4}
"""Share of a year's results that are scanned in June of that year (2021 for the older ones)."""

SCRIPT = "<script>alert(1)</script>"
N_FILLERS = 60
NOW = dt.datetime(2026, 8, 2, 7, 5, tzinfo=dt.UTC)
LIVE, PUBLISHED, WAITING, HOSTILE = "live", "published", "waiting", "hostile"


def make_world(home: Path, *, loaded: bool = True) -> Settings:
    """A catalogue and, if `loaded`, its warehouse."""
    settings = Settings(home=home)
    for folder in settings.folders():
        folder.mkdir(parents=True, exist_ok=True)
    migrate(settings)
    with writing(settings.catalogue_url) as session:
        _store_register(session)
        _store_batches(session)
    write_receipt(settings, PUBLISHED)
    if loaded:
        refresh_warehouse(settings)
    return settings


def _store_register(session: Session) -> None:
    session.add(
        RegisterImport(
            id=1,
            file_name="register.csv",
            sha256=_sha("register"),
            imported_at=NOW,
            imported_on=NOW.date(),
            n_rows=0,
            n_new=0,
            n_changed=0,
            n_unchanged=0,
            n_rejected=0,
        )
    )
    _store_batch(session, "stock", "published", "Kho 2019-2025", minutes=10_000)
    _store_file(session, "stock", "kho.pdf", "document", pages=0)
    number = 0
    for unit, a_year in UNITS.items():
        for year in DIGITISED:
            # The smallest unit had nothing to resolve in 2025: its rate there is a dash, not 0 %.
            for n in range(0 if (unit, year) == ("G09.03", 2025) else a_year):
                number += 1
                _store_result(session, number, unit, dt.date(year, 3, 1 + n), scanned=n < DIGITISED[year] * a_year)


def _store_result(session: Session, number: int, unit: str, issued_on: dt.date, *, scanned: bool) -> None:
    code = f"{number}/QĐ-BNV"
    session.add(
        Result(
            id=number,
            result_key=f"{code}|{issued_on.isoformat()}|{unit}",
            code_text=code,
            issued_on=issued_on,
            unit_code=unit,
            validity="in_force",
            first_import_id=1,
        )
    )
    session.flush()
    if scanned:
        digitised_on = dt.date(max(2021, issued_on.year), 6, 1)
        _store_document(
            session, "stock", "kho.pdf", number, "accepted", result_id=number, digitised_on=digitised_on, code=code
        )


def _store_batches(session: Session) -> None:
    for n in range(N_FILLERS):
        _store_batch(session, f"filler-{n}", "published", f"Lô {n:02}", minutes=1000 + n)
    _store_batch(session, HOSTILE, "published", SCRIPT, minutes=40)
    _store_file(session, HOSTILE, f"{SCRIPT}.pdf", "quarantined", reason="file.truncated")

    _store_batch(session, PUBLISHED, "published", "Quyết định khen thưởng 2023", minutes=30)
    twin = _store_file(session, PUBLISHED, "qd-001.pdf", "document", pages=3)
    _store_document(session, PUBLISHED, "qd-001.pdf", 1, "accepted", digitised_on=NOW.date(), code="9001/QĐ-BNV")
    _store_file(session, PUBLISHED, "qd-002.pdf", "document", pages=2)
    _store_document(session, PUBLISHED, "qd-002.pdf", 1, "in_review", reasons=["no_register_row"], code="9002/QĐ-BNV")
    _store_file(session, PUBLISHED, "hong.pdf", "quarantined", reason="file.truncated")
    _store_file(session, PUBLISHED, "qd-001-lai.pdf", "duplicate", duplicate_of=twin)
    _store_file(session, PUBLISHED, "manifest.csv", "ignored")

    _store_batch(session, LIVE, "claimed", "Giấy phép quý II", minutes=5)
    _store_file(session, LIVE, "gp.tif", "received", pages=20, read=8)
    _store_batch(session, WAITING, "waiting", "Chứng chỉ", minutes=1)


def _store_batch(session: Session, batch_id: str, status: str, name: str, *, minutes: int) -> None:
    seen_at = NOW - dt.timedelta(minutes=minutes)
    session.add(
        Batch(
            id=batch_id,
            unit_code="G09.01",
            name=name,
            source="inbox",
            status=status,
            first_seen_at=seen_at,
            claimed_at=None if status == "waiting" else seen_at,
            claimed_on=None if status == "waiting" else seen_at.date(),
        )
    )
    session.flush()


def _store_file(
    session: Session,
    batch_id: str,
    path: str,
    outcome: str,
    *,
    pages: int = 0,
    read: int | None = None,
    reason: str | None = None,
    duplicate_of: int | None = None,
) -> int:
    sha256 = _sha(batch_id + path)
    file = ScanFile(
        batch_id=batch_id,
        path=path,
        first_seen_at=NOW,
        stable_since=NOW,
        size_bytes=1,
        mtime_ns=1,
        sha256=sha256,
        outcome=outcome,
        reason=reason,
        duplicate_of=duplicate_of,
    )
    session.add(file)
    session.flush()
    if outcome in ("document", "received"):
        session.add(Master(sha256=sha256, size_bytes=1, n_pages=pages, first_file_id=file.id, stored_at=NOW))
        session.flush()
        done = pages if read is None else read
        session.add_all(
            Page(sha256=sha256, page_no=n, status="ocred" if n <= done else "pending") for n in range(1, pages + 1)
        )
    return file.id


def _store_document(
    session: Session,
    batch_id: str,
    path: str,
    page: int,
    status: str,
    *,
    code: str,
    result_id: int | None = None,
    digitised_on: dt.date | None = None,
    reasons: list[str] | None = None,
) -> None:
    number, _, notation = code.partition("/")
    identity = f"{batch_id}-{path}-{page}"
    session.add(
        Document(
            document_id=identity,
            batch_id=batch_id,
            sha256=_sha(batch_id + path),
            first_page=page,
            page_count=1,
            unit_code="G09.01",
            source_file=path,
            source_files=[path],
            status=status,
            code_number=number,
            code_notation=notation,
            issued_on=dt.date(2023, 3, 1),
            result_id=result_id,
            digitised_on=digitised_on,
            review_reasons=reasons or [],
            text=f"Số: {code}\nVề việc công nhận điều lệ",
        )
    )
    session.flush()
    store_words(session, identity)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
