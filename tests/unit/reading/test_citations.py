"""Documents cited, and which one is meant (domain.md C12)."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.reading import read_document
from sohoa.reading.citations import Law, find_citations, known_laws, legal_bases, resolve

from .typesetting import DECISION, MIDDLE, Row, instead, page


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Nghị định số 34/2017/NĐ-CP ngày 03 tháng 4 năm 2017 của Chính phủ",
            "Nghị định số 34/2017/NĐ-CP ngày 03/04/2017",
        ),
        ("Nghị dinh s6 34/2017/ND-CP ngdy 03 thang 4 nam 2017", "Nghị định số 34/2017/NĐ-CP ngày 03/04/2017"),
        ("Quyét dinh s6 979/0P-BNV ngay 18 thang 11 nam 2020", "Quyết định số 979/QĐ-BNV ngày 18/11/2020"),
        ("Quyết định số 28/QĐ-TTg ngày 12/7/2018 của Thủ tướng", "Quyết định số 28/QĐ-TTg ngày 12/07/2018"),
        ("Nghị quyết số 04-NQ/TU ngày 18/10/2021 của Tỉnh ủy", "Nghị quyết số 04-NQ/TU ngày 18/10/2021"),
        ("Nghị quyết số 1211/2016/UBTVQH13", "Nghị quyết số 1211/2016/UBTVQH13"),
        ("Công văn số 1129/BNV-TCPCP ngày 25\ntháng 11 năm 2023", "Công văn số 1129/BNV-TCPCP ngày 25/11/2023"),
        ("Thông\ntư số 09/2014/TT-BNV", "Thông tư số 09/2014/TT-BNV"),
        ("Luật Lưu trữ ngày 11 tháng 11 năm 2011;", "Luật Lưu trữ ngày 11/11/2011"),
    ],
)
def test_a_citation_is_found_and_told_in_one_form(text: str, told: str) -> None:
    assert [citation.text for citation in find_citations(text)] == [told]


def test_who_issued_it_is_told_where_the_text_says_so() -> None:
    (found,) = find_citations(
        "Quyết định số 979/QĐ-BNV ngày 18 tháng 11 năm 2020 của Bộ trưởng Bộ Nội vụ ban hành Đề án;"
    )
    assert found.issuer == "Bộ trưởng Bộ Nội vụ"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Quyết định số 28/QĐ-TTg ngày 12/7/2018", "28/2018/QĐ-TTg"),  # C12: the year of the series left out
        ("Nghị định số 34/2017/NĐ-CP", "34/2017/NĐ-CP"),
        ("Nghị định số 34/2017/NĐ-CP ngày 08 tháng 4 năm 2017", "34/2017/NĐ-CP"),  # a day misread
        ("Nghị định số 84/2017/NĐ-CP ngày 03 tháng 4 năm 2017", "34/2017/NĐ-CP"),  # a digit misread
        ("Luật Thỉ đua, khen thưởng ngày 26 tháng 11 năm 2003", "15/2003/QH11"),
        ("Luật Lưu trữ ngày 21 tháng 6 năm 2024", "33/2024/QH15"),
        ("Quyết định số 28/QĐ-TTg ngày 08/01/2018", None),  # another series, another day
        ("Quyết định số 28/QĐ-TTg", None),  # 28 of which year?
        ("Quyết định số 28/QĐ-BNV ngày 12/7/2018", None),  # another issuer
        ("Nghị định số 84/2017/NĐ-CP ngày 08 tháng 4 năm 2017", None),  # number and day both off
        ("Nghị định số 34/2018/NĐ-CP ngày 03 tháng 4 năm 2018", None),
        ("Luật Lưu trữ ngày 12 tháng 11 năm 2011", None),
    ],
)
def test_a_misquoted_document_is_the_only_one_that_fits_or_none(text: str, code: str | None) -> None:
    (citation,) = find_citations(text)
    law = resolve(citation)
    assert (law.code if law else None) == code


def test_of_two_that_fit_none_is_taken() -> None:
    (citation,) = find_citations("Quyết định số 12/QĐ-BNV ngày 05/01/2020")
    twins = [Law("12/QĐ-BNV", dt.date(2020, 1, 5)), Law("12/2020/QĐ-BNV", dt.date(2020, 1, 5))]
    assert resolve(citation, twins) is None
    assert resolve(citation, twins[:1]) == twins[0]


@given(st.sampled_from(known_laws()))
def test_every_law_of_the_list_is_found_by_its_own_citation(law: Law) -> None:
    text = f"Căn cứ Văn bản số {law.code} ngày {law.issued_on:%d/%m/%Y};"
    (citation,) = find_citations(text)
    assert resolve(citation) == law


@given(st.text(max_size=200) | st.text("Căn cứ Quyết định số 0123456789/QĐ-BNVCPTU;.\nngày", max_size=200))
def test_no_text_breaks_the_search(text: str) -> None:
    for citation in find_citations(text):
        assert 0 <= citation.start < citation.end <= len(text)
    assert len(legal_bases(text)) <= len(find_citations(text)) + text.count(";")


def test_only_the_clauses_of_the_grounds_are_bases_and_of_each_only_the_first() -> None:
    text = (
        "Căn cứ Luật Lưu trữ ngày 11 tháng 11 năm 2011;\n"
        "Căn cứ Nghị định số 33/2012/NĐ-CP ngày 13 tháng 4 năm 2012 của Chính phủ sửa đổi,\n"
        "bổ sung một số điều của Nghị định số 45/2010/NĐ-CP;\n"
        "Theo đề nghị của Hội tại Tờ trình số 383/TTr-CQĐP ngày 19 tháng 8 năm 2021.\n"
        "Điều 1. Sửa đổi Quyết định số 12/QĐ-BNV. Căn cứ Quyết định số 13/QĐ-BNV.\n"
    )
    assert [citation.text for citation in legal_bases(text)] == [
        "Luật Lưu trữ ngày 11/11/2011",
        "Nghị định số 33/2012/NĐ-CP ngày 13/04/2012",
    ]


def test_the_official_code_stands_beside_one_that_is_misquoted() -> None:
    rows = instead(DECISION, "Căn cứ", "Căn cứ Quyết định số 28/QĐ-TTg ngày 12/7/2018 của Thủ tướng;")
    found = read_document([page(rows)]).further["legal_bases"]
    assert found.value == "Quyết định số 28/QĐ-TTg ngày 12/07/2018 (= 28/2018/QĐ-TTg)"
    assert found.box is not None
    assert found.box[1] == pytest.approx(0.24, abs=0.01)


def test_the_document_that_is_replaced_is_told() -> None:
    more = [
        Row("Điều 2. Quyết định này có hiệu lực kể từ ngày ký và thay", MIDDLE, 0.36),
        Row("thế Quyết định số 362/QĐ-BNV ngày 21 tháng 4 năm 2020.", MIDDLE, 0.38),
    ]
    assert read_document([page([*DECISION, *more])]).value("replaces") == "Quyết định số 362/QĐ-BNV ngày 21/04/2020"
