"""Decoded pages: their pixels, resolution, colour, and whether they are blank."""

from __future__ import annotations

import io
from pathlib import Path

import img2pdf
import numpy as np
import pikepdf
import pytest
from PIL import Image

from sohoa.pages import Unreadable
from sohoa.pages.formats.decoding import decode
from sohoa.pages.formats.files import JPEG, PDF, PNG, TIFF
from sohoa.pages.imaging import PageImage, effective_dpi, resized
from sohoa.pages.measures import is_blank
from sohoa.pages.treatment import ocr_copy

from .scans import as_bytes, noisy, pdf_of, png_bomb, sheet, write


def decoded(tmp_path: Path, content: bytes, kind: str, page_no: int = 1, dpi: int = 100) -> PageImage:
    return decode(write(tmp_path / "scan", content), kind, page_no, dpi, max_megapixels=20)


def transparent(mode: str) -> Image.Image:
    """Print on a page whose paper is see-through and black underneath."""
    rgb = np.asarray(sheet(colour=False))
    ink = rgb.min(axis=2) < 128
    layers = [np.where(ink, 40, 0)] * (len(mode) - 1) + [np.where(ink, 255, 0)]
    return Image.fromarray(np.dstack(layers).astype(np.uint8), mode)


def sixteen_bits(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)


def n_red(pixels: np.ndarray) -> int:
    return int(((pixels[:, :, 0] > 180) & (pixels[:, :, 1] < 90)).sum())


PLAIN = sheet()
READABLE = {
    "png": (PNG, lambda: as_bytes(PLAIN, "PNG")),
    "png with a palette": (PNG, lambda: as_bytes(PLAIN.quantize(32), "PNG")),
    "png with transparent paper": (PNG, lambda: as_bytes(transparent("RGBA"), "PNG")),
    "grey png with transparent paper": (PNG, lambda: as_bytes(transparent("LA"), "PNG")),
    "png of 16 bits": (PNG, lambda: as_bytes(sixteen_bits(PLAIN), "PNG")),
    "tiff of 16 bits": (TIFF, lambda: as_bytes(sixteen_bits(PLAIN), "TIFF")),
    "tiff of floats": (
        TIFF,
        lambda: as_bytes(Image.fromarray(np.asarray(PLAIN.convert("L")).astype(np.float32) / 255), "TIFF"),
    ),
    "tiff in fax": (TIFF, lambda: as_bytes(PLAIN.convert("1"), "TIFF", compression="group4")),
    "tiff of jpeg": (TIFF, lambda: as_bytes(PLAIN, "TIFF", compression="jpeg")),
    "cmyk tiff": (TIFF, lambda: as_bytes(PLAIN.convert("CMYK"), "TIFF")),
    "jpeg": (JPEG, lambda: as_bytes(PLAIN, "JPEG")),
    "cmyk jpeg": (JPEG, lambda: as_bytes(PLAIN.convert("CMYK"), "JPEG")),
    "pdf": (PDF, lambda: pdf_of([PLAIN])),
    "pdf in grey": (PDF, lambda: pdf_of([PLAIN.convert("L")])),
}


@pytest.mark.parametrize("name", READABLE)
def test_every_kind_of_image_shows_dark_print_on_bright_paper(tmp_path: Path, name: str) -> None:
    kind, content = READABLE[name]
    page = decoded(tmp_path, content(), kind)
    grey = page.pixels.min(axis=2)
    assert page.pixels.dtype == np.uint8
    assert np.median(grey) > 200
    assert 0.0003 < (grey < 128).mean() < 0.1
    assert not is_blank(ocr_copy(page.pixels), page.pixels_dpi)


@pytest.mark.parametrize("kind", [PNG, TIFF, PDF])
def test_red_stays_red(tmp_path: Path, kind: str) -> None:
    filled = PLAIN.copy()
    filled.paste((200, 20, 20), (50, 50, 100, 100))
    content = pdf_of([filled]) if kind == PDF else as_bytes(filled, kind.partition("/")[2].upper())
    assert n_red(decoded(tmp_path, content, kind).pixels) > 1000


def test_the_seal_is_gone_from_the_ocr_copy_and_the_print_is_not() -> None:
    pixels = np.asarray(sheet(100)).copy()
    pixels[700:800, 500:600] = (220, 30, 40)
    copy = ocr_copy(pixels)
    assert copy.shape == pixels.shape[:2]
    assert copy[700:800, 500:600].min() > 180
    assert copy[340:380].min() < 90


