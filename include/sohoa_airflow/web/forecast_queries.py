"""When targets will be reached and why documents are missing, as of the newest load."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sohoa.indicators import Forecast, load_moves
from sohoa.settings import Settings
from sohoa.warehouse import newest_load, published_forecasts, reading_warehouse
from sohoa_airflow.web.queries import UnitName, current_units, open_catalogue


@dataclass(frozen=True)
class Forecasts:
    """The forecasts of all units together and of each; `units` are those to choose from."""

    loaded_at: dt.datetime
    as_of: dt.date
    units: tuple[UnitName, ...]
    lines: Sequence[Forecast]


def load_forecasts(settings: Settings) -> Forecasts | None:
    """All forecasts of the newest load, or None if the warehouse was never loaded."""
    with reading_warehouse(settings) as warehouse, open_catalogue(settings) as session:
        newest = newest_load(warehouse) if warehouse else None
        if warehouse is None or session is None or newest is None:
            return None
        lines = published_forecasts(warehouse, session.connection(), newest.as_of, load_moves(settings))
        counting = {line.unit_code for line in lines}
        units = tuple(unit for unit in current_units(warehouse) if unit.code in counting)
    return Forecasts(newest.loaded_at, newest.as_of, units, lines)
