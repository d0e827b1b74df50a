"""How far digitisation is in one period, unit by unit, and what still waits; rates as published."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sohoa.catalogue.models import Document, DocumentStatus, FileOutcome, ScanFile
from sohoa.indicators import HeadlinePath, Period, Rate, path_of
from sohoa.indicators.headline import base_of_path, indicator_of_year
from sohoa.settings import Settings
from sohoa.warehouse import published_periods, published_rates, reading_warehouse
from sohoa_airflow.web.queries import Board, Figure, UnitName, open_catalogue


@dataclass(frozen=True)
class Standing:
    """A unit's rate in the period; `unit.code` None stands for all units together.

    `place` is one more than the units with a higher rate; None for all together, and where nothing is to be counted.
    """

    unit: UnitName
    rate: Rate
    place: int | None = None

    @property
    def figure(self) -> Figure:
        """The rate as pages show it."""
        return Figure(self.rate.numerator, self.rate.denominator, self.rate.met)

    @property
    def n_missing(self) -> int:
        """Registered and not yet digitised."""
        return self.rate.denominator - self.rate.numerator


@dataclass(frozen=True)
class Waiting:
    """What the archive holds and does not count yet, of all units, now."""

    n_in_review: int
    n_quarantined: int


@dataclass(frozen=True)
class Dashboard:
    """One unit's path (or of all together) over the years, and everybody's standing in one period.

    `indicator` is the headline's of the period's year. `league` has the best rate first, units without anything to
    count last.
    """

    path: HeadlinePath
    periods: tuple[Period, ...]
    period: Period
    indicator: str
    chosen: Standing
    league: tuple[Standing, ...]
    waiting: Waiting


def period_name(period: Period) -> str:
    """How an address names a period: `civil:2022Q3`."""
    return f"{period.calendar}:{period.name}"


def load_dashboard(settings: Settings, board: Board, wanted: str, unit: UnitName | None) -> Dashboard | None:
    """The dashboard of a unit (None: all) in the period that `wanted` names; the running civil year if it is empty.

    Returns:
        None if there is no such period.
    """
    with reading_warehouse(settings) as warehouse, open_catalogue(settings) as session:
        if warehouse is None or session is None:
            return None
        periods = published_periods(warehouse)
        years = [one for one in periods if (one.calendar, one.kind) == ("civil", "year") and one.start <= board.as_of]
        wanted = wanted or next(map(period_name, reversed(years)), "")
        period = next((one for one in periods if period_name(one) == wanted), None)
        if period is None:
            return None
        code = unit.code if unit else None
        yearly = published_rates(warehouse, years, [None] if code is None else [code])
        rates = published_rates(warehouse, [period])[period]
        path = _path(session, {one.year: found for one, found in yearly.items()}, code)
        waiting = _waiting(session)
    indicator = indicator_of_year(period.year)
    standings = _standings(board, [rate for rate in rates if rate.indicator == indicator])
    return Dashboard(
        path=path,
        periods=tuple(periods),
        period=period,
        indicator=indicator,
        chosen=next(one for one in standings if one.unit.code == code),
        league=_league([one for one in standings if one.unit.code]),
        waiting=waiting,
    )


def _path(session: Session, rates: dict[int, list[Rate]], unit: str | None) -> HeadlinePath:
    return path_of(rates, base_of_path(session.connection()), unit=unit)


def _standings(board: Board, rates: list[Rate]) -> list[Standing]:
    names = {name.code: name for name in (UnitName(None, "", None), *board.units)}
    return [Standing(names[rate.unit_code], rate) for rate in rates if rate.unit_code in names]


def _league(standings: list[Standing]) -> tuple[Standing, ...]:
    """The highest rate first, compared exactly; nothing to count last."""
    shares = {
        one.unit.code: Fraction(one.rate.numerator, one.rate.denominator) for one in standings if one.rate.denominator
    }
    ranked = sorted(shares.values(), reverse=True)
    placed = [
        replace(one, place=ranked.index(shares[one.unit.code]) + 1) if one.unit.code in shares else one
        for one in standings
    ]
    return tuple(sorted(placed, key=lambda one: (one.place is None, one.place, one.unit.code)))


def _waiting(session: Session) -> Waiting:
    in_review = select(func.count()).select_from(Document).where(Document.status == DocumentStatus.IN_REVIEW)
    quarantined = select(func.count()).select_from(ScanFile).where(ScanFile.outcome == FileOutcome.QUARANTINED)
    return Waiting(session.scalar(in_review) or 0, session.scalar(quarantined) or 0)
