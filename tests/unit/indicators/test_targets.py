from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from sohoa.indicators import Population, load_rulebook
from sohoa.indicators.targets import TargetRule


def growing(base: str) -> TargetRule:
    return TargetRule(2023, 2025, None, Decimal(base), 2022, Decimal("0.20"), Decimal("1.00"), {})


@pytest.mark.parametrize(
    ("base", "shares"),
    [("0.60", [0.8, 1.0, 1.0]), ("0.40", [0.6, 0.8, 1.0]), ("0.35", [0.55, 0.75, 0.95])],
)
def test_twenty_points_a_year_until_complete(base: str, shares: list[float]) -> None:
    assert [growing(base).value_in(year) for year in (2023, 2024, 2025)] == shares
    assert growing(base).value_in(2022) is growing(base).value_in(2026) is None


def test_a_rule_without_value_is_refused() -> None:
    rule = TargetRule(2023, None, None, Decimal("0.60"), None, None, None, {"indicator": "T04a"})
    with pytest.raises(ValueError, match="T04a"):
        rule.value_in(2023)


def test_sources_that_disagree_stay_two_targets() -> None:
    floor, goal = (load_rulebook().target(code, 2022) for code in ("T02", "T03"))
    assert floor is not None
    assert goal is not None
    assert (floor.status, floor.value, floor.population) == ("binding", 0.6, "P2")
    assert (goal.status, goal.value, goal.population) == ("goal", 1.0, "P1")
    assert floor.issued_on == dt.date(2021, 12, 31)
    assert goal.issued_on is None  # the source has neither number nor date


def test_what_no_source_says_is_marked() -> None:
    marks = {target.year: target.basis for target in load_rulebook().targets(range(2021, 2028))}
    assert marks[2025] == "assumed_base"
    assert marks[2026] == marks[2027] == "no_legal_source"


def test_every_target_names_its_source_or_says_that_there_is_none() -> None:
    for target in load_rulebook().targets(range(2021, 2030)):
        assert (target.source_document is None) == (target.basis == "no_legal_source")
        assert (target.source_line is None) == (target.source_document is None)


@pytest.mark.parametrize("outcome", ["Từ chối", "TỪ CHỐI giải quyết", "Rút hồ sơ", "Dừng xử lý", "Không giải quyết"])
def test_cases_refused_withdrawn_or_stopped_do_not_count(outcome: str) -> None:
    assert cases().excludes(outcome)


@pytest.mark.parametrize("outcome", [None, "", "Đúng hạn", "Đã trả kết quả", "Đã giải quyết"])
def test_other_cases_count(outcome: str | None) -> None:
    assert not cases().excludes(outcome)


def cases() -> Population:
    return load_rulebook().populations["P3"]
