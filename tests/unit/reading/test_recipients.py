"""Recipients beside the signature, addressees below the head (NĐ 30/2020 PL I ô 9)."""

from __future__ import annotations

import pytest

from sohoa.reading import read_document

from .typesetting import DECISION, HEAD, LEFT, MIDDLE, RIGHT, Row, instead, page


def _recipients(items: list[str]) -> list[Row]:
    return [Row(text, 0.14 + 0.0048 * len(text), 0.6 + 0.02 * index) for index, text in enumerate(items)]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (
            ["Nơi nhận:", "- Như Điều 3;", "- Bộ trưởng (để b/c);", "- Lưu: VT, TCPCP."],
            "Như Điều 3\nBộ trưởng (để b/c)\nLưu: VT, TCPCP",
        ),
        (["Noi nhgn:", "- Nhu Điều 3;", "- Lưu: VT."], "Nhu Điều 3\nLưu: VT"),  # as S003 has the label
        (["Nơi nhận:", "~ Như trên;", "- Bộ trưởng (để b/€);", "— Lưu: VT."], "Như trên\nBộ trưởng (để b/c)\nLưu: VT"),
        (
            ["Nơi nhận:", "- Đơn vị phụ trách cải cách hành chính của", "các bộ, cơ quan ngang bộ;", "- Lưu: VT."],
            "Đơn vị phụ trách cải cách hành chính của các bộ, cơ quan ngang bộ\nLưu: VT",
        ),
        (["Nơi nhận:", "- Như trên;", "- Lưu: VT (3b).", "Mã hồ sơ: G09-210412-0001"], "Như trên\nLưu: VT (3b)"),
    ],
)
def test_recipients_stand_one_a_line(items: list[str], expected: str) -> None:
    """Beside the signature, whose lines tesseract often runs into theirs."""
    found = read_document([page([*DECISION, *_recipients(items)])])
    assert found.value("recipients") == expected
    assert found.value("signer_name") == "Nguyễn Trọng Thừa"


def test_what_stands_far_below_is_no_recipient() -> None:
    far = Row("Bộ Nội vụ, số 8 Tôn Thất Thuyết", 0.3, 0.95)
    record = read_document([page([*DECISION, *_recipients(["Nơi nhận:", "- Như Điều 3;"]), far])])
    assert record.value("recipients") == "Như Điều 3"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Kính gửi: Văn phòng Quốc hội."], "Văn phòng Quốc hội"),
        (["Kính gửi: Liên hiệp các Hội Trang trại và", "Doanh nghiệp nông nghiệp Việt Nam. ˆ"], None),
        (["Kính gửi:", "- Ban Tôn giáo tỉnh Tây Ninh;", "- Sở Nội vụ tỉnh Cao Bằng:"], None),
    ],
)
def test_addressees_end_where_the_letter_begins(lines: list[str], expected: str | None) -> None:
    rows = [
        *instead(HEAD, "Số:", "Số: 05/BNV-TCBC"),
        Row("V/v chấp thuận", LEFT, 0.13),
        *(Row(text, MIDDLE, 0.2 + 0.02 * index) for index, text in enumerate(lines)),
        Row("Bộ Nội vụ nhận được Công văn số 25/CV-VP ngày 12 tháng 3 năm 2023", MIDDLE, 0.28),
        Row("BỘ TRƯỞNG", RIGHT, 0.6),
        Row("Vũ Đăng Minh", RIGHT, 0.7),
    ]
    record = read_document([page(rows)])
    value = record.value("addressees")
    assert value is not None
    assert "nhận được" not in value
    if expected:
        assert value == expected
        assert record.value("owner_name") == expected, "a letter answers the only one that it is addressed to"
