"""What the rows of an export change in one result: its values, its dossiers, and from which day on that counts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeAlias

from sohoa.register.rows import ENDED, RegisterRow

DATE_OBSERVED = "date_observed"
"""Flag of a result whose end, or loss of use, counts from the day on which an import first showed it."""

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
DOSSIER_FIELDS = ("channel", *_OPTIONAL_DOSSIER_FIELDS)
# Whether a result belongs to a population, from the day it was issued.
_POPULATION_FIELDS = ("has_result", "procedure_code", "deciding_authority", "result_key")

RESULT_FIELDS = (*_PLAIN_FIELDS, *_OPTIONAL_FIELDS)
_fields_of = attrgetter(*RESULT_FIELDS)

Values: TypeAlias = dict[str, Any]


@dataclass
class Changes:
    """What the rows of some results change; gathered first, so that each table is written at once.

    Attributes:
        results: columns of new ones.
        result_updates: columns of others that change, with their `id`.
        dossiers: columns of new ones, under the key of their result.
        dossier_updates: as for results.
        history: per changed result its id, its key, its values before and after, and from which day on that counts.
        counts: rows of the file, new, changed and unchanged.
    """

    results: list[Values] = field(default_factory=list)
    result_updates: list[Values] = field(default_factory=list)
    dossiers: list[tuple[str, Values]] = field(default_factory=list)
    dossier_updates: list[Values] = field(default_factory=list)
    history: list[Values] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def compare_result(
    changes: Changes,
    import_id: int,
    today: dt.date,
    rows: Sequence[RegisterRow],
    old: Values | None,
    old_dossiers: Mapping[str | None, Values],
) -> None:
    """Note what the rows of one result change.

    Args:
        changes: Where it is noted.
        import_id: Whose rows they are.
        today: The day of the import.
        rows: All that the file has of the result, in its order; where they disagree, the last one counts.
        old: The result's columns as the catalogue has them, None if it is new.
        old_dossiers: Those of its dossiers, by their code.
    """
    wanted = _result_values(rows[-1], old, today)
    latest = {row.dossier_code: row for row in rows}
    before: Values = {}
    after: Values = {}
    if old is None:
        changes.results.append(wanted | {"first_import_id": import_id})
    else:
        before, after = _difference(old, wanted)
    dossiers_before, dossiers_after = _compare_dossiers(changes, latest, old_dossiers)
    _count_rows(changes, rows, latest, old is None, bool(after), dossiers_before, dossiers_after)
    if old is None or not (after or dossiers_after):
        return
    changes.result_updates.append({"id": old["id"], **after, "last_import_id": import_id})
    if dossiers_after:
        before, after = {**before, "dossiers": dossiers_before}, {**after, "dossiers": dossiers_after}
    changes.history.append(
        {
            "result_id": old["id"],
            "key": wanted["result_key"],
            "before": before,
            "after": after,
            "effective_on": _effective_on(before, after, wanted, today),
        }
    )


def _count_rows(
    changes: Changes,
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
        changes.counts[kind] += 1


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


def _result_values(row: RegisterRow, old: Mapping[str, Any] | None, today: dt.date) -> Values:
    """The columns of a result after this row."""
    values: Values = dict(zip(RESULT_FIELDS, _fields_of(row), strict=True))
    if old is not None:
        values.update((name, old[name]) for name in _missing(row.columns))
    values["ended_on"], end_observed = _end(row, old, today)
    values["unusable_from"], use_observed = _loss_of_use(row, old, today)
    flags = {flag for flag in (old["flags"] if old else []) if flag != DATE_OBSERVED}
    values["flags"] = sorted(flags | ({DATE_OBSERVED} if end_observed or use_observed else set()))
    # A row that persons entered from the paper is the register's own once the register has it.
    values["source"] = "register"
    return values


@lru_cache(maxsize=10)
def _missing(columns: frozenset[str]) -> tuple[str, ...]:
    """The fields that a file with these columns leaves as they are."""
    return tuple(name for name, column in _OPTIONAL_FIELDS.items() if column not in columns)


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
    changes: Changes, latest: Mapping[str | None, RegisterRow], old: Mapping[str | None, Values]
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
            changes.dossiers.append((row.result_key, wanted))
            before[code or ""], after[code or ""] = None, wanted
            continue
        was, becomes = _difference(known, wanted)
        if becomes:
            changes.dossier_updates.append({"id": known["id"], **becomes})
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
