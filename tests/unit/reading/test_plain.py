"""Plain text laid out and read: S003 (Vietnamese through English OCR) and S002 (a draft) of the source documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.folding import fold
from sohoa.reading import FIELD_NAMES, FURTHER_FIELD_NAMES, pages_of_text, read_text
from sohoa.reading.lines import lines_of

TEXTS = Path(__file__).parent / "texts"
SURE = 0.9


def _text(name: str) -> str:
    return (TEXTS / f"{name}.txt").read_text(encoding="utf-8")


def test_a_decision_read_with_the_wrong_language_is_found_out_and_nothing_of_it_is_sure() -> None:
    record = read_text(_text("s003"))
    assert {name: record.value(name) for name in ("code_number", "code_notation", "issued_on", "doc_type")} == {
        "code_number": "115",
        "code_notation": "QĐ-BNV",
        "issued_on": "2022-02-24",
        "doc_type": "Quyết định",
    }
    assert record.value("issuer") == "Bộ Nội vụ"
    assert fold(record.value("signer_name") or "") == "NGUYEN TRONG THUA", "its marks were lost, and that is told"
    assert (record.value("authority_prefix"), record.value("signed_for")) == ("KT.", "Bộ trưởng")
    assert record.value("legal_bases") == (
        "Nghị định số 34/2017/NĐ-CP ngày 03/04/2017\n"
        "Quyết định số 979/QĐ-BNV ngày 18/11/2020\n"
        "Quyết định số 28/QĐ-BNV ngày 14/01/2022"
    )
    recipients = (record.value("recipients") or "").split("\n")
    assert len(recipients) == 6
    assert recipients[-1] == "Luu: VT, CCHC"
    assert "other_language" in record.flags
    assert all(record.confidence(name) < 0.5 for name in (*FIELD_NAMES, *FURTHER_FIELD_NAMES))


def test_a_plan_without_number_and_day_is_an_unnumbered_draft() -> None:
    record = read_text(_text("s002"))
    assert record.flags == ("unnumbered_draft",)
    assert (record.value("code_number"), record.value("issued_on")) == (None, None)
    assert record.value("code_notation") == "KH-SNV"
    assert record.value("doc_type") == "Kế hoạch"
    assert record.value("subject") == "Cải cách hành chính của Sở Nội vụ giai đoạn 2021 - 2025"
    assert (record.value("signer_name"), record.value("signer_title")) == ("Tạ Công Dũng", "Giám đốc")
    assert record.value("place") == "Quảng Ngãi"
    assert record.value("issuer") is None, "the Sở is in no list"


HEAD = """BỘ NỘI VỤ CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
{number} {date}

QUYẾT ĐỊNH
Về việc cho phép thành lập Hội Nuôi ong Việt Nam
"""


@pytest.mark.parametrize(
    ("number", "date", "is_draft"),
    [
        ("Số: /QĐ-BNV", "Hà Nội, ngày    tháng 12 năm 2021", True),
        ("Số: ……/QĐ-BNV", "Hà Nội, ngày … tháng … năm 2021", True),
        ("Số: 15/QĐ-BNV", "Hà Nội, ngày    tháng 12 năm 2021", False),
        ("Số: /QĐ-BNV", "Hà Nội, ngày 03 tháng 12 năm 2021", False),
        ("Số: 15/QĐ-BNV", "Hà Nội, ngày 03 tháng 12 năm 2021", False),
    ],
)
def test_only_a_blank_number_with_a_blank_day_makes_a_draft(number: str, date: str, is_draft: bool) -> None:
    assert ("unnumbered_draft" in read_text(HEAD.format(number=number, date=date)).flags) == is_draft


def test_columns_run_together_are_set_side_by_side() -> None:
    text = HEAD.format(number="Số: 15/QĐ-BNV", date="Hà Nội, ngày 03 tháng 12 năm 2021")
    page = pages_of_text(text + "\nNơi nhận: KT. BỘ TRƯỞNG\n- Như Điều 3; THỨ TRƯỞNG\n- Lưu: VT.\nNguyễn Trọng Thừa\n")[
        0
    ]
    centres = {line.text: line.centre for line in lines_of(page.words, page.aspect)}
    for left, right in (
        ("BỘ NỘI VỤ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("Số: 15/QĐ-BNV", "Hà Nội, ngày 03 tháng 12 năm 2021"),
        ("Nơi nhận:", "KT. BỘ TRƯỞNG"),
        ("- Như Điều 3;", "THỨ TRƯỞNG"),
        ("- Lưu: VT.", "Nguyễn Trọng Thừa"),
    ):
        assert centres[left] < 0.5 < centres[right]


def test_a_clean_text_is_read_but_never_sure() -> None:
    record = read_text(HEAD.format(number="Số: 15/QĐ-BNV", date="Hà Nội, ngày 03 tháng 12 năm 2021"))
    assert (record.value("code_number"), record.value("issued_on")) == ("15", "2021-12-03")
    assert record.value("issuer") == "Bộ Nội vụ"
    assert record.value("owner_name") == "Hội Nuôi ong Việt Nam"
    assert all(record.confidence(name) < SURE for name in FIELD_NAMES)


def test_pages_end_at_form_feeds_or_at_the_blanks_that_stand_for_them() -> None:
    assert len(pages_of_text("một\n\fhai\n\fba\n")) == 3
    assert len(pages_of_text(" một\ndòng\n hai\n ba\n")) == 3
    assert len(pages_of_text("một\n hai\n")) == 1


@given(st.text(max_size=300) | st.text("Số: 15/QĐ-BNV,Nơi nhận;ngày tháng năm\n\f\t-.KT ỘƯỜ", max_size=300))
def test_no_text_breaks_the_reading_or_makes_it_sure(text: str) -> None:
    record = read_text(text)
    assert all(record.confidence(name) < SURE for name in (*FIELD_NAMES, *FURTHER_FIELD_NAMES))
