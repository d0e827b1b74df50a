"""Who is counted, from which day to which: the one place that defines each population's condition.

Every member of a population has one spell: it enters on a day (`enters_on`) and is out again from a day on
(`leaves_on`, excluded; `FOREVER` while nothing ends it). Rates, series and lists all read these spells.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    and_,
    case,
    cast,
    extract,
    false,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from sohoa.catalogue.models import DIGITISED, Document, DocumentStatus, Dossier, RegisterImport, Result
from sohoa.indicators.targets import load_rulebook

FOREVER = dt.date(9999, 12, 31)
"""Stands for "not ended"; also what registers write for "without term"."""

POPULATIONS = ("P1", "P2", "P3")
STATES = ("in_force", "digitised", "signed", "archived", "reusable")
"""What the daily series counts; each state but the first needs its own date."""

SIGNED = (DocumentStatus.SIGNED, DocumentStatus.ARCHIVED)


class day_after(FunctionElement[dt.date]):
    """The day after a date; null stays null."""

    type = Date()
    inherit_cache = True


@compiles(day_after)
def _day_after(element: day_after, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} + 1)"


@compiles(day_after, "sqlite")
def _day_after_sqlite(element: day_after, compiler: SQLCompiler, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, '+1 day')"


def result_facts() -> Select[*tuple[Any, ...]]:
    """One row per registered result with its dates, in no order.

    `exists_on` is the day from which it counts: its issue date; without one, the day its dossier was
    returned, else received, else first imported. `out_of_force_on` is the day from which it is out of force:
    the day after its expiry or the day it was revoked, superseded or annulled (design.md §7);
    `not_usable_on` the day from which it is, besides, no longer usable. `document_id` is its digital copy.

    The catalogue has no date of signing or archiving yet: `signed_on` and `archived_on` repeat `digitised_on`
    where the document's status says so, and `reusable_on` is null.
    """
    exists_on = func.coalesce(
        Result.issued_on,
        _of_dossiers(func.min(Dossier.returned_on)),
        _of_dossiers(func.min(Dossier.received_on)),
        RegisterImport.imported_on,
    )
    out_of_force_on = _earlier(_expiry(), func.coalesce(Result.ended_on, FOREVER))
    not_usable_on = case((Result.still_usable, FOREVER), else_=func.coalesce(Result.unusable_from, exists_on))
    return (
        select(
            Result.id.label("result_id"),
            Result.result_key,
            Result.unit_code,
            Result.procedure_code,
            Result.has_result,
            Result.issued_on,
            Result.expires_on,
            Result.ended_on,
            Result.validity,
            Result.still_usable,
            Result.unusable_from,
            exists_on.label("exists_on"),
            out_of_force_on.label("out_of_force_on"),
            _earlier(out_of_force_on, not_usable_on).label("not_usable_on"),
            _of_dossiers(func.count()).label("n_dossiers"),
            Document.document_id,
            Document.digitised_on,
            _dated_by_status(SIGNED).label("signed_on"),
            _dated_by_status((DocumentStatus.ARCHIVED,)).label("archived_on"),
            cast(null(), Date).label("reusable_on"),
        )
        .outerjoin(RegisterImport, RegisterImport.id == Result.first_import_id)
        .outerjoin(Document, and_(Document.result_id == Result.id, Document.status.in_(DIGITISED)))
    )


def population_spells(connection: Connection, population: str) -> Select[Any]:
    """One row per member of a population that ever belongs to it.

    Columns: population, result_id, result_key, dossier_code (P3), unit_code, procedure_code, document_id,
    enters_on, leaves_on, cohort_year (P3: the year of `enters_on`; else 0), and `<state>_on` for each state.

    P1: results in force, with a written result (domain.md §1.1). P2: those also still usable.
    P3: cases successfully resolved, on the day their result was returned, else the day the result exists;
    a result that names no dossier is one case. A case stays in its year's cohort for ever.
    """
    build: dict[str, Callable[[Connection], Select[Any]]] = {
        "P1": lambda _: _stock("P1", "out_of_force_on"),
        "P2": lambda _: _stock("P2", "not_usable_on"),
        "P3": _cases,
    }
    return build[population](connection)


def is_member(spell: Any, day: dt.date, since: dt.date | None = None) -> ColumnElement[bool]:
    """Whether a spell is in its population on `day`; with `since`, only if it entered since that day."""
    conditions = [spell.enters_on <= day, spell.leaves_on > day]
    return and_(*conditions, spell.enters_on >= since) if since else and_(*conditions)


def is_digitised(spell: Any, day: dt.date) -> ColumnElement[bool]:
    """Whether a member's digital copy counts on `day` (design.md §7: from `digitised_on`)."""
    return and_(spell.digitised_on.is_not(None), spell.digitised_on <= day)


