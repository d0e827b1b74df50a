from __future__ import annotations

import copy
import datetime as dt
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from sohoa.errors import SohoaError
from sohoa.indicators import load_indicators, load_rulebook
from sohoa.indicators.declared import Growth, due_on, read_book

PAGE_ONE = {f"T{number:02}" for number in (*range(1, 4), *range(5, 15), *range(20, 30))} | {"T04a", "T04b", "T04c"}
QD_766 = {f"Q766-{number}" for number in ("2.1", "3.3", "4.1", "4.2", "4.3", "4.4", "5.4")}
CLASSES = {"T04a-HS", "T04a-GT"}


@pytest.fixture
def data() -> dict[str, Any]:
    text = files("sohoa.rulesets").joinpath("indicators.yaml").read_text(encoding="utf-8")
    return copy.deepcopy(yaml.safe_load(text))


def test_every_row_of_the_source_documents_and_of_766_is_declared() -> None:
    assert {one.code for one in load_indicators().indicators} == PAGE_ONE | QD_766 | CLASSES


def test_every_indicator_says_where_it_is_from_and_what_it_needs() -> None:
    for one in load_indicators().indicators:
        assert one.name != one.name_en
        assert one.needs.vi
        assert one.needs.en
        roles = {load_indicators().sources[source.document].role for source in one.sources}
        lines = [line for source in one.sources for line in source.lines]
        assert roles != {"press_copy"}
        assert lines or one.code.startswith("Q766")


# Written anew from domain.md §1.1: code, year, value, comparator, status; None where a year has no target.
TARGETS = [
    ("T01", 2021, "0.40", ">=", "binding"),
    ("T01", 2022, None, ">=", "binding"),
    ("T02", 2022, "0.60", ">=", "binding"),
    ("T03", 2022, "1.00", ">=", "goal"),
    ("T04a", 2026, "1.00", ">=", "binding"),
    ("T05", 2024, "1.00", ">=", "binding"),
    ("T06", 2023, "0.80", ">=", "binding"),
    ("T06", 2022, None, ">=", "binding"),
    ("T07", 2025, "0.50", ">=", "binding"),
    ("T08", 2023, "0.80", ">=", "binding"),
    ("T09", 2022, "30", "<=", "binding"),
    ("T10", 2023, "15", "<=", "binding"),
    ("T11", 2025, "30", "<=", "ambiguous"),
    ("T12", 2024, "2000", ">=", "binding"),
    ("T13", 2025, "0.95", ">=", "binding"),
    ("T13", 2024, None, ">=", "binding"),
    ("T14", 2023, "1", ">=", "binding"),
    ("T20", 2025, "0.80", ">=", "goal"),
    ("T21", 2025, "1.00", ">=", "goal"),
    ("T22", 2025, "0.90", ">=", "goal"),
    ("T23", 2025, "1.00", ">=", "goal"),
    ("T24", 2025, "0.50", ">=", "goal"),
    ("T25", 2021, "1.00", ">=", "goal"),
    ("T26", 2022, "1.00", ">=", "goal"),
    ("T27", 2023, "3", "<=", "goal"),
    ("T28", 2023, None, ">=", "goal"),
    ("T29", 2022, "1.00", ">=", "binding"),
    ("Q766-3.3", 2022, "0.50", ">=", "goal"),
    ("Q766-4.1", 2024, None, ">=", "goal"),
    ("Q766-4.2", 2030, "0.80", ">=", "goal"),
    ("Q766-4.3", 2022, "0.80", ">=", "goal"),
    ("Q766-4.3", 2021, None, ">=", "goal"),
]


@pytest.mark.parametrize(("code", "year", "value", "comparator", "status"), TARGETS)
def test_targets_are_those_of_the_documents(
    code: str, year: int, value: str | None, comparator: str, status: str
) -> None:
    indicator = load_indicators().get(code)
    assert indicator is not None
    target = indicator.target_in(year)
    assert (indicator.comparator, indicator.status) == (comparator, status)
    assert (None if target is None else target.value) == (None if value is None else Decimal(value))


