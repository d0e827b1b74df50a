"""Figures measured elsewhere, taken in through one form: `docs/vi/so-lieu-do-noi-khac.md` describes its columns."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.orm import Session

from sohoa.catalogue.database import writing
from sohoa.catalogue.models import FigureImport, IndicatorReading, utc_now
from sohoa.errors import SohoaError
from sohoa.indicators.declared import DeclaredIndicator, load_indicators
from sohoa.indicators.periods import Calendar, Period, parse_period
from sohoa.indicators.scopes import in_scope
from sohoa.register import CellReader, Contract, Rejection, RowsRefused, clean_text, clean_unit_code, open_table
from sohoa.settings import LOCAL_TIME, Settings

CONTRACT = Contract(
    required=("Mã chỉ tiêu", "Mã đơn vị", "Kỳ", "Tử số", "Mẫu số", "Giá trị", "Nguồn số liệu"),
    optional=("Lịch",),
)
_CALENDARS: dict[str, Calendar] = {"": "civil", "dương lịch": "civil", "báo cáo": "report"}
_YES_NO = {"có": 1.0, "không": 0.0}
_MAX_LENGTH = {"Mã chỉ tiêu": 20, "Mã đơn vị": 35, "Kỳ": 10, "Nguồn số liệu": 500}
_TOLERANCE = 0.005
"""Of a value that is given beside numerator and denominator: it may have been rounded to whole percents or so."""
_LOCK = 0x72656164  # "read" in ASCII; any number that nothing else locks

_PLAIN = re.compile(r"[0-9]{1,15}(?:[.,][0-9]{1,17})?")
_ONE_DOT = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure: numerator and denominator, or a value, in the indicator's unit of measure (shares from 0 to 1)."""

    line: int
    indicator: str
    unit_code: str
    calendar: str
    period: str
    numerator: float | None
    denominator: float | None
    value: float | None
    source: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What a later reading takes the place of."""
        return self.indicator, self.unit_code, self.calendar, self.period


@dataclass(frozen=True)
class ReadingImport:
    """What an import did; new + changed + unchanged = n_rows."""

    import_id: int
    file_name: str
    n_rows: int
    n_new: int
    n_changed: int
    n_unchanged: int


def parse_number(text: str) -> float:
    """A number as people in Vietnam or programs write it: 1234, 1.234.567, 12,5 or 12.5; a final % divides by 100.

    Raises:
        ValueError: no number, or one that may be read in two ways (2.000).
    """
    text = clean_text(text)
    percent = text.endswith("%")
    digits = text.removesuffix("%").strip()
    if _ONE_DOT.fullmatch(digits):
        raise ValueError(f"thousands or decimals: {text}")
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(".", "")
    elif not _PLAIN.fullmatch(digits):
        raise ValueError(f"not a number: {text}")
    number = float(digits.replace(",", "."))
    return number / 100 if percent else number


class _Reader(CellReader):
    def __init__(self, cells: Mapping[str, str]) -> None:
        super().__init__(cells, _MAX_LENGTH)

    def number(self, column: str) -> float | None:
        text = clean_text(self.cells.get(column, ""))
        try:
            return parse_number(text) if text else None
        except ValueError:
            self.note(column, "readings.number_unclear")
            return None

    def indicator(self) -> DeclaredIndicator | None:
        found = load_indicators().get(self.text("Mã chỉ tiêu") or "")
        if found is None:
            self.note("Mã chỉ tiêu", "readings.indicator_unknown")
        elif found.measured != "readings":
            self.note("Mã chỉ tiêu", "readings.indicator_computed")
        return found

    def period(self) -> Period | None:
        calendar = _CALENDARS.get(clean_text(self.cells.get("Lịch", "")).casefold())
        if calendar is None:
            self.note("Lịch", "readings.calendar_unknown")
            return None
        try:
            return parse_period(self.text("Kỳ") or "", calendar)
        except SohoaError:
            self.note("Kỳ", "readings.period_unknown")
            return None

    def unit(self, indicator: DeclaredIndicator) -> str:
        unit = clean_unit_code(self.text("Mã đơn vị") or "")
        if not unit or not in_scope(unit, indicator.scope):
            self.note("Mã đơn vị", "readings.unit_out_of_scope")
        return unit

    def value(self, indicator: DeclaredIndicator) -> float | None:
        text = clean_text(self.cells.get("Giá trị", "")).casefold()
        if indicator.unit == "yes_no":
            if text not in _YES_NO:
                self.note("Giá trị", "register.yes_no_unknown")
            return _YES_NO.get(text)
        value = self.number("Giá trị")
        if value is not None and indicator.unit == "share" and value > 1:
            self.note("Giá trị", "readings.share_above_one")
        if value is not None and indicator.unit == "rank" and (value < 1 or not value.is_integer()):
            self.note("Giá trị", "readings.rank_invalid")
        return value


def parse_reading(line: int, cells: Mapping[str, str]) -> Reading | list[tuple[str, str]]:
    """Judge one row: the reading, or its problems as (column, message key)."""
    read = _Reader(cells)
    indicator, period = read.indicator(), read.period()
    source = read.text("Nguồn số liệu")
    if source is None:
        read.note("Nguồn số liệu", "cases.value_missing")
    if indicator is None or period is None or source is None:
        return read.problems
    unit, value = read.unit(indicator), read.value(indicator)
    numerator, denominator = read.number("Tử số"), read.number("Mẫu số")
    if not read.problems:
        _judge_numbers(read, indicator, numerator, denominator, value)
    if read.problems:
        return read.problems
    return Reading(line, indicator.code, unit, period.calendar, period.name, numerator, denominator, value, source)


def _judge_numbers(
    read: _Reader,
    indicator: DeclaredIndicator,
    numerator: float | None,
    denominator: float | None,
    value: float | None,
) -> None:
    if numerator is None or denominator is None:
        if (numerator is None) != (denominator is None):
            read.note("Tử số", "readings.half_a_fraction")
        elif value is None:
            read.note("Giá trị", "cases.value_missing")
        return
    if indicator.denominator is None:
        read.note("Tử số", "readings.value_only")
    elif indicator.denominator_fixed not in (None, denominator):
        read.note("Mẫu số", "readings.denominator_fixed")
    elif indicator.unit == "share" and numerator > denominator:
        read.note("Tử số", "readings.above_denominator")
    elif value is not None and (denominator == 0 or not _agree(numerator / denominator, value)):
        read.note("Giá trị", "readings.value_contradicts")


def _agree(measured: float, told: float) -> bool:
    return math.isclose(measured, told, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)


def import_readings(settings: Settings, file: Path, mapping: Path | None = None) -> ReadingImport:
    """Take readings into the catalogue; all of the file or nothing. Earlier readings stay as history.

    Args:
        settings: Where the catalogue is.
        file: CSV or XLSX with the headers of `CONTRACT`.
        mapping: YAML file `{"header in the file": "contract header"}`.

    Raises:
        RowsRefused: rows are wrong; says which and why.
        SohoaError: the file cannot be read.
    """
    readings, rejections = _read(settings, file, mapping)
    if rejections:
        raise RowsRefused(settings, file, rejections)
    now = utc_now()
    with file.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    with writing(settings.catalogue_url) as session:
        _one_at_a_time(session)
        held = newest_readings(session.connection())
        new = [one for one in readings if one.key not in held]
        changed = [one for one in readings if one.key in held and not _is_same(one, held[one.key])]
        entry = FigureImport(
            kind="readings",
            file_name=file.name.encode("utf-8", "replace").decode("utf-8"),
            sha256=digest,
            imported_at=now,
            imported_on=now.astimezone(LOCAL_TIME).date(),
            n_rows=len(readings),
            n_new=len(new),
            n_changed=len(changed),
            n_unchanged=len(readings) - len(new) - len(changed),
        )
        session.add(entry)
        session.flush()
        rows = [{**asdict(one), "import_id": entry.id} for one in (*new, *changed)]
        for row in rows:
            del row["line"]
        if rows:
            session.execute(insert(IndicatorReading), rows)
    return ReadingImport(entry.id, entry.file_name, entry.n_rows, entry.n_new, entry.n_changed, entry.n_unchanged)


def _read(settings: Settings, file: Path, mapping: Path | None) -> tuple[list[Reading], list[Rejection]]:
    readings: dict[tuple[str, str, str, str], Reading] = {}
    rejections: list[Rejection] = []
    with open_table(settings, file, mapping, CONTRACT) as table:
        for raw in table.rows:
            judged = [("", raw.reason)] if raw.reason else parse_reading(raw.line, raw.cells)
            if isinstance(judged, list):
                rejections.extend(Rejection(raw.line, column or None, reason) for column, reason in judged)
            elif readings.setdefault(judged.key, judged) is not judged:
                rejections.append(Rejection(raw.line, "Mã chỉ tiêu", "readings.repeated"))
    return list(readings.values()), rejections


def _one_at_a_time(session: Session) -> None:
    """Two imports at once would both find a reading missing."""
    if session.get_bind().dialect.name == "postgresql":  # a writing SQLite transaction is alone anyway
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _is_same(one: Reading, held: Reading) -> bool:
    return all(getattr(one, name) == getattr(held, name) for name in ("numerator", "denominator", "value", "source"))


def newest_readings(connection: Connection, period: Period | None = None) -> dict[tuple[str, str, str, str], Reading]:
    """The readings that count, by key; with `period` only those of that very period. Their `line` is 0."""
    query = select(IndicatorReading.__table__).order_by(IndicatorReading.id)
    if period is not None:
        query = query.where(IndicatorReading.calendar == period.calendar, IndicatorReading.period == period.name)
    found: dict[tuple[str, str, str, str], Reading] = {}
    for row in connection.execute(query):
        reading = Reading(
            0,
            row.indicator,
            row.unit_code,
            row.calendar,
            row.period,
            row.numerator,
            row.denominator,
            row.value,
            row.source,
        )
        found[reading.key] = reading
    return found
