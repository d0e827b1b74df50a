"""PDF files: opened once for all their pages, and never with pages missing."""

from __future__ import annotations

import io
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pikepdf
import pypdfium2 as pdfium

from sohoa.pages.sandbox import Unreadable

_TAIL_BYTES = 65536  # of what mail gateways and disks of whole blocks put behind the end
_HEAD_BYTES = 1024
_LINEARISED = re.compile(rb"/Linearized\b[^>]*?/L\s+(\d+)", re.DOTALL)
_END = re.compile(rb"startxref\s+\d+\s+%%EOF")
_MORE_CONTENT = re.compile(rb"\b(endobj|endstream|startxref|\d+ \d+ obj)\b")
_EOL_BYTES, _CIPHER_BYTES = 2, 48  # by which a whole stream may differ from its declared length


def has_end_mark(path: Path) -> bool:
    """Whether the end mark stands near the end of a file, and no part of a document behind it."""
    _, mark, rest = _tail(path).rpartition(b"%%EOF")
    return bool(mark) and not _MORE_CONTENT.search(rest)


def count_pdf_pages(path: Path, most: int) -> int:
    """The number of pages of a whole PDF file.

    Args:
        path: The file.
        most: Look at no more pages than this and one.

    Raises:
        Unreadable: it is cut short, wants a password, or its pages are not all there.
    """
    if not has_end_mark(path):
        raise Unreadable("file.truncated", "no %%EOF at the end")
    _check_linearised(path)
    try:
        with pikepdf.open(path, attempt_recovery=False, inherit_page_attributes=False) as pdf:
            return len(_page_leaves(pdf, most))
    except (pikepdf.PasswordError, pikepdf.PdfError, ValueError, RuntimeError) as error:
        _check_password(error)
    return _count_of_repaired(path, most)


def _check_password(error: Exception) -> None:
    """Raise Unreadable where it is a password that is missing: no repair would help."""
    if isinstance(error, pikepdf.PasswordError) or "encrypt" in str(error).lower():
        raise Unreadable("file.needs_password", str(error)) from error


def _count_of_repaired(path: Path, most: int) -> int:
    """The number of pages of a file whose cross-reference table is wrong, if nothing but that table is.

    Scanners and mail gateways write such files. Repair alone is no proof: it opens a cut file with the pages that
    are left. So the end must be as written, every page named and counted, and all that the pages use be there in
    the length that it declares.
    """
    if not _END.search(_tail(path)):
        raise Unreadable("file.truncated", "its end is not as a writer leaves it")
    try:
        with pikepdf.open(path, inherit_page_attributes=False) as pdf:
            leaves = _page_leaves(pdf, most)
            if len(leaves) <= most and int(pdf.Root.Pages.Count) != len(leaves):
                raise Unreadable("file.damaged", f"{len(leaves)} pages, {pdf.Root.Pages.Count} declared")
            _check_objects(pdf)
            return len(leaves)
    except (pikepdf.PdfError, ValueError, RuntimeError, AttributeError, KeyError, TypeError) as error:
        _check_password(error)
        raise Unreadable("file.damaged", str(error)) from error


def _check_linearised(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
        size = stream.seek(0, io.SEEK_END)
    declared = _LINEARISED.search(head)
    # Longer is no fault: a signature is appended.
    if declared and int(declared[1]) > size:
        raise Unreadable("file.truncated", f"{size} bytes, {int(declared[1])} declared")


def _page_leaves(pdf: pikepdf.Pdf, most: int) -> list[pikepdf.Object]:
    """The page dictionaries in order; Unreadable if one is named and not there, or the tree is none."""
    waiting: list[Any] = [pdf.Root.get("/Pages")]
    seen: set[tuple[int, int]] = set()
    leaves: list[pikepdf.Object] = []
    while waiting and len(leaves) <= most:
        node = waiting.pop()
        if not isinstance(node, pikepdf.Dictionary):
            raise Unreadable("file.damaged", f"page {len(leaves) + 1} is named and not there")
        if "/Kids" not in node:
            leaves.append(node)
            continue
        if node.objgen in seen and node.is_indirect:
            raise Unreadable("file.damaged", "its pages form a ring")
        seen.add(node.objgen)
        waiting.extend(reversed(list(node.Kids)))
    return leaves


def _check_objects(pdf: pikepdf.Pdf) -> None:
    """Raise Unreadable if an object is named and not there, or a stream is of another length than it declares."""
    slack = _CIPHER_BYTES if pdf.is_encrypted else _EOL_BYTES
    for one in pdf.objects:
        if one is None:
            raise Unreadable("file.damaged", "it names something that is missing")
        if isinstance(one, pikepdf.Stream):
            declared = one.get("/Length")
            if not isinstance(declared, int) or abs(len(one.read_raw_bytes()) - declared) > slack:
                raise Unreadable("file.damaged", f"object {one.objgen[0]} is not as long as it says")


def _tail(path: Path) -> bytes:
    with path.open("rb") as stream:
        stream.seek(max(0, stream.seek(0, io.SEEK_END) - _TAIL_BYTES))
        return stream.read()


@dataclass
class OpenPdf:
    """A PDF file opened by both libraries.

    Attributes:
        structure: as objects (qpdf).
        drawing: as pages that can be drawn (pdfium).
    """

    structure: pikepdf.Pdf
    drawing: pdfium.PdfDocument

    @classmethod
    def of(cls, path: Path) -> Self:
        """Open a file that `count_pdf_pages` has found whole.

        Raises:
            pikepdf.PdfError, pdfium.PdfiumError: it cannot be opened.
        """
        structure = pikepdf.open(path)
        with suppress(pdfium.PdfiumError):
            drawing = pdfium.PdfDocument(path)
            if len(drawing) == len(structure.pages):
                return cls(structure, drawing)
            drawing.close()
        # The two repair a wrong table each in its own way: let pdfium draw what qpdf has found.
        mended = io.BytesIO()
        structure.save(mended, encryption=False)
        return cls(structure, pdfium.PdfDocument(mended.getvalue()))

    def close(self) -> None:
        """Let go of the file."""
        self.drawing.close()
        self.structure.close()
