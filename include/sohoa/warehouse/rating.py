"""Rates of all report periods, counted from the changes of the daily series."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

from sqlalchemy import Connection, func, select

from sohoa.indicators import REPORT_STARTS_ON, Cut, Period, Rate, Rulebook, Target, load_rulebook, rates_of
from sohoa.warehouse.dimensions import Row, period_key, unit_key
from sohoa.warehouse.tables import digitisation_rate
from sohoa.warehouse.unit_series import UnitChange

Counts = dict[tuple[int, str, str], tuple[int, int]]
"""Numerator and denominator by number of the period, population and unit code."""


def count_periods(changes: Iterable[UnitChange], periods: Sequence[Period]) -> Counts:
    """What these changes add up to at the end of each period.

    Stocks are counted as they stand on the period's last day, cases from the first day of its year.
    """
    days = sorted({period.end for period in periods})
    added: defaultdict[tuple[str, int, int, str], list[tuple[int, int]]] = defaultdict(lambda: [(0, 0)] * len(days))
    for change in changes:
        number = bisect_left(days, change.day)
        if number < len(days):
            so_far = added[change.population, change.cohort_year, change.report_year, change.unit_code]
            so_far[number] = (so_far[number][0] + change.digitised, so_far[number][1] + change.in_force)
    last_days = [bisect_left(days, period.end) for period in periods]
    counts: defaultdict[tuple[int, str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (population, cohort_year, report_year, unit), by_day in added.items():
        totals = list(accumulate(by_day, plus))
        for number in _periods_of(population, cohort_year, report_year, tuple(periods)):
            place = (number, population, unit)
            counts[place] = plus(counts[place], totals[last_days[number]])
    return dict(counts)


def published_counts(target: Connection, periods: Sequence[Period]) -> Counts:
    """The counts behind the published rates of these periods."""
    numbers = {period_key(period): number for number, period in enumerate(periods)}
    populations = {code: indicator.population for code, indicator in load_rulebook().indicators.items()}
    rate = digitisation_rate.c
    query = select(rate.period_key, rate.indicator, rate.unit_code, rate.numerator, rate.denominator)
    found = target.execute(query.where(rate.unit_code.is_not(None), rate.period_key.in_(numbers)))
    return {
        (numbers[row.period_key], populations[row.indicator], row.unit_code): (row.numerator, row.denominator)
        for row in found
    }


def units_with_rates(target: Connection) -> set[str]:
    """The units of which rates are published; a unit has them for every period."""
    rate = digitisation_rate.c
    one_period = select(func.min(rate.period_key)).scalar_subquery()
    return set(target.scalars(select(rate.unit_code).where(rate.unit_code.is_not(None), rate.period_key == one_period)))


def add_counts(one: Counts, other: Counts) -> Counts:
    """Both together."""
    return {place: plus(one.get(place, (0, 0)), other.get(place, (0, 0))) for place in one.keys() | other.keys()}


def rate_rows(counts: Counts, periods: Sequence[Period], units: Sequence[str], rulebook: Rulebook) -> Iterator[Row]:
    """The rows of `digitisation_rate`."""
    populations = {indicator.population for indicator in rulebook.indicators.values()}
    by_period: defaultdict[int, dict[str, dict[str, tuple[int, int]]]] = defaultdict(
        lambda: {population: {} for population in populations}
    )
    for (number, population, unit), count in counts.items():
        by_period[number][population][unit] = count
    for number, period in enumerate(periods):
        for rate in rates_of(Cut.of_period(period), units, by_period[number], rulebook):
            yield _rate_row(period, rate, rulebook.target(rate.indicator, period.year))


@lru_cache(maxsize=1000)
def _periods_of(population: str, cohort_year: int, report_year: int, periods: tuple[Period, ...]) -> tuple[int, ...]:
    """In which of these periods a series counts, by their numbers."""
    numbered = enumerate(periods)
    return tuple(number for number, one in numbered if population != "P3" or _is_of(one, cohort_year, report_year))


def _is_of(period: Period, cohort_year: int, report_year: int) -> bool:
    """Whether the cases of a cohort were resolved between the start of the period's year and the period's end."""
    turn = dt.date(cohort_year, 12, REPORT_STARTS_ON)
    first = turn if report_year > cohort_year else dt.date(cohort_year, 1, 1)
    return period.year_start <= first <= period.end


def plus(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Numerators and denominators together."""
    return one[0] + other[0], one[1] + other[1]


def _rate_row(period: Period, rate: Rate, target: Target | None) -> Row:
    return {
        "rate_key": f"{period_key(period)}|{rate.unit_code or '*'}|{rate.indicator}",
        "period_key": period_key(period),
        "calendar": period.calendar,
        "period": period.name,
        "unit_key": rate.unit_code and unit_key(rate.unit_code),
        "unit_code": rate.unit_code,
        "indicator": rate.indicator,
        "measured_on": period.end,
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "rate": rate.rate,
        "target_key": target.key if target else None,
        "target": rate.target,
        "gap": rate.gap,
        "met": rate.met,
        "forecast_on": None,
    }
