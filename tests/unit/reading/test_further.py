"""Validity, owner, place, urgency and annex: the nine minimum fields of TT 01/2023 and what stands beside them."""

from __future__ import annotations

import pytest

from sohoa.reading import FIELD_NAMES, FURTHER_FIELD_NAMES, MINIMUM_FIELDS, Record, read_document

from .typesetting import DECISION, HEAD, LANDSCAPE, LEFT, MIDDLE, RIGHT, Row, instead, page


def _with(*sentences: str) -> Record:
    rows = [Row(text, MIDDLE, 0.34 + 0.02 * index) for index, text in enumerate(sentences)]
    return read_document([page([*DECISION, *rows])])


@pytest.mark.parametrize(
    ("sentence", "name", "value"),
    [
        ("Điều 2. Quyết định này có hiệu lực thi hành kể từ ngày ký.", "valid_from", "2021-12-31"),
        ("Điều 2. Quyết định có hiệu lực từ ngày 01 tháng 02 năm 2022.", "valid_from", "2022-02-01"),
        ("Quyết định này có hiệu lực thi hành kể từ ngày 01/02/2022.", "valid_from", "2022-02-01"),
        ("Giấy chứng nhận có giá trị đến hết ngày 22/11/2027.", "valid_until", "2027-11-22"),
        ("Giấy phép này có giá trị từ ngày ký đến ngày 05 tháng 01 năm 2026.", "valid_until", "2026-01-05"),
        ("Thời hạn hiệu lực: đến ngày 05/01/2026", "valid_until", "2026-01-05"),
        ("Chứng chỉ này có giá trị 05 năm kể từ ngày cấp.", "validity_term", "5 năm"),
        ("Giấy phép có giá trị trong thời hạn 05 (năm) năm.", "validity_term", "5 năm"),
        ("Thời hạn: 60 tháng", "validity_term", "60 tháng"),
        ("Giấy phép này có giá trị không thời hạn.", "validity_term", "không thời hạn"),
        ("Giấy phép này có giá trị trên phạm vi toàn quốc.", "validity_scope", "trên phạm vi toàn quốc"),
        ("Phạm vi hoạt động: tỉnh Bến Tre và tỉnh Trà Vinh.", "validity_scope", "tỉnh Bến Tre và tỉnh Trà Vinh"),
        ("Hội hoạt động trên phạm vi cả nước theo Điều lệ.", "validity_scope", "trên phạm vi cả nước theo Điều lệ"),
        ("Chứng chỉ này có giá trị 31 ngày 02 tháng 5", "valid_until", None),
        ("có giá trị đến hết ngày 31/02/2027", "valid_until", None),
        ("Văn bản thi hành Luật có hiệu lực ngày 01/01/2020", "valid_from", None),
        ("Đại hội được tổ chức 05 năm một lần", "validity_term", None),
        ("nộp trong thời hạn 15 ngày làm việc kể từ ngày nhận", "validity_term", None),
    ],
)
def test_validity_is_what_the_document_says_of_itself(sentence: str, name: str, value: str | None) -> None:
    assert _with(sentence).value(name) == value


def test_what_an_annexed_charter_says_is_not_said_of_the_decision() -> None:
    annex = [
        Row("ĐIỀU LỆ", MIDDLE, 0.1),
        Row("Phạm vi hoạt động: cả nước. Số căn cước công dân: 012345678901", MIDDLE, 0.2),
    ]
    record = read_document([page(DECISION), page(annex)])
    assert (record.value("validity_scope"), record.value("owner_id")) == (None, None)


