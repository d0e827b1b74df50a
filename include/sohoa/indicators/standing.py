"""Every declared indicator in a period: its figure against its target, or that there is none and what is missing."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Connection

from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Unit
from sohoa.errors import SohoaError
from sohoa.indicators.bases import Base, base_of
from sohoa.indicators.declared import DeclaredIndicator, DeclaredTarget, Measured, load_indicators
from sohoa.indicators.export_figures import figures_of_cases
from sohoa.indicators.measured import MISSING, Measurement
from sohoa.indicators.periods import Period
from sohoa.indicators.rates import Rate, compute_rates
from sohoa.indicators.readings import Reading, newest_readings
from sohoa.indicators.scopes import in_scope
from sohoa.messages import say
from sohoa.settings import Settings

Verdict = Literal["met", "missed", "no_data", "no_target", "no_base", "ambiguous", "not_comparable"]

EVIDENCE_TO_COME = "indicator.missing_evidence"
_CONCLUSIVE = ("met", "missed")
_COMPARE = {">=": operator.ge, "<=": operator.le}


@dataclass(frozen=True)
class TargetInYear:
    """What an indicator has to reach in a year.

    Attributes:
        value: in the indicator's unit of measure, shares from 0 to 1.
        basis: `stated` | `assumed_base` | `measured_base` | `no_legal_source`.
        relative: the other reading of "+20 %" (C5); None where the target does not grow.
        due_on: the last day to reach it; None if it has no end (C14).
    """

    value: Decimal
    basis: str
    relative: Decimal | None = None
    due_on: dt.date | None = None


@dataclass(frozen=True)
class Standing:
    """One line of the table: an indicator, its measurement in a period, its target and what follows.

    `verdict`: `met` and `missed` only where there is a figure and an unambiguous target; `not_comparable` where
    the target is for a whole year and the period is not one; `no_base` where a growing target has none to grow
    from. `overdue`: missed, and the day to reach it is over.
    """

    indicator: DeclaredIndicator
    period: Period
    measured: Measurement
    target: TargetInYear | None
    verdict: Verdict
    overdue: bool = False

    @property
    def gap(self) -> float | None:
        """What is missing to the target in the unit of measure, below 0 where it is exceeded; None without verdict."""
        if self.verdict not in _CONCLUSIVE or self.target is None or self.measured.value is None:
            return None
        short = float(self.target.value) - self.measured.value
        return round(short if self.indicator.comparator == ">=" else -short, 9)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        target = self.target
        return {
            "indicator": self.indicator.code,
            "name": self.indicator.name,
            "name_en": self.indicator.name_en,
            "population": self.indicator.population,
            "scope": self.indicator.scope,
            "unit_of_measure": self.indicator.unit,
            "status": self.indicator.status,
            "measured_by": self.indicator.measured,
            "period": self.period.name,
            "calendar": self.period.calendar,
            **self.measured.as_dict(),
            "comparator": self.indicator.comparator,
            "target": target and float(target.value),
            "target_basis": target and target.basis,
            "target_relative": target and (None if target.relative is None else float(target.relative)),
            "due_on": target and target.due_on and target.due_on.isoformat(),
            "verdict": self.verdict,
            "overdue": self.overdue,
            "missing": self.missing_text("vi"),
            "missing_en": self.missing_text("en"),
        }

    def missing_text(self, language: str) -> str | None:
        """What is missing for a figure, for people; None if there is one."""
        if self.measured.missing is None:
            return None
        needs = self.indicator.needs.vi if language == "vi" else self.indicator.needs.en
        return say(self.measured.missing, language, needs=needs, n=self.measured.n_unknown)


def standings(settings: Settings, period: Period, unit: str | None = None) -> list[Standing]:
    """Every declared indicator in a period, in the order of the ruleset; none is left out.

    Args:
        settings: Where the catalogue is.
        period: A year, half or quarter of either calendar.
        unit: Of one unit; None for all units in each target's scope together.

    Raises:
        SohoaError: neither the catalogue nor any figure knows the unit.
    """
    found = standings_by_unit(settings, period)
    known = {one.measured.unit_code for some in found for one in some}
    with reading(settings.catalogue_url) as session:
        if unit not in known and session.get(Unit, unit) is None:
            raise SohoaError(say("indicator.unit_unknown", settings.language, unit=unit))
    return [next((one for one in some if one.measured.unit_code == unit), _without(some[0], unit)) for some in found]


def standings_by_unit(settings: Settings, period: Period) -> list[list[Standing]]:
    """Every declared indicator in a period: over all units together first, then of each unit that has a figure."""
    rates = compute_rates(settings, period=period)
    with reading(settings.catalogue_url) as session:
        return list(_standings(session.connection(), period, load_indicators().indicators, rates))


def standings_of(settings: Settings, code: str, period: Period, rates: Sequence[Rate] | None = None) -> list[Standing]:
    """One indicator in a period: over all units together first, then of each unit that has a figure.

    Args:
        settings: Where the catalogue is.
        code: The indicator's.
        period: A year, half or quarter of either calendar.
        rates: The rates at the period's end where they were measured already.

    Raises:
        SohoaError: there is no such indicator.
    """
    indicator = load_indicators().get(code)
    if indicator is None:
        known = ", ".join(one.code for one in load_indicators().indicators)
        raise SohoaError(say("indicator.unknown", settings.language, indicator=code, known=known))
    if rates is None:
        rates = compute_rates(settings, period=period) if indicator.measured == "register" else []
    with reading(settings.catalogue_url) as session:
        return next(_standings(session.connection(), period, [indicator], rates))


def _without(whole: Standing, unit: str | None) -> Standing:
    """The line of a unit that has no figure of this indicator."""
    missing = whole.measured.missing if whole.indicator.measured == "evidence" else MISSING
    measured = Measurement(unit, missing=missing)
    return Standing(whole.indicator, whole.period, measured, whole.target, "no_data")


def _standings(
    connection: Connection, period: Period, wanted: Sequence[DeclaredIndicator], rates: Sequence[Rate]
) -> Iterator[list[Standing]]:
    scopes = {one.code: one.scope for one in wanted if one.measured == "case_export"}
    exported = figures_of_cases(connection, period, scopes) if scopes else {}
    readings = list(newest_readings(connection, period).values())
    figures: dict[Measured, Callable[[DeclaredIndicator], list[Measurement]]] = {
        "register": lambda one: _register_figures(one, rates),
        "case_export": lambda one: exported[one.code],
        "readings": lambda one: _read_figures(one, readings),
        "evidence": lambda _: [Measurement(None, missing=EVIDENCE_TO_COME)],
    }
    for indicator in wanted:
        target = target_in(indicator, period.year, base_of(connection, indicator))
        yield [_standing(indicator, period, one, target) for one in figures[indicator.measured](indicator)]


def _register_figures(indicator: DeclaredIndicator, rates: Sequence[Rate]) -> list[Measurement]:
    return [
        Measurement(
            one.unit_code, one.numerator, one.denominator, one.rate, missing=MISSING if one.rate is None else None
        )
        for one in rates
        if one.indicator == indicator.code
    ]


def _read_figures(indicator: DeclaredIndicator, readings: list[Reading]) -> list[Measurement]:
    """The reading of the whole scope, then those of its units: parts are not added up, some may be missing."""
    own = [one for one in readings if one.indicator == indicator.code]
    whole = next((one for one in own if one.unit_code == indicator.scope), None)
    parts = [one for one in own if one.unit_code != indicator.scope and in_scope(one.unit_code, indicator.scope)]
    total = _read_figure(None, whole) if whole else Measurement(None, missing=MISSING)
    return [total, *(_read_figure(one.unit_code, one) for one in sorted(parts, key=lambda one: one.unit_code))]


def _read_figure(unit: str | None, told: Reading) -> Measurement:
    value = told.value
    if told.numerator is not None and told.denominator is not None:
        value = told.numerator / told.denominator if told.denominator else None
    missing = MISSING if value is None else None
    return Measurement(unit, told.numerator, told.denominator, value, missing=missing, source=told.source)


def target_in(indicator: DeclaredIndicator, year: int, base: Base | None) -> TargetInYear | None:
    """The target of a year: stated, or grown from its base in percentage points (C5)."""
    growth = indicator.growth
    if growth is not None and _grows_in(indicator, year):
        if base is None:
            return None
        due_on = dt.date(year, 12, 31)
        return TargetInYear(growth.points(base.value, year), base.basis, growth.relative(base.value, year), due_on)
    stated: DeclaredTarget | None = indicator.target_in(year)
    return None if stated is None else TargetInYear(stated.value, stated.basis, due_on=stated.due_in(year))


def _grows_in(indicator: DeclaredIndicator, year: int) -> bool:
    growth = indicator.growth
    return growth is not None and growth.first_year <= year <= growth.last_year


def _standing(
    indicator: DeclaredIndicator, period: Period, measured: Measurement, target: TargetInYear | None
) -> Standing:
    verdict = _verdict(indicator, period, measured, target)
    overdue = verdict == "missed" and target is not None and target.due_on is not None and period.end >= target.due_on
    return Standing(indicator, period, measured, target, verdict, overdue)


def _verdict(
    indicator: DeclaredIndicator, period: Period, measured: Measurement, target: TargetInYear | None
) -> Verdict:
    if measured.value is None:
        return "no_data"
    if target is None:
        return "no_base" if _grows_in(indicator, period.year) else "no_target"
    if indicator.status == "ambiguous":
        return "ambiguous"
    if indicator.unit == "cases_per_person_year" and period.kind != "year":
        return "not_comparable"
    # As decimals: 0.6 of a hundred is not to fall short of 60 % by a float's last digit.
    reached = _COMPARE[indicator.comparator](_exact(measured), target.value)
    return "met" if reached else "missed"


def _exact(measured: Measurement) -> Decimal:
    if measured.numerator is not None and measured.denominator and measured.factor is None:
        return Decimal(measured.numerator) / Decimal(measured.denominator)
    return Decimal(str(measured.value))
