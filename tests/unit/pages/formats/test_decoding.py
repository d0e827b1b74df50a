"""Pages as pixels: a scan taken straight from its data looks exactly as the page does when it is drawn."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Dictionary, Name

from pages.scans import as_bytes, pdf_of, sheet, write
from sohoa.pages.formats.decoding import close_last, decode
from sohoa.pages.formats.files import JP2, JPEG, PDF, TIFF
from sohoa.pages.imaging import PageImage

from .kind_page import DPI, noisy_page, stored
from .kind_pdfs import jpeg_bytes, jpeg_pdf, picture, scan_pdf
from .kind_tiffs import tiff
from .kinds import GOOD, content_of

JPEG_KEYS = {"ColorSpace": Name.DeviceRGB, "BitsPerComponent": 8, "Filter": Name.DCTDecode}
SIZE = noisy_page().size


def decoded(path: Path, media_type: str = PDF, page_no: int = 1, dpi: int = DPI) -> PageImage:
    return decode(path, media_type, page_no, dpi, max_megapixels=20)


def drawn(content: bytes, dpi: float = DPI) -> np.ndarray:
    """The first page as pdfium draws it."""
    with pdfium.PdfDocument(content) as document:
        page = document[0]
        return np.asarray(page.render(scale=dpi / 72, rev_byteorder=True).to_numpy()[:, :, :3]).copy()


def difference(one: np.ndarray, other: np.ndarray) -> float:
    size = (60, 85) if other.shape[0] > other.shape[1] else (85, 60)
    small = (cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(float) for pixels in (one, other))
    return float(np.abs(np.subtract(*small)).mean())


def saved(pdf: pikepdf.Pdf) -> bytes:
    stream = io.BytesIO()
    pdf.save(stream)
    return stream.getvalue()


def placed(matrix: str, *, rotate: int = 0, box: tuple[float, ...] = (0, 0, 300, 400), after: bytes = b"") -> bytes:
    """A PDF of a scan that this matrix puts on the page."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        page.mediabox = Array(list(box))
        page.Rotate = rotate
        page.add_resource(picture(pdf, jpeg_bytes(), SIZE, **JPEG_KEYS), Name.XObject, Name("/Scan"))
        page.contents_add(f"q {matrix} cm /Scan Do Q ".encode() + after)
        return saved(pdf)


@pytest.mark.parametrize("name", [n for n, kind in GOOD.items() if kind.media_type == PDF and "unit" not in n])
def test_a_page_of_whatever_kind_looks_as_it_is_drawn(tmp_path: Path, name: str) -> None:
    content = content_of(name)
    assert difference(decoded(write(tmp_path / "a", content)).pixels, drawn(content)) < 1.5


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize(
    "matrix",
    [
        "300 0 0 400 0 0",
        "-300 0 0 400 300 0",
        "300 0 0 -400 0 400",
        "-300 0 0 -400 300 400",
        "0 400 300 0 0 0",
        "0 -400 300 0 0 400",
        "0 400 -300 0 300 0",
        "0 -400 -300 0 300 400",
        "340 0 0 460 -20 -30",
        "290 0 0 392 6 3",
        "300 0.01 -0.01 400 0 0",
    ],
)
def test_a_scan_however_it_lies_is_brought_upright(tmp_path: Path, matrix: str, rotate: int) -> None:
    content = placed(matrix, rotate=rotate)
    page = decoded(write(tmp_path / "a", content))
    assert page.pixels_dpi != DPI, "it was drawn"
    assert difference(page.pixels, drawn(content)) < 3
    width, height = (400, 300) if rotate in (90, 270) else (300, 400)
    assert page.pixels.shape[1] / page.pixels.shape[0] == pytest.approx(width / height, rel=0.01)
    assert page.paper_mm == pytest.approx((width / 72 * 25.4, height / 72 * 25.4))


@pytest.mark.parametrize("matrix", ["299 26 -26 397 10 -10", "250 0 0 330 25 35", "300 40 0 400 0 -20"])
def test_a_scan_askew_or_with_a_wide_margin_is_drawn(tmp_path: Path, matrix: str) -> None:
    content = placed(matrix)
    page = decoded(write(tmp_path / "a", content))
    assert page.pixels_dpi == DPI
    assert difference(page.pixels, drawn(content)) < 0.01


