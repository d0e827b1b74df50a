"""Page images as PDF holds them: their own data where it knows the packing, the same pixels packed anew elsewhere."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pikepdf
from numpy.typing import NDArray
from pikepdf import Array, Dictionary, Name
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from sohoa.archive import jpeg_strips
from sohoa.pages.formats.media import JPEG, PNG, TIFF
from sohoa.pages.formats.pictures import OpenPicture
from sohoa.pages.imaging import effective_dpi

_ORIENTATION = 274
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_FILL_ORDER, _STRIP_OFFSETS, _ROWS_PER_STRIP, _STRIP_BYTES = 266, 273, 278, 279
_PLANAR, _T6_OPTIONS, _JPEG_TABLES = 284, 293, 347
_GROUP4, _NEW_JPEG = 4, 7
_YCBCR = 6
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_JPEG_QUALITY = 95
_LAST_NOT_SWAPPED = 4  # orientation tags above it lie on their side
_MOST_UNEVEN = 4.0  # dots across to dots down: a coarse fax has two
_PNG_SIGNATURE = 8
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1}  # grey, RGB, palette
_UP = 2  # PNG's filter: each byte less the one above
_PROFILE_SPACES = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}
_PROFILE_HEAD = 128


@dataclass(frozen=True)
class Picture:
    """An image XObject to be.

    Attributes:
        data: as they go in.
        keys: entries of its dictionary but for the colours.
        n_channels: 1, 3 or 4.
        profile: ICC profile of the colours, empty for sRGB.
        orientation: EXIF tag 274: how a reader must turn the data.
        dpi: across and down, as the data lie; None if the file does not tell.
    """

    data: bytes
    keys: dict[str, Any]
    n_channels: int
    profile: bytes = b""
    orientation: int = 1
    dpi: tuple[float, float] | None = None


def as_it_is(path: Path, media_type: str, page_no: int) -> Picture | None:
    """The page with its own data; None if PDF/A cannot hold them, or pikepdf.pdfa not judge them (JPEG 2000)."""
    if media_type == JPEG:
        return _jpeg(path)
    if media_type == PNG:
        return _png(path)
    if media_type == TIFF:
        return _tiff(path, page_no)
    return None


def _jpeg(path: Path) -> Picture | None:
    data = path.read_bytes()
    if not jpeg_strips.is_readable_everywhere(data):
        return None
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        n_channels = len(image.getbands())
        profile = _profile_of(image, n_channels)
        if n_channels == 4 and not profile:
            return None  # what colours its inks mean is not said, and PDF/A asks for it
        keys = {"Width": image.width, "Height": image.height, "BitsPerComponent": 8, "Filter": Name.DCTDecode}
        if n_channels == 4 and "adobe" in image.info:
            keys["Decode"] = Array([1, 0] * 4)  # Adobe writes ink upside down
        return Picture(data, keys, n_channels, profile, _orientation_of(image), _dpi_of(image))


def _png(path: Path) -> Picture | None:
    data = path.read_bytes()
    chunks = _png_chunks(data)
    width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks["IHDR"][0])
    if colour not in _PNG_CHANNELS or interlaced or "tRNS" in chunks:
        return None
    with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
        profile = _profile_of(image, 1 if colour == 0 else 3)
        dpi = _dpi_of(image)
    exif = Image.Exif()  # which Pillow would look for behind the data, and decode them first
    exif.load(chunks.get("eXIf", [b""])[0])
    orientation = int(exif.get(_ORIENTATION, 1))
    keys = _flate_keys(width, height, _PNG_CHANNELS[colour], bits)
    if colour == 3:
        palette = chunks["PLTE"][0]
        base = Name.DeviceRGB
        keys["ColorSpace"] = Array([Name.Indexed, base, len(palette) // 3 - 1, pikepdf.String(palette)])
    return Picture(b"".join(chunks["IDAT"]), keys, _PNG_CHANNELS[colour], profile, orientation, dpi)


def _png_chunks(data: bytes) -> dict[str, list[bytes]]:
    chunks: dict[str, list[bytes]] = {}
    position = _PNG_SIGNATURE
    while position + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        chunks.setdefault(name.decode("latin-1"), []).append(data[position + 8 : position + 8 + length])
        position += 12 + length
    return chunks


def _tiff(path: Path, page_no: int) -> Picture | None:
    image = _frame(path, page_no)
    tags: Any = image.tag_v2
    offsets, lengths = tags.get(_STRIP_OFFSETS), tags.get(_STRIP_BYTES)
    if not offsets or not lengths or tags.get(_PLANAR, 1) != 1:
        return None
    if tags.get(_COMPRESSION) == _GROUP4 and len(offsets) == 1:
        return _group4(tags, _strips(path, offsets, lengths)[0], image)
    if tags.get(_COMPRESSION) == _NEW_JPEG and tags.get(_FILL_ORDER, 1) == 1:
        return _joined(tags, _strips(path, offsets, lengths), image)
    return None


def _frame(path: Path, page_no: int) -> TiffImageFile:
    return cast("TiffImageFile", _OPEN_TIFF.open(path).show(page_no))


class _OpenTiff:
    """The last TIFF stays open: to find a page anew one must read the directories of all before it."""

    def __init__(self) -> None:
        self._state: tuple[Path, int, int] | None = None
        self._opened: OpenPicture | None = None

    def open(self, path: Path) -> OpenPicture:
        facts = path.stat()
        state = path, facts.st_mtime_ns, facts.st_size
        if self._opened is None or state != self._state:
            # At once: Python warns of files that it closes itself, and pikepdf.pdfa takes every warning for a finding.
            if self._opened is not None:
                self._opened.close()
            self._opened, self._state = OpenPicture(path, TIFF), state
        return self._opened


_OPEN_TIFF = _OpenTiff()


def _strips(path: Path, offsets: tuple[int, ...], lengths: tuple[int, ...]) -> list[bytes]:
    with path.open("rb") as stream:
        strips = []
        for offset, length in zip(offsets, lengths, strict=True):
            stream.seek(offset)
            strips.append(stream.read(length))
        return strips


def _group4(tags: Any, data: bytes, image: Image.Image) -> Picture | None:
    if tags.get(_T6_OPTIONS, 0) or tags.get(_PHOTOMETRIC) not in (0, 1):
        return None
    width, height = tags[_WIDTH], tags[_HEIGHT]
    black_is_one = tags[_PHOTOMETRIC] == 1
    parameters = Dictionary(K=-1, Columns=width, Rows=height, BlackIs1=black_is_one)
    keys = {
        "Width": width,
        "Height": height,
        "BitsPerComponent": 1,
        "Filter": Name.CCITTFaxDecode,
        "DecodeParms": parameters,
    }
    data = data.translate(_REVERSED) if tags.get(_FILL_ORDER, 1) == 2 else data
    return Picture(data, keys, 1, b"", tags.get(_ORIENTATION, 1), _dpi_of(image))


def _joined(tags: Any, strips: list[bytes], image: Image.Image) -> Picture | None:
    width, height = tags[_WIDTH], tags[_HEIGHT]
    n_channels = len(tags.get(_BITS, (8,)))
    if n_channels not in (1, 3):
        return None
    rows = min(tags.get(_ROWS_PER_STRIP, height), height)
    ycc = tags.get(_PHOTOMETRIC) == _YCBCR
    try:
        data = jpeg_strips.join_strips(tags.get(_JPEG_TABLES, b""), strips, (width, height), rows, ycc=ycc)
    except (jpeg_strips.NotJoinable, IndexError, struct.error):
        return None
    keys = {"Width": width, "Height": height, "BitsPerComponent": 8, "Filter": Name.DCTDecode}
    profile = _profile_of(image, n_channels)
    return Picture(data, keys, n_channels, profile, tags.get(_ORIENTATION, 1), _dpi_of(image))


def repacked(path: Path, media_type: str, page_no: int) -> Picture | None:
    """The page's pixels packed anew, upright; None if they are not 1 or 8 bits of grey or RGB."""
    if media_type != TIFF:
        return None
    image = _frame(path, page_no)
    if image.mode not in ("1", "L", "RGB") or max(image.tag_v2.get(_BITS, (1,))) > 8:
        return None
    profile, dpi = _profile_of(image, len(image.getbands())), _dpi_of(image)
    if image.tag_v2.get(_ORIENTATION, 1) > _LAST_NOT_SWAPPED:
        dpi = dpi and dpi[::-1]
    image.load()  # which turns it upright
    return packed(np.asarray(image), profile, dpi)


