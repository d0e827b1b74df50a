"""What a file is, whether it is whole, and how many pages it holds."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path

import pikepdf
from PIL import Image, UnidentifiedImageError

from sohoa.pages.sandbox import Unreadable

PDF, TIFF, JPEG, PNG = "application/pdf", "image/tiff", "image/jpeg", "image/png"

Image.MAX_IMAGE_PIXELS = None  # our own limits speak first and in words

_MAGIC = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
)
_TAIL_BYTES = 2048
_LENGTH_SEARCHED = 1024
_TOO_LARGE = "file.too_large_page"
_GROWING_MEGAPIXELS = 200  # a page of a growing file is not decoded beyond this


def media_type(path: Path) -> str:
    """The file's type by its content, whatever its name says; Unreadable if it is none that we read."""
    with path.open("rb") as stream:
        head = stream.read(_LENGTH_SEARCHED)
    if not head:
        raise Unreadable("file.empty")
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    # Scanners put a line or a byte order mark before the header; readers look within the first kilobyte.
    if b"%PDF-" in head:
        return PDF
    raise Unreadable("file.unknown_type")


def count_pages(path: Path, max_pages: int, max_megapixels: int) -> tuple[str, int]:
    """Media type and number of pages of a whole file.

    Raises:
        Unreadable: what is wrong: empty, unknown, truncated although it opens, encrypted, too large.
    """
    kind = media_type(path)
    n_pages = _COUNTERS[kind](path, max_megapixels)
    if n_pages == 0:
        raise Unreadable("file.no_pages")
    if n_pages > max_pages:
        raise Unreadable("file.too_many_pages", f"{n_pages} pages, limit {max_pages}")
    return kind, n_pages


def ends_properly(path: Path) -> bool:
    """Whether the file carries its format's end mark; a cheap look, for files that may still be growing."""
    try:
        kind = media_type(path)
        if kind == TIFF:
            return _count_tiff(path, _GROWING_MEGAPIXELS) > 0
        return _TAIL_MARKS[kind](_tail(path))
    except Unreadable as error:
        # Waiting makes no page smaller: let the batch come in, and be refused for that.
        return error.reason == _TOO_LARGE


def _tail(path: Path) -> bytes:
    with path.open("rb") as stream:
        stream.seek(0, io.SEEK_END)
        stream.seek(max(0, stream.tell() - _TAIL_BYTES))
        return stream.read()


_TAIL_MARKS: dict[str, Callable[[bytes], bool]] = {
    PDF: lambda tail: b"%%EOF" in tail,
    # Cameras append their own data after the end of image; the mark itself must still be in the tail.
    JPEG: lambda tail: b"\xff\xd9" in tail,
    PNG: lambda tail: b"IEND\xaeB`\x82" in tail,
}


def _count_pdf(path: Path, max_megapixels: int) -> int:
    if not _TAIL_MARKS[PDF](_tail(path)):
        raise Unreadable("file.truncated", "no %%EOF at the end")
    try:
        # Recovery would open a cut file with the pages that are left, and call it whole.
        with pikepdf.open(path, attempt_recovery=False, suppress_warnings=True) as pdf:
            return len(pdf.pages)
    except pikepdf.PasswordError as error:
        raise Unreadable("file.needs_password", str(error)) from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise Unreadable("file.damaged", str(error)) from error


def _open_image(path: Path, max_megapixels: int) -> Image.Image:
    try:
        image = Image.open(path, formats=("JPEG", "PNG", "TIFF"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Unreadable("file.damaged", str(error)) from error
    _check_size(image, max_megapixels)
    return image


def _check_size(image: Image.Image, max_megapixels: int) -> None:
    if image.width * image.height > max_megapixels * 1_000_000:
        raise Unreadable(_TOO_LARGE, f"{image.width} x {image.height} pixels")


def _count_single(path: Path, max_megapixels: int) -> int:
    with _open_image(path, max_megapixels) as image:
        if image.format == "JPEG":
            # An eighth of the size: every scan line is still read, at a fraction of the work.
            image.draft("L", (image.width // 8, image.height // 8))
        _load(image)
    return 1


def _count_tiff(path: Path, max_megapixels: int) -> int:
    n_frames = 0
    with _open_image(path, max_megapixels) as image:
        try:
            n_declared = getattr(image, "n_frames", 1)
        except (OSError, ValueError, SyntaxError, TypeError, EOFError) as error:
            raise Unreadable("file.truncated", str(error)) from error
        for frame in range(n_declared):
            try:
                image.seek(frame)
            except (EOFError, OSError, ValueError, SyntaxError) as error:
                raise Unreadable("file.truncated", f"frame {frame + 1}: {error}") from error
            _check_size(image, max_megapixels)
            _load(image)
            n_frames += 1
    return n_frames


def _load(image: Image.Image) -> None:
    with warnings.catch_warnings():
        # Pillow only warns where a TIFF's data are cut short.
        warnings.filterwarnings("error", message="(?i).*truncated.*")
        try:
            image.load()
        except (OSError, SyntaxError, ValueError, EOFError, Warning, IndexError, TypeError) as error:
            raise Unreadable("file.truncated", str(error)) from error


_COUNTERS: dict[str, Callable[[Path, int], int]] = {
    PDF: _count_pdf,
    TIFF: _count_tiff,
    JPEG: _count_single,
    PNG: _count_single,
}
