"""The rows of a register export, judged: typed values, or what is wrong with a row column by column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from sohoa.register.cells import ColumnReader
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

_Days: TypeAlias = Sequence[dt.date | None]
_Texts: TypeAlias = Sequence[str | None]

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


class _Reader(ColumnReader):
    """Takes the values of rows of the register out of their cells."""

    def flag(self, column: str) -> Sequence[bool]:
        words = self.lowered(column)
        self._note_unknown(column, words, _FLAG_WORDS, "register.yes_no_unknown")
        return [_FLAG_WORDS.get(word, True) for word in words]

    def validity(self) -> Sequence[str]:
        words = self.lowered("Tình trạng hiệu lực")
        self._note_unknown("Tình trạng hiệu lực", words, VALIDITY, "register.validity_unknown")
        return [VALIDITY.get(word, "in_force") for word in words]

    def not_before_issue(self, column: str, days: _Days, issued_on: _Days, why: str) -> None:
        for row, (day, issued) in enumerate(zip(days, issued_on, strict=True)):
            if day and issued and day < issued:
                self.note(row, column, why)

    def keys(self, codes: _Texts, issued_on: _Days, units: Sequence[str], dossiers: _Texts) -> Sequence[str]:
        of_rows = enumerate(zip(codes, issued_on, units, dossiers, strict=True))
        return [self._key(row, *identity) for row, identity in of_rows]

    def _key(self, row: int, code: str | None, issued_on: dt.date | None, unit: str, dossier: str | None) -> str:
        if not unit:
            self.note(row, "Mã đơn vị", "register.unit_missing")
        try:
            return result_key(code, issued_on, unit, dossier)
        except ValueError:
            # A date that is there but wrong has been noted already.
            if not any(column == "Ngày ban hành" for column, _ in self.problems.get(row, ())):
                self.note(row, "Số ký hiệu kết quả", "register.identity_missing")
            return ""

    def _note_unknown(self, column: str, words: Sequence[str], known: Mapping[str, Any], why: str) -> None:
        if not known.keys() >= set(words):
            for row, word in enumerate(words):
                if word not in known:
                    self.note(row, column, why)


def judge_columns(
    cells: Mapping[str, Sequence[str]], lines: Sequence[int]
) -> tuple[dict[str, Sequence[Any]], dict[int, list[tuple[str, str]]]]:
    """Judge some rows, column by column: a million rows of two dozen cells, each read by itself, take twice as long.

    Args:
        cells: Raw text of each row by contract header; headers that the file does not have are left out.
        lines: Where each row stands in its file, from 1.

    Returns:
        The values of each row by the fields of `RegisterRow` but `columns`; and row, from 0 → its problems as (column,
        message key), in the order of judging. What a row with problems has as values means nothing.
    """
    read = _Reader(cells, len(lines), _MAX_LENGTH)
    code_texts = [clean_code(text) if text else None for text in read.text("Số ký hiệu kết quả")]
    issued_on = read.date("Ngày ban hành")
    expires_on = read.date("Ngày hết hiệu lực")
    ended_on = read.date("Ngày chấm dứt hiệu lực")
    read.not_before_issue("Ngày hết hiệu lực", expires_on, issued_on, "register.expiry_before_issue")
    read.not_before_issue("Ngày chấm dứt hiệu lực", ended_on, issued_on, "register.end_before_issue")
    unit_codes = [clean_unit_code(text or "") for text in read.repeated("Mã đơn vị")]
    dossier_codes = read.text("Mã hồ sơ")
    values: dict[str, Sequence[Any]] = {
        "line": lines,
        "result_key": read.keys(code_texts, issued_on, unit_codes, dossier_codes),
        "unit_code": unit_codes,
        "unit_name": read.repeated("Đơn vị giải quyết"),
        "dossier_code": dossier_codes,
        "procedure_code": read.repeated("Mã TTHC"),
        "procedure_name": read.repeated("Tên TTHC"),
        "code_text": code_texts,
        "code_folded": [fold_code(text) if text else None for text in code_texts],
        "issued_on": issued_on,
        "expires_on": expires_on,
        "validity": read.validity(),
        "still_usable": read.flag("Có giá trị sử dụng"),
        "channel": read.repeated("Kênh tiếp nhận"),
        "subject": read.text("Trích yếu"),
        "received_on": read.date("Ngày tiếp nhận"),
        "returned_on": read.date("Ngày trả kết quả"),
        "outcome": read.text("Kết quả giải quyết"),
        "ended_on": ended_on,
        "superseded_by": read.text("Bị thay thế bởi"),
        "issuer": read.text("Cơ quan ban hành"),
        "deciding_authority": read.text("Thẩm quyền quyết định"),
        "has_result": read.flag("Có kết quả bằng văn bản"),
        "unusable_from": read.date("Ngày xác định giá trị sử dụng"),
        "usable_decider": read.text("Người xác định"),
        "usable_reason": read.text("Lý do"),
        "owner_id": read.text("Mã định danh chủ sở hữu"),
        "scope": read.text("Phạm vi hiệu lực"),
    }
    return values, dict(read.problems)
