"""How far digitisation is from its legal targets: populations, targets as data, daily series, rates.

What others may call:
    parse_period, Period        a report period by name: `2022`, `2022Q3`, `2022H1`
    make_period, make_range     a period by its number, and any range of days
    compute_rates, Rate         numerator, denominator, rate, target and gap by unit
    population_items            the results and documents behind one figure
    numerator_documents         the query of the digital copies that a figure counts
    spells_of, is_member, is_digitised      who is counted from which day to which, over facts that were written down
    load_rulebook               indicators, populations and targets of `rulesets/targets.yaml`
    load_indicators             every target of the source documents as a declared indicator
    standings, standings_of, standings_by_unit     their figures in a period against their targets, or what is missing
    import_readings             figures measured elsewhere
    headline_path, path_of      2021 T01, 2022 T02, then T04a, with the breaks of population
                                (drawn by the module `headline_picture`)
    approve_base                freeze the share that "+20 points a year" grows from
    approve_measured_base, base_standings   the same by hand: what is measured, and what a person confirmed
    forecasts, Forecast         when each target is reached at the present pace, and why documents are missing
    rulebook_of                 the rulebook with the approved base in place of the assumed one
    load_moves, Moves           units over time
    Cut, rates_of               when to count; rates of what the warehouse counted
    result_facts, case_facts    queries of the catalogue that the warehouse stores
    stock_spells, case_spells   who is counted from which day to which, over what it stored
    changes_of, sum_changes, DailyChanges       the daily series, counted from them
"""

from __future__ import annotations

from sohoa.indicators.base_approval import BaseStanding, approve_measured_base, base_standing, base_standings
from sohoa.indicators.bases import Base, approve_base, rulebook_of
from sohoa.indicators.changes import (
    CHANGES,
    DAY_0,
    MOST_SERIES,
    NEVER,
    SERIES,
    DailyChanges,
    Numbers,
    changes_of,
    number_of,
    sum_changes,
)
from sohoa.indicators.declared import DeclaredIndicator, Floors, IndicatorBook, Level, load_indicators
from sohoa.indicators.forecast import Forecast, forecasts
from sohoa.indicators.headline import HeadlinePath, HeadlinePoint, headline_path, path_of
from sohoa.indicators.measured import Beside, Measurement
from sohoa.indicators.moves import ALWAYS, FOREVER, Moves, load_moves
from sohoa.indicators.periods import (
    CALENDARS,
    REPORT_STARTS_ON,
    Period,
    make_period,
    make_range,
    parse_period,
    periods_of_year,
    today,
)
from sohoa.indicators.populations import POPULATIONS, is_digitised, is_member, spells_of
from sohoa.indicators.rates import (
    Cut,
    PopulationItem,
    Rate,
    compute_rates,
    numerator_documents,
    population_items,
    rates_at,
    rates_of,
)
from sohoa.indicators.readings import Reading, ReadingImport, import_readings
from sohoa.indicators.results import STATES, case_facts, result_facts
from sohoa.indicators.spells import case_spells, stock_spells
from sohoa.indicators.standing import Standing, TargetInYear, standings, standings_by_unit, standings_of
from sohoa.indicators.targets import Indicator, Population, Rulebook, Target, load_rulebook

__all__ = [
    "ALWAYS",
    "CALENDARS",
    "CHANGES",
    "DAY_0",
    "FOREVER",
    "MOST_SERIES",
    "NEVER",
    "POPULATIONS",
    "REPORT_STARTS_ON",
    "SERIES",
    "STATES",
    "Base",
    "BaseStanding",
    "Beside",
    "Cut",
    "DailyChanges",
    "DeclaredIndicator",
    "Floors",
    "Forecast",
    "HeadlinePath",
    "HeadlinePoint",
    "Indicator",
    "IndicatorBook",
    "Level",
    "Measurement",
    "Moves",
    "Numbers",
    "Period",
    "Population",
    "PopulationItem",
    "Rate",
    "Reading",
    "ReadingImport",
    "Rulebook",
    "Standing",
    "Target",
    "TargetInYear",
    "approve_base",
    "approve_measured_base",
    "base_standing",
    "base_standings",
    "case_facts",
    "case_spells",
    "changes_of",
    "compute_rates",
    "forecasts",
    "headline_path",
    "import_readings",
    "is_digitised",
    "is_member",
    "load_indicators",
    "load_moves",
    "load_rulebook",
    "make_period",
    "make_range",
    "number_of",
    "numerator_documents",
    "parse_period",
    "path_of",
    "periods_of_year",
    "population_items",
    "rates_at",
    "rates_of",
    "result_facts",
    "rulebook_of",
    "spells_of",
    "standings",
    "standings_by_unit",
    "standings_of",
    "stock_spells",
    "sum_changes",
    "today",
]
