"""Picture files: TIFF, JPEG, PNG, WebP and JPEG 2000 as pages."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, TiffImagePlugin

from sohoa.pages.formats.jpeg import jpeg_is_whole, jpeg_pixels, parse_jpeg, reduction_for
from sohoa.pages.formats.jpeg2000 import jp2_image
from sohoa.pages.formats.media import JP2, JPEG, PILLOW_FORMATS, PNG, TIFF, WEBP
from sohoa.pages.formats.placing import MOST_UNEVEN, TURN_OF_TAG, square_pixels, turned
from sohoa.pages.formats.quiet import quiet
from sohoa.pages.formats.tiff import page_directories
from sohoa.pages.formats.whole import jp2_is_whole, png_chunks, png_is_whole, webp_is_whole
from sohoa.pages.imaging import MM_PER_INCH, PageImage, Pixels, effective_dpi
from sohoa.pages.sandbox import Unreadable

_ORIENTATION, _X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 274, 282, 283, 296  # tags of TIFF and EXIF
_BITS_PER_SAMPLE = 258
_PER_CENTIMETRE, _CENTIMETRES_PER_INCH = 3, 2.54
_MOST_DIRECTORIES = 100_000
_GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "I;16", "I;16L", "I;16B", "F"})
_BITS = {"1": 1, "L": 8, "P": 8, "LA": 8, "La": 8, "I;16": 16, "I;16L": 16, "I;16B": 16, "I": 16, "F": 16, "CMYK": 32}
_IS_WHOLE: dict[str, Callable[[memoryview], bool]] = {PNG: png_is_whole, WEBP: webp_is_whole, JP2: jp2_is_whole}
_FAULTS = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError, struct.error)


class OpenPicture:
    """A picture file opened for its pages.

    Attributes:
        path: The file.
        media_type: Its type.
        image: The file as Pillow has opened it, at the page that was asked for last.
        directories: The pages of a TIFF file; empty for any other.
    """

    def __init__(self, path: Path, media_type: str) -> None:
        self.path, self.media_type = path, media_type
        self.directories = page_directories(path, _MOST_DIRECTORIES) if media_type == TIFF else []
        self.image = self._opened()
        self._fresh = True

    def _opened(self) -> Image.Image:
        with quiet():
            return Image.open(self.path, formats=PILLOW_FORMATS[self.media_type])

    def show(self, page_no: int) -> Image.Image:
        """The page (from 1), not decoded yet; EOFError or IndexError if there is none."""
        frame = self.directories[page_no - 1].index if self.media_type == TIFF else page_no - 1
        if not self._fresh and self.image.tell() == frame:
            # Pillow forgets the tags of a page that it has decoded.
            self.image.close()
            self.image = self._opened()
        if frame != self.image.tell():
            self.image.seek(frame)
        self._fresh = False
        return self.image

    def close(self) -> None:
        """Let go of the file."""
        self.image.close()


def count_frames(path: Path, media_type: str, most: int, max_megapixels: int) -> int:
    """The number of pages of a whole picture file; thumbnails are none.

    Args:
        path: The file.
        media_type: One of the picture types.
        most: Look at no more pages than this and one.
        max_megapixels: Larger pages are refused before they are decoded.

    Raises:
        Unreadable: it is cut short, damaged, moving, or too large.
    """
    if media_type == TIFF:
        return _count_tiff(path, most, max_megapixels)
    content = path.read_bytes()
    if media_type in _IS_WHOLE and not _IS_WHOLE[media_type](memoryview(content)):
        raise Unreadable("file.truncated", "its data break off")
    with _opened(path, media_type) as opened:
        _check_size(opened.image, max_megapixels, "file.too_large_page")
        # Of a moving picture only the first frame would be kept; the second picture of an MPO is a phone's preview.
        if media_type != JPEG and getattr(opened.image, "is_animated", False):
            raise Unreadable("file.moving_picture")
        if media_type == JPEG:
            _check_jpeg(content)
    return 1


def ends_as_it_should(path: Path, media_type: str) -> bool:
    """Whether a picture file's structure reaches its end; for files that may still be growing.

    Raises:
        Unreadable: it breaks off.
    """
    if media_type == TIFF:
        return len(page_directories(path, _MOST_DIRECTORIES)) > 0
    content = path.read_bytes()
    if media_type == JPEG:
        _check_jpeg(content)
        return True
    return _IS_WHOLE[media_type](memoryview(content))


@contextmanager
def _opened(path: Path, media_type: str) -> Iterator[OpenPicture]:
    try:
        opened = OpenPicture(path, media_type)
    except _FAULTS as error:
        raise Unreadable("file.damaged", str(error)) from error
    try:
        yield opened
    finally:
        opened.close()


def _check_jpeg(content: bytes) -> None:
    jpeg = parse_jpeg(content)
    if jpeg is None:
        raise Unreadable("file.damaged", "no picture follows its header")
    if not jpeg_is_whole(content, jpeg):
        raise Unreadable("file.truncated" if jpeg.end is None else "file.damaged", "its data break off")


def _count_tiff(path: Path, most: int, max_megapixels: int) -> int:
    with _opened(path, TIFF) as opened:
        for number, directory in enumerate(opened.directories[: most + 1], start=1):
            if directory.width * directory.height > max_megapixels * 1_000_000:
                raise Unreadable("file.too_large_page", f"{directory.width} x {directory.height} pixels")
            try:
                image = opened.show(number)
                if directory.data is None:
                    # It does not tell how long its data are: only decoding shows whether they are there.
                    _loaded(image)
            except _FAULTS as error:
                raise Unreadable("file.damaged", f"page {number}: {error}") from error
        return len(opened.directories)


def decode_picture(opened: OpenPicture, page_no: int, dpi: int, max_megapixels: int) -> PageImage:
    """Page `page_no` (from 1), upright by its own tag, at its own resolution or reduced to no less than `dpi`.

    Raises:
        Unreadable: too large, or its data break off.
        OSError, ValueError, SyntaxError, EOFError, IndexError: the page cannot be read.
    """
    image = opened.show(page_no)
    _check_size(image, max_megapixels, "page.too_large")
    exif = _exif(opened)
    turn = TURN_OF_TAG.get(exif.get(_ORIENTATION, 1), TURN_OF_TAG[1])
    size = (image.height, image.width) if turn[0] and opened.media_type != TIFF else image.size
    tag = _resolution(image, exif, swapped=turn[0])
    known, assumed = effective_dpi(*size, tag)
    x_dpi, y_dpi = (known, known) if assumed or tag is None else tag
    _check_pixels(image.width * image.height * max(x_dpi, y_dpi) / min(x_dpi, y_dpi), max_megapixels)
    mode, bits = image.mode, _bits(image)
    pixels, reduction = _pixels(opened, reduction_for(known, dpi))
    if opened.media_type != TIFF:  # which Pillow turns by itself
        pixels = turned(pixels, turn)
    # A palette may hold colours or greys.
    colour = bool(np.ptp(pixels, axis=2).any()) if mode == "P" else mode not in _GREY_MODES
    paper = None if assumed else (size[0] / x_dpi * MM_PER_INCH, size[1] / y_dpi * MM_PER_INCH)
    pixels, pixels_dpi = square_pixels(pixels, (x_dpi / reduction, y_dpi / reduction))
    return PageImage(pixels, known, pixels_dpi, colour, bits, paper)


def _exif(opened: OpenPicture) -> Image.Exif:
    if opened.media_type != PNG:
        return opened.image.getexif()
    # Pillow would decode the whole picture to look for it.
    exif = Image.Exif()
    content = memoryview(opened.path.read_bytes())
    found = next((chunk for chunk in png_chunks(content) if chunk.kind == b"eXIf"), None)
    if found is not None:
        exif.load(bytes(content[found.start : found.end]))
    return exif


def _resolution(image: Image.Image, exif: Image.Exif, *, swapped: bool) -> tuple[float, float] | None:
    """The file's own dots per inch across and down as shown; None if it has none that can be meant."""
    told = image.info.get("dpi")
    if told is None:
        unit = _CENTIMETRES_PER_INCH if exif.get(_RESOLUTION_UNIT) == _PER_CENTIMETRE else 1.0
        told = (float(exif.get(_X_RESOLUTION, 0)) * unit, float(exif.get(_Y_RESOLUTION, 0)) * unit)
    across, down = float(told[0]), float(told[1])
    if not 0 < min(across, down) <= max(across, down) <= MOST_UNEVEN * min(across, down):
        return None
    return (down, across) if swapped else (across, down)


