"""Fax data (ITU-T T.4 and T.6) as they stand in PDF: whether the rows are all there."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
from PIL import Image

from sohoa.pages.formats.quiet import quiet
from sohoa.pages.imaging import Pixels

_EOL = "000000000001"
_TAIL_BYTES = 64
_FILLERS = (b"\x35\x9b\xd2\x6d" * 512, b"\x9a\x4d\xf6\x93" * 512)
"""Code words without meaning. Rows that are there do not change with what stands behind them."""
_ROW_MARK = b"\x00\x01"


def fax_is_whole(data: bytes, parameters: Any, width: int, height: int) -> bool:
    """Whether fax data hold all rows of a picture of `width` x `height`.

    Decoders leave missing rows white in silence. Data that end with their end mark are whole. Where a writer left
    it out, they are decoded twice, with different meaningless data behind them: rows that are missing then differ.

    Args:
        data: The packed rows.
        parameters: Decoding parameters of the stream (ISO 32000-1, table 11).
        width: Pixels of a row.
        height: Rows.
    """
    group = int(parameters.get("/K", 0))
    tail = "".join(f"{byte:08b}" for byte in data.rstrip(b"\0")[-_TAIL_BYTES:])
    # The end mark of group 3 is six times the mark that ends a row, with a tag bit behind each in two dimensions.
    if _EOL * 2 in tail or (_EOL + "1") * 2 in tail:
        return True
    if parameters.get("/EncodedByteAlign", False):
        return True  # rows that begin on whole bytes, which libtiff cannot read
    columns = int(parameters.get("/Columns", 1728))
    # Readers of group 3 look for the next mark of a row before they read on.
    fillers = _FILLERS if group < 0 else [(_ROW_MARK + filler[:8]) * height for filler in _FILLERS]
    first, second = (_decoded(data + filler, group, columns, height) for filler in fillers)
    return bool((first == second).all())


def _decoded(data: bytes, group: int, width: int, height: int) -> Pixels:
    entries = [
        (256, width),
        (257, height),
        (258, 1),
        (259, 4 if group < 0 else 3),
        (262, 0),
        (273, 0),
        (278, height),
        (279, len(data)),
        (292, 1 if group > 0 else 0),
    ]
    start = 8 + 2 + 12 * len(entries) + 4
    head = b"II*\0" + struct.pack("<IH", 8, len(entries))
    head += b"".join(struct.pack("<HHII", tag, 4, 1, start if tag == 273 else value) for tag, value in entries)
    with quiet(), Image.open(io.BytesIO(head + bytes(4) + data), formats=("TIFF",)) as image:
        return np.asarray(image).astype(np.uint8)
