"""Stacks with separator sheets: what the sheets say, and what is done when they are wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.pages.separators import Separator, payload
from sohoa.reading.boundaries import UNCERTAIN, StackPage
from sohoa.reading.stacks import FOREIGN, MISMATCH, divide

from .test_boundaries import ANNEX, BLANK, DECISION, LAST_PAGE, LETTER, OTHER, SHORT_TEXT, TEXT, UNREAD, at
from .typesetting import MIDDLE, Row, words_of

UNIT, BATCH = "G09.01", "lô 1"
PRINTED = words_of([Row("TỜ PHÂN CÁCH", MIDDLE, 0.4), Row("Đơn vị: G09.01", MIDDLE, 0.5)])
A, B, ANNEXED = at(DECISION), at(OTHER), at(ANNEX)


def sheet(pages: int | None = None, number: int = 1, unit: str = UNIT, batch: str = BATCH) -> StackPage:
    return StackPage(PRINTED, barcodes=(payload(Separator(unit, batch, pages, number)),))


def divided(*pages: StackPage, batch: str = BATCH) -> list[tuple[int, int, object]]:
    """First page, last page, and `sheet` or the reasons."""
    return [(one.first, one.last, "sheet" if one.separator else one.reasons) for one in divide(pages, UNIT, batch)]


def test_the_page_after_a_sheet_begins_a_document_whatever_it_looks_like() -> None:
    plain = at(SHORT_TEXT)
    assert divided(sheet(1), A, sheet(2, 2), plain, plain) == [
        (1, 1, "sheet"),
        (2, 2, ()),
        (3, 3, "sheet"),
        (4, 5, ()),
    ]


def test_pages_before_the_first_sheet_are_divided_by_their_looks() -> None:
    assert divided(A, B, sheet(), A) == [(1, 1, ()), (2, 2, ()), (3, 3, "sheet"), (4, 4, ())]


def test_a_sheet_that_counts_right_holds_an_attached_copy_with_its_letter() -> None:
    assert divided(sheet(2), at(LETTER), B) == [(1, 1, "sheet"), (2, 3, ())]


def test_blank_backs_are_counted_or_not() -> None:
    assert divided(sheet(2), A, BLANK, ANNEXED, BLANK) == [(1, 1, "sheet"), (2, 5, ())]
    assert divided(sheet(4), A, BLANK, ANNEXED, BLANK) == [(1, 1, "sheet"), (2, 5, ())]


@pytest.mark.parametrize("pages", [1, 3])
def test_another_count_than_the_sheet_s_is_left_to_a_person(pages: int) -> None:
    assert divided(sheet(pages), A, ANNEXED, sheet(1, 2), B)[1] == (2, 3, (MISMATCH,))


def test_a_forgotten_sheet_shows_in_count_and_head() -> None:
    doubts = (UNCERTAIN, MISMATCH)
    assert divided(sheet(1), A, B) == [(1, 1, "sheet"), (2, 2, doubts), (3, 3, doubts)]
    assert divided(sheet(), A, B) == [(1, 1, "sheet"), (2, 2, (UNCERTAIN,)), (3, 3, (UNCERTAIN,))]


def test_a_sheet_vouches_for_a_page_that_no_layout_explains() -> None:
    assert divided(sheet(), A, at(LAST_PAGE)) == [(1, 1, "sheet"), (2, 3, ())]


def test_a_blank_page_behind_a_sheet_is_its_back() -> None:
    assert divided(A, sheet(1), BLANK, B, BLANK) == [(1, 1, ()), (2, 3, "sheet"), (4, 5, ())]


def test_two_sheets_in_a_row_make_no_empty_document() -> None:
    assert divided(A, sheet(number=1), sheet(number=2), B) == [
        (1, 1, ()),
        (2, 2, "sheet"),
        (3, 3, "sheet"),
        (4, 4, ()),
    ]


def test_a_document_that_a_sheet_announced_and_is_not_there_is_asked_for() -> None:
    assert divided(sheet(2, 1), sheet(1, 2), B)[-1] == (3, 3, (MISMATCH,))
    assert divided(A, sheet(2)) == [(1, 1, (MISMATCH,)), (2, 2, "sheet")]


def test_the_same_sheet_scanned_twice_announces_one_document() -> None:
    assert divided(sheet(1), sheet(1), A) == [(1, 1, "sheet"), (2, 2, "sheet"), (3, 3, ())]


def test_a_last_sheet_that_announces_nothing_is_no_fault() -> None:
    assert divided(sheet(), A, sheet()) == [(1, 1, "sheet"), (2, 2, ()), (3, 3, "sheet")]


def test_nothing_but_sheets_is_no_document() -> None:
    assert divided(sheet(1), BLANK) == [(1, 2, "sheet")]


@pytest.mark.parametrize(("unit", "batch"), [("G09.02", BATCH), (UNIT, "lô 2")])
def test_a_sheet_of_another_unit_or_batch_is_told(unit: str, batch: str) -> None:
    assert divided(sheet(1, unit=unit, batch=batch), A)[1] == (2, 2, (FOREIGN,))


def test_loose_files_have_no_batch_name_to_compare() -> None:
    assert divided(sheet(1, batch="lô 2"), A, batch="")[1] == (2, 2, ())


def test_a_document_that_carries_the_code_of_a_sheet_stays_a_document() -> None:
    """Else whoever prints such a code on a page could make it vanish."""
    code = sheet().barcodes
    assert divided(A, replace(B, barcodes=code)) == [(1, 1, ()), (2, 2, ())]
    long_text = StackPage(at(TEXT).words, barcodes=code)
    assert not any(one.separator for one in divide([A, long_text], UNIT, BATCH))


def test_a_garbled_or_contradicting_code_is_no_sheet() -> None:
    good = sheet(1).barcodes[0]
    for codes in ([good.replace("pages=1", "pages=2")], [good, sheet(2).barcodes[0]]):
        assert not any(one.separator for one in divide([A, replace(sheet(), barcodes=codes), B], UNIT, BATCH))


def test_a_sheet_that_the_ocr_could_not_read_is_known_by_its_code() -> None:
    assert divided(replace(sheet(1), words=(), unreadable=True), A)[0] == (1, 1, "sheet")


KINDS = (A, B, ANNEXED, at(LETTER), at(LAST_PAGE), BLANK, UNREAD, sheet(), sheet(1), sheet(2, 2), sheet(1, unit="X"))


@given(st.lists(st.sampled_from(KINDS), max_size=9))
def test_every_page_is_in_exactly_one_segment(pages: list[StackPage]) -> None:
    segments = divide(pages, UNIT, BATCH)
    assert [n for one in segments for n in range(one.first, one.last + 1)] == list(range(1, len(pages) + 1))
    for one in segments:
        if one.separator:
            assert all(page.barcodes or page.blank for page in pages[one.first - 1 : one.last])