@pytest.mark.parametrize("factor", [0.9, 2 / 3, 0.5, 1 / 3])
def test_no_line_of_one_pixel_is_lost_when_a_page_is_reduced(factor: float) -> None:
    for column in range(30, 42):
        pixels = np.full((90, 90), 255, np.uint8)
        pixels[:, column] = 0
        assert resized(pixels, factor)[30 if factor > 0.5 else 10].min() <= 255 * (1 - 0.3 * factor)


@pytest.mark.parametrize(
    ("image", "colour"),
    [
        (PLAIN, True),
        (PLAIN.convert("L"), False),
        (PLAIN.convert("1"), False),
        (PLAIN.quantize(16), True),
        (PLAIN.convert("L").quantize(16), False),
        (sixteen_bits(PLAIN), False),
    ],
    ids=["rgb", "grey", "black", "palette", "grey palette", "16 bits"],
)
def test_colour_and_grey_are_told_apart(tmp_path: Path, image: Image.Image, colour: bool) -> None:
    assert decoded(tmp_path, as_bytes(image, "TIFF"), TIFF).colour is colour


def test_colour_and_grey_are_told_apart_in_a_pdf(tmp_path: Path) -> None:
    content = pdf_of([PLAIN, PLAIN.convert("L")])
    assert [decoded(tmp_path, content, PDF, number).colour for number in (1, 2)] == [True, False]


@pytest.mark.parametrize("dpi", [50, 150, 203])
def test_a_pdf_page_s_resolution_is_that_of_its_scan(tmp_path: Path, dpi: int) -> None:
    page = decoded(tmp_path, pdf_of([sheet(dpi)], dpi), PDF, dpi=60)
    assert page.dpi == pytest.approx(dpi, abs=0.5)
    assert page.pixels.shape[1] == pytest.approx(210 / 25.4 * page.pixels_dpi, abs=2)


def test_a_pdf_page_turned_by_its_rotation_keeps_its_resolution_and_lies_turned(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(pdf_of([sheet(100)], 100))) as pdf:
        pdf.pages[0].rotate(90, relative=False)
        pdf.save(tmp_path / "turned.pdf")
    page = decode(tmp_path / "turned.pdf", PDF, 1, 50, 20)
    assert page.dpi == pytest.approx(100, abs=0.5)
    assert page.pixels.shape[1] > page.pixels.shape[0]


