"""Where documents begin when heads were not read: what the text below still shows, and what it must not pass for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sohoa.reading.boundaries import StackPage, find_boundaries

from .test_boundaries import (
    ANNEX,
    ANNOUNCED,
    CERTIFICATE,
    DECISION,
    FILED,
    HEAD_ROWS,
    LAST_PAGE,
    LETTER,
    OTHER,
    OVER,
    SHORT_TEXT,
    TEXT,
    UNREAD,
    UNSIGNED,
    at,
    found,
)
from .typesetting import LANDSCAPE, LEFT, MIDDLE, RIGHT, Row, instead, without, words_of

CUT, DOUBTED = [(1, 1, True), (2, 2, True)], [(1, 1, False), (2, 2, False)]
FIRST_ARTICLE = Row("Điều 1. Cho phép thành lập Hội.", 0.3, 0.32)
OTHER_OPENING = [*without(OTHER, "Điều"), FIRST_ARTICLE]
HEADLESS = [row for row in OTHER_OPENING if row.top > 0.2]
ANNOUNCING = [*OVER, ANNOUNCED]


def rows_from(number: int, count: int, top: float = 0.1) -> list[Row]:
    return [
        row
        for n in range(count)
        for row in (
            Row(f"{number + n}.", 0.12, top + n / 45),
            Row("Nguyễn Văn An, chuyên viên Văn phòng Sở Nội vụ tỉnh Bắc Giang", 0.5, top + n / 45),
        )
    ]


@pytest.mark.parametrize(
    "lost",
    [
        ("Số:", "Hà Nội"),
        ("CỘNG", "Độc"),
        ("CỘNG", "Độc", "Số:"),
        ("CỘNG", "Độc", "BỘ NỘI VỤ"),
        ("Số:", "Hà Nội", "Về việc", "Lịch sử"),
    ],
)
def test_two_cells_of_the_head_are_enough_where_the_text_opens_as_a_decision(lost: tuple[str, ...]) -> None:
    assert found(DECISION, without(OTHER, *lost)) == CUT


def test_a_decision_is_known_by_its_text_alone_behind_a_document_that_is_over() -> None:
    assert found(OVER, HEADLESS) == CUT
    assert found(DECISION, HEADLESS) == DOUBTED, "only one mark of the end was seen"
    assert found(ANNOUNCING, HEADLESS) == DOUBTED, "something was to come with it"


def test_a_letter_is_known_by_addressee_and_subject_behind_a_document_that_is_over() -> None:
    assert found(OVER, without(LETTER, *HEAD_ROWS)) == CUT
    assert found(OVER, without(LETTER, *HEAD_ROWS, "V/v")) == DOUBTED


def test_a_certificate_with_a_part_of_its_head_and_its_signature_begins_behind_a_document_that_is_over() -> None:
    certificate = at(without(CERTIFICATE, "CỘNG", "Độc"), LANDSCAPE)
    assert found(OVER, certificate) == CUT
    assert found(DECISION, certificate) == DOUBTED


def test_the_back_of_a_certificate_is_neither_cut_off_nor_surely_its_own() -> None:
    assert found(at(CERTIFICATE, LANDSCAPE), at(SHORT_TEXT, LANDSCAPE), OTHER) == [(1, 2, False), (3, 3, True)]


def test_a_plan_behind_a_document_that_is_over_has_no_opening_of_its_own() -> None:
    plan = [*without(OTHER, "Số:", "Hà Nội", "QUYẾT ĐỊNH", "Căn cứ", "Điều 1"), Row("KẾ HOẠCH", MIDDLE, 0.15)]
    assert found(OVER, plan) == DOUBTED


def test_a_form_that_comes_with_a_decision_is_no_first_page() -> None:
    form = instead(instead(OTHER_OPENING, "Số:", "Số: ………/QĐ-BNV"), "Hà Nội", "Hà Nội, ngày … tháng … năm ……")
    assert found(ANNOUNCING, form) == DOUBTED
    assert [one.sure for one in find_boundaries([at(ANNOUNCING), replace(at(form), by_pen=True)])] == [True, True], (
        "a pen has filled it in"
    )


def test_a_form_whose_head_was_lost_is_known_by_its_gaps() -> None:
    gaps = [Row(f"Căn cứ ………………… ngày … tháng … năm {n};", MIDDLE, 0.4 + n / 50) for n in range(4)]
    form = [*without(OTHER_OPENING, "Số:", "Hà Nội"), *gaps]
    assert found(ANNOUNCING, form) == DOUBTED
    assert found(ANNOUNCING, without(OTHER_OPENING, "Số:", "Hà Nội")) == CUT


def test_a_copy_that_a_letter_encloses_is_left_to_a_person_where_its_number_is_unread() -> None:
    letter = [*LETTER, Row("Gửi kèm theo Quyết định số 77/QĐ-BNV để thực hiện.", MIDDLE, 0.4), FILED]
    unread = without(OTHER_OPENING, "Số:")
    assert found(letter, unread) == DOUBTED
    assert found([*LETTER, FILED], unread) == CUT
    amending = [*OVER, Row("Sửa đổi Điều lệ ban hành kèm theo Quyết định số 77/QĐ-BNV.", MIDDLE, 0.4)]
    assert found(amending, unread) == CUT, "nothing is sent along"


def test_a_head_quoted_on_a_page_with_a_later_number_is_left_to_a_person() -> None:
    quoted = [Row("2", MIDDLE, 0.04), *without(OTHER_OPENING, "Số:")]
    assert found(UNSIGNED, quoted) == DOUBTED


def test_an_annex_with_letterhead_and_number_of_its_own_is_left_to_a_person() -> None:
    plan = [*instead(OTHER, "Số:", "Số: 12/KH-BNV"), Row("(Kèm theo Quyết định số 1368/QĐ-BNV)", MIDDLE, 0.21)]
    assert found(DECISION, plan) == DOUBTED


def test_a_number_that_only_a_closer_look_read_is_a_part_of_the_head() -> None:
    page = at(without(LETTER, "Số:", "BỘ NỘI VỤ", "Kính gửi", "V/v"))
    seen = replace(page, looks={"number": [words_of([Row("Số: 77/BNV-TCPCP", LEFT, 0.11)])]})
    assert [one.sure for one in find_boundaries([at(DECISION), page])] == [False, False]
    assert [one.sure for one in find_boundaries([at(DECISION), seen])] == [
        True,
        True,
    ]


def test_a_number_cited_in_a_closer_look_is_no_part_of_the_head() -> None:
    page = at(without(LETTER, "Số:", "BỘ NỘI VỤ", "Kính gửi", "V/v"))
    seen = replace(page, looks={"number": [words_of([Row("theo Quyết định số 77/QĐ-BNV", LEFT, 0.11)])]})
    assert [one.sure for one in find_boundaries([at(DECISION), seen])] == [
        False,
        False,
    ]


def test_grounds_run_on_over_the_end_of_a_page_to_what_they_decide() -> None:
    grounds = [
        Row(f"Căn cứ Nghị định số {n}/2017/NĐ-CP của Chính phủ về nội dung này;", 0.45, 0.2 + n / 50) for n in range(36)
    ]
    first = [*without(DECISION, "Căn cứ", "QUYẾT ĐỊNH:", "Điều", "KT.", "THỨ", "Nguyễn"), *grounds]
    second = [Row("Căn cứ Luật Lưu trữ ngày 11 tháng 11 năm 2011;", 0.4, 0.09), *LAST_PAGE[1:]]
    second += [Row("QUYẾT ĐỊNH:", MIDDLE, 0.12), Row("Điều 1. Cho phép thành lập Hội.", 0.3, 0.15)]
    assert found(first, second, OTHER) == [(1, 2, True), (3, 3, True)]
    assert found(UNSIGNED, second) == DOUBTED, "its document has decided already"


def test_a_page_whose_print_starts_low_may_have_lost_a_head() -> None:
    low = [row for row in TEXT if row.top > 0.25]
    assert found(UNSIGNED, low) == [(1, 2, False)]
    assert found(UNSIGNED, [Row("2", MIDDLE, 0.04), *low]) == [(1, 2, True)], "its own number says which page it is"


def test_articles_that_begin_anew_are_not_the_next_ones() -> None:
    unsigned = [*UNSIGNED, Row("Điều 2. Hiệu lực", 0.2, 0.9)]
    assert found(unsigned, [Row("Điều 3. Thi hành", 0.2, 0.09), *TEXT]) == [(1, 2, True)]
    assert found(unsigned, [Row("Điều 1. Tên gọi", 0.2, 0.09), *TEXT]) == [(1, 2, False)]


def test_rows_of_an_annex_are_counted_on_to_its_next_page() -> None:
    annex = [*ANNEX[:3], *rows_from(1, 30, 0.2)]
    assert found(DECISION, annex, rows_from(31, 9), OTHER) == [(1, 3, True), (4, 4, True)]
    assert found(DECISION, annex, rows_from(5, 9), OTHER) == [(1, 3, False), (4, 4, True)]


def test_a_last_number_that_was_misread_does_not_break_the_count() -> None:
    annex = [*ANNEX[:3], *rows_from(1, 30, 0.2), Row("91.", 0.12, 0.88)]
    assert found(DECISION, annex, rows_from(31, 9)) == [(1, 3, True)]


def test_a_sheet_turned_round_does_not_surely_go_on_with_text() -> None:
    assert found(UNSIGNED, at(TEXT, LANDSCAPE)) == [(1, 2, False)]


def test_a_page_behind_an_unread_one_is_not_surely_of_the_same_document() -> None:
    assert found(UNREAD, LAST_PAGE) == [(1, 2, False)]


def test_a_signature_block_at_the_very_top_of_its_page_ends_the_text_before() -> None:
    block = [Row("Nơi nhận:", 0.2, 0.1), Row("TL. BỘ TRƯỞNG", RIGHT, 0.1), Row("- Lưu: VT (4b).", 0.2, 0.14)]
    short = without(DECISION, "KT.", "THỨ", "Nguyễn")
    assert found(short, block, OTHER) == [(1, 2, True), (3, 3, True)]
    assert found(OVER, block) == [(1, 2, False)]


def test_a_full_page_with_a_signature_is_no_overhang_of_a_half_empty_one() -> None:
    short = without(DECISION, "KT.", "THỨ", "Nguyễn")
    page = [
        Row("Ông Nguyễn Văn An, chuyên viên", MIDDLE, 0.1),
        Row("Nơi nhận:", 0.2, 0.6),
        Row("BỘ TRƯỞNG", RIGHT, 0.6),
    ]
    assert found(short, page) == [(1, 2, False)]


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Văn An kèm theo hồ sơ về việc công nhận ngày 12",
        "kèm theo Tờ trình số 45/TTr-TCPCP ngày 12 tháng 4 năm 2019;",
    ],
)
def test_a_sentence_that_breaks_before_kem_theo_is_no_annex_note(text: str) -> None:
    assert found(DECISION, [*OTHER, Row(text, MIDDLE, 0.26)]) == CUT


BY_NUMBER = without(DECISION, "Hà Nội")
BY_TYPE = without(DECISION, "Số:", "Hà Nội")
BY_MONTH = [*BY_TYPE, Row("Hà Nội, ngày ỷ) tháng 12 năm 2021", RIGHT, 0.11)]
BY_OTHER_MONTH = [*BY_TYPE, Row("Hà Nội, ngày ỷ) tháng 7 năm 2020", RIGHT, 0.11)]


@pytest.mark.parametrize(
    ("first", "note", "sure"),
    [
        (DECISION, "Quyết định số 1374/QĐ-BNV ngày 31 tháng 12 năm 2021", False),
        (BY_NUMBER, "Quyết định số 1868/QĐ-BNV", True),
        (BY_NUMBER, "Quyết định số 412/QĐ-BNV", False),
        (BY_NUMBER, "Quyết định số 1368/QĐ-BTP", False),
        (BY_MONTH, "Quyết định số 12/QĐ-BNV ngày 31 tháng 12 năm 2021", True),
        (BY_OTHER_MONTH, "Quyết định số 12/QĐ-BNV ngày 31 tháng 12 năm 2021", False),
        ([*BY_TYPE, ANNOUNCED], "Quyết định số 12/QĐ-BNV ngày 31 tháng 12 năm 2021", True),
        ([*BY_TYPE, ANNOUNCED], "Giấy phép số 12/GP-BNV ngày 31 tháng 12 năm 2021", False),
        (BY_TYPE, "Quyết định số 12/QĐ-BNV ngày 31 tháng 12 năm 2021", False),
    ],
)
def test_an_annex_belongs_where_all_that_was_read_of_the_head_agrees(
    first: Sequence[Row], note: str, sure: bool
) -> None:
    annex = instead(ANNEX, "(Kèm", f"(Kèm theo {note} của Bộ trưởng)")
    assert found(first, annex) == [(1, 2, sure)]


def looked_at(rows: Sequence[Row], *numbers: str) -> StackPage:
    """A page, and what closer looks read of its number line."""
    return replace(at(rows), looks={"number": [words_of([Row(number, LEFT, 0.11)]) for number in numbers]})


def test_an_annex_belongs_to_the_number_that_a_closer_look_read() -> None:
    unread = instead(BY_NUMBER, "Số:", "Số: ?#/QĐ-BNV")
    annex = instead(ANNEX, "(Kèm", "(Kèm theo Quyết định số 1368/QĐ-BNV của Bộ trưởng)")
    assert found(unread, annex) == [(1, 2, False)]
    assert found(looked_at(unread, "Số: I1368/QĐ-BNV"), annex) == [(1, 2, True)]
    assert found(looked_at(unread, "Số: 1397/QĐ-BNV"), annex) == [(1, 2, False)]


def test_what_the_looks_agree_on_contradicts_an_annex_and_what_they_dispute_does_not() -> None:
    """Its day was not read, but its month is that of the annex."""
    annex = instead(ANNEX, "(Kèm", "(Kèm theo Quyết định số 12/QĐ-BNV ngày 31 tháng 12 năm 2021 của Bộ trưởng)")
    first = [*BY_MONTH, Row("Số: 415/QĐ-BNV", LEFT, 0.13)]
    assert found(looked_at(first, "Số: 415/QĐ-BNV"), annex) == [(1, 2, False)]
    assert found(looked_at(first, "Số: 3/QĐ-BNV", "Số: 71/QĐ-BNV"), annex) == [(1, 2, True)]


@pytest.mark.parametrize(
    ("note", "sure"),
    [
        ("Quyết định số I368/QĐ-BNV ngày 3I tháng T2 năm 2021", True),
        ("Quyết định số 1368⁄QĐ-BNV", True),
        ("Quyết định số 1398/QĐ-BNV", False),
        ("Quyết định số 1363/QĐ-BNV ngày 31 tháng 12 năm 2021", True),  # misread: the figures are of like shape
        ("Quyết định số 1364/QĐ-BNV ngày 31 tháng 12 năm 2021", False),
        ("Quyết định số 1368/QĐ-BTNV ngày 30 tháng 12 năm 2021", False),
        ("Giấy phép số 12/GP-BNV ngày 02 tháng 5 năm 2019", False),
    ],
)
def test_letters_in_an_annex_s_note_are_the_figures_that_they_stand_for(note: str, sure: bool) -> None:
    annex = instead(ANNEX, "(Kèm", f"(Kèm theo {note} của Bộ trưởng)")
    assert found(DECISION, annex) == [(1, 2, sure)]


@pytest.mark.parametrize(
    ("title", "note", "sure"),
    [
        ("Hội Khoa học Lịch sử Việt Nam", "Quyết định số 12/QĐ-BNV ngày 31 tháng 12 năm 2021", True),
        ("Hội Nuôi ong tỉnh Tây Ninh", "Quyết định số 12/QĐ-BNV ngày 31 tháng 12 năm 2021", False),
        ("Hội Khoa học Lịch sử Việt Nam", "Giấy phép số 12/GP-BNV ngày 31 tháng 12 năm 2021", False),
        ("Việt Nam", "Quyết định số 12/QĐ-BNV ngày 31 tháng 12 năm 2021", False),
    ],
)
def test_an_annex_about_what_a_decision_without_number_and_date_is_about_belongs_to_it(
    title: str, note: str, sure: bool
) -> None:
    annex = instead(instead(ANNEX, "(Kèm", f"(Kèm theo {note} của Bộ trưởng)"), "Cá nhân", title)
    assert found(BY_TYPE, annex) == [(1, 2, sure)]


def test_a_charter_of_the_same_name_outweighs_a_misread_figure_of_the_day_but_no_other_number() -> None:
    note = "(Phê duyệt kèm theo Quyết định số {} ngày 31 tháng 12 năm 2024 của Bộ trưởng)"
    charter = instead(instead(ANNEX, "DANH SÁCH", "ĐIỀU LỆ"), "Cá nhân", "Hội Khoa học Lịch sử Việt Nam")
    of_2021 = instead(charter, "(Kèm", note.format("12/QĐ-BNV").replace("2024", "2027"))
    assert found(without(DECISION, "Số:"), of_2021) == [(1, 2, True)], "one was read as seven"
    assert found(DECISION, of_2021) == [(1, 2, False)]
    assert found(without(DECISION, "Số:"), instead(charter, "(Kèm", note.format("12/QĐ-BNV"))) == [(1, 2, False)]


def test_an_annex_whose_decision_lies_elsewhere_in_the_file_is_left_to_a_person() -> None:
    """The numbers are so near that one may be the other misread, but the right one is there."""
    nearly = instead(DECISION, "Số:", "Số: 1868/QĐ-BNV")
    assert found(nearly, ANNEX, OTHER) == [(1, 2, True), (3, 3, True)]
    assert found(nearly, ANNEX, OTHER, DECISION) == [(1, 2, False), (3, 3, True), (4, 4, True)]
    assert found(DECISION, OTHER, nearly, ANNEX) == [(1, 1, True), (2, 2, True), (3, 4, False)]


def test_a_speck_read_as_a_page_number_does_not_contradict_a_whole_head_if_it_cannot_follow() -> None:
    speck = Row("5", MIDDLE, 0.05)
    assert found(DECISION, [speck, *OTHER]) == CUT
    assert found(DECISION, [speck, *without(OTHER, "Số:")]) == DOUBTED


DOCUMENTS: tuple[tuple[StackPage, ...], ...] = (
    (at(OVER),),
    (at([*OTHER_OPENING, FILED]),),
    (at([*LETTER, FILED]),),
    (at(ANNOUNCING), at(ANNEX)),
    (at(UNSIGNED), at([*LAST_PAGE, Row("- Lưu: VT.", 0.2, 0.3)])),
    (at(CERTIFICATE, LANDSCAPE),),
)
LOST = st.tuples(st.sampled_from(DOCUMENTS), st.sets(st.integers(0, 8)))


def without_lines(page: StackPage, lost: set[int]) -> StackPage:
    """A page of which some of the upper lines were not read."""
    return replace(page, words=[word for word in page.words if word.line not in lost or word.top > 0.24])


@settings(max_examples=150)
@given(st.lists(LOST, min_size=2, max_size=5))
@example([(DOCUMENTS[4], set()), (DOCUMENTS[2], set(range(9))), (DOCUMENTS[0], set(range(9)))])
def test_whatever_is_lost_of_heads_no_document_is_surely_a_wrong_one(
    stack: list[tuple[tuple[StackPage, ...], set[int]]],
) -> None:
    pages: list[StackPage] = []
    true = set()
    for document, lost in stack:
        true.add((len(pages) + 1, len(pages) + len(document)))
        pages += [without_lines(document[0], lost), *document[1:]]
    assert {(one.first, one.last) for one in find_boundaries(pages) if one.sure} <= true


NAMES = ("Nguyễn Văn An", "chuyên viên", "Sở Nội vụ tỉnh Bắc Giang")
FULL_ANNEX = [*ANNEX[:3], *rows_from(1, 34, 0.2)]


def table(*, n_rows: int = 20, top: float = 0.1) -> list[Row]:
    """Rows of three cells whose numbers were not read."""
    return [
        Row(cell, centre, top + n / 40)
        for n in range(n_rows)
        for cell, centre in zip(NAMES, (0.25, 0.5, 0.78), strict=True)
    ]


def test_a_list_s_later_rows_go_on_with_the_annex_however_many_numbers_were_lost_in_between() -> None:
    assert found(DECISION, FULL_ANNEX, rows_from(41, 9), OTHER) == [(1, 3, True), (4, 4, True)]
    assert found(DECISION, FULL_ANNEX, rows_from(2, 9), OTHER) == [(1, 3, False), (4, 4, True)]
    assert found(DECISION, [*ANNEX[:3], *rows_from(1, 5, 0.2)], rows_from(41, 9)) == [(1, 3, False)], "it was not full"


def test_a_table_without_numbers_goes_on_with_an_annex_that_fills_its_page() -> None:
    assert found(DECISION, FULL_ANNEX, table(), OTHER) == [(1, 3, True), (4, 4, True)]
    assert found(DECISION, FULL_ANNEX, [row for row in table() if row.centre < 0.7], OTHER)[0] == (1, 3, False)


def test_a_row_of_cells_alone_on_its_page_is_the_last_one_of_the_annex_before() -> None:
    row = [Row("Phó Giám đốc", 0.5, 0.1), Row("Sở Nội vụ tỉnh Lâm Đồng", 0.78, 0.1)]
    assert found(DECISION, FULL_ANNEX, row, OTHER) == [(1, 3, True), (4, 4, True)]
    assert found(DECISION, FULL_ANNEX, [Row("Phó Giám đốc | Sở Nội vụ", 0.5, 0.1)], OTHER)[0] == (1, 3, True)
    assert found(DECISION, FULL_ANNEX, [*row, Row("Nguyễn Văn An", 0.5, 0.5)], OTHER)[0] == (1, 3, False)
    assert found(DECISION, [*ANNEX[:3], *rows_from(1, 5, 0.2)], row)[0] == (1, 3, False), "there was room for it"
    head = [Row("HỘI ĐỒNG NGHIỆM THU", LEFT, 0.1), Row("ĐỀ TÀI CẤP TỈNH", RIGHT, 0.1)]
    assert found(DECISION, FULL_ANNEX, head)[0] == (1, 3, False)


def test_the_last_words_of_a_text_go_on_with_the_annex_before() -> None:
    assert found(DECISION, FULL_ANNEX, [Row("khai trừ.", 0.2, 0.1)], OTHER) == [(1, 3, True), (4, 4, True)]
    assert found(DECISION, FULL_ANNEX, [Row("Khai trừ.", 0.2, 0.1)], OTHER)[0] == (1, 3, False)


def test_articles_in_order_outweigh_a_page_number_that_was_misread() -> None:
    unsigned = [*UNSIGNED, Row("Điều 2. Hiệu lực", 0.2, 0.9)]
    last = [Row("220", MIDDLE, 0.04), Row("Điều 3. Thi hành", 0.2, 0.09), *LAST_PAGE[1:]]
    assert found(unsigned, last, OTHER) == [(1, 2, True), (3, 3, True)]
    assert found(unsigned, [row for row in last if "Điều" not in row.text], OTHER)[0] == (1, 2, False)
