"""JPEG 2000 pictures at a fraction of their size."""

from __future__ import annotations

import io

from PIL import Image

from sohoa.pages.formats.media import JP2, PILLOW_FORMATS


def jp2_image(data: bytes, reduction: int) -> tuple[Image.Image, int]:
    """The decoded picture, and by how much it is reduced: by `reduction` (1, 2, 4 or 8) or less.

    Raises:
        OSError, SyntaxError, ValueError: it cannot be decoded.
    """
    image = Image.open(io.BytesIO(data), formats=PILLOW_FORMATS[JP2])
    while reduction > 1 and not all(_is_rounded_alike(side, reduction) for side in image.size):
        reduction //= 2
    if reduction > 1:
        image.reduce = reduction.bit_length() - 1  # type: ignore[assignment,method-assign]
        try:
            image.load()
        except OSError:
            # It may hold fewer levels of detail.
            return jp2_image(data, 1)
    image.load()
    return image, reduction


def _is_rounded_alike(side: int, reduction: int) -> bool:
    """Whether Pillow expects as many pixels as there are: the standard rounds up, Pillow to the nearest."""
    return (side + reduction // 2) // reduction == -(-side // reduction)
