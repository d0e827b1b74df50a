"""Pages of words as the OCR would give them, set line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sohoa.ocr import Word
from sohoa.reading import PageEvidence

PORTRAIT, LANDSCAPE = 210 / 297, 297 / 210
LEFT, RIGHT, MIDDLE = 0.27, 0.68, 0.5
_HEIGHT = 0.012
_LETTER = 0.0095  # of the width of an upright page


@dataclass(frozen=True)
class Row:
    """One line of print: its text, where its middle stands from the left, and its top; `wide` opens gaps."""

    text: str
    centre: float
    top: float
    wide: float = 1.0
    confidence: float = 0.96


def words_of(rows: Sequence[Row], aspect: float = PORTRAIT) -> list[Word]:
    """The rows' words; rows on the same level are one line of tesseract's, as two columns often are."""
    levels = sorted({row.top for row in rows})
    letter = _LETTER * PORTRAIT / aspect
    height = _HEIGHT * aspect / PORTRAIT
    words = []
    for row in sorted(rows, key=lambda row: (row.top, row.centre)):
        parts = row.text.split()
        gap = letter * row.wide
        left = row.centre - (sum(map(len, parts)) * letter + (len(parts) - 1) * gap) / 2
        for part in parts:
            right = left + len(part) * letter
            number = levels.index(row.top)
            words.append(Word(part, row.confidence, left, row.top, right, row.top + height, number, number))
            left = right + gap
    return words


HEAD = (
    Row("BỘ NỘI VỤ", LEFT, 0.06),
    Row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", RIGHT, 0.06),
    Row("Độc lập - Tự do - Hạnh phúc", RIGHT, 0.08),
    Row("Số: 1368/QĐ-BNV", LEFT, 0.11),
    Row("Hà Nội, ngày 31 tháng 12 năm 2021", RIGHT, 0.11),
)
DECISION = (
    *HEAD,
    Row("QUYẾT ĐỊNH", MIDDLE, 0.15),
    Row("Về việc cho phép thành lập Hội Khoa học", MIDDLE, 0.17),
    Row("Lịch sử Việt Nam", MIDDLE, 0.19),
    Row("Căn cứ Quyết định số 979/QĐ-BNV ngày 18 tháng 11 năm 2020 của Bộ Nội vụ;", MIDDLE, 0.24),
    Row("QUYẾT ĐỊNH:", MIDDLE, 0.28),
    Row("Điều 1. Cho phép thành lập Hội.", MIDDLE, 0.32),
    Row("KT. BỘ TRƯỞNG", RIGHT, 0.60),
    Row("THỨ TRƯỞNG", RIGHT, 0.62),
    Row("Nguyễn Trọng Thừa", RIGHT, 0.72),
)


def without(rows: Sequence[Row], *starts: str) -> list[Row]:
    """The rows but for those that start so."""
    return [row for row in rows if not row.text.startswith(starts)]


def instead(rows: Sequence[Row], start: str, text: str, **changes: float) -> list[Row]:
    """The rows, the one that starts so with another text."""
    return [replace(row, text=text, **changes) if row.text.startswith(start) else row for row in rows]


def page(rows: Sequence[Row], aspect: float = PORTRAIT, **looks: str) -> PageEvidence:
    """A page with these rows; second looks see what the page shows, or what is given for `number` and `date`."""
    seen = {
        "number": next((row.text for row in rows if row.text.startswith("Số: ")), ""),
        "date": next((row.text for row in rows if "ngày" in row.text and "năm" in row.text), ""),
    } | looks
    words = words_of(rows, aspect)
    closer = {part: [words_of([Row(text, 0.5, 0.5)])] for part, text in seen.items()}
    return PageEvidence(words, aspect, looks=closer, ink=dict.fromkeys(("number", "day", "month", "year"), "print"))
