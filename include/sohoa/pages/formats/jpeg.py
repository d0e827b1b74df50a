"""JPEG data: where they end, whether they are all there, and their pixels."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

import cv2
import numpy as np

from sohoa.pages.formats.quiet import quiet
from sohoa.pages.imaging import Pixels

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_SEQUENTIAL = frozenset({0xC0, 0xC1})
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a segment
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_N_COEFFICIENTS = 64
_FEW = 16  # bytes of filler, too little to hold a row of blocks
_FILLERS = tuple(bytes((7 * n * n + step * n) % 251 for n in range(4096)) for step in (3, 11))
"""Bytes without meaning, none of them the first of a marker."""

_REDUCTIONS = (8, 4, 2)
_NEARLY = 0.99  # resolutions are rounded: 199.99 dots are 200
_FLAGS = {
    1: cv2.IMREAD_COLOR_RGB,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2 | cv2.IMREAD_COLOR_RGB,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4 | cv2.IMREAD_COLOR_RGB,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_COLOR_RGB,
}


def reduction_for(dpi: float, wanted: float) -> int:
    """The largest factor (1, 2, 4 or 8) by which `dpi` can be divided and is still what is wanted."""
    return next((one for one in _REDUCTIONS if dpi / one >= wanted * _NEARLY), 1)


@dataclass
class Jpeg:
    """The structure of JPEG data (ITU-T T.81, annex B).

    Attributes:
        width, height: pixels, as they lie in the data.
        n_components: 1 grey, 3 colour, 4 CMYK.
        sequential: whether all components come in one scan, line after line.
        end: offset of the end mark of the first picture; None if there is none.
    """

    width: int = 0
    height: int = 0
    n_components: int = 0
    sequential: bool = False
    end: int | None = None
    _precision: dict[int, list[int]] = field(default_factory=dict)

    @property
    def refined(self) -> bool:
        """Whether progressive scans brought every coefficient in full."""
        return all(low == 0 for bits in self._precision.values() for low in bits)


def parse_jpeg(data: bytes) -> Jpeg | None:
    """The structure of JPEG data; None if they break off before the first scan, or are no JPEG."""
    jpeg = Jpeg()
    kind, at = 0, 2
    if not data.startswith(b"\xff\xd8"):
        return None
    while found := _NEXT_MARKER.search(data, at):
        marker, at = data[found.end() - 1], found.end()
        if marker == _EOI:
            jpeg.end = found.start()
            break
        if marker in _BARE or marker == _SOI:
            continue
        segment = data[at + 2 : at + int.from_bytes(data[at : at + 2])]
        if marker in _FRAMES and not jpeg.n_components and len(segment) >= 6:
            kind = marker
            jpeg.height, jpeg.width, jpeg.n_components = struct.unpack(">HHB", segment[1:6])
            jpeg._precision = {
                number: [_N_COEFFICIENTS] * _N_COEFFICIENTS for number in segment[6 : 6 + 3 * jpeg.n_components : 3]
            }
        at += 2 + len(segment)
        if marker == _SOS and segment:
            jpeg.sequential = kind in _SEQUENTIAL and segment[0] == jpeg.n_components
            if jpeg.sequential:
                end = data.find(b"\xff\xd9", at)
                jpeg.end = end if end >= 0 else None
                break
            _note_scan(jpeg, segment)
    return jpeg if jpeg.n_components else None


def _note_scan(jpeg: Jpeg, segment: bytes) -> None:
    n = segment[0]
    if len(segment) < 4 + 2 * n:
        return
    first, last, bits = segment[1 + 2 * n : 4 + 2 * n]
    for number in segment[1 : 1 + 2 * n : 2]:
        for index in range(first, min(last, _N_COEFFICIENTS - 1) + 1):
            if number in jpeg._precision:
                jpeg._precision[number][index] = bits & 15


def jpeg_pixels(data: bytes, jpeg: Jpeg, reduction: int = 1) -> Pixels | None:
    """Pixels (RGB, as they lie in the data) at 1/`reduction` of the size; None if data are missing or cannot be read.

    At a premature end mark decoders fill the rest of the picture in silence. With filler in place of that mark a
    decoder that still needs data runs out of them and says so. One of progressive data cannot run out of them, but
    if it needs more it takes the filler for data, and what it shows depends on which filler that is.
    """
    if jpeg.sequential:
        return _decoded((data[: jpeg.end] if jpeg.end is not None else data.rstrip(b"\0")) + bytes(_FEW), reduction)
    if jpeg.end is None or not jpeg.refined:
        return None
    first, second = (_decoded(data[: jpeg.end] + filler + b"\xff\xd9", reduction) for filler in _FILLERS)
    return first if first is not None and second is not None and (first == second).all() else None


def jpeg_is_whole(data: bytes, jpeg: Jpeg) -> bool:
    """Whether no data are missing: all of them are read, at a fraction of the work of decoding them in full."""
    # At an eighth of the size progressive data would show their first scan only.
    return jpeg_pixels(data, jpeg, 8 if jpeg.sequential else 4) is not None


def _decoded(data: bytes, reduction: int) -> Pixels | None:
    with quiet():
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), _FLAGS[reduction] | cv2.IMREAD_IGNORE_ORIENTATION)
    return None if pixels is None else np.asarray(pixels, dtype=np.uint8)
