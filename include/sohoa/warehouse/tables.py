"""The reporting tables (design.md §7): schema `reporting` on PostgreSQL, none on SQLite.

Comments are part of the tables: the reporting team reads them in the database.
No table holds a person's name, an owner's number or the subject of a result.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Select,
    String,
    Table,
    UniqueConstraint,
    and_,
    func,
    select,
)
from sqlalchemy.sql.ddl import CreateView

from sohoa.catalogue.models import UtcDateTime
from sohoa.indicators import FOREVER, SERIES, STATES

SCHEMA = "reporting"
"""Where `connect_warehouse` puts the tables on PostgreSQL; SQLite knows no schemas."""

NO_PROCEDURE = "-"
"""Stands for the procedure of results whose register row names none."""

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    },
)


CODE = String(collation="C").with_variant(String(), "sqlite")
"""Codes and keys, compared byte by byte in either database. PostgreSQL sorts them otherwise by the rules of a language:
half of the count of a series went into that, and those rules change with the operating system."""


_ROOM = {"fillfactor": 95}
"""So many per cent of a page PostgreSQL fills with new rows: the rest is for those that change where they lie."""


def _key(name: str, kind: Any, comment: str, *refers_to: ForeignKey) -> Column[Any]:
    return Column(name, kind, *refers_to, primary_key=True, autoincrement=False, comment=comment)


def _must(name: str, kind: Any, comment: str, *refers_to: ForeignKey) -> Column[Any]:
    return Column(name, kind, *refers_to, nullable=False, comment=comment)


def _may(name: str, kind: Any, comment: str, *refers_to: ForeignKey) -> Column[Any]:
    return Column(name, kind, *refers_to, nullable=True, comment=comment)


def _refers(column: Column[Any]) -> ForeignKey:
    return ForeignKey(column)


def indexed_columns(table: Table) -> list[Column[Any]]:
    """The columns that any index or key of a table holds."""
    unique = [key for key in table.constraints if isinstance(key, PrimaryKeyConstraint | UniqueConstraint)]
    held = {column.name for one in (*unique, *table.indexes) for column in one.columns}
    return [column for column in table.columns if column.name in held]


dim_unit = Table(
    "dim_unit",
    METADATA,
    _key("unit_key", CODE, "Key of one version of a unit: <unit_code>:<version>"),
    _must("unit_code", CODE, "Code of the unit (QĐ 20/2020/QĐ-TTg); provisional below G09"),
    _must("name", String, "Name of the unit, in Vietnamese"),
    _may("name_en", String, "Name of the unit, in English"),
    _may("parent_code", String, "Code of the superior unit"),
    _may("successor_of", String, "Codes of the units whose results it holds since valid_from, parted by commas"),
    _must("source", String, "Who named the unit: ruleset, register or inbox"),
    _must("valid_from", Date, "First day of this version"),
    _may("valid_to", Date, "Last day of this version; null while it stands"),
    _must("is_current", Boolean, "Whether this version stands today"),
    UniqueConstraint("unit_code", "valid_from"),
    comment="Units that decide, type 2: one row per unit and version; results stay with the unit that issued them in "
    "fact_result, and count under its successor in the series and rates from the day it took over",
)

dim_procedure = Table(
    "dim_procedure",
    METADATA,
    _key("procedure_code", CODE, "National code of the procedure (Mã TTHC); - where the register names none"),
    _must("name", String, "Name of the procedure (Tên TTHC)"),
    comment="Administrative procedures (TTHC)",
)

dim_date = Table(
    "dim_date",
    METADATA,
    _key("day", Date, "The day"),
    _must("year", Integer, "Civil year"),
    _must("half", String, "Civil half year: 2022H1"),
    _must("quarter", String, "Civil quarter: 2022Q3"),
    _must("month", Integer, "Month, 1 to 12"),
    _must("day_of_month", Integer, "Day of the month, 1 to 31"),
    _must("weekday", Integer, "Day of the week (ISO), 1 = Monday to 7 = Sunday"),
    _must("report_year", Integer, "Year of administrative reports, 15 December to 14 December (NĐ 09/2019/NĐ-CP)"),
    _must("report_half", String, "Half of the report year: 2022H1"),
    _must("report_quarter", String, "Quarter of the report year: 2022Q3"),
    comment="Days of the series, to the end of the current year",
)

dim_report_period = Table(
    "dim_report_period",
    METADATA,
    _key("period_key", String, "Key: <calendar>:<period>"),
    _must("calendar", String, "civil (from 1 January) or report (from 15 December, NĐ 09/2019/NĐ-CP)"),
    _must("period", String, "Name of the period: 2022, 2022H1, 2022Q3"),
    _must("kind", String, "year, half or quarter"),
    _must("year", Integer, "Year that the period belongs to, in its calendar"),
    _must("number", Integer, "Which half or quarter of the year; 1 for the year itself"),
    _must("starts_on", Date, "First day"),
    _must("ends_on", Date, "Last day; stocks are counted at its end"),
    _must("year_starts_on", Date, "First day of its year; cases are counted from here"),
    UniqueConstraint("calendar", "period"),
    CheckConstraint("calendar IN ('civil', 'report')", name="calendar"),
    CheckConstraint("kind IN ('year', 'half', 'quarter')", name="kind"),
    CheckConstraint("year_starts_on <= starts_on AND starts_on < ends_on", name="order"),
    comment="Report periods for which rates are published",
)

dim_indicator = Table(
    "dim_indicator",
    METADATA,
    _key("indicator", String, "Number of the indicator: T01, T02, T03, T04a"),
    _must("name", String, "Name, in Vietnamese"),
    _must("name_en", String, "Name, in English"),
    _must("population", String, "What it counts: P1, P2 or P3"),
    _must("population_name", String, "What it counts, in Vietnamese"),
    _must("population_name_en", String, "What it counts, in English"),
    _must("counts", String, "result (P1, P2) or case (P3)"),
    comment="Indicators of digitisation",
)

dim_target = Table(
    "dim_target",
    METADATA,
    _key("target_key", String, "Key: <indicator>|<year>"),
    _must("indicator", String, "Indicator", _refers(dim_indicator.c.indicator)),
    _must("year", Integer, "Year for which the target stands"),
    _must("value", Float, "Share to reach, 0 to 1"),
    _must("comparator", String, "How the rate compares to the value: >="),
    _must("period_type", String, "Kind of period that the source sets: year"),
    _must("population", String, "Population that the target is set on"),
    _must("scope_unit", String, "Unit that the source binds, with those below it"),
    _must("status", String, "binding, or goal where another source sets the binding floor or none does"),
    _must(
        "basis",
        String,
        "stated in the source; assumed_base or measured_base: grown from an assumed rate of 2022, or from the approved "
        "one; no_legal_source",
    ),
    _may("base", Float, "Rate of 2022 that the value grew from, 0 to 1; null if the value is stated"),
    _may("base_approved_on", Date, "Day on which that rate was approved; null if it is assumed or the value is stated"),
    _may("source_document", String, "Legal source; null if there is none"),
    _may("source_section", String, "Section of the source"),
    _may("source_line", String, "Line of the source document on file"),
    _may("issued_on", Date, "Day the source was issued; null if it bears no date"),
    _may("note", String, "How the source was read"),
    UniqueConstraint("indicator", "year"),
    CheckConstraint("value >= 0 AND value <= 1", name="share"),
    CheckConstraint("status IN ('binding', 'goal')", name="status"),
    CheckConstraint("basis IN ('stated', 'assumed_base', 'measured_base', 'no_legal_source')", name="basis"),
    comment="Legal targets by indicator and year; sources that disagree stay apart (rulesets/targets.yaml)",
)

fact_result = Table(
    "fact_result",
    METADATA,
    _key("result_id", Integer, "Number of the result in the catalogue"),
    _must("result_key", CODE, "<Số ký hiệu>|<issued_on>|<unit_code>, or hồ sơ:<dossier code> without number or date"),
    _must("unit_key", CODE, "Version of the deciding unit", _refers(dim_unit.c.unit_key)),
    _must("unit_code", CODE, "Code of the deciding unit"),
    _must("procedure_code", CODE, "Procedure", _refers(dim_procedure.c.procedure_code)),
    _must("has_result", Boolean, "Whether a written result exists"),
    _must("is_counted", Boolean, "Whether it is counted at all: a written result, under the Ministry's authority"),
    _must("validity", String, "State as last registered: in_force, expired, revoked, superseded, annulled"),
    _may("issued_on", Date, "Day of issue"),
    _may("expires_on", Date, "Last day of its term; null without term"),
    _may("ended_on", Date, "Day from which it is revoked, superseded or annulled"),
    _may("superseded_by", String, "Number and symbol of the result that took its place"),
    _must("still_usable", Boolean, "Whether it is still of use (Có giá trị sử dụng), as last registered"),
    _may("unusable_from", Date, "Day from which it is of no use any more"),
    _may("exists_on", Date, "First day on which it counts: issued, else returned, received or first imported"),
    _may("out_of_force_on", Date, "First day on which it is not in force (P1); null while nothing ends it"),
    _may("not_usable_on", Date, "First day on which it is not in force and usable (P2); null while nothing ends it"),
    _may("document_id", CODE, "Its digital copy, accepted or later"),
    _may("digitised_on", Date, "Day from which it is digitised"),
    _may("signed_on", Date, "Day from which the copy is signed (digitised_on until signatures carry their day)"),
    _may("archived_on", Date, "Day from which the copy is archived (digitised_on until packages carry their day)"),
    _may("reusable_on", Date, "Day from which the copy is reusable; null: no evidence is kept yet"),
    _must("n_dossiers", Integer, "Dossiers settled by this result"),
    UniqueConstraint("result_key"),
    Index(None, "unit_code", "result_id"),
    CheckConstraint("n_dossiers >= 0", name="n_dossiers"),
    CheckConstraint("digitised_on IS NULL OR document_id IS NOT NULL", name="digitised_by_document"),
    postgresql_with=_ROOM,
    comment="Registered results of procedures, one row each, with their dates",
)

fact_case = Table(
    "fact_case",
    METADATA,
    _key("result_id", Integer, "Result that settled the case: fact_result.result_id"),
    _key("case_id", Integer, "Number of its dossier in the catalogue; 0 where the result names no dossier"),
    _must("result_key", CODE, "Key of the result: fact_result.result_key"),
    _may("dossier_code", String, "Mã hồ sơ; null where the result names no dossier"),
    _must("unit_key", CODE, "Version of the deciding unit", _refers(dim_unit.c.unit_key)),
    _must("unit_code", CODE, "Code of the deciding unit"),
    _must("procedure_code", CODE, "Procedure", _refers(dim_procedure.c.procedure_code)),
    _must("resolved_on", Date, "Day on which its result was returned, else the day the result exists"),
    _must("cohort_year", Integer, "Civil year in which it was resolved"),
    _must("report_year", Integer, "Report year in which it was resolved, from 15 December of the year before"),
    _may("document_id", CODE, "Digital copy of its result, accepted or later"),
    _may("digitised_on", Date, "Day from which the result is digitised"),
    _may("signed_on", Date, "Day from which the copy is signed"),
    _may("archived_on", Date, "Day from which the copy is archived"),
    _may("reusable_on", Date, "Day from which the copy is reusable"),
    Index(None, "unit_code", "result_id", "case_id"),
    postgresql_with=_ROOM,
    comment="Cases successfully resolved (P3), one row each, with the dates of their result's digital copy",
)

STATE_TEXTS = {
    "in_force": "members of the population (P3: cases resolved)",
    "digitised": "of these with an accepted digital copy",
    "signed": "of these signed",
    "archived": "of these archived",
    "reusable": "of these reusable",
}


def _cohort_key() -> tuple[Column[Any], ...]:
    return (
        _key("population", CODE, "P1 in force, P2 in force and usable, P3 cases resolved in cohort_year"),
        _key("cohort_year", Integer, "P3: civil year in which the cases were resolved; 0 for the stocks P1 and P2"),
        _key("report_year", Integer, "P3: report year in which the cases were resolved; 0 for the stocks P1 and P2"),
    )


def _holder_key() -> Column[Any]:
    return _key("unit_code", CODE, "Code of the unit that holds the results")


def _series_key() -> tuple[Column[Any], ...]:
    return (*_cohort_key(), _holder_key(), _key("procedure_code", CODE, "Procedure"))


def _changes(*states: str) -> tuple[Column[Any], ...]:
    return tuple(_must(f"{state}_change", Integer, f"Change on this day: {STATE_TEXTS[state]}") for state in states)


change_ahead = Table(
    "change_ahead",
    METADATA,
    *_series_key(),
    _key("day", Date, "Day on which something will change: terms that end, units that move"),
    *_changes(*STATES),
    sqlite_with_rowid=False,
    comment="What results and cases will add and take away after the last day of fact_digitisation_daily",
)

fact_digitisation_daily = Table(
    "fact_digitisation_daily",
    METADATA,
    *_series_key(),
    # No foreign keys: each row is a sum of facts, which have them. Looking every row up three times more took
    # PostgreSQL two thirds of a load.
    _key("day", Date, "Day on which something changed: dim_date.day"),
    _must("unit_key", CODE, "Version of the unit: dim_unit.unit_key"),
    *_changes(*STATES),
    *(_must(state, Integer, f"Total at the end of this day: {text}") for state, text in STATE_TEXTS.items()),
    # Written out: SQLite takes as long for IN as for all other checks and keys together.
    CheckConstraint("population = 'P1' OR population = 'P2' OR population = 'P3'", name="population"),
    CheckConstraint("(population = 'P3') = (cohort_year > 0)", name="cohort_year"),
    CheckConstraint("report_year - cohort_year IN (0, 1)", name="report_year"),
    CheckConstraint(
        "in_force >= digitised AND digitised >= signed AND signed >= archived "
        "AND archived >= reusable AND reusable >= 0",
        name="states_nest",
    ),
    sqlite_with_rowid=False,
    comment="Daily series, sparse: a row only where something changed; the view ..._dense has every day",
)

fact_unit_daily = Table(
    "fact_unit_daily",
    METADATA,
    *_cohort_key(),
    # Before the unit: what all units changed since a day lies together, a few weeks among years.
    _key("day", Date, "Day on which something changes; also days to come: terms that end, units that move"),
    _holder_key(),
    *_changes("in_force", "digitised"),
    sqlite_with_rowid=False,
    comment="Daily changes of each unit, all its procedures together: sums of fact_digitisation_daily and change_ahead",
)

copy_ahead = Table(
    "copy_ahead",
    METADATA,
    _key("result_id", Integer, "Number of the result: fact_result.result_id"),
    comment="Results whose digital copy counts only from a day after the last day of fact_digitisation_daily",
)

digitisation_rate = Table(
    "digitisation_rate",
    METADATA,
    _key("rate_key", String, "Key: <period_key>|<unit_code or *>|<indicator>"),
    _must("period_key", String, "Report period", _refers(dim_report_period.c.period_key)),
    _must("calendar", String, "civil or report"),
    _must("period", String, "Name of the period: 2022, 2022H1, 2022Q3"),
    _may("unit_key", CODE, "Version of the unit; null = all units together", _refers(dim_unit.c.unit_key)),
    _may("unit_code", CODE, "Code of the deciding unit; null = all units together"),
    _must("indicator", String, "Indicator", _refers(dim_indicator.c.indicator)),
    _must("measured_on", Date, "Day of the count: the period's last day, with what is known at this load"),
    _must("numerator", Integer, "Digitised members of the population"),
    _must("denominator", Integer, "Members of the population"),
    _may("rate", Float, "numerator / denominator, 0 to 1; null if there is nothing to count"),
    _may("target_key", String, "Target of the period's year; null if none stands", _refers(dim_target.c.target_key)),
    _may("target", Float, "Share to reach, 0 to 1"),
    _may("gap", Float, "target - rate: what is missing; negative when exceeded"),
    _may("met", Boolean, "Whether the target is reached"),
    _may(
        "forecast_on",
        Date,
        "Day on which the target will be reached at the pace of the last weeks; only in the running civil year's row",
    ),
    CheckConstraint("numerator >= 0 AND numerator <= denominator", name="numerator"),
    CheckConstraint("(denominator = 0) = (rate IS NULL)", name="rate_needs_denominator"),
    CheckConstraint("rate IS NULL OR (rate >= 0 AND rate <= 1)", name="share"),
    CheckConstraint("(target IS NULL) = (target_key IS NULL)", name="target"),
    CheckConstraint("(gap IS NULL) = (met IS NULL)", name="met"),
    comment="Digitisation rate by report period, unit and indicator, beside its target",
)

load = Table(
    "load",
    METADATA,
    _key("load_id", String, "Key of the load"),
    _must("staged_at", UtcDateTime, "When the catalogue was read (UTC)"),
    _must("loaded_at", UtcDateTime, "When the rows were published (UTC)"),
    _must("as_of", Date, "Last day of the daily series"),
    _must("last_event", BigInteger, "Newest event of the catalogue that the load knew"),
    _must("last_import", BigInteger, "Newest register import that the load knew; 0 before the first"),
    _must("newest", String, "Fingerprint of these two, by which a catalogue set back to a backup is noticed"),
    _must("rules", String, "Fingerprint of the rulesets by which the load counted"),
    _may("n_refreshed", Integer, "Results that were counted anew; null where all were"),
    comment="Loads of this schema, all kept; every other table holds what the newest one found",
)


def _dense_series() -> Select[*tuple[Any, ...]]:
    """Every day from a series' first change to the load's last day, with the totals that stood then."""
    fact = fact_digitisation_daily.c
    key = [fact[name] for name in SERIES]
    next_day = func.lead(fact.day).over(partition_by=key, order_by=fact.day)
    span = select(
        fact_digitisation_daily,
        # Both ends known: an open end written with OR would be searched without the index of dim_date.
        func.coalesce(next_day, FOREVER).label("until_day"),
    ).subquery("span")
    stands = and_(
        dim_date.c.day >= span.c.day,
        dim_date.c.day < span.c.until_day,
        dim_date.c.day <= select(func.max(load.c.as_of)).scalar_subquery(),
    )
    # Every span has a day of its own, so an outer join finds the same rows; it makes SQLite start from the spans.
    return select(
        dim_date.c.day,
        *(span.c[name] for name in SERIES),
        span.c.unit_key,
        *(span.c[state] for state in STATES),
        span.c.day.label("changed_on"),
    ).join_from(span, dim_date, stands, isouter=True)


DENSE = CreateView(_dense_series(), "fact_digitisation_daily_dense", metadata=METADATA).table
"""View: the daily series with a row for every day; `changed_on` is the day of the sparse row behind it."""

REPLACED = tuple(table for table in METADATA.sorted_tables if table not in (load, DENSE))
"""The tables whose rows each load replaces, referred tables first."""

UPDATED = (dim_unit, dim_procedure, dim_report_period, dim_indicator, dim_target)
"""Of these a full load too replaces only the rows that differ: for each row that goes PostgreSQL looks through all that
may refer to it, from end to end, though every row there went in the same transaction."""
