from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from typing import Any

import pytest

from sohoa.errors import SohoaError
from sohoa.quality import GateFailed, judge, records_frame, require
from sohoa.settings import Settings

from .conftest import Edit
from .samples import GOOD_RECORD, judge_records, rule_for


def test_importing_the_gates_loads_neither_great_expectations_nor_pandas() -> None:
    code = "import sys, sohoa.quality; sys.exit(bool({'great_expectations', 'pandas'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_missing_suite_is_an_error_that_says_what_to_do(settings: Settings) -> None:
    (settings.expectations / "records.json").unlink()
    with pytest.raises(SohoaError, match=r"records\.json is missing: restore it"):
        judge_records(settings, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"expectations": [', "not valid JSON"),
        ("[]", 'no list "expectations"'),
        ('{"expectations": []}', "at least one expectation"),
        ('{"expectations": [{"kwargs": {}}]}', 'no "type"'),
        ('{"expectations": [{"type": "expect_x", "severity": "bad"}]}', '"severity" must be one of'),
        ('{"expectations": [{"type": "expect_x", "severity": "critical"}]}', 'needs a "reason"'),
        (
            '{"expectations": [{"type": "expect_x", "severity": "critical", "meta": {"reason": "r"}}]}',
            "expect_x not found",
        ),
    ],
)
def test_a_malformed_suite_is_an_error_that_names_the_file(settings: Settings, text: str, said: str) -> None:
    (settings.expectations / "records.json").write_text(text, encoding="utf-8")
    with pytest.raises(SohoaError, match=said) as caught:
        judge_records(settings, {})
    assert "records.json" in str(caught.value)


@pytest.mark.parametrize("name", ["../records", "a/b", ""])
def test_a_suite_is_looked_for_in_its_folder_only(settings: Settings, name: str) -> None:
    frame = records_frame([GOOD_RECORD])
    if name:
        with pytest.raises(SohoaError, match="no name of a suite"):
            judge(settings, "records", "b", frame, "document_id", suite=name)
    else:
        assert judge(settings, "records", "b", frame, "document_id", suite=name).suite == "records"


@pytest.mark.parametrize(
    ("kwargs", "said"),
    [
        ({"column": "nowhere", "regex": "x"}, r"records\.json.*match_regex looks at column nowhere"),
        ({"column": "code_number", "regex": "[0-9"}, r"records\.json.*match_regex.*column code_number"),
        ({"column": "code_number", "regx": "x"}, r"records\.json.*match_regex.*regx"),
    ],
)
def test_an_expectation_that_cannot_be_judged_is_an_error_and_no_pass(
    settings: Settings, edit: Edit, kwargs: dict[str, Any], said: str
) -> None:
    edit("records", lambda suite: rule_for("number_invalid")(suite).update(kwargs=kwargs))
    with pytest.raises(SohoaError, match=said):
        judge_records(settings, {})


def test_the_error_of_an_expectation_quotes_no_field_value(settings: Settings) -> None:
    with pytest.raises(SohoaError, match="conf_code_number") as caught:
        judge_records(settings, {"conf_code_number": "S3CRET"})
    assert "S3CRET" not in str(caught.value)


def test_rows_without_id_are_refused(settings: Settings) -> None:
    frame = records_frame([GOOD_RECORD])
    frame["document_id"] = None
    with pytest.raises(SohoaError, match="could not name their rows"):
        judge(settings, "records", "b", frame, "document_id")


def test_a_frame_that_was_judged_is_not_kept_in_memory(settings: Settings) -> None:
    """The frame of a million rows takes 400 MB, which what comes after its gate needs."""
    frame = records_frame([GOOD_RECORD])
    kept = weakref.ref(frame)
    judge(settings, "records", "b", frame, "document_id")
    del frame
    gc.collect()
    assert kept() is None


@pytest.mark.parametrize("gap", [{"secrecy_mark": None}, {"pages_ocred": None}, {"claimed_on": None}])
def test_what_must_be_known_of_a_document_may_not_be_left_out(gap: dict[str, Any]) -> None:
    with pytest.raises(SohoaError, match=f"lacks {next(iter(gap))}"):
        records_frame([GOOD_RECORD | gap])


def test_a_failed_gate_says_in_one_line_what_and_where(settings: Settings) -> None:
    result = judge_records(settings, *({"min_dpi": 100} for _ in range(7)), {"secrecy_mark": True})
    with pytest.raises(GateFailed) as caught:
        require(result)
    assert str(caught.value) == (
        "The records gate stopped batch-1 (8 rows): low_dpi: 7 (doc-1, doc-2, doc-3, doc-4, doc-5, and 2 more); "
        "secrecy_mark: 1 (doc-8). Mend the rows and run it again; the rules stand in expectations/records.json."
    )
