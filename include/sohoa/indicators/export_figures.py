"""Figures from the case export: T04a of dossiers and papers, T06-T08, T20, and QĐ 766's 2.1, 3.3, 4.1-4.4.

Each measure says which cases of a period count (`members`), which of them are reached, and which lack a fact
that it needs: where one does, there is no figure, since leaving it out would move the share in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, select

from sohoa.indicators.export_facts import days_between, facts_of_cases, one_if
from sohoa.indicators.export_measures import MEASURES, Measure, has_held_papers, received
from sohoa.indicators.measured import MISSING, UNKNOWN, Beside, Measurement
from sohoa.indicators.periods import Period
from sohoa.indicators.scopes import in_scope

BesideByUnit: TypeAlias = dict[str | None, tuple[Beside, ...]]


@dataclass(frozen=True)
class _Counts:
    """Sums of one measure over some units."""

    numerator: int = 0
    denominator: int = 0
    n_unknown: int = 0
    n_factor: int = 0
    n_papers: int = 0

    def __add__(self, other: _Counts) -> _Counts:
        return _Counts(
            self.numerator + other.numerator,
            self.denominator + other.denominator,
            self.n_unknown + other.n_unknown,
            self.n_factor + other.n_factor,
            self.n_papers + other.n_papers,
        )


def figures_of_cases(connection: Connection, period: Period, scopes: Mapping[str, str]) -> dict[str, list[Measurement]]:
    """The figures of a period: of all units in scope together, then of each unit that has cases.

    Args:
        connection: To the catalogue.
        period: The cases received, ended or handed on from its first to its last day, as the measure says.
        scopes: The indicators wanted, each with the scope of its target.
    """
    facts = facts_of_cases(period).cte("facts").prefix_with("MATERIALIZED").c
    measures = {code: MEASURES[code](facts, period) for code in scopes}
    by_unit = _count(connection, facts, measures)
    beside = {
        code: _BESIDE[code](connection, facts, period, scope) for code, scope in scopes.items() if code in _BESIDE
    }
    return {
        code: [
            _measurement(measures[code], unit, counts, beside.get(code, {}).get(unit, ()))
            for unit, counts in _with_total(by_unit[code], scopes[code]).items()
        ]
        for code in scopes
    }


def _with_total(by_unit: dict[str, _Counts], scope: str) -> dict[str | None, _Counts]:
    scoped: dict[str | None, _Counts] = {
        unit: counts for unit, counts in sorted(by_unit.items()) if in_scope(unit, scope)
    }
    return {None: sum(scoped.values(), _Counts()), **scoped}


def _measurement(measure: Measure, unit: str | None, counts: _Counts, beside: tuple[Beside, ...]) -> Measurement:
    if counts.denominator == 0 or (measure.needs_papers and not counts.n_papers):
        return Measurement(unit, counts.numerator, counts.denominator, missing=MISSING)
    if counts.n_unknown:
        return Measurement(unit, None, counts.denominator, missing=UNKNOWN, n_unknown=counts.n_unknown)
    factor = None if measure.factor is None else counts.n_factor / counts.denominator
    value = counts.numerator / counts.denominator * (1 if factor is None else factor)
    return Measurement(unit, counts.numerator, counts.denominator, value, factor, beside=beside)


def _count(connection: Connection, facts: Any, measures: dict[str, Measure]) -> dict[str, dict[str, _Counts]]:
    """All measures in one pass: code → unit → counts."""
    sums: list[ColumnElement[int]] = []
    for one in measures.values():
        weights = (
            one.numerator,
            one.denominator,
            one_if(one.unknown),
            one_if(one.factor if one.factor is not None else false()),
            facts.n_papers,
        )
        sums.extend(func.coalesce(func.sum(case((one.members, weight), else_=0)), 0) for weight in weights)
    found: dict[str, dict[str, _Counts]] = {code: {} for code in measures}
    for row in connection.execute(select(facts.unit_code, *sums).group_by(facts.unit_code)):
        for place, code in enumerate(measures):
            numbers = [int(number) for number in row[1 + 5 * place : 6 + 5 * place]]
            found[code][row.unit_code] = _Counts(*numbers)
    return found


# --- other readings of the same target ---------------------------------------------------------------------


def _applicants(
    connection: Connection, facts: Any, members: ColumnElement[bool], reached: ColumnElement[int], scope: str
) -> dict[str | None, list[bool]]:
    """Whether each distinct applicant is reached, by unit and (None) over all; empty if a case names none."""
    query = select(facts.unit_code, facts.applicant_ref, func.min(reached)).where(members)
    found: dict[str | None, dict[str, bool]] = {None: {}}
    for unit, applicant, is_reached in connection.execute(query.group_by(facts.unit_code, facts.applicant_ref)):
        if not in_scope(unit, scope):
            continue
        if applicant is None:
            return {}
        found.setdefault(unit, {})[applicant] = bool(is_reached)
        found[None][applicant] = found[None].get(applicant, True) and bool(is_reached)
    return {unit: list(applicants.values()) for unit, applicants in found.items()}


def _by_applicant(found: dict[str | None, list[bool]]) -> BesideByUnit:
    return {unit: (Beside("indicator.by_applicant", sum(reached), len(reached)),) for unit, reached in found.items()}


def _applicants_not_asked_again(connection: Connection, facts: Any, period: Period, scope: str) -> BesideByUnit:
    """C7: the source counts organisations and citizens; one asked again in one case is one asked again."""
    reached = one_if(facts.n_resupplied == 0)
    return _by_applicant(_applicants(connection, facts, has_held_papers(facts, period), reached, scope))


def _applicants_online(connection: Connection, facts: Any, period: Period, scope: str) -> BesideByUnit:
    """C6: the source sets people against cases; one who submitted online at least once counts."""
    offline = one_if(facts.channel != "online")
    offline_only = _applicants(connection, facts, received(facts, period), offline, scope)
    return _by_applicant({unit: [not only for only in people] for unit, people in offline_only.items()})


def _handovers(connection: Connection, facts: Any, _: Period, scope: str) -> BesideByUnit:
    """Each hand-over by itself, beside the cases."""
    query = select(facts.unit_code, func.sum(facts.n_electronic), func.sum(facts.n_handed)).where(facts.n_handed > 0)
    return _summed("indicator.by_handover", connection.execute(query.group_by(facts.unit_code)), scope)


def _with_overdue(connection: Connection, facts: Any, period: Period, scope: str) -> BesideByUnit:
    """Cases still open at the period's end and past their due day count as late: else delay would hide itself."""
    measure = MEASURES["Q766-2.1"](facts, period)
    days_late = days_between(facts.due_on, period.end) - func.coalesce(facts.supplement_days, 0)
    is_open = and_(facts.received_on <= period.end, func.coalesce(facts.ended_on > period.end, True))
    counted = one_if(measure.members) + one_if(and_(is_open, days_late > 0))
    in_time = case((measure.members, measure.numerator), else_=0)
    query = select(facts.unit_code, func.sum(in_time), func.sum(counted)).group_by(facts.unit_code)
    return _summed("indicator.with_overdue", connection.execute(query), scope)


def _summed(reading: str, rows: Iterable[Any], scope: str) -> BesideByUnit:
    by_unit = {unit: (int(part), int(whole)) for unit, part, whole in rows if in_scope(unit, scope)}
    total = (sum(part for part, _ in by_unit.values()), sum(whole for _, whole in by_unit.values()))
    return {unit: (Beside(reading, *counts),) for unit, counts in {None: total, **by_unit}.items()}


_BESIDE: dict[str, Callable[[Connection, Any, Period, str], BesideByUnit]] = {
    "T06": _applicants_not_asked_again,
    "T07": _applicants_online,
    "T08": _handovers,
    "T20": _handovers,
    "Q766-2.1": _with_overdue,
}