def _bits(image: Image.Image) -> int:
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        samples = image.tag_v2.get(_BITS_PER_SAMPLE, (1,))
        return int(sum(samples)) if isinstance(samples, tuple) else int(samples)
    return _BITS.get(image.mode, 24)


def _pixels(opened: OpenPicture, reduction: int) -> tuple[Pixels, int]:
    """The picture's pixels as they lie in the file, and by how much they are reduced."""
    image = opened.image
    if opened.media_type == JPEG:
        data = opened.path.read_bytes()
        jpeg = parse_jpeg(data)
        pixels = jpeg_pixels(data, jpeg, reduction) if jpeg is not None else None
    elif opened.media_type in (PNG, WEBP) and not image.has_transparency_data:
        # OpenCV is faster, and refuses data that end early where Pillow fills up with black.
        content = np.fromfile(opened.path, np.uint8)
        found = cv2.imdecode(content, cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
        pixels, reduction = (None if found is None else np.asarray(found, dtype=np.uint8)), 1
    elif opened.media_type == JP2:
        reduced, reduction = jp2_image(opened.path.read_bytes(), reduction)
        return _as_rgb(reduced), reduction
    else:
        return _as_rgb(_loaded(image)), 1
    if pixels is None:
        raise Unreadable("page.damaged", "its data break off")
    return pixels, reduction


def _loaded(image: Image.Image) -> Image.Image:
    with quiet(), warnings.catch_warnings():
        # Pillow only warns where a TIFF's data are cut short.
        warnings.filterwarnings("error", message="(?i).*truncated.*")
        image.load()
    return image


def _as_rgb(image: Image.Image) -> Pixels:
    """A picture's colours as they look on white paper."""
    if image.mode.startswith(("I", "F")):
        # More than 8 bits of grey, which Pillow would cut off instead of scaling them down.
        fine = np.asarray(image).astype(np.float32)
        white = 65535.0 if image.mode.startswith("I") else max(float(fine.max()), 1e-9)
        fine = np.clip(np.nan_to_num(fine) * (255.0 / white), 0, 255)
        return np.asarray(cv2.cvtColor(fine.astype(np.uint8), cv2.COLOR_GRAY2RGB), dtype=np.uint8)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.new("RGBA", layer.size, "white")
        image.alpha_composite(layer)
    if image.mode in ("1", "L"):
        grey = np.asarray(image).astype(np.uint8) * (255 if image.mode == "1" else 1)
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))


def _check_pixels(n_pixels: float, max_megapixels: int) -> None:
    if n_pixels > max_megapixels * 1_000_000:
        raise Unreadable("page.too_large", f"{n_pixels / 1e6:.0f} megapixels, limit {max_megapixels}")


def _check_size(image: Image.Image, max_megapixels: int, reason: str) -> None:
    if image.width * image.height > max_megapixels * 1_000_000:
        raise Unreadable(reason, f"{image.width} x {image.height} pixels, limit {max_megapixels} megapixels")
