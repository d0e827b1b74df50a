"""Symbols that were misread, put right by what the head of the document says."""

from __future__ import annotations

import pytest

from sohoa.reading.symbols import put_right


@pytest.mark.parametrize(
    ("read", "agency", "kind", "symbol"),
    [
        ("QĐ-BNM", "BNV", "QĐ", "QĐ-BNV"),
        ("Q-BNV", "BNV", "QĐ", "QĐ-BNV"),
        ("QĐ-VTL", "VTLTNN", "QĐ", "QĐ-VTLTNN"),
        ("TGCBP-TL", "TGCP", None, "TGCP-TL"),
        ("BXV-TCPCP", "BNV", None, "BNV-TCPCP"),
    ],
)
def test_a_part_misread_in_one_letter_or_begun_is_the_head_s(
    read: str, agency: str, kind: str | None, symbol: str
) -> None:
    assert put_right(read, agency, kind) == symbol


@pytest.mark.parametrize(
    ("read", "agency", "kind"),
    [
        ("QĐ-TGCP", "BNV", "QĐ"),  # another agency's
        ("KH-BNV", "BNV", "QĐ"),  # another type's
        ("QĐ-BTC", "BNV", "QĐ"),
        ("QĐ-VT", "VTLTNN", "QĐ"),
        ("BNV-TCPCP", "BNV", None),
        ("XQ-BNV", "BNV", None),
        ("2020/NQ-BNM", "BNV", "NQ"),
    ],
)
def test_what_is_no_such_misreading_stays(read: str, agency: str, kind: str | None) -> None:
    assert put_right(read, agency, kind) == read
