"""From weekly changes to the day on which a target is reached: pace, expected date and its range.

What is missing to a target shrinks each week by what became digitised less the target's share of what was added to
the population. These weekly steps are taken as a random walk with drift: the expected date is when the mean step has
made up for what is missing, and its range is when the bounds of the 80 % prediction interval of that forecast do,
σ·√(h·(1 + h/n)) for h weeks ahead after n weeks (Hyndman and Athanasopoulos, Forecasting: Principles and Practice,
3rd ed., §5.5, table 5.2, drift method; multiplier 1.28). The square root grows with what the mean itself may be off.
It takes weeks as independent: where batches come in runs, the true range is wider.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Literal

MULTIPLIER = 1.2816
"""Of the standard deviation, for 80 of 100 (normal distribution)."""

HORIZON_WEEKS = 52 * 20
"""What lies further ahead is not in sight."""

FEWEST_WEEKS = 2
"""With fewer there is no spread."""

State = Literal["reached", "in_sight", "not_in_sight", "too_little_data", "nothing_to_count"]


@dataclass(frozen=True)
class Outlook:
    """When a target is reached at the present pace.

    Attributes:
        state: `not_in_sight` where the pace is zero, the population grows faster than its digital copies, or the
            date lies beyond what the steps tell of.
        expected_on: None unless `in_sight`.
        earliest_on: lower end of the 80 % range; None unless `in_sight`.
        latest_on: upper end; None while the weeks differ so much that none can be given.
    """

    state: State
    expected_on: dt.date | None = None
    earliest_on: dt.date | None = None
    latest_on: dt.date | None = None


def outlook(as_of: dt.date, missing: int, steps: Sequence[float], until: dt.date | None = None) -> Outlook:
    """The outlook from the steps of past weeks.

    Args:
        as_of: The day on which `missing` documents are still to be digitised for the target.
        missing: Documents; 0 or less once the target is reached.
        steps: By how many documents what is missing shrank in each week, oldest first.
        until: The day after which the steps tell nothing any more, as those of a year's cases after the year.
    """
    if missing <= 0:
        return Outlook("reached")
    if len(steps) < FEWEST_WEEKS:
        return Outlook("too_little_data")
    mean = fmean(steps)
    horizon = HORIZON_WEEKS if until is None else (until - as_of).days / 7
    if mean <= 0 or missing / mean > horizon:
        return Outlook("not_in_sight")
    earliest, latest = weeks_range(missing, mean, stdev(steps), len(steps))
    return Outlook(
        "in_sight",
        _day(as_of, missing / mean),
        _day(as_of, earliest),
        None if latest is None or latest > horizon else _day(as_of, latest),
    )


def weeks_range(missing: float, mean: float, spread: float, n_weeks: int) -> tuple[float, float | None]:
    """Weeks after which the upper and the lower bound of the interval have made up for what is missing.

    Both solve (mean·h − missing)² = (z·spread)²·(h + h²/n). The lower bound never does where the mean of `n_weeks`
    weeks is not surely above zero; the second is None then.
    """
    noise = (MULTIPLIER * spread) ** 2
    square, linear = mean**2 - noise / n_weeks, 2 * mean * missing + noise
    root = math.sqrt(max(linear**2 - 4 * square * missing**2, 0.0))
    # The usual formula written so that it also holds where the square term vanishes.
    earliest = 2 * missing**2 / (linear + root)
    return earliest, (linear + root) / (2 * square) if square > 0 else None


def needed_a_week(missing: int, target: float, growth: float, as_of: dt.date, due_on: dt.date | None) -> float | None:
    """Documents a week that would reach a target on its due day, while the population grows by `growth` a week.

    None where there is no due day, or it is over. Never below 0.
    """
    if due_on is None or due_on <= as_of:
        return None
    weeks = (due_on - as_of).days / 7
    return max(0.0, missing / weeks + target * growth)


def _day(as_of: dt.date, weeks: float) -> dt.date:
    return as_of + dt.timedelta(days=math.ceil(round(weeks * 7, 6)))
