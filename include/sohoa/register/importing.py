"""Take a register export into the catalogue: once, completely, with the history of what it changes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from sohoa.catalogue.bulk import table_of
from sohoa.catalogue.database import writing
from sohoa.catalogue.models import Procedure, RegisterImport, RegisterRejection, Unit, utc_now
from sohoa.catalogue.units import ensure_unit
from sohoa.register.reading import JudgedRegister, read_register
from sohoa.register.rows import Rejection
from sohoa.register.storing import Progress, store_results
from sohoa.settings import LOCAL_TIME, Settings

_IMPORT_LOCK = 0x736F686F61  # any number that nothing else locks; "sohoa" in ASCII
_CACHE_KIB = 128 << 10
"""Of SQLite, for as long as an import lasts: with its usual 2 MiB it writes most pages many times."""


@dataclass(frozen=True)
class ImportSummary:
    """What an import did. Counts are rows of the file: new + changed + unchanged + rejected = n_rows.

    A row is new if its result or its dossier was not known, changed if it changed one of them.
    `rejections` may hold several entries for one row; `new_units` are the codes that no one knew before.
    """

    import_id: int
    file_name: str
    n_rows: int
    n_new: int
    n_changed: int
    n_unchanged: int
    n_rejected: int
    rejections: list[Rejection]
    new_units: list[str]


def import_register(
    settings: Settings,
    file: Path,
    mapping: Path | None = None,
    progress: Progress | None = None,
    *,
    today: dt.date | None = None,
) -> ImportSummary:
    """Read, judge and import an export without a gate; see `read_register` and `import_judged`."""
    with read_register(settings, file, mapping) as judged:
        return import_judged(settings, file, judged, progress, today=today)


def import_judged(
    settings: Settings,
    file: Path,
    judged: JudgedRegister,
    progress: Progress | None = None,
    *,
    today: dt.date | None = None,
) -> ImportSummary:
    """Take an export into the catalogue, in one transaction; the same file again changes nothing.

    Rows of one result (same number, date and unit) become one result with several dossiers; where they
    disagree, the last one counts. What the catalogue knows and the file does not name stays.

    Args:
        settings: Where the catalogue is.
        file: The export.
        judged: What `read_register` gave for it.
        progress: Called with (rows done, rows in all).
        today: The day of the import; by default the Vietnamese day of this instant.
    """
    now = utc_now()
    entry = RegisterImport(
        file_name=file.name.encode("utf-8", "replace").decode("utf-8"),
        sha256=_sha256(file),
        imported_at=now,
        imported_on=today or now.astimezone(LOCAL_TIME).date(),
        n_rows=judged.n_rows,
        n_new=0,
        n_changed=0,
        n_unchanged=0,
        n_rejected=judged.n_rejected,
    )
    with writing(settings.catalogue_url) as session, _prepared(session):
        session.add(entry)
        session.flush()
        new_units = _store_units(session, judged.accepted.unit_names)
        _store_procedures(session, judged.accepted.procedure_names)
        counts = store_results(session, entry, judged.accepted, progress)
        entry.n_new, entry.n_changed, entry.n_unchanged = (counts[kind] for kind in ("new", "changed", "unchanged"))
        _store_rejections(session, entry.id, judged.rejections)
    return ImportSummary(
        import_id=entry.id,
        file_name=entry.file_name,
        n_rows=entry.n_rows,
        n_new=entry.n_new,
        n_changed=entry.n_changed,
        n_unchanged=entry.n_unchanged,
        n_rejected=entry.n_rejected,
        rejections=judged.rejections,
        new_units=new_units,
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


@contextmanager
def _prepared(session: Session) -> Iterator[None]:
    """Let imports follow one another, as two at once would both find the same result missing; and give them room."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_IMPORT_LOCK)))
        with _never_prepared(session):
            yield
        return
    # A writing SQLite transaction is alone anyway.
    usual = session.scalar(text("PRAGMA cache_size"))
    session.execute(text(f"PRAGMA cache_size = -{_CACHE_KIB}"))
    try:
        yield
    finally:
        session.execute(text(f"PRAGMA cache_size = {usual}"))


@contextmanager
def _never_prepared(session: Session) -> Iterator[None]:
    """Have each statement planned for the tables as they are: while these were empty, to scan them was the best plan.

    A setting of the server would also have it plan the check of each foreign key of each row anew.
    """
    driver: Any = session.connection().connection.driver_connection
    usual, driver.prepare_threshold = driver.prepare_threshold, None
    try:
        yield
    finally:
        driver.prepare_threshold = usual


def _store_units(session: Session, names: Mapping[str, str | None]) -> list[str]:
    known = set(session.scalars(select(Unit.code)))
    new = sorted(names.keys() - known)
    for code in new:
        ensure_unit(session, code, names[code], "register")
    return new


def _store_procedures(session: Session, names: Mapping[str, str | None]) -> None:
    known = {row.code: row.name for row in session.execute(select(Procedure.code, Procedure.name))}
    new = [{"code": code, "name": name or code} for code, name in names.items() if code not in known]
    renamed = [
        {"code": code, "name": name} for code, name in names.items() if code in known and name and name != known[code]
    ]
    if new:
        session.execute(insert(Procedure), new)
    if renamed:
        session.execute(update(Procedure), renamed)


def _store_rejections(session: Session, import_id: int, rejections: Sequence[Rejection]) -> None:
    if rejections:
        session.execute(
            insert(table_of(RegisterRejection)),
            [
                {"import_id": import_id, "line": one.line, "column": one.column, "reason": one.reason}
                for one in rejections
            ],
        )
