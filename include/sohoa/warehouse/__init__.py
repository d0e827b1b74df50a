"""The star schema of the reporting team: loaded from the catalogue, judged by a gate, published at once.

What others may call:
    refresh_warehouse   bring all tables up to date, in full or by what changed
    unpublished_event   whether the catalogue knows more than the warehouse
    reading_warehouse, newest_load, published_periods, published_rates, units_with_rates   as the newest load published
    published_forecasts when targets will be reached, and why members are missing, as of the newest load
    figure_members      the results or cases behind a published figure, a page at a time
    METADATA, DENSE, VIEWS    the tables, the view of the dense daily series, and those for the reporting team
"""

from __future__ import annotations

from sohoa.warehouse.forecasting import published_forecasts
from sohoa.warehouse.members import FigureMembers, figure_members
from sohoa.warehouse.publish import (
    LoadSummary,
    StagedRates,
    connect_warehouse,
    refresh_warehouse,
    unpublished_event,
)
from sohoa.warehouse.published import (
    NewestLoad,
    is_absent,
    newest_load,
    published_periods,
    published_rates,
    reading_warehouse,
)
from sohoa.warehouse.rating import units_with_rates
from sohoa.warehouse.tables import DENSE, METADATA, SCHEMA
from sohoa.warehouse.views import VIEWS

__all__ = [
    "DENSE",
    "METADATA",
    "SCHEMA",
    "VIEWS",
    "FigureMembers",
    "LoadSummary",
    "NewestLoad",
    "StagedRates",
    "connect_warehouse",
    "figure_members",
    "is_absent",
    "newest_load",
    "published_forecasts",
    "published_periods",
    "published_rates",
    "reading_warehouse",
    "refresh_warehouse",
    "units_with_rates",
    "unpublished_event",
]
