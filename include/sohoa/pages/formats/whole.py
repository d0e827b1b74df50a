"""Whether image data are all there, by their structure alone: nothing is decoded."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

_PNG_HEAD = 8
_JP2_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_SIZ, _SOT, _EOC = 0xFF51, 0xFF90, 0xFFD9


class Box(NamedTuple):
    """A box of a JP2 file, or a chunk of a PNG: its type and where its content lies."""

    kind: bytes
    start: int
    end: int


def png_is_whole(data: memoryview) -> bool:
    """Whether every chunk of a PNG is there with its checksum, and the last one is the end mark."""
    for chunk in png_chunks(data):
        if zlib.crc32(data[chunk.start - 4 : chunk.end]) != struct.unpack_from(">I", data, chunk.end)[0]:
            return False
        if chunk.kind == b"IEND":
            return True
    return False


def png_chunks(data: memoryview) -> Iterator[Box]:
    """The chunks of a PNG that are there in full, each before its checksum."""
    at = _PNG_HEAD
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            return
        yield Box(kind, at + 8, end)
        at = end + 4


def webp_is_whole(data: memoryview) -> bool:
    """Whether a WebP file is as long as it says, and so are the chunks in it."""
    if len(data) < 20:
        return False
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    if end > len(data):
        return False
    at = 12
    while at + 8 <= end:
        at += 8 + (length := struct.unpack_from("<I", data, at + 4)[0]) + (length & 1)
    # An odd last chunk may lack its filler.
    return at in (end, end + 1)


def jp2_is_whole(data: memoryview) -> bool:
    """Whether the codestream of a JP2 file, or a bare one, holds all its tile parts and its end mark."""
    start, end = codestream_of(data)
    return codestream_is_whole(data[start:end])


def codestream_of(data: memoryview) -> tuple[int, int]:
    """Where the JPEG 2000 codestream begins and ends; (0, 0) if the boxes break off before it."""
    if bytes(data[:12]) != _JP2_SIGNATURE:
        return 0, len(data)
    for box in _boxes(data):
        if box.kind == b"jp2c":
            return box.start, box.end
    return 0, 0


def _boxes(data: memoryview) -> Iterator[Box]:
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if length == 1 and at + 16 <= len(data):
            (length,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        end = len(data) if length == 0 else at + length
        if length != 0 and length < head:
            return
        yield Box(kind, at + head, end)
        at = end


def codestream_is_whole(data: memoryview) -> bool:
    """Whether a JPEG 2000 codestream (ISO 15444-1, annex A) holds all its tile parts; its end mark may be missing.

    Writers of PDF files are known to leave the end mark out; what precedes it says how long it is.
    """
    at = 2
    if bytes(data[:2]) != b"\xff\x4f":
        return False
    while at + 4 <= len(data):
        marker, length = struct.unpack_from(">HH", data, at)
        if marker == _EOC:
            return True
        if marker == _SOT:
            if at + 12 > len(data):
                return False
            (part,) = struct.unpack_from(">I", data, at + 6)
            if part == 0:  # up to the end mark, wherever it is
                return bytes(data[-2:]) == b"\xff\xd9"
            at += part
            if at == len(data):
                return True
        else:
            at += 2 + length
    return bytes(data[at : at + 2]) == b"\xff\xd9"


def codestream_size(data: memoryview) -> tuple[int, int, int]:
    """Width, height and number of channels that a codestream declares; zeros if it does not begin as one."""
    if len(data) < 42 or struct.unpack_from(">H", data, 2)[0] != _SIZ:
        return 0, 0, 0
    right, bottom, left, top = struct.unpack_from(">IIII", data, 8)
    return max(0, right - left), max(0, bottom - top), struct.unpack_from(">H", data, 40)[0]


def jbig2_is_whole(data: memoryview) -> bool:
    """Whether the segments of a JBIG2 stream as it stands in PDF (ITU-T T.88, 7.2; no file header) are all there."""
    at, n_segments = 0, 0
    while at + 11 <= len(data):
        number, flags = struct.unpack_from(">IB", data, at)
        at += 5
        n_referred = data[at] >> 5
        if n_referred == 7:
            n_referred = struct.unpack_from(">I", data, at)[0] & 0x1FFFFFFF
            at += 4 + (n_referred + 8) // 8
        else:
            at += 1
        at += n_referred * (1 if number <= 256 else 2 if number <= 65536 else 4)
        at += 4 if flags & 0x40 else 1
        if at + 4 > len(data):
            return False
        (length,) = struct.unpack_from(">I", data, at)
        at += 4
        if length == 0xFFFFFFFF:  # of a generic region that ends with its own mark
            return True
        at += length
        n_segments += 1
    return n_segments > 0 and at <= len(data)
