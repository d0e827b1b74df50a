"""Page images: straightened as the page was read, made in the sandbox, never decoded in the API server."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from sohoa.archive import LOCKED, Store, StoreDamaged, master_key
from sohoa.archive.groups import PageSource, page_source
from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Document, DocumentStatus, Page
from sohoa.journey.locking import has_locked, is_withheld
from sohoa.pages import PageWorkers, Unreadable
from sohoa.settings import Settings, load_settings

WIDTH_PX, HEIGHT_PX = 1400, 2400
"""An image is no larger than this."""

_MAX_DPI, _USUAL_DPI = 200, 150
_AT_ONCE = 2
_SECONDS = 30.0


def page_image(settings: Settings, document_id: str, page: int) -> bytes | None:
    """A page of a document (from 1) as JPEG, upright and level: boxes of fields are fractions of it.

    None if there is no such page, if it cannot be opened, or if it is or may be classified: the document, another one
    in its file, or a scan that they share.
    """
    found = _find(settings, document_id, page)
    if found is None:
        return None
    row, source = found
    threads, workers = _studio()
    return threads.submit(_draw, settings, workers, row, source).result()


def _find(settings: Settings, document_id: str, page: int) -> tuple[Page, PageSource] | None:
    with reading(settings.catalogue_url) as session:
        document = session.get(Document, document_id)
        if document is None or document.status == DocumentStatus.LOCKED or not 1 <= page <= document.page_count:
            return None
        if is_withheld(document) or has_locked(session, document.sha256):
            return None
        row = session.get(Page, (document.sha256, document.first_page + page - 1))
    if row is None or Store(settings.archive).is_locked(master_key(row.sha256)):
        return None
    try:
        source = page_source(settings, row.sha256, row.page_no)
    except (KeyError, StoreDamaged):
        return None
    return None if source.path.is_relative_to(settings.archive / LOCKED) else (row, source)


@lru_cache(maxsize=1)
def _studio() -> tuple[ThreadPoolExecutor, PageWorkers]:
    """Workers that stay, and threads to ask them from: the kernel ends a worker with the thread that started it."""
    return ThreadPoolExecutor(_AT_ONCE, "page-image"), PageWorkers(load_settings(), _AT_ONCE)


def _draw(settings: Settings, workers: PageWorkers, page: Page, source: PageSource) -> bytes | None:
    with tempfile.TemporaryDirectory(prefix="sohoa-page-") as folder, workers.borrowed() as worker:
        out = Path(folder) / "upright.jpg"
        try:
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
        except Unreadable:
            return None
        return out.read_bytes()


def _dpi(settings: Settings, page: Page) -> int:
    """The resolution at which the page just fits; its size in the catalogue is that of the OCR copy."""
    if not (page.width_px and page.height_px):
        return _USUAL_DPI
    return max(1, min(_MAX_DPI, int(settings.ocr_dpi * min(WIDTH_PX / page.width_px, HEIGHT_PX / page.height_px))))
