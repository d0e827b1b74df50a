"""One row of a case export, judged: a case, a component paper or a hand-over, or what is wrong with it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sohoa.register import CellReader, Contract, RawRow, clean_text, clean_unit_code

KIND = "Loại dòng"
DOSSIER = "Mã hồ sơ"
CONTRACT = Contract(
    required=(
        KIND,
        DOSSIER,
        "Mã đơn vị",
        "Kênh tiếp nhận",
        "Ngày tiếp nhận",
        "Ngày hẹn trả",
        "Ngày trả kết quả",
        "Kết quả giải quyết",
    ),
    optional=(
        "Đơn vị giải quyết",
        "Mã TTHC",
        "Ngày xử lý xong",
        "Ngày dừng xử lý",
        "Có kết quả bằng văn bản",
        "Tệp kết quả điện tử",
        "Đồng bộ kết quả lên DVCQG",
        "Đồng bộ hồ sơ lên DVCQG",
        "Số lần yêu cầu bổ sung",
        "Số ngày chờ bổ sung",
        "Mã người nộp",
        "Mã thành phần",
        "Tệp đính kèm",
        "Đã có sẵn",
        "Tái sử dụng",
        "Phải nộp lại",
        "Lấy từ kho DVCQG",
        "Ngày luân chuyển",
        "Liên cơ quan",
        "Phương thức",
    ),
)
"""The headers of the one form: a row tells of a case, of one of its papers, or of one hand-over."""

CASE, COMPONENT, HANDOVER = "hồ sơ", "thành phần", "luân chuyển"

# The numbers are those of the one-stop systems (KenhThucHien).
CHANNELS = {
    "1": "in_person",
    "trực tiếp": "in_person",
    "2": "online",
    "trực tuyến": "online",
    "3": "postal",
    "bưu chính": "postal",
}
OUTCOMES = {
    "": "open",
    "đang xử lý": "open",
    "đã giải quyết": "resolved",
    "từ chối": "refused",
    "dừng xử lý": "stopped",
    "rút hồ sơ": "withdrawn",
}
MEDIA = {"điện tử": True, "giấy": False}
_FLAGS = {"có": True, "1": True, "không": False, "0": False}

_MAX_LENGTH = {DOSSIER: 60, "Mã TTHC": 40, "Mã đơn vị": 35, "Mã thành phần": 60, "Mã người nộp": 64}
_MAX_COUNT = 100_000
_COUNT = re.compile(r"[0-9]{1,6}")
_PSEUDONYM = re.compile(r"[A-Za-z0-9_.:-]+")
# Identity cards (9 and 12 digits), tax codes (10, 13) and telephone numbers name a person.
_NAMES_A_PERSON = re.compile(r"\+?[0-9]{8,13}(?:-[0-9]{3})?")


@dataclass(frozen=True, slots=True)
class Component:
    """A component paper; a fact whose column the file does not have is None."""

    line: int
    dossier_code: str
    component_code: str | None
    has_file: bool | None
    held: bool | None
    reused: bool | None
    resupplied: bool | None
    from_store: bool | None


@dataclass(frozen=True, slots=True)
class Handover:
    """A case passed on."""

    line: int
    dossier_code: str
    handed_on: dt.date
    inter_agency: bool
    electronic: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A case without its papers and hand-overs; a fact whose column the file does not have is None.

    `ended_on` is the day on which it was settled, else returned, else stopped (QĐ 766, 2.1).
    """

    line: int
    dossier_code: str
    unit_code: str
    unit_name: str | None
    procedure_code: str | None
    channel: str
    received_on: dt.date
    due_on: dt.date
    ended_on: dt.date | None
    outcome: str
    written_result: bool
    result_file: bool | None
    result_synced: bool | None
    case_synced: bool | None
    n_supplements: int | None
    supplement_days: int | None
    applicant_ref: str | None


Row: TypeAlias = Case | Component | Handover
Problems: TypeAlias = list[tuple[str, str]]


def parse_row(raw: RawRow) -> Row | Problems:
    """Judge one row: the typed row, or its problems as (column, message key)."""
    read = _Reader(raw.cells)
    kind = clean_text(raw.cells.get(KIND, "")).casefold()
    parse = _PARSE.get(kind)
    if parse is None:
        return [(KIND, "cases.kind_unknown")]
    row = parse(read, raw.line)
    return read.problems or row