def annotated(pdf: pikepdf.Pdf) -> None:
    look = pdf.make_stream(b"1 0 0 rg 0 0 200 200 re f")
    look.update(Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 200, 200]))
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.Stamp, Rect=[100, 100, 300, 300], F=4, AP=Dictionary(N=pdf.make_indirect(look))
    )
    pdf.pages[0].Annots = Array([pdf.make_indirect(note)])


def clipped(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"100 100 200 200 re W n", prepend=True)


def stamped(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"q 0 0 1 rg 200 200 200 200 re f Q")


def faded(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].add_resource(Dictionary(ca=0.3), Name.ExtGState, Name("/Faded"))
    pdf.pages[0].contents_add(b"/Faded gs", prepend=True)


def masked(pdf: pikepdf.Pdf) -> None:
    (image,) = pdf.pages[0].get_images().values()
    image.SMask = picture(pdf, bytes(range(0, 256, 16)), (4, 4), ColorSpace=Name.DeviceGray, BitsPerComponent=8)


def inverted(pdf: pikepdf.Pdf) -> None:
    (image,) = pdf.pages[0].get_images().values()
    image.Decode = Array([1, 0, 1, 0, 1, 0])


def in_a_form(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0]
    form = pdf.make_stream(page.Contents.read_bytes())
    form.update(Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=page.mediabox, Resources=page.Resources))
    page.Contents = pdf.make_stream(b"/Inner Do")
    page.Resources = Dictionary(XObject=Dictionary(Inner=form))


def in_a_hidden_layer(pdf: pikepdf.Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("hidden")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), Order=Array([layer])))
    (image,) = pdf.pages[0].get_images().values()
    image.OC = layer


CHANGES = (annotated, clipped, stamped, faded, masked, inverted, in_a_form, in_a_hidden_layer)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_changes_a_scan_s_looks_is_seen(tmp_path: Path, change: Callable[[pikepdf.Pdf], None]) -> None:
    with pikepdf.open(io.BytesIO(jpeg_pdf())) as pdf:
        change(pdf)
        content = saved(pdf)
    page = decoded(write(tmp_path / "a", content))
    assert difference(page.pixels, drawn(content)) < 0.01
    assert (difference(page.pixels, drawn(jpeg_pdf())) < 1) is (change is in_a_form)


@pytest.mark.parametrize(
    ("dpi", "reduced_to"), [(200, 200), (103, 200), (100, 100), (60, 100), (50, 50), (25, 25), (24, 25), (10, 25)]
)
@pytest.mark.parametrize("kind", [PDF, JPEG, JP2])
def test_a_fine_scan_is_reduced_by_a_whole_factor_but_not_below_what_is_asked(
    tmp_path: Path, kind: str, dpi: int, reduced_to: int
) -> None:
    scan = sheet(200).crop((0, 0, 1648, 2336))
    content = {
        PDF: lambda: pdf_of([scan], 200),
        JPEG: lambda: as_bytes(scan, "JPEG", 200),
        JP2: lambda: as_bytes(scan, "JPEG2000"),
    }[kind]()
    page = decoded(write(tmp_path / "a", content), kind, dpi=dpi)
    assert page.dpi == pytest.approx(200, abs=0.5)
    assert page.pixels_dpi == pytest.approx(reduced_to, abs=0.5)
    assert page.pixels.shape[1] == pytest.approx(1648 * reduced_to / 200, abs=2)


