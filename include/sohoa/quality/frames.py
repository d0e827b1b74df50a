"""The frames that the gates judge: one place for their column names and helper columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sohoa.catalogue.database import chunks
from sohoa.errors import SohoaError

if TYPE_CHECKING:
    import pandas as pd

ALL_UNITS = "*"
"""Stands for the unit code of the rows over all units together."""

RATE_TOLERANCE = 1e-6
"""A stored rate may be rounded to six decimals."""

_PORTION = 5000

RECORD_TEXTS = (
    "document_id",
    "source_file",
    "doc_type",
    "code_number",
    "code_notation",
    "issued_on",
    "issuer",
    "subject",
    "signer_name",
    "dossier_code",
    "claimed_on",
)
RECORD_CONFIDENCES = {
    "conf_code_number": "code_number",
    "conf_code_notation": "code_notation",
    "conf_issued_on": "issued_on",
    "conf_issuer": "issuer",
}
RECORD_PAGE_COUNTS = ("pages_declared", "pages_ocred", "pages_blank", "pages_failed")
RECORD_FLAGS = (
    "handwritten_number",
    "secrecy_mark",
    "uncertain_boundary",
    "separator_mismatch",
    "separator_foreign",
    "dossier_conflict",
    "missing_page",
)
RECORD_SCAN = ("min_dpi", "all_colour")

REGISTER_COLUMNS = (
    "line",
    "dossier_code",
    "procedure_code",
    "unit_code",
    "code_text",
    "issued_on",
    "expires_on",
    "validity",
    "still_usable",
    "channel",
)

CASE_COLUMNS = (
    "line",
    "dossier_code",
    "unit_code",
    "procedure_code",
    "received_on",
    "due_on",
    "ended_on",
    "n_components",
    "n_handovers",
)

RATE_COLUMNS = (
    "calendar",
    "period",
    "unit_code",
    "indicator",
    "numerator",
    "denominator",
    "rate",
    "target",
    "gap",
    "met",
)


def records_frame(records: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The frame of the records gate, one row per document.

    Args:
        records: one mapping per document with the keys `RECORD_TEXTS`, `RECORD_CONFIDENCES`,
            `RECORD_PAGE_COUNTS`, `RECORD_FLAGS` and `RECORD_SCAN`. Dates are dates or ISO text,
            confidences 0–1. `min_dpi` and `all_colour` may be None (born digital: there was no scan).

    Returns:
        These columns and `pages_accounted` (OCRed + blank + failed) and `issued_day` (`issued_on` as a date,
        null if it is none). Blank texts are null. A confidence is null where its value is, and 0 where
        a value has none: a value nobody vouches for is uncertain.

    Raises:
        SohoaError: a key is missing, or a value that must be known is None.
    """
    given = list(records)
    columns = (*RECORD_TEXTS, *RECORD_CONFIDENCES, *RECORD_PAGE_COUNTS, *RECORD_FLAGS, *RECORD_SCAN)
    must = ("document_id", "claimed_on", *RECORD_PAGE_COUNTS, *RECORD_FLAGS)
    _refuse_gaps("records", given, columns, must)
    return _frame([_record_row(record) for record in given], (*columns, "pages_accounted", "issued_day"))


