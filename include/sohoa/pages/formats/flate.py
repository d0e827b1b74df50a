"""Deflated data, unfolded no further than is asked."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_SLICE = 1024 * 1024
MOST_FOR_ONE = 1032
"""Bytes that one deflated byte can unfold to."""


def n_inflated(data: bytes, most: int) -> int:
    """Bytes that deflated data unfold to, counted no further than `most`."""
    total = 0
    for size in _inflated(data):
        total += size
        if total >= most:
            break
    return total


def _inflated(data: bytes) -> Iterator[int]:
    inflater = zlib.decompressobj()
    waiting = data
    try:
        while waiting and not inflater.eof:
            yield len(inflater.decompress(waiting, _SLICE))
            waiting = inflater.unconsumed_tail
        yield len(inflater.flush())
    except zlib.error:
        return
