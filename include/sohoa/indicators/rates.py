"""Rates against targets, by unit, at a period's end or on a day; and the documents behind each figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, case, func, select

from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Result, Unit
from sohoa.errors import SohoaError
from sohoa.indicators.bases import rulebook_of
from sohoa.indicators.moves import Moves, load_moves
from sohoa.indicators.periods import Period, today
from sohoa.indicators.populations import is_digitised, is_member, population_spells
from sohoa.indicators.targets import Rulebook, Target, load_rulebook
from sohoa.settings import Settings

ALL_UNITS = None
"""In place of a unit code: all units together."""

CUTS_PER_QUERY = 40
"""Two sums each; SQLite and PostgreSQL refuse queries with some 2000 columns, and slow down long before."""


@dataclass(frozen=True)
class Rate:
    """One figure of the contract (design.md §7, `sohoa indicators`).

    Exactly one of `period` (its name) and `as_of` is set. `unit_code` None means all units together.
    `rate`, `target` and `gap` are shares; `rate` is None when nothing is to be counted, never 0.
    `gap` is target − rate: what is still missing, negative when exceeded.
    """

    indicator: str
    unit_code: str | None
    period: str | None
    as_of: dt.date | None
    numerator: int
    denominator: int
    rate: float | None
    target: float | None
    gap: float | None
    met: bool | None

    def as_dict(self) -> dict[str, Any]:
        """The contract's JSON object, with `period` or `as_of` (ISO), whichever applies."""
        when = {"period": self.period} if self.as_of is None else {"as_of": self.as_of.isoformat()}
        return {
            "indicator": self.indicator,
            "unit_code": self.unit_code,
            **when,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "rate": self.rate,
            "target": self.target,
            "gap": self.gap,
            "met": self.met,
        }


@dataclass(frozen=True)
class Cut:
    """When to count: the stock on `day`, the cases resolved from `since` to `day`, the target of `year`."""

    day: dt.date
    since: dt.date
    year: int
    period: str | None = None

    @classmethod
    def of_period(cls, period: Period) -> Cut:
        """At the period's end; cases from the start of the period's year."""
        return cls(period.end, period.year_start, period.year, period.name)

    @classmethod
    def of_day(cls, day: dt.date) -> Cut:
        """On a day; cases from 1 January."""
        return cls(day, dt.date(day.year, 1, 1), day.year)


@dataclass(frozen=True)
class PopulationItem:
    """One member of a denominator; in the numerator too if it has a `document_id`.

    `dossier_code` is set where cases are counted (P3).
    """

    result_key: str
    unit_code: str
    document_id: str | None
    dossier_code: str | None


Counts = Mapping[str, tuple[int, int]]
"""Numerator and denominator by unit code."""


def compute_rates(
    settings: Settings,
    *,
    period: Period | None = None,
    as_of: dt.date | None = None,
    unit: str | None = None,
) -> list[Rate]:
    """Every indicator for all units together and for each unit that has a result in the register.

    Args:
        settings: Where the catalogue is.
        period: Count at the end of this period.
        as_of: Count on this day; today in Vietnam if neither is given.
        unit: Give only this unit.

    Returns:
        Rates sorted by indicator, all units together first, then by unit code.

    Raises:
        SohoaError: both a period and a day, or a unit that nobody has heard of.
    """
    if period is not None and as_of is not None:
        raise SohoaError("Ask for a period or for a day, not for both.")
    cut = Cut.of_period(period) if period else Cut.of_day(as_of or today())
    with reading(settings.catalogue_url) as session:
        connection = session.connection()
        _refuse_unknown_unit(connection, unit)
        rates = rates_at(connection, [cut], load_moves(settings))[0]
    return rates if unit is None else [rate for rate in rates if rate.unit_code == unit]


def rates_at(connection: Connection, cuts: Sequence[Cut], moves: Moves) -> list[list[Rate]]:
    """The rates of `compute_rates` at each of many days, in as few passes over the catalogue as possible."""
    codes = {indicator.population for indicator in load_rulebook().indicators.values()}
    units = moves.counting_units(connection.scalars(select(Result.unit_code).distinct()))
    counts = {code: _count(connection, code, cuts, moves) for code in codes}
    rulebook = rulebook_of(connection)
    return [
        rates_of(cut, units, {code: counts[code][number] for code in codes}, rulebook)
        for number, cut in enumerate(cuts)
    ]


def rates_of(cut: Cut, units: Sequence[str], counts: Mapping[str, Counts], rulebook: Rulebook) -> list[Rate]:
    """Every indicator for all units together and for each of `units`.

    Args:
        cut: When was counted.
        units: Codes, in the order of the answer.
        counts: Numerators and denominators of these units, by population; left out where there is nothing.
        rulebook: Whose targets count: those of `rulebook_of`.
    """
    totals = {code: _with_total(by_unit) for code, by_unit in counts.items()}
    return [
        _rate(
            indicator.code,
            unit,
            cut,
            totals[indicator.population].get(unit, (0, 0)),
            rulebook.target(indicator.code, cut.year),
        )
        for indicator in sorted(rulebook.indicators.values(), key=lambda indicator: indicator.code)
        for unit in (ALL_UNITS, *units)
    ]


