"""Indicators, their figures and periods: rates as the warehouse published them, the rest from the catalogue."""

from __future__ import annotations

from sohoa.indicators import DeclaredIndicator, Standing, load_indicators, load_rulebook, standings_of
from sohoa.indicators import Period as ReportPeriod
from sohoa.settings import Settings
from sohoa.warehouse import NewestLoad, newest_load, published_periods, published_rates, reading_warehouse
from sohoa_airflow.web.api.models import (
    Indicator,
    Indicators,
    IndicatorValues,
    LegalSource,
    Period,
    Periods,
    Target,
    Text,
    Value,
)
from sohoa_airflow.web.api.problems import Refused


def all_indicators() -> Indicators:
    """Every declared indicator."""
    return Indicators(items=[_indicator(one) for one in load_indicators().indicators])


def all_periods(settings: Settings) -> Periods:
    """The periods that have rates."""
    newest, periods = _published(settings)
    return Periods(loaded_at=newest.loaded_at, as_of=newest.as_of, items=[_period(one) for one in periods])


def indicator_values(settings: Settings, code: str, period: str, calendar: str, unit: str | None) -> IndicatorValues:
    """An indicator in a period, by unit.

    Raises:
        Refused: there is no such indicator, period, or figure of this unit.
    """
    declared = load_indicators().get(code)
    if declared is None:
        raise Refused("api_no_indicator", code=code)
    newest, periods = _published(settings)
    found = next((one for one in periods if (one.name, one.calendar) == (period, calendar)), None)
    if found is None:
        raise Refused("api_no_period", period=period, calendar=calendar)
    standings = _standings(settings, declared, found)
    shown = [one for one in standings if unit is None or one.measured.unit_code == unit]
    if not shown:
        raise Refused("api_no_unit", unit=unit)
    return IndicatorValues(
        indicator=_indicator(declared),
        period=_period(found),
        target=_target(standings[0]),
        loaded_at=newest.loaded_at,
        values=[_value(one) for one in shown],
    )


def _published(settings: Settings) -> tuple[NewestLoad, list[ReportPeriod]]:
    with reading_warehouse(settings) as connection:
        newest = newest_load(connection) if connection else None
        if connection is None or newest is None:
            raise Refused("no_rates_help")
        return newest, published_periods(connection)


def _standings(settings: Settings, declared: DeclaredIndicator, period: ReportPeriod) -> list[Standing]:
    rates = None
    if declared.code in load_rulebook().indicators:
        with reading_warehouse(settings) as connection:
            rates = published_rates(connection, [period])[period] if connection else []
    return standings_of(settings, declared.code, period, rates)


def _indicator(declared: DeclaredIndicator) -> Indicator:
    sources = load_indicators().sources
    return Indicator(
        code=declared.code,
        name=Text(vi=declared.name, en=declared.name_en),
        population=declared.population,
        scope=declared.scope,
        status=declared.status,
        unit_of_measure=declared.unit,
        comparator=declared.comparator,
        measured_by=declared.measured,
        numerator=declared.numerator and Text(vi=declared.numerator.vi, en=declared.numerator.en),
        denominator=declared.denominator and Text(vi=declared.denominator.vi, en=declared.denominator.en),
        legal_sources=[
            LegalSource(
                document=cited.document,
                title=sources[cited.document].title,
                role=sources[cited.document].role,
                issued_on=sources[cited.document].issued_on,
                section=cited.section,
                lines=list(cited.lines),
            )
            for cited in declared.sources
        ],
        needs=Text(vi=declared.needs.vi, en=declared.needs.en),
    )


def _period(period: ReportPeriod) -> Period:
    return Period(
        calendar=period.calendar,
        name=period.name,
        kind=period.kind,
        year=period.year,
        starts_on=period.start,
        ends_on=period.end,
    )


def _target(standing: Standing) -> Target | None:
    target = standing.target
    if target is None:
        return None
    relative = None if target.relative is None else float(target.relative)
    return Target(value=float(target.value), basis=target.basis, relative=relative, due_on=target.due_on)


def _value(standing: Standing) -> Value:
    measured = standing.measured
    missing = (standing.missing_text("vi"), standing.missing_text("en"))
    return Value(
        unit_code=measured.unit_code,
        numerator=measured.numerator,
        denominator=measured.denominator,
        value=measured.value,
        gap=standing.gap,
        verdict=standing.verdict,
        overdue=standing.overdue,
        missing=Text(vi=missing[0], en=missing[1]) if missing[0] and missing[1] else None,
    )
