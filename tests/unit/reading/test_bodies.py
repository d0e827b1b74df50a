"""What a page shows below its head: how its text opens, runs on and ends."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sohoa.reading.bodies import Body, body_of

from .typesetting import DECISION, LEFT, MIDDLE, PORTRAIT, RIGHT, Row, without, words_of

GROUND = Row("Căn cứ Luật Lưu trữ ngày 11 tháng 11 năm 2011;", 0.4, 0.3)
RESOLUTION = Row("QUYẾT ĐỊNH:", MIDDLE, 0.34)
ARTICLE = Row("Điều 1. Cho phép thành lập Hội.", 0.3, 0.38)


def body(*rows: Row) -> Body:
    return body_of(words_of(rows), PORTRAIT)


@pytest.mark.parametrize(
    ("rows", "decides"),
    [
        ((GROUND, RESOLUTION), True),
        ((GROUND, ARTICLE), True),
        ((RESOLUTION, ARTICLE), False),
        ((Row("QUYẾT ĐỊNH", MIDDLE, 0.15), GROUND), False),
        ((GROUND, Row("Quyết định:", MIDDLE, 0.34)), False),
        ((GROUND, Row("QUYẾT ĐỊNH:", 0.2, 0.34)), False),
    ],
)
def test_a_decision_opens_with_grounds_above_what_is_decided(rows: Sequence[Row], decides: bool) -> None:
    assert body(*rows).decides is decides


def test_a_letter_opens_with_whom_it_goes_to_and_what_it_is_about() -> None:
    to, about = Row("Kính gửi: Hội Nuôi ong Việt Nam", MIDDLE, 0.2), Row("V/v tổ chức Đại hội", LEFT, 0.13)
    assert body(about, to).opens_wholly
    assert body(to).opens
    assert not body(to).opens_wholly
    assert not body(Row("Kính gửi: Hội Nuôi ong Việt Nam", MIDDLE, 0.7)).opens, "a form printed in the text"


def test_the_type_is_read_from_its_own_line_or_from_what_is_decided() -> None:
    assert body_of(words_of(DECISION), PORTRAIT).kind == "QUYET DINH"
    assert body(GROUND, Row("CẤP GIẤY PHÉP:", MIDDLE, 0.34)).kind == "GIAY PHEP"
    assert body(Row("Kính gửi: Hội Nuôi ong Việt Nam", MIDDLE, 0.2)).kind == "CONG VAN"
    assert body(GROUND).kind is None


@pytest.mark.parametrize(
    ("line", "month"),
    [
        ("Hà Nội, ngày 31 tháng 12 năm 2021", (2021, 12)),
        ("Hà Nội, ngày © Ÿ. tháng 9 năm 2023", (2023, 9)),
        ("Hà Nội, ngày … tháng … năm 20…", None),
        ("Hà Nội, ngày 31 tháng năm 2021", None),
    ],
)
def test_month_and_year_stand_whatever_a_pen_wrote_for_the_day(line: str, month: tuple[int, int] | None) -> None:
    assert body(Row(line, RIGHT, 0.11)).month == month


def test_a_date_in_the_left_column_is_not_that_of_the_head() -> None:
    assert body(Row("ngày 31 tháng 12 năm 2021", 0.2, 0.11)).month is None


def test_rows_of_a_table_are_numbered_though_their_ones_are_read_as_letters() -> None:
    rows = (
        "9 | Trần Mỹ Linh",
        "I0 | Ngô Duy Tín",
        "1l | Hồ Văn Hải",
        "I2 |Lê Mỹ Hà",
        "II Tổ chức thực hiện",
        "L. Khác",
    )
    page = body(*(Row(row, 0.3, 0.2 + 0.05 * number) for number, row in enumerate(rows)))
    assert page.items == (9, 10, 11, 12)


def test_articles_and_rows_are_counted_on() -> None:
    before = Body(articles=(1, 2), items=(14, 15, 46))
    assert Body(articles=(3,)).counts_on(before)
    assert Body(articles=(4,)).counts_on(before), "one was not read"
    assert not Body(articles=(2,)).counts_on(before)
    assert Body(items=(17, 18)).counts_on(before), "46 was misread"
    assert not Body(items=(1, 2)).counts_on(before)
    assert not Body().counts_on(before)
    assert Body(articles=(1,)).counts_anew(before)
    assert not Body(items=(1,)).counts_anew(before)


def test_articles_named_in_a_sentence_are_none_of_the_page() -> None:
    assert body(Row("Điều 12 Nghị định số 45/2010/NĐ-CP của Chính phủ", 0.35, 0.3), ARTICLE).articles == (1,)


@pytest.mark.parametrize("ending", ["thi hành Quyết định này./.", "thi hành Quyết định này. /.", "thi hành./"])
def test_the_text_is_closed_by_its_own_sign(ending: str) -> None:
    assert body(Row(ending, MIDDLE, 0.5)).ends == {"text"}


def test_marks_of_the_end_stand_alone_and_at_the_left() -> None:
    block = (Row("Nơi nhận:", 0.2, 0.1), Row("- Lưu: VT, TCPCP.", 0.2, 0.14))
    assert body(*block).ends == {"recipients", "filed"}
    assert body(Row("Lưu trữ viên có trách nhiệm bảo quản", 0.4, 0.3)).ends == frozenset()
    assert body(Row("số 12/QĐ-BNV ngày 01/02/2019;", 0.4, 0.3)).ends == frozenset()


def test_full_is_a_page_that_text_takes_the_whole_width_of_down_to_its_margin() -> None:
    wide = [
        Row("chịu trách nhiệm thi hành các nội dung tại khoản này của Điều này và", MIDDLE, n / 50)
        for n in range(5, 46)
    ]
    assert body(*wide).full
    assert not body(*[row for row in wide if row.top < 0.7]).full
    assert not body(*[row for row in wide if row.top < 0.6], Row("Nguyễn Văn An", RIGHT, 0.9)).full
    assert not body(*[row for row in wide if row.top < 0.7], Row(wide[0].text, MIDDLE, 0.96)).full, "its footer"


def test_a_page_with_specks_above_its_print_starts_low() -> None:
    assert body(Row("Điều lệ Hội", MIDDLE, 0.3), Row("¡ | 7 -", 0.3, 0.05, confidence=0.2)).starts_low
    assert not body(Row("Điều lệ Hội", MIDDLE, 0.09)).starts_low


def test_dots_of_an_incoming_stamp_make_no_form() -> None:
    stamp = [
        Row(text, 0.2, 0.16 + n / 60) for n, text in enumerate(("Số: ........", "Ngày: ........", "Chuyển: ........"))
    ]
    assert not body_of(words_of([*without(DECISION, "BỘ NỘI"), *stamp]), PORTRAIT).unfilled
    assert body(*[Row("Họ và tên: ................", 0.4, 0.5 + n / 40) for n in range(3)]).unfilled
    assert body(Row("Số: ......./QĐ-BNV", LEFT, 0.11)).unfilled


def test_a_copy_that_is_sent_along_is_told_from_what_comes_with_the_page_itself() -> None:
    assert body(Row("gửi kèm theo bản sao Quyết định số 77/QĐ-BNV", 0.4, 0.4)).encloses
    assert not body(Row("Điều lệ ban hành kèm theo Quyết định này.", 0.4, 0.4)).encloses
    assert not body(Row("và hồ sơ kèm theo Tờ trình số 45/TTr-TCPCP", 0.4, 0.4)).encloses
