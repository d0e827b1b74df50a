"""Fax data whose rows are missing: decoders leave them white, and say nothing."""

from __future__ import annotations

import pikepdf
import pytest
from PIL import Image

from sohoa.pages.formats.fax import fax_is_whole

from .kind_page import black_page, page_image
from .kind_tiffs import fax_data

_END = "000000000001" * 2
_FAX = {"group4": -1, "group3": 0}


def is_whole(data: bytes, compression: str = "group4", image: Image.Image | None = None, **more: object) -> bool:
    width, height = (image or black_page()).size
    parameters = pikepdf.Dictionary(K=_FAX[compression], Columns=width, Rows=height, **more)
    return fax_is_whole(data, parameters, width, height)


def busy_page() -> Image.Image:
    """A page in black and white with something in nearly every row."""
    return page_image().rotate(3).convert("1")


@pytest.mark.parametrize("compression", _FAX)
def test_whole_data_are_whole(compression: str) -> None:
    assert is_whole(fax_data(black_page(), compression), compression)


def without_end_mark(data: bytes) -> bytes:
    """Data of group 4 without the two codes that end them, which begin at any bit."""
    bits = "".join(f"{byte:08b}" for byte in data).rstrip("0")
    assert bits.endswith(_END)
    bits = bits.removesuffix(_END)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


@pytest.mark.parametrize("behind", [0, 3, 100])
@pytest.mark.parametrize("image", [black_page, busy_page])
def test_data_without_their_end_mark_are_whole_if_all_rows_are_there(image: object, behind: int) -> None:
    page = image()  # type: ignore[operator]
    assert is_whole(without_end_mark(fax_data(page)) + bytes(behind), image=page)


@pytest.mark.parametrize("compression", _FAX)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.7, 0.9, 0.97])
@pytest.mark.parametrize("image", [black_page, busy_page])
def test_a_cut_is_noticed_even_in_the_white_between_lines(compression: str, share: float, image: object) -> None:
    page = image()  # type: ignore[operator]
    data = fax_data(page, compression)
    assert not is_whole(data[: int(len(data) * share)], compression, page)


def test_rows_that_begin_on_whole_bytes_are_left_to_the_viewer() -> None:
    assert is_whole(fax_data(black_page())[:100], EncodedByteAlign=True)
