"""What a file is, and whether it is whole: `it opens` is no proof (anchors.md §4)."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from pages.scans import as_bytes, noisy, pdf_of, png_bomb, write
from sohoa.pages import PageWorker, Unreadable
from sohoa.pages.formats.files import JPEG, PDF, PNG, TIFF, count_pages, ends_properly, media_type
from sohoa.settings import Settings

LIMITS = {"max_pages": 100, "max_megapixels": 50}
SHARES = (0.60, 0.90, 0.99)


def tiff_of(n: int, compression: str = "tiff_lzw") -> bytes:
    pages = [noisy(seed) for seed in range(n)]
    if compression == "group4":
        pages = [page.convert("1") for page in pages]
    return as_bytes(pages[0], "TIFF", append_images=pages[1:], compression=compression)


def reason_of(path: Path, **limits: int) -> str:
    with pytest.raises(Unreadable) as refusal:
        count_pages(path, **{**LIMITS, **limits})
    return refusal.value.reason


WHOLE = {
    PDF: lambda: pdf_of([noisy(1), noisy(2), noisy(3)]),
    TIFF: lambda: tiff_of(3),
    JPEG: lambda: as_bytes(noisy(1), "JPEG"),
    PNG: lambda: as_bytes(noisy(1), "PNG"),
}


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("name", ["scan.pdf", "scan.tif", "scan.jpg", "no-ending", "quyết định.docx"])
def test_the_type_is_told_by_content_not_by_name(tmp_path: Path, kind: str, name: str) -> None:
    path = write(tmp_path / name, WHOLE[kind]())
    assert media_type(path) == kind
    assert count_pages(path, **LIMITS) == (kind, 3 if kind in (PDF, TIFF) else 1)
    assert ends_properly(path)


def test_a_pdf_header_behind_a_byte_order_mark_or_a_scanner_s_line_is_found(tmp_path: Path) -> None:
    path = write(tmp_path / "a", b"\xef\xbb\xbfSCANNER 1.0\r\n" + WHOLE[PDF]())
    assert media_type(path) == PDF


@pytest.mark.parametrize("kind", [TIFF, JPEG, PNG, PDF])
@pytest.mark.parametrize("share", SHARES)
def test_a_cut_file_is_truncated_and_does_not_end_properly(tmp_path: Path, kind: str, share: float) -> None:
    whole = WHOLE[kind]()
    path = write(tmp_path / "a", whole[: int(len(whole) * share)])
    assert reason_of(path) == "file.truncated"
    assert not ends_properly(path)


@pytest.mark.parametrize("share", [0.30, *SHARES])
def test_a_cut_linearised_pdf_is_refused_although_it_declares_all_its_pages(tmp_path: Path, share: float) -> None:
    whole = pdf_of([noisy(1), noisy(2), noisy(3)], linearize=True)
    path = write(tmp_path / "a", whole[: int(len(whole) * share)])
    assert b"/N 3 " in path.read_bytes()[:1024], "no longer the case that this is about"
    assert reason_of(path) == "file.truncated"


def test_a_small_linearised_pdf_cut_behind_its_first_end_mark_is_refused(tmp_path: Path) -> None:
    """Its first cross-reference table ends with an %%EOF of its own, which might be taken for the last."""
    stream = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(3):
            pdf.add_blank_page()
        pdf.save(stream, linearize=True)
    whole = stream.getvalue()
    first_mark = whole.index(b"%%EOF") + len(b"%%EOF\n")
    for end in (first_mark, first_mark + 20, int(len(whole) * 0.9)):
        with pytest.raises(Unreadable):
            count_pages(write(tmp_path / "a", whole[:end]), **LIMITS)


def test_a_whole_linearised_pdf_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a", pdf_of([noisy(1), noisy(2)], linearize=True))
    assert count_pages(path, **LIMITS) == (PDF, 2)


def test_a_pdf_with_an_appended_signature_is_whole(tmp_path: Path) -> None:
    """An incremental update makes a linearised file longer than it says, which is no fault."""
    path = write(tmp_path / "a", pdf_of([noisy(1)], linearize=True))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.docinfo["/Producer"] = "test"
    content = path.read_bytes()
    start = content.rindex(b"startxref") + len("startxref")
    previous = content[start:].split()[0].decode()
    size = content.split(b"/Size ")[1].split()[0].decode()
    update = (
        f"\nxref\n0 0\ntrailer << /Size {size} /Root 1 0 R /Prev {previous} >>\nstartxref\n{len(content) + 1}\n%%EOF\n"
    )
    with pikepdf.open(path) as pdf:
        root = pdf.Root.objgen[0]
    write(path, content + update.replace("/Root 1", f"/Root {root}").encode())
    assert count_pages(path, **LIMITS) == (PDF, 1)


def test_a_pdf_cut_in_the_middle_and_closed_again_is_not_recovered_in_silence(tmp_path: Path) -> None:
    whole = WHOLE[PDF]()
    path = write(tmp_path / "a", whole[: len(whole) // 2] + b"\n%%EOF\n")
    assert reason_of(path) in ("file.damaged", "file.truncated")


def test_a_multi_page_g4_tiff_that_is_cut_is_refused(tmp_path: Path) -> None:
    whole = tiff_of(4, "group4")
    assert count_pages(write(tmp_path / "a", whole), **LIMITS) == (TIFF, 4)
    for share in SHARES:
        path = write(tmp_path / "b", whole[: int(len(whole) * share)])
        assert reason_of(path) == "file.truncated"


def test_a_locked_pdf_needs_its_password(tmp_path: Path) -> None:
    locked = pikepdf.Encryption(owner="o", user="u")
    assert reason_of(write(tmp_path / "a", pdf_of([noisy(1)], encryption=locked))) == "file.needs_password"


def test_a_pdf_that_only_forbids_changes_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a", pdf_of([noisy(1)], encryption=pikepdf.Encryption(owner="o", user="")))
    assert count_pages(path, **LIMITS) == (PDF, 1)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file.empty"),
        (b"PK\x03\x04 a package", "file.packed"),
        (b"just text", "file.unknown_type"),
        (b"\0" * 5000, "file.unknown_type"),
        (b"%PDF-1.4\n%%EOF\n", "file.truncated"),
        (b"\xff\xd8\xff\xe0 nothing", "file.damaged"),
        (b"\x89PNG\r\n\x1a\n", "file.truncated"),
        (b"II*\x00\x08\x00\x00\x00", "file.truncated"),
    ],
)
def test_what_is_no_scan_is_refused_with_its_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = write(tmp_path / "scan.pdf", content)
    assert reason_of(path) == reason
    assert not ends_properly(path) or content.endswith(b"%%EOF\n")


def test_a_pdf_without_pages_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.save(stream)
    assert reason_of(write(tmp_path / "a", stream.getvalue())) == "file.no_pages"


def test_more_pages_than_allowed_are_refused(tmp_path: Path) -> None:
    assert reason_of(write(tmp_path / "a", WHOLE[TIFF]()), max_pages=2) == "file.too_many_pages"
    assert reason_of(write(tmp_path / "a", WHOLE[PDF]()), max_pages=2) == "file.too_many_pages"


def huge_tiff(side: int, *, behind: Image.Image | None = None) -> bytes:
    """A TIFF whose last page says it is `side` x `side`, in a few bytes."""
    last = Image.new("1", (1111, 1222))
    options = {"compression": "group4"}
    content = as_bytes(behind or last, "TIFF", **({"append_images": [last]} if behind else {}), **options)
    for tag, size in ((256, 1111), (257, 1222), (278, 1222)):
        for kind, form in ((3, "<HHIHxx"), (4, "<HHII")):
            old = struct.pack(form, tag, kind, 1, size)
            content = content.replace(old, struct.pack("<HHII", tag, 4, 1, side))
    return content


@pytest.fixture
def small_worker(tmp_path: Path) -> Iterator[PageWorker]:
    """A worker that would break down if it decoded a page of a gigapixel."""
    with PageWorker(Settings(home=tmp_path, ocr_memory_mb=1024)) as worker:
        yield worker


@pytest.mark.parametrize(
    "content",
    [
        lambda: png_bomb(60_000),
        lambda: huge_tiff(40_000),
        lambda: huge_tiff(40_000, behind=noisy(1).convert("1")),
    ],
    ids=["png", "tiff", "tiff behind a small page"],
)
def test_a_page_of_huge_dimensions_is_refused_before_it_is_decoded(
    tmp_path: Path, small_worker: PageWorker, content: Callable[[], bytes]
) -> None:
    path = write(tmp_path / "a", content())
    assert path.stat().st_size < 100_000
    with pytest.raises(Unreadable) as refusal:
        small_worker.call("count", path=str(path), **LIMITS)
    assert refusal.value.reason == "file.too_large_page"
    assert small_worker.call("ends", path=str(path)) is True


def test_a_growing_tiff_does_not_end_properly_before_its_last_frame(tmp_path: Path) -> None:
    whole = tiff_of(3)
    path = tmp_path / "a.tif"
    seen = [ends_properly(write(path, whole[: len(whole) * part // 10])) for part in range(1, 11)]
    assert seen == [False] * 9 + [True]
