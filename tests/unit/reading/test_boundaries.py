"""Where documents begin in a stack: sure starts, sure continuations, and what is left to a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.reading.boundaries import UNCERTAIN, StackPage, find_boundaries

from .typesetting import DECISION, HEAD, LANDSCAPE, LEFT, MIDDLE, PORTRAIT, RIGHT, Row, instead, without, words_of

DOSSIER, OTHER_DOSSIER = "000.00.00.G09-220412-0001", "000.00.00.G09-220413-0007"
OTHER = instead(
    instead(DECISION, "Số:", "Số: 77/QĐ-BNV"), "Hà Nội", "Hà Nội, ngày 05 tháng 6 năm 2019"
)  # another decision of the same agency
LETTER = [
    *instead(HEAD, "Số:", "Số: 3170/BNV-TCPCP"),
    Row("V/v tổ chức Đại hội lần thứ II", LEFT, 0.13),
    Row("Kính gửi: Hội Nuôi ong Việt Nam", MIDDLE, 0.2),
    Row("Nơi nhận:", 0.2, 0.6),
    Row("TL. BỘ TRƯỞNG", RIGHT, 0.6),
]
CERTIFICATE = [
    Row("BAN TÔN GIÁO CHÍNH PHỦ", 0.27, 0.1),
    Row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 0.7, 0.1),
    Row("Độc lập - Tự do - Hạnh phúc", 0.7, 0.14),
    Row("GIẤY CHỨNG NHẬN", MIDDLE, 0.35),
    Row("TRƯỞNG BAN", 0.7, 0.7),
]
ANNEX = [
    Row("DANH SÁCH", MIDDLE, 0.08),
    Row("Cá nhân được tặng Giấy khen", MIDDLE, 0.1),
    Row("(Kèm theo Quyết định số 1368/QĐ-BNV ngày 31 tháng 12 năm 2021 của Bộ trưởng)", MIDDLE, 0.12),
    Row("1 Nguyễn Văn An Chuyên viên", MIDDLE, 0.3),
]
TEXT = [Row(f"chịu trách nhiệm thi hành các nội dung tại khoản {n} Điều này;", MIDDLE, 0.1 + n / 50) for n in range(40)]
LAST_PAGE = [
    Row("Điều 3. Chánh Văn phòng chịu trách nhiệm thi hành./.", MIDDLE, 0.1),
    Row("Nơi nhận:", 0.2, 0.2),
    Row("KT. BỘ TRƯỞNG", RIGHT, 0.2),
]
UNSIGNED = [*without(DECISION, "KT.", "THỨ", "Nguyễn"), *[row for row in TEXT if row.top > 0.4]]
SHORT_TEXT = [Row("Ông Nguyễn Văn An, chuyên viên", MIDDLE, 0.3)]
ANNOUNCED = Row("có tên trong danh sách kèm theo Quyết định này.", MIDDLE, 0.34)
FILED = Row("- Lưu: VT, TCPCP.", 0.2, 0.75)
OVER = [*DECISION, FILED]
HEAD_ROWS = ("BỘ NỘI VỤ", "CỘNG", "Độc", "Số:", "Hà Nội")
BLANK, UNREAD = StackPage(blank=True), StackPage(unreadable=True)


def at(rows: Sequence[Row], aspect: float = PORTRAIT) -> StackPage:
    return StackPage(words_of(rows, aspect), aspect)


def found(*pages: StackPage | Sequence[Row]) -> list[tuple[int, int, bool]]:
    """First page, last page, sure."""
    stack = [page if isinstance(page, StackPage) else at(page) for page in pages]
    return [(one.first, one.last, one.sure) for one in find_boundaries(stack)]


def test_each_whole_head_begins_a_document() -> None:
    assert found(DECISION, LETTER, OTHER) == [(1, 1, True), (2, 2, True), (3, 3, True)]


def test_a_certificate_in_its_own_layout_begins_a_document() -> None:
    assert found(DECISION, at(CERTIFICATE, LANDSCAPE), OTHER) == [(1, 1, True), (2, 2, True), (3, 3, True)]


def test_a_certificate_of_merit_has_neither_agency_nor_number_at_its_top() -> None:
    merit = [*without(CERTIFICATE, "BAN TÔN", "GIẤY"), Row("BẰNG KHEN", MIDDLE, 0.4)]
    assert found(DECISION, at(merit, LANDSCAPE)) == [(1, 1, True), (2, 2, True)]


@pytest.mark.parametrize("lost", ["CỘNG", "Độc", "BỘ NỘI", "Số:", "Hà Nội"])
def test_a_head_with_one_part_lost_to_a_stamp_still_begins_a_document(lost: str) -> None:
    assert found(DECISION, without(OTHER, lost)) == [(1, 1, True), (2, 2, True)]


def test_an_annex_stays_with_its_decision() -> None:
    assert found(DECISION, ANNEX, OTHER) == [(1, 2, True), (3, 3, True)]


def test_an_annex_whose_number_was_misread_stays_if_the_day_is_right() -> None:
    annex = instead(ANNEX, "(Kèm", "(Kèm theo Quyết định số 1868/QĐ-BNV ngày 31 tháng 12 năm 2021 của Bộ trưởng)")
    assert found(DECISION, annex) == [(1, 2, True)]


@pytest.mark.parametrize(
    ("cited", "stays"),
    [
        ("1368/QĐ-BTNVV", True),  # the symbol was garbled
        ("68/QĐ-BNV", True),  # its first digits were lost
        ("8/QĐ-BNV", False),
        ("1397/QĐ-BNV", False),  # another one of that day
        ("1368/TB-BNV", False),
    ],
)
def test_an_annex_of_the_same_day_stays_if_its_number_can_be_that_of_the_decision(cited: str, stays: bool) -> None:
    annex = instead(ANNEX, "(Kèm", f"(Kèm theo Quyết định số {cited} ngày 31 tháng 12 năm 2021 của Bộ trưởng)")
    assert found(DECISION, annex) == [(1, 2, stays)]


def test_a_plan_with_a_head_of_its_own_stays_with_the_decision_that_it_names() -> None:
    plan = [*without(HEAD, "Số:", "Hà Nội"), Row("KẾ HOẠCH", MIDDLE, 0.15), *ANNEX[2:]]
    assert found(DECISION, plan, OTHER) == [(1, 2, True), (3, 3, True)]
    assert found(OTHER, plan, LETTER) == [(1, 2, False), (3, 3, True)]


def test_a_head_without_number_and_date_is_left_to_a_person() -> None:
    """The note that would say what the plan comes with was lost."""
    plan = [*without(HEAD, "Số:", "Hà Nội"), Row("KẾ HOẠCH", MIDDLE, 0.15), *TEXT[10:]]
    assert found(DECISION, plan) == [(1, 1, False), (2, 2, False)]


def test_an_annex_of_another_decision_is_left_to_a_person() -> None:
    """The first page of its own decision was lost in the feeder."""
    assert found(OTHER, ANNEX, LETTER) == [(1, 2, False), (3, 3, True)]


def test_annexes_of_two_decisions_are_not_both_of_one_whose_head_was_unreadable() -> None:
    unread = [*without(DECISION, "Số:", "Hà Nội"), ANNOUNCED]
    other = instead(ANNEX, "(Kèm", "(Kèm theo Quyết định số 34/QĐ-VTLTNN ngày 08 tháng 02 năm 2019)")
    assert found(unread, ANNEX, ANNEX) == [(1, 3, True)]
    assert found(unread, ANNEX, other) == [(1, 3, False)]


def test_an_annex_s_own_charter_pages_stay_with_it() -> None:
    charter = instead(ANNEX, "DANH SÁCH", "ĐIỀU LỆ (SỬA ĐỔI, BỔ SUNG)")
    long = [*charter, Row("Điều 4. Hội viên", 0.2, 0.4), *[row for row in TEXT if row.top > 0.42]]
    articles = [Row("Điều 5. Tài chính", 0.2, 0.09), *TEXT, Row("Điều 9. Giải thể", 0.2, 0.92)]
    last = [Row("Điều 10. Hiệu lực", 0.2, 0.1), Row("Điều lệ có 10 điều.", 0.2, 0.12)]
    assert found(DECISION, long, articles, last, LETTER) == [(1, 4, True), (5, 5, True)]


def test_what_pen_wrote_is_no_contradiction_to_an_annex_but_the_printed_symbol_is() -> None:
    by_pen = instead(DECISION, "Số:", "Số: 9/QĐ-BNV")
    by_pen = instead(by_pen, "Hà Nội", "Hà Nội, ngày 01 tháng 12 năm 2021")
    stack = [replace(at(by_pen), by_pen=True), at(ANNEX)]
    assert [one.sure for one in find_boundaries(stack)] == [True]
    assert [one.sure for one in find_boundaries([replace(stack[0], by_pen=False), stack[1]])] == [False]
    licence = instead(instead(by_pen, "Số:", "Số: 9/GP-BNV"), "Hà Nội", "Hà Nội, ngày … tháng … năm …")
    assert [one.sure for one in find_boundaries([replace(at(licence), by_pen=True), at(ANNEX)])] == [False]


def test_a_copy_of_another_decision_that_is_attached_is_cut_off_but_left_to_a_person() -> None:
    copy = [Row("(Kèm theo Công văn số 3170/BNV-TCPCP)", MIDDLE, 0.03), *OTHER]
    assert found(LETTER, copy, DECISION) == [(1, 1, False), (2, 2, False), (3, 3, True)]


def test_a_decision_that_the_letter_before_it_names_is_left_to_a_person() -> None:
    letter = [*LETTER, Row("Gửi quý Hội Quyết định số 77/QĐ-BNV để thực hiện.", MIDDLE, 0.4)]
    assert found(letter, OTHER) == [(1, 1, False), (2, 2, False)]


def test_text_that_fills_the_page_runs_on_to_the_page_with_the_signature() -> None:
    assert found(UNSIGNED, TEXT, LAST_PAGE, OTHER) == [(1, 3, True), (4, 4, True)]


def test_a_signature_block_alone_on_its_page_belongs_to_the_text_before() -> None:
    short = without(DECISION, "KT.", "THỨ", "Nguyễn")
    assert found(short, LAST_PAGE, OTHER) == [(1, 2, True), (3, 3, True)]


def test_a_page_without_head_after_a_signature_is_left_to_a_person_and_not_cut_off() -> None:
    assert found(DECISION, LAST_PAGE, OTHER) == [(1, 2, False), (3, 3, True)]


def test_an_untitled_page_is_no_annex_because_the_decision_announces_one() -> None:
    announcing = [*DECISION, ANNOUNCED]
    assert found(announcing, SHORT_TEXT) == [(1, 2, False)]
    assert found(announcing, [Row("TỔNG HỢP KẾT QUẢ", MIDDLE, 0.1), *SHORT_TEXT]) == [(1, 2, True)]


def test_the_next_printed_page_number_goes_on_and_another_is_left_to_a_person() -> None:
    short = without(DECISION, "KT.", "THỨ", "Nguyễn")
    assert found(short, [Row("2", MIDDLE, 0.04), *SHORT_TEXT]) == [(1, 2, True)]
    assert found(short, [Row("5", MIDDLE, 0.04), *SHORT_TEXT]) == [(1, 2, False)]


def test_a_whole_head_with_a_later_page_number_is_left_to_a_person() -> None:
    assert found(DECISION, [Row("- 2 -", MIDDLE, 0.03), *OTHER]) == [(1, 1, False), (2, 2, False)]


def test_part_of_a_head_is_cut_off_and_left_to_a_person() -> None:
    garbled = [*without(OTHER, "BỘ NỘI", "Số:", "Hà Nội", "QUYẾT ĐỊNH")]
    assert found(DECISION, garbled, LETTER) == [(1, 1, False), (2, 2, False), (3, 3, True)]


def test_the_state_s_name_in_a_sentence_begins_nothing() -> None:
    text = [Row("Hiến pháp nước Cộng hòa xã hội chủ nghĩa Việt Nam;", MIDDLE, 0.1), *TEXT]
    assert found(UNSIGNED, text, LAST_PAGE) == [(1, 3, True)]


def test_blank_pages_stay_with_the_document_before_them_and_first_ones_with_the_one_behind() -> None:
    assert found(BLANK, DECISION, BLANK, BLANK, OTHER, BLANK) == [(1, 4, True), (5, 6, True)]


def test_around_a_page_that_could_not_be_read_nothing_is_sure() -> None:
    assert found(DECISION, UNREAD, OTHER) == [(1, 2, False), (3, 3, True)]
    assert found(DECISION, UNREAD, LAST_PAGE, OTHER) == [(1, 3, False), (4, 4, True)]


def test_a_page_of_noise_is_as_good_as_unread() -> None:
    noise = [replace(row, confidence=0.3) for row in TEXT]
    assert found(UNSIGNED, noise, OTHER) == [(1, 2, False), (3, 3, True)]


def test_a_qr_code_of_another_dossier_may_begin_a_document() -> None:
    first, second = at(UNSIGNED), at(TEXT)
    same = [replace(first, barcodes=(DOSSIER,)), replace(second, barcodes=(DOSSIER,))]
    assert [one.sure for one in find_boundaries(same)] == [True]
    other = [same[0], replace(second, barcodes=(f"Mã hồ sơ: {OTHER_DOSSIER}",))]
    assert [(one.first, one.sure) for one in find_boundaries(other)] == [(1, False), (2, False)]


@pytest.mark.parametrize("page", [DECISION, LETTER, ANNEX, TEXT, SHORT_TEXT, BLANK, UNREAD])
def test_a_file_of_one_page_is_one_document_without_doubt(page: StackPage | Sequence[Row]) -> None:
    assert found(page) == [(1, 1, True)]


def test_no_pages_are_no_documents() -> None:
    assert find_boundaries([]) == []


KINDS = (DECISION, OTHER, LETTER, ANNEX, TEXT, LAST_PAGE, UNSIGNED, SHORT_TEXT)
PAGES = st.lists(st.sampled_from([*map(at, KINDS), at(CERTIFICATE, LANDSCAPE), BLANK, UNREAD]), min_size=1, max_size=9)


@given(PAGES)
def test_every_page_is_in_exactly_one_document(pages: list[StackPage]) -> None:
    segments = find_boundaries(pages)
    assert [n for one in segments for n in range(one.first, one.last + 1)] == list(range(1, len(pages) + 1))
    assert {reason for one in segments for reason in one.reasons} <= {UNCERTAIN}
