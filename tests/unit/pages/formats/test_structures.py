"""Parsers of untrusted bytes: whatever they meet, they answer or refuse."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pages.scans import write
from sohoa.pages import Unreadable
from sohoa.pages.formats.files import JP2, JPEG, PDF, PNG, TIFF, WEBP, count_pages, media_type
from sohoa.pages.formats.jpeg import jpeg_is_whole, parse_jpeg
from sohoa.pages.formats.tiff import page_directories
from sohoa.pages.formats.whole import (
    codestream_is_whole,
    codestream_size,
    jbig2_is_whole,
    jp2_is_whole,
    png_is_whole,
    webp_is_whole,
)

from .kind_page import black_page
from .kind_pdfs import jbig2_data, jpeg_pdf
from .kinds import content_of

EXAMPLES = {TIFF: "tiff g4", JPEG: "jpeg", PNG: "png grey", WEBP: "webp", JP2: "jpeg 2000", PDF: "pdf with a crop box"}
PATIENT = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@st.composite
def spoilt(draw: st.DrawFn, name: str) -> bytes:
    """A good file with some bytes changed, cut out or doubled."""
    content = bytearray(content_of(name))
    for _ in range(draw(st.integers(1, 4))):
        # What matters stands near the beginning or near the end.
        near = draw(st.integers(0, min(400, len(content) - 1)))
        at = near if draw(st.booleans()) else len(content) - 1 - near
        patch = draw(st.binary(max_size=8))
        content[at : at + draw(st.integers(0, 8))] = patch
    return bytes(content)


@pytest.mark.parametrize("kind", EXAMPLES)
@PATIENT
@given(data=st.data())
def test_a_spoilt_file_is_counted_or_refused(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    path = write(tmp_path / "a", data.draw(spoilt(EXAMPLES[kind])))
    found: tuple[object, int] = (kind, 1)
    with suppress(Unreadable):
        found = count_pages(path, max_pages=10, max_megapixels=20)
    assert found[1] >= 1


@PATIENT
@given(head=st.sampled_from([b"II*\0", b"MM\0*", b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0"]), rest=st.binary(max_size=300))
def test_a_tiff_of_noise_is_refused_or_has_pages_only(tmp_path: Path, head: bytes, rest: bytes) -> None:
    path = write(tmp_path / "a", head + rest)
    with suppress(Unreadable):
        assert len(page_directories(path, most=10)) <= 11


@given(content=st.binary(max_size=300))
def test_noise_is_never_whole(content: bytes) -> None:
    view = memoryview(content)
    assert not png_is_whole(memoryview(b"\x89PNG\r\n\x1a\n" + content))
    assert not codestream_is_whole(memoryview(b"\0\0" + content))
    assert codestream_size(view) >= (0, 0, 0)
    for is_whole in (webp_is_whole, jp2_is_whole, jbig2_is_whole):
        assert is_whole(view) in (True, False)
    jpeg = parse_jpeg(b"\xff\xd8\xff" + content)
    assert jpeg is None or not jpeg_is_whole(b"\xff\xd8\xff" + content, jpeg)


@pytest.mark.parametrize("name", ["jpeg", "jpeg grey", "jpeg progressive", "jpeg of several pictures"])
def test_the_structure_of_a_jpeg_is_told(name: str) -> None:
    content = content_of(name)
    jpeg = parse_jpeg(content)
    assert jpeg is not None
    assert (jpeg.width, jpeg.height) == black_page().size
    assert jpeg.n_components == (1 if "grey" in name else 3)
    assert jpeg.sequential is ("progressive" not in name)
    assert jpeg.sequential or jpeg.refined
    assert jpeg.end is not None
    assert content[jpeg.end : jpeg.end + 2] == b"\xff\xd9"
    assert (jpeg.end == len(content) - 2) is ("several" not in name)


@pytest.mark.parametrize("cut", [20, 60, 200, 2000])
def test_every_missing_piece_of_a_jpeg_is_noticed(cut: int) -> None:
    content = content_of("jpeg")
    for end in (b"", b"\xff\xd9"):
        short = content[: -2 - cut] + end
        jpeg = parse_jpeg(short)
        assert jpeg is not None
        assert not jpeg_is_whole(short, jpeg)


def test_a_jpeg_that_only_lacks_its_end_mark_is_whole() -> None:
    content = content_of("jpeg")[:-2]
    jpeg = parse_jpeg(content)
    assert jpeg is not None
    assert jpeg.end is None
    assert jpeg_is_whole(content, jpeg)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.98])
def test_a_cut_jbig2_stream_is_not_whole(share: float) -> None:
    whole = jbig2_data(black_page())
    assert jbig2_is_whole(memoryview(whole))
    assert not jbig2_is_whole(memoryview(whole[: int(len(whole) * share)]))


@pytest.mark.parametrize("magic", [b"PK\x03\x04", b"Rar!\x1a\x07\x00"])
def test_a_package_with_a_pdf_at_its_beginning_is_a_package(tmp_path: Path, magic: bytes) -> None:
    path = write(tmp_path / "a", magic + bytes(26) + jpeg_pdf())
    with pytest.raises(Unreadable) as refusal:
        media_type(path)
    assert refusal.value.reason == "file.packed"
