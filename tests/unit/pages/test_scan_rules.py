"""The dated rules of scans, and the flags they give."""

from __future__ import annotations

import datetime as dt
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sohoa.messages import LANGUAGES, load_messages
from sohoa.pages.scan_rules import CRITICAL, FACT, WARNING, judge_page, load_scan_rules, severity_of

SUITE = Path(__file__).parents[3] / "expectations" / "records.json"
BEFORE, AFTER = dt.date(2025, 6, 30), dt.date(2025, 7, 1)
GOOD: dict[str, Any] = {
    "dpi": 200.0,
    "colour": True,
    "bits": 24,
    "paper_mm": (210.0, 297.0),
    "sharpness": 3.4,
    "contrast": 0.7,
    "skew_degrees": 0.6,
    "rotation": 0,
    "cut_edges": False,
    "blank": False,
}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2010-01-01", "T02-19"),
        ("2019-03-10", "T02-19"),
        ("2020-03-04", "T02-19"),
        ("2020-03-05", "D30"),
        ("2025-06-30", "D30"),
        ("2025-07-01", "T05-25"),
        ("2031-01-01", "T05-25"),
    ],
)
def test_the_day_of_the_scan_chooses_the_rules(day: str, expected: str) -> None:
    assert load_scan_rules().on(dt.date.fromisoformat(day)).id == expected


def test_rulesets_follow_one_another_without_a_gap() -> None:
    rulesets = load_scan_rules().rulesets
    for earlier, later in pairwise(rulesets):
        assert earlier.valid_to is not None
        assert later.valid_from - earlier.valid_to == dt.timedelta(days=1)
    assert rulesets[-1].valid_to is None


def test_every_ruleset_names_its_sources() -> None:
    assert all(rules.sources for rules in load_scan_rules().rulesets)


def test_a_good_scan_has_no_flags() -> None:
    assert judge_page(GOOD, BEFORE) == judge_page(GOOD, AFTER) == []


@pytest.mark.parametrize(
    ("fact", "flags"),
    [
        ({"dpi": 194.9}, ["low_dpi"]),
        ({"dpi": 195.0}, []),
        ({"dpi": 72.0}, ["low_dpi"]),
        ({"colour": False}, ["not_colour"]),
        ({"paper_mm": (297.0, 210.0)}, []),
        ({"paper_mm": (213.0, 294.0)}, []),
        ({"paper_mm": (213.1, 297.0)}, ["not_1_to_1"]),
        ({"paper_mm": (216.0, 279.0)}, ["not_1_to_1"]),
        ({"paper_mm": (420.0, 297.0)}, []),
        ({"paper_mm": [148.0, 210.0]}, []),
        ({"sharpness": 1.2}, ["blurred"]),
        ({"contrast": 0.1}, ["pale"]),
        ({"cut_edges": True}, ["cut_edges"]),
        ({"skew_degrees": -4.0}, ["skewed"]),
        ({"skew_degrees": 4.0}, ["skewed"]),
        ({"rotation": 180}, ["upside_down"]),
        ({"rotation": 90}, ["rotated_90"]),
        ({"rotation": 270}, ["rotated_90"]),
        ({"blank": True}, ["blank_page"]),
        ({"dpi": 100.0, "rotation": 180, "colour": False}, ["low_dpi", "not_colour", "upside_down"]),
    ],
)
def test_each_fact_gives_its_flag_and_no_other(fact: dict[str, Any], flags: list[str]) -> None:
    assert judge_page(GOOD | fact, BEFORE) == flags


def test_what_is_not_known_is_not_judged() -> None:
    assert judge_page({}, AFTER) == []
    assert judge_page(dict.fromkeys(GOOD), AFTER) == []


def test_fewer_than_24_bits_are_no_colour_since_the_rules_name_a_depth() -> None:
    palette = GOOD | {"bits": 8}
    assert judge_page(palette, BEFORE) == []
    assert judge_page(palette, AFTER) == ["not_colour"]


def test_maps_and_drawings_need_300_dpi_since_the_rules_say_so() -> None:
    drawing = GOOD | {"drawing": True, "dpi": 250.0}
    assert judge_page(drawing, BEFORE) == []
    assert judge_page(drawing, AFTER) == ["low_dpi"]
    assert judge_page(drawing | {"dpi": 300.0}, AFTER) == []


def test_the_gate_stops_what_is_critical_at_the_same_resolution() -> None:
    (rule,) = (
        rule
        for rule in json.loads(SUITE.read_text(encoding="utf-8"))["expectations"]
        if rule["meta"]["reason"] == "low_dpi"
    )
    assert severity_of("low_dpi") == rule["severity"] == CRITICAL
    least = rule["kwargs"]["min_value"]
    rules = load_scan_rules()
    assert {ruleset.least_dpi - rules.dpi_tolerance for ruleset in rules.rulesets} == {least}


def test_only_what_has_a_severity_is_a_flag() -> None:
    assert set(load_scan_rules().severity.values()) == {CRITICAL, WARNING, FACT}
    with pytest.raises(KeyError):
        severity_of("handwritten_number")


def test_every_flag_that_can_be_given_has_a_severity_and_says_what_to_do_in_both_languages() -> None:
    bad = {
        **{"dpi": 1, "colour": False, "paper_mm": (1, 1), "sharpness": 0, "contrast": 0},
        **{"cut_edges": True, "skew_degrees": 9, "rotation": 180, "blank": True},
    }
    flags = {*judge_page(bad, AFTER), *judge_page({"rotation": 90}, AFTER)}
    assert flags == set(load_scan_rules().severity)
    for language in LANGUAGES:
        assert {flag for flag in flags if f"flag.{flag}" not in load_messages(language)} == set()
