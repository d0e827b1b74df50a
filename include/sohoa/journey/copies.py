"""The archive copies: for each document a PDF/A-2b with invisible text, and the hashes of what belongs together."""

from __future__ import annotations

import logging
import shutil

from sqlalchemy import select

from sohoa.archive import Store, master_key
from sohoa.archive.store import sha256_of
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import Document, Master, Page
from sohoa.intake.claiming import note_progress
from sohoa.journey.chunks import own_folder
from sohoa.journey.readings import layer_key
from sohoa.pages import PageWorker, Unreadable
from sohoa.settings import Settings

logger = logging.getLogger(__name__)

_DEFAULT_DPI = 200.0
_SECONDS_PER_PAGE = 10.0


def copy_key(document_id: str) -> str:
    """Where a document's PDF/A lies in the archive."""
    return f"documents/{document_id[:2]}/{document_id}/document.pdf"


def manifest_key(document_id: str) -> str:
    """Where the hashes of a document's files lie, in the form that `sha256sum --check` reads."""
    return copy_key(document_id).replace("document.pdf", "manifest-sha256.txt")


def make_copies(settings: Settings, batch_id: str) -> int:
    """Make the PDF/A of every document of the batch that has none; return how many could not be made.

    A document whose copy does not conform is flagged `no_pdfa`; its master is safe.
    """
    with reading(settings.catalogue_url) as session:
        documents = session.scalars(
            select(Document)
            .where(Document.batch_id == batch_id, Document.pdfa_sha256.is_(None))
            .order_by(Document.document_id)
        ).all()
    n_failed = 0
    with PageWorker(settings) as worker:
        for document in documents:
            try:
                _make_copy(settings, worker, document)
            except Unreadable as error:
                logger.warning("No PDF/A of document %s: %s", document.document_id, error)
                _flag(settings, document.document_id)
                n_failed += 1
    note_progress(settings, batch_id)
    return n_failed


def _make_copy(settings: Settings, worker: PageWorker, document: Document) -> None:
    store = Store(settings.archive)
    numbers = list(range(document.first_page, document.first_page + document.page_count))
    with reading(settings.catalogue_url) as session:
        master = session.get_one(Master, document.sha256)
        dpi = session.scalar(
            select(Page.dpi).where(Page.sha256 == document.sha256, Page.page_no == document.first_page)
        )
    keys = [layer_key(settings, document.sha256, number) for number in numbers]
    work = own_folder(settings, document.batch_id, f"copy-{document.document_id}")
    try:
        out = work / "document.pdf"
        worker.call(
            "pdfa",
            seconds=settings.open_seconds + _SECONDS_PER_PAGE * len(numbers),
            path=str(store.path(master_key(document.sha256))),
            media_type=master.media_type,
            page_nos=numbers,
            layers=[str(store.path(key)) if store.exists(key) else None for key in keys],
            dpi=dpi or _DEFAULT_DPI,
            out=str(out),
        )
        _keep(settings, store, document, out.read_bytes(), sha256_of(out))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _keep(settings: Settings, store: Store, document: Document, content: bytes, digest: str) -> None:
    """Store the copy, its hashes and their entry together; a copy that another run made meanwhile stays."""
    key = copy_key(document.document_id)
    listing = f"{digest}  {key}\n{document.sha256}  {master_key(document.sha256)}\n"
    with writing(settings.catalogue_url) as session:
        row = session.get_one(Document, document.document_id, with_for_update=True)
        if row.pdfa_sha256 is not None:
            return
        store.put_bytes(key, content)
        store.put_bytes(manifest_key(document.document_id), listing.encode())
        row.pdfa_key, row.pdfa_sha256 = key, digest


def _flag(settings: Settings, document_id: str) -> None:
    with writing(settings.catalogue_url) as session:
        row = session.get_one(Document, document_id)
        row.flags = sorted({*row.flags, "no_pdfa"})
