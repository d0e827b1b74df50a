"""What stands behind a published figure, a page at a time: the results or cases that it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Connection, case, func, select

from sohoa.indicators import Moves, Period, PopulationItem, is_digitised, is_member, load_rulebook, spells_of
from sohoa.warehouse.published import published_rates
from sohoa.warehouse.tables import fact_case, fact_result

Side = Literal["all", "digitised", "missing"]
"""Of a denominator: all of it, those in the numerator, those that are not."""


@dataclass(frozen=True)
class FigureMembers:
    """A figure, and a page of one side of it in the order of units and of registration."""

    numerator: int
    denominator: int
    items: Sequence[PopulationItem]


def figure_members(
    connection: Connection,
    indicator: str,
    period: Period,
    moves: Moves,
    unit: str | None = None,
    *,
    side: Side = "all",
    offset: int = 0,
    limit: int = 50,
) -> FigureMembers:
    """The members behind an indicator's figure at a period's end, as the newest load has them.

    Args:
        connection: The warehouse.
        indicator: `T01` …
        period: At whose end.
        moves: Units over time, as when the warehouse was loaded.
        unit: Only this unit; None for all.
        side: Which of them to list.
        offset: How many of the list to leave out before the first.
        limit: How many to list at most.

    Raises:
        SohoaError: no such indicator.
    """
    known = load_rulebook().indicator(indicator)
    counts_cases = load_rulebook().populations[known.population].counts == "case"
    facts = fact_case if counts_cases else fact_result
    spell = spells_of(facts, known.population, moves).subquery("spell").c
    digitised = is_digitised(spell, period.end)
    members = [is_member(spell, period.end, period.year_start if counts_cases else None)]
    if unit is not None:
        members.append(spell.unit_code == unit)
    listed: dict[Side, list[ColumnElement[bool]]] = {"all": [], "digitised": [digitised], "missing": [~digitised]}
    rows = connection.execute(
        select(
            spell.result_key,
            spell.unit_code,
            case((digitised, spell.document_id), else_=None),
            spell.dossier_code,
        )
        .where(*members, *listed[side])
        .order_by(spell.unit_code, spell.result_id, spell.dossier_code)
        .offset(offset)
        .limit(limit)
    )
    items = [PopulationItem(*row) for row in rows]
    counted = _published(connection, indicator, period, unit)
    if counted is None:
        sums = select(func.sum(case((digitised, 1), else_=0)), func.count()).where(*members)
        numerator, denominator = connection.execute(sums).one()
        counted = numerator or 0, denominator
    return FigureMembers(*counted, items)


def _published(connection: Connection, indicator: str, period: Period, unit: str | None) -> tuple[int, int] | None:
    """Numerator and denominator, where the newest load has this figure: counting a million takes its time."""
    rates = published_rates(connection, [period], [unit])[period]
    return next(((rate.numerator, rate.denominator) for rate in rates if rate.indicator == indicator), None)
