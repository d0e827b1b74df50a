"""When targets will be reached and why documents are missing, as of the newest load."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sohoa.indicators import Forecast, load_moves
from sohoa.settings import Settings
from sohoa.warehouse import newest_load, published_forecasts, reading_warehouse, units_with_rates
from sohoa_airflow.web.queries import UnitName, current_units, open_catalogue


@dataclass(frozen=True)
class Forecasts:
    """The forecasts of one unit, or of all together; `units` are those to choose from."""

    loaded_at: dt.datetime
    as_of: dt.date
    units: tuple[UnitName, ...]
    lines: Sequence[Forecast]


def load_forecasts(settings: Settings, unit: str | None) -> Forecasts | None:
    """The newest load's forecasts of a unit (None: all together), or None if the warehouse was never loaded."""
    with reading_warehouse(settings) as warehouse, open_catalogue(settings) as session:
        newest = newest_load(warehouse) if warehouse else None
        if warehouse is None or session is None or newest is None:
            return None
        known = units_with_rates(warehouse)
        units = tuple(one for one in current_units(warehouse) if one.code in known)
        moves = load_moves(settings)
        lines = published_forecasts(warehouse, session.connection(), newest.as_of, moves, units=[unit])
    return Forecasts(newest.loaded_at, newest.as_of, units, lines)