def test_a_pdf_page_scanned_in_strips_has_their_resolution(tmp_path: Path) -> None:
    scan = sheet(100)
    heights = range(0, scan.height, scan.height // 10)
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        for index, top in enumerate(heights):
            strip = scan.crop((0, top, scan.width, min(top + scan.height // 10, scan.height)))
            with pikepdf.open(io.BytesIO(img2pdf.convert(as_bytes(strip, "JPEG")))) as one:
                scale = 842 / scan.height
                box = pikepdf.Rectangle(0, 842 - (top + strip.height) * scale, 595, 842 - top * scale)
                page.contents_add(f"q {box.width} 0 0 {box.height} 0 {box.lly} cm /Im{index} Do Q".encode())
                image = pdf.copy_foreign(next(iter(one.pages[0].get_images().values())))
                page.add_resource(image, pikepdf.Name.XObject, pikepdf.Name(f"/Im{index}"))
        pdf.save(tmp_path / "strips.pdf")
    assert decode(tmp_path / "strips.pdf", PDF, 1, 50, 20).dpi == pytest.approx(100, rel=0.02)


def test_a_pdf_page_with_a_logo_only_has_no_resolution(tmp_path: Path) -> None:
    logo = as_bytes(noisy(1), "JPEG")
    layout = img2pdf.get_layout_fun(pagesize=(595, 842), imgsize=((img2pdf.ImgSize.abs, 100), None))
    page = decoded(tmp_path, img2pdf.convert(logo, layout_fun=layout), PDF)
    assert page.dpi is None
    assert page.colour


@pytest.mark.parametrize(
    ("tag", "expected", "assumed"),
    [
        ((200.0, 200.0), 200, False),
        ((300.0, 200.0), 200, False),
        (None, 200, True),
        ((72.0, 72.0), 200, True),
        ((1.0, 1.0), 200, True),
        ((0.0, 0.0), 200, True),
        ((9600.0, 9600.0), 200, True),
    ],
)
def test_a_tag_counts_where_the_paper_would_have_a_plausible_size(
    tag: tuple[float, float] | None, expected: float, assumed: bool
) -> None:
    dpi, is_assumed = effective_dpi(1654, 2339, tag)
    assert dpi == pytest.approx(expected, abs=0.5)
    assert is_assumed is assumed
    assert effective_dpi(2339, 1654, tag)[0] == pytest.approx(expected, abs=100 if tag == (300.0, 200.0) else 0.5)


def test_a_missing_or_meaningless_tag_makes_the_sheet_a4(tmp_path: Path) -> None:
    for tag in (72, 1):
        assert decoded(tmp_path, as_bytes(sheet(100), "JPEG", tag), JPEG).dpi == pytest.approx(100, abs=0.5)
    untagged = io.BytesIO()
    sheet(100).save(untagged, "PNG")
    assert decoded(tmp_path, untagged.getvalue(), PNG).dpi == pytest.approx(100, abs=0.5)
    assert decoded(tmp_path, as_bytes(sheet(100), "PNG", 100), PNG).dpi == pytest.approx(100, abs=0.5)


def test_the_page_asked_for_is_the_one_decoded(tmp_path: Path) -> None:
    shades = [Image.new("L", (80, 60), 60 * number) for number in (1, 2, 3)]
    content = as_bytes(shades[0], "TIFF", append_images=shades[1:])
    for number in (1, 2, 3):
        assert decoded(tmp_path, content, TIFF, number).pixels.mean() == 60 * number


@pytest.mark.parametrize(("kind", "content"), [(TIFF, as_bytes(PLAIN, "TIFF")), (PDF, pdf_of([PLAIN]))])
def test_a_page_that_is_not_there_is_damaged(tmp_path: Path, kind: str, content: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        decoded(tmp_path, content, kind, 7)
    assert refusal.value.reason == "page.damaged"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (PNG, lambda: png_bomb(60_000)),
        (PNG, lambda: png_bomb(5_000)),
        (PDF, lambda: pdf_of([sheet(50)], 0.5)),
    ],
    ids=["png", "png just above", "pdf of 20 m"],
)
def test_a_page_with_too_many_pixels_is_too_large(tmp_path: Path, kind: str, content: object) -> None:
    with pytest.raises(Unreadable) as refusal:
        decoded(tmp_path, content(), kind)  # type: ignore[operator]
    assert refusal.value.reason == "page.too_large"


@pytest.mark.parametrize("damage", [b"", b"x" * 5000, b"\xff\xd8" + b"\0" * 3000], ids=["gone", "garbage", "zeros"])
@pytest.mark.parametrize("stamped", [False, True], ids=["", "with a page number drawn over it"])
def test_a_pdf_page_whose_picture_is_damaged_is_not_taken_for_a_blank_one(
    tmp_path: Path, damage: bytes, stamped: bool
) -> None:
    with pikepdf.open(io.BytesIO(pdf_of([sheet(100)], 100))) as pdf:
        next(iter(pdf.pages[0].get_images().values())).write(damage, filter=pikepdf.Name.DCTDecode)
        if stamped:
            pdf.pages[0].contents_add(b"q 0 0 0 rg 500 20 10 10 re f Q")
        pdf.save(tmp_path / "a.pdf")
    with pytest.raises(Unreadable) as refusal:
        decode(tmp_path / "a.pdf", PDF, 1, 100, 20)
    assert refusal.value.reason == "page.damaged"


def test_a_pdf_page_with_an_empty_white_scan_or_nothing_at_all_is_blank(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(stream)
    for content in (stream.getvalue(), pdf_of([Image.new("RGB", (500, 700), "white")])):
        page = decoded(tmp_path, content, PDF)
        assert is_blank(ocr_copy(page.pixels), page.pixels_dpi)


def test_a_picture_that_its_tag_turns_is_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    page = decoded(tmp_path, as_bytes(PLAIN, "JPEG", exif=exif.tobytes()), JPEG)
    assert page.pixels.shape == (PLAIN.width, PLAIN.height, 3)


# Coloured ink
