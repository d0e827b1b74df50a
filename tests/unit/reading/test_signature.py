"""The signature block: authority, office, name (NĐ 30/2020 PL I ô 7)."""

from __future__ import annotations

import pytest

from sohoa.reading import read_document
from sohoa.reading.lines import lines_of
from sohoa.reading.signature import find_signature, read_signer

from .typesetting import DECISION, LEFT, PORTRAIT, RIGHT, Row, page, without, words_of


def _signed(lines: list[str], name: str = "Nguyễn Trọng Thừa") -> list[Row]:
    block = [Row(text, RIGHT, 0.6 + 0.02 * index) for index, text in enumerate(lines)]
    beside = [Row("Nơi nhận:", 0.2, 0.6), Row("- Như Điều 3;", 0.2, 0.62)]
    return [*without(DECISION, "KT.", "THỨ", "Nguyễn"), *block, *beside, Row(name, RIGHT, 0.75)]


@pytest.mark.parametrize(
    ("lines", "prefix", "signed_for", "title"),
    [
        (["BỘ TRƯỞNG"], None, None, "Bộ trưởng"),
        (["KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"], "KT.", "Bộ trưởng", "Thứ trưởng"),
        (["KT. BQ TRUONG", "THU TRUONG"], "KT.", "Bộ trưởng", "Thứ trưởng"),  # S003
        (["KT.BỘ TRƯỞNG", "THỨ TRƯỞNG / Ự"], "KT.", "Bộ trưởng", "Thứ trưởng"),  # strokes of the signature
        (["TL. BỘ TRƯỞNG", "CHÁNH VĂN PHÒNG"], "TL.", "Bộ trưởng", "Chánh Văn phòng"),
        (
            ["TL. BỘ TRƯỞNG", "VỤ TRƯỞNG VỤ TỔ CHỨC", "PHI CHÍNH PHỦ"],
            "TL.",
            "Bộ trưởng",
            "VỤ TRƯỞNG VỤ TỔ CHỨC PHI CHÍNH PHỦ",
        ),
        (
            ["TUQ. BỘ TRƯỞNG", "TRƯỞNG BAN BAN TÔN GIÁO CHÍNH PHỦ"],
            "TUQ.",
            "Bộ trưởng",
            "TRƯỞNG BAN BAN TÔN GIÁO CHÍNH PHỦ",
        ),
        (["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], "TM.", "ỦY BAN NHÂN DÂN", "Chủ tịch"),
        (["Q. BỘ TRƯỞNG"], "Q.", None, "Bộ trưởng"),
        (["KT. BỘ TRƯỞNG"], "KT.", "Bộ trưởng", None),  # the line of the deputy lost under the seal
    ],
)
def test_authority_and_office_are_told_apart(
    lines: list[str], prefix: str | None, signed_for: str | None, title: str | None
) -> None:
    record = read_document([page(_signed(lines))])
    assert [record.value(name) for name in ("authority_prefix", "signed_for", "signer_title")] == [
        prefix,
        signed_for,
        title,
    ]
    assert record.value("signer_name") == "Nguyễn Trọng Thừa"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("NguyR n Trọng Thừa", "Nguyễn Trọng Thừa"),
        ("Nguy ễ n Trọng Thừa", "Nguyễn Trọng Thừa"),
        ("Xqwz Trọng Thừa", "Xqwz Trọng Thừa"),
    ],
)
def test_a_torn_family_name_is_put_together_as_a_proposal(text: str, name: str) -> None:
    found = read_document([page(_signed(["BỘ TRƯỞNG"], text))]).readings["signer_name"]
    assert found.value == name
    assert found.confidence <= 0.3 or text == name


def test_nobody_signs_in_the_left_column() -> None:
    rows = [Row("BỘ TRƯỞNG", LEFT, 0.6), Row("Trần Anh Tuấn", LEFT, 0.7)]
    found = find_signature([lines_of(words_of(rows), PORTRAIT)])
    assert found is None
    assert read_signer(found).value is None
