"""What a page's scan is measured against: the dated rules of `rulesets/scan.yaml`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

CRITICAL, WARNING, FACT = "critical", "warning", "fact"


@dataclass(frozen=True)
class ScanRuleset:
    """What the law demands of scans that were made within a period.

    Attributes:
        id: Its main source, by the keys of domain.md §0.2.
        valid_from: First day.
        valid_to: Last day; None while it is in force.
        sources: All sources, by the same keys.
        least_dpi: Dots per inch of a document.
        least_dpi_drawing: Of a map or drawing.
        colour: Whether scans must be in colour.
        least_bits: Bits per pixel; None where no source names a depth.
        scale: Size of the picture over that of the paper.
    """

    id: str
    valid_from: dt.date
    valid_to: dt.date | None
    sources: tuple[str, ...]
    least_dpi: float
    least_dpi_drawing: float
    colour: bool
    least_bits: int | None
    scale: float


@dataclass(frozen=True)
class ScanRules:
    """All rulesets in the order of their days, the room that measures need, limits of our own, and severities."""

    rulesets: tuple[ScanRuleset, ...]
    dpi_tolerance: float
    paper_tolerance_mm: float
    papers_mm: tuple[tuple[float, float], ...]
    least_sharpness: float
    least_contrast: float
    most_skew_degrees: float
    severity: Mapping[str, str]

    def on(self, day: dt.date) -> ScanRuleset:
        """The ruleset for scans of that day; the first one for earlier days."""
        return next((rules for rules in reversed(self.rulesets) if rules.valid_from <= day), self.rulesets[0])


@lru_cache(maxsize=1)
def load_scan_rules() -> ScanRules:
    """The rules of `rulesets/scan.yaml`."""
    data = yaml.safe_load(files("sohoa.rulesets").joinpath("scan.yaml").read_text(encoding="utf-8"))
    rulesets = [ScanRuleset(**{**row, "sources": tuple(row["sources"])}) for row in data["rulesets"]]
    room, limits = data["tolerances"], data["limits"]
    return ScanRules(
        rulesets=tuple(sorted(rulesets, key=lambda rules: rules.valid_from)),
        dpi_tolerance=room["dpi"],
        paper_tolerance_mm=room["paper_mm"],
        papers_mm=tuple((float(short), float(long)) for short, long in room["papers_mm"].values()),
        severity=data["severity"],
        **limits,
    )


def severity_of(flag: str) -> str:
    """`critical`, `warning` or `fact`; KeyError for what is no flag of a scan."""
    return load_scan_rules().severity[flag]


def judge_page(facts: Mapping[str, Any], on: dt.date) -> list[str]:
    """The quality flags of a page, sorted; the names of the contract (design.md §7) and of `scan.yaml`.

    A fact that is missing or None is not judged: a born-digital page has no resolution, a photo no print.

    Args:
        facts: Of the page, by the names of the catalogue's columns: `dpi`, `colour`, `paper_mm`, `sharpness`,
            `contrast`, `skew_degrees`, `rotation`; and `bits` (a pixel), `cut_edges`, `blank`, `drawing`.
        on: The day on which it was scanned.
    """
    rules = load_scan_rules()
    law = rules.on(on)
    least_dpi = law.least_dpi_drawing if facts.get("drawing") else law.least_dpi
    found = {
        "low_dpi": _is_below(facts.get("dpi"), least_dpi - rules.dpi_tolerance),
        "not_colour": _lacks_colour(facts, law),
        "not_1_to_1": _is_no_sheet(facts.get("paper_mm"), law.scale, rules),
        "blurred": _is_below(facts.get("sharpness"), rules.least_sharpness),
        "pale": _is_below(facts.get("contrast"), rules.least_contrast),
        "cut_edges": bool(facts.get("cut_edges")),
        "skewed": abs(facts.get("skew_degrees") or 0.0) > rules.most_skew_degrees,
        "upside_down": facts.get("rotation") == 180,
        "rotated_90": facts.get("rotation") in (90, 270),
        "blank_page": bool(facts.get("blank")),
    }
    return sorted(flag for flag, is_so in found.items() if is_so)


def _is_below(value: float | None, least: float) -> bool:
    return value is not None and value < least


def _lacks_colour(facts: Mapping[str, Any], law: ScanRuleset) -> bool:
    if law.colour and facts.get("colour") is False:
        return True
    return law.least_bits is not None and _is_below(facts.get("bits"), law.least_bits)


def _is_no_sheet(paper_mm: tuple[float, float] | None, scale: float, rules: ScanRules) -> bool:
    """Whether a page has the size of no usual sheet, lying or standing."""
    if paper_mm is None:
        return False
    short, long = sorted(side / scale for side in paper_mm)
    room = rules.paper_tolerance_mm
    return not any(abs(short - sheet[0]) <= room and abs(long - sheet[1]) <= room for sheet in rules.papers_mm)
