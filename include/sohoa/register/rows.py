"""One row of a register export, judged: a typed row, or what is wrong with it column by column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sohoa.register.cells import CellReader
from sohoa.register.normalise import clean_code, clean_unit_code, fold_code, result_key

REQUIRED = (
    "Mã hồ sơ",
    "Mã TTHC",
    "Tên TTHC",
    "Mã đơn vị",
    "Đơn vị giải quyết",
    "Số ký hiệu kết quả",
    "Ngày ban hành",
    "Ngày hết hiệu lực",
    "Tình trạng hiệu lực",
    "Có giá trị sử dụng",
    "Kênh tiếp nhận",
    "Trích yếu",
)
"""The headers that every export has (design.md §7)."""

OPTIONAL = (
    "Ngày tiếp nhận",
    "Ngày trả kết quả",
    "Kết quả giải quyết",
    "Ngày chấm dứt hiệu lực",
    "Bị thay thế bởi",
    "Cơ quan ban hành",
    "Thẩm quyền quyết định",
    "Có kết quả bằng văn bản",
    "Ngày xác định giá trị sử dụng",
    "Người xác định",
    "Lý do",
    "Mã định danh chủ sở hữu",
    "Phạm vi hiệu lực",
)
"""Headers understood when present; what a file does not have, it does not change."""

VALIDITY = {
    "": "in_force",
    "còn hiệu lực": "in_force",
    "hết hiệu lực": "expired",
    "bị thu hồi": "revoked",
    "bị thay thế": "superseded",
    "bị hủy bỏ": "annulled",
    "bị huỷ bỏ": "annulled",  # the older way to place the tone mark
}
ENDED = ("revoked", "superseded", "annulled")
"""States that end a result from a day on; `expired` has its expiry date for that."""

_FLAG_WORDS = {"": True, "có": True, "không": False}

# What the catalogue's columns hold; PostgreSQL refuses more, and an index cannot take long texts.
_MAX_LENGTH = {"Mã hồ sơ": 60, "Mã TTHC": 40, "Mã đơn vị": 35, "Số ký hiệu kết quả": 200}


class RegisterRow(NamedTuple):
    """A register row that can be taken in.

    `line` is the line in the CSV file or the row of the sheet, from 1. `columns` names the headers of the
    file (one object shared by all its rows), so that an absent column is not taken for an empty one.
    """

    line: int
    columns: frozenset[str]
    result_key: str
    unit_code: str
    unit_name: str | None
    dossier_code: str | None
    procedure_code: str | None
    procedure_name: str | None
    code_text: str | None
    code_folded: str | None
    issued_on: dt.date | None
    expires_on: dt.date | None
    validity: str
    still_usable: bool
    channel: str | None
    subject: str | None
    received_on: dt.date | None
    returned_on: dt.date | None
    outcome: str | None
    ended_on: dt.date | None
    superseded_by: str | None
    issuer: str | None
    deciding_authority: str | None
    has_result: bool
    unusable_from: dt.date | None
    usable_decider: str | None
    usable_reason: str | None
    owner_id: str | None
    scope: str | None


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why the row of a line was not taken: a message key, and the column concerned (None: the whole row)."""

    line: int
    column: str | None
    reason: str


class _Reader(CellReader):
    """Takes the values of one row of the register out of its cells."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        super().__init__(cells, _MAX_LENGTH)

    def flag(self, column: str) -> bool:
        value = self.lowered(column)
        if value not in _FLAG_WORDS:
            self.note(column, "register.yes_no_unknown")
        return _FLAG_WORDS.get(value, True)

    def validity(self) -> str:
        value = self.lowered("Tình trạng hiệu lực")
        if value not in VALIDITY:
            self.note("Tình trạng hiệu lực", "register.validity_unknown")
        return VALIDITY.get(value, "in_force")

    def not_before_issue(self, column: str, day: dt.date | None, issued_on: dt.date | None, why: str) -> None:
        if day and issued_on and day < issued_on:
            self.note(column, why)

    def key(self, code: str | None, issued_on: dt.date | None, unit: str, dossier: str | None) -> str:
        if not unit:
            self.note("Mã đơn vị", "register.unit_missing")
        try:
            return result_key(code, issued_on, unit, dossier)
        except ValueError:
            # A date that is there but wrong has been noted already.
            if not any(column == "Ngày ban hành" for column, _ in self.problems):
                self.note("Số ký hiệu kết quả", "register.identity_missing")
            return ""


def parse_row(line: int, cells: Mapping[str, str], columns: frozenset[str]) -> RegisterRow | list[tuple[str, str]]:
    """Judge one row.

    Args:
        line: Where the row stands in its file, from 1.
        cells: Raw text by contract header; headers that the file does not have are left out.
        columns: The contract headers of the file.

    Returns:
        The typed row, or its problems as (column, message key), in the order of judging.
    """
    read = _Reader(cells)
    code_text = clean_code(read.text("Số ký hiệu kết quả") or "")
    issued_on = read.date("Ngày ban hành")
    expires_on = read.date("Ngày hết hiệu lực")
    ended_on = read.date("Ngày chấm dứt hiệu lực")
    read.not_before_issue("Ngày hết hiệu lực", expires_on, issued_on, "register.expiry_before_issue")
    read.not_before_issue("Ngày chấm dứt hiệu lực", ended_on, issued_on, "register.end_before_issue")
    unit_code = clean_unit_code(read.repeated("Mã đơn vị") or "")
    dossier_code = read.text("Mã hồ sơ")
    row = RegisterRow(
        line=line,
        columns=columns,
        result_key=read.key(code_text, issued_on, unit_code, dossier_code),
        unit_code=unit_code,
        unit_name=read.repeated("Đơn vị giải quyết"),
        dossier_code=dossier_code,
        procedure_code=read.repeated("Mã TTHC"),
        procedure_name=read.repeated("Tên TTHC"),
        code_text=code_text,
        code_folded=fold_code(code_text) if code_text else None,
        issued_on=issued_on,
        expires_on=expires_on,
        validity=read.validity(),
        still_usable=read.flag("Có giá trị sử dụng"),
        channel=read.repeated("Kênh tiếp nhận"),
        subject=read.text("Trích yếu"),
        received_on=read.date("Ngày tiếp nhận"),
        returned_on=read.date("Ngày trả kết quả"),
        outcome=read.text("Kết quả giải quyết"),
        ended_on=ended_on,
        superseded_by=read.text("Bị thay thế bởi"),
        issuer=read.text("Cơ quan ban hành"),
        deciding_authority=read.text("Thẩm quyền quyết định"),
        has_result=read.flag("Có kết quả bằng văn bản"),
        unusable_from=read.date("Ngày xác định giá trị sử dụng"),
        usable_decider=read.text("Người xác định"),
        usable_reason=read.text("Lý do"),
        owner_id=read.text("Mã định danh chủ sở hữu"),
        scope=read.text("Phạm vi hiệu lực"),
    )
    return read.problems or row
