"""From when to when a result is valid, for how long and where (TT 01/2023/TT-VPCP Đ.9.2)."""

from __future__ import annotations

import datetime as dt
import re

from sohoa.reading.passages import Passage
from sohoa.reading.record import Reading

_LIKELY = 0.85
_NUMERIC_DAY = r"(?P<d>[0-9]{1,2})\s?[/.-]\s?(?P<m>[0-9]{1,2})\s?[/.-]\s?(?P<y>[0-9]{4})"
_LONG_DAY = r"(?P<d2>[0-9]{1,2})\s+THANG\s+(?P<m2>[0-9]{1,2})\s+NAM\s+(?P<y2>[0-9]{4})"
_DAY = rf"(?:{_NUMERIC_DAY}|{_LONG_DAY})(?![0-9])"
# What these say must be said of the document itself: `Quyết định này có hiệu lực …`, `Giấy chứng nhận có giá trị …`.
_ITSELF = (
    r"(?:(?:QUYET DINH|GIAY PHEP|GIAY CHUNG NHAN|CHUNG CHI|BANG KHEN|NGHI QUYET|THONG BAO|CONG VAN|VAN BAN)"
    r"(?:\s+NAY)?|THOI HAN(?:\s+(?:HIEU LUC|CO HIEU LUC|GIA TRI|CO GIA TRI)\s*:?|\s*:))"
)
_VALID = r"(?:\s+CO)?(?:\s+(?:HIEU LUC|GIA TRI))?(?:\s+(?:THI HANH|SU DUNG))?"
_SINCE = rf"{_ITSELF}\s+CO\s+(?:HIEU LUC|GIA TRI)(?:\s+(?:THI HANH|SU DUNG))?\s+(?:KE\s+)?TU\s+"
_FROM = re.compile(rf"{_SINCE}(?:NGAY\s+)?{_DAY}")
_FROM_SIGNING = re.compile(rf"{_SINCE}NGAY\s+(?:KY|BAN HANH|CAP)\b")
_UNTIL = re.compile(
    rf"(?:{_ITSELF}{_VALID}(?:\s+(?:KE\s+)?TU\s[^;\n]{{3,60}}?)?|CO\s+(?:GIA TRI|HIEU LUC)(?:\s+SU DUNG)?|HAN SU DUNG)"
    rf"\s*:?\s*DEN\s+(?:HET\s+)?(?:NGAY\s+)?{_DAY}"
)
_TERM = re.compile(
    rf"(?:{_ITSELF}{_VALID}|CO\s+(?:GIA TRI|HIEU LUC))(?:\s+(?:TRONG\s+)?(?:THOI HAN|THOI GIAN|VONG))?(?:\s+LA)?"
    r"\s*:?\s*(?P<n>[0-9]{1,3})\s*(?:\([^)]{2,20}\)\s*)?(?P<unit>NAM|THANG|NGAY)\b(?!\s*(?:[0-9]|LAM VIEC))"
)
_UNLIMITED = re.compile(r"\b(?:VO THOI HAN|KHONG THOI HAN|KHONG XAC DINH THOI HAN)\b")
_SCOPE = re.compile(
    r"PHAM VI(?:\s+(?:CO\s+HIEU LUC|HIEU LUC|AP DUNG|SU DUNG|HOAT DONG))?\s*:\s*(?P<told>[^.;\n]{3,120})"
    r"|(?:CO\s+(?:GIA TRI|HIEU LUC)|HOAT DONG)[^.;]{0,40}?\s"
    r"(?P<over>(?:TREN|TRONG)\s+(?:PHAM VI|DIA BAN|TOAN QUOC|CA NUOC)[^.;]{0,80})"
)
_UNITS = {"NAM": "năm", "THANG": "tháng", "NGAY": "ngày"}


def read_validity(body: Passage, issued_on: Reading) -> dict[str, Reading]:
    """Fields `valid_from`, `valid_until` (ISO days), `validity_term` (`5 năm`, `không thời hạn`), `validity_scope`.

    Only what is printed: an end is not reckoned from a term.

    Args:
        body: what stands between head and signature.
        issued_on: the day of signing, from which most are valid.
    """
    return {
        name: reading
        for name, reading in {
            "valid_from": _from(body, issued_on),
            "valid_until": _until(body),
            "validity_term": _term(body),
            "validity_scope": _scope(body),
        }.items()
        if reading is not None
    }


def _from(body: Passage, issued_on: Reading) -> Reading | None:
    told = _FROM.search(body.folded)
    day = _day(told) if told else None
    if told and day:
        return body.reading(day.isoformat(), *told.span(), _LIKELY)
    signing = _FROM_SIGNING.search(body.folded)
    if signing is None or issued_on.value is None:
        return None
    return body.reading(issued_on.value, *signing.span(), min(_LIKELY, issued_on.confidence))


def _until(body: Passage) -> Reading | None:
    told = _UNTIL.search(body.folded)
    day = _day(told) if told else None
    return body.reading(day.isoformat(), *told.span(), _LIKELY) if told and day else None


def _term(body: Passage) -> Reading | None:
    told = _TERM.search(body.folded)
    if told:
        return body.reading(f"{int(told['n'])} {_UNITS[told['unit']]}", *told.span(), _LIKELY)
    unlimited = _UNLIMITED.search(body.folded)
    return body.reading("không thời hạn", *unlimited.span(), _LIKELY) if unlimited else None


def _scope(body: Passage) -> Reading | None:
    told = _SCOPE.search(body.folded)
    if told is None:
        return None
    group = "told" if told["told"] is not None else "over"
    value = " ".join(body.text[slice(*told.span(group))].split())
    return body.reading(value, *told.span(group), _LIKELY)


def _day(told: re.Match[str]) -> dt.date | None:
    parts = [told["y"] or told["y2"], told["m"] or told["m2"], told["d"] or told["d2"]]
    try:
        return dt.date(*map(int, parts))
    except ValueError:
        return None
