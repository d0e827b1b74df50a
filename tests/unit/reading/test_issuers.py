"""Agencies under the names they bore over time, and where their lines were lost."""

from __future__ import annotations

import pytest

from sohoa.reading import Record, read_document
from sohoa.reading.confusions import holds, likeness

from .typesetting import DECISION, LEFT, MIDDLE, Row, instead, page, without

SURE = 0.9


def _issued(lines: list[str], symbol: str, year: int) -> Record:
    rows = [
        *(Row(text, LEFT, 0.06 + 0.015 * index) for index, text in enumerate(lines)),
        *without(DECISION, "BỘ NỘI VỤ"),
    ]
    rows = instead(
        instead(rows, "Hà Nội", f"Hà Nội, ngày 05 tháng 3 năm {year}"), "Số:", f"Số: 15/QĐ-{symbol}", top=0.12
    )
    return read_document([page(rows)])


@pytest.mark.parametrize(
    ("lines", "symbol", "year", "issuer", "printed", "sure"),
    [
        (["BỘ DÂN TỘC VÀ TÔN GIÁO", "BAN TÔN GIÁO CHÍNH PHỦ"], "TGCP", 2025, "Ban Tôn giáo Chính phủ", True, True),
        (["BỘ DÂN TỘC VÀ TÔN GIÁO", "BAN TÔN GIÁO CHÍNH PHỦ"], "TGCP", 2020, "Ban Tôn giáo Chính phủ", True, False),
        (["THỦ TƯỚNG CHÍNH PHỦ", "BAN TÔN GIÁO CHÍNH PHỦ"], "TGCP", 2005, "Ban Tôn giáo Chính phủ", True, True),
        (["THỦ TƯỚNG CHÍNH PHỦ", "BAN TÔN GIÁO CHÍNH PHỦ"], "TGCP", 2015, "Ban Tôn giáo Chính phủ", True, False),
        (["BAN TỔ CHỨC - CÁN BỘ CHÍNH PHỦ"], "TCCP", 1999, "Bộ Nội vụ", True, False),  # a symbol of no present agency
        (["CỤC LƯU TRỮ NHÀ NƯỚC"], "LTNN", 2001, "Cục Văn thư và Lưu trữ nhà nước", True, False),
        (["BỘ NỘI VỤ", "BAN TÔN GIÁO CHÍNH PHỦ"], "TGCP", 2020, "Ban Tôn giáo Chính phủ", False, True),
        (["BỘ NỘI VỤ"], "BNV", 2020, "Bộ Nội vụ", False, True),
    ],
)
def test_a_name_counts_for_the_years_in_which_it_was_borne(
    lines: list[str], symbol: str, year: int, issuer: str, printed: bool, sure: bool
) -> None:
    record = _issued(lines, symbol, year)
    assert record.value("issuer") == issuer
    assert (record.value("issuer_printed") is not None) == printed
    assert (record.confidence("issuer") >= SURE) == sure


@pytest.mark.parametrize(
    ("lines", "symbol", "issuer"),
    [
        (["BỘ NỘI VỤ", "CỤC VĂN THƯ VÀ"], "VTLTNN", "Cục Văn thư và Lưu trữ nhà nước"),
        (["BỘ NỘI VỤ", "CỤC VĂN THƯ VÀ", "EUU TEU NHÀ NUOC"], "VTLTNN", "Cục Văn thư và Lưu trữ nhà nước"),
        (["BỘ NỘI VỤ", "BAN THỊ ĐUA - KHEN"], "BTĐKT", "Ban Thi đua - Khen thưởng Trung ương"),
        (["BỘ NỘI VỤ", "EEEGS 2"], "BNV", "Bộ Nội vụ"),
        (["BỘ NỘI VỤ", "IIẾT"], "BNV", "Bộ Nội vụ"),
        (["BỘ NỘI VỤ", "CỤC VĂN THƯ VÀ"], "BNV", None),  # another agency's line
        (["BỘ NỘI VỤ", "XYZ KLM"], "VTLTNN", None),  # its own line was not read
        (["BỘ NỘI VỤ", "CỤC VĂN THƯ VÀ"], "XYZ", None),
    ],
)
def test_an_agency_read_in_part_is_sure_if_the_symbol_names_it(
    lines: list[str], symbol: str, issuer: str | None
) -> None:
    record = _issued(lines, symbol, 2021)
    assert (record.value("issuer") if record.confidence("issuer") >= SURE else None) == issuer


def test_an_agency_whose_lines_were_lost_is_proposed_by_who_decides_or_by_the_symbol() -> None:
    lost = without(DECISION, "BỘ NỘI VỤ")
    by_authority = read_document([page([*lost, Row("BOQ TRUONG BQ NOI VU", MIDDLE, 0.21)])])
    by_symbol = read_document([page(lost)])
    neither = read_document([page(without(lost, "Số:"))])
    assert by_authority.value("issuer") == by_symbol.value("issuer") == "Bộ Nội vụ"
    assert SURE > by_authority.confidence("issuer") > by_symbol.confidence("issuer") > 0
    assert neither.value("issuer") is None


def test_a_head_whose_national_title_was_lost_is_proposed_and_never_sure() -> None:
    record = read_document([page(without(DECISION, "CỘNG HÒA"))])
    assert (record.value("code_number"), record.value("issued_on")) == ("1368", "2021-12-31")
    assert all(record.confidence(name) < SURE for name in ("code_number", "code_notation", "issued_on", "issuer"))


def test_without_title_what_is_cited_is_still_not_taken() -> None:
    rows = without(DECISION, "CỘNG HÒA", "Số:", "Hà Nội,")
    record = read_document([page(rows)])
    assert (record.value("code_number"), record.value("issued_on")) == (None, None)


def test_what_ocr_confuses_is_nearer_than_what_it_does_not() -> None:
    assert likeness("QUYET PINH", "QUYET DINH") > likeness("QUYET XINH", "QUYET DINH")
    assert likeness("BOQ", "BO") > likeness("BOX", "BO")
    assert likeness("BO NOI VU", "BO NOI VU") == 1
    assert likeness("", "BO") == 0
    assert holds("BOQ TRUONG BQ NOI VU", "BO NOI VU") > 0.9
