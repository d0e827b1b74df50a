"""The headline path: the Ministry's digitisation share year by year against its target, with the breaks in between.

2021 T01 on P1, 2022 T02 on P2, from 2023 on T04a on the year's own cases, P3(y). What is counted changes twice, so
neighbouring points across a break do not compare; the line on P2 beside them always counts the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection

from sohoa.catalogue.database import reading
from sohoa.indicators.bases import Base, base_of
from sohoa.indicators.declared import DeclaredIndicator, load_indicators
from sohoa.indicators.periods import Calendar, Period, make_period, today
from sohoa.indicators.rates import Rate, compute_rates
from sohoa.indicators.standing import target_in
from sohoa.settings import Settings

FIRST_YEAR = 2021
SAME_POPULATION = "T02"
"""Counts P2 in every year."""

GROWING = "T04a"


@dataclass(frozen=True)
class HeadlinePoint:
    """One year of the path; shares from 0 to 1, None where nothing is to be counted.

    `basis` of the target: `stated` | `assumed_base` | `measured_base` | `no_legal_source`.
    `relative_target` is the other reading of "+20 %" (C5). `same_*` are the figures on P2.
    `is_over`: the year has ended, so that nothing more is resolved in it.
    """

    year: int
    indicator: str
    population: str
    numerator: int
    denominator: int
    rate: float | None
    target: float | None
    relative_target: float | None
    basis: str | None
    same_numerator: int
    same_denominator: int
    same_rate: float | None
    is_over: bool = True


@dataclass(frozen=True)
class PopulationBreak:
    """From `year` on something else is counted than before; `message` names the break."""

    year: int
    before: str
    after: str
    message: str


@dataclass(frozen=True)
class HeadlinePath:
    """The points by year, the breaks between them, and what the targets from 2023 on grow from.

    `measured_base` is the share of 2022 on P3 as it stands now, whether or not it was approved.
    """

    calendar: str
    unit_code: str | None
    points: tuple[HeadlinePoint, ...]
    breaks: tuple[PopulationBreak, ...]
    base: Base
    measured_base: float | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        base = {**asdict(self.base), "value": float(self.base.value)}
        return {**asdict(self), "base": base}


def headline_path(
    settings: Settings, last_year: int, *, calendar: Calendar = "civil", unit: str | None = None
) -> HeadlinePath:
    """The path from 2021 to `last_year`, of one unit or of all together.

    Args:
        settings: Where the catalogue is.
        last_year: 2022 or later.
        calendar: civil, or report (years run from 15 December to 14 December).
        unit: A unit's code; None for all.
    """
    periods = [make_period("year", year, 1, calendar) for year in range(FIRST_YEAR, last_year + 1)]
    rates = {period.year: compute_rates(settings, period=period) for period in periods}
    with reading(settings.catalogue_url) as session:
        base = base_of_path(session.connection())
    return path_of(rates, base, calendar=calendar, unit=unit)


def base_of_path(connection: Connection) -> Base:
    """What the path's targets grow from: the approved share, else the assumed one."""
    base = base_of(connection, _declared(GROWING))
    if base is None:
        raise ValueError(f"{GROWING} has neither a measured nor an assumed base")
    return base


def path_of(
    rates: Mapping[int, Sequence[Rate]], base: Base, *, calendar: Calendar = "civil", unit: str | None = None
) -> HeadlinePath:
    """The path over rates that were measured already: those at the end of each year, by year."""
    points = tuple(_point(make_period("year", year, 1, calendar), rates[year], base, unit) for year in sorted(rates))
    measured = _rate(rates.get(base.year, ()), GROWING, unit)
    return HeadlinePath(calendar, unit, points, _breaks(points), base, measured.rate)


def indicator_of_year(year: int) -> str:
    """The indicator whose target is the year's headline (C1: S000 for 2022)."""
    return {2021: "T01", 2022: "T02"}.get(year, GROWING)


def _declared(code: str) -> DeclaredIndicator:
    found = load_indicators().get(code)
    if found is None:
        raise ValueError(f"{code} is not in the ruleset")
    return found


def _point(period: Period, rates: Sequence[Rate], base: Base, unit: str | None) -> HeadlinePoint:
    year = period.year
    indicator = _declared(indicator_of_year(year))
    own, same = _rate(rates, indicator.code, unit), _rate(rates, SAME_POPULATION, unit)
    target = target_in(indicator, year, base)
    return HeadlinePoint(
        year=year,
        indicator=indicator.code,
        population=indicator.population,
        numerator=own.numerator,
        denominator=own.denominator,
        rate=own.rate,
        target=_share(target.value if target else None),
        relative_target=_share(target.relative if target else None),
        basis=target.basis if target else None,
        same_numerator=same.numerator,
        same_denominator=same.denominator,
        same_rate=same.rate,
        is_over=period.end < today(),
    )


def _share(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _rate(rates: Sequence[Rate], indicator: str, unit: str | None) -> Rate:
    """The rate of a unit; of one that has nothing to count, an empty one."""
    found = (rate for rate in rates if rate.indicator == indicator and rate.unit_code == unit)
    nothing = Rate(indicator, unit, None, None, 0, 0, None, None, None, None)
    return next(found, nothing)


def _breaks(points: tuple[HeadlinePoint, ...]) -> tuple[PopulationBreak, ...]:
    return tuple(
        PopulationBreak(
            after.year,
            before.population,
            after.population,
            f"indicator.break_{before.population}_{after.population}".lower(),
        )
        for before, after in pairwise(points)
        if before.population != after.population
    )