@pytest.mark.parametrize(
    ("subject", "owner"),
    [
        ("Về việc cho phép thành lập Hội Nuôi ong Việt Nam", "Hội Nuôi ong Việt Nam"),
        ("Về việc công nhận Ban Vận động thành lập Hội Hồ tiêu", "Hội Hồ tiêu"),
        ("Về việc phê duyệt Điều lệ (sửa đổi, bổ sung) Hội Sử học", "Hội Sử học"),
        ("Về việc công nhận tổ chức tôn giáo Hội thánh Cao đài", "Hội thánh Cao đài"),
        ("Về việc bổ nhiệm ngạch chuyên viên đối với Lê Thị Mỵ", "Lê Thị Mỵ"),
        ("Về việc tặng Bằng khen cho ông Trần Văn Ước", "Trần Văn Ước"),
        ("Thành lập và công nhận Điều lệ Quỹ Hoa Sen", "Quỹ Hoa Sen"),
        ("Về việc tặng Kỷ niệm chương cho 28 cá nhân thuộc Sở Nội vụ", None),
        ("Về việc ban hành Quy chế làm việc", None),
    ],
)
def test_the_owner_is_named_by_what_was_done(subject: str, owner: str | None) -> None:
    rows = [row for row in DECISION if not row.text.startswith(("Lịch sử", "Điều 1"))]
    record = read_document([page(instead(rows, "Về việc", subject))])
    assert record.value("owner_name") == owner
    assert record.confidence("owner_name") < 0.9


def _certificate(*lines: str) -> Record:
    rows = [
        *instead(HEAD, "Số:", "Số: 79/GCN-BNV"),
        Row("GIẤY CHỨNG NHẬN", MIDDLE, 0.2),
        Row("Kết quả kiểm tra nghiệp vụ lưu trữ", MIDDLE, 0.23),
        *(Row(text, MIDDLE, 0.3 + 0.03 * index) for index, text in enumerate(lines)),
        Row("BỘ TRƯỞNG", RIGHT, 0.6),
        Row("Võ Tiến Hùng", RIGHT, 0.8),
    ]
    return read_document([page(rows)])


@pytest.mark.parametrize(
    ("lines", "name", "identity"),
    [
        (
            ("Chứng nhận ông (bà): Hà Trọng Chiến", "Sinh ngày: 05/12/1980. Số căn cước công dân: 092418278204"),
            "Hà Trọng Chiến",
            "092418278204",
        ),
        (
            ("Chứng nhận tổ chức: Hội thánh Liên hữu Cơ đốc", "Trụ sở: số 136 phố Vạn Phúc"),
            "Hội thánh Liên hữu Cơ đốc",
            None,
        ),
        (("Cấp cho: Công ty Lưu trữ Việt", "Mã số thuế: 0101234567-001"), "Công ty Lưu trữ Việt", "0101234567-001"),
        (("Họ và tên: Lê Thị Mỵ", "CMND số: 012 345 678"), "Lê Thị Mỵ", "012345678"),
        (
            ("Chứng nhận ông (bà): Lê Thị Mỵ", "Căn cước công dân: 0924182782"),
            "Lê Thị Mỵ",
            None,
        ),  # a digit short of one
    ],
)
def test_a_certificate_names_its_owner(lines: tuple[str, ...], name: str, identity: str | None) -> None:
    record = _certificate(*lines)
    assert (record.value("owner_name"), record.value("owner_id")) == (name, identity)
    assert record.value("paper_name") == "Giấy chứng nhận Kết quả kiểm tra nghiệp vụ lưu trữ"


def test_a_certificate_has_the_nine_minimum_fields() -> None:
    record = _certificate(
        "Chứng nhận ông (bà): Hà Trọng Chiến",
        "Số căn cước công dân: 092418278204",
        "Giấy chứng nhận có giá trị đến hết ngày 22/11/2027.",
        "Giấy chứng nhận này có giá trị trên phạm vi toàn quốc.",
    )
    assert len(MINIMUM_FIELDS) == 9
    assert {title for title, names in MINIMUM_FIELDS.items() if any(map(record.value, names))} == set(MINIMUM_FIELDS)