class _Reader(CellReader):
    def __init__(self, cells: Mapping[str, str]) -> None:
        super().__init__(cells, _MAX_LENGTH)

    def must(self, column: str) -> str:
        value = self.text(column)
        if value is None:
            self.note(column, "cases.value_missing")
        return value or ""

    def day(self, column: str) -> dt.date:
        """A day that must be there."""
        n_problems = len(self.problems)
        day = self.date(column)
        if day is None and len(self.problems) == n_problems:
            self.note(column, "cases.value_missing")
        return day or dt.date.max

    def word(self, column: str, words: Mapping[str, str], reason: str) -> str:
        value = clean_text(self.cells.get(column, "")).casefold()
        if value not in words:
            self.note(column, reason)
        return words.get(value, "")

    def flag(self, column: str, *, empty: bool | None = None) -> bool | None:
        """Có or Không; None if the file has no such column. An empty cell is refused unless `empty` says what it is."""
        if column not in self.cells:
            return None
        value = clean_text(self.cells[column]).casefold()
        if not value and empty is not None:
            return empty
        if value not in _FLAGS:
            self.note(column, "cases.yes_no_missing" if not value else "register.yes_no_unknown")
        return _FLAGS.get(value)

    def count(self, column: str) -> int | None:
        """A whole number, 0 for an empty cell; None if the file has no such column."""
        if column not in self.cells:
            return None
        value = clean_text(self.cells[column]) or "0"
        if not _COUNT.fullmatch(value) or int(value) > _MAX_COUNT:
            self.note(column, "cases.count_invalid")
            return None
        return int(value)

    def pseudonym(self, column: str) -> str | None:
        value = self.text(column)
        if value and (_NAMES_A_PERSON.fullmatch(value) or not _PSEUDONYM.fullmatch(value)):
            self.note(column, "cases.applicant_named")
        return value


def _case(read: _Reader, line: int) -> Case:
    outcome = read.word("Kết quả giải quyết", OUTCOMES, "cases.outcome_unknown")
    received_on, due_on = read.day("Ngày tiếp nhận"), read.day("Ngày hẹn trả")
    ends = [read.date(column) for column in ("Ngày xử lý xong", "Ngày trả kết quả", "Ngày dừng xử lý")]
    ended_on = next((day for day in ends if day), None)
    if (outcome == "open") != (ended_on is None) and not read.problems:
        read.note("Kết quả giải quyết", "cases.end_missing" if ended_on is None else "cases.end_while_open")
    written_result = read.flag("Có kết quả bằng văn bản", empty=True)
    # There is nothing to tell of a result that is not there yet.
    nothing_yet = False if outcome == "open" else None
    return Case(
        line=line,
        dossier_code=read.must(DOSSIER),
        unit_code=clean_unit_code(read.must("Mã đơn vị")),
        unit_name=read.repeated("Đơn vị giải quyết"),
        procedure_code=read.repeated("Mã TTHC"),
        channel=read.word("Kênh tiếp nhận", CHANNELS, "cases.channel_unknown"),
        received_on=received_on,
        due_on=due_on,
        ended_on=ended_on,
        outcome=outcome,
        written_result=written_result is not False,
        result_file=read.flag("Tệp kết quả điện tử", empty=nothing_yet),
        result_synced=read.flag("Đồng bộ kết quả lên DVCQG", empty=nothing_yet),
        case_synced=read.flag("Đồng bộ hồ sơ lên DVCQG"),
        n_supplements=read.count("Số lần yêu cầu bổ sung"),
        supplement_days=read.count("Số ngày chờ bổ sung"),
        applicant_ref=read.pseudonym("Mã người nộp"),
    )


def _component(read: _Reader, line: int) -> Component:
    return Component(
        line=line,
        dossier_code=read.must(DOSSIER),
        component_code=read.repeated("Mã thành phần"),
        has_file=read.flag("Tệp đính kèm"),
        held=read.flag("Đã có sẵn"),
        reused=read.flag("Tái sử dụng"),
        resupplied=read.flag("Phải nộp lại"),
        from_store=read.flag("Lấy từ kho DVCQG"),
    )


def _handover(read: _Reader, line: int) -> Handover:
    for column in ("Liên cơ quan", "Phương thức"):
        if column not in read.cells:
            read.note(column, "cases.value_missing")
    medium = clean_text(read.cells.get("Phương thức", "")).casefold()
    if medium not in MEDIA:
        read.note("Phương thức", "cases.medium_unknown")
    return Handover(
        line=line,
        dossier_code=read.must(DOSSIER),
        handed_on=read.day("Ngày luân chuyển"),
        inter_agency=bool(read.flag("Liên cơ quan")),
        electronic=MEDIA.get(medium, False),
    )


_PARSE: dict[str, Callable[[_Reader, int], Row]] = {CASE: _case, COMPONENT: _component, HANDOVER: _handover}
