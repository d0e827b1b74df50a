"""Every target of the source documents as a declared indicator: `rulesets/indicators.yaml`, checked when it is loaded.

The digitisation shares that the warehouse publishes (T01-T04a) have their names and targets in `targets.yaml`.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sohoa.indicators.periods import LAST_YEAR, make_period, parse_period
from sohoa.indicators.targets import Rulebook, load_rulebook

Measured = Literal["register", "case_export", "readings", "evidence"]
Status = Literal["binding", "goal", "ambiguous"]
MeasureUnit = Literal["share", "minutes", "cases_per_person_year", "rank", "yes_no"]
Level = Literal["central", "province", "district", "commune"]

CONTINUOUS = "continuous"
_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])", re.ASCII)


def due_on(due: str) -> dt.date | None:
    """The last day of a due month (2022-12), quarter (2022Q4), half or year; None: it never ends (C14).

    Raises:
        SohoaError: not such a term.
    """
    if due == CONTINUOUS:
        return None
    if found := _MONTH.fullmatch(due):
        year, month = int(found["year"]), int(found["month"])
        return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
    return parse_period(due).end


def _known_due(due: str) -> str:
    due_on(due)
    return due


Due = Annotated[str, AfterValidator(_known_due)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Data):
    """A text in both languages."""

    vi: str
    en: str


class SourceDocument(_Data):
    """A document that names targets. `role`: a press copy repeats another one and is never counted (C10)."""

    title: str
    role: Literal["decision", "plan", "draft", "press_copy"]
    issued_on: dt.date | None = None
    note: str | None = None


class Citation(_Data):
    """Where in a source document; `lines` are those of the text files (domain.md §0.2)."""

    document: str
    section: str
    lines: tuple[int, ...] = ()


class DeclaredTarget(_Data):
    """What is to be reached from `first_year` to `last_year` (None: open), in the indicator's unit of measure.

    `basis`: `stated` | `assumed_base` | `measured_base` | `no_legal_source`.
    """

    first_year: int
    last_year: int | None = None
    value: Decimal
    due: Due | None = None
    basis: str = "stated"

    def holds_in(self, year: int) -> bool:
        """Whether the target is one of this year."""
        return self.first_year <= year and (self.last_year is None or year <= self.last_year)

    def due_in(self, year: int) -> dt.date | None:
        """The last day to reach it; None if it has no end."""
        return due_on(self.due) if self.due else make_period("year", year, 1, "civil").end


class Growth(_Data):
    """A target that grows by `step` a year from what was measured in `base_year`, up to `cap` (T04)."""

    first_year: int
    last_year: int
    base_year: int
    step: Decimal
    cap: Decimal

    def points(self, base: Decimal, year: int) -> Decimal:
        """The default reading of C5: percentage points, min(cap, base + step × years)."""
        return min(self.cap, base + self.step * (year - self.base_year))

    def relative(self, base: Decimal, year: int) -> Decimal:
        """The other reading of C5: by a fifth each year, min(cap, base × (1 + step)^years)."""
        return min(self.cap, base * (1 + self.step) ** (year - self.base_year))


class Floors(_Data):
    """National minimum shares by level of administration (C9)."""

    source: str
    year: int
    central: Decimal
    province: Decimal
    district: Decimal
    commune: Decimal

    def of(self, level: Level) -> Decimal:
        """The floor of a level."""
        return {
            "central": self.central,
            "province": self.province,
            "district": self.district,
            "commune": self.commune,
        }[level]


class DeclaredIndicator(_Data):
    """One row of domain.md §1.1 or §1.4. The head of `indicators.yaml` says what the fields mean."""

    code: str
    name: str
    name_en: str
    population: Literal["P1", "P2", "P3", "P4", "none"]
    scope: Literal["G09", "H48", "VN"]
    status: Status
    numerator: Text | None = None
    denominator: Text | None = None
    denominator_fixed: int | None = Field(None, gt=0)
    unit: MeasureUnit
    comparator: Literal[">=", "<="]
    measured: Measured
    sources: tuple[Citation, ...] = Field(min_length=1)
    targets: tuple[DeclaredTarget, ...] = ()
    growth: Growth | None = None
    floors: Floors | None = None
    due: Due | None = None
    needs: Text
    note: str | None = None
    in_rulebook: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> DeclaredIndicator:
        years = sorted((target.first_year, target.last_year or LAST_YEAR) for target in self.targets)
        if any(later[0] <= earlier[1] for earlier, later in pairwise(years)):
            raise ValueError(f"{self.code} has two targets for one year: sources that disagree are two indicators")
        if any(first > last for first, last in years):
            raise ValueError(f"{self.code}: a target ends before it begins")
        if self.unit == "share" and any(not 0 <= target.value <= 1 for target in self.targets):
            raise ValueError(f"{self.code}: a share lies between 0 and 1")
        if (self.numerator is None) != (self.denominator is None):
            raise ValueError(f"{self.code}: numerator and denominator go together")
        return self

    def target_in(self, year: int) -> DeclaredTarget | None:
        """The target that holds in a year."""
        return next((target for target in self.targets if target.holds_in(year)), None)


class IndicatorBook(_Data):
    """All source documents and declared indicators, in the order of the file."""

    sources: dict[str, SourceDocument]
    indicators: tuple[DeclaredIndicator, ...]

    @model_validator(mode="after")
    def _consistent(self) -> IndicatorBook:
        codes = [indicator.code for indicator in self.indicators]
        if len(codes) != len(set(codes)):
            raise ValueError("an indicator stands twice")
        for indicator in self.indicators:
            cited = {citation.document for citation in indicator.sources}
            if unknown := cited - self.sources.keys():
                raise ValueError(f"{indicator.code} cites {', '.join(sorted(unknown))}, which no source document is")
            if all(self.sources[document].role == "press_copy" for document in cited):
                raise ValueError(f"{indicator.code} rests on press copies alone")
        return self

    def get(self, code: str) -> DeclaredIndicator | None:
        """The indicator of a code, whatever its letters' case."""
        return next((one for one in self.indicators if one.code.casefold() == code.casefold()), None)


@lru_cache(maxsize=1)
def load_indicators() -> IndicatorBook:
    """The declared indicators.

    Raises:
        pydantic.ValidationError: the ruleset contradicts itself.
    """
    text = files("sohoa.rulesets").joinpath("indicators.yaml").read_text(encoding="utf-8")
    return read_book(yaml.safe_load(text), load_rulebook())


def read_book(data: dict[str, Any], rulebook: Rulebook) -> IndicatorBook:
    """The book of this data; names and targets of what is `in_rulebook` come from there."""
    rows = [_from_rulebook(row, rulebook) if row.get("in_rulebook") else row for row in data["indicators"]]
    return IndicatorBook.model_validate({**data, "indicators": rows})


def _from_rulebook(row: dict[str, Any], rulebook: Rulebook) -> dict[str, Any]:
    indicator = rulebook.indicators[row["code"]]
    rules = [rule for rule in rulebook.rules if rule.fields["indicator"] == indicator.code]
    growing = next((rule for rule in rules if rule.step is not None), None)
    targets = [
        {
            "first_year": rule.first_year,
            "last_year": rule.last_year,
            "value": rule.value,
            "due": row.get("due"),
            "basis": rule.fields["basis"],
        }
        for rule in rules
        if rule.value is not None
    ]
    named = {"name": indicator.name, "name_en": indicator.name_en, "population": indicator.population}
    growth = growing and {
        name: getattr(growing, name) for name in ("first_year", "last_year", "base_year", "step", "cap")
    }
    return {**row, **named, "targets": targets, "growth": growth}
