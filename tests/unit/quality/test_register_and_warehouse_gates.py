from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from sohoa.quality import GateFailed, judge, register_frame, require, warehouse_frame
from sohoa.settings import Settings

from .conftest import Edit
from .samples import GOOD_RATES, TODAY, judge_register, judge_warehouse, rate, rule_for

REGISTER_CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"unit_code": None}, "critical", "unit_missing"),
    ({"validity": "Còn hiệu lực"}, "critical", "validity_unknown"),
    ({"validity": None}, "critical", "validity_missing"),
    ({"unit_code": "Bộ Nội vụ"}, "warning", "unit_code_pattern"),
    ({"unit_code": "G09." + 40 * "1"}, "warning", "unit_code_pattern"),
    ({"procedure_code": "1001612"}, "warning", "procedure_code_pattern"),
    ({"dossier_code": "G09-211399-0001"}, "warning", "dossier_code_pattern"),
    ({"issued_on": "1899-12-30"}, "warning", "issue_date_implausible"),
    ({"issued_on": "2022-03-02"}, "warning", "issue_date_implausible"),
    ({"expires_on": "2021-05-05"}, "warning", "expiry_before_issue"),
    ({"issued_on": None}, "warning", "issue_date_missing"),
    ({"code_text": None}, "warning", "code_missing"),
]
MANY = [{} for _ in range(60)]


def test_each_fault_of_a_register_row_gives_its_line_exactly_its_reason(settings: Settings) -> None:
    result = judge_register(settings, *(changes for changes, _, _ in REGISTER_CASES), *MANY)
    for severity in ("critical", "warning"):
        expected = {
            str(line): [reason] for line, (_, kind, reason) in enumerate(REGISTER_CASES, start=1) if kind == severity
        }
        assert result.failed_rows(severity) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ["000.00.00.G09", "000.00.53.H48", "G09", "H49.64.33"])
def test_both_generations_of_unit_codes_are_known(settings: Settings, code: str) -> None:
    assert judge_register(settings, {"unit_code": code}).failed_rows("warning") == {}


def test_a_register_of_which_too_much_was_rejected_is_refused(settings: Settings) -> None:
    assert judge_register(settings, {}, {}, {}, {}, n_rejected=1).success
    result = judge_register(settings, {}, {}, {}, {}, n_rejected=2)
    assert result.failed_rows("critical") == {"*": ["too_many_rejected"]}
    with pytest.raises(GateFailed, match=r"too_many_rejected: the table as a whole"):
        require(result)


def test_a_register_without_rows_is_refused_for_that_alone(settings: Settings) -> None:
    result = judge(settings, "register", "7", register_frame([], 0, TODAY), "line")
    assert result.failed_rows("critical") == {"*": ["register_empty"]}


def test_a_register_mostly_without_numbers_or_with_dates_turned_round_is_refused(settings: Settings) -> None:
    numbers = [{"code_text": None}, {"code_text": None}, {}]
    assert judge_register(settings, *numbers).counts("critical") == {"mostly_unnumbered": 2}
    dates = [{"issued_on": "2031-01-02"}, {}, {}]
    assert judge_register(settings, *dates).counts("critical") == {"dates_implausible": 1}


def test_a_larger_share_in_the_json_lets_the_register_in(settings: Settings, edit: Edit) -> None:
    with pytest.raises(GateFailed):
        require(judge_register(settings, {}, n_rejected=1))
    edit("register", lambda suite: rule_for("too_many_rejected")(suite)["kwargs"].update(max_value=0.5))
    require(judge_register(settings, {}, n_rejected=1))


def test_a_row_repeated_in_one_export_is_noted(settings: Settings) -> None:
    result = judge_register(settings, {"code_text": "1/QĐ-BNV"}, {"code_text": "1/QĐ-BNV"}, {})
    assert result.success
    assert result.failed_rows("warning") == {"1": ["row_repeated"], "2": ["row_repeated"]}


def test_consistent_rates_pass_the_warehouse_gate(settings: Settings) -> None:
    result = judge_warehouse(settings, GOOD_RATES)
    assert result.failed_rows("critical") == result.failed_rows("warning") == {}
    require(result)


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([rate("G09", 5, 4)], {"T01/civil/2022/G09": ["numerator_above_denominator", "rate_out_of_range"]}),
        ([rate("G09", -1, 4)], {"T01/civil/2022/G09": ["numerator_negative", "rate_out_of_range"]}),
        ([rate("G09", 1, 4, rate=0.3)], {"T01/civil/2022/G09": ["rate_inconsistent"]}),
        ([rate("G09", 1, 4, rate=None)], {"T01/civil/2022/G09": ["rate_inconsistent"]}),
        ([rate("G09", 0, 0, rate=0.0)], {"T01/civil/2022/G09": ["rate_inconsistent"]}),
        ([rate("G09", 1, 4), rate("G09", 1, 4)], {"T01/civil/2022/G09": ["rate_repeated"]}),
        ([rate(None, 8, 10), *GOOD_RATES[1:]], {"T01/civil/2022/*": ["whole_differs_from_parts"]}),
        ([rate(None, 7, 11), *GOOD_RATES[1:]], {"T01/civil/2022/*": ["whole_differs_from_parts"]}),
    ],
)
def test_rates_that_contradict_themselves_are_refused(
    settings: Settings, rates: list[dict[str, Any]], expected: dict[str, list[str]]
) -> None:
    result = judge_warehouse(settings, rates)
    assert result.failed_rows("critical") == expected
    with pytest.raises(GateFailed, match="warehouse gate"):
        require(result)


def test_a_rate_over_all_units_behind_which_no_unit_stands_is_noted(settings: Settings) -> None:
    result = judge_warehouse(settings, [rate(None, 7, 10)])
    assert result.success
    assert result.counts("warning") == {"parts_missing": 1}


def test_a_warehouse_without_rates_passes(settings: Settings) -> None:
    assert judge_warehouse(settings, GOOD_RATES).success
    empty = warehouse_frame(pd.DataFrame(GOOD_RATES).iloc[:0])
    assert judge(settings, "warehouse", "load-1", empty, "rate_id").success


def test_removing_an_expectation_from_the_json_lets_the_load_in(settings: Settings, edit: Edit) -> None:
    rates = [rate(None, 8, 10), *GOOD_RATES[1:]]
    assert not judge_warehouse(settings, rates).success
    edit("warehouse", lambda suite: suite.remove(rule_for("whole_differs_from_parts")(suite)))
    assert judge_warehouse(settings, rates).success