def test_every_minimum_field_is_a_field() -> None:
    assert {name for names in MINIMUM_FIELDS.values() for name in names} <= {*FIELD_NAMES, *FURTHER_FIELD_NAMES}


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("Hà Nội, ngày 31 tháng 12 năm 2021", "Hà Nội"),
        ("TP. Hồ Chí Minh, ngày 31 tháng 12 năm 2021", "TP. Hồ Chí Minh"),
        ("Quảng Ngãi, ngày tháng 12 năm 2021", "Quảng Ngãi"),
    ],
)
def test_the_place_stands_before_the_day(line: str, place: str) -> None:
    assert read_document([page(instead(DECISION, "Hà Nội,", line))]).value("place") == place


@pytest.mark.parametrize("mark", ["KHẨN", "THƯỢNG KHẨN", "HỎA TỐC", "[HOẢ TỐC]"])
def test_a_mark_of_urgency_is_read_and_makes_no_secret(mark: str) -> None:
    record = read_document([page([*DECISION, Row(mark, LEFT, 0.14)])])
    assert (record.value("urgency") or "") in {"KHẨN", "THƯỢNG KHẨN", "HỎA TỐC"}
    assert record.flags == ()


def test_urgency_in_running_text_is_no_mark() -> None:
    record = read_document(
        [page([*DECISION, Row("Đề nghị xử lý KHẨN các hồ sơ", MIDDLE, 0.36), Row("khẩn", LEFT, 0.38)])]
    )
    assert record.value("urgency") is None


def test_an_annex_tells_number_and_day_of_its_decision_again() -> None:
    annex = [
        Row("DANH SÁCH", MIDDLE, 0.1),
        Row("(Kèm theo Quyết định số 1368/QĐ-BNV ngày 31", MIDDLE, 0.13),
        Row("tháng 12 năm 2021 của Bộ trưởng Bộ Nội vụ)", MIDDLE, 0.15),
    ]
    record = read_document([page(DECISION), page(annex)])
    assert (record.value("annex_code"), record.value("annex_date")) == ("1368/QĐ-BNV", "2021-12-31")
    assert record.further["annex_code"].page_no == 2


def test_further_values_all_have_names_of_the_list_and_places() -> None:
    record = _with("Điều 2. Quyết định này có hiệu lực thi hành kể từ ngày ký.")
    assert set(record.further) <= set(FURTHER_FIELD_NAMES)
    assert {"place", "legal_bases", "valid_from", "owner_name", "type_code"} <= set(record.further)
    for found in record.further.values():
        assert found.value
        assert found.box is not None
        assert 0 < found.confidence <= 1


MERIT = (
    Row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", MIDDLE, 0.08),
    Row("Độc lập - Tự do - Hạnh phúc", MIDDLE, 0.11),
    Row("BỘ TRƯỞNG BỘ NỘI VỤ", MIDDLE, 0.18),
    Row("TẶNG", MIDDLE, 0.24),
    Row("BẰNG KHEN", MIDDLE, 0.3),
    Row("Ông Trần Văn Ước", MIDDLE, 0.4),
    Row("Đã có thành tích xuất sắc trong công tác lưu trữ", MIDDLE, 0.46),
    Row("Quyết định số: 1234/QĐ-BNV", 0.25, 0.7),
    Row("Hà Nội, ngày 05 tháng 3 năm 2021", 0.72, 0.6),
    Row("BỘ TRƯỞNG", 0.72, 0.64),
    Row("Lê Vĩnh Tân", 0.72, 0.8),
)


def test_a_certificate_of_merit_with_its_number_at_the_foot_is_proposed_and_never_sure() -> None:
    record = read_document([page(MERIT, LANDSCAPE)])
    assert {
        name: record.value(name) for name in ("code_number", "code_notation", "issued_on", "issuer", "doc_type")
    } == {
        "code_number": "1234",
        "code_notation": "QĐ-BNV",
        "issued_on": "2021-03-05",
        "issuer": "Bộ Nội vụ",
        "doc_type": "Bằng khen",
    }
    assert (record.value("owner_name"), record.value("signer_name")) == ("Trần Văn Ước", "Lê Vĩnh Tân")
    assert all(record.confidence(name) < 0.9 for name in FIELD_NAMES)
