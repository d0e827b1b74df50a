"""PDF/A-2b copies: conforming, complete, searchable, and with the master's own pictures inside."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pikepdf.pdfa
import pypdfium2
import pytest
from PIL import Image, ImageCms

from sohoa.archive.pdfa import make_pdfa
from sohoa.ocr import PageReading
from sohoa.pages.decoding import decode
from sohoa.pages.files import JPEG, PDF, PNG, TIFF

from .scans import as_bytes, pdf_of, sheet, write

DPI = 60
PLAIN = sheet(DPI)
GREY = PLAIN.convert("L")


def tiff(compression: str, image: Image.Image = PLAIN) -> bytes:
    return as_bytes(image, "TIFF", DPI, compression=compression, append_images=[image])


def see_through() -> Image.Image:
    layered = PLAIN.convert("RGBA")
    layered.putalpha(GREY.point(lambda value: 255 if value < 128 else 0))
    return layered


def sixteen_bits() -> bytes:
    return cv2.imencode(".png", np.asarray(PLAIN)[:, :, ::-1].astype(np.uint16) * 257)[1].tobytes()


def profiled() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return as_bytes(PLAIN, "JPEG", DPI, icc_profile=profile)


MASTERS: dict[str, tuple[str, int, Callable[[], bytes]]] = {
    "pdf": (PDF, 2, lambda: pdf_of([PLAIN, GREY], DPI)),
    "pdf that forbids changes": (
        PDF,
        1,
        lambda: pdf_of([PLAIN], DPI, encryption=pikepdf.Encryption(owner="o", user="")),
    ),
    "tiff g4": (TIFF, 2, lambda: tiff("group4", GREY.convert("1", dither=Image.Dither.NONE))),
    "tiff lzw": (TIFF, 2, lambda: tiff("tiff_lzw")),
    "tiff jpeg": (TIFF, 2, lambda: tiff("jpeg")),
    "tiff grey": (TIFF, 2, lambda: tiff("tiff_lzw", GREY)),
    "tiff cmyk": (TIFF, 2, lambda: tiff("raw", PLAIN.convert("CMYK"))),
    "tiff of floats": (TIFF, 1, lambda: as_bytes(Image.fromarray(np.asarray(GREY).astype(np.float32)), "TIFF", DPI)),
    "jpeg": (JPEG, 1, lambda: as_bytes(PLAIN, "JPEG", DPI)),
    "jpeg progressive": (JPEG, 1, lambda: as_bytes(PLAIN, "JPEG", DPI, progressive=True)),
    "jpeg with a profile": (JPEG, 1, profiled),
    "jpeg with a broken profile": (JPEG, 1, lambda: as_bytes(PLAIN, "JPEG", DPI, icc_profile=b"x" * 200)),
    "jpeg cmyk": (JPEG, 1, lambda: as_bytes(PLAIN.convert("CMYK"), "JPEG", DPI)),
    "png": (PNG, 1, lambda: as_bytes(PLAIN, "PNG", DPI)),
    "png palette": (PNG, 1, lambda: as_bytes(PLAIN.quantize(32), "PNG", DPI)),
    "png alpha": (PNG, 1, lambda: as_bytes(see_through(), "PNG", DPI)),
    "png 16 bits": (PNG, 1, sixteen_bits),
}


def made(tmp_path: Path, content: bytes, kind: str, n_pages: int, layer: PageReading | None = None) -> Path:
    master, out, text = tmp_path / "master", tmp_path / "out.pdf", tmp_path / "layer.pdf"
    write(master, content)
    if layer is not None:
        write(text, layer.text_layer)
    layers = [text if layer is not None else None] * n_pages
    make_pdfa(master, kind, range(1, n_pages + 1), layers, DPI, out)
    assert master.read_bytes() == content, "the master was touched"
    return out


def drawn(path: Path, page: int, dpi: float = DPI) -> np.ndarray:
    with pypdfium2.PdfDocument(path) as document:
        return np.asarray(document[page].render(scale=dpi / 72, rev_byteorder=True).to_numpy()[:, :, :3]).copy()


@pytest.mark.parametrize("name", MASTERS)
def test_every_master_becomes_a_conforming_searchable_copy(
    tmp_path: Path, name: str, reading_of_a_sheet: PageReading
) -> None:
    kind, n_pages, content = MASTERS[name]
    out = made(tmp_path, content(), kind, n_pages, reading_of_a_sheet)
    report = pikepdf.pdfa.validate_written(out, "2b")
    assert report.findings == []
    with pypdfium2.PdfDocument(out) as document:
        assert len(document) == n_pages
        for page in document:
            text = page.get_textpage().get_text_range()
            assert unicodedata.is_normalized("NFC", text)
            assert {"Quyết", "định", "thành", "lập", "Hội"} <= set(text.split())
            assert page.get_width() == pytest.approx(595, abs=12)
            assert page.get_height() == pytest.approx(842, abs=12)


@pytest.mark.parametrize("name", [name for name in MASTERS if name != "tiff of floats"])
def test_the_copy_looks_like_the_master(tmp_path: Path, name: str) -> None:
    kind, n_pages, content = MASTERS[name]
    out = made(tmp_path, content(), kind, n_pages)
    for page in range(n_pages):
        wanted = decode(tmp_path / "master", kind, page + 1, DPI, 50).pixels.astype(int)
        got = drawn(out, page).astype(int)
        height, width = (min(wanted.shape[side], got.shape[side]) for side in (0, 1))
        assert np.abs(wanted[:height, :width] - got[:height, :width]).mean() < 6


def streams(path: Path) -> list[bytes]:
    with pikepdf.open(path) as pdf:
        return [bytes(image.read_raw_bytes()) for page in pdf.pages for image in page.get_images().values()]


def test_the_pictures_of_a_scanned_pdf_go_in_bit_for_bit(tmp_path: Path, reading_of_a_sheet: PageReading) -> None:
    content = pdf_of([PLAIN, GREY], DPI)
    out = made(tmp_path, content, PDF, 2, reading_of_a_sheet)
    assert streams(out) == streams(tmp_path / "master") == [as_bytes(PLAIN, "JPEG", DPI), as_bytes(GREY, "JPEG", DPI)]


def test_a_jpeg_goes_in_bit_for_bit(tmp_path: Path) -> None:
    content = as_bytes(PLAIN, "JPEG", DPI)
    assert streams(made(tmp_path, content, JPEG, 1)) == [content]


@pytest.mark.parametrize("name", ["tiff lzw", "tiff jpeg", "tiff grey", "tiff g4", "png", "png palette"])
def test_a_lossless_or_repacked_picture_keeps_every_pixel(tmp_path: Path, name: str) -> None:
    kind, n_pages, content = MASTERS[name]
    out = made(tmp_path, content(), kind, n_pages)
    with pikepdf.open(out) as pdf:
        for number, page in enumerate(pdf.pages, start=1):
            (image,) = page.get_images().values()
            got = np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("RGB"))
            assert (got == decode(tmp_path / "master", kind, number, DPI, 50).pixels).all()


def test_only_the_pages_asked_for_go_in_and_in_their_order(tmp_path: Path) -> None:
    shades = [Image.new("L", (100, 140), 50 * number) for number in (1, 2, 3, 4)]
    for kind, content in (
        (TIFF, as_bytes(shades[0], "TIFF", DPI, append_images=shades[1:])),
        (PDF, pdf_of(shades, DPI)),
    ):
        master, out = write(tmp_path / "master", content), tmp_path / "out.pdf"
        make_pdfa(master, kind, [3, 4], [None, None], DPI, out)
        assert [round(drawn(out, page).mean() / 50) for page in (0, 1)] == [3, 4]


def test_a_page_without_words_has_no_text(tmp_path: Path, reading_of_a_sheet: PageReading) -> None:
    layer = write(tmp_path / "layer.pdf", reading_of_a_sheet.text_layer)
    master, out = write(tmp_path / "master", pdf_of([PLAIN, PLAIN], DPI)), tmp_path / "out.pdf"
    make_pdfa(master, PDF, [1, 2], [None, layer], DPI, out)
    with pypdfium2.PdfDocument(out) as document:
        assert [page.get_textpage().count_chars() > 0 for page in document] == [False, True]


def box_of_text(path: Path) -> tuple[float, float, float, float]:
    """Where the text stands on the page as it is shown: left, top, right, bottom in fractions."""
    with pypdfium2.PdfDocument(path) as document:
        page = document[0]
        width, height = page.get_size()
        text = page.get_textpage()
        corners = []
        for index in range(text.count_chars()):
            if text.get_text_range(index, 1).strip():
                left, bottom, right, top = text.get_charbox(index)
                corners += [(left, bottom), (right, top)]
        xs, ys = zip(*corners, strict=True)
        if page.get_rotation() == 90:
            # Characters stand on the page as it is before it is turned clockwise.
            return min(ys) / width, min(xs) / height, max(ys) / width, max(xs) / height
        return min(xs) / width, 1 - max(ys) / height, max(xs) / width, 1 - min(ys) / height


def box_of_ink(path: Path) -> tuple[float, float, float, float]:
    ink = drawn(path, 0, 100).min(axis=2) < 110
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    height, width = ink.shape
    return columns[0] / width, rows[0] / height, columns[-1] / width, rows[-1] / height


TEXT = "Quyết định thành lập Hội"


def turned_pdf() -> bytes:
    """A scan that lies on its side in the file and is shown upright by the page's rotation."""
    stream = io.BytesIO()
    scan = sheet(200, TEXT, colour=False).transpose(Image.Transpose.ROTATE_90)
    with pikepdf.open(io.BytesIO(pdf_of([scan], 200))) as pdf:
        pdf.pages[0].rotate(90, relative=False)
        pdf.save(stream)
    return stream.getvalue()


