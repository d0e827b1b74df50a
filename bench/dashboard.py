"""How long the data of the dashboard's pages take to come, over a warehouse that is loaded."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from functools import partial
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
    by_code = [(unit.code if unit else None, period) for unit, period in asked]
    return {
        "overview_p95_ms": _p95_ms(partial(_load_overview, settings, *one) for one in asked),
        "figure_list_p95_ms": _p95_ms(
            partial(list_figure, settings, "T03", period, code, "all", 1, 50) for code, period in by_code
        ),
        "forecast_p95_ms": _p95_ms(partial(load_forecasts, settings, code) for code, _ in by_code),
    }


def _load_overview(settings: Settings, unit: UnitName | None, period: Period) -> None:
    board = load_board(settings)
    assert board is not None  # noqa: S101 - it was there before the first request
    load_dashboard(settings, board, period_name(period), unit)
    list_batches(settings, 1, 10)


def _p95_ms(requests: Iterable[Callable[[], object]]) -> float:
    taken = []
    for request in requests:
        started = time.perf_counter()
        request()
        taken.append(1000 * (time.perf_counter() - started))
    return round(statistics.quantiles(taken, n=20)[-1], 1)
