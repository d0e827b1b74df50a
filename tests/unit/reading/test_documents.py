"""Fields of whole documents from words with places (domain.md §3.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.ocr import Word
from sohoa.reading import FIELD_NAMES, PageEvidence, places_to_look_again, read_document
from sohoa.reading.header import find_header, places_around
from sohoa.reading.lines import lines_of
from sohoa.reading.looks import BENEATH, BROAD, BROAD_BY_OTHER

from .typesetting import (
    DECISION,
    HEAD,
    LANDSCAPE,
    LEFT,
    MIDDLE,
    PORTRAIT,
    RIGHT,
    Row,
    instead,
    page,
    without,
    words_of,
)

SURE = 0.9  # what the gate asks for


def test_a_decision_s_fields_are_all_read_and_sure() -> None:
    record = read_document([page(DECISION)])
    assert {name: record.value(name) for name in FIELD_NAMES} == {
        "code_number": "1368",
        "code_notation": "QĐ-BNV",
        "issued_on": "2021-12-31",
        "issuer": "Bộ Nội vụ",
        "doc_type": "Quyết định",
        "subject": "Về việc cho phép thành lập Hội Khoa học Lịch sử Việt Nam",
        "signer_name": "Nguyễn Trọng Thừa",
        "dossier_code": None,
    }
    assert all(record.confidence(name) >= SURE for name in ("code_number", "code_notation", "issued_on", "issuer"))
    assert record.flags == ()


def test_every_value_has_a_place_on_its_page() -> None:
    record = read_document([page(DECISION)])
    for name in FIELD_NAMES:
        found = record.readings[name]
        if found.value is not None:
            assert found.page_no == 1
            assert found.box is not None
            left, top, right, bottom = found.box
            assert 0 <= left < right <= 1
            assert 0 <= top < bottom <= 1


def test_the_number_of_an_incoming_stamp_above_the_head_is_never_taken() -> None:
    stamp = [Row("ĐẾN Số: 2651", LEFT, 0.02), Row("Ngày: 14/01/2022", LEFT, 0.035)]
    assert read_document([page([*DECISION, *stamp])]).value("code_number") == "1368"
    unnumbered = without(DECISION, "Số:")
    assert read_document([page([*unnumbered, *stamp])]).value("code_number") is None


def test_the_number_of_an_incoming_stamp_below_the_head_is_never_taken() -> None:
    stamp = Row("ĐẾN Số: 2651", LEFT, 0.13)
    assert read_document([page([*DECISION, stamp])]).value("code_number") == "1368"
    assert read_document([page([*without(DECISION, "Số:"), stamp])]).value("code_number") is None


def test_a_number_left_blank_is_none_while_the_symbol_is_read() -> None:
    record = read_document([page(instead(DECISION, "Số:", "Số: /QĐ-BNV"), number="/QĐ-BNV")])
    assert record.value("code_number") is None
    assert record.confidence("code_number") == 0
    assert record.value("code_notation") == "QĐ-BNV"


def test_an_unreadable_number_is_not_replaced_by_one_that_is_cited() -> None:
    rows = [
        *without(HEAD, "Số:"),
        Row("Số: I5/BNV-VP", LEFT, 0.11),
        Row("V/v sửa đổi Quyết định", LEFT, 0.13),
        Row("số 979/QĐ-BNV", LEFT, 0.145),
        Row("Kính gửi: Sở Nội vụ tỉnh Bình Định", MIDDLE, 0.2),
    ]
    record = read_document([page(rows, number="Số: I5/BNV-VP")])
    assert record.value("code_number") is None


def test_a_number_line_lost_whole_is_not_replaced_by_one_that_is_cited() -> None:
    rows = [
        *without(HEAD, "Số:"),
        Row("V/v sửa đổi Quyết định", LEFT, 0.13),
        Row("số 979/QĐ-BNV", LEFT, 0.145),
    ]
    assert read_document([page(rows)]).value("code_number") is None
    cited = [*without(DECISION, "Số:"), Row("số 979/QĐ-BNV", LEFT, 0.2)]
    assert read_document([page(cited)]).value("code_number") is None


def test_a_number_torn_by_a_gap_is_whole_or_absent() -> None:
    """Stamped digits stand far apart; the part by the slash alone would be another number."""
    torn = [
        *without(DECISION, "Số:"),
        Row("Số: 12", 0.17, 0.11),
        Row("34/QĐ-BNV", 0.32, 0.11),
    ]
    record = read_document([page(torn, number="Số: 12 34/QĐ-BNV")])
    assert record.value("code_number") in (None, "1234")


def test_numbers_in_the_grounds_and_in_annexes_are_never_taken() -> None:
    annex = [Row("(Kèm theo Quyết định số 979/QĐ-BNV ngày 18 tháng 11 năm 2020)", MIDDLE, 0.1)]
    bare = [row for row in DECISION if not row.text.startswith(("Số:", "Hà Nội"))]
    record = read_document([page(bare), page(annex)])
    assert record.value("code_number") is None
    assert record.value("issued_on") is None


def test_a_two_column_head_run_together_in_one_line_is_cut() -> None:
    texts = [line.text for line in lines_of(words_of(HEAD), PORTRAIT)]
    assert "Số: 1368/QĐ-BNV" in texts
    assert "Hà Nội, ngày 31 tháng 12 năm 2021" in texts


def test_justified_print_is_not_cut() -> None:
    wide = Row("Điều 1. Cho phép thành lập Hội Khoa học Lịch sử Việt Nam", MIDDLE, 0.4, wide=2.5)
    assert len(lines_of(words_of([wide]), PORTRAIT)) == 1


@pytest.mark.parametrize(
    ("lines", "symbol", "issuer"),
    [
        (["BỘ NỘI VỤ", "CỤC VĂN THƯ VÀ", "LƯU TRỮ NHÀ NƯỚC"], "VTLTNN", "Cục Văn thư và Lưu trữ nhà nước"),
        (["BỘ NỘI VỤ", "BAN TÔN GIÁO CHÍNH PHỦ"], "TGCP", "Ban Tôn giáo Chính phủ"),
        (
            ["BỘ NỘI VỤ", "BAN THI ĐUA - KHEN THƯỞNG", "TRUNG ƯƠNG"],
            "BTĐKT",
            "Ban Thi đua - Khen thưởng Trung ương",
        ),
        (["BQ NỘI VỤ"], "BNV", "Bộ Nội vụ"),
        (["z,:202 BỘ NỘI VỤ"], "BNV", "Bộ Nội vụ"),  # beside the frame of a stamp
        (["Lá--........... BỘ NỘI VỤ"], "BNV", "Bộ Nội vụ"),
        (["BỘ NỘI VỤ", "Ý - HÌ"], "BNV", "Bộ Nội vụ"),  # the rule below the name, read as letters
    ],
)
def test_the_issuer_is_put_together_from_its_lines(lines: list[str], symbol: str, issuer: str) -> None:
    agency = [Row(text, LEFT, 0.06 + 0.015 * index) for index, text in enumerate(lines)]
    rows = [*agency, *without(DECISION, "BỘ NỘI VỤ")]
    record = read_document([page(instead(rows, "Số:", f"Số: 15/QĐ-{symbol}", top=0.12))])
    assert record.value("issuer") == issuer
    assert record.confidence("issuer") >= SURE


def test_an_issuer_that_the_symbol_contradicts_is_not_sure() -> None:
    record = read_document([page(instead(DECISION, "Số:", "Số: 15/QĐ-TGCP"))])
    assert record.confidence("issuer") < SURE


def test_a_stamp_s_lines_above_the_agency_leave_it_to_be_read_where_the_symbol_names_it() -> None:
    stamped = [Row("SỞ NỘI VỤ TỈNH HÒA BÌNH", LEFT, 0.055), *DECISION]
    moved = [replace(row, top=0.075) if row.text == "BỘ NỘI VỤ" else row for row in stamped]
    record = read_document([page(moved)])
    assert record.value("issuer") == "Bộ Nội vụ"
    assert record.confidence("issuer") >= SURE
    other = [replace(row, text="BAN TÔN GIÁO CHÍNH PHỦ") if row.text.startswith("SỞ") else row for row in moved]
    assert read_document([page(other)]).confidence("issuer") < SURE


def test_an_agency_of_no_list_is_not_forced_into_it() -> None:
    record = read_document([page(instead(DECISION, "BỘ NỘI VỤ", "TỔNG CỤC THỦY SẢN"))])
    assert record.value("issuer") is None


@pytest.mark.parametrize(
    ("heading", "symbol", "doc_type"),
    [
        ("QUYẾT ĐỊNH", "QĐ-BNV", "Quyết định"),
        ("THÔNG BÁO", "TB-BNV", "Thông báo"),
        ("GIẤY CHỨNG NHẬN", "GCN-BNV", "Giấy chứng nhận"),
        ("GIẤY PHÉP", "GP-BNV", "Giấy phép"),
        ("QUYET PINH", "QĐ-BNV", "Quyết định"),
        ("HƯỚNG DẪN", "HD-BNV", "Hướng dẫn"),
    ],
)
def test_the_type_by_symbol_and_by_printed_name_confirm_each_other(heading: str, symbol: str, doc_type: str) -> None:
    rows = instead(instead(DECISION, "QUYẾT ĐỊNH", heading), "Số:", f"Số: 15/{symbol}")
    record = read_document([page(rows)])
    assert record.value("doc_type") == doc_type
    assert record.confidence("doc_type") > 0.95


def test_the_type_is_read_from_either_alone_with_less_confidence() -> None:
    by_symbol = read_document([page(without(DECISION, "QUYẾT ĐỊNH"))])
    by_name = read_document([page(without(DECISION, "Số:"))])
    for record in (by_symbol, by_name):
        assert record.value("doc_type") == "Quyết định"
        assert 0 < record.confidence("doc_type") < SURE


def test_an_official_letter_has_its_subject_under_the_number() -> None:
    rows = [
        *instead(HEAD, "Số:", "Số: 05/BNV-TCBC"),
        Row("V/v chấp thuận cho tổ chức hội", LEFT, 0.13),
        Row("nghị quốc tế", LEFT, 0.145),
        Row("Kính gửi: Văn phòng Quốc hội", MIDDLE, 0.2),
        Row("TL. BỘ TRƯỞNG", RIGHT, 0.6),
        Row("CHÁNH VĂN PHÒNG", RIGHT, 0.62),
        Row("Vũ Đăng Minh", RIGHT, 0.7),
    ]
    record = read_document([page(rows)])
    assert record.value("doc_type") == "Công văn"
    subject = record.value("subject")
    assert subject is not None
    assert subject.removeprefix("V/v ") == "chấp thuận cho tổ chức hội nghị quốc tế"
    assert record.value("signer_name") == "Vũ Đăng Minh"


def test_a_landscape_certificate_is_read() -> None:
    rows = [
        Row("BỘ NỘI VỤ", 0.25, 0.08),
        Row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 0.7, 0.08),
        Row("Độc lập - Tự do - Hạnh phúc", 0.7, 0.11),
        Row("Số: 23/GCN-BNV", 0.25, 0.15),
        Row("Hà Nội, ngày 05 tháng 02 năm 2019", 0.7, 0.15),
        Row("GIẤY CHỨNG NHẬN", 0.5, 0.25),
        Row("Mã hồ sơ: 000.00.04.G09-190121-0001", 0.25, 0.8),
        Row("BỘ TRƯỞNG", 0.75, 0.6),
        Row("Hồ Mạnh Tuấn", 0.75, 0.8),
    ]
    record = read_document([page(rows, LANDSCAPE)])
    assert record.value("code_number") == "23"
    assert record.value("issued_on") == "2019-02-05"
    assert record.value("doc_type") == "Giấy chứng nhận"
    assert record.value("dossier_code") == "000.00.04.G09-190121-0001"
    assert record.value("signer_name") == "Hồ Mạnh Tuấn"


@pytest.mark.parametrize("mark", ["MẬT", "TỐI MẬT", "TUYỆT MẬT", "|MẬT|", "[ TỐI MẬT ]"])
@pytest.mark.parametrize(
    ("centre", "top"), [(LEFT, 0.13), (LEFT, 0.09), (LEFT, 0.02), (0.8, 0.14), (0.15, 0.35)], ids=str
)
def test_a_secrecy_mark_is_flagged_wherever_it_was_stamped(mark: str, centre: float, top: float) -> None:
    assert "secrecy_mark" in read_document([page([*DECISION, Row(mark, centre, top)])]).flags


def test_a_secrecy_mark_is_flagged_where_the_head_was_not_found_or_on_a_later_page() -> None:
    marked = [Row("MẬT", LEFT, 0.1), Row("Về công tác cán bộ", MIDDLE, 0.2)]
    assert "secrecy_mark" in read_document([page(marked)]).flags
    assert "secrecy_mark" in read_document([page(DECISION), page(marked)]).flags


def test_a_word_that_only_looks_like_a_secrecy_mark_is_none() -> None:
    rows = [*DECISION, Row("mặt", LEFT, 0.36), Row("Mất", LEFT, 0.38), Row("HỎA TỐC", LEFT, 0.13)]
    assert read_document([page(rows)]).flags == ()


@pytest.mark.parametrize(
    ("looks", "name"),
    [
        ({"number": "Số: 1366/QĐ-BNV"}, "code_number"),
        ({"number": "Số: 138/QĐ-BNV"}, "code_number"),
        ({"number": "Số: /QĐ-BNV"}, "code_number"),
        ({"number": ""}, "code_number"),
        ({"number": "Số: 1368/QĐ-TGCP"}, "code_notation"),
        ({"number": "Số: 1368/GP-BNV"}, "code_notation"),
        ({"date": "Hà Nội, ngày 31 tháng 12 năm 2024"}, "issued_on"),
        ({"date": "Hà Nội, ngày 21 tháng 12 năm 2021"}, "issued_on"),
        ({"date": "Hà Nội, ngày tháng năm"}, "issued_on"),
        ({"date": ""}, "issued_on"),
    ],
)
def test_looks_that_disagree_leave_a_field_unsure(looks: dict[str, str], name: str) -> None:
    record = read_document([page(DECISION, **looks)])
    assert record.value(name) is not None
    assert record.confidence(name) < SURE


def test_what_only_the_second_look_could_read_is_proposed_but_never_sure() -> None:
    garbled = instead(instead(DECISION, "Số:", "Số: 1368QĐ-BNV"), "Hà Nội,", "Hà Nội, ngày 3l tháng 12 năm 2021")
    record = read_document([page(garbled, number="Số: 1368/QĐ-BNV", date="Hà Nội, ngày 31 tháng 12 năm 2021")])
    for name, value in {"code_number": "1368", "code_notation": "QĐ-BNV", "issued_on": "2021-12-31"}.items():
        assert record.value(name) == value
        assert 0 < record.confidence(name) < SURE


def test_a_known_symbol_stays_sure_when_the_second_look_only_garbles_it() -> None:
    assert read_document([page(DECISION, number="Số: 1368/QĐ-8XV")]).confidence("code_notation") >= SURE


def looks_at_number(first: str, *others: str) -> PageEvidence:
    """A decision whose number line was read so by the look at the whole page and by the closer ones."""
    evidence = page(instead(DECISION, "Số:", first))
    looks = [words_of([Row(text, 0.5, 0.5)]) for text in others]
    return replace(evidence, looks={**evidence.looks, "number": looks})


def test_a_symbol_of_the_lists_that_most_looks_and_another_model_read_is_sure_whatever_the_others_garble() -> None:
    right, garbled, other_model = "Số: 185/QĐ-VTLTNN", "Số: 185/QĐ-VTLUTNN", "S6: 185/QD-VTLTNN"
    record = read_document([looks_at_number(garbled, right, other_model, right)])
    assert record.value("code_notation") == "QĐ-VTLTNN"
    assert record.confidence("code_notation") >= SURE
    for looks in ((garbled, right, garbled, right), (garbled, right, other_model, garbled)):
        assert read_document([looks_at_number(*looks)]).confidence("code_notation") < SURE


def test_a_symbol_misread_in_one_letter_is_what_head_and_heading_say() -> None:
    garbled = "Số: 1368/Q-BNM"
    record = read_document([page(instead(DECISION, "Số:", garbled), number=garbled)])
    assert record.value("code_notation") == "QĐ-BNV"
    lost = instead(instead(DECISION, "Số:", garbled), "BỘ NỘI VỤ", "BO NỘI")
    assert read_document([page(lost, number=garbled)]).value("code_notation") == "Q-BNM"


def test_a_symbol_of_no_list_is_sure_where_one_look_garbles_it_and_the_other_model_reads_it_too() -> None:
    right, garbled, other_model = "Số: 185/BNV-XYZT", "Số: 185/BXV-XYZT", "S6: 185/BNV-XYZT"
    record = read_document([looks_at_number(right, garbled, other_model, right)])
    assert record.value("code_notation") == "BNV-XYZT"
    assert record.confidence("code_notation") >= SURE
    record = read_document([looks_at_number(right, garbled, garbled, right)])
    assert record.confidence("code_notation") < SURE


@pytest.mark.parametrize("symbol_seen_by_all", [True, False])
def test_a_lost_agency_is_sure_where_its_head_decides_and_a_sure_symbol_names_it(symbol_seen_by_all: bool) -> None:
    rows = [*without(DECISION, "BỘ NỘI VỤ"), Row("BỘ TRƯỞNG BỘ NỘI VỤ", MIDDLE, 0.3)]
    evidence = page(rows) if symbol_seen_by_all else page(instead(rows, "Số:", "Số: 1368/QĐ-BNX"))
    record = read_document([evidence])
    assert record.value("issuer") == "Bộ Nội vụ"
    assert (record.confidence("issuer") >= SURE) == symbol_seen_by_all


@pytest.mark.parametrize("ink", ["pen", "unsure"])
@pytest.mark.parametrize(
    ("slot", "name"),
    [("number", "code_number"), ("day", "issued_on"), ("month", "issued_on"), ("year", "issued_on")],
)
def test_what_a_pen_filled_in_is_flagged_and_never_a_value(slot: str, name: str, ink: str) -> None:
    evidence = page(DECISION)
    record = read_document([replace(evidence, ink={**evidence.ink, slot: ink})])
    assert record.flags == ("handwritten_number",)
    assert record.value(name) is None
    assert record.confidence(name) == 0
    assert record.readings[name].box is not None, "a reviewer wants to see where"
    assert record.value("code_notation") == "QĐ-BNV"
    assert ({"code_number", "issued_on"} - {name}).pop() in {n for n in FIELD_NAMES if record.confidence(n) >= SURE}


@pytest.mark.parametrize("strokes", ["| ổ2..", "°I£\\", "⁄.).Ÿ.22.", "UC)⁄", "2 927", ""])
def test_the_symbol_behind_a_pen_s_strokes_is_read(strokes: str) -> None:
    line = f"Số: {strokes}/QĐ-VTLTNN"
    evidence = page(instead(DECISION, "Số:", line), number=line)
    record = read_document([replace(evidence, ink={**evidence.ink, "number": "pen"})])
    assert record.value("code_number") is None
    assert record.value("code_notation") == "QĐ-VTLTNN"


@pytest.mark.parametrize(("slot", "part", "name"), [("number", "number", "code_number"), ("day", "date", "issued_on")])
def test_ink_in_doubt_is_a_machine_s_where_three_looks_plainly_agree(slot: str, part: str, name: str) -> None:
    evidence = page(DECISION)
    unsure = replace(evidence, ink={**evidence.ink, slot: "unsure"})
    twice = [*evidence.looks[part], *evidence.looks[part]]
    record = read_document([replace(unsure, looks={**evidence.looks, part: twice})])
    assert record.flags == ()
    assert record.confidence(name) >= SURE
    other = words_of([Row("Số: 1366/QĐ-BNV ngày 30 tháng 12 năm 2021", 0.5, 0.5)])
    record = read_document([replace(unsure, looks={**evidence.looks, part: [*twice, other]})])
    assert record.flags == ("handwritten_number",)
    assert record.value(name) is None


@pytest.mark.parametrize("slot", ["month", "year"])
def test_a_pen_seen_beside_a_machine_s_day_is_none_where_three_looks_agree(slot: str) -> None:
    """Whoever fills in a date by pen fills in its day."""
    evidence = page(DECISION)
    looks = {**evidence.looks, "date": [*evidence.looks["date"]] * 2}
    for day in ("print", "stamp"):
        record = read_document([replace(evidence, looks=looks, ink={**evidence.ink, "day": day, slot: "pen"})])
        assert record.flags == ()
        assert record.confidence("issued_on") >= SURE
    record = read_document([replace(evidence, looks=looks, ink={**evidence.ink, "day": "unsure", slot: "pen"})])
    assert record.flags == ("handwritten_number",)
    assert record.value("issued_on") is None


def test_pen_stays_pen_however_many_looks_agree() -> None:
    evidence = page(DECISION)
    looks = {part: [*seen] * 4 for part, seen in evidence.looks.items()}
    record = read_document([replace(evidence, looks=looks, ink={**evidence.ink, "number": "pen", "day": "pen"})])
    assert record.flags == ("handwritten_number",)
    assert (record.value("code_number"), record.value("issued_on")) == (None, None)


def test_stamped_digits_are_read_like_print() -> None:
    evidence = page(DECISION)
    record = read_document([replace(evidence, ink=dict.fromkeys(evidence.ink, "stamp"))])
    assert record.flags == ()
    assert (record.value("code_number"), record.value("issued_on")) == ("1368", "2021-12-31")
    assert record.confidence("code_number") >= SURE
    assert record.confidence("issued_on") >= SURE


def test_digits_whose_ink_nobody_judged_are_not_sure() -> None:
    """They may be by pen."""
    record = read_document([replace(page(DECISION), ink={})])
    for name in ("code_number", "issued_on"):
        assert record.value(name) is not None
        assert record.confidence(name) < SURE


def test_a_page_s_own_text_needs_no_closer_look() -> None:
    record = read_document([PageEvidence(words_of(DECISION), PORTRAIT, own_text=True)])
    for name, value in {"code_number": "1368", "issued_on": "2021-12-31"}.items():
        assert record.value(name) == value
        assert record.confidence(name) >= SURE


def test_a_third_look_settles_what_one_look_could_not_read() -> None:
    garbled = page(instead(instead(DECISION, "Số:", "Số: 1368QĐ-BNV"), "Hà Nội,", "Hà Nội, ngày Ý1 tháng 12 năm 2021"))
    looks = {
        "number": [words_of([Row("Số: 1368/QĐ-BNV", 0.5, 0.5)]), words_of([Row("S6: 1368/QD-BNV", 0.5, 0.5)])],
        "date": [
            words_of([Row(text, 0.5, 0.5)]) for text in ("ngày 31 tháng 12 năm 2021", "ngay 31 thang 12 nam 2021")
        ],
    }
    record = read_document([replace(garbled, looks=looks)])
    for name, value in {"code_number": "1368", "issued_on": "2021-12-31"}.items():
        assert record.value(name) == value
        assert record.confidence(name) >= SURE


def test_a_third_look_never_outvotes_a_contradiction() -> None:
    looks = {"number": [words_of([Row(f"Số: {number}/QĐ-BNV", 0.5, 0.5)]) for number in ("1366", "1368")]}
    record = read_document([replace(page(DECISION), looks=looks)])
    assert record.value("code_number") == "1368"
    assert record.confidence("code_number") < SURE


def beneath(texts: list[str], part: str = "number") -> dict[str, list[list[Word]]]:
    """Looks at black ink only; the last is by the other model."""
    return {BENEATH[part]: [words_of([Row(text, 0.5, 0.5)]) for text in texts]}


def test_a_number_under_a_stamp_is_sure_where_three_looks_agree() -> None:
    garbled = page(instead(DECISION, "Số:", "Số: 13ö8⁄QĐ.8NV"), number="56 1S68 /QB")
    three = ["Số: 1368/QĐ-BNV", "|ĐẾN huySố:1368/QĐ-BNV", "S6: 1368/QD-BNV"]
    record = read_document([replace(garbled, looks={**garbled.looks, **beneath(three)})])
    assert (record.value("code_number"), record.value("code_notation")) == ("1368", "QĐ-BNV")
    assert record.confidence("code_number") >= SURE
    for texts in (three[:2], [*three[:2], "S6: 1366/QD-BNV"], three[:1]):
        record = read_document([replace(garbled, looks={**garbled.looks, **beneath(texts)})])
        assert record.value("code_number") == "1368"
        assert record.confidence("code_number") < SURE


def test_a_number_s_broad_strokes_count_for_a_look_of_either_model() -> None:
    garbled = page(instead(DECISION, "Số:", "Số: 13ö8⁄QĐ-8NV"), number="Số: = /QĐ-BNV")
    strokes = [[Row("1368", 0.5, 0.5)], [Row("1368", 0.5, 0.5)]]
    looks = {**garbled.looks, **{name: [words_of(rows) for rows in strokes] for name in (BROAD, BROAD_BY_OTHER)}}
    alone = read_document([replace(garbled, looks=looks)])
    assert alone.value("code_number") == "1368"
    assert alone.confidence("code_number") < SURE
    with_one = read_document([replace(garbled, looks=looks | beneath(["Số: 1368/QĐ-BNV"]))])
    assert with_one.value("code_number") == "1368"
    assert with_one.confidence("code_number") >= SURE
    against = read_document([replace(garbled, looks=looks | beneath(["Số: 1366/QĐ-BNV"]))])
    assert against.value("code_number") == "1368"
    assert against.confidence("code_number") < SURE
    by_pen = read_document([replace(garbled, looks=looks, ink={**garbled.ink, "number": "pen"})])
    assert by_pen.value("code_number") is None


def test_a_number_whose_symbol_is_lost_is_proposed_if_it_is_not_by_pen() -> None:
    garbled = page(instead(DECISION, "Số:", "Số: 1368/QÐ8"), number="Số: 1368/Q")
    record = read_document([garbled])
    assert (record.value("code_number"), record.value("code_notation")) == ("1368", None)
    for ink in ({**garbled.ink, "number": "pen"}, {}):
        assert read_document([replace(garbled, ink=ink)]).value("code_number") is None


def test_digits_read_where_no_ink_was_found_are_not_sure() -> None:
    evidence = page(DECISION)
    record = read_document([replace(evidence, ink={**evidence.ink, "number": "none"})])
    assert record.value("code_number") == "1368"
    assert record.confidence("code_number") < SURE


@pytest.mark.parametrize("unknown", ["none", None])
def test_digits_whose_ink_nobody_could_judge_are_not_read_beside_a_pen_s(unknown: str | None) -> None:
    evidence = page(DECISION)
    judged = {**evidence.ink, "day": "pen", "number": unknown}
    record = read_document([replace(evidence, ink={slot: kind for slot, kind in judged.items() if kind})])
    assert record.flags == ("handwritten_number",)
    assert (record.value("code_number"), record.value("issued_on")) == (None, None)
    assert record.value("code_notation") == "QĐ-BNV"


def test_room_about_lines_spans_their_column_and_what_may_be_taken_for_them() -> None:
    header = find_header(lines_of(words_of(DECISION), PORTRAIT))
    for part, centre in (("number", LEFT), ("date", RIGHT)):
        left, top, right, bottom = places_around(header)[part]
        assert left < centre - 0.1 < centre + 0.1 < right
        assert top < 0.1 < 0.13 < bottom < 0.2
    lost = find_header(lines_of(words_of(without(DECISION, "Số:", "Hà Nội,")), PORTRAIT))
    assert places_around(lost) == {part: place.box for part, place in places_to_look_again(lost).items()}
    assert places_around(find_header([])) == {}


def test_zeros_read_as_letters_are_a_guess_until_a_look_reads_them_plainly() -> None:
    guessed = instead(DECISION, "Hà Nội,", "Hà Nội, ngày 2Ö tháng 12 năm 2021")
    record = read_document([page(guessed, date="Hà Nội, ngày 2O tháng 12 năm 2021")])
    assert record.value("issued_on") == "2021-12-20"
    assert record.confidence("issued_on") < SURE
    record = read_document([page(guessed, date="Hà Nội, ngày 20 tháng 12 năm 2021")])
    assert record.value("issued_on") == "2021-12-20"
    assert record.confidence("issued_on") >= SURE


def looks_at_date(first: str, *others: str) -> PageEvidence:
    """A decision whose date line was read so by the look at the whole page and by the closer ones."""
    evidence = page(instead(DECISION, "Hà Nội,", first))
    looks = [words_of([Row(text, 0.5, 0.5)]) for text in others]
    return replace(evidence, looks={**evidence.looks, "date": looks})


def test_letters_read_for_digits_of_the_day_are_a_guess_until_a_look_reads_them_plainly() -> None:
    guessed = "Hà Nội, ngày I8 tháng II năm 2021"
    record = read_document([looks_at_date(guessed, guessed, guessed)])
    assert record.value("issued_on") == "2021-11-18"
    assert record.confidence("issued_on") < SURE
    record = read_document([looks_at_date("Hà Nội, ngày 18 tháng 11 năm 2021", guessed, guessed)])
    assert record.confidence("issued_on") < SURE
    record = read_document([looks_at_date(guessed, guessed, "Ha Noi, ngay 18 thang 11 nam 2021")])
    assert record.value("issued_on") == "2021-11-18"
    assert record.confidence("issued_on") >= SURE


def test_letters_that_may_be_one_digit_or_another_agree_with_what_the_other_model_reads() -> None:
    doubtful = "Hà Nội, ngày Š tháng T2 năm 2021"
    record = read_document([looks_at_date(doubtful, doubtful, "Ha Noi, ngay 8 thang 12 nam 2021", doubtful)])
    assert record.value("issued_on") == "2021-12-08"
    assert record.confidence("issued_on") >= SURE
    for looks in ((doubtful,) * 4, (doubtful, doubtful, "Ha Noi, ngay 3 thang 12 nam 2021", doubtful)):
        assert read_document([looks_at_date(*looks)]).confidence("issued_on") < SURE


def test_a_guess_of_the_day_speaks_against_another_day() -> None:
    plain = "Hà Nội, ngày 13 tháng 11 năm 2021"
    record = read_document([looks_at_date(plain, "Hà Nội, ngày I8 tháng II năm 2021", plain)])
    assert record.confidence("issued_on") < SURE


def test_a_date_line_torn_by_the_gap_for_a_pen_s_day_is_one_line() -> None:
    torn = [
        *without(DECISION, "Hà Nội,"),
        Row("Hà Nội, ngày", 0.58, 0.11),
        Row("tháng 12 năm 2021", 0.82, 0.11),
    ]
    assert places_to_look_again(find_header(lines_of(words_of(torn), PORTRAIT)))["date"].one_line


def test_a_date_line_that_lost_its_place_is_read_again_with_room_for_its_first_word() -> None:
    def left_of_date(text: str) -> float:
        rows = [*without(DECISION, "Hà Nội,"), Row(text, 0.72, 0.11)]
        header = find_header(lines_of(words_of(rows), PORTRAIT))
        assert header.date is not None
        return header.date.left - places_to_look_again(header)["date"].box[0]

    torn, whole = left_of_date("ngày 31 tháng 12 năm 2021"), left_of_date("Hà Nội, ngày 31 tháng 12 năm 2021")
    assert whole < 0.02
    assert torn > whole + len("ngày") * 0.0095  # a letter's width


def test_lines_that_the_first_look_lost_are_looked_for_by_the_layout() -> None:
    places = places_to_look_again(find_header(lines_of(words_of(without(DECISION, "Số:", "Hà Nội,")), PORTRAIT)))
    for place, centre in ((places["number"], LEFT), (places["date"], RIGHT)):
        assert not place.one_line
        left, top, right, bottom = place.box
        assert left < centre - 0.08
        assert centre + 0.08 < right
        assert 0.06 < top < 0.11
        assert 0.125 < bottom < 0.2


@pytest.mark.parametrize(("start", "name", "centre"), [("Số:", "number", LEFT), ("Hà Nội,", "date", RIGHT)])
def test_a_line_that_was_lost_is_looked_for_at_the_level_of_the_other(start: str, name: str, centre: float) -> None:
    place = places_to_look_again(find_header(lines_of(words_of(without(DECISION, start)), PORTRAIT)))[name]
    assert place.one_line
    left, top, right, bottom = place.box
    assert left < centre - 0.08 < centre + 0.08 < right
    assert 0.095 < top < 0.11
    assert 0.122 < bottom < 0.14


def test_what_is_found_by_the_layout_is_read_from_its_own_line() -> None:
    rows = without(DECISION, "Số:", "Hà Nội,")
    found = {
        "number": [
            Row("ĐẾN Số: 2651", 0.5, 0.1),
            Row("Số: 1368/QĐ-BNV", 0.5, 0.11),
            Row("V/v sửa số 979/QĐ-BNV", 0.5, 0.13),
        ],
        "date": [Row("Độc lập - Tự do", 0.5, 0.1), Row("Hà Nội, ngày 31 tháng 12 năm 2021", 0.5, 0.12)],
    }
    evidence = page(rows)
    looks = {part: [words_of(lines), words_of(lines)] for part, lines in found.items()}
    record = read_document([replace(evidence, looks=looks)])
    assert (record.value("code_number"), record.value("issued_on")) == ("1368", "2021-12-31")
    cited = [Row("Căn cứ Quyết định số 979/QĐ-BNV ngày 18 tháng 11 năm 2020", 0.5, 0.12)]
    looks = {"number": [words_of(cited + cited)] * 2, "date": [words_of(cited)] * 2}
    record = read_document([replace(evidence, looks=looks)])
    assert (record.value("code_number"), record.value("issued_on")) == (None, None)


def test_number_and_date_are_the_places_for_a_second_look() -> None:
    places = places_to_look_again(find_header(lines_of(words_of(DECISION), PORTRAIT)))
    assert set(places) == {"number", "date"}
    left, top, right, bottom = places["number"].box
    assert places["number"].one_line
    assert left < 0.2 < 0.34 < right < 0.5
    assert top < 0.11 < 0.122 < bottom
    assert places_to_look_again(find_header([])) == {}


@pytest.mark.parametrize("words", [(), [Word("", 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0)]], ids=["none", "one empty word"])
def test_a_first_page_without_words_gives_a_record_without_values(words: list[Word]) -> None:
    record = read_document([PageEvidence(words, PORTRAIT)])
    assert set(record.readings) == set(FIELD_NAMES)
    assert all(record.value(name) is None and record.confidence(name) == 0 for name in FIELD_NAMES)


def test_a_dossier_code_on_a_later_page_is_found_with_its_page() -> None:
    second = page([Row("Mã hồ sơ: G09.04-210412-0017", LEFT, 0.5)])
    found = read_document([page(DECISION), second]).readings["dossier_code"]
    assert (found.value, found.page_no) == ("G09.04-210412-0017", 2)


def test_the_signer_stands_on_the_page_that_is_signed_not_in_the_annex() -> None:
    second = page([Row("KT. BỘ TRƯỞNG", RIGHT, 0.6), Row("Trần Anh Tuấn", RIGHT, 0.7)])
    annex = page([Row("PHỤ LỤC", MIDDLE, 0.1), Row("Nguyễn Văn A", RIGHT, 0.3)])
    found = read_document([page(without(DECISION, "KT.", "THỨ", "Nguyễn")), second, annex]).readings["signer_name"]
    assert (found.value, found.page_no) == ("Trần Anh Tuấn", 2)


@pytest.mark.parametrize("spoilt", ["` Nguyễn Trọng Thừa .", "| Nguyễn Trọng Thừa ~", "/ Nguyễn Trọng Thừa —"])
def test_specks_of_seal_and_signature_are_no_part_of_the_name(spoilt: str) -> None:
    record = read_document([page(instead(DECISION, "Nguyễn", spoilt))])
    assert record.value("signer_name") == "Nguyễn Trọng Thừa"


wild_words = st.builds(
    Word,
    text=st.one_of(st.text(min_size=1, max_size=12), st.sampled_from([w.text for w in words_of(DECISION)])),
    confidence=st.floats(0, 1),
    left=st.floats(0, 1),
    top=st.floats(0, 1),
    right=st.floats(0, 1),
    bottom=st.floats(0, 1),
    line=st.integers(0, 5),
    block=st.integers(0, 2),
)


@given(st.lists(st.lists(wild_words, max_size=30), min_size=1, max_size=3), st.floats(0.1, 10))
def test_no_words_in_any_places_break_the_reading(pages: list[list[Word]], aspect: float) -> None:
    record = read_document([PageEvidence(words, aspect) for words in pages])
    assert set(record.readings) == set(FIELD_NAMES)
    assert all(0 <= record.confidence(name) <= 1 for name in FIELD_NAMES)
