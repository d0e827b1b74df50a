"""The pages of an archive copy, from wherever they lie, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pikepdf

from sohoa.archive.embedding import ImagePages
from sohoa.archive.old_layers import without_hidden_text
from sohoa.archive.textlayer import entries
from sohoa.pages.formats.media import PDF

_DRAWN_DPI = (200.0, 300.0, 600.0)  # least, usual, most
_FEW = 3  # pictures of a page
_HELD_BYTES = 64 * 1024 * 1024  # of pictures, before they go to a file of their own


@dataclass(frozen=True)
class CopyPage:
    """A page that goes into a copy.

    Attributes:
        path: The scan as delivered; read only.
        media_type: Its type by content.
        page_no: Which of its pages, from 1.
        dpi: Effective resolution of the scan; PDF pages know their size without.
        words: Where its words lie (`textlayer.read_words`), as read on the straightened copy; None for no words.
        rotation: Degrees clockwise that bring the page as delivered upright: 0, 90, 180 or 270.
        skew_degrees: Further clockwise turn about the middle that made its lines level.
        keep_own_text: Whether the text of a born-digital page serves as its text layer.
    """

    path: Path
    media_type: str
    page_no: int
    dpi: float | None = None
    words: Path | None = None
    rotation: int = 0
    skew_degrees: float = 0.0
    keep_own_text: bool = False


class Parts:
    """The pages of a copy one after another, with hardly more of them in memory than `_HELD_BYTES`.

    A page taken from another PDF is copied into memory, as is a picture; what is too much goes to files beside the
    copy, which qpdf joins without reading them in.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self._sources = _Sources()
        self._files: list[Path] = []
        self._part = ImagePages(pikepdf.new())

    def assemble(self, pages: Sequence[CopyPage], redrawn: frozenset[int]) -> pikepdf.Pdf:
        """All pages in one document, those at the places `redrawn` (from 0) decoded and packed anew."""
        for place, page in enumerate(pages):
            self._add(page, drawn=place in redrawn)
            if self._part.n_bytes > _HELD_BYTES:
                self._put_aside()
        if not self._files:
            return self._part.pdf
        if self._part.n_bytes:
            self._put_aside()
        whole = self._next_file()
        parts = [{"file": str(file)} for file in self._files[:-1]]
        job = {"inputFile": parts[0]["file"], "pages": parts, "outputFile": str(whole), "streamData": "preserve"}
        pikepdf.Job(job).run()
        return pikepdf.open(whole, access_mode=pikepdf.AccessMode.stream)

    def remove(self) -> None:
        """Remove the files used on the way; the copy must have been written."""
        self._sources.release()
        for file in self._files:
            file.unlink(missing_ok=True)

    def _add(self, page: CopyPage, *, drawn: bool) -> None:
        if drawn:
            least, usual, most = _DRAWN_DPI
            dpi = min(max(page.dpi or usual, least), most)
            self._part.add_drawn(page.path, page.media_type, page.page_no, dpi)
        elif page.media_type != PDF:
            self._part.add(page.path, page.media_type, page.page_no, page.dpi)
        else:
            source = self._sources.open(page.path)
            own = source.page(page.page_no)
            own = own if page.keep_own_text else without_hidden_text(source.pdf, own)
            self._part.pdf.pages.append(own)
            size = _least_size(own)
            self._part.n_bytes += size
            source.n_bytes += size

    def _put_aside(self) -> None:
        full, self._part = self._part, ImagePages(pikepdf.new())
        full.pdf.save(self._next_file(), compress_streams=False)
        full.pdf.close()
        # What was taken from them stays in their memory too.
        self._sources.close()

    def _next_file(self) -> Path:
        self._files.append(self.out.with_name(f"{self.out.name}.{len(self._files)}.part"))
        return self._files[-1]


def _least_size(page: pikepdf.Page) -> int:
    """Bytes of the pictures of a page."""
    return sum(int(one.get("/Length", 0)) for one in _pictures(page).values() if isinstance(one, pikepdf.Stream))


def _pictures(page: pikepdf.Page) -> Any:
    return entries(entries(page.obj, "/Resources"), "/XObject")


_State = tuple[Path, int, int]


@dataclass
class _Source:
    """An open PDF, and how many bytes it holds in memory of what was taken from it."""

    pdf: pikepdf.Pdf
    n_bytes: int = 0
    _pruned: bool = False

    def page(self, page_no: int) -> pikepdf.Page:
        """A page (from 1) that lists hardly more pictures than it shows: all that it lists come with it."""
        page = self.pdf.pages[page_no - 1]
        if not self._pruned and len(_pictures(page)) > _FEW:
            self.pdf.remove_unreferenced_resources()
            self._pruned = True
        return page


class _Sources:
    """The PDFs that a copy takes pages from.

    The last stays open for the next copy: from a long stack one document after another is taken.
    """

    _left_open: ClassVar[dict[_State, _Source]] = {}

    def __init__(self) -> None:
        self._open: dict[_State, _Source] = {}

    def open(self, path: Path) -> _Source:
        facts = path.stat()
        state = path, facts.st_mtime_ns, facts.st_size
        if state not in self._open:
            left = self._left_open.pop(state) if state in self._left_open else None
            self._open[state] = left or _Source(pikepdf.open(path))
        return self._open[state]

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].pdf.close()

    def release(self) -> None:
        for state, source in list(self._open.items())[-1:]:
            if source.n_bytes <= _HELD_BYTES:
                for left in self._left_open.values():
                    left.pdf.close()
                self._left_open.clear()
                self._left_open[state] = self._open.pop(state)
        self.close()