def turned_by_tag(kind: str, compression: str = "") -> bytes:
    scan = sheet(200, TEXT, colour=False).transpose(Image.Transpose.ROTATE_90)
    if kind == "JPEG":
        exif = Image.Exif()
        exif[0x112] = 6
        return as_bytes(scan, "JPEG", 200, exif=exif.tobytes())
    scan = scan.convert("1") if compression == "group4" else scan
    return as_bytes(scan, "TIFF", 200, compression=compression, tiffinfo={274: 6})


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (PDF, lambda: pdf_of([sheet(200, TEXT, colour=False)], 200)),
        (PDF, turned_pdf),
        (JPEG, lambda: turned_by_tag("JPEG")),
        (TIFF, lambda: turned_by_tag("TIFF", "tiff_lzw")),
        (TIFF, lambda: turned_by_tag("TIFF", "group4")),
    ],
    ids=["upright", "turned by /Rotate", "jpeg turned by its tag", "tiff turned by its tag", "fax turned by its tag"],
)
def test_the_invisible_words_lie_over_the_visible_ones(
    tmp_path: Path, kind: str, content: Callable[[], bytes], reading_of_a_sheet: PageReading
) -> None:
    master, out = write(tmp_path / "master", content()), tmp_path / "out.pdf"
    layer = write(tmp_path / "layer.pdf", reading_of_a_sheet.text_layer)
    make_pdfa(master, kind, [1], [layer], 200, out)
    page = drawn(out, 0)
    assert page.shape[0] > page.shape[1], "not upright"
    assert box_of_text(out) == pytest.approx(box_of_ink(out), abs=0.02)
