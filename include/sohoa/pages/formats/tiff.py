"""The directories of a TIFF file (TIFF 6.0, and BigTIFF): which are pages, and whether their data are all there."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from sohoa.pages.sandbox import Unreadable

_SUBFILE, _OLD_SUBFILE = 254, 255
_WIDTH, _HEIGHT = 256, 257
_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES = 273, 279, 324, 325
_JPEG, _JPEG_BYTES = 513, 514
_REDUCED, _MASK = 1, 4  # bits of the subfile type
_OLD_REDUCED = 2
_TAGS = frozenset(
    {_SUBFILE, _OLD_SUBFILE, _WIDTH, _HEIGHT, _STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES, _JPEG, _JPEG_BYTES}
)
_TYPES = {3: "u2", 4: "u4", 13: "u4", 16: "u8", 18: "u8"}  # of the tags above
_BYTES = {3: 2, 8: 2, 4: 4, 9: 4, 11: 4, 13: 4, 5: 8, 10: 8, 12: 8, 16: 8, 17: 8, 18: 8}  # of a value; others one
_MOST_ENTRIES = 4096

_Numbers = NDArray[np.uint64]


@dataclass(frozen=True)
class Directory:
    """One image of a TIFF file.

    Attributes:
        index: its place in the chain of directories, from 0.
        width, height: pixels.
        reduced: whether it says that it is a smaller copy of another image.
        mask: whether it says that it is a transparency mask.
        data: offset and length of each of its strips or tiles; None where the file does not tell.
    """

    index: int
    width: int
    height: int
    reduced: bool
    mask: bool
    data: tuple[_Numbers, _Numbers] | None


def page_directories(path: Path, most: int) -> list[Directory]:
    """The directories that are pages, in order; smaller copies (thumbnails) and masks are not.

    Args:
        path: The file.
        most: Read no more directories than this and one.

    Raises:
        Unreadable: file.truncated where the file ends before what it points at, file.damaged otherwise.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, io.SEEK_END)
        found: list[Directory] = []
        for directory in _chain(stream, size):
            found.append(directory)
            if directory.data is not None and _lies_behind(directory.data, size):
                raise Unreadable("file.truncated", f"data of image {directory.index + 1} lie behind the end")
            if len(found) > most:
                break
    full = [one for one in found if not one.reduced and not one.mask]
    return [one for one in found if not one.mask and not (one.reduced and _has_larger(one, full))]


def _lies_behind(data: tuple[_Numbers, _Numbers], size: int) -> bool:
    begin, length = data
    # Each for itself too: the sum of two large numbers may be a small one.
    return bool(((begin > size) | (length > size) | (begin + length > size)).any())


def _has_larger(one: Directory, full: list[Directory]) -> bool:
    """Whether an image beside this one is larger: some programs call every page a reduced one."""
    nearest = sorted(full, key=lambda other: abs(other.index - one.index))[:2]
    return any(other.width * other.height > one.width * one.height for other in nearest)


def _chain(stream: BinaryIO, size: int) -> Iterator[Directory]:
    head = _read(stream, 0, 16, least=8)
    order = "<" if head[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", head, 2)[0] == 43
    (offset,) = struct.unpack_from(order + ("Q" if big else "I"), head.ljust(16, b"\0"), 8 if big else 4)
    seen: set[int] = set()
    while offset:
        if offset in seen:
            raise Unreadable("file.damaged", "its directories form a ring")
        seen.add(offset)
        directory, offset = _directory(stream, size, offset, len(seen) - 1, order, big)
        yield directory


def _directory(stream: BinaryIO, size: int, offset: int, index: int, order: str, big: bool) -> tuple[Directory, int]:
    count_form, entry_bytes, next_form = ("Q", 20, "Q") if big else ("H", 12, "I")
    count_bytes, next_bytes = struct.calcsize(count_form), struct.calcsize(next_form)
    (count,) = struct.unpack(order + count_form, _read(stream, offset, count_bytes))
    if count > _MOST_ENTRIES:
        raise Unreadable("file.damaged", f"directory {index + 1} has {count} entries")
    table = _read(stream, offset + count_bytes, count * entry_bytes + next_bytes)
    values: dict[int, _Numbers] = {}
    for at in range(0, count * entry_bytes, entry_bytes):
        tag, kind = struct.unpack_from(order + "HH", table, at)
        entry = table[at : at + entry_bytes]
        _check_place(entry, size, order, big)
        if tag in _TAGS and kind in _TYPES:
            values[tag] = _values(stream, entry, order, big, _TYPES[kind])
    (following,) = struct.unpack_from(order + next_form, table, count * entry_bytes)
    width, height = (int(values[tag][0]) if len(values.get(tag, ())) else 0 for tag in (_WIDTH, _HEIGHT))
    subfile = int(values[_SUBFILE][0]) if len(values.get(_SUBFILE, ())) else 0
    old = int(values[_OLD_SUBFILE][0]) if len(values.get(_OLD_SUBFILE, ())) else 0
    reduced = bool(subfile & _REDUCED) or old == _OLD_REDUCED
    return Directory(index, width, height, reduced, bool(subfile & _MASK), _data(values)), following


def _check_place(entry: bytes, size: int, order: str, big: bool) -> None:
    """Raise Unreadable if an entry points behind the end of the file."""
    form = order + ("HHQQ" if big else "HHII")
    tag, kind, count, offset = struct.unpack(form, entry)
    n_bytes = count * _BYTES.get(kind, 1)
    if n_bytes > (8 if big else 4) and offset + n_bytes > size:
        raise Unreadable("file.truncated", f"the values of tag {tag} lie behind the end")


def _values(stream: BinaryIO, entry: bytes, order: str, big: bool, form: str) -> _Numbers:
    (count,) = struct.unpack_from(order + ("Q" if big else "I"), entry, 4)
    inline = entry[12 if big else 8 :]
    n_bytes = count * int(form[1])
    if n_bytes > len(inline):
        (offset,) = struct.unpack(order + ("Q" if big else "I"), inline)
        inline = _read(stream, offset, n_bytes)
    return np.frombuffer(inline[:n_bytes], order + form).astype(np.uint64)


def _data(values: dict[int, _Numbers]) -> tuple[_Numbers, _Numbers] | None:
    for starts, lengths in ((_STRIPS, _STRIP_BYTES), (_TILES, _TILE_BYTES), (_JPEG, _JPEG_BYTES)):
        begin, length = values.get(starts), values.get(lengths)
        if begin is not None and length is not None and len(begin) == len(length) > 0 and length.all():
            return begin, length
    return None


def _read(stream: BinaryIO, offset: int, n_bytes: int, least: int | None = None) -> bytes:
    try:
        stream.seek(offset)
    except (OSError, OverflowError, ValueError) as error:
        raise Unreadable("file.truncated", f"nothing at {offset}") from error
    found = stream.read(n_bytes)
    if len(found) < (n_bytes if least is None else least):
        raise Unreadable("file.truncated", f"it ends within what lies at {offset}")
    return found
