"""The archive copies: for each document a PDF/A-2b with invisible text, and the hashes of what belongs together."""

from __future__ import annotations

import logging
import shutil
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import select, true

from sohoa.archive import Store, master_key
from sohoa.archive.groups import members, page_source
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.documents import pages_of
from sohoa.catalogue.models import Document, DocumentStatus, TextOrigin
from sohoa.intake.claiming import note_progress
from sohoa.journey.chunks import own_folder
from sohoa.journey.readings import words_key
from sohoa.pages import PageWorker, PageWorkers, Unreadable
from sohoa.reading.secrecy import DOUBT
from sohoa.settings import Settings

logger = logging.getLogger(__name__)

_SECONDS_PER_PAGE = 10.0


def copy_key(document_id: str) -> str:
    """Where a document's PDF/A lies in the archive."""
    return f"documents/{document_id[:2]}/{document_id}/document.pdf"


def manifest_key(document_id: str) -> str:
    """Where the hashes of a document's files lie, in the form that `sha256sum --check` reads."""
    return copy_key(document_id).replace("document.pdf", "manifest-sha256.txt")


def make_copies(settings: Settings, batch_id: str, document_id: str | None = None) -> int:
    """Make the PDF/A of every document of the batch, or of one, that has none; return how many could not be made.

    As `make_copy`, in as many processes as there are jobs.
    """
    with reading(settings.catalogue_url) as session:
        asked = session.scalars(
            select(Document.document_id)
            .where(
                Document.batch_id == batch_id,
                Document.pdfa_sha256.is_(None),
                true() if document_id is None else Document.document_id == document_id,
            )
            .order_by(Document.sha256, Document.first_page)  # a long stack stays open for its documents
        ).all()
    with PageWorkers(settings, settings.jobs) as workers:
        made = [workers.submit(partial(make_copy, settings, one)) for one in asked]
        n_failed = sum(not copy.result() for copy in made)
    note_progress(settings, batch_id)
    return n_failed


def make_copy(settings: Settings, document_id: str, worker: PageWorker) -> bool:
    """Make the PDF/A of a document that has none; False if it could not be made.

    A document whose copy does not conform is flagged `no_pdfa`; its master is safe. What is, or may be, classified
    gets none.
    """
    with reading(settings.catalogue_url) as session:
        document = session.get_one(Document, document_id)
    if document.pdfa_sha256 is not None or not _is_open(document):
        return True
    try:
        _make_copy(settings, worker, document)
    except Unreadable as error:
        logger.warning("No PDF/A of document %s: %s", document.document_id, error)
        _flag(settings, document.document_id)
        return False
    return True


def _is_open(document: Document) -> bool:
    return document.status != DocumentStatus.LOCKED and DOUBT not in document.flags


def _make_copy(settings: Settings, worker: PageWorker, document: Document) -> None:
    work = own_folder(settings, document.batch_id, f"copy-{document.document_id}")
    try:
        out = work / "document.pdf"
        worker.call(
            "pdfa",
            seconds=settings.open_seconds + _SECONDS_PER_PAGE * document.page_count,
            pages=[asdict(page) for page in _pages_of(settings, document)],
            out=str(out),
        )
        _keep(settings, document, out)
    finally:
        shutil.rmtree(work, ignore_errors=True)


@dataclass(frozen=True)
class _Page:
    """What the worker is told of a page (`archive.pdfa.CopyPage`, which need not be imported here)."""

    path: Path
    media_type: str
    page_no: int
    dpi: float | None
    words: Path | None
    rotation: int
    skew_degrees: float
    keep_own_text: bool


def _pages_of(settings: Settings, document: Document) -> list[_Page]:
    with reading(settings.catalogue_url) as session:
        pages = pages_of(session, document)
    store = Store(settings.archive)
    asked = []
    for page in pages:
        source = page_source(settings, page.sha256, page.page_no)
        key = words_key(settings, page.sha256, page.page_no)
        asked.append(
            _Page(
                path=source.path,
                media_type=source.media_type,
                page_no=source.page_no,
                dpi=page.dpi,
                words=store.path(key) if store.exists(key) else None,
                rotation=page.rotation or 0,
                skew_degrees=page.skew_degrees or 0.0,
                keep_own_text=page.text_origin == TextOrigin.OWN,
            )
        )
    return asked


def _keep(settings: Settings, document: Document, copy: Path) -> None:
    """Store the copy, its hashes and their entry together; a copy that another run made meanwhile stays."""
    store = Store(settings.archive)
    key = copy_key(document.document_id)
    loose = [page.sha256 for page in members(settings, document.sha256)[document.first_page - 1 : document.last_page]]
    masters = dict.fromkeys([document.sha256, *loose])
    with writing(settings.catalogue_url) as session:
        row = session.get_one(Document, document.document_id, with_for_update=True)
        if row.pdfa_sha256 is not None or not _is_open(row):
            return
        digest = store.put_file(key, copy)
        listing = f"{digest}  {key}\n" + "".join(f"{sha256}  {master_key(sha256)}\n" for sha256 in masters)
        store.put_bytes(manifest_key(document.document_id), listing.encode())
        row.pdfa_key, row.pdfa_sha256 = key, digest
        row.flags = [flag for flag in row.flags if flag != "no_pdfa"]


def _flag(settings: Settings, document_id: str) -> None:
    with writing(settings.catalogue_url) as session:
        row = session.get_one(Document, document_id, with_for_update=True)
        if _is_open(row):
            row.flags = sorted({*row.flags, "no_pdfa"})
