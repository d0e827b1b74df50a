"""Take a case export into the catalogue: once, completely, with the history of what it changes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.orm import Session

from sohoa.cases.reading import CaseFile
from sohoa.cases.rows import Case, Component, Handover
from sohoa.catalogue.database import chunks, writing
from sohoa.catalogue.models import (
    CaseComponent,
    CaseHandover,
    CaseHistory,
    FigureImport,
    ServiceCase,
    utc_now,
)
from sohoa.catalogue.units import ensure_unit
from sohoa.register import RowsRefused
from sohoa.settings import LOCAL_TIME, Settings

CASES_AT_ONCE = 500
_LOCK = 0x6361736573  # "cases" in ASCII; any number that nothing else locks

# A file without the column leaves the fact as it is.
_OPTIONAL_FIELDS = {
    "procedure_code": "Mã TTHC",
    "written_result": "Có kết quả bằng văn bản",
    "result_file": "Tệp kết quả điện tử",
    "result_synced": "Đồng bộ kết quả lên DVCQG",
    "case_synced": "Đồng bộ hồ sơ lên DVCQG",
    "n_supplements": "Số lần yêu cầu bổ sung",
    "supplement_days": "Số ngày chờ bổ sung",
    "applicant_ref": "Mã người nộp",
}
_NOT_STORED = ("line", "unit_name", "dossier_code")
_STORED = {
    kind: tuple(one.name for one in fields(kind) if one.name not in _NOT_STORED) for kind in (Case, Component, Handover)
}

Values: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class CaseImport:
    """What an import did: `n_rows` are rows of the file; new + changed + unchanged are its cases."""

    import_id: int
    file_name: str
    n_rows: int
    n_new: int
    n_changed: int
    n_unchanged: int


@dataclass
class _Writes:
    """What a portion of cases will write; gathered first, so that each table is written at once."""

    cases: list[Values] = field(default_factory=list)
    updates: list[Values] = field(default_factory=list)
    parts: dict[type[CaseComponent] | type[CaseHandover], dict[str, list[Values]]] = field(
        default_factory=lambda: {CaseComponent: {}, CaseHandover: {}}
    )
    history: list[Values] = field(default_factory=list)


def import_cases(settings: Settings, file: Path, told: CaseFile, *, today: dt.date | None = None) -> CaseImport:
    """Take an export into the catalogue, in one transaction; the same file again changes nothing.

    The newest file counts for the dossiers that it names; of others the catalogue keeps what it has.

    Args:
        settings: Where the catalogue is.
        file: The export.
        told: What `read_cases` gave for it.
        today: The day of the import; by default the Vietnamese day of this instant.

    Raises:
        RowsRefused: rows of the file are wrong; nothing is imported.
    """
    refuse_bad_rows(settings, file, told)
    now = utc_now()
    with file.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    with writing(settings.catalogue_url) as session:
        _one_at_a_time(session)
        entry = FigureImport(
            kind="cases",
            file_name=file.name.encode("utf-8", "replace").decode("utf-8"),
            sha256=digest,
            imported_at=now,
            imported_on=today or now.astimezone(LOCAL_TIME).date(),
            n_rows=told.n_rows,
            n_new=0,
            n_changed=0,
            n_unchanged=0,
        )
        session.add(entry)
        session.flush()
        for code, name in sorted({case.unit_code: case.unit_name for case in told.cases.values()}.items()):
            ensure_unit(session, code, name, "case export")
        counts: Counter[str] = Counter()
        for some in chunks(told.cases, CASES_AT_ONCE):
            counts.update(_store(session, entry, told, some))
        entry.n_new, entry.n_changed, entry.n_unchanged = (counts[kind] for kind in ("new", "changed", "unchanged"))
    return CaseImport(entry.id, entry.file_name, entry.n_rows, entry.n_new, entry.n_changed, entry.n_unchanged)


def refuse_bad_rows(settings: Settings, file: Path, told: CaseFile) -> None:
    """Raise RowsRefused if any row is wrong: left out, it would move every share in silence."""
    if told.rejections:
        raise RowsRefused(settings, file, told.rejections)


def _one_at_a_time(session: Session) -> None:
    """Let imports follow one another: two at once would both find the same case missing."""
    if session.get_bind().dialect.name == "postgresql":  # a writing SQLite transaction is alone anyway
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _store(session: Session, entry: FigureImport, told: CaseFile, dossiers: Sequence[str]) -> Counter[str]:
    known = {row.dossier_code: dict(row._mapping) for row in _rows(session, ServiceCase, dossiers)}
    parts = {model: _parts(session, model, dossiers) for model in (CaseComponent, CaseHandover)}
    writes, counts = _Writes(), Counter[str]()
    for dossier in dossiers:
        held = known.get(dossier)
        wanted = _case_values(told.cases[dossier], held, told.columns)
        wanted_parts: dict[type[CaseComponent] | type[CaseHandover], list[Values] | None] = {
            CaseComponent: _part_values(told.components, dossier),
            CaseHandover: _part_values(told.handovers, dossier),
        }
        before, after = _difference(held, wanted)
        for model, rows in wanted_parts.items():
            if rows is not None and rows != parts[model].get(dossier, []):
                writes.parts[model][dossier] = rows
                before[model.__tablename__], after[model.__tablename__] = parts[model].get(dossier, []), rows
        counts[_note(writes, entry, dossier, held, wanted, before, after)] += 1
    _write(session, entry, writes)
    return counts


def _note(
    writes: _Writes,
    entry: FigureImport,
    dossier: str,
    held: Values | None,
    wanted: Values,
    before: Values,
    after: Values,
) -> str:
    """Note what a case writes; say whether it is new, changed or unchanged."""
    if held is None:
        imports = {"first_import_id": entry.id, "last_import_id": entry.id}
        writes.cases.append({"dossier_code": dossier, **wanted, **imports})
        return "new"
    if not after:
        return "unchanged"
    writes.updates.append({"dossier_code": dossier, **wanted, "last_import_id": entry.id})
    writes.history.append({"dossier_code": dossier, "before": _json_safe(before), "after": _json_safe(after)})
    return "changed"


def _write(session: Session, entry: FigureImport, writes: _Writes) -> None:
    if writes.cases:
        session.execute(insert(ServiceCase), writes.cases)
    if writes.updates:
        session.execute(update(ServiceCase), writes.updates)
    for model, by_dossier in writes.parts.items():
        if by_dossier:
            session.execute(delete(model).where(model.dossier_code.in_(list(by_dossier))))
        rows = [
            {"dossier_code": dossier, "number": number, **values}
            for dossier, parts in by_dossier.items()
            for number, values in enumerate(parts, start=1)
        ]
        if rows:
            session.execute(insert(model), rows)
    if writes.history:
        told = {"import_id": entry.id, "changed_at": entry.imported_at}
        session.execute(insert(CaseHistory), [{**one, **told} for one in writes.history])


# --- what the catalogue has, and what it is to have --------------------------------------------------------


def _rows(
    session: Session,
    model: type[ServiceCase] | type[CaseComponent] | type[CaseHandover],
    dossiers: Sequence[str],
) -> Iterator[Any]:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - mapped classes of ours are plain tables
    query = select(*table.columns).where(table.c.dossier_code.in_(dossiers))
    yield from session.execute(query.order_by(*table.primary_key.columns))


def _parts(
    session: Session, model: type[CaseComponent] | type[CaseHandover], dossiers: Sequence[str]
) -> dict[str, list[Values]]:
    found: dict[str, list[Values]] = {}
    for row in _rows(session, model, dossiers):
        values = dict(row._mapping)
        del values["number"]
        found.setdefault(values.pop("dossier_code"), []).append(values)
    return found


def _case_values(case: Case, held: Values | None, columns: frozenset[str]) -> Values:
    values = _stored(case)
    if held is not None:
        kept = [name for name, column in _OPTIONAL_FIELDS.items() if column not in columns]
        values |= {name: held[name] for name in kept}
    return values


def _part_values(told: Mapping[str, Sequence[Component] | Sequence[Handover]], dossier: str) -> list[Values] | None:
    """The parts that a case is to have; None if the file tells of no part of this kind."""
    if not told:
        return None
    return [_stored(row) for row in told.get(dossier, ())]


def _stored(row: Case | Component | Handover) -> Values:
    return {name: getattr(row, name) for name in _STORED[type(row)]}


def _difference(held: Values | None, wanted: Values) -> tuple[Values, Values]:
    """The values that differ, before and after; of a new case none."""
    names: Iterable[str] = () if held is None else [name for name, value in wanted.items() if held[name] != value]
    return {name: held[name] for name in names if held}, {name: wanted[name] for name in names}


def _json_safe(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _json_safe(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_json_safe(one) for one in value]
    return value.isoformat() if isinstance(value, dt.date) else value
