"""Approving a base by hand: the share of 2022 as it is measured, confirmed by a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sohoa.catalogue.database import reading
from sohoa.errors import SohoaError
from sohoa.indicators.bases import Base, approve_base, base_of
from sohoa.indicators.declared import load_indicators
from sohoa.indicators.measured import Measurement
from sohoa.indicators.periods import Calendar, make_period
from sohoa.indicators.standing import standings_of
from sohoa.messages import say
from sohoa.settings import Settings


@dataclass(frozen=True)
class BaseStanding:
    """What an indicator's target grows from, beside what its base year measures now.

    `base` is None where none is approved and none assumed; `missing` says why there is no measured share.
    """

    indicator: str
    year: int
    calendar: Calendar
    base: Base | None
    measured: Measurement
    missing: str | None


def base_standings(settings: Settings, calendar: Calendar = "civil") -> list[BaseStanding]:
    """The base of every target that grows, in the order of the ruleset."""
    growing = [one.code for one in load_indicators().indicators if one.growth is not None]
    return [base_standing(settings, code, calendar) for code in growing]


def base_standing(settings: Settings, code: str, calendar: Calendar = "civil") -> BaseStanding:
    """The base of one growing target.

    Raises:
        SohoaError: there is no such indicator, or its target does not grow.
    """
    indicator = load_indicators().get(code)
    if indicator is None or indicator.growth is None:
        raise SohoaError(say("indicator.base_invalid", settings.language, indicator=code))
    year = indicator.growth.base_year
    whole = standings_of(settings, indicator.code, make_period("year", year, 1, calendar))[0]
    with reading(settings.catalogue_url) as session:
        base = base_of(session.connection(), indicator)
    return BaseStanding(indicator.code, year, calendar, base, whole.measured, whole.missing_text(settings.language))


def approve_measured_base(
    settings: Settings,
    code: str,
    figure: tuple[int, int],
    *,
    calendar: Calendar,
    approved_by: str,
    on: dt.date | None = None,
) -> BaseStanding:
    """Freeze the share that is measured now, if it is the one that the person approves.

    Args:
        settings: Where the catalogue is.
        code: An indicator whose target grows.
        figure: Numerator and denominator that the person has before them.
        calendar: Of the year that is approved.
        approved_by: The person.
        on: The day it is; today in Vietnam by default.

    Raises:
        SohoaError: nothing is measured, something else than `figure`, or what `approve_base` refuses.
    """
    standing = base_standing(settings, code, calendar)
    measured = standing.measured
    names = {"indicator": standing.indicator, "year": standing.year}
    if measured.numerator is None or not measured.denominator:
        raise SohoaError(say("indicator.base_unmeasured", settings.language, **names, missing=standing.missing))
    if standing.base is not None and standing.base.basis == "measured_base":
        raise SohoaError(say("indicator.base_frozen", settings.language, **names))
    if figure != (measured.numerator, measured.denominator):
        now, told = f"{measured.numerator:.0f}/{measured.denominator:.0f}", f"{figure[0]}/{figure[1]}"
        raise SohoaError(say("indicator.base_differs", settings.language, **names, measured=now, told=told))
    approve_base(settings, standing.indicator, *figure, calendar=calendar, approved_by=approved_by, on=on)
    return base_standing(settings, code, calendar)
