"""The forecasts as of the newest load, from what it published: nothing here reads all results or documents.

The weeks are counted back from the figures of the quarter in which the load lies, by what its units change until then.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate

from sqlalchemy import Connection, bindparam, select, update

from sohoa.catalogue.bulk import among
from sohoa.indicators import Cut, Forecast, Moves, Rate, load_rulebook, make_period, rates_of, rulebook_of, spells_of
from sohoa.indicators.forecast import WEEKS, forecasts_of, trailing_cuts
from sohoa.indicators.shortfall import (
    NOT_SCANNED,
    Shortfall,
    count_reasons,
    missing_members,
    reasons_now,
    shortfalls_of,
)
from sohoa.warehouse.dimensions import period_key
from sohoa.warehouse.rating import plus, published_counts, units_with_rates
from sohoa.warehouse.tables import copy_ahead, digitisation_rate, fact_case, fact_result, fact_unit_daily
from sohoa.warehouse.unit_series import unit_changes

UnitCounts = dict[str, tuple[int, int]]
"""Numerator and denominator by unit code."""

UnitChanges = defaultdict[str, list[tuple[int, int]]]
"""What numerator and denominator change after each of several days, by unit code."""


def published_forecasts(
    connection: Connection,
    catalogue: Connection,
    as_of: dt.date,
    moves: Moves,
    *,
    weeks: int = WEEKS,
    units: Collection[str | None] | None = None,
) -> list[Forecast]:
    """What `indicators.forecasts` gives of the newest load's day, as that load has it.

    Args:
        connection: The warehouse.
        catalogue: The catalogue, for what targets grow from and for what waits: both as they are now.
        as_of: The day of the newest load.
        moves: Units over time, as when the warehouse was loaded.
        weeks: Length of the trailing window.
        units: Only these; None in it stands for all units together. By default all that have rates.
    """
    cuts = trailing_cuts(as_of, weeks)
    known = sorted(units_with_rates(connection))
    wanted = {None, *known} if units is None else {None, *known} & set(units)
    counts = _counts_at(connection, cuts)
    rates = _rates_at(catalogue, cuts, counts, wanted)
    reasons = reasons_now(catalogue)
    looked_up = sorted(reasons.keys() | set(connection.scalars(select(copy_ahead.c.result_id))))

    def missing(population: str, since: dt.date | None) -> Mapping[str | None, Shortfall]:
        told: dict[str, Counter[str]] = {unit: Counter() for unit in known}
        table = fact_result if since is None else fact_case
        some = select(table).where(among(connection.dialect, table.c.result_id, looked_up)).subquery("fact")
        spell = spells_of(some, population, moves).subquery("spell").c
        for unit, count in count_reasons(connection.execute(missing_members(spell, as_of, since)), reasons).items():
            told[unit] += count
        for unit, (numerator, denominator) in counts[-1][population].items():
            told[unit][NOT_SCANNED] = denominator - numerator - told[unit].total()
        return shortfalls_of(told)

    return forecasts_of(catalogue, cuts, rates, missing)


def _rates_at(
    catalogue: Connection, cuts: Sequence[Cut], counts: Sequence[dict[str, UnitCounts]], wanted: Collection[str | None]
) -> list[list[Rate]]:
    units, rulebook = sorted(unit for unit in wanted if unit is not None), rulebook_of(catalogue)
    return [
        [rate for rate in rates_of(cut, units, some, rulebook) if rate.unit_code in wanted]
        for cut, some in zip(cuts, counts, strict=True)
    ]


def note_forecasts(target: Connection, catalogue: Connection, as_of: dt.date) -> None:
    """Write beside the rates of the civil year of `as_of` when each will reach that year's target, and only there.

    Args:
        target: The warehouse, in a writing transaction, its rates brought up to `as_of`.
        catalogue: For what targets grow from.
        as_of: The day of the load.
    """
    cuts = trailing_cuts(as_of, WEEKS)
    rates = _rates_at(catalogue, cuts, _counts_at(target, cuts), {None, *units_with_rates(target)})
    rate = digitisation_rate.c
    target.execute(update(digitisation_rate).where(rate.forecast_on.is_not(None)).values(forecast_on=None))
    expected = [
        {"of_indicator": one.indicator, "of_unit": one.unit_code, "expected_on": one.outlook.expected_on}
        for one in forecasts_of(catalogue, cuts, rates, missing=lambda *_: {})  # nobody asks here why
        if one.target_year == as_of.year and one.outlook.expected_on
    ]
    if expected:
        year = period_key(make_period("year", as_of.year, 1, "civil"))
        is_one = (
            rate.period_key == year,
            rate.indicator == bindparam("of_indicator"),
            rate.unit_code.is_not_distinct_from(bindparam("of_unit")),
        )
        target.execute(update(digitisation_rate).where(*is_one).values(forecast_on=bindparam("expected_on")), expected)


def _counts_at(connection: Connection, cuts: Sequence[Cut]) -> list[dict[str, UnitCounts]]:
    """The counts of each population at each of these days, the last of which is that of the newest load."""
    day = cuts[-1].day
    quarter = make_period("quarter", day.year, (day.month + 2) // 3, "civil")
    populations = {indicator.population for indicator in load_rulebook().indicators.values()}
    counts: list[dict[str, UnitCounts]] = [{population: {} for population in populations} for _ in cuts]
    added = {population: _changes_after(connection, population, cuts, quarter.end) for population in populations}
    for (_, population, unit), (numerator, denominator) in published_counts(connection, [quarter]).items():
        for some, (digitised, in_force) in zip(counts, added[population][unit], strict=True):
            some[population][unit] = (numerator - digitised, denominator - in_force)
    return counts


def _changes_after(connection: Connection, population: str, cuts: Sequence[Cut], until: dt.date) -> UnitChanges:
    """What each unit's numerator and denominator change after each of these days, up to and including `until`."""
    fact, year = fact_unit_daily.c, cuts[-1].year
    counts_cases = load_rulebook().populations[population].counts == "case"
    changes = unit_changes(
        connection,
        [*(cut.day for cut in cuts), until],
        fact.population == population,
        fact.cohort_year == (year if counts_cases else 0),
        fact.report_year.in_((year, year + 1) if counts_cases else (0,)),
        fact.day > cuts[0].day,
    )
    days = [cut.day for cut in cuts]
    found: UnitChanges = defaultdict(lambda: [(0, 0)] * len(cuts))
    for change in changes:
        # Told after this cut; what is told after a later one comes after this one too.
        number = bisect_left(days, change.day) - 1
        of_unit = found[change.unit_code]
        of_unit[number] = plus(of_unit[number], (change.digitised, change.in_force))
    for of_unit in found.values():
        of_unit[:] = [*accumulate(reversed(of_unit), plus)][::-1]
    return found
