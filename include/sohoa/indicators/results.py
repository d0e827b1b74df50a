"""What the catalogue knows of results and cases, as the days on which they change: the facts behind all figures."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from sqlalchemy import ColumnElement, Connection, Date, Select, and_, case, cast, func, null, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from sohoa.catalogue.models import DIGITISED, Document, DocumentStatus, Dossier, RegisterImport, Result
from sohoa.indicators.moves import FOREVER
from sohoa.indicators.targets import load_rulebook

STATES = ("in_force", "digitised", "signed", "archived", "reusable")
"""What the daily series counts; each state but the first needs its own date."""

COPY_DATES = tuple(f"{state}_on" for state in STATES[1:])

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


def result_facts(connection: Connection, only: ColumnElement[bool] | None = None) -> Select[*tuple[Any, ...]]:
    """One row per registered result with its dates, in no order.

    `is_counted` tells whether it belongs to a population at all: a written result, under the Ministry's authority.
    `exists_on` is the day from which it counts: its issue date; without one, the day its dossier was
    returned, else received, else first imported. `out_of_force_on` is the day from which it is out of force:
    the day after its expiry or the day it was revoked, superseded or annulled (design.md §7);
    `not_usable_on` the day from which it is, besides, no longer usable. `document_id` is its digital copy.

    The catalogue has no date of signing or archiving yet: `signed_on` and `archived_on` repeat `digitised_on`
    where the document's status says so, and `reusable_on` is null.

    Args:
        connection: Of the catalogue.
        only: A condition on `Result`; all results without one.
    """
    chosen = true() if only is None else only
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
            Result.superseded_by,
            Result.still_usable,
            Result.unusable_from,
            _is_counted(connection, chosen).label("is_counted"),
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
        .where(chosen)
    )


def case_facts(connection: Connection, only: ColumnElement[bool] | None = None) -> Select[*tuple[Any, ...]]:
    """One row per case successfully resolved, in no order; a result that names no dossier is one case.

    `resolved_on` is the day its result was returned, else the day the result exists. `case_id` is the dossier's
    number in the catalogue, 0 without dossier.

    Args:
        connection: Of the catalogue.
        only: A condition on `Result`; the cases of all results without one.
    """
    fact = result_facts(connection, only).subquery("fact")
    return (
        select(
            fact.c.result_id,
            func.coalesce(Dossier.id, 0).label("case_id"),
            fact.c.result_key,
            Dossier.code.label("dossier_code"),
            fact.c.unit_code,
            fact.c.procedure_code,
            func.coalesce(Dossier.returned_on, fact.c.exists_on).label("resolved_on"),
            fact.c.document_id,
            *(fact.c[name] for name in COPY_DATES),
        )
        .select_from(fact)
        .outerjoin(Dossier, Dossier.result_id == fact.c.result_id)
        .where(fact.c.is_counted, ~_is_unsuccessful(connection, only))
    )


def is_above_the_ministry(authority: str) -> bool:
    """Whether a deciding authority, as the register has it, stands above the Ministry."""
    words = " ".join(unicodedata.normalize("NFC", authority).casefold().split())
    return any(re.match(rf"{re.escape(name)}\b", words) for name in _above_the_ministry())


@lru_cache(maxsize=1)
def _above_the_ministry() -> tuple[str, ...]:
    text = files("sohoa.rulesets").joinpath("authorities.yaml").read_text(encoding="utf-8")
    names: list[str] = yaml.safe_load(text)["above_the_ministry"]
    return tuple(unicodedata.normalize("NFC", name).casefold() for name in names)


def _is_counted(connection: Connection, only: ColumnElement[bool]) -> ColumnElement[bool]:
    authorities = _told(connection, select(Result.deciding_authority).where(only), Result.deciding_authority)
    above = [name for name in authorities if is_above_the_ministry(name)]
    return and_(Result.has_result, _is_none_of(Result.deciding_authority, above))


def _is_unsuccessful(connection: Connection, only: ColumnElement[bool] | None) -> ColumnElement[bool]:
    query = select(Dossier.outcome)
    if only is not None:
        query = query.join(Result, Result.id == Dossier.result_id).where(only)
    population = load_rulebook().populations["P3"]
    return ~_is_none_of(
        Dossier.outcome, [name for name in _told(connection, query, Dossier.outcome) if population.excludes(name)]
    )


def _told(connection: Connection, query: Select[Any], column: InstrumentedAttribute[str | None]) -> list[str]:
    """The few different texts of a column, to be judged here: databases fold Vietnamese letters each in its own way."""
    return sorted(connection.scalars(query.where(column.is_not(None)).distinct()))


def _is_none_of(column: InstrumentedAttribute[str | None], texts: list[str]) -> ColumnElement[bool]:
    return or_(column.is_(None), column.not_in(texts)) if texts else true()


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
