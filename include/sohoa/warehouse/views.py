"""Views for the reporting team: their names and columns stay as they are; what changes gets a new number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.sql.ddl import CreateView

from sohoa.warehouse.tables import (
    DENSE,
    METADATA,
    digitisation_rate,
    dim_date,
    dim_indicator,
    dim_procedure,
    dim_report_period,
    dim_target,
    dim_unit,
    fact_digitisation_daily,
    fact_result,
)


def _rates() -> Select[*tuple[Any, ...]]:
    rate, target, unit = digitisation_rate.c, dim_target.c, dim_unit.c
    period, indicator = dim_report_period.c, dim_indicator.c
    return (
        select(
            rate.calendar,
            rate.period,
            period.kind,
            period.starts_on,
            period.ends_on,
            rate.indicator,
            indicator.name.label("indicator_name"),
            indicator.name_en.label("indicator_name_en"),
            indicator.population,
            rate.unit_code,
            unit.name.label("unit_name"),
            unit.name_en.label("unit_name_en"),
            rate.numerator,
            rate.denominator,
            rate.rate,
            rate.target,
            rate.gap,
            rate.met,
            target.status.label("target_status"),
            target.basis.label("target_basis"),
            target.source_document,
            target.source_section,
        )
        .join_from(digitisation_rate, dim_report_period, period.period_key == rate.period_key)
        .join(dim_indicator, indicator.indicator == rate.indicator)
        .outerjoin(dim_target, target.target_key == rate.target_key)
        .outerjoin(dim_unit, and_(unit.unit_code == rate.unit_code, unit.is_current))
    )


def _results() -> Select[*tuple[Any, ...]]:
    fact, unit, procedure = fact_result.c, dim_unit.c, dim_procedure.c
    return (
        select(
            fact.result_key,
            fact.unit_code,
            unit.name.label("unit_name"),
            fact.procedure_code,
            procedure.name.label("procedure_name"),
            fact.issued_on,
            fact.exists_on,
            fact.validity,
            fact.out_of_force_on,
            fact.not_usable_on,
            fact.document_id,
            fact.digitised_on,
        )
        .join_from(fact_result, dim_unit, unit.unit_key == fact.unit_key)
        .join(dim_procedure, procedure.procedure_code == fact.procedure_code)
        .where(fact.is_counted)
    )


_SELECTS = {"rate_v1": _rates(), "result_v1": _results()}

VIEWS = tuple(CreateView(query, name, metadata=METADATA).table for name, query in _SELECTS.items())
"""Rates with the names of what they are of, and registered results that count; no name of a person, no subject."""

ABOUT = {
    DENSE.name: "View: the daily series with a row for every day from a series' first change to the load's last day",
    "rate_v1": "View: every published rate with the names of its period, indicator and unit, and the target's source",
    "result_v1": "View: results that are counted, with the names of unit and procedure, and the copy's day",
}
"""All views of the schema, and what each shows."""


def comment_of(view: str, column: str) -> str | None:
    """What a column of a view holds: the comment of the table's column that it shows."""
    if view == DENSE.name:
        own = {"day": dim_date.c.day, "changed_on": fact_digitisation_daily.c.day}
        return (own[column] if column in own else fact_digitisation_daily.c[column]).comment
    shown = _SELECTS[view].selected_columns[column]
    return next((base.comment for base in shown.base_columns if base.comment), None)
