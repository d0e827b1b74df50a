"""Who is counted, from which day to which: the one place that defines each population's condition.

Every member of a population has spells: it enters on a day (`enters_on`) and is out again from a day on
(`leaves_on`, excluded; `FOREVER` while nothing ends it). It has a second spell only where its unit moved
(`indicators.moves`). Rates, series and lists all read these spells.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Select,
    String,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from sohoa.indicators.moves import ALWAYS, FOREVER, Moves, Tenure
from sohoa.indicators.results import COPY_DATES, case_facts, result_facts

POPULATIONS = ("P1", "P2", "P3")
"""What is counted of the register; P4 (cases received) is counted from the case export."""

_LEAVES = {"P1": "out_of_force_on", "P2": "not_usable_on"}


def population_spells(connection: Connection, population: str, moves: Moves) -> Select[Any]:
    """The spells of a population's members, from the catalogue, in no order.

    Columns: result_id, result_key, dossier_code (P3), unit_code, procedure_code, document_id, began_on,
    enters_on, leaves_on, and the dates of the digital copy. `began_on` is the day the member first counted;
    it says to which year a case belongs.

    P1: results in force, under the Ministry's authority (domain.md §1.1). P2: those also still usable.
    P3: cases successfully resolved. A case stays in its year's cohort for ever.
    """
    facts = case_facts(connection) if population == "P3" else result_facts(connection)
    return spells_of(facts.subquery("fact"), population, moves)


def spells_of(facts: FromClause, population: str, moves: Moves) -> Select[Any]:
    """The spells of `population_spells` over facts that were written down.

    Args:
        facts: Columns of `results.case_facts` for P3, else of `results.result_facts`; days that mean "never" may be
            null.
        population: P1, P2 or P3.
        moves: Units over time.
    """
    if population == "P3":
        began_on: ColumnElement[dt.date] = facts.c.resolved_on
        leaves_on: ColumnElement[dt.date] = literal(FOREVER, Date)
        counted: ColumnElement[bool] = true()
        dossier_code: Any = facts.c.dossier_code
    else:
        began_on, leaves_on = facts.c.exists_on, func.coalesce(facts.c[_LEAVES[population]], FOREVER)
        counted = facts.c.is_counted
        dossier_code = null()
    held = held_by_units(facts, moves)
    return (
        select(
            facts.c.result_id,
            facts.c.result_key,
            dossier_code.label("dossier_code"),
            held.unit_code.label("unit_code"),
            facts.c.procedure_code,
            facts.c.document_id,
            began_on.label("began_on"),
            held.later(began_on).label("enters_on"),
            held.earlier(leaves_on).label("leaves_on"),
            *(facts.c[name] for name in COPY_DATES),
        )
        .select_from(held.source)
        .where(counted, held.is_held, held.later(began_on) < held.earlier(leaves_on))
    )


def is_member(spell: Any, day: dt.date, since: dt.date | None = None) -> ColumnElement[bool]:
    """Whether a spell is in its population on `day`; with `since`, only if the member first counted since that day."""
    conditions = [spell.enters_on <= day, spell.leaves_on > day]
    return and_(*conditions, spell.began_on >= since) if since else and_(*conditions)


def is_digitised(spell: Any, day: dt.date) -> ColumnElement[bool]:
    """Whether a member's digital copy counts on `day` (design.md §7: from `digitised_on`)."""
    return and_(spell.digitised_on.is_not(None), spell.digitised_on <= day)


class held_by_units:
    """Facts beside the units that hold them over time.

    `source` is what to select from; `unit_code` the unit under which a fact counts; `is_held` whether it counts
    at all then; `later` and `earlier` cut a fact's first and last day to the time that the unit holds it.
    """

    def __init__(self, facts: FromClause, moves: Moves) -> None:
        tenures = moves.tenures()
        if not moves.moved:
            self.source: FromClause = facts
            self.unit_code: ColumnElement[str] = facts.c.unit_code
            self.is_held: ColumnElement[bool] = true()
            self._since: ColumnElement[dt.date] | None = None
            self._until: ColumnElement[dt.date] | None = None
            return
        tenure = union_all(*map(_row, tenures or [_NOBODY])).subquery("tenure").c
        self.source = facts.outerjoin(tenure.unit.table, tenure.unit == facts.c.unit_code)
        self.unit_code = func.coalesce(tenure.counted_as, facts.c.unit_code)
        self.is_held = or_(tenure.unit.is_not(None), facts.c.unit_code.not_in(moves.moved))
        self._since = func.coalesce(tenure.since, literal(ALWAYS, Date))
        self._until = func.coalesce(tenure.until, literal(FOREVER, Date))

    def later(self, day: ColumnElement[dt.date]) -> ColumnElement[dt.date]:
        """`day`, or the day on which the unit came to hold the fact if that is later."""
        return day if self._since is None else case((day > self._since, day), else_=self._since)

    def earlier(self, day: ColumnElement[dt.date]) -> ColumnElement[dt.date]:
        """`day`, or the day from which the unit no longer holds the fact if that is earlier or `day` is null."""
        return day if self._until is None else case((day < self._until, day), else_=self._until)


_NOBODY = Tenure("", "", ALWAYS, ALWAYS)


def _row(tenure: Tenure) -> Select[*tuple[Any, ...]]:
    return select(
        literal(tenure.unit, String).label("unit"),
        literal(tenure.counted_as, String).label("counted_as"),
        literal(tenure.since, Date).label("since"),
        literal(tenure.until, Date).label("until"),
    )
