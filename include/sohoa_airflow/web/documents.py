"""The page of one document, its page pictures and its archive copy; 404 for whatever is, or may be, classified."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import FileResponse, Response

from sohoa.catalogue.search import parse_question
from sohoa_airflow.web.document_queries import copy_path, page_hits, view_document
from sohoa_airflow.web.page_images import page_image
from sohoa_airflow.web.pages import CurrentVisit, PageNumber, Visit
from sohoa_airflow.web.queries import Paged, receipt_path

PAGES_AT_ONCE = 5

router = APIRouter(prefix="/documents")


def link_to_page(visit: Visit, document_id: str, page: int, words: str) -> str:
    """Address of a document's page (from 1), with words lit on it."""
    query = {"q": words, "page": (page - 1) // PAGES_AT_ONCE + 1}
    return f"{visit.link('document', query, document_id=document_id)}#page-{page}"


@router.get("/{document_id}", name="document")
def document(visit: CurrentVisit, document_id: str, q: str = "", page: PageNumber = 1) -> Response:
    """All about a document; `q` are words to be lit on its pages, `page` which portion of them is shown."""
    found = view_document(visit.settings, document_id)
    if found is None:
        raise HTTPException(404)
    total = found.document.page_count
    numbers = range((page - 1) * PAGES_AT_ONCE + 1, min(page * PAGES_AT_ONCE, total) + 1)
    pages = page_hits(visit.settings, found.document, parse_question(q), numbers)
    return visit.page(
        "document.html",
        found=found,
        q=q,
        pages=Paged(pages, total, page, PAGES_AT_ONCE),
        has_receipt=receipt_path(visit.settings, found.document.batch_id, "receipt.html") is not None,
        has_copy=copy_path(visit.settings, document_id) is not None,
    )


@router.get("/{document_id}/pages/{number}.jpg", name="page_image")
def show_page(visit: CurrentVisit, document_id: str, number: Annotated[int, Path(ge=1)]) -> Response:
    """A page (of the document, from 1) as a picture."""
    picture = page_image(visit.settings, document_id, number, needs_text=True)
    if picture is None:
        raise HTTPException(404)
    return Response(picture, media_type="image/jpeg")


@router.get("/{document_id}/document.pdf", name="document_copy")
def document_copy(visit: CurrentVisit, document_id: str) -> Response:
    """The archived PDF/A, to be saved."""
    path = copy_path(visit.settings, document_id)
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, media_type="application/pdf", filename=f"{document_id}.pdf")