def test_what_the_warehouse_publishes_has_its_name_and_population_from_there() -> None:
    for code, published in load_rulebook().indicators.items():
        declared = load_indicators().get(code)
        assert declared is not None
        assert (declared.name, declared.population) == (published.name, published.population)


@pytest.mark.parametrize(
    ("due", "day"),
    [
        ("2022-12", dt.date(2022, 12, 31)),
        ("2024-02", dt.date(2024, 2, 29)),
        ("2022Q4", dt.date(2022, 12, 31)),
        ("2022Q1", dt.date(2022, 3, 31)),
        ("2025", dt.date(2025, 12, 31)),
        ("continuous", None),
    ],
)
def test_a_term_ends_with_its_month_quarter_or_year_or_never(due: str, day: dt.date | None) -> None:
    """C14."""
    assert due_on(due) == day


@pytest.mark.parametrize(
    ("base", "points", "relative"),
    [
        ("0.60", ["0.80", "1", "1"], ["0.72", "0.864", "1"]),
        ("0.40", ["0.60", "0.80", "1"], ["0.48", "0.576", "0.6912"]),
    ],
)
def test_twenty_per_cent_read_as_points_and_as_growth(base: str, points: list[str], relative: list[str]) -> None:
    """C5, with the figures of domain.md."""
    growth = Growth(first_year=2023, last_year=2025, base_year=2022, step=Decimal("0.20"), cap=Decimal(1))
    years = (2023, 2024, 2025)
    assert [growth.points(Decimal(base), year) for year in years] == [Decimal(one) for one in points]
    assert [growth.relative(Decimal(base), year) for year in years] == [Decimal(one) for one in relative]


def test_national_floors_by_level_stand_beside_the_ministrys_own_target() -> None:
    """C9: S002 names no figure for the province, QĐ 468 does."""
    indicator = load_indicators().get("T01")
    assert indicator is not None
    assert indicator.floors is not None
    assert indicator.floors.source == "Q468"
    assert [indicator.floors.of(level) for level in ("central", "province", "district", "commune")] == [
        Decimal(share) for share in ("0.40", "0.30", "0.20", "0.15")
    ]


def test_the_press_copy_and_the_draft_are_marked() -> None:
    """C10 and C13."""
    sources = load_indicators().sources
    assert (sources["S001"].role, sources["S002"].role) == ("press_copy", "draft")
    of_the_draft = [one for one in load_indicators().indicators if one.sources[0].document == "S002"]
    assert len(of_the_draft) == 9
    assert {one.status for one in of_the_draft} == {"goal"}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda row: row.update(targets=[{"first_year": 2023, "value": "80"}]), "between 0 and 1"),
        (lambda row: row.update(targets=row["targets"] * 2), "two targets for one year"),
        (lambda row: row.update(targets=[{"first_year": 2025, "last_year": 2023, "value": "0.8"}]), "ends before"),
        (lambda row: row.update(sources=[{"document": "S009", "section": "1"}]), "no source document"),
        (lambda row: row.update(sources=[{"document": "S001", "section": "1"}]), "press copies alone"),
        (lambda row: row.update(colour="red"), "Extra inputs"),
        (lambda row: row.update(status="sure"), "binding"),
        (lambda row: row.update(due="2022-13"), "not a report period"),
        (lambda row: row.pop("needs"), "Field required"),
        (lambda row: row.pop("numerator"), "go together"),
        (lambda row: row.update(code="T07"), "stands twice"),
    ],
)
def test_a_ruleset_that_contradicts_itself_is_refused(data: dict[str, Any], change: Any, complaint: str) -> None:
    change(next(row for row in data["indicators"] if row["code"] == "T06"))
    with pytest.raises((ValidationError, SohoaError), match=complaint):
        read_book(data, load_rulebook())
