"""One row per case of the export, with what its papers and hand-overs come to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, func, literal, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from sohoa.catalogue.models import CaseComponent, CaseHandover, ServiceCase
from sohoa.indicators.periods import Period

Condition = ColumnElement[bool]


class days_between(FunctionElement[int]):
    """Calendar days from the first date to the second; null if one of them is."""

    type = Integer()
    inherit_cache = True


@compiles(days_between)
def _days_between(element: days_between, compiler: SQLCompiler, **options: Any) -> str:
    earlier, later = (compiler.process(date, **options) for date in element.clauses)
    return f"({later} - {earlier})"


@compiles(days_between, "sqlite")
def _days_between_sqlite(element: days_between, compiler: SQLCompiler, **options: Any) -> str:
    earlier, later = (compiler.process(date, **options) for date in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


def one_if(condition: Condition) -> ColumnElement[int]:
    """1 where the condition holds, else 0: for sums."""
    return case((condition, 1), else_=0)


def facts_of_cases(period: Period) -> Select[*tuple[Any, ...]]:
    """One row per case, with what its papers, and its hand-overs within the period, come to."""
    papers = _papers().subquery("papers")
    handed = _handed(period).subquery("handed")
    none = literal(0)
    return (
        select(
            *ServiceCase.__table__.columns,
            *(func.coalesce(papers.c[name], none).label(name) for name in _PAPER_COUNTS),
            *(func.coalesce(handed.c[name], none).label(name) for name in ("n_handed", "n_electronic")),
        )
        .outerjoin(papers, papers.c.dossier_code == ServiceCase.dossier_code)
        .outerjoin(handed, handed.c.dossier_code == ServiceCase.dossier_code)
    )


_PAPER_COUNTS: dict[str, Condition] = {
    "n_papers": true(),
    "n_files": CaseComponent.has_file.is_(True),
    "n_held": CaseComponent.held.is_(True),
    "n_resupplied": and_(CaseComponent.held.is_(True), CaseComponent.resupplied.is_(True)),
    "n_reused": CaseComponent.reused.is_(True),
    "n_from_store": CaseComponent.from_store.is_(True),
    "n_file_unknown": CaseComponent.has_file.is_(None),
    "n_reuse_unknown": CaseComponent.reused.is_(None),
    "n_store_unknown": CaseComponent.from_store.is_(None),
    "n_held_unknown": or_(
        CaseComponent.held.is_(None), and_(CaseComponent.held.is_(True), CaseComponent.resupplied.is_(None))
    ),
}


def _papers() -> Select[*tuple[Any, ...]]:
    counts = (func.sum(one_if(condition)).label(name) for name, condition in _PAPER_COUNTS.items())
    return select(CaseComponent.dossier_code, *counts).group_by(CaseComponent.dossier_code)


def _handed(period: Period) -> Select[*tuple[Any, ...]]:
    return (
        select(
            CaseHandover.dossier_code,
            func.count().label("n_handed"),
            func.sum(one_if(CaseHandover.electronic.is_(True))).label("n_electronic"),
        )
        .where(CaseHandover.inter_agency.is_(True), CaseHandover.handed_on.between(period.start, period.end))
        .group_by(CaseHandover.dossier_code)
    )