def daily_series(connection: Connection, until: dt.date) -> Select[Any]:
    """The sparse daily series up to and including `until`, sorted by its key and day.

    One row per population × cohort_year × unit_code × procedure_code (may be null) × day on which something
    changed: `<state>_change` and the running total `<state>` for each of `STATES`. P3 has a series per cohort
    year, so its totals start anew each 1 January; a case digitised later moves its own year's series.
    """
    spells = union_all(*(population_spells(connection, code) for code in POPULATIONS)).cte("spell")
    steps = union_all(*(step for state in STATES for step in _steps(spells, state, until))).subquery("step")
    key = (steps.c.population, steps.c.cohort_year, steps.c.unit_code, steps.c.procedure_code)
    days = (
        select(*key, steps.c.day, *(func.sum(steps.c[f"{state}_change"]).label(state) for state in STATES))
        .group_by(*key, steps.c.day)
        .subquery("day")
    )
    series = [days.c[column.name] for column in key]
    return select(
        *series,
        days.c.day,
        *(days.c[state].label(f"{state}_change") for state in STATES),
        *(func.sum(days.c[state]).over(partition_by=series, order_by=days.c.day).label(state) for state in STATES),
    ).order_by(*series, days.c.day)


def _steps(spells: CTE, state: str, until: dt.date) -> tuple[Select[Any], Select[Any]]:
    """The days on which a state begins (+1) and ends (−1) for the members of all populations."""
    reached_on = spells.c[f"{state}_on"]
    begins_on = case((reached_on > spells.c.enters_on, reached_on), else_=spells.c.enters_on)

    def step(day: ColumnElement[dt.date], change: int) -> Select[Any]:
        return select(
            spells.c.population,
            spells.c.cohort_year,
            spells.c.unit_code,
            spells.c.procedure_code,
            day.label("day"),
            *(literal(change if name == state else 0).label(f"{name}_change") for name in STATES),
        ).where(reached_on.is_not(None), begins_on < spells.c.leaves_on, day <= until)

    return step(begins_on, 1), step(spells.c.leaves_on, -1)


def _stock(population: str, leaves: str) -> Select[Any]:
    facts = result_facts().subquery("fact")
    return _spell(facts, population, dossier_code=null(), enters_on=facts.c.exists_on, leaves_on=facts.c[leaves])


def _cases(connection: Connection) -> Select[Any]:
    facts = result_facts().subquery("fact")
    enters_on = func.coalesce(Dossier.returned_on, facts.c.exists_on)
    spell = _spell(facts, "P3", dossier_code=Dossier.code, enters_on=enters_on, leaves_on=literal(FOREVER))
    return spell.outerjoin(Dossier, Dossier.result_id == facts.c.result_id).where(~_is_unsuccessful(connection))


def _is_unsuccessful(connection: Connection) -> ColumnElement[bool]:
    """Judges the few different outcomes here: databases fold Vietnamese letters each in its own way."""
    population = load_rulebook().populations["P3"]
    outcomes = connection.scalars(select(Dossier.outcome).distinct().where(Dossier.outcome.is_not(None)))
    excluded = sorted(outcome for outcome in outcomes if outcome and population.excludes(outcome))
    if not excluded:
        return false()
    return and_(Dossier.outcome.is_not(None), Dossier.outcome.in_(excluded))


def _spell(
    facts: Any,
    population: str,
    *,
    dossier_code: Any,
    enters_on: Any,
    leaves_on: ColumnElement[dt.date],
) -> Select[Any]:
    cohort_year = cast(extract("year", enters_on), Integer) if population == "P3" else literal(0)
    return (
        select(
            literal(population).label("population"),
            facts.c.result_id,
            facts.c.result_key,
            dossier_code.label("dossier_code"),
            facts.c.unit_code,
            facts.c.procedure_code,
            facts.c.document_id,
            enters_on.label("enters_on"),
            leaves_on.label("leaves_on"),
            cohort_year.label("cohort_year"),
            enters_on.label("in_force_on"),
            *(facts.c[f"{state}_on"] for state in STATES[1:]),
        )
        .select_from(facts)
        .where(facts.c.has_result, enters_on < leaves_on)
    )


def _of_dossiers(figure: ColumnElement[Any]) -> ColumnElement[Any]:
    """A figure over a result's dossiers.

    Looked up by result, and only where it is asked for: joined as one grouped query, it took PostgreSQL minutes
    for 100 000 results as long as its statistics were older than the import.
    """
    query = select(figure).select_from(Dossier).where(Dossier.result_id == Result.id)
    return query.correlate(Result).scalar_subquery()


def _expiry() -> ColumnElement[dt.date]:
    """The first day on which a result is past its term."""
    after = func.coalesce(day_after(Result.expires_on), FOREVER)
    return case((Result.expires_on >= FOREVER, FOREVER), else_=after)


def _earlier(one: ColumnElement[dt.date], other: ColumnElement[dt.date]) -> ColumnElement[dt.date]:
    """The earlier of two dates; SQLite and PostgreSQL name this function differently."""
    return case((one < other, one), else_=other)


def _dated_by_status(statuses: tuple[DocumentStatus, ...]) -> ColumnElement[dt.date | None]:
    return case((Document.status.in_(statuses), Document.digitised_on), else_=None)
