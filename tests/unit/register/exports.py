from __future__ import annotations

import unicodedata
from pathlib import Path

from sohoa.register import RegisterRow, Rejection, read_register
from sohoa.settings import Settings

USUAL = {
    "Mã hồ sơ": "000.00.00.G09-220412-0001",
    "Mã TTHC": "1.001612",
    "Tên TTHC": "Thủ tục thành lập hội",
    "Mã đơn vị": "G09",
    "Đơn vị giải quyết": "Bộ Nội vụ",
    "Số ký hiệu kết quả": "70/QĐ-BNV",
    "Ngày ban hành": "05/03/2022",
    "Ngày hết hiệu lực": "",
    "Tình trạng hiệu lực": "Còn hiệu lực",
    "Có giá trị sử dụng": "Có",
    "Kênh tiếp nhận": "Trực tiếp",
    "Trích yếu": "Về việc cho phép thành lập Hội Khoa học Lịch sử",
}


def row(**changes: str) -> dict[str, str]:
    """The usual row with other values: by contract header, blanks as underscores."""
    return USUAL | {name.replace("_", " "): value for name, value in changes.items()}


def numbered(number: int, **changes: str) -> dict[str, str]:
    return row(Số_ký_hiệu_kết_quả=f"{number}/QĐ-BNV", Mã_hồ_sơ=f"G09-220412-{number:04}") | {
        name.replace("_", " "): value for name, value in changes.items()
    }


def as_cp1258(text: str) -> bytes:
    """As Windows stores Vietnamese: letters whole where the code page has them, tone marks after them."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    stored = []
    for char in unicodedata.normalize("NFC", text):
        marks = [mark for mark in unicodedata.normalize("NFD", char) if mark in tones]
        bare = "".join(part for part in unicodedata.normalize("NFD", char) if part not in tones)
        stored.append(unicodedata.normalize("NFC", bare) + "".join(marks))
    return "".join(stored).encode("cp1258")


def judged(settings: Settings, file: Path, mapping: Path | None = None) -> tuple[list[RegisterRow], list[Rejection]]:
    """The rows of an export that can be taken in, in its order, and why the others cannot."""
    with read_register(settings, file, mapping) as register:
        rows = [row for stored in register.accepted.by_result(100) for row in register.accepted.typed(stored)]
        return sorted(rows, key=lambda row: row.line), register.rejections
