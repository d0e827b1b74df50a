"""Where digits are filled in, between printed words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.ocr import Word
from sohoa.reading.lines import Line
from sohoa.reading.slots import date_slots, from_slash_on, number_slot

LETTER = 0.01


def line_of(text: str) -> Line:
    """A line whose letters are all `LETTER` wide."""
    words, left = [], 0.1
    for part in text.split():
        words.append(Word(part, 0.9, left, 0.1, left + len(part) * LETTER, 0.112, 0, 0))
        left += (len(part) + 1) * LETTER
    return Line(tuple(words))


def place_of(text: str, part: str) -> float:
    """The middle of a part of a text set by `line_of`."""
    return 0.1 + (text.index(part) + len(part) / 2) * LETTER


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("Số: 827 /QĐ-BNV", "827"),
        ("Số: 827/QĐ-BNV", "827"),
        ("Số: 3085/BNV-CCVC", "3085"),
        ("Số: 30/2020/NĐ-CP", "30"),
        ("số: É “5 /QĐ-BNV", "É “5"),
        ("Số: | ổ2../QĐ-VTLTNN", "| ổ2.."),
        ("Số: UC)⁄/GCN-VTLTNN", "UC)⁄"),
        ("Số: 76QĐ-BNV", "76"),
        ("So 12 /QD-BNV", "12"),
        ("Số: 1142/VTL", "1142"),
        ("— ố:862/QĐ-BNV", "862"),
        ("8ố: 368/QĐ-BNV", "368"),
    ],
)
def test_a_number_stands_between_label_and_slash(text: str, digits: str) -> None:
    slot = number_slot(line_of(text))
    assert slot is not None
    assert slot[0] < place_of(text, digits) < slot[1]
    symbol = text[text.rindex(digits) + len(digits) :].strip(" /").split("/")[-1]
    assert slot[1] < place_of(text, symbol)
    assert slot[0] > 0.1, "the label is no part of it"


@pytest.mark.parametrize("text", ["Số: 2651", "ĐẾN Số: 2651", "BỘ NỘI VỤ", ""])
def test_without_a_symbol_there_is_no_telling_where_a_number_ends(text: str) -> None:
    assert number_slot(line_of(text)) is None if text else from_slash_on(text) == ""


def test_a_gap_left_empty_is_a_slot_too() -> None:
    slot = number_slot(Line((*line_of("Số:").words, Word("/QĐ-BNV", 0.9, 0.2, 0.1, 0.27, 0.112, 0, 0))))
    assert slot is not None
    assert slot == pytest.approx((0.13, 0.2), abs=0.002)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hà Nội, ngày 03 tháng 8 năm 2020", ("03", "8 n", "2020")),
        ("Hà Nội, ngày +‡ tháng 02 năm 2019", ("+‡", "02", "2019")),
        ("Ha N6i, ngay O2 thang 7 nam 2020", ("O2", "7", "2020")),
        ("Hà Nội, ngàu 05 thúng 7 nuĂm 2020", ("05", "7", "2020")),
    ],
)
def test_day_month_and_year_stand_behind_their_words(text: str, parts: tuple[str, str, str]) -> None:
    slots = date_slots(line_of(text))
    assert list(slots) == ["day", "month", "year"]
    for (left, right), part in zip(slots.values(), parts, strict=True):
        assert left < place_of(text, part.split()[0] if part != "8 n" else "8") < right


def test_the_gap_for_the_day_does_not_begin_with_the_place() -> None:
    line = line_of("Na Hang, ngàu 05 tháng 7 năm 2020")
    assert date_slots(line)["day"][0] > place_of("Na Hang, ngàu 05 tháng 7 năm 2020", "Hang")


@pytest.mark.parametrize("text", ["Hà Nội, ngày 03", "tháng 8 năm 2020", "Số: 12/QĐ-BNV"])
def test_a_line_that_lacks_a_word_has_no_date_slots(text: str) -> None:
    assert date_slots(line_of(text)) == {}


@given(st.text("Số: /QĐ-BNVngàythángnăm0123456789.|\\⁄ ", min_size=1, max_size=40))
def test_slots_lie_within_their_line_in_order(text: str) -> None:
    line = line_of(text)
    if not line.words:
        return
    slot = number_slot(line)
    edges = [edge for span in ([slot] if slot else []) for edge in span]
    dates = [edge for span in date_slots(line).values() for edge in span]
    for found in (edges, dates):
        assert found == sorted(found)
        assert all(line.left - 1e-9 <= edge <= line.right + 1e-9 for edge in found)
    tail = from_slash_on(line.text)
    assert tail == "" or (tail[0] == "/" and tail[1:] in line.text)
