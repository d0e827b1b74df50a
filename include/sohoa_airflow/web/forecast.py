"""The page of the forecast: when each target will be reached at the present pace, and why documents are missing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from sohoa.indicators.forecast import WEEKS
from sohoa_airflow.web.forecast_queries import load_forecasts
from sohoa_airflow.web.pages import CurrentVisit

router = APIRouter()


@router.get("/forecast", name="forecast")
def forecast(visit: CurrentVisit, unit: str = "") -> Response:
    """The forecast of a unit, or of all together, as of the newest load."""
    found = load_forecasts(visit.settings, unit or None)
    chosen = next((one for one in found.units if one.code == unit), None) if found else None
    if unit and chosen is None:
        raise HTTPException(404)
    values: dict[str, Any] = {}
    if found is not None:
        values = {"reasons": {one.population: asdict(one.shortfall) for one in found.lines}, "weeks": WEEKS}
    return visit.page("forecast.html", found=found, chosen=chosen, **values)
