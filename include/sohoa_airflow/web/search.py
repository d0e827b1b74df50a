"""The search page: a form with filters, and what was found, the words asked for set apart."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from sohoa.catalogue.search import STATES, Filters, Found, known_types, search
from sohoa.register import parse_date
from sohoa_airflow.web.document_queries import list_units
from sohoa_airflow.web.documents import link_to_page
from sohoa_airflow.web.pages import CurrentVisit, PageNumber
from sohoa_airflow.web.queries import Paged, open_catalogue

RESULTS_A_PAGE = 20

router = APIRouter()


@router.get("/search", name="search")
def search_page(
    visit: CurrentVisit,
    q: str = "",
    unit: str = "",
    doc_type: Annotated[str, Query(alias="type")] = "",
    number: str = "",
    issued_from: Annotated[str, Query(alias="from")] = "",
    issued_to: Annotated[str, Query(alias="to")] = "",
    state: str = "",
    page: PageNumber = 1,
) -> Response:
    """Documents by their words and facts; before anything is asked, the form alone."""
    asked = {"unit": unit, "type": doc_type, "number": number, "from": issued_from, "to": issued_to, "state": state}
    asked = {name: _plain(value) for name, value in {"q": q, **asked}.items()}
    days = {name: _day(asked[name]) for name in ("from", "to")}
    bad_day = next((asked[name] for name, day in days.items() if asked[name] and day is None), None)
    filters = Filters(
        unit=asked["unit"],
        doc_type=asked["type"],
        number=asked["number"],
        issued_from=days["from"],
        issued_to=days["to"],
        state=asked["state"],
    )
    found: Found | None = None
    with open_catalogue(visit.settings) as session:
        types = known_types(session) if session else []
        units = list_units(session) if session else []
        if session and any(asked.values()) and bad_day is None:
            found = search(session, asked["q"], filters, RESULTS_A_PAGE, (page - 1) * RESULTS_A_PAGE)
    return visit.page(
        "search.html",
        asked=asked,
        bad_day=bad_day,
        units=units,
        types=types,
        states=STATES,
        document_link=lambda hit: link_to_page(visit, hit.document_id, hit.page, asked["q"]),
        results=Paged(found.hits, found.total, page, RESULTS_A_PAGE) if found else None,
    )


def _plain(typed: str) -> str:
    """Without what no key types; PostgreSQL refuses a NUL."""
    return "".join(letter for letter in typed if letter.isprintable()).strip()


def _day(typed: str) -> dt.date | None:
    try:
        return parse_date(typed)
    except ValueError:
        return None
