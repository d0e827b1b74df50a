"""Rows that pass every gate; a test spoils what it is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd

from sohoa.quality import REGISTER_COLUMNS, GateResult, judge, records_frame, register_frame, warehouse_frame
from sohoa.settings import Settings

GOOD_RECORD: dict[str, Any] = {
    "document_id": "doc-1",
    "source_file": "a.pdf",
    "doc_type": "Quyết định",
    "code_number": "1368",
    "code_notation": "QĐ-BNV",
    "issued_on": dt.date(2021, 5, 6),
    "issuer": "Bộ Nội vụ",
    "subject": "về việc cho phép thành lập hội",
    "signer_name": "Trần Anh Tuấn",
    "dossier_code": "000.00.00.G09-210412-0001",
    "conf_code_number": 0.97,
    "conf_code_notation": 0.98,
    "conf_issued_on": 0.99,
    "conf_issuer": 0.95,
    "pages_declared": 3,
    "pages_ocred": 2,
    "pages_blank": 1,
    "pages_failed": 0,
    "min_dpi": 200.0,
    "all_colour": True,
    "handwritten_number": False,
    "secrecy_mark": False,
    "uncertain_boundary": False,
    "separator_mismatch": False,
    "separator_foreign": False,
    "dossier_conflict": False,
    "missing_page": False,
    "claimed_on": dt.date(2022, 3, 1),
}

GOOD_ROW: dict[str, Any] = {
    "line": 1,
    "dossier_code": "000.00.00.G09-210412-0001",
    "procedure_code": "1.001612",
    "unit_code": "G09",
    "code_text": "1368/QĐ-BNV",
    "issued_on": dt.date(2021, 5, 6),
    "expires_on": None,
    "validity": "in_force",
    "still_usable": True,
    "channel": "Trực tiếp",
}

TODAY = dt.date(2022, 3, 1)


def rate(unit_code: str | None, numerator: int, denominator: int, **changes: Any) -> dict[str, Any]:
    share = numerator / denominator if denominator else None
    return {
        "calendar": "civil",
        "period": "2022",
        "unit_code": unit_code,
        "indicator": "T01",
        "numerator": numerator,
        "denominator": denominator,
        "rate": share,
        "target": 0.6,
        "gap": None if share is None else share - 0.6,
        "met": None if share is None else share >= 0.6,
    } | changes


GOOD_RATES = [rate(None, 7, 10), rate("G09", 3, 4), rate("G09.01", 4, 6), rate("G09.02", 0, 0)]


def judge_records(settings: Settings, *changes: dict[str, Any], subject: str = "batch-1") -> GateResult:
    """One document per set of changes: doc-1, doc-2 …"""
    records = [GOOD_RECORD | {"document_id": f"doc-{n}"} | c for n, c in enumerate(changes, start=1)]
    return judge(settings, "records", subject, records_frame(records), "document_id")


def judge_register(settings: Settings, *changes: dict[str, Any], n_rejected: int = 0) -> GateResult:
    """One row per set of changes: lines 1, 2 …, each its own result."""
    rows = [GOOD_ROW | {"line": n, "code_text": f"{n}/QĐ-BNV"} | c for n, c in enumerate(changes, start=1)]
    frame = register_frame(([row[name] for name in REGISTER_COLUMNS] for row in rows), n_rejected, TODAY)
    return judge(settings, "register", "7", frame, "line")


def judge_warehouse(settings: Settings, rates: list[dict[str, Any]]) -> GateResult:
    return judge(settings, "warehouse", "load-1", warehouse_frame(pd.DataFrame(rates)), "rate_id")


def rule_for(reason: str, column: str | None = None) -> Callable[[list[dict[str, Any]]], dict[str, Any]]:
    """Finds the expectation with this reason (and column) in a suite."""

    def find(expectations: list[dict[str, Any]]) -> dict[str, Any]:
        return next(
            entry
            for entry in expectations
            if entry["meta"]["reason"] == reason and column in (None, entry["kwargs"].get("column"))
        )

    return find
