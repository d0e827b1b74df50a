"""Pages as pictures, none of what is or may be classified: the one way to them, for the archive and for the desk.

They are upright, level and in colour, made by the child process that opens untrusted files.
"""

from __future__ import annotations

import tempfile
from functools import lru_cache, partial
from pathlib import Path

from sqlalchemy.orm import Session

from sohoa.archive import LOCKED, Store, StoreDamaged, master_key
from sohoa.archive.groups import PageSource, page_source
from sohoa.catalogue.models import Document, DocumentStatus, Page
from sohoa.journey.locking import has_locked, is_withheld
from sohoa.pages import PageWorker, PageWorkers, Unreadable
from sohoa.settings import Settings, load_settings
from sohoa_airflow.web.queries import open_catalogue

WIDTH_PX, HEIGHT_PX = 1400, 2400
"""A picture is no larger than this."""

_MAX_DPI, _USUAL_DPI = 200, 150
_AT_ONCE = 2  # each may take as much memory as the largest page
_SECONDS = 30.0


def page_image(settings: Settings, document_id: str, number: int, *, needs_text: bool) -> bytes | None:
    """A page of a document (from 1) as JPEG, lying as it was read: boxes of words and fields are fractions of it.

    Args:
        settings: of the installation.
        document_id: which document.
        number: which of its pages.
        needs_text: none of a document of which no text is kept, as in the archive; the desk shows those too.

    Returns:
        None if there is no such page, if it cannot be opened, or if it is or may be classified: the document, another
        one in its file, or a scan that they share.
    """
    page = _find(settings, document_id, number, needs_text=needs_text)
    if page is None:
        return None
    try:
        picture = page_jpeg(settings, page)
    except Unreadable:
        return None
    # It may have been locked while the picture was made.
    return picture if _find(settings, document_id, number, needs_text=needs_text) is not None else None


def _find(settings: Settings, document_id: str, number: int, *, needs_text: bool) -> Page | None:
    if not document_id.isprintable():
        return None
    with open_catalogue(settings) as session:
        document = session.get(Document, document_id) if session else None
        if session is None or document is None or not 1 <= number <= document.page_count:
            return None
        if _may_be_classified(settings, session, document) or (needs_text and document.text is None):
            return None
        return session.get(Page, (document.sha256, document.first_page + number - 1))


def _may_be_classified(settings: Settings, session: Session, document: Document) -> bool:
    return (
        document.status == DocumentStatus.LOCKED
        or is_withheld(document)
        or has_locked(session, document.sha256)
        or Store(settings.archive).is_locked(master_key(document.sha256))
    )


def page_jpeg(settings: Settings, page: Page) -> bytes:
    """The picture alone, for `page_image`: whose page it is, is not asked here.

    Raises:
        Unreadable: the page cannot be decoded, or is locked away.
    """
    try:
        source = page_source(settings, page.sha256, page.page_no)
    except (KeyError, StoreDamaged) as error:
        raise Unreadable("page.crashed", str(error)) from error
    if source.path.is_relative_to(settings.archive / LOCKED):
        raise Unreadable("page.crashed", "the scan is locked away")
    return _studio().submit(partial(_draw, settings, page, source)).result()


@lru_cache(maxsize=1)
def _studio() -> PageWorkers:
    """Workers that stay."""
    return PageWorkers(load_settings(), _AT_ONCE, "page-image")


def _draw(settings: Settings, page: Page, source: PageSource, worker: PageWorker) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sohoa-page-") as folder:
        out = Path(folder) / "upright.jpg"
        worker.call(
            "crop",
            seconds=_SECONDS,
            path=str(source.path),
            media_type=source.media_type,
            page_no=source.page_no,
            dpi=_dpi(settings, page),
            max_megapixels=settings.max_page_megapixels,
            rotation=page.rotation or 0,
            skew_degrees=page.skew_degrees or 0.0,
            cuts=[{"box": (0.0, 0.0, 1.0, 1.0), "out": str(out), "ink": "colour"}],
        )
        return out.read_bytes()


def _dpi(settings: Settings, page: Page) -> int:
    """The resolution at which the page just fits; its size in the catalogue is that of the OCR copy."""
    if not (page.width_px and page.height_px):
        return _USUAL_DPI
    return max(1, min(_MAX_DPI, int(settings.ocr_dpi * min(WIDTH_PX / page.width_px, HEIGHT_PX / page.height_px))))
