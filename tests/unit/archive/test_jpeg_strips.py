"""JPEG strips of TIFF pages joined without decoding: the same coefficients, or a refusal."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sohoa.archive.jpeg_strips import NotJoinable, is_readable_everywhere, join_strips


def picture(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Smooth colours with noise, so that every block differs."""
    channels = {"L": 1, "RGB": 3}[mode]
    ramp = np.linspace(0, 200, width * height * channels).reshape(height, width, channels)
    noise = np.random.default_rng(width * height).integers(0, 50, ramp.shape)
    pixels = (ramp + noise).astype(np.uint8)
    return Image.fromarray(pixels[:, :, 0] if mode == "L" else pixels)


def jpeg(image: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=80, **options)
    return stream.getvalue()


def strips_of(image: Image.Image, rows: int, **options: object) -> list[bytes]:
    return [
        jpeg(image.crop((0, top, image.width, min(top + rows, image.height))), **options)
        for top in range(0, image.height, rows)
    ]


def pixels_of(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(1, 70),
    height=st.integers(1, 150),
    blocks=st.integers(1, 6),
    kind=st.sampled_from([("L", 0), ("RGB", 0), ("RGB", 2)]),
)
def test_joined_strips_show_the_pixels_of_each_strip(
    width: int, height: int, blocks: int, kind: tuple[str, int]
) -> None:
    mode, subsampling = kind
    rows = blocks * (16 if subsampling else 8)
    image = picture(width, height, mode)
    options = {"subsampling": subsampling} if mode == "RGB" else {}
    strips = strips_of(image, rows, **options)
    whole = join_strips(b"", strips, (width, height), rows, ycc=True)
    got = pixels_of(whole).astype(int)
    wanted = np.concatenate([pixels_of(strip) for strip in strips]).astype(int)
    assert got.shape == wanted.shape
    # Where colours are coarser than pixels a decoder smoothes them over the seams of strips.
    assert np.abs(got - wanted).max() <= (60 if subsampling else 0)
    assert np.abs(got - wanted).mean() < 2


def test_more_strips_than_restart_markers_have_numbers_keep_their_order() -> None:
    image = picture(40, 8 * 30)
    strips = strips_of(image, 8, subsampling=0)
    got = pixels_of(join_strips(b"", strips, image.size, 8, ycc=True))
    assert (got == np.concatenate([pixels_of(strip) for strip in strips])).all()


def test_tables_kept_apart_are_put_back() -> None:
    data = jpeg(picture(40, 40), subsampling=0)
    tables, strip, position = b"\xff\xd8", b"\xff\xd8", 2
    while data[position + 1] != 0xDA:
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4])
        if data[position + 1] in (0xC4, 0xDB):
            tables += data[position:end]
        else:
            strip += data[position:end]
        position = end
    strip += data[position:]
    with pytest.raises((OSError, SyntaxError)):
        Image.open(io.BytesIO(strip)).load()
    whole = join_strips(tables + b"\xff\xd9", [strip], (40, 40), 40, ycc=True)
    assert (pixels_of(whole) == pixels_of(data)).all()


def test_channels_that_are_red_green_and_blue_stay_so() -> None:
    image = picture(16, 16)
    data = jpeg(image, keep_rgb=True)
    assert (pixels_of(join_strips(b"", [data], (16, 16), 16, ycc=False)) == pixels_of(data)).all()


@pytest.mark.parametrize(
    "strips",
    [
        [jpeg(picture(16, 16)), jpeg(picture(24, 16))],
        [jpeg(picture(16, 16), subsampling=0), jpeg(picture(16, 16), subsampling=2)],
        [jpeg(picture(16, 16)), jpeg(picture(16, 16), qtables=[[1] * 64] * 2)],
        [jpeg(picture(16, 16), progressive=True)] * 2,
        [jpeg(picture(16, 16)), b""],
        [jpeg(picture(16, 16)), b"\xff\xd8\xff\xd9"],
        [jpeg(picture(16, 16))[:40]] * 2,
        [b"no JPEG"] * 2,
        [jpeg(picture(16, 8), subsampling=2)] * 4,
    ],
    ids=["widths", "sampling", "tables", "progressive", "empty", "no scan", "cut", "other data", "half blocks"],
)
def test_strips_that_do_not_belong_together_are_refused(strips: list[bytes]) -> None:
    rows = 32 // len(strips)
    with pytest.raises(NotJoinable):
        join_strips(b"", strips, (16, 32), rows, ycc=True)


def test_only_kinds_that_pdf_knows_are_called_readable() -> None:
    usual = jpeg(picture(16, 16))
    assert is_readable_everywhere(usual)
    assert is_readable_everywhere(jpeg(picture(16, 16), progressive=True))
    arithmetic = usual.replace(b"\xff\xc0", b"\xff\xc9", 1)
    twelve_bits = usual.replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c", 1)
    assert not any(map(is_readable_everywhere, (arithmetic, twelve_bits, b"", b"text", usual[:20])))
