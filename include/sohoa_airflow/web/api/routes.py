"""The addresses of the API, with what may be asked of each."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from sohoa.catalogue.models import DocumentStatus
from sohoa.indicators.periods import Calendar
from sohoa.settings import load_settings
from sohoa_airflow.web.api import document_list, figures
from sohoa_airflow.web.api.models import DocumentDetail, Documents, Indicators, IndicatorValues, Periods
from sohoa_airflow.web.api.problems import MEDIA_TYPE, Problem

PREFIX = "/api/v1"
_REFUSED = {
    401: "Nobody is logged in",
    403: "The token is not valid",
    404: "There is no such thing",
    422: "A parameter makes no sense",
}
_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}

# What PostgreSQL cannot store, or no code contains, is refused before it is looked for.
_NO_CONTROLS = r"^[^\x00-\x1f\x7f]+$"
IndicatorCode = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9.\-]+$", max_length=20, description="Its code", examples=["T01"])
]
PeriodName = Annotated[
    str,
    Query(
        pattern=r"^[0-9]{4}(Q[1-4]|H[12])?$",
        description="A year, quarter or half: `2022`, `2022Q3`, `2022H1`; one of `/periods`",
        examples=["2022"],
    ),
]
CalendarName = Annotated[
    Calendar, Query(description="civil: years from 1 January; report: from 15 December to 14 December")
]
DecidingUnit = Annotated[
    str | None,
    Query(pattern=_NO_CONTROLS, max_length=255, description="Only of this deciding unit", examples=["G09.02"]),
]
DocumentId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9._\-]+$", max_length=40, examples=["3f2a9c1e5b7d8a604e21c0aa-0001"])
]

router = APIRouter(
    prefix=PREFIX, responses={status: {"description": text, **_PROBLEM} for status, text in _REFUSED.items()}
)


@router.get("/indicators", name="api_indicators", summary="Declared indicators")
def indicators() -> Indicators:
    """Every target of the source documents, with its legal source, status and population."""
    return figures.all_indicators()


@router.get("/indicators/{code}", name="api_indicator", summary="An indicator's figures in a period")
def indicator(
    code: IndicatorCode, period: PeriodName, calendar: CalendarName = "civil", unit: DecidingUnit = None
) -> IndicatorValues:
    """Figures by unit against the target, or what is missing. Digitisation shares are as last published."""
    return figures.indicator_values(load_settings(), code, period, calendar, unit)


@router.get("/periods", name="api_periods", summary="Report periods")
def periods() -> Periods:
    """The periods for which there are figures: years, halves and quarters of both calendars."""
    return figures.all_periods(load_settings())


@router.get("/documents", name="api_documents", summary="Digital copies")
def documents(
    after: Annotated[
        str | None,
        Query(pattern=r"^[A-Za-z0-9._\-]+$", max_length=40, description="`next_cursor` of the page before"),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Documents a page")] = 50,
    unit: Annotated[
        str | None,
        Query(pattern=_NO_CONTROLS, max_length=255, description="Only those that this unit scanned", examples=["G09"]),
    ] = None,
    status: Annotated[DocumentStatus | None, Query(description="Only those in this state")] = None,
    indicator: Annotated[
        str | None,
        Query(
            pattern=r"^T0(1|2|3|4a)$",
            description="Only those in this indicator's numerator at the end of `period`",
            examples=["T01"],
        ),
    ] = None,
    period: PeriodName | None = None,
    calendar: CalendarName = "civil",
    deciding_unit: DecidingUnit = None,
) -> Documents:
    """Documents by id, page by page. With `indicator`: `period` (this year by default), `calendar`, `deciding_unit`."""
    member = document_list.Membership.of(indicator, period, calendar, deciding_unit)
    return document_list.list_documents(load_settings(), after, limit, unit, status, member)


@router.get("/documents/{document_id}", name="api_document", summary="A digital copy")
def document(document_id: DocumentId) -> DocumentDetail:
    """A document with its row of the register and what happened to it."""
    return document_list.find_document(load_settings(), document_id)


@router.get("/openapi.json", name="api_description", include_in_schema=False)
def description(request: Request) -> JSONResponse:
    """The API, described (OpenAPI 3.1)."""
    return JSONResponse(describe(request.scope.get("root_path", "")))


def describe(root_path: str) -> dict[str, Any]:
    """The description of the API below the path under which Airflow shows the page."""
    found = get_openapi(
        title="sohoa",
        version="1",
        summary="Digitisation of results of administrative procedures: indicators, report periods, documents",
        description="Read-only. Log in to Airflow: its session cookie or `Authorization: Bearer` with its token.",
        routes=router.routes,
        servers=[{"url": root_path or "/"}],
    )
    shapes = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    found["components"]["schemas"] |= {**shapes.pop("$defs"), "Problem": shapes}
    found["components"]["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "_token"},
        "token": {"type": "http", "scheme": "bearer"},
    }
    found["security"] = [{"session": []}, {"token": []}]
    return found
