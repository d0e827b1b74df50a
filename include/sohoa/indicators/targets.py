"""Indicators, populations and legal targets: dated data of `rulesets/targets.yaml`."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from sohoa.errors import SohoaError


@dataclass(frozen=True)
class Population:
    """What is counted: `counts` is `result` or `case`.

    `unsuccessful_outcomes` are words of a case's outcome with which it does not count.
    """

    code: str
    name: str
    name_en: str
    counts: str
    unsuccessful_outcomes: tuple[str, ...] = ()

    def excludes(self, outcome: str | None) -> bool:
        """Whether a case with this outcome, as the register has it, stays out.

        Tone marks are kept in the comparison: `dừng` (stopped) is not `đúng` (in time).
        """
        words = " ".join(unicodedata.normalize("NFC", outcome or "").casefold().split())
        return any(re.search(rf"\b{re.escape(word)}\b", words) for word in self.unsuccessful_outcomes)


@dataclass(frozen=True)
class Indicator:
    """One measured share, by its number in domain.md §1.1."""

    code: str
    name: str
    name_en: str
    population: str


@dataclass(frozen=True)
class Target:
    """What an indicator has to reach in one year.

    `value` is a share from 0 to 1; `status` is `binding` or `goal`; `basis` is `stated`, `assumed_base`,
    `measured_base` or `no_legal_source`. `source_line` points into the source document. `base` is the share that
    the value grew from, if it grew; `base_approved_on` the day on which that was approved, if it was.
    """

    indicator: str
    population: str
    year: int
    value: float
    comparator: str
    period_type: str
    scope_unit: str
    status: str
    basis: str
    source_document: str | None
    source_section: str | None
    source_line: str | None
    issued_on: dt.date | None
    note: str | None
    base: float | None = None
    base_approved_on: dt.date | None = None

    @property
    def key(self) -> str:
        """`T02|2022`: an indicator has at most one target a year."""
        return f"{self.indicator}|{self.year}"


@dataclass(frozen=True)
class TargetRule:
    """One rule of the ruleset: the years it holds for, and its value or how the value grows."""

    first_year: int
    last_year: int | None
    value: Decimal | None
    base: Decimal | None
    base_year: int | None
    step: Decimal | None
    cap: Decimal | None
    fields: dict[str, Any]
    base_approved_on: dt.date | None = None

    def value_in(self, year: int) -> float | None:
        """The share to reach in `year`; None where the rule does not hold."""
        if year < self.first_year or (self.last_year is not None and year > self.last_year):
            return None
        if self.value is not None:
            return float(self.value)
        if self.base is None or self.step is None or self.cap is None or self.base_year is None:
            raise ValueError(f"a target needs a value, or base, base_year, step and cap: {self.fields}")
        return float(min(self.cap, self.base + self.step * (year - self.base_year)))


@dataclass(frozen=True)
class Rulebook:
    """All populations, indicators and target rules."""

    populations: dict[str, Population]
    indicators: dict[str, Indicator]
    rules: tuple[TargetRule, ...]

    def indicator(self, code: str) -> Indicator:
        """The indicator of a code.

        Raises:
            SohoaError: no such indicator.
        """
        if code not in self.indicators:
            raise SohoaError(f"There is no indicator {code!r}: use {', '.join(sorted(self.indicators))}.")
        return self.indicators[code]

    def target(self, indicator: str, year: int) -> Target | None:
        """The target of an indicator for a year, or None if no rule holds then."""
        for rule in self.rules:
            if rule.fields["indicator"] != indicator:
                continue
            value = rule.value_in(year)
            if value is not None:
                population = self.indicators[indicator].population
                return Target(
                    population=population,
                    year=year,
                    value=value,
                    base=None if rule.base is None else float(rule.base),
                    base_approved_on=rule.base_approved_on,
                    **rule.fields,
                )
        return None

    def grown_from(self, indicator: str, year: int, base: Decimal, approved_on: dt.date) -> Rulebook:
        """This rulebook with the measured share of a year in place of the one that an indicator's rule assumes."""
        rules = (
            replace(
                rule,
                base=base,
                base_approved_on=approved_on,
                fields={**rule.fields, "basis": "measured_base", "note": None},
            )
            if rule.fields["indicator"] == indicator and rule.base_year == year
            else rule
            for rule in self.rules
        )
        return replace(self, rules=tuple(rules))

    def targets(self, years: range) -> list[Target]:
        """All targets of these years, sorted by indicator and year."""
        found = (self.target(code, year) for code in sorted(self.indicators) for year in years)
        return [target for target in found if target is not None]


@lru_cache(maxsize=1)
def load_rulebook() -> Rulebook:
    """The rulebook of `rulesets/targets.yaml`."""
    data: dict[str, Any] = yaml.safe_load(files("sohoa.rulesets").joinpath("targets.yaml").read_text(encoding="utf-8"))
    return Rulebook(
        populations={code: _population(code, row) for code, row in data["populations"].items()},
        indicators={code: Indicator(code=code, **row) for code, row in data["indicators"].items()},
        rules=tuple(_rule(row) for row in data["targets"]),
    )


def _population(code: str, row: dict[str, Any]) -> Population:
    words = tuple(unicodedata.normalize("NFC", word) for word in row.get("unsuccessful_outcomes", ()))
    return Population(code, row["name"], row["name_en"], row["counts"], words)


def _rule(row: dict[str, Any]) -> TargetRule:
    fields = dict(row)
    return TargetRule(
        first_year=fields.pop("first_year"),
        last_year=fields.pop("last_year"),
        value=_decimal(fields.pop("value", None)),
        base=_decimal(fields.pop("base", None)),
        base_year=fields.pop("base_year", None),
        step=_decimal(fields.pop("step", None)),
        cap=_decimal(fields.pop("cap", None)),
        fields=fields,
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
