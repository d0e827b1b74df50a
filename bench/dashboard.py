"""How long the data of the dashboard's pages take to come, over a warehouse that is loaded."""

from __future__ import annotations

import statistics
import time
from itertools import cycle, islice

from sohoa.indicators import Period
from sohoa.settings import Settings
from sohoa_airflow.web.dashboard_queries import load_dashboard, period_name
from sohoa_airflow.web.forecast_queries import load_forecasts
from sohoa_airflow.web.queries import UnitName, list_batches, list_figure, load_board

N_REQUESTS = 50


def dashboard_ms(settings: Settings) -> dict[str, float]:
    """The 95th percentile of the requests' times in milliseconds: the overview, the list behind a figure, the forecast.

    Each request asks for another unit and period; every tenth is for all units together.

    Raises:
        ValueError: the warehouse was never loaded.
    """
    board = load_board(settings)
    everything = load_dashboard(settings, board, "", None) if board else None
    if board is None or everything is None:
        raise ValueError("no warehouse to ask")
    units = [unit if number % 10 else None for number, unit in enumerate(board.units)]
    asked = list(islice(zip(cycle(units), cycle(everything.periods), strict=False), N_REQUESTS))
    overview = [_overview(settings, unit, period) for unit, period in asked]
    lists = [_list(settings, unit, period) for unit, period in asked]
    forecast = [_forecast(settings, unit) for unit, _ in asked]
    return {
        "overview_p95_ms": round(statistics.quantiles(overview, n=20)[-1], 1),
        "figure_list_p95_ms": round(statistics.quantiles(lists, n=20)[-1], 1),
        "forecast_p95_ms": round(statistics.quantiles(forecast, n=20)[-1], 1),
    }


def _overview(settings: Settings, unit: UnitName | None, period: Period) -> float:
    started = time.perf_counter()
    board = load_board(settings)
    assert board is not None  # noqa: S101 - it was there before the first request
    load_dashboard(settings, board, period_name(period), unit)
    list_batches(settings, 1, 10)
    return 1000 * (time.perf_counter() - started)


def _list(settings: Settings, unit: UnitName | None, period: Period) -> float:
    started = time.perf_counter()
    list_figure(settings, "T03", period, unit.code if unit else None, "all", 1, 50)
    return 1000 * (time.perf_counter() - started)


def _forecast(settings: Settings, unit: UnitName | None) -> float:
    started = time.perf_counter()
    load_forecasts(settings, unit.code if unit else None)
    return 1000 * (time.perf_counter() - started)
