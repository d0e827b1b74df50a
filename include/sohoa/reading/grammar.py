"""Numbers, symbols, dates and codes: the grammar of domain.md §3.3 with what OCR makes of it."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from sohoa.catalogue.units import load_ruleset_units
from sohoa.folding import fold

DOC_TYPES = {
    # NĐ 30/2020 Đ.7 and PL III
    "NQ": "Nghị quyết",
    "QĐ": "Quyết định",
    "CT": "Chỉ thị",
    "QC": "Quy chế",
    "QyĐ": "Quy định",
    "TC": "Thông cáo",
    "TB": "Thông báo",
    "HD": "Hướng dẫn",
    "CTr": "Chương trình",
    "KH": "Kế hoạch",
    "PA": "Phương án",
    "ĐA": "Đề án",
    "DA": "Dự án",
    "BC": "Báo cáo",
    "BB": "Biên bản",
    "TTr": "Tờ trình",
    "HĐ": "Hợp đồng",
    "CĐ": "Công điện",
    "BGN": "Bản ghi nhớ",
    "BTT": "Bản thỏa thuận",
    "GUQ": "Giấy ủy quyền",
    "GM": "Giấy mời",
    "GGT": "Giấy giới thiệu",
    "GNP": "Giấy nghỉ phép",
    "PG": "Phiếu gửi",
    "PC": "Phiếu chuyển",
    "PB": "Phiếu báo",
    # results of procedures outside NĐ 30
    "GP": "Giấy phép",
    "GCN": "Giấy chứng nhận",
    "CC": "Chứng chỉ",
    "BK": "Bằng khen",
}
"""Abbreviation in the symbol → name of the document type. Công văn has none."""

OFFICIAL_LETTER = "Công văn"
_OTHER_AGENCIES = ("CP", "TTg", "UBND", "SNV")  # met in citations and in copies of others' decisions

_PREFIX = re.compile(r"^[\W_]*S[^\W\d]{0,2}[6ốôóòơ]?\s*[:;.,]?\s*(?=[\d/…._\s])", re.IGNORECASE)
_TORN_SYMBOL = re.compile(r"(?<=[A-ZĐ])\s+(?=[A-ZĐ]+(?:-|$))")
_CODE = re.compile(
    r"^[\s._…]*(?P<number>\d[\d\s]{0,6}?)?[\s._…]*/\s*"
    r"(?P<notation>(?:\d{4}\s*/\s*)?[A-ZĐƠƯÔÂÊ0-9][\w&]{0,9}(?:\s*[-–—]\s*[A-ZĐƯƠÔÂÊ0-9][\w&]{0,14}){1,3})"
)
_DATE = re.compile(
    r"ng\w{1,3}y\W{0,3}(?P<day>[\d\s]{1,4}?)\W{0,3}th\w{1,4}g?\W{0,3}(?P<month>[\d\s]{1,3}?)\W{0,3}"
    r"n\w{1,2}m\W{0,3}(?P<year>\d{4})",
    re.IGNORECASE,
)
_DOSSIER = re.compile(
    r"(?<![\w.])(?:\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}|[A-Z]\d{2}(?:\.[0-9A-Z]+)*)-(\d{2})(\d{2})(\d{2})-\d{4,}(?!\w)"
)
FIRST_YEAR = 1945


@dataclass(frozen=True)
class Code:
    """Number and symbol of a document.

    Attributes:
        number: digits as printed, or None where the number is left blank.
        notation: what stands after the slash, dashes and marks put right: `QĐ-BNV`.
        known: every part of the symbol is in the lists of types and agencies.
    """

    number: str | None
    notation: str
    known: bool


def parse_code(line: str) -> Code | None:
    """The number and symbol in a number line such as `Số: 1368 /QĐ-BNV`; None if it is no such line."""
    text = _TORN_SYMBOL.sub("", unicodedata.normalize("NFC", line))
    found = _CODE.match(_PREFIX.sub("", text, count=1))
    if found is None:
        return None
    number = re.sub(r"\s", "", found["number"] or "") or None
    notation, known = _known_notation(re.sub(r"\s", "", found["notation"]))
    return Code(number, notation, known)


def is_number_line(line: str) -> bool:
    """Whether a line starts as a number line does: `Số:` and then digits, dots or a slash."""
    return _PREFIX.match(line) is not None


def _known_notation(raw: str) -> tuple[str, bool]:
    """The symbol with its parts as the lists spell them, and whether all are known."""
    year, _, rest = raw.rpartition("/")
    parts = [_known_part(part) for part in re.split("[-–—]", rest)]
    spelled = "-".join(part for part, _ in parts)
    return (f"{year}/{spelled}" if year else spelled), all(known for _, known in parts)


def _known_part(part: str) -> tuple[str, bool]:
    vocabulary = _symbols()
    if part in vocabulary.values():
        return part, True
    known = vocabulary.get(confusable(part))
    return (known, True) if known else (part, False)


_CONFUSED = str.maketrans({"0": "O", "1": "I", "L": "I", "5": "S", "8": "B", "P": "D"})


def confusable(text: str) -> str:
    """A symbol reduced to what OCR keeps apart: marks gone, Đ = ĐĐ = D = P, 0 = O, 1 = I (domain.md §3.4)."""
    return re.sub("D+", "D", fold(text).replace(" ", "").translate(_CONFUSED))


@lru_cache(maxsize=1)
def _symbols() -> dict[str, str]:
    """Known parts of symbols by their confusable form; forms that two parts share are left out."""
    agencies = [entry.symbol for entry in load_ruleset_units() if entry.symbol]
    by_form: dict[str, list[str]] = {}
    for part in (*DOC_TYPES, *agencies, *_OTHER_AGENCIES):
        by_form.setdefault(confusable(part), []).append(part)
    # TYPES that only case or a mark tells apart (DA, ĐA; TC, TTr) must be read as they stand.
    return {form: parts[0] for form, parts in by_form.items() if len(parts) == 1}


def parse_date(line: str) -> dt.date | None:
    """The day in `Hà Nội, ngày 05 tháng 01 năm 2020`; None if there is none or it does not exist."""
    found = _DATE.search(unicodedata.normalize("NFC", line))
    if found is None:
        return None
    try:
        day, month = (int(re.sub(r"\s", "", found[part])) for part in ("day", "month"))
        return dt.date(int(found["year"]), month, day)
    except ValueError:
        return None


def is_date_line(line: str) -> bool:
    """Whether a line is a place-and-date line, be its day filled in or not."""
    folded = fold(line)
    return "NGAY" in folded and "THANG" in folded and "NAM" in folded


def find_dossier_code(text: str) -> str | None:
    """The first dossier code in a text whose date exists (TT 01/2018/TT-VPCP Đ.19)."""
    for found in _DOSSIER.finditer(text):
        try:
            dt.date(2000 + int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            continue
        return found[0]
    return None
