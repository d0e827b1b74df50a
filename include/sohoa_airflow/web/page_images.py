"""Pages as pictures: upright, level and in colour, made by the child process that opens untrusted files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from threading import BoundedSemaphore

from sohoa.archive import LOCKED
from sohoa.archive.groups import page_source
from sohoa.catalogue.models import Page
from sohoa.pages import PageWorker, Unreadable
from sohoa.settings import Settings

DPI = 150
_WHOLE = (0.0, 0.0, 1.0, 1.0)
# Each may take as much memory as the largest page; who asks for more waits.
_AT_ONCE = BoundedSemaphore(2)


def page_jpeg(settings: Settings, page: Page) -> bytes:
    """A page as JPEG, lying as it was read: boxes of its words are fractions of this picture.

    Raises:
        Unreadable: the page cannot be decoded, or is locked away.
    """
    source = page_source(settings, page.sha256, page.page_no)
    if source.path.is_relative_to(settings.archive / LOCKED):
        raise Unreadable("page.crashed", "the scan is locked away")
    with _AT_ONCE, tempfile.TemporaryDirectory(prefix="sohoa-page-") as folder, PageWorker(settings) as worker:
        out = Path(folder) / "picture.jpg"
        worker.call(
            "crop",
            path=str(source.path),
            media_type=source.media_type,
            page_no=source.page_no,
            dpi=DPI,
            max_megapixels=settings.max_page_megapixels,
            rotation=page.rotation or 0,
            skew_degrees=page.skew_degrees or 0.0,
            cuts=[{"box": _WHOLE, "ink": "colour", "out": str(out)}],
        )
        return out.read_bytes()
