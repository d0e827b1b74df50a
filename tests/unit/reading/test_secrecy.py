from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.ocr import Word
from sohoa.reading.lines import lines_of
from sohoa.reading.secrecy import DOUBT, FRAME, MARK, TANGLE, Secrecy, flags_of, secrecy_of

from .typesetting import DECISION, LEFT, MIDDLE, PORTRAIT, RIGHT, Row, instead, words_of

NONE, DOUBTFUL, CERTAIN = Secrecy.NONE, Secrecy.DOUBTFUL, Secrecy.CERTAIN


def of_page(*rows: Row) -> Secrecy:
    return secrecy_of([lines_of(words_of(rows), PORTRAIT)])


def of_stamp(*texts: str, confidence: float = 0.9) -> Secrecy:
    words = [Word(text, confidence, 0.1, 0.1, 0.2, 0.13, 0, 0) for text in texts]
    return secrecy_of([lines_of(words_of(DECISION), PORTRAIT)], [[words]])


@pytest.mark.parametrize("mark", ["MẬT", "TỐI MẬT", "TUYỆT MẬT", "|MẬT|", "[ TỐI MẬT ]", "“TUYỆT MẬT”", "MAT"])
@pytest.mark.parametrize("place", [(LEFT, 0.135), (LEFT, 0.02), (0.8, 0.14), (0.15, 0.35)], ids=str)
def test_a_mark_that_stands_alone_counts_wherever_it_was_stamped(mark: str, place: tuple[float, float]) -> None:
    assert of_page(*DECISION, Row(mark, *place)) is CERTAIN


@pytest.mark.parametrize(
    "mark",
    ["TÓI MẬT", "TOI MAT", "TỐI MẠT", "TUYẾT MÂT", "TUYỆTMẬT", "TUYÊT MẬI", "| MẶT |", "[MÂT]", "TỎI MẤT", "IMẬTI |"],
)
def test_a_garbled_mark_in_the_head_that_is_clearly_one_counts(mark: str) -> None:
    assert of_page(*DECISION, Row(mark, LEFT, 0.135)) is CERTAIN


@pytest.mark.parametrize("line", ["Độ mật: MẬT", "ĐỘ MẬT: Tối mật", "Mức độ mật: TUYỆT MẬT"])
def test_a_mark_that_is_named_as_such_counts(line: str) -> None:
    assert of_page(*DECISION, Row(line, LEFT, 0.14)) is CERTAIN


def test_a_mark_pressed_behind_the_number_or_into_another_line_counts() -> None:
    assert of_page(*instead(DECISION, "Số:", "Số: 1368/QĐ-BNV MẬT")) is CERTAIN
    assert of_page(*DECISION, Row("| TỐI MẬT | Nơi nhận", LEFT, 0.4)) is CERTAIN


@pytest.mark.parametrize(
    "text",
    [
        "Luật Bảo vệ bí mật nhà nước ngày 15 tháng 11 năm 2018;",
        "LUẬT BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ TUYỆT MẬT, TỐI MẬT, MẬT",
        "Quy chế bảo mật",
        "QUY CHẾ BẢO MẬT THÔNG TIN",
        "tài liệu đóng dấu “MẬT” không được sao chụp",
        "Các mức độ MẬT và TỐI MẬT do người ký quyết định",
        "mật",
        "Mất",
        "mặt",
        "KHẨN",
        "THƯỢNG KHẨN",
        "HỎA TỐC",
        "| KHẨN |",
        "HỎA TỐC HẸN GIỜ",
        "SAO Y",
        "THU HỒI",
        "LƯU HÀNH NỘI BỘ",
    ],
)
@pytest.mark.parametrize("place", [(LEFT, 0.135), (MIDDLE, 0.26), (MIDDLE, 0.7)], ids=str)
def test_running_text_and_marks_of_urgency_are_no_marks_of_secrecy(text: str, place: tuple[float, float]) -> None:
    assert of_page(*DECISION, Row(text, *place)) is NONE


