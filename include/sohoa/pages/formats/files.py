"""What a file is, whether it is whole, and how many pages it holds."""

from __future__ import annotations

from pathlib import Path

from sohoa.pages.formats.media import JP2, JPEG, PDF, PNG, TIFF, WEBP, media_type
from sohoa.pages.formats.pdf import count_pdf_pages, has_end_mark
from sohoa.pages.formats.pictures import count_frames, ends_as_it_should
from sohoa.pages.sandbox import Unreadable

__all__ = ["JP2", "JPEG", "PDF", "PNG", "TIFF", "WEBP", "count_pages", "ends_properly", "media_type"]


def count_pages(path: Path, max_pages: int, max_megapixels: int) -> tuple[str, int]:
    """Media type and number of pages of a whole file.

    Raises:
        Unreadable: what is wrong: empty, unknown, truncated although it opens, encrypted, too large.
    """
    kind = media_type(path)
    try:
        n_pages = (
            count_pdf_pages(path, max_pages) if kind == PDF else count_frames(path, kind, max_pages, max_megapixels)
        )
    except MemoryError as error:
        raise Unreadable("file.too_heavy", "it does not fit into memory") from error
    if n_pages == 0:
        raise Unreadable("file.no_pages")
    if n_pages > max_pages:
        raise Unreadable("file.too_many_pages", f"{n_pages} pages, limit {max_pages}")
    return kind, n_pages


def ends_properly(path: Path) -> bool:
    """Whether the file reaches its format's end; a cheap look, for files that may still be growing."""
    try:
        kind = media_type(path)
        return has_end_mark(path) if kind == PDF else ends_as_it_should(path, kind)
    except (Unreadable, MemoryError):
        return False
