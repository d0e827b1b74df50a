"""How far digitisation is from its legal targets: populations, targets as data, daily series, rates.

What others may call:
    parse_period, Period        a report period by name: `2022`, `2022Q3`, `2022H1`
    compute_rates, Rate         numerator, denominator, rate, target and gap by unit
    population_items            the results and documents behind one figure
    load_rulebook               indicators, populations and targets of `rulesets/targets.yaml`
    rates_at, Cut               the same rates at many days, on an open connection (for the warehouse)
    result_facts, daily_series  queries of the catalogue that the warehouse stores
"""

from __future__ import annotations

from sohoa.indicators.periods import (
    CALENDARS,
    REPORT_STARTS_ON,
    Period,
    parse_period,
    periods_of_year,
    today,
)
from sohoa.indicators.populations import FOREVER, POPULATIONS, daily_series, result_facts
from sohoa.indicators.rates import (
    Cut,
    PopulationItem,
    Rate,
    compute_rates,
    population_items,
    rates_at,
)
from sohoa.indicators.targets import Indicator, Population, Rulebook, Target, load_rulebook

__all__ = [
    "CALENDARS",
    "FOREVER",
    "POPULATIONS",
    "REPORT_STARTS_ON",
    "Cut",
    "Indicator",
    "Period",
    "Population",
    "PopulationItem",
    "Rate",
    "Rulebook",
    "Target",
    "compute_rates",
    "daily_series",
    "load_rulebook",
    "parse_period",
    "periods_of_year",
    "population_items",
    "rates_at",
    "result_facts",
    "today",
]
