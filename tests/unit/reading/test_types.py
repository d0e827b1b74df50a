"""The list of types, and what hangs on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sohoa.reading import read_document
from sohoa.reading.types import ADMINISTRATIVE, DOC_TYPES, RESULT_TYPES, TYPES, type_code

from .typesetting import DECISION, instead, page, without

SURE = 0.9


def test_the_decree_s_types_are_29_each_with_a_code_of_its_own() -> None:
    assert len({entry.name for entry in ADMINISTRATIVE}) == 29
    assert sorted(entry.code or "" for entry in ADMINISTRATIVE) == [f"{number:02d}" for number in range(1, 30)]
    assert {entry.name for entry in ADMINISTRATIVE if entry.symbol is None} == {"Công văn", "Thư công"}


def test_no_symbol_stands_for_two_types() -> None:
    assert len(DOC_TYPES) == sum(entry.symbol is not None for entry in TYPES)


def test_the_gate_lets_the_same_types_pass_that_are_read_in_depth() -> None:
    suite = json.loads((Path(__file__).parents[3] / "expectations" / "records.json").read_text(encoding="utf-8"))
    rule = next(rule for rule in suite["expectations"] if rule["meta"]["reason"] == "type_not_result")
    assert set(rule["kwargs"]["value_set"]) == RESULT_TYPES


def test_codes_of_types() -> None:
    assert (type_code("Quyết định"), type_code("Giấy phép"), type_code("Thư từ")) == ("02", "32", None)


@pytest.mark.parametrize("name", sorted({entry.name for entry in ADMINISTRATIVE} - {"Công văn"}))
def test_every_printed_name_is_recognised(name: str) -> None:
    """With its symbol surely, alone as a proposal."""
    symbol = next((entry.symbol for entry in ADMINISTRATIVE if entry.name == name), None)
    rows = instead(DECISION, "QUYẾT ĐỊNH", name.upper())
    if symbol:
        record = read_document([page(instead(rows, "Số:", f"Số: 15/{symbol}-BNV"))])
        assert record.value("doc_type") == name
        assert record.confidence("doc_type") >= SURE
    record = read_document([page(without(rows, "Số:"))])
    assert record.value("doc_type") == name


@pytest.mark.parametrize(
    ("heading", "symbol", "doc_type"),
    [
        ("CHỨNG CHỈ HÀNH NGHỀ LƯU TRỮ", "CC-BNV", "Chứng chỉ"),
        ("GIẤY CHỨNG NHẬN ĐĂNG KÝ HOẠT ĐỘNG TÔN GIÁO", "GCN-BNV", "Giấy chứng nhận"),
        ("GIẤY PHÉP THÀNH LẬP VÀ CÔNG NHẬN ĐIỀU LỆ QUỸ", "GP-BNV", "Giấy phép"),
        ("BẰNG KHEN", "BK-BNV", "Bằng khen"),
    ],
)
def test_certificates_are_known_by_how_their_heading_begins(heading: str, symbol: str, doc_type: str) -> None:
    rows = instead(instead(DECISION, "QUYẾT ĐỊNH", heading), "Số:", f"Số: 15/{symbol}")
    record = read_document([page(rows)])
    assert record.value("doc_type") == doc_type
    assert record.confidence("doc_type") >= SURE


def test_a_symbol_and_a_heading_that_contradict_each_other_leave_the_type_unsure() -> None:
    record = read_document([page(instead(DECISION, "QUYẾT ĐỊNH", "THÔNG BÁO"))])
    assert record.value("doc_type") == "Quyết định"
    assert record.confidence("doc_type") < SURE
