"""The page of the forecast: when each target will be reached at the present pace, and why documents are missing.

A page of its own, since it counts from the catalogue at this moment: the overview shows only what was published.
"""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from sohoa.indicators.forecast import WEEKS, forecasts
from sohoa_airflow.web.document_queries import list_units
from sohoa_airflow.web.pages import CurrentVisit
from sohoa_airflow.web.queries import open_catalogue

router = APIRouter()


@router.get("/forecast", name="forecast")
def forecast(visit: CurrentVisit, unit: str = "") -> Response:
    """The forecast of a unit, or of all together."""
    with open_catalogue(visit.settings) as session:
        units = list_units(session) if session else []
    chosen = next((one for one in units if one.code == unit), None)
    if unit and chosen is None:
        raise HTTPException(404)
    found = forecasts(visit.settings) if units else []
    counting = {one.unit_code for one in found}
    lines = [one for one in found if one.unit_code == (unit or None)]
    return visit.page(
        "forecast.html",
        units=[one for one in units if one.code in counting],
        chosen=chosen,
        lines=lines,
        reasons={one.population: asdict(one.shortfall) for one in lines},
        weeks=WEEKS,
    )
