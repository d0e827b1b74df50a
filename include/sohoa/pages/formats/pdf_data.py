"""The data of a PDF's pictures: whether they are all there, and their pixels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pikepdf

from sohoa.pages.formats.fax import fax_is_whole
from sohoa.pages.formats.flate import n_inflated
from sohoa.pages.formats.jpeg import jpeg_is_whole, jpeg_pixels, parse_jpeg
from sohoa.pages.formats.jpeg2000 import jp2_image
from sohoa.pages.formats.pdf_pictures import Picture, picture_of
from sohoa.pages.formats.whole import codestream_is_whole, codestream_of, codestream_size, jbig2_is_whole
from sohoa.pages.imaging import Pixels
from sohoa.pages.sandbox import Unreadable

_MOST_PACKED = 128 * 1024 * 1024  # bytes of JPEG and the like within other packing
_MOST_UNPACKED = 16 * 1024 * 1024
_AS_THEY_ARE = frozenset({"/DeviceGray", "/DeviceRGB", "/CalGray", "/CalRGB", "/ICCBased", "/G", "/RGB"})


def check_picture(picture: Picture, max_megapixels: int) -> None:
    """Raise Unreadable if a picture is too large, or its data break off: viewers draw such a one half, in silence."""
    check_size(picture, max_megapixels)
    check_whole(picture)
    for key in ("/SMask", "/Mask"):
        mask = picture.stream.get(key)
        if isinstance(mask, pikepdf.Stream) and "/SMask" not in mask and "/Mask" not in mask:
            check_picture(picture_of(mask), max_megapixels)


def check_size(picture: Picture, max_megapixels: int) -> None:
    """Raise Unreadable if a picture has too many pixels, by its dictionary or by its own data."""
    sizes = [(picture.width, picture.height)]
    last = picture.filters[-1] if picture.filters else ""
    data = packed_data(picture) if last in ("/DCTDecode", "/JPXDecode") else b""
    if last == "/DCTDecode" and (jpeg := parse_jpeg(data)):
        sizes.append((jpeg.width, jpeg.height))
    if last == "/JPXDecode":
        start, end = codestream_of(memoryview(data))
        sizes.append(codestream_size(memoryview(data)[start:end])[:2])
    n_pixels = max(width * height for width, height in sizes)
    if n_pixels > max_megapixels * 1_000_000:
        raise Unreadable("page.too_large", f"a picture of {n_pixels / 1e6:.0f} megapixels, limit {max_megapixels}")


def check_whole(picture: Picture) -> None:
    """Raise Unreadable if a picture's data break off."""
    last = picture.filters[-1] if picture.filters else ""
    if not _is_whole(picture, last, packed_data(picture)):
        raise Unreadable("page.damaged", f"the data of a picture of {picture.width} x {picture.height} break off")


def packed_data(picture: Picture) -> bytes:
    """A picture's data as its own format has them: only what was packed around them is taken off."""
    if len(picture.filters) < 2:
        return bytes(picture.stream.read_raw_bytes())
    raw = picture.stream.read_raw_bytes()
    if picture.filters[0] == "/FlateDecode" and n_inflated(raw, _MOST_PACKED) >= _MOST_PACKED:
        raise Unreadable("page.too_heavy", "a picture packed without end")
    return bytes(picture.stream.get_stream_buffer(pikepdf.StreamDecodeLevel.generalized))


def _is_whole(picture: Picture, last: str, data: bytes) -> bool:
    if last == "/DCTDecode":
        jpeg = parse_jpeg(data)
        return jpeg is not None and jpeg_is_whole(data, jpeg)
    if last == "/JPXDecode":
        start, end = codestream_of(memoryview(data))
        return codestream_is_whole(memoryview(data)[start:end])
    if last == "/JBIG2Decode":
        return jbig2_is_whole(memoryview(data))
    if last == "/CCITTFaxDecode":
        return fax_is_whole(data, _parameters(picture), picture.width, picture.height)
    if picture.n_channels is None:
        return True
    row = math.ceil(picture.width * picture.n_channels * picture.bits / 8)
    # Some writers leave out the last bytes; no letter stands in them.
    wanted = row * max(0, picture.height - 1)
    if picture.filters == ("/FlateDecode",):
        predicted = int(_parameters(picture).get("/Predictor", 1)) >= 10
        wanted += max(0, picture.height - 1) if predicted else 0
        return n_inflated(data, wanted) >= wanted
    if not picture.filters:
        return len(data) >= wanted
    return wanted > _MOST_UNPACKED or len(picture.stream.read_bytes()) >= wanted


def _parameters(picture: Picture) -> Any:
    """The decoding parameters of the innermost filter."""
    parameters = picture.stream.get("/DecodeParms")
    if isinstance(parameters, pikepdf.Array):
        parameters = parameters[-1] if len(parameters) else None
    return parameters if isinstance(parameters, pikepdf.Dictionary) else pikepdf.Dictionary()


def scan_pixels(picture: Picture, reduction: int) -> tuple[Pixels, int] | None:
    """Pixels of a plain grey or RGB picture in JPEG or JPEG 2000; None for any other.

    They are reduced by `reduction` (1, 2, 4 or 8) or less; by how much is told beside them.

    Raises:
        Unreadable: page.damaged where its data break off.
    """
    if not picture.plain or picture.n_channels not in (1, 3):
        return None
    last = picture.filters[-1] if picture.filters else ""
    if last == "/JPXDecode" and picture.colours in ("", *_AS_THEY_ARE):
        return _jpx_pixels(picture, reduction)
    if picture.colours not in _AS_THEY_ARE or last != "/DCTDecode" or "/ColorTransform" in _parameters(picture):
        return None
    data = packed_data(picture)
    jpeg = parse_jpeg(data)
    declared = (picture.width, picture.height, picture.n_channels)
    if jpeg is None or (jpeg.width, jpeg.height, jpeg.n_components) != declared:
        return None
    pixels = jpeg_pixels(data, jpeg, reduction)
    if pixels is None:
        raise Unreadable("page.damaged", "the data of its picture break off")
    return pixels, reduction


def _jpx_pixels(picture: Picture, reduction: int) -> tuple[Pixels, int] | None:
    try:
        image, reduction = jp2_image(packed_data(picture), reduction)
    except (OSError, SyntaxError, ValueError):
        return None
    whole = (-(-picture.width // reduction), -(-picture.height // reduction))
    if image.size != whole or image.mode not in ("L", "RGB"):
        return None
    return np.asarray(image.convert("RGB")), reduction
