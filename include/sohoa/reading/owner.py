"""Whom a result was given to: name, and id where one is printed (TT 01/2023/TT-VPCP Đ.9.2)."""

from __future__ import annotations

import re

from sohoa.reading.passages import Passage, fold_in_place
from sohoa.reading.record import NOTHING, Reading

_LIKELY, _BY_SUBJECT, _BY_ADDRESS = 0.85, 0.8, 0.6
_WHO = r"(?:(?:ONG|BA|ONG/BA|ONG \(BA\)|TO CHUC|CA NHAN|TAP THE|DON VI|DOANH NGHIEP)(?![A-Z])\s*:?\s*)"
# On certificates: a label, and the name up to the end of its line.
_LABELLED = re.compile(
    rf"(?:^|\n)\W*(?:(?:CHUNG NHAN|CAP CHO|TANG|CAP)\s*:?\s*{_WHO}"
    r"|(?:CAP CHO|HO VA TEN|HO TEN|TEN TO CHUC|CHU SO HUU)\s*:\s*)(?P<name>[^\n;:]{3,160})(?=\n)"
)
_OWN_LINE = re.compile(rf"(?:^|\n)\W*{_WHO}(?P<name>[^\W\d]+(?: [^\W\d]+){{1,5}})\W*(?=\n)")
_ACT_END = (
    r"(?=\s+(?:VA CONG NHAN|TO CHUC DAI HOI|TO CHUC|THUOC|CO TRU SO|HOAT DONG|LA DON VI|LA XA|KEM THEO|NHIEM KY)\b"
    r"|[.,;(]|$)"
)
_ACTS = tuple(
    re.compile(pattern + r"\s+(?P<name>.{3,160}?)" + _ACT_END, re.DOTALL)
    for pattern in (
        r"\bCONG NHAN BAN VAN DONG THANH LAP",
        r"\bCHO PHEP THANH LAP",
        r"\bTHANH LAP VA CONG NHAN DIEU LE",
        r"\b(?:PHE DUYET|CONG NHAN) DIEU LE(?: \(SUA DOI, BO SUNG\))?(?: CUA)?",
        r"\bCHO PHEP DOI TEN",
        r"\b(?:CONG NHAN TO CHUC TON GIAO|CAP DANG KY HOAT DONG TON GIAO CHO)",
        r"\bTANG [A-Z ]{4,60}? CHO(?: ONG| BA| TAP THE| CA NHAN)?",
        r"\b(?:BO NHIEM|XEP|KHEN THUONG|XAC NHAN)[^.;]{3,90}?\s(?:DOI VOI|CHO)(?: ONG| BA)?",
    )
)
_TITLE = re.compile(r"^(?:ông|bà)(?:\s?[/(]\s?bà\)?)?\s+", re.IGNORECASE)
_MANY = re.compile(
    r"\b(?:CO TEN TRONG DANH SACH|DANH SACH KEM THEO|[0-9]+ (?:CA NHAN|TAP THE)|CAC (?:CA NHAN|TAP THE))\b"
)
_PERSON_ID = re.compile(
    r"\b(?:CAN CUOC(?: CONG DAN)?|CCCD|CMND|CMTND|CHUNG MINH NHAN DAN|DINH DANH CA NHAN|MA SO DINH DANH|MA DINH DANH)"
    r"\b[^0-9\n]{0,20}(?P<id>[0-9](?:\s?[0-9]){8}(?:(?:\s?[0-9]){3})?)(?![0-9]|\s?/)"
)
_BODY_ID = re.compile(
    r"\b(?:MA SO THUE|MST|MA SO DOANH NGHIEP|MA SO TO CHUC)\b[^0-9\n]{0,12}(?P<id>[0-9]{10}(?:-[0-9]{3})?)(?![0-9])"
)


def read_owner(
    body: Passage, subject: Reading, addressees: Reading, *, certificate: bool = False
) -> dict[str, Reading]:
    """Fields `owner_name` and `owner_id`; none where a result settles the cases of many, listed in an annex.

    Args:
        body: what stands between head and signature.
        subject: trích yếu; it names the owner of most decisions.
        addressees: of a letter, which answers the only one that it is addressed to.
        certificate: whether it is one: there the name may fill a line of its own.
    """
    names = [_by_subject(subject)]
    if not _MANY.search(body.flat):
        own_line = _found_name(body, _OWN_LINE) if certificate else NOTHING
        names = [_found_name(body, _LABELLED), own_line, *names, _by_article(body), _by_address(addressees)]
    readings = {"owner_id": _owner_id(body), "owner_name": next((name for name in names if name.value), NOTHING)}
    return {name: reading for name, reading in readings.items() if reading.value}


def _found_name(body: Passage, pattern: re.Pattern[str]) -> Reading:
    found = pattern.search(body.folded)
    if found is None:
        return NOTHING
    start, end = found.span("name")
    return body.reading(_tidy(body.text[start:end]), start, end, _LIKELY)


def _by_subject(subject: Reading) -> Reading:
    """The owner by what the subject says is done: `cho phép thành lập …`."""
    folded = fold_in_place(subject.value or "")
    found = next(filter(None, (act.search(folded) for act in _ACTS)), None)
    if found is None or subject.value is None or _MANY.search(folded):
        return NOTHING
    name = _tidy(subject.value[slice(*found.span("name"))])
    return Reading(name, min(_BY_SUBJECT, subject.confidence), subject.page_no, subject.box)


def _by_article(body: Passage) -> Reading:
    """The owner by what the first article says."""
    found = next(filter(None, (act.search(body.flat) for act in _ACTS)), None)
    if found is None:
        return NOTHING
    start, end = found.span("name")
    return body.reading(_tidy(body.text[start:end]), start, end, _BY_SUBJECT)


def _by_address(addressees: Reading) -> Reading:
    if addressees.value is None or "\n" in addressees.value:
        return NOTHING
    confidence = min(_BY_ADDRESS, addressees.confidence)
    name = _TITLE.sub("", addressees.value)
    return Reading(name, confidence, addressees.page_no, addressees.box)


def _owner_id(body: Passage) -> Reading:
    found = _PERSON_ID.search(body.folded) or _BODY_ID.search(body.folded)
    if found is None:
        return NOTHING
    return body.reading(re.sub(r"\s", "", found["id"]), *found.span("id"), _LIKELY)


def _tidy(text: str) -> str:
    return " ".join(text.split()).strip(" .,;:-–—")
