"""By what a document is known: all that figures in its number and date can stand for, and when two can be one."""

from __future__ import annotations

import datetime as dt

import pytest

from sohoa.reading.identity import NOTHING, Identity, Match, codes_in, identity_of, match_codes, match_dates

DAY = "ngày 07 tháng 11 năm 2019"


def codes(own: Identity, cited: str, *, by_pen: bool = False, same_day: bool = False) -> Match:
    return match_codes(own, identity_of([cited], []), by_pen=by_pen, same_day=same_day)


def head(*numbers: str) -> Identity:
    return identity_of([f"Số: {number}" for number in numbers], [])


def dates(own: str, cited: str, *, by_pen: bool = False) -> Match:
    return match_dates(identity_of([], [own]), identity_of([], [cited]), by_pen=by_pen)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Số: 1192/QĐ-BNV", "1192/QĐ-BNV"),
        ("Số:I192/QĐ-BNV", "1192/QĐ-BNV"),
        ("Số: I1192/QĐ-BNV", "1192/QĐ-BNV"),  # a speck before it
        ("Quyết định số I 14/QĐ-BNV ngày", "114/QĐ-BNV"),
        ("theo Quyết định số45/QP-BNV", "45/QĐ-BNV"),
        ("Quyết định số 04⁄QĐ-TGCP ngày", "4/QĐ-TGCP"),
        ("S6:1192/QD-BNV", "1192/QĐ-BNV"),
    ],
)
def test_figures_are_read_as_all_that_they_can_stand_for(text: str, code: str) -> None:
    assert code in codes_in(text)


@pytest.mark.parametrize("text", ["Số: /QĐ-BNV", "Số: 00/QĐ-BNV", "Hà Nội 12/5/2019", "Nội/QĐ-BNV"])
def test_where_no_number_stands_before_a_symbol_there_is_no_code(text: str) -> None:
    assert codes_in(text) == set()


@pytest.mark.parametrize("text", [DAY, "ngày 07 tháng II năm 2019", "ngày 7 tháng TÌ năm 2019", "ngày 07/11/2019"])
def test_a_day_is_known_by_what_its_figures_are_taken_for(text: str) -> None:
    assert dt.date(2019, 11, 7) in identity_of([], [text]).days


@pytest.mark.parametrize("text", ["ngày Ê tháng 11 năm 2019", "tháng 11 năm 2019", "ngày 31 tháng 11 năm 2019"])
def test_month_and_year_are_known_where_the_day_is_not(text: str) -> None:
    found = identity_of([], [text])
    assert (found.days, found.months) == (frozenset(), {(2019, 11)})


@pytest.mark.parametrize(
    ("cited", "match"),
    [
        ("1192/QĐ-BNV", Match.SAME),
        ("1792/QĐ-BNV", Match.NEAR),  # a digit of like shape
        ("1198/QĐ-BNV", Match.OTHER),  # two and eight are not taken for each other
        ("192/QĐ-BNV", Match.NEAR),
        ("92/QĐ-BNV", Match.OTHER),
        ("119/QĐ-BNV", Match.OTHER),
        ("1192/QĐ-BNVV", Match.NEAR),
        ("1192/QĐ-BTP", Match.OTHER),
        ("gì đó", Match.OPEN),
    ],
)
def test_a_number_that_was_read_is_the_one_cited_but_for_one_misread_character(cited: str, match: Match) -> None:
    assert codes(head("1192/QĐ-BNV", "1192/QĐ-BNV"), cited) is match


def test_of_one_day_more_may_be_lost_of_a_number() -> None:
    own = head("1192/QĐ-BNV")
    assert codes(own, "92/QĐ-BNV", same_day=True) is Match.NEAR
    assert codes(own, "2/QĐ-BNV", same_day=True) is Match.OTHER
    assert codes(own, "1198/QĐ-BNV", same_day=True) is Match.OTHER


@pytest.mark.parametrize(
    ("own", "by_pen"), [(head("9/QĐ-BNV"), True), (head("9/QĐ-BNV", "71/QĐ-BNV"), False), (head("?#/QĐ-BNV"), False)]
)
def test_where_the_digits_are_no_evidence_the_symbol_is(own: Identity, by_pen: bool) -> None:
    """By pen, read anew at each look, or not read."""
    assert codes(own, "1192/QĐ-BNV", by_pen=by_pen) is Match.PARTLY
    assert codes(own, "1192/GP-BNV", by_pen=by_pen) is Match.OTHER


def test_what_was_made_of_the_strokes_of_a_pen_is_no_other_symbol() -> None:
    assert codes(identity_of(["số: ƒf#/FiQp-BNV"], []), "1188/QĐ-BNV") is Match.OPEN


def test_most_readings_tell_a_number_though_some_err() -> None:
    own = head("1192/QĐ-BNV", "1192/QĐ-BNV", "3/QĐ-BNV")
    assert own.is_numbered
    assert codes(own, "415/QĐ-BNV") is Match.OTHER

    in_dispute = head("7/QĐ-BNV", "70/QĐ-BNV")
    assert not in_dispute.is_numbered
    assert codes(in_dispute, "70/QĐ-BNV") is Match.SAME
    assert codes(in_dispute, "270/QĐ-BNV") is Match.PARTLY, "none of its readings is sure enough to be near another"


@pytest.mark.parametrize(
    ("cited", "match"),
    [
        (DAY, Match.SAME),
        ("ngày 07 tháng 11 năm 2014", Match.OTHER),
        ("ngày 01 tháng 11 năm 2019", Match.NEAR),
        ("ngày 08 tháng 12 năm 2019", Match.OTHER),
        ("ngày … tháng 11 năm 2019", Match.PARTLY),
        ("ngày … tháng 4 năm 2019", Match.OTHER),
        ("của Bộ trưởng", Match.OPEN),
    ],
)
def test_a_date_agrees_as_far_as_it_was_read(cited: str, match: Match) -> None:
    assert dates(DAY, cited) is match


def test_of_a_date_by_pen_only_month_and_year_speak_against() -> None:
    assert dates("ngày 23 tháng 11 năm 2019", DAY, by_pen=True) is Match.PARTLY
    assert dates("ngày 07 tháng 10 năm 2019", DAY, by_pen=True) is Match.OTHER


def test_what_was_not_read_of_a_document_is_taken_from_what_is_said_of_it() -> None:
    said = identity_of(["số 12/QĐ-BNV"], [DAY])
    assert NOTHING.with_missing(said) == said
    assert head("13/QĐ-BNV").with_missing(said).codes == {"13/QĐ-BNV"}
    assert head("13/QĐ-BNV").with_missing(said).days == said.days
    assert NOTHING.with_missing(NOTHING) == NOTHING
