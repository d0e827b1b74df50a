from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sohoa.quality import RowVerdict, judge, records_frame
from sohoa.settings import Settings

from .conftest import Edit
from .samples import GOOD_RECORD, judge_records, rule_for

CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"doc_type": None}, "critical", "type_missing"),
    ({"doc_type": "Kế hoạch"}, "critical", "type_not_result"),
    ({"code_number": None}, "critical", "number_missing"),
    ({"code_number": "  "}, "critical", "number_missing"),
    ({"code_number": "13b8"}, "critical", "number_invalid"),
    ({"code_number": "1234567"}, "critical", "number_invalid"),
    ({"code_number": "1368\n"}, "critical", "number_invalid"),
    ({"conf_code_number": 0.89}, "critical", "number_uncertain"),
    ({"conf_code_number": None}, "critical", "number_uncertain"),
    ({"code_notation": None}, "critical", "notation_missing"),
    ({"code_notation": "QĐ BNV"}, "critical", "notation_invalid"),
    ({"code_notation": "/QĐ-BNV"}, "critical", "notation_invalid"),
    ({"conf_code_notation": 0.5}, "critical", "notation_uncertain"),
    ({"issued_on": None}, "critical", "date_missing"),
    ({"issued_on": "06/05/2021"}, "critical", "date_invalid"),
    ({"issued_on": "2021-02-30"}, "critical", "date_invalid"),
    ({"issued_on": "1945-09-01"}, "critical", "date_invalid"),
    ({"issued_on": "2022-03-02"}, "critical", "date_invalid"),
    ({"conf_issued_on": 0.5}, "critical", "date_uncertain"),
    ({"issuer": None}, "critical", "issuer_missing"),
    ({"conf_issuer": float("nan")}, "critical", "issuer_uncertain"),
    ({"pages_failed": 1, "pages_blank": 0}, "critical", "page_failed"),
    ({"pages_declared": 4}, "critical", "pages_unaccounted"),
    ({"min_dpi": 194.9}, "critical", "low_dpi"),
    ({"handwritten_number": True}, "critical", "handwritten_number"),
    ({"secrecy_mark": True}, "critical", "secrecy_mark"),
    ({"all_colour": False}, "warning", "not_colour"),
    ({"subject": None}, "warning", "subject_missing"),
    ({"signer_name": None}, "warning", "signer_missing"),
]


def test_each_fault_gives_its_document_exactly_its_reason(settings: Settings) -> None:
    result = judge_records(settings, *(changes for changes, _, _ in CASES))
    for severity in ("critical", "warning"):
        expected = {f"doc-{n}": [reason] for n, (_, kind, reason) in enumerate(CASES, start=1) if kind == severity}
        assert result.failed_rows(severity) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_reason_of_every_suite_has_words_for_people(settings: Settings, language: str) -> None:
    from sohoa.messages import load_messages
    from sohoa.quality.suites import GATES, load_suite

    reasons = {rule.reason for gate in GATES for rule in load_suite(settings, gate).rules}
    assert {f"gate.{reason}" for reason in reasons} <= load_messages(language).keys()


def test_good_documents_pass_and_each_expectation_says_so_once(settings: Settings) -> None:
    result = judge_records(
        settings,
        {},
        {"issued_on": GOOD_RECORD["claimed_on"]},
        {"issued_on": dt.date(1945, 9, 2)},
        {"min_dpi": None, "all_colour": None},  # born digital
        *({"code_notation": notation} for notation in ("BNV-VP", "2020/NĐ-CP", "2024/QH15", "SY-BNV", "QyĐ-TTg")),
    )
    assert result.success
    assert result.failed_rows("critical") == {}
    assert {verdict.item_id for verdict in result.verdicts} == {"*"}
    assert all(verdict.passed for verdict in result.verdicts)
    assert len({verdict.expectation for verdict in result.verdicts}) == len(result.checks)


def test_warnings_alone_do_not_fail_the_gate(settings: Settings) -> None:
    result = judge_records(settings, {"all_colour": False}, {})
    assert result.success
    assert result.counts("warning") == {"not_colour": 1}


def test_a_verdict_names_row_expectation_reason_and_severity(settings: Settings) -> None:
    result = judge_records(settings, {}, {"min_dpi": 100})
    failed = [verdict for verdict in result.verdicts if not verdict.passed]
    assert failed == [
        RowVerdict("doc-2", "expect_column_values_to_be_between(min_dpi)", "low_dpi", "critical", passed=False)
    ]


def test_a_document_without_any_field_gets_the_missing_reasons_only(settings: Settings) -> None:
    nothing = dict.fromkeys(("doc_type", "code_number", "code_notation", "issued_on", "issuer"))
    nothing |= dict.fromkeys(("conf_code_number", "conf_code_notation", "conf_issued_on", "conf_issuer"))
    result = judge_records(settings, nothing)
    assert result.failed_rows("critical") == {
        "doc-1": ["type_missing", "number_missing", "notation_missing", "date_missing", "issuer_missing"]
    }


def test_a_batch_without_documents_passes(settings: Settings) -> None:
    result = judge(settings, "records", "batch-1", records_frame([]), "document_id")
    assert result.success
    assert result.n_rows == 0
    assert all(verdict.passed for verdict in result.verdicts)


def test_a_lower_threshold_in_the_json_accepts_the_document(settings: Settings, edit: Edit) -> None:
    assert not judge_records(settings, {"conf_code_number": 0.89}).success
    edit("records", lambda suite: rule_for("number_uncertain")(suite)["kwargs"].update(min_value=0.85))
    assert judge_records(settings, {"conf_code_number": 0.89}).success


def test_another_severity_in_the_json_turns_review_into_a_flag(settings: Settings, edit: Edit) -> None:
    edit("records", lambda suite: rule_for("low_dpi")(suite).update(severity="warning"))
    result = judge_records(settings, {"min_dpi": 150})
    assert result.success
    assert result.failed_rows("warning") == {"doc-1": ["low_dpi"]}


def test_an_expectation_added_in_the_json_is_judged(settings: Settings, edit: Edit) -> None:
    added = {
        "type": "expect_column_values_to_not_be_null",
        "severity": "critical",
        "kwargs": {"column": "dossier_code"},
        "meta": {"reason": "dossier_missing", "why": "a test"},
    }
    assert judge_records(settings, {"dossier_code": None}).success
    edit("records", lambda suite: suite.append(added))
    assert judge_records(settings, {"dossier_code": None}).failed_rows("critical") == {"doc-1": ["dossier_missing"]}


def test_a_failure_of_the_whole_batch_concerns_every_document(settings: Settings, edit: Edit) -> None:
    added = {
        "type": "expect_table_row_count_to_be_between",
        "severity": "critical",
        "kwargs": {"min_value": 5},
        "meta": {"reason": "too_few", "why": "a test"},
    }
    edit("records", lambda suite: suite.append(added))
    result = judge_records(settings, {}, {"min_dpi": 100})
    assert result.failed_rows("critical") == {"doc-2": ["low_dpi"], "*": ["too_few"]}
    assert result.reasons_of("doc-1", "critical") == ["too_few"]
    assert set(result.reasons_of("doc-2", "critical")) == {"low_dpi", "too_few"}
