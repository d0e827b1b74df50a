"""JPEG data out of TIFF strips, joined into one picture without decoding it."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_START, _END = b"\xff\xd8", b"\xff\xd9"
_SCAN, _RESTART_INTERVAL, _ADOBE = 0xDA, 0xDD, 0xEE
_TABLES = frozenset({0xC4, 0xDB})  # Huffman, quantisation
_SEQUENTIAL = frozenset({0xC0, 0xC1})
_EVERY_READERS = frozenset({0xC0, 0xC1, 0xC2})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BLOCK = 8  # pixels
_RESTARTS = 8  # restart markers are numbered 0 to 7
_LARGEST = 65535


class NotJoinable(ValueError):
    """The data are no strips of one sequential JPEG picture."""


@dataclass(frozen=True)
class _Strip:
    tables: tuple[bytes, ...]
    frame: bytes  # SOF segment
    scan: bytes  # SOS segment
    data: bytes  # entropy-coded, without the end mark


def join_strips(tables: bytes, strips: Sequence[bytes], size: tuple[int, int], rows: int, *, ycc: bool) -> bytes:
    """One JPEG file out of the strips of a TIFF frame, bit for bit the same coefficients.

    Each strip is coded by itself, which is just what a restart interval is; tiff2pdf joins them so too.

    Args:
        tables: The tag JPEGTables, empty if each strip brings its own (TIFF Technical Note 2).
        strips: Their data, top to bottom.
        size: Width and height of the frame in pixels.
        rows: Of a strip; the last may have fewer.
        ycc: Whether three channels are luminance and colour differences rather than red, green and blue.

    Raises:
        NotJoinable: the strips differ in their tables, are progressive, or do not end at whole blocks.
    """
    width, height = size
    common = tuple(segment for marker, segment in _segments(tables) if marker in _TABLES)
    parsed = [_strip(data) for data in strips]
    first = parsed[0]
    if not all(strip.tables == first.tables and strip.scan == first.scan for strip in parsed):
        raise NotJoinable("tables differ")
    for number, strip in enumerate(parsed):
        if strip.frame != _resized(first.frame, width, min(rows, height - number * rows)):
            raise NotJoinable("strips differ")
    restart = b"" if len(parsed) == 1 else _restart_interval(first.frame, width, rows)
    n_channels = first.frame[9]
    colours = struct.pack(">BBH5sHHHB", 0xFF, _ADOBE, 14, b"Adobe", 100, 0, 0, int(ycc)) if n_channels > 1 else b""
    head = b"".join([_START, colours, *common, *first.tables, _resized(first.frame, width, height), restart])
    parts = [head, first.scan, first.data]
    for number, strip in enumerate(parsed[1:]):
        parts += [bytes((0xFF, 0xD0 + number % _RESTARTS)), strip.data]
    return b"".join([*parts, _END])


def is_readable_everywhere(data: bytes) -> bool:
    """Whether a JPEG file is of a kind that PDF knows: sequential or progressive, Huffman-coded, 8 bits."""
    try:
        for marker, segment in _segments(data):
            if marker in _FRAMES:
                return marker in _EVERY_READERS and segment[4] == _BLOCK
    except NotJoinable:
        pass
    return False


def _strip(data: bytes) -> _Strip:
    tables: list[bytes] = []
    frame = b""
    end = 2
    for marker, segment in _segments(data):
        end += len(segment)
        if marker in _TABLES:
            tables.append(segment)
        elif marker in _SEQUENTIAL and segment[4] == _BLOCK:
            frame = segment
        elif marker in _FRAMES or (marker == _RESTART_INTERVAL and segment[4:] != b"\0\0"):
            raise NotJoinable(f"marker {marker:x}")
        elif marker == _SCAN:
            stop = data.rfind(_END)
            if not frame or segment[4] != frame[9] or stop < end:
                raise NotJoinable("no single scan")
            return _Strip(tuple(tables), frame, segment, data[end:stop])
    raise NotJoinable("no scan")


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and whole segment of each, up to the scan's."""
    if not data:
        return
    if data[:2] != _START:
        raise NotJoinable("no JPEG data")
    position = 2
    while position + 4 <= len(data):
        mark, marker, length = struct.unpack_from(">BBH", data, position)
        if mark != 0xFF or marker == _END[1]:
            break
        if marker == 0xFF:  # padding
            raise NotJoinable("padded markers")
        yield marker, data[position : position + 2 + length]
        if marker == _SCAN:
            return
        position += 2 + length


def _resized(frame: bytes, width: int, height: int) -> bytes:
    if max(width, height) > _LARGEST:
        raise NotJoinable("too large for JPEG")
    return frame[:5] + struct.pack(">HH", height, width) + frame[9:]


def _restart_interval(frame: bytes, width: int, rows: int) -> bytes:
    factors = [frame[11 + 3 * channel] for channel in range(frame[9])]
    # A picture of one channel is coded block by block, whatever its factors say.
    across, down = (max(f >> 4 for f in factors), max(f & 15 for f in factors)) if len(factors) > 1 else (1, 1)
    if rows % (_BLOCK * down):
        raise NotJoinable("strips end within a block")
    units = -(-width // (_BLOCK * across)) * (rows // (_BLOCK * down))
    if units > _LARGEST:
        raise NotJoinable("strips are too large")
    return struct.pack(">BBHH", 0xFF, _RESTART_INTERVAL, 4, units)
