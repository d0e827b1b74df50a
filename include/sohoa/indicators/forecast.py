"""When each target will be reached at the pace of the last weeks, and what stands in the way."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import pairwise
from statistics import fmean
from typing import Any

from sqlalchemy import Connection

from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Unit
from sohoa.errors import SohoaError
from sohoa.indicators.bases import base_of
from sohoa.indicators.declared import DeclaredIndicator, load_indicators
from sohoa.indicators.headline import FIRST_YEAR
from sohoa.indicators.moves import load_moves
from sohoa.indicators.pace import Outlook, needed_a_week, outlook
from sohoa.indicators.periods import today
from sohoa.indicators.rates import Cut, Rate, rates_at
from sohoa.indicators.shortfall import Shortfall, shortfalls
from sohoa.indicators.standing import TargetInYear, target_in
from sohoa.indicators.targets import load_rulebook
from sohoa.messages import say
from sohoa.settings import Settings

WEEKS = 12
MOST_WEEKS = 260
LAST_YEAR = 2200

PopulationShortfalls = Callable[[str, dt.date | None], Mapping[str | None, Shortfall]]
"""The `shortfalls` of a population, its cohort begun on a day if it counts cases."""


@dataclass(frozen=True)
class Forecast:
    """One indicator of one unit (None: all together) on a day.

    Attributes:
        target_year: the year that the target is for; where it is over, `due_on` lies before `as_of`.
        n_weeks: how many weeks the pace is taken from; fewer than asked for where a cohort is younger.
        missing: documents still to be digitised for the target, at the population as it stands (cases for P3).
        pace: documents a week by which the digitised ones grew, those that left the population subtracted.
        growth: members a week by which the population grew.
        needed_a_week: documents a week that would reach the target on its due day; None if that is over.
        on_time: whether it is expected by the due day; None where there is no due day or no outlook, and where the
            target is reached, whose day is not asked here.
        shortfall: why members are not digitised; adds up to denominator − numerator.
    """

    indicator: str
    population: str
    unit_code: str | None
    as_of: dt.date
    target_year: int
    target: Decimal
    basis: str
    due_on: dt.date | None
    numerator: int
    denominator: int
    n_weeks: int
    missing: int
    pace: float | None
    growth: float | None
    needed_a_week: float | None
    outlook: Outlook
    shortfall: Shortfall

    @property
    def on_time(self) -> bool | None:
        """See the class."""
        if self.due_on is None or self.outlook.state not in ("in_sight", "not_in_sight"):
            return None
        return self.outlook.expected_on is not None and self.outlook.expected_on <= self.due_on

    def as_dict(self) -> dict[str, Any]:
        """For JSON; `unsigned` is None: signatures have no evidence yet."""
        own = asdict(self)
        return {
            **{name: value for name, value in own.items() if name not in ("outlook", "shortfall")},
            "target": float(self.target),
            "rate": self.numerator / self.denominator if self.denominator else None,
            **own["outlook"],
            "on_time": self.on_time,
            "shortfall": {**own["shortfall"], "unsigned": None},
        }


def forecasts(
    settings: Settings, *, as_of: dt.date | None = None, weeks: int = WEEKS, unit: str | None = None
) -> list[Forecast]:
    """Every indicator that the register measures, for all units together and each unit, against its newest target.

    Args:
        settings: Where the catalogue is.
        as_of: The day from which to look ahead; today in Vietnam by default. The newest weeks may still rise:
            a document counts from its scan, and is accepted later.
        weeks: Length of the trailing window, 2 to 260.
        unit: Only this unit.

    Raises:
        SohoaError: a window or a day out of range, or a unit that nobody has heard of.
    """
    day = as_of or today()
    if not 2 <= weeks <= MOST_WEEKS:
        raise SohoaError(say("indicator.forecast_weeks", settings.language, most=MOST_WEEKS))
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise SohoaError(say("indicator.forecast_day", settings.language, first=FIRST_YEAR, last=LAST_YEAR))
    moves = load_moves(settings)
    with reading(settings.catalogue_url) as session:
        if unit is not None and session.get(Unit, unit) is None:
            raise SohoaError(say("indicator.unit_unknown", settings.language, unit=unit))
        connection, cuts = session.connection(), trailing_cuts(day, weeks)
        found = forecasts_of(
            connection,
            cuts,
            rates_at(connection, cuts, moves),
            lambda population, since: shortfalls(connection, population, day, moves, since=since),
        )
    return found if unit is None else [one for one in found if one.unit_code == unit]


def trailing_cuts(day: dt.date, weeks: int) -> list[Cut]:
    """The ends of the weeks up to `day`, of which each counts the cases of that day's year."""
    year_start = dt.date(day.year, 1, 1)
    return [Cut(day - dt.timedelta(weeks=number), year_start, day.year) for number in range(weeks, -1, -1)]


