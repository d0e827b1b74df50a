"""What each indicator of the case export counts: which cases of a period, and which of them are reached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, literal, or_

from sohoa.indicators.export_facts import Condition, days_between, one_if
from sohoa.indicators.periods import Period

MOST_SUPPLEMENTS = 1
"""More than one request for supplements makes a case late (QĐ 766, 2.1)."""


@dataclass(frozen=True)
class Measure:
    """Which cases count, and what is summed over them.

    Attributes:
        members: the cases of the period that count.
        numerator: 1 or 0 of each, or a number of its papers; `denominator` likewise.
        unknown: the members that lack a fact which the indicator needs.
        factor: the members whose share the figure is multiplied with, else None.
        needs_papers: whether there is no figure as long as no member has a paper.
    """

    members: Condition
    numerator: ColumnElement[int]
    denominator: ColumnElement[int]
    unknown: Condition
    factor: Condition | None = None
    needs_papers: bool = False


def _within(day: Any, first: dt.date, last: dt.date) -> Condition:
    return and_(day.is_not(None), day >= first, day <= last)


def received(facts: Any, period: Period) -> Condition:
    """P4: cases received in the period."""
    return _within(facts.received_on, period.start, period.end)


def _ended(facts: Any, period: Period) -> Condition:
    return _within(facts.ended_on, period.start, period.end)


def _resolved(facts: Any, period: Period) -> Condition:
    return and_(_ended(facts, period), facts.outcome == "resolved")


def _of_the_year(facts: Any, period: Period) -> Condition:
    """P3: cases resolved since the start of the period's year, as in `rates`."""
    return and_(facts.outcome == "resolved", _within(facts.ended_on, period.year_start, period.end))


def _result_due(facts: Any) -> Condition:
    return and_(facts.written_result.is_(True), facts.outcome == "resolved")


def _has_result_file(facts: Any) -> Condition:
    return or_(~_result_due(facts), facts.result_file.is_(True))


def _result_file_unknown(facts: Any) -> Condition:
    return and_(_result_due(facts), facts.result_file.is_(None))


def _dossiers_digitised(facts: Any, period: Period) -> Measure:
    whole = and_(facts.n_papers > 0, facts.n_files == facts.n_papers, _has_result_file(facts))
    unknown = or_(facts.n_file_unknown > 0, _result_file_unknown(facts))
    return _of_cases(_of_the_year(facts, period), whole, unknown, needs_papers=True)


def _papers_digitised(facts: Any, period: Period) -> Measure:
    return Measure(_of_the_year(facts, period), facts.n_files, facts.n_papers, facts.n_file_unknown > 0)


def has_held_papers(facts: Any, period: Period) -> Condition:
    """Cases received in the period with a paper that was held already, or may have been."""
    return and_(received(facts, period), or_(facts.n_held > 0, facts.n_held_unknown > 0))


def _not_resupplied(facts: Any, period: Period) -> Measure:
    return _of_cases(has_held_papers(facts, period), facts.n_resupplied == 0, facts.n_held_unknown > 0)


def _online(facts: Any, period: Period) -> Measure:
    return _of_cases(received(facts, period), facts.channel == "online")


def _handed_electronically(facts: Any, period: Period) -> Measure:
    return _of_cases(facts.n_handed > 0, facts.n_electronic == facts.n_handed)


def _in_time(facts: Any, period: Period) -> Measure:
    unknown = or_(facts.n_supplements.is_(None), facts.supplement_days.is_(None))
    return _of_cases(_ended(facts, period), _is_in_time(facts), unknown)


def _is_in_time(facts: Any) -> Condition:
    late_by = days_between(facts.due_on, facts.ended_on)
    return and_(late_by <= facts.supplement_days, facts.n_supplements <= MOST_SUPPLEMENTS)


def _online_with_result(facts: Any, period: Period) -> Measure:
    is_open = facts.outcome == "open"
    has_result = or_(facts.result_file.is_(True), and_(~is_open, ~_result_due(facts)))
    unknown = or_(_result_file_unknown(facts), facts.case_synced.is_(None))
    return _of_cases(
        received(facts, period),
        and_(facts.channel == "online", has_result),
        unknown,
        factor=facts.case_synced.is_(True),
    )


def _electronic_result(facts: Any, period: Period) -> Measure:
    members = and_(_resolved(facts, period), facts.written_result.is_(True))
    unknown = or_(facts.result_file.is_(None), facts.result_synced.is_(None))
    return _of_cases(members, and_(facts.result_file.is_(True), facts.result_synced.is_(True)), unknown)


def _case_digitised(facts: Any, period: Period) -> Measure:
    unknown = or_(and_(facts.n_files == 0, facts.n_file_unknown > 0), _result_file_unknown(facts))
    reached = and_(facts.n_files > 0, _has_result_file(facts))
    return _of_cases(_ended(facts, period), reached, unknown, needs_papers=True)


def _reuses(facts: Any, period: Period) -> Measure:
    unknown = and_(facts.n_reused == 0, facts.n_reuse_unknown > 0)
    return _of_cases(received(facts, period), facts.n_reused > 0, unknown, needs_papers=True)


def _connected(facts: Any, period: Period) -> Measure:
    reached = or_(facts.n_from_store > 0, facts.result_synced.is_(True))
    unknown = and_(
        facts.n_from_store == 0,
        facts.result_synced.is_not(True),
        or_(facts.n_store_unknown > 0, facts.result_synced.is_(None)),
    )
    return _of_cases(received(facts, period), reached, unknown, needs_papers=True)


def _of_cases(
    members: Condition,
    reached: Condition,
    unknown: Condition | None = None,
    *,
    factor: Condition | None = None,
    needs_papers: bool = False,
) -> Measure:
    return Measure(members, one_if(reached), literal(1), false() if unknown is None else unknown, factor, needs_papers)


MEASURES: dict[str, Callable[[Any, Period], Measure]] = {
    "T04a-HS": _dossiers_digitised,
    "T04a-GT": _papers_digitised,
    "T06": _not_resupplied,
    "T07": _online,
    "T08": _handed_electronically,
    "T20": _handed_electronically,
    "Q766-2.1": _in_time,
    "Q766-3.3": _online_with_result,
    "Q766-4.1": _electronic_result,
    "Q766-4.2": _case_digitised,
    "Q766-4.3": _reuses,
    "Q766-4.4": _connected,
}
