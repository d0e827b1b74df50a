"""Take a register export into the catalogue: once, completely, with the history of what it changes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import JSON, Column, String, Table, and_, func, insert, literal, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from sohoa.catalogue.database import chunks, writing
from sohoa.catalogue.models import (
    Base,
    Dossier,
    Event,
    Procedure,
    RegisterImport,
    RegisterRejection,
    Result,
    ResultHistory,
    Unit,
    UtcDateTime,
    utc_now,
)
from sohoa.catalogue.subjects import SubjectKeys
from sohoa.catalogue.units import ensure_unit
from sohoa.register.normalise import DOSSIER_PREFIX, result_key
from sohoa.register.rows import ENDED, RegisterRow, Rejection, parse_row
from sohoa.register.tables import RawRow, open_table
from sohoa.settings import LOCAL_TIME, Settings

AGENT = "register import"
DATE_OBSERVED = "date_observed"
"""Flag of a result whose end, or loss of use, counts from the day on which an import first showed it."""

CHUNK_RESULTS = 5000
_KEYS_PER_SELECT = 5000
_IMPORT_LOCK = 0x736F686F61  # any number that nothing else locks; "sohoa" in ASCII

# Result fields that come from an optional column: a file without the column leaves them as they are.
_OPTIONAL_FIELDS = {
    "superseded_by": "Bị thay thế bởi",
    "issuer": "Cơ quan ban hành",
    "deciding_authority": "Thẩm quyền quyết định",
    "has_result": "Có kết quả bằng văn bản",
    "usable_decider": "Người xác định",
    "usable_reason": "Lý do",
    "owner_id": "Mã định danh chủ sở hữu",
    "scope": "Phạm vi hiệu lực",
}
_PLAIN_FIELDS = (
    "result_key",
    "code_text",
    "code_folded",
    "issued_on",
    "unit_code",
    "procedure_code",
    "subject",
    "expires_on",
    "validity",
    "still_usable",
)
_OPTIONAL_DOSSIER_FIELDS = {
    "outcome": "Kết quả giải quyết",
    "received_on": "Ngày tiếp nhận",
    "returned_on": "Ngày trả kết quả",
}
# Whether a result belongs to a population, from the day it was issued.
_POPULATION_FIELDS = ("has_result", "procedure_code", "deciding_authority", "result_key")

Values: TypeAlias = dict[str, Any]
Judged: TypeAlias = tuple[Sequence[RegisterRow], Sequence[Rejection]]
Progress: TypeAlias = Callable[[int, int], None]


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


def read_register(
    settings: Settings, file: Path, mapping: Path | None = None
) -> tuple[list[RegisterRow], list[Rejection]]:
    """Read and judge an export without touching the database.

    Args:
        settings: For the size limit and the language of messages.
        file: CSV or XLSX with the headers of the contract (design.md §7).
        mapping: YAML file `{"header in the file": "contract header"}`.

    Returns:
        The rows that can be taken in, and why the others cannot, each by line.

    Raises:
        SohoaError: the file as a whole cannot be read.
    """
    rows: list[RegisterRow] = []
    rejections: list[Rejection] = []
    with open_table(settings, file, mapping) as table:
        for raw in table.rows:
            judged = _judge(raw, table.columns)
            if isinstance(judged, RegisterRow):
                rows.append(judged)
            else:
                rejections.extend(judged)
    return rows, rejections


def _judge(raw: RawRow, columns: frozenset[str]) -> RegisterRow | list[Rejection]:
    if raw.reason:
        return [Rejection(raw.line, None, raw.reason)]
    judged = parse_row(raw.line, raw.cells, columns)
    if isinstance(judged, RegisterRow):
        return judged
    return [Rejection(raw.line, column, reason) for column, reason in judged]


def import_register(
    settings: Settings,
    file: Path,
    mapping: Path | None = None,
    progress: Progress | None = None,
    *,
    rows: Judged | None = None,
    today: dt.date | None = None,
) -> ImportSummary:
    """Take an export into the catalogue, in one transaction; the same file again changes nothing.

    Rows of one result (same number, date and unit) become one result with several dossiers; where they
    disagree, the last one counts. What the catalogue knows and the file does not name stays.

    Args:
        settings: Where the catalogue is.
        file: CSV or XLSX with the headers of the contract (design.md §7).
        mapping: YAML file `{"header in the file": "contract header"}`.
        progress: Called with (rows done, rows in all).
        rows: What `read_register` gave for this file, so that it is not read twice. A gate may add
            rejections of its own: a row whose line is rejected is not taken.
        today: The day of the import; by default the Vietnamese day of this instant.

    Raises:
        SohoaError: the file as a whole cannot be read; nothing was changed.
    """
    accepted, rejections = rows if rows is not None else read_register(settings, file, mapping)
    refused = {rejection.line for rejection in rejections}
    accepted = [row for row in accepted if row.line not in refused]
    now = utc_now()
    entry = RegisterImport(
        file_name=file.name.encode("utf-8", "replace").decode("utf-8"),
        sha256=_sha256(file),
        imported_at=now,
        imported_on=today or now.astimezone(LOCAL_TIME).date(),
        n_rows=len(accepted) + len(refused),
        n_new=0,
        n_changed=0,
        n_unchanged=0,
        n_rejected=len(refused),
    )
    with writing(settings.catalogue_url) as session:
        _one_at_a_time(session)
        session.add(entry)
        session.flush()
        new_units = _store_units(session, accepted)
        _store_procedures(session, accepted)
        newest = session.scalar(select(func.max(Result.id))) or 0
        counts = _store_results(session, entry, accepted, progress)
        _record_registered(session, entry, newest)
        entry.n_new, entry.n_changed, entry.n_unchanged = (counts[kind] for kind in ("new", "changed", "unchanged"))
        _store_rejections(session, entry.id, rejections)
    return ImportSummary(
        import_id=entry.id,
        file_name=entry.file_name,
        n_rows=entry.n_rows,
        n_new=entry.n_new,
        n_changed=entry.n_changed,
        n_unchanged=entry.n_unchanged,
        n_rejected=entry.n_rejected,
        rejections=sorted(rejections, key=lambda rejection: rejection.line),
        new_units=new_units,
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _one_at_a_time(session: Session) -> None:
    """Let imports follow one another: two at once would both find the same result missing."""
    if session.get_bind().dialect.name != "postgresql":  # a writing SQLite transaction is alone anyway
        return
    session.execute(select(func.pg_advisory_xact_lock(_IMPORT_LOCK)))
    # A plan cached while the tables were still empty would scan them as a whole for every chunk.
    session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


# --- units, procedures, rejections -----------------------------------------------------------------------


def _store_units(session: Session, rows: Iterable[RegisterRow]) -> list[str]:
    names = {row.unit_code: row.unit_name for row in rows}
    known = {code for (code,) in _select_in(session, Unit.code, names, Unit.code)}
    new = sorted(names.keys() - known)
    for code in new:
        ensure_unit(session, code, names[code], "register")
    return new


def _store_procedures(session: Session, rows: Iterable[RegisterRow]) -> None:
    names: dict[str, str | None] = {}
    for row in rows:
        if row.procedure_code:
            names[row.procedure_code] = row.procedure_name or names.get(row.procedure_code)
    known = dict(_select_in(session, Procedure.code, names, Procedure.code, Procedure.name))
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
            insert(_table(RegisterRejection)),
            [
                {"import_id": import_id, "line": one.line, "column": one.column, "reason": one.reason}
                for one in rejections
            ],
        )


# --- results ---------------------------------------------------------------------------------------------


@dataclass
class _Writes:
    """What a chunk of results will write; gathered first, so that each table is written at once."""

    results: list[Values] = field(default_factory=list)
    result_updates: list[Values] = field(default_factory=list)
    dossiers: list[tuple[str, Values]] = field(default_factory=list)  # under the key of their result
    dossier_updates: list[Values] = field(default_factory=list)
    history: list[Values] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def _store_results(
    session: Session, entry: RegisterImport, rows: Sequence[RegisterRow], progress: Progress | None
) -> Counter[str]:
    in_file = {row.result_key for row in rows if row.result_key.startswith(DOSSIER_PREFIX)}
    counts: Counter[str] = Counter()
    subjects = SubjectKeys(session)
    # In the order of their keys, in which databases write them best. Rows of one result stay in that of the file.
    in_order = sorted(rows, key=attrgetter("result_key"))
    groups = ((key, list(found)) for key, found in groupby(in_order, attrgetter("result_key")))
    for chunk in chunks(groups, CHUNK_RESULTS):
        writes = _compare_chunk(session, entry, dict(chunk), in_file)
        _write_chunk(session, entry, writes, subjects)
        counts.update(writes.counts)
        if progress:
            progress(counts.total(), len(rows))
    return counts


def _compare_chunk(
    session: Session, entry: RegisterImport, groups: Mapping[str, list[RegisterRow]], in_file: Set[str]
) -> _Writes:
    known = _known_results(session, groups, in_file)
    dossiers = _known_dossiers(session, [old["id"] for old in known.values()])
    writes = _Writes()
    for key, rows in groups.items():
        old = known.get(key)
        _compare_result(writes, entry, rows, old, dossiers.get(old["id"], {}) if old else {})
    return writes


def _known_results(session: Session, groups: Mapping[str, list[RegisterRow]], in_file: Set[str]) -> dict[str, Values]:
    """The catalogue's results for these keys.

    A result that the catalogue has only by its dossier, and for which the file now brings number and
    date, is the same result: it is returned under its new key.
    """
    by_dossier = {key: _dossier_keys(rows, in_file) for key, rows in groups.items()}
    keys = [*groups, *(old_key for old_keys in by_dossier.values() for old_key in old_keys)]
    rows_found = _select_in(session, Result.result_key, keys, *_table(Result).columns)
    found = {row.result_key: dict(row._mapping) for row in rows_found}
    known: dict[str, Values] = {}
    for key, old_keys in by_dossier.items():
        held_as = next((one for one in (key, *old_keys) if one in found), None)
        if held_as:
            known[key] = found.pop(held_as)
    return known


def _dossier_keys(rows: Iterable[RegisterRow], in_file: Set[str]) -> list[str]:
    """Keys under which a result may stand that had no number before; not those that the file still has."""
    keys = [
        result_key(None, None, row.unit_code, row.dossier_code)
        for row in rows
        if row.dossier_code and not row.result_key.startswith(DOSSIER_PREFIX)
    ]
    return [key for key in dict.fromkeys(keys) if key not in in_file]


def _known_dossiers(session: Session, result_ids: Sequence[int]) -> dict[int, dict[str | None, Values]]:
    dossiers: dict[int, dict[str | None, Values]] = {}
    for row in _select_in(session, Dossier.result_id, result_ids, *_table(Dossier).columns):
        values = dict(row._mapping)
        dossiers.setdefault(values["result_id"], {})[values["code"]] = values
    return dossiers


def _compare_result(
    writes: _Writes,
    entry: RegisterImport,
    rows: list[RegisterRow],
    old: Values | None,
    old_dossiers: Mapping[str | None, Values],
) -> None:
    """Note what the rows of one result change."""
    wanted = _result_values(rows[-1], old, entry.imported_on)
    latest = {row.dossier_code: row for row in rows}
    before: Values = {}
    after: Values = {}
    if old is None:
        imported = {"first_import_id": entry.id, "last_import_id": entry.id}
        writes.results.append({**wanted, **imported})
    else:
        before, after = _difference(old, wanted)
    dossiers_before, dossiers_after = _compare_dossiers(writes, latest, old_dossiers)
    _count_rows(writes, rows, latest, old is None, bool(after), dossiers_before, dossiers_after)
    if old is None or not (after or dossiers_after):
        return
    writes.result_updates.append({"id": old["id"], **after, "last_import_id": entry.id})
    if dossiers_after:
        before, after = {**before, "dossiers": dossiers_before}, {**after, "dossiers": dossiers_after}
    writes.history.append(
        {
            "result_id": old["id"],
            "key": wanted["result_key"],
            "before": before,
            "after": after,
            "effective_on": _effective_on(before, after, wanted, entry.imported_on),
        }
    )


def _count_rows(
    writes: _Writes,
    rows: Iterable[RegisterRow],
    latest: Mapping[str | None, RegisterRow],
    is_new: bool,
    is_changed: bool,
    dossiers_before: Values,
    dossiers_after: Values,
) -> None:
    for row in rows:
        code = row.dossier_code or ""
        if latest[row.dossier_code] is not row:
            kind = "unchanged"  # the file says it twice, and the last one counts
        elif is_new or (code in dossiers_after and dossiers_before[code] is None):
            kind = "new"
        elif is_changed or code in dossiers_after:
            kind = "changed"
        else:
            kind = "unchanged"
        writes.counts[kind] += 1


def _effective_on(before: Values, after: Values, wanted: Values, today: dt.date) -> dt.date:
    """The first day on which a change can move a rate; the day of the import if none is in the past."""
    days = [today, *_days(before), *_days(after)]
    if wanted["issued_on"] and any(name in after for name in _POPULATION_FIELDS):
        days.append(wanted["issued_on"])
    return min(days)


def _days(values: Mapping[str, Any]) -> Iterator[dt.date]:
    for value in values.values():
        if isinstance(value, dt.date):
            yield value
        elif isinstance(value, dict):
            yield from _days(value)


# --- what a result becomes -------------------------------------------------------------------------------


def _result_values(row: RegisterRow, old: Mapping[str, Any] | None, today: dt.date) -> Values:
    """The columns of a result after this row."""
    values: Values = {name: getattr(row, name) for name in _PLAIN_FIELDS}
    for name, column in _OPTIONAL_FIELDS.items():
        keep = old is not None and column not in row.columns
        values[name] = old[name] if old is not None and keep else getattr(row, name)
    values["ended_on"], end_observed = _end(row, old, today)
    values["unusable_from"], use_observed = _loss_of_use(row, old, today)
    flags = {flag for flag in (old["flags"] if old else []) if flag != DATE_OBSERVED}
    values["flags"] = sorted(flags | ({DATE_OBSERVED} if end_observed or use_observed else set()))
    # A row that persons entered from the paper is the register's own once the register has it.
    values["source"] = "register"
    return values


def _end(row: RegisterRow, old: Mapping[str, Any] | None, today: dt.date) -> tuple[dt.date | None, bool]:
    """From which day on the result is no longer in force, and whether that day was only observed.

    A state without a date takes effect on the day of the import that first showed it (design.md §7).
    """
    if row.validity == "in_force":
        return None, False
    if row.ended_on or not (row.validity in ENDED or row.expires_on is None):
        return row.ended_on, False
    if old and old["ended_on"]:
        return old["ended_on"], DATE_OBSERVED in old["flags"]
    return today, True


def _loss_of_use(row: RegisterRow, old: Mapping[str, Any] | None, today: dt.date) -> tuple[dt.date | None, bool]:
    """From which day on the result is of no use, and whether that day was only observed."""
    if row.still_usable:
        return None, False
    if row.unusable_from:
        return row.unusable_from, False
    if old and old["unusable_from"]:
        return old["unusable_from"], DATE_OBSERVED in old["flags"]
    return today, True


def _compare_dossiers(
    writes: _Writes, latest: Mapping[str | None, RegisterRow], old: Mapping[str | None, Values]
) -> tuple[Values, Values]:
    """Note what the rows change in the dossiers of their result; give the changes before and after, by code.

    A result without any dossier code has one dossier without code; it takes the first code that appears.
    """
    before: Values = {}
    after: Values = {}
    held = dict(old)
    for code, row in latest.items():
        if code is None and (any(latest) or any(old)):
            continue
        known = held.get(code) or held.pop(None, None)
        wanted = {"code": code, **_dossier_values(row, known)}
        if known is None:
            writes.dossiers.append((row.result_key, wanted))
            before[code or ""], after[code or ""] = None, wanted
            continue
        was, becomes = _difference(known, wanted)
        if becomes:
            writes.dossier_updates.append({"id": known["id"], **becomes})
            before[code or ""], after[code or ""] = was, becomes
    return before, after


def _dossier_values(row: RegisterRow, old: Mapping[str, Any] | None) -> Values:
    values: Values = {"channel": row.channel}
    for name, column in _OPTIONAL_DOSSIER_FIELDS.items():
        keep = old is not None and column not in row.columns
        values[name] = old[name] if old is not None and keep else getattr(row, name)
    return values


def _difference(old: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[Values, Values]:
    """The values that differ, before and after."""
    names = [name for name, value in wanted.items() if old[name] != value]
    return {name: old[name] for name in names}, {name: wanted[name] for name in names}


# --- writing ---------------------------------------------------------------------------------------------


def _write_chunk(session: Session, entry: RegisterImport, writes: _Writes, subjects: SubjectKeys) -> None:
    for model, updates in ((Result, writes.result_updates), (Dossier, writes.dossier_updates)):
        if updates:
            session.execute(update(model), updates)
    if writes.results:
        session.execute(insert(_table(Result)), writes.results)
    ids = _result_ids(session, {key for key, _ in writes.dossiers} | {new["result_key"] for new in writes.results})
    if writes.dossiers:
        session.execute(insert(_table(Dossier)), [{**values, "result_id": ids[key]} for key, values in writes.dossiers])
    _write_history(session, entry, writes.history)
    subjects.store([(ids[new["result_key"]], new["subject"]) for new in writes.results])
    subjects.change(
        {
            one["result_id"]: (one["before"].get("subject"), one["after"]["subject"])
            for one in writes.history
            if "subject" in one["after"]
        },
    )
    _record_changes(session, entry, [_changed(entry, one) for one in writes.history])


def _write_history(session: Session, entry: RegisterImport, history: Sequence[Values]) -> None:
    if history:
        session.execute(
            insert(_table(ResultHistory)),
            [
                {
                    "result_id": one["result_id"],
                    "import_id": entry.id,
                    "changed_at": entry.imported_at,
                    "before": _json_safe(one["before"]),
                    "after": _json_safe(one["after"]),
                }
                for one in history
            ],
        )


def _changed(entry: RegisterImport, change: Values) -> Values:
    return {
        # With the import too: a file may come a second time and change the same values back again.
        "event_key": f"result_changed:{change['key']}:{entry.sha256[:16]}:{entry.id}",
        "kind": "result_changed",
        "result_id": change["result_id"],
        "effective_on": change["effective_on"],
        "detail": {"import_id": entry.id, "fields": sorted(change["after"])},
    }


def _record_changes(session: Session, entry: RegisterImport, events: Sequence[Values]) -> None:
    told = {"recorded_at": entry.imported_at, "agent": AGENT}
    if events:
        session.execute(_insert_events(session).on_conflict_do_nothing(), [{**one, **told} for one in events])


def _record_registered(session: Session, entry: RegisterImport, newest: int) -> None:
    """Tell of the results that this import brought, whose ids are above `newest`: in one statement for all of them."""
    values: dict[str, Any] = {
        "event_key": literal("result_registered:", String).concat(Result.result_key),
        "kind": literal("result_registered", String),
        "result_id": Result.id,
        "effective_on": func.coalesce(Result.issued_on, entry.imported_on),
        "recorded_at": literal(entry.imported_at, UtcDateTime),
        "agent": literal(AGENT, String),
        "detail": literal({"import_id": entry.id}, JSON),
    }
    is_new = and_(Result.id > newest, Result.first_import_id == entry.id)
    rows = select(*values.values()).where(is_new).order_by(Result.id)
    session.execute(_insert_events(session).from_select(list(values), rows).on_conflict_do_nothing())


def _insert_events(session: Session) -> Any:
    """To be told unless it was told before: `catalogue.events.record_event` for many."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(_table(Event))


def _json_safe(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _json_safe(one) for name, one in value.items()}
    return value.isoformat() if isinstance(value, dt.date) else value


def _result_ids(session: Session, keys: Iterable[str]) -> dict[str, int]:
    return dict(_select_in(session, Result.result_key, keys, Result.result_key, Result.id))


def _select_in(
    session: Session,
    key: InstrumentedAttribute[Any],
    keys: Iterable[Any],
    *columns: InstrumentedAttribute[Any] | Column[Any],
) -> Iterator[Any]:
    """Rows whose key is among `keys`; asked for in portions, since databases limit the parameters."""
    for part in chunks(keys, _KEYS_PER_SELECT):
        yield from session.execute(select(*columns).where(key.in_(part)))


def _table(model: type[Base]) -> Table:
    """The table of a model: rows by the thousand are written to it past the ORM, which sorts them by what is null."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - mapped classes of ours are plain tables
    return table