@pytest.mark.parametrize("above", ["BAN HÀNH QUY CHẾ BẢO VỆ BÍ", "TĂNG CƯỜNG CÔNG TÁC BẢO"])
def test_the_end_of_a_phrase_that_a_line_broke_is_no_mark(above: str) -> None:
    assert of_page(Row(above, MIDDLE, 0.2), Row("MẬT", MIDDLE, 0.22)) is NONE
    assert of_page(Row(above, MIDDLE, 0.2), Row("MẬT", 0.15, 0.22)) is CERTAIN


def test_a_later_page_counts_too() -> None:
    pages = [lines_of(words_of(rows), PORTRAIT) for rows in (DECISION, [Row("TỐI MẬT", RIGHT, 0.05)])]
    assert secrecy_of(pages) is CERTAIN


def test_a_lifted_mark_is_for_a_person_to_judge() -> None:
    assert of_page(*DECISION, Row("| GIẢI MẬT |", LEFT, 0.135)) is DOUBTFUL
    lifted = Row("GIẢI MẬT Từ: 01/02/2023", 0.7, 0.2)
    assert of_page(*DECISION, Row("MẬT", LEFT, 0.135), lifted) is DOUBTFUL
    assert of_page(*DECISION, Row("Điều 22. Giải mật", MIDDLE, 0.7)) is NONE


@pytest.mark.parametrize(
    "texts",
    [("MẤT",), (FRAME, "_MẮẤT"), ("TÕI", "MÂT"), ("'", "TUYỆTMẬT", "ˆ"), (FRAME, "TUYẾT", "MÂT_-"), ("FÖI", "MẬT")],
)
def test_a_closer_look_at_a_stamp_that_is_like_a_mark_is_sure(texts: tuple[str, ...]) -> None:
    assert of_stamp(*texts) is CERTAIN


@pytest.mark.parametrize("texts", [("MÃI", "›"), (FRAME, "_TỐTIRỊIÂ®*"), (FRAME, "MỆ"), (FRAME,)])
def test_a_framed_word_that_may_be_a_mark_is_in_doubt(texts: tuple[str, ...]) -> None:
    assert of_stamp(*texts, confidence=0.75 if FRAME not in texts else 0.3) is DOUBTFUL


@pytest.mark.parametrize(
    ("texts", "secrecy"),
    [
        (("1i},", "TỎI", "MÃI"), CERTAIN),
        (("TUYỆTMẬT", "'HEN"), CERTAIN),
        (("_NYẾI", "MẬT", "|"), DOUBTFUL),
        (("ETMẬT", "j"), DOUBTFUL),
        (("CÔNG", "VĂN", "ĐẾN", "Ngày:"), NONE),
        (("GIẤY", "CHỨNG", "NHẬN", "MAI"), NONE),
        (("|THƯỢNG", "KHẨN"), NONE),
        ((), NONE),
    ],
)
def test_of_stamps_across_one_another_a_part_is_enough_for_doubt(texts: tuple[str, ...], secrecy: Secrecy) -> None:
    assert of_stamp(TANGLE, *texts) is secrecy


@pytest.mark.parametrize(
    "texts",
    [
        (FRAME, "KHẨN"),
        ("mà",),
        (FRAME, "THƯƠNG", "KHẨN"),
        ("HÓA", "TỐC"),
        ("ĐẾN", "Ngày:"),
        (FRAME, "BẢN", "CHÍNH"),
        ("1368",),
    ],
)
def test_other_stamps_are_none(texts: tuple[str, ...]) -> None:
    assert of_stamp(*texts) is NONE


def test_the_flags_tell_a_sure_mark_from_a_doubtful_one() -> None:
    assert [flags_of(secrecy) for secrecy in (NONE, DOUBTFUL, CERTAIN)] == [(), (MARK, DOUBT), (MARK,)]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8), st.booleans())
def test_no_text_breaks_it(texts: list[str], framed: bool) -> None:
    words = [
        Word(text, 0.9, 0.1 * number, 0.1, 0.1 * number + 0.08, 0.12, 0, 0) for number, text in enumerate(texts) if text
    ]
    pages = [lines_of(words, PORTRAIT)]
    assert secrecy_of(pages, [[[*words, Word(FRAME, 1.0, 0, 0, 1, 1, 0, 0)] if framed else words]]) in Secrecy