def test_the_page_is_right_whatever_was_decoded_before(tmp_path: Path) -> None:
    shades = [noisy_page().point(lambda value, n=number: value * n // 4) for number in (1, 2, 3, 4)]
    # Pillow keeps what it was told when it wrote a JPEG, and stumbles over it when it writes a TIFF.
    frames = write(tmp_path / "a.tif", tiff(shades[0], "tiff_lzw", append_images=shades[1:]))
    pdf = write(tmp_path / "a.pdf", pdf_of(shades, DPI))
    levels = [
        decoded(path, kind, number).pixels.mean()
        for number in (3, 3, 1, 4, 2)
        for path, kind in ((pdf, PDF), (frames, TIFF))
    ]
    white = noisy_page().convert("L")
    expected = np.repeat([np.asarray(white).mean() * n / 4 for n in (3, 3, 1, 4, 2)], 2)
    assert levels == pytest.approx(expected, rel=0.03)


def test_a_turned_tiff_page_is_the_same_when_decoded_again(tmp_path: Path) -> None:
    scan = stored(noisy_page(), 6)
    path = write(tmp_path / "a", tiff(scan, "tiff_lzw", append_images=[scan], tiffinfo={274: 6}))
    first, _, again, once_more = (decoded(path, TIFF, number).pixels for number in (1, 2, 1, 1))
    assert (first == again).all()
    assert (first == once_more).all()


def test_a_file_that_was_replaced_is_opened_anew(tmp_path: Path) -> None:
    path = write(tmp_path / "a", jpeg_pdf())
    before = decoded(path).pixels
    after = decoded(write(path, pdf_of([sheet(DPI)], DPI))).pixels
    assert difference(before, after) > 1


def test_the_file_can_be_let_go_of(tmp_path: Path) -> None:
    path = write(tmp_path / "a", jpeg_pdf())
    decoded(path)
    close_last()
    close_last()
    assert decoded(path).colour


@pytest.mark.parametrize("dpi", [72, 96])
def test_a_pdf_whose_writer_knew_no_resolution_is_taken_for_a4(tmp_path: Path, dpi: int) -> None:
    """A pixel a point: a sheet of almost a metre, which no office scans."""
    page = decoded(write(tmp_path / "a", pdf_of([sheet(250)], dpi)), dpi=200)
    assert page.dpi == pytest.approx(250, abs=1)
    assert page.pixels_dpi == pytest.approx(250, abs=1)
    assert page.pixels.shape[1] == sheet(250).width
    assert page.paper_mm is None


def test_a_scan_of_few_dots_on_a_usual_sheet_keeps_its_resolution(tmp_path: Path) -> None:
    page = decoded(write(tmp_path / "a", pdf_of([sheet(72)], 72)))
    assert page.dpi == pytest.approx(72, abs=0.5)
    assert page.paper_mm == pytest.approx((210, 297), abs=1)


def test_a_picture_of_a_few_very_wide_dots_is_drawn_and_not_stretched(tmp_path: Path) -> None:
    content = scan_pdf(bytes(range(0, 250, 25)) * 2000, (10, 2000), ColorSpace=Name.DeviceGray, BitsPerComponent=8)
    content = content.replace(b"/MediaBox [ 0 0 12 2400 ]", b"/MediaBox [ 0 0 595 842 ]").replace(
        b"12.0 0 0 2400.0 0 0 cm", b"595 0 0 842 0 0 cm    "
    )
    page = decoded(write(tmp_path / "a", content))
    assert page.pixels_dpi == DPI
    assert page.pixels.shape[1] == pytest.approx(595 / 72 * DPI, abs=2)


def test_resolutions_that_cannot_be_meant_stretch_nothing(tmp_path: Path) -> None:
    content = tiff(noisy_page(), "tiff_lzw", tiffinfo={282: 9600.0, 283: 100.0})
    page = decoded(write(tmp_path / "a", content), TIFF)
    assert page.pixels.shape[:2] == (SIZE[1], SIZE[0])


def test_instructions_that_viewers_pass_over_are_passed_over(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(jpeg_pdf())) as pdf:
        pdf.pages[0].contents_add(b"Do (x) Do EI { } ", prepend=True)
        content = saved(pdf)
    assert difference(decoded(write(tmp_path / "a", content)).pixels, drawn(jpeg_pdf())) < 1.5


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_a_scan_of_any_depth_looks_as_it_is_drawn(tmp_path: Path, bits: int) -> None:
    width, height = 64, 88
    rows = np.random.default_rng(bits).integers(0, 256, (height, width * bits // 8), dtype=np.uint8)
    content = scan_pdf(rows.tobytes(), (width, height), dpi=8, ColorSpace=Name.DeviceGray, BitsPerComponent=bits)
    page = decoded(write(tmp_path / "a", content), dpi=8)
    assert page.bits == bits
    assert not page.colour
    assert difference(page.pixels, drawn(content, 80)) < 8


def test_words_under_and_over_a_scan_are_told(tmp_path: Path) -> None:
    texts = {name: decoded(write(tmp_path / "a", content_of(name))).has_text for name in GOOD if "text" in name}
    assert texts == {"pdf with hidden text": True, "pdf with text under its scan": True}
    assert not decoded(write(tmp_path / "a", jpeg_pdf())).has_text