def forecasts_of(
    connection: Connection, cuts: Sequence[Cut], by_cut: Sequence[Sequence[Rate]], missing: PopulationShortfalls
) -> list[Forecast]:
    """Every indicator's forecasts from its rates at `trailing_cuts`.

    Args:
        connection: Of the catalogue, which knows what targets grow from.
        cuts: The ends of the weeks; the last is the day of the forecasts.
        by_cut: The rates at each.
        missing: Why members are not digitised at the last of them.
    """
    day, year_start = cuts[-1].day, cuts[-1].since
    reasons: dict[str, Mapping[str | None, Shortfall]] = {}
    found = []
    for code, indicator in load_rulebook().indicators.items():
        declared = load_indicators().get(code)
        year, target = _newest_target(connection, declared, day.year) if declared else (day.year, None)
        if target is None:
            continue
        population = indicator.population
        since = year_start if load_rulebook().populations[population].counts == "case" else None
        if population not in reasons:
            reasons[population] = missing(population, since)
        # The cohort of a year is empty before it: weeks that begin earlier would only slow the pace.
        first = next(n for n, cut in enumerate(cuts) if since is None or cut.day >= since - dt.timedelta(days=1))
        histories = zip(*([rate for rate in rates if rate.indicator == code] for rates in by_cut[first:]), strict=True)
        found += [
            _forecast(
                population,
                day,
                year,
                target,
                history,
                reasons[population].get(history[-1].unit_code),
                # A year's cases are all there at its end; how they go on from there, its weeks do not tell.
                until=since and dt.date(day.year, 12, 31),
            )
            for history in histories
        ]
    return found


def _newest_target(connection: Connection, indicator: DeclaredIndicator, year: int) -> tuple[int, TargetInYear | None]:
    """The target of this year, else the latest before it: what was not reached stays open (C3)."""
    base = base_of(connection, indicator)
    for earlier in range(year, FIRST_YEAR - 1, -1):
        target = target_in(indicator, earlier, base)
        if target is not None:
            return earlier, target
    return year, None


def _forecast(
    population: str,
    day: dt.date,
    year: int,
    target: TargetInYear,
    history: Sequence[Rate],
    shortfall: Shortfall | None,
    *,
    until: dt.date | None,
) -> Forecast:
    """One forecast from the same rate at the ends of successive weeks."""
    now = history[-1]
    share = float(target.value)
    added = [new.numerator - old.numerator for old, new in pairwise(history)]
    grown = [new.denominator - old.denominator for old, new in pairwise(history)]
    # Rounded far behind first: two thirds of 99,999, as decimals have it, are a little more than 66,666.
    wanted = math.ceil(round(target.value * now.denominator, 9))
    missing = max(0, wanted - now.numerator)
    steps = [copies - share * members for copies, members in zip(added, grown, strict=True)]
    growth = fmean(grown) if grown else None
    return Forecast(
        indicator=now.indicator,
        population=population,
        unit_code=now.unit_code,
        as_of=day,
        target_year=year,
        target=target.value,
        basis=target.basis,
        due_on=target.due_on,
        numerator=now.numerator,
        denominator=now.denominator,
        n_weeks=len(steps),
        missing=missing,
        pace=fmean(added) if added else None,
        growth=growth,
        needed_a_week=needed_a_week(missing, share, growth or 0.0, day, target.due_on) if missing else None,
        outlook=outlook(day, missing, steps, until) if now.denominator else Outlook("nothing_to_count"),
        shortfall=shortfall or Shortfall(),
    )