def packed(pixels: NDArray[Any], profile: bytes = b"", dpi: tuple[float, float] | None = None) -> Picture:
    """Pixels without loss: black and white, grey, or RGB; of an RGB picture without colour one channel.

    Each row less the one above, run lengths and Huffman codes: half the work of zlib's usual search,
    and of scans with their noise no larger a result.
    """
    if pixels.ndim == 3 and not profile and _is_grey(pixels[::16, ::16]) and _is_grey(pixels):
        pixels = pixels[:, :, 0]
    height, width = pixels.shape[:2]
    n_channels = pixels.shape[2] if pixels.ndim == 3 else 1
    bits = 1 if pixels.dtype == np.bool_ else 8
    rows = np.packbits(pixels, axis=1) if bits == 1 else pixels.reshape(height, -1)
    filtered = np.empty((height, rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = _UP
    filtered[:1, 1:] = rows[:1]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_RLE)
    data = packer.compress(filtered.data) + packer.flush()
    return Picture(data, _flate_keys(width, height, n_channels, bits), n_channels, profile, dpi=dpi)


def as_jpeg(pixels: NDArray[np.uint8], dpi: tuple[float, float]) -> Picture:
    """RGB pixels with what loss nobody sees."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    height, width = pixels.shape[:2]
    keys = {"Width": width, "Height": height, "BitsPerComponent": 8, "Filter": Name.DCTDecode}
    return Picture(stream.getvalue(), keys, 3, dpi=dpi)


def _is_grey(pixels: NDArray[Any]) -> bool:
    first = pixels[:, :, 0]
    return bool((first == pixels[:, :, 1]).all() and (first == pixels[:, :, 2]).all())


def _flate_keys(width: int, height: int, n_channels: int, bits: int) -> dict[str, Any]:
    parameters = Dictionary(Predictor=15, Colors=n_channels, BitsPerComponent=bits, Columns=width)
    return {
        "Width": width,
        "Height": height,
        "BitsPerComponent": bits,
        "Filter": Name.FlateDecode,
        "DecodeParms": parameters,
    }


def _profile_of(image: Image.Image, n_channels: int) -> bytes:
    """The picture's ICC profile; empty if it has none or one that says nothing about such colours."""
    profile = image.info.get("icc_profile") or b""
    if len(profile) < _PROFILE_HEAD or profile[36:40] != b"acsp":
        return b""
    (size,) = struct.unpack_from(">I", profile)
    fits = _PROFILE_SPACES.get(profile[16:20]) == n_channels and size == len(profile)
    return profile if fits else b""


def _dpi_of(image: Image.Image) -> tuple[float, float] | None:
    """The file's own resolution, if the paper would then have a plausible size."""
    told = image.info.get("dpi")
    if told is None or not 0 < min(told) <= max(told) <= _MOST_UNEVEN * min(told):
        return None
    across, down = float(told[0]), float(told[1])
    return None if effective_dpi(image.width, image.height, (across, down))[1] else (across, down)


def _orientation_of(image: Image.Image) -> int:
    return int(image.getexif().get(_ORIENTATION, 1))