def _record_row(record: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {name: _text(record[name]) for name in RECORD_TEXTS}
    for confidence, field in RECORD_CONFIDENCES.items():
        row[confidence] = None if row[field] is None else _known(record[confidence]) or 0.0
    for name in (*RECORD_PAGE_COUNTS, *RECORD_FLAGS, *RECORD_SCAN):
        row[name] = _known(record[name])
    row["pages_accounted"] = row["pages_ocred"] + row["pages_blank"] + row["pages_failed"]
    row["issued_day"] = _day(row["issued_on"])
    return row


def register_frame(rows: Iterable[Sequence[Any]], n_rejected: int, imported_on: dt.date) -> pd.DataFrame:
    """The frame of the register gate, one row per accepted register row.

    Args:
        rows: of each row the values of `REGISTER_COLUMNS` in their order, normalised; days are dates or ISO text,
            `line` counts from 1.
        n_rejected: rows of the same file that could not be taken.
        imported_on: the day of the import.

    Returns:
        These columns and `issued_day`, `imported_on` (ISO) and `rejected_share` (0–1, the same in each row).

    Raises:
        SohoaError: a row has no line.
    """
    columns: dict[str, list[Any]] = {name: [] for name in REGISTER_COLUMNS}
    for portion in chunks(rows, _PORTION):
        # Column by column, since a million rows of their own would take a gigabyte.
        for name, values in zip(REGISTER_COLUMNS, zip(*portion, strict=True), strict=True):
            columns[name].extend(map(_REGISTER_READERS.get(name, _shared_text), values))
    columns["issued_day"] = list(map(_day, columns["issued_on"]))
    n_rows = len(columns["line"])
    if None in columns["line"]:
        raise SohoaError(f"Row {columns['line'].index(None) + 1} for the register gate lacks line.")
    total = n_rows + n_rejected
    columns["imported_on"] = [imported_on.isoformat()] * n_rows
    columns["rejected_share"] = [n_rejected / total if total else 0.0] * n_rows
    import pandas as pd

    # One by one, as all of them a second time would take more memory than the rest of the import.
    series = {name: pd.Series(columns.pop(name), dtype=object) for name in tuple(columns)}
    return pd.DataFrame(series, copy=False)


def cases_frame(cases: Iterable[Mapping[str, Any]], imported_on: dt.date) -> pd.DataFrame:
    """The frame of the gate of case exports, one row per case.

    Args:
        cases: one mapping per case with the keys `CASE_COLUMNS`; `line` is that of its own row, from 1.
        imported_on: the day of the import.

    Returns:
        These columns and `imported_on` (ISO, the same in each row).

    Raises:
        SohoaError: a key is missing, or a case has no line.
    """
    given = list(cases)
    counts = ("line", "n_components", "n_handovers")
    _refuse_gaps("cases", given, CASE_COLUMNS, counts)
    rows = [{name: one[name] if name in counts else _text(one[name]) for name in CASE_COLUMNS} for one in given]
    constant = {"imported_on": imported_on.isoformat()}
    return _frame([row | constant for row in rows], (*CASE_COLUMNS, *constant))


def warehouse_frame(rates: pd.DataFrame) -> pd.DataFrame:
    """The frame of the warehouse gate, one row per rate.

    Args:
        rates: the columns `RATE_COLUMNS`; `unit_code` is null for all units together. The other units must
            not overlap.

    Returns:
        These columns, `unit_code` being `*` where it was null, and
        `rate_id` (`indicator/calendar/period/unit`),
        `rate_consistent` (null exactly if the denominator is 0, else numerator ÷ denominator),
        and on the rows over all units `n_units` (units that have a row), `n_units_sum` (their numerators
        together) and `whole_equals_parts` (numerator and denominator are the sums over the units);
        null where no unit has a row, and on rows of one unit.

    Raises:
        SohoaError: a column is missing.
    """
    missing = [name for name in RATE_COLUMNS if name not in rates.columns]
    if missing:
        raise SohoaError(f"The warehouse gate needs the columns {', '.join(missing)}.")
    rows = [{name: _known(row[name]) for name in RATE_COLUMNS} for row in rates.to_dict("records")]
    parts = _parts(rows)
    helpers = ("rate_id", "rate_consistent", "n_units", "n_units_sum", "whole_equals_parts")
    return _frame([_rate_row(row, parts) for row in rows], (*RATE_COLUMNS, *helpers))


def _group(row: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return row["indicator"], row["calendar"], row["period"]


def _parts(rows: list[dict[str, Any]]) -> dict[tuple[Any, Any, Any], tuple[int, float, float]]:
    """Number of units, sum of numerators and of denominators, by indicator, calendar and period."""
    parts: dict[tuple[Any, Any, Any], tuple[int, float, float]] = {}
    for row in rows:
        if row["unit_code"] is not None:
            units, numerator, denominator = parts.get(_group(row), (0, 0, 0))
            parts[_group(row)] = (
                units + 1,
                numerator + (row["numerator"] or 0),
                denominator + (row["denominator"] or 0),
            )
    return parts


def _rate_row(row: dict[str, Any], parts: dict[tuple[Any, Any, Any], tuple[int, float, float]]) -> dict[str, Any]:
    unit = row["unit_code"] or ALL_UNITS
    built = {
        **row,
        "unit_code": unit,
        "rate_id": "/".join(str(part) for part in (*_group(row), unit)),
        "rate_consistent": _is_consistent(row),
        "n_units": None,
        "n_units_sum": None,
        "whole_equals_parts": None,
    }
    if row["unit_code"] is None:
        units, numerator, denominator = parts.get(_group(row), (0, 0, 0))
        built["n_units"] = units
        if units:
            built["n_units_sum"] = numerator
            built["whole_equals_parts"] = (row["numerator"], row["denominator"]) == (numerator, denominator)
    return built


def _is_consistent(row: Mapping[str, Any]) -> bool:
    if not row["denominator"]:
        return row["rate"] is None
    if row["rate"] is None or row["numerator"] is None:
        return False
    return bool(abs(row["rate"] - row["numerator"] / row["denominator"]) <= RATE_TOLERANCE)


def _refuse_gaps(gate: str, rows: list[Mapping[str, Any]], columns: Iterable[str], must: Iterable[str]) -> None:
    for number, row in enumerate(rows, start=1):
        _refuse_gaps_of(gate, number, row, columns, must)


def _refuse_gaps_of(
    gate: str, number: int, row: Mapping[str, Any], columns: Iterable[str], must: Iterable[str]
) -> None:
    missing = [name for name in columns if name not in row]
    missing += [name for name in must if name in row and _known(row[name]) is None]
    if missing:
        raise SohoaError(f"Row {number} for the {gate} gate lacks {', '.join(missing)}.")


def _frame(rows: list[dict[str, Any]] | dict[str, list[Any]], columns: Iterable[str]) -> pd.DataFrame:
    import pandas as pd

    # Objects keep None, True and 1 apart; pandas would turn them into NaN, 1.0 and text.
    return pd.DataFrame(rows, columns=list(columns), dtype=object)


def _known(value: Any) -> Any:
    """None for what pandas calls null, Python's own type for numpy's."""
    # By name, because pandas is not imported here; a NaN is the one value that differs from itself.
    if isinstance(value, (str, int)):
        return value
    if value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:
        return None
    if isinstance(value, Decimal):
        return float(value)
    return value.item() if hasattr(value, "item") else value


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return None if not value or value.isspace() else value
    known = _known(value)
    if known is None:
        return None
    if isinstance(known, dt.datetime):
        known = known.date()
    text = _iso(known) if isinstance(known, dt.date) else str(known)
    return text if text.strip() else None


_shared_text = lru_cache(maxsize=50_000)(_text)
"""For columns that repeat themselves: rows share one text."""

_REGISTER_READERS = {"line": _known, "still_usable": _known, "dossier_code": _text, "code_text": _text}


@lru_cache(maxsize=50_000)
def _iso(day: dt.date) -> str:
    """The day as text; rows share one text of it."""
    return day.isoformat()


@lru_cache(maxsize=50_000)
def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None
