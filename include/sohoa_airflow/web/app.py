"""The app that Airflow mounts. Every route asks for Airflow's login; only the review desk writes.

Mounted static files and the generated API pages would be public (they ignore the app's dependencies):
static files are an ordinary route here, the others are off.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from sohoa.errors import SohoaError
from sohoa.indicators import load_rulebook, parse_period
from sohoa.indicators.periods import Calendar
from sohoa.review import ReviewError
from sohoa_airflow.web import api, dashboard, documents, forecast, search
from sohoa_airflow.web.pages import HEADERS, CurrentVisit, PageNumber, error_page, load_assets
from sohoa_airflow.web.queries import Show, find_batch, list_batches, list_figure, list_files, receipt_path
from sohoa_airflow.web.review import routes as review

BATCHES_A_PAGE, ROWS_A_PAGE = 50, 100
ALL_UNITS = "all"
# Receipts bring their own style and nothing else.
RECEIPT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"

app = FastAPI(
    title="sohoa",
    dependencies=[Depends(get_user)],
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
)
app.include_router(review.router)
app.add_exception_handler(ReviewError, review.say_refused)

app.include_router(dashboard.router)
app.include_router(forecast.router)
app.include_router(search.router)
app.include_router(documents.router)
app.include_router(api.router)
app.exception_handler(api.Refused)(api.say_refused)


@app.get("/batches", name="batches")
def batches(visit: CurrentVisit, page: PageNumber = 1) -> Response:
    """All batches, newest first."""
    return visit.page("batches.html", batches=list_batches(visit.settings, page, BATCHES_A_PAGE))


@app.get("/batches/{batch_id}", name="batch")
def batch(visit: CurrentVisit, batch_id: str, page: PageNumber = 1) -> Response:
    """Every file of a batch, its outcome and the reason."""
    found = find_batch(visit.settings, batch_id)
    if found is None:
        raise HTTPException(404)
    return visit.page(
        "batch.html",
        batch=found,
        files=list_files(visit.settings, batch_id, page, ROWS_A_PAGE),
        has_receipt=receipt_path(visit.settings, batch_id, "receipt.html") is not None,
    )


@app.get("/batches/{batch_id}/{name}", name="receipt")
def receipt(visit: CurrentVisit, batch_id: str, name: Literal["receipt.html", "receipt.csv"]) -> Response:
    """The receipt as it lies in the outbox."""
    path = receipt_path(visit.settings, batch_id, name)
    if path is None:
        raise HTTPException(404)
    if name == "receipt.html":
        return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": RECEIPT_POLICY})
    return FileResponse(path, media_type="text/csv", filename=f"{batch_id}.csv")


@app.get("/figures/{indicator}/{period}/{unit:path}", name="figure")
def figure(
    visit: CurrentVisit,
    indicator: str,
    period: str,
    unit: str,
    calendar: Calendar = "civil",
    show: Show = "all",
    page: PageNumber = 1,
) -> Response:
    """The results behind a rate's numerator and denominator."""
    code = None if unit == ALL_UNITS else unit
    try:
        asked = parse_period(period, calendar)
        found = list_figure(visit.settings, indicator, asked, code, show, page, ROWS_A_PAGE)
    except SohoaError as error:
        raise HTTPException(404) from error
    columns = ("code", "issued_on", "dossier", "unit", "digitised", "document")
    return visit.page(
        "figure.html",
        found=found,
        indicator=load_rulebook().indicators[indicator],
        period=asked,
        show=show,
        columns=columns if found.counts == "case" else [name for name in columns if name != "dossier"],
    )


@app.get("/static/{name}", name="static_file")
def static_file(name: str) -> Response:
    """A file of the page itself."""
    asset = load_assets().get(name)
    if asset is None:
        raise HTTPException(404)
    return Response(
        asset.content,
        media_type=asset.media_type,
        headers={"Cache-Control": "private, max-age=31536000, immutable"},
    )


@app.middleware("http")
async def add_headers(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """Security headers on every answer, unless the route set its own."""
    answer = await go_on(request)
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


@app.exception_handler(StarletteHTTPException)
def say_http_error(request: Request, error: StarletteHTTPException) -> Response:
    """No login, no such page."""
    if api.is_api(request):
        return api.problem(request, error.status_code, headers=error.headers)
    return error_page(request, error.status_code)


@app.exception_handler(RequestValidationError)
def say_bad_address(request: Request, error: RequestValidationError) -> Response:
    """An address that makes no sense."""
    if api.is_api(request):
        return api.problem(request, 422, wrong=api.wrong_parameters(error))
    return error_page(request, 404)


@app.exception_handler(Exception)
def say_broken(request: Request, error: Exception) -> Response:
    """A fault of ours; it is raised on, so that the engineer finds it in the API server's log."""
    return api.problem(request, 500) if api.is_api(request) else error_page(request, 500)
