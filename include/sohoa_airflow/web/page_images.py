"""Pages as pictures: upright, level and in colour, made by the child process that opens untrusted files."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from sohoa.archive import LOCKED, StoreDamaged
from sohoa.archive.groups import PageSource, page_source
from sohoa.catalogue.models import Page
from sohoa.pages import PageWorkers, Unreadable
from sohoa.settings import Settings, load_settings

WIDTH_PX, HEIGHT_PX = 1400, 2400
"""A picture is no larger than this."""

_MAX_DPI, _USUAL_DPI = 200, 150
_AT_ONCE = 2  # each may take as much memory as the largest page
_SECONDS = 30.0


def page_jpeg(settings: Settings, page: Page) -> bytes:
    """A page as JPEG, lying as it was read: boxes of its words are fractions of this picture.

    Raises:
        Unreadable: the page cannot be decoded, or is locked away.
    """
    try:
        source = page_source(settings, page.sha256, page.page_no)
    except (KeyError, StoreDamaged) as error:
        raise Unreadable("page.crashed", str(error)) from error
    if source.path.is_relative_to(settings.archive / LOCKED):
        raise Unreadable("page.crashed", "the scan is locked away")
    threads, workers = _studio()
    return threads.submit(_draw, settings, workers, page, source).result()


@lru_cache(maxsize=1)
def _studio() -> tuple[ThreadPoolExecutor, PageWorkers]:
    """Workers that stay, and threads to ask them from: the kernel ends a worker with the thread that started it."""
    return ThreadPoolExecutor(_AT_ONCE, "page-image"), PageWorkers(load_settings(), _AT_ONCE)


def _draw(settings: Settings, workers: PageWorkers, page: Page, source: PageSource) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sohoa-page-") as folder, workers.borrowed() as worker:
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
