"""TIFF files of the kinds that no library at hand writes, or not alone."""

from __future__ import annotations

import io
import struct
import subprocess
import tempfile
from pathlib import Path

from PIL import Image
from PIL.TiffImagePlugin import AppendingTiffWriter

from pages.scans import as_bytes

from .kind_page import DPI, black_page, noisy_page, page_image


def tiff(image: Image.Image, compression: str, **options: object) -> bytes:
    return as_bytes(image, "TIFF", DPI, compression=compression, **options)


def tiffcp(content: bytes, *arguments: str) -> bytes:
    """The TIFF written anew by libtiff's own tool."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.tif", Path(folder) / "b.tif"
        source.write_bytes(content)
        subprocess.run(["tiffcp", *arguments, source, target], check=True, capture_output=True)
        return target.read_bytes()


def tiff_of(tags: list[tuple[int, int, int, bytes]], data: bytes, data_tag: int) -> bytes:
    """A TIFF of one directory: (tag, type, count, value as it lies in the file); `data_tag` gets the data's place."""
    sizes = {2: 1, 3: 2, 4: 4, 5: 8}
    entries, behind = [], b""
    start = 8 + 2 + 12 * (len(tags) + 1) + 4
    for tag, kind, count, value in sorted([*tags, (data_tag, 4, 1, b"")]):
        assert tag == data_tag or len(value) == count * sizes[kind]
        if len(value) > 4:
            entries.append((tag, kind, count, struct.pack("<I", start + len(behind))))
            behind += value + b"\0" * (len(value) % 2)
        else:
            entries.append((tag, kind, count, value.ljust(4, b"\0")))
    place = struct.pack("<I", start + len(behind))
    table = b"".join(
        struct.pack("<HHI", tag, kind, count) + (place if tag == data_tag else value)
        for tag, kind, count, value in entries
    )
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + table + bytes(4) + behind + data


def _short(tag: int, *values: int) -> tuple[int, int, int, bytes]:
    return tag, 3, len(values), struct.pack(f"<{len(values)}H", *values)


def _long(tag: int, value: int) -> tuple[int, int, int, bytes]:
    return tag, 4, 1, struct.pack("<I", value)


def _resolution(x_dpi: int = DPI, y_dpi: int = DPI) -> list[tuple[int, int, int, bytes]]:
    return [(282, 5, 1, struct.pack("<II", x_dpi, 1)), (283, 5, 1, struct.pack("<II", y_dpi, 1)), _short(296, 2)]


def fax_data(image: Image.Image, compression: str = "group4") -> bytes:
    """The bare fax data of a picture in black and white."""
    content = as_bytes(image, "TIFF", compression=compression, tiffinfo={262: 0, 278: image.height})
    with Image.open(io.BytesIO(content)) as tiff:
        (offset,), (length,) = tiff.tag_v2[273], tiff.tag_v2[279]
    return content[offset : offset + length]


def old_jpeg_tiff() -> bytes:
    """JPEG in TIFF as it was before 1995 (TIFF 6.0, section 22): one JPEG file inside."""
    image = noisy_page()
    jpeg = as_bytes(image, "JPEG", DPI, subsampling=0)
    tags = [
        _long(256, image.width),
        _long(257, image.height),
        _short(258, 8, 8, 8),
        _short(259, 6),
        _short(262, 6),
        _short(277, 3),
        _long(278, image.height),
        _long(279, len(jpeg)),
        _short(512, 1),
        _long(514, len(jpeg)),
        _short(530, 1, 1),
        *_resolution(),
    ]
    whole = tiff_of(tags, jpeg, 513)
    # The strip is the same data.
    place = whole.index(jpeg)
    return tiff_of([*tags, _long(273, place + 12)], jpeg, 513)


def uneven_fax() -> bytes:
    """A fax of standard resolution: half as many lines as columns."""
    image = black_page()
    image = image.resize((image.width * 4, image.height * 2))
    data = fax_data(image)
    tags = [
        _long(256, image.width),
        _long(257, image.height),
        _short(259, 4),
        _short(262, 0),
        _long(278, image.height),
        _long(279, len(data)),
        *_resolution(4 * DPI, 2 * DPI),
    ]
    return tiff_of(tags, data, 273)


def with_thumbnail() -> bytes:
    """A page, its thumbnail (a reduced subfile), and a second page."""
    small = page_image().resize((62, 88))
    stream = io.BytesIO()
    with AppendingTiffWriter(stream, new=True) as writer:
        for one, subfile in ((noisy_page(), 0), (small, 1), (noisy_page(), 0)):
            one.save(writer, "TIFF", compression="tiff_lzw", dpi=(DPI, DPI), tiffinfo={254: subfile})
            writer.newFrame()
    return stream.getvalue()