def population_items(
    settings: Settings,
    indicator: str,
    day: dt.date,
    unit: str | None = None,
    *,
    since: dt.date | None = None,
) -> list[PopulationItem]:
    """What stands behind a figure: its whole denominator, sorted; the numerator are those with a document.

    Args:
        settings: Where the catalogue is.
        indicator: `T01` …
        day: The day of the figure; for a period its last day.
        unit: Only this unit; None for all.
        since: For indicators of cases, the first day of the cohort; 1 January of the day's year by default.

    Raises:
        SohoaError: no such indicator or unit.
    """
    known = load_rulebook().indicator(indicator)
    cut = Cut(day, since or Cut.of_day(day).since, day.year)
    with reading(settings.catalogue_url) as session:
        connection = session.connection()
        _refuse_unknown_unit(connection, unit)
        return list(_items(connection, known.population, cut, unit, load_moves(settings)))


def numerator_documents(
    connection: Connection, indicator: str, period: Period, moves: Moves, unit: str | None = None
) -> Select[tuple[str]]:
    """The query of the digital copies that are counted in an indicator's numerator at a period's end.

    Args:
        connection: The catalogue.
        indicator: `T01` …: one of the rulebook.
        period: Of whose end.
        moves: Units over time.
        unit: Only results of this deciding unit; None for all.
    """
    population = load_rulebook().indicators[indicator].population
    cut = Cut.of_period(period)
    spell = population_spells(connection, population, moves).subquery("spell").c
    conditions = [is_member(spell, cut.day, _since(population, cut)), is_digitised(spell, cut.day)]
    if unit is not None:
        conditions.append(spell.unit_code == unit)
    return select(spell.document_id).where(*conditions)


def _items(
    connection: Connection, population: str, cut: Cut, unit: str | None, moves: Moves
) -> Iterator[PopulationItem]:
    spell = population_spells(connection, population, moves).subquery("spell").c
    document_id = case((is_digitised(spell, cut.day), spell.document_id), else_=None)
    query = (
        select(spell.result_key, spell.unit_code, document_id, spell.dossier_code)
        .where(is_member(spell, cut.day, _since(population, cut)))
        .order_by(spell.unit_code, spell.result_key, spell.dossier_code)
    )
    if unit is not None:
        query = query.where(spell.unit_code == unit)
    for row in connection.execute(query):
        yield PopulationItem(*row)


def _count(connection: Connection, population: str, cuts: Sequence[Cut], moves: Moves) -> list[Counts]:
    """Numerator and denominator by unit at each cut."""
    return [
        counts
        for first in range(0, len(cuts), CUTS_PER_QUERY)
        for counts in _count_some(connection, population, cuts[first : first + CUTS_PER_QUERY], moves)
    ]


def _count_some(connection: Connection, population: str, cuts: Sequence[Cut], moves: Moves) -> list[Counts]:
    # Materialised, so that each spell is worked out once and not once per sum.
    spell = population_spells(connection, population, moves).cte("spell").prefix_with("MATERIALIZED").c
    sums = []
    for cut in cuts:
        member = is_member(spell, cut.day, _since(population, cut))
        sums.append(func.sum(case((member & is_digitised(spell, cut.day), 1), else_=0)))
        sums.append(func.sum(case((member, 1), else_=0)))
    rows = connection.execute(select(spell.unit_code, *sums).group_by(spell.unit_code)).all()
    return [{row[0]: (row[1 + 2 * n], row[2 + 2 * n]) for row in rows} for n in range(len(cuts))]


def _with_total(by_unit: Counts) -> dict[str | None, tuple[int, int]]:
    numerators, denominators = zip(*by_unit.values(), strict=True) if by_unit else ((), ())
    return {**dict(by_unit.items()), ALL_UNITS: (sum(numerators), sum(denominators))}


def _since(population: str, cut: Cut) -> dt.date | None:
    """Cases are counted from the start of the year; a stock has no start."""
    return cut.since if load_rulebook().populations[population].counts == "case" else None


def _rate(indicator: str, unit: str | None, cut: Cut, counted: tuple[int, int], target: Target | None) -> Rate:
    numerator, denominator = counted
    rate = numerator / denominator if denominator else None
    value = target.value if target else None
    gap = None if rate is None or value is None else value - rate
    return Rate(
        indicator=indicator,
        unit_code=unit,
        period=cut.period,
        as_of=None if cut.period else cut.day,
        numerator=numerator,
        denominator=denominator,
        rate=rate,
        target=value,
        gap=gap,
        met=None if gap is None else gap <= 0,
    )


def _refuse_unknown_unit(connection: Connection, unit: str | None) -> None:
    if unit is not None and connection.scalar(select(Unit.code).where(Unit.code == unit)) is None:
        raise SohoaError(f"There is no unit {unit!r} in the catalogue: check its code, or import a register of it.")
