"""What targets of "+20 points a year" grow from: the share of 2022, frozen once its report is approved (C5)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sqlalchemy import Connection, select

from sohoa.catalogue.database import writing
from sohoa.catalogue.events import insert_once, record_event
from sohoa.catalogue.models import ApprovedBase, utc_now
from sohoa.errors import SohoaError
from sohoa.indicators.declared import DeclaredIndicator, load_indicators
from sohoa.indicators.periods import make_period, today
from sohoa.indicators.targets import Rulebook, load_rulebook
from sohoa.messages import say
from sohoa.settings import LOCAL_TIME, Settings


@dataclass(frozen=True)
class Base:
    """The share that a target grows from; `numerator` and `denominator` only of an approved one."""

    value: Decimal
    basis: Literal["measured_base", "assumed_base"]
    year: int
    numerator: int | None = None
    denominator: int | None = None
    approved_by: str | None = None
    approved_at: dt.datetime | None = None


def base_of(connection: Connection, indicator: DeclaredIndicator) -> Base | None:
    """The base of a growing target: approved, else assumed where the ruleset assumes one, else None."""
    if indicator.growth is None:
        return None
    year = indicator.growth.base_year
    query = select(ApprovedBase.__table__).where(ApprovedBase.indicator == indicator.code, ApprovedBase.year == year)
    found = connection.execute(query).first()
    if found is not None:
        return Base(
            Decimal(found.numerator) / Decimal(found.denominator),
            "measured_base",
            year,
            found.numerator,
            found.denominator,
            found.approved_by,
            found.approved_at,
        )
    assumed = (rule.base for rule in load_rulebook().rules if rule.fields["indicator"] == indicator.code)
    value = next((base for base in assumed if base is not None), None)
    return None if value is None else Base(value, "assumed_base", year)


def rulebook_of(connection: Connection) -> Rulebook:
    """The rulebook whose targets grow from the approved bases, where there are any."""
    rulebook = load_rulebook()
    for row in connection.execute(select(ApprovedBase.__table__).order_by(ApprovedBase.indicator)):
        share = Decimal(row.numerator) / Decimal(row.denominator)
        rulebook = rulebook.grown_from(row.indicator, row.year, share, row.approved_at.astimezone(LOCAL_TIME).date())
    return rulebook


def approve_base(
    settings: Settings,
    code: str,
    numerator: int,
    denominator: int,
    *,
    calendar: str,
    approved_by: str,
    on: dt.date | None = None,
) -> None:
    """Freeze the measured share of an indicator's base year, when the report of that year is approved.

    Args:
        settings: Where the catalogue is.
        code: An indicator whose target grows: T04a …
        numerator: As the approved report has it; `denominator` likewise, more than 0.
        denominator: See `numerator`.
        calendar: civil or report, that of the approved report.
        approved_by: The person who approved it.
        on: The day it is; today in Vietnam by default.

    Raises:
        SohoaError: no such indicator, no share, no name, the year is not over, or the base was approved before:
            it does not change any more.
    """
    indicator = load_indicators().get(code)
    if indicator is None or indicator.growth is None or not 0 <= numerator <= denominator or denominator == 0:
        raise SohoaError(say("indicator.base_invalid", settings.language, indicator=code))
    year = indicator.growth.base_year
    period = make_period("year", year, 1, "report" if calendar == "report" else "civil")
    if period.end >= (on or today()):
        raise SohoaError(say("indicator.base_year_open", settings.language, year=year, last=f"{period.end:%d/%m/%Y}"))
    if not approved_by.strip():
        raise SohoaError(say("indicator.base_needs_name", settings.language))
    now = utc_now()
    with writing(settings.catalogue_url) as session:
        row = {"indicator": indicator.code, "year": year, "calendar": period.calendar, "numerator": numerator}
        stored = insert_once(
            session, ApprovedBase, **row, denominator=denominator, approved_by=approved_by, approved_at=now
        )
        if not stored:
            raise SohoaError(say("indicator.base_frozen", settings.language, indicator=indicator.code, year=year))
        record_event(
            session,
            f"base_approved:{indicator.code}:{year}",
            "base_approved",
            now.astimezone(LOCAL_TIME).date(),
            agent=approved_by,
            detail={**row, "denominator": denominator, "period": period.name},
        )
