"""PDF/A-2b copies of every kind of page: conforming, upright, lossless, searchable, the same each time."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import unicodedata
from dataclasses import astuple
from pathlib import Path

import img2pdf
import numpy as np
import pikepdf
import pikepdf.pdfa
import pypdfium2
import pytest
from pages.formats.kind_page import DPI, noisy_page
from pages.formats.kind_pdfs import jpeg_pdf
from pages.formats.kinds import GOOD, content_of
from pages.scans import as_bytes, pdf_of, sheet
from PIL import Image

from sohoa.archive import copy_pages
from sohoa.archive.pdfa import CopyPage, NotPdfa, make_pdfa
from sohoa.pages.formats.decoding import decode
from sohoa.pages.formats.media import JPEG, PDF, PNG, TIFF
from sohoa.pages.geometry import straightened
from sohoa.words import Word

REDRAWN = {
    "pdf of a cmyk jpeg",
    "pdf born digital",
    "pdf mixed",
    "pdf with object streams",
    "pdf with a wrong table",
    "pdf of jpeg 2000",
}
"""Ink without a profile, letters without their font, JPEG 2000: what PDF/A may not hold or pikepdf.pdfa not judge."""


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def kept(path: Path, words: list[Word]) -> Path:
    return write(path, gzip.compress(json.dumps({"words": [astuple(word) for word in words]}).encode()))


def word(text: str, left: float, top: float, right: float, bottom: float, line: int = 0) -> Word:
    return Word(text, 0.9, left, top, right, bottom, line, 0)


def drawn(path: Path, page: int = 0, dpi: float = DPI) -> np.ndarray:
    with pypdfium2.PdfDocument(path) as document:
        with pikepdf.open(path) as pdf:
            unit = float(pdf.pages[page].obj.get("/UserUnit", 1))
        return np.array(document[page].render(scale=unit * dpi / 72, rev_byteorder=True).to_numpy()[:, :, :3])


def text_of(path: Path, page: int = 0) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return document[page].get_textpage().get_text_range()


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_of_page_becomes_a_conforming_searchable_copy_that_looks_the_same(tmp_path: Path, name: str) -> None:
    kind = GOOD[name]
    master, out = write(tmp_path / "master", content_of(name)), tmp_path / "out.pdf"
    words = kept(tmp_path / "words", [word("Quyết", 0.2, 0.3, 0.3, 0.33), word("định", 0.31, 0.3, 0.4, 0.33)])
    pages = [CopyPage(master, kind.media_type, number + 1, kind.dpi, words) for number in range(kind.n_pages)]
    facts = make_pdfa(pages, out)
    assert bool(facts.redrawn) == (name in REDRAWN)
    assert pikepdf.pdfa.validate_written(out, "2b").findings == []
    assert master.read_bytes() == content_of(name), "the master was touched"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["master", "out.pdf", "words"]
    for number in range(kind.n_pages):
        text = text_of(out, number)
        assert unicodedata.is_normalized("NFC", text)
        assert "Quyết định" in text
        wanted = decode(master, kind.media_type, number + 1, DPI, 50)
        got = drawn(out, number, wanted.pixels_dpi).astype(int)
        height, width = (min(wanted.pixels.shape[side], got.shape[side]) for side in (0, 1))
        assert abs(got.shape[0] - wanted.pixels.shape[0]) <= 2
        assert abs(got.shape[1] - wanted.pixels.shape[1]) <= 2
        assert np.abs(wanted.pixels[:height, :width].astype(int) - got[:height, :width]).mean() < 6


def streams(path: Path) -> list[bytes]:
    with pikepdf.open(path) as pdf:
        return [bytes(image.read_raw_bytes()) for page in pdf.pages for image in page.get_images().values()]


@pytest.mark.parametrize("name", ["jpeg", "jpeg progressive", "jpeg of orientation 6"])
def test_a_picture_that_pdf_knows_goes_in_bit_for_bit(tmp_path: Path, name: str) -> None:
    master, out = write(tmp_path / "master", content_of(name)), tmp_path / "out.pdf"
    make_pdfa([CopyPage(master, GOOD[name].media_type, 1, DPI)], out)
    assert streams(out) == [content_of(name)]


@pytest.mark.parametrize("name", ["pdf of a jpeg", "pdf of jbig2", "pdf of ccitt g4", "pdf with hidden text"])
def test_the_pictures_of_a_scanned_pdf_go_in_bit_for_bit(tmp_path: Path, name: str) -> None:
    master, out = write(tmp_path / "master", content_of(name)), tmp_path / "out.pdf"
    make_pdfa([CopyPage(master, PDF, 1)], out)
    assert streams(out) == streams(master)


LOSSLESS = (
    *("tiff lzw", "tiff g4", "tiff g3", "tiff of jpeg", "tiff packbits", "tiff in tiles", "bigtiff", "webp lossless"),
    *("png", "png with a palette", "png black and white", "tiff with a palette", "jpeg 2000 lossless"),
)


@pytest.mark.parametrize("name", LOSSLESS)
def test_every_pixel_of_a_picture_is_kept(tmp_path: Path, name: str) -> None:
    kind = GOOD[name]
    master, out = write(tmp_path / "master", content_of(name)), tmp_path / "out.pdf"
    make_pdfa([CopyPage(master, kind.media_type, 1, DPI)], out)
    with pikepdf.open(out) as pdf:
        (image,) = pdf.pages[0].get_images().values()
        got = np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("RGB"))
    assert (got == decode(master, kind.media_type, 1, DPI, 50).pixels).all()


def test_a_picture_drawn_anew_loses_nothing_either(tmp_path: Path) -> None:
    content = as_bytes(noisy_page().convert("CMYK"), "JPEG", DPI)
    master, out = write(tmp_path / "master", content), tmp_path / "out.pdf"
    make_pdfa([CopyPage(master, JPEG, 1, DPI)], out)
    with pikepdf.open(out) as pdf:
        (image,) = pdf.pages[0].get_images().values()
        got = np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("RGB"))
    assert (got == decode(master, JPEG, 1, DPI, 50).pixels).all()


def test_pages_come_from_several_files_in_the_order_asked_for(tmp_path: Path) -> None:
    shades = [Image.new("L", (100, 140), 50 * number) for number in (1, 2, 3, 4)]
    tiff = write(tmp_path / "t", as_bytes(shades[0], "TIFF", DPI, append_images=shades[1:]))
    pdf = write(tmp_path / "p", pdf_of(shades, DPI))
    png = write(tmp_path / "n", as_bytes(shades[0], "PNG", DPI))
    asked = [(pdf, PDF, 3), (tiff, TIFF, 4), (tiff, TIFF, 2), (png, PNG, 1), (pdf, PDF, 2)]
    make_pdfa([CopyPage(path, kind, number, DPI) for path, kind, number in asked], tmp_path / "out.pdf")
    assert [round(drawn(tmp_path / "out.pdf", page).mean() / 50) for page in range(5)] == [3, 4, 2, 1, 2]


def test_many_pictures_do_not_pile_up_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    save = pikepdf.Pdf.save
    monkeypatch.setattr(pikepdf.Pdf, "save", lambda pdf, *a, **k: (seen.append(len(pdf.pages)), save(pdf, *a, **k))[1])
    shades = [Image.new("L", (100, 140), 20 * number) for number in range(1, 9)]
    files = [write(tmp_path / f"{n}", as_bytes(shade, "JPEG", DPI)) for n, shade in enumerate(shades)]
    size = files[0].stat().st_size
    monkeypatch.setattr(copy_pages, "_HELD_BYTES", 2 * size)
    make_pdfa([CopyPage(path, JPEG, 1, DPI) for path in files], tmp_path / "out.pdf")
    assert seen == [3, 3, 2, 8]
    assert [round(drawn(tmp_path / "out.pdf", page).mean() / 20) for page in range(8)] == list(range(1, 9))
    assert not list(tmp_path.glob("*.part"))


def test_a_page_that_lists_the_pictures_of_others_does_not_bring_them(tmp_path: Path) -> None:
    pictures = [noisy_page() for _ in range(6)]
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of(pictures, DPI))) as pdf:
        found = [next(iter(page.get_images().values())) for page in pdf.pages]
        shared = pikepdf.Dictionary(XObject=pikepdf.Dictionary({f"/I{n}": image for n, image in enumerate(found)}))
        resources = pdf.make_indirect(shared)
        for n, page in enumerate(pdf.pages):
            page.Contents = pdf.make_stream(re.sub(rb"/\S+ Do", f"/I{n} Do".encode(), page.Contents.read_bytes()))
            page.obj.Resources = resources
        pdf.save(stream)
    master = write(tmp_path / "master", stream.getvalue())
    make_pdfa([CopyPage(master, PDF, 2)], tmp_path / "out.pdf")
    assert (tmp_path / "out.pdf").stat().st_size < master.stat().st_size / 3


def test_the_same_pages_make_the_same_bytes(tmp_path: Path) -> None:
    master = write(tmp_path / "master", jpeg_pdf())
    words = kept(tmp_path / "words", [word("Số", 0.1, 0.1, 0.2, 0.12)])
    digests = set()
    for name in ("one", "two"):
        make_pdfa([CopyPage(master, PDF, 1, DPI, words)], tmp_path / name)
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1


def test_one_page_that_cannot_be_pdfa_is_drawn_anew_and_the_others_stay(tmp_path: Path) -> None:
    bad = write(tmp_path / "bad", content_of("pdf of a cmyk jpeg"))
    good = write(tmp_path / "good", content_of("jpeg"))
    facts = make_pdfa([CopyPage(good, JPEG, 1, DPI), CopyPage(bad, PDF, 1, DPI)], tmp_path / "out.pdf")
    assert facts.redrawn == [2]
    assert streams(tmp_path / "out.pdf")[0] == content_of("jpeg")


def test_what_can_never_conform_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr(pikepdf.pdfa, "save", refuse)
    master = write(tmp_path / "master", content_of("jpeg"))
    with pytest.raises(NotPdfa, match="no"):
        make_pdfa([CopyPage(master, JPEG, 1, DPI)], tmp_path / "out.pdf")
    assert not (tmp_path / "out.pdf").exists()


def test_a_picture_with_a_broken_profile_goes_in_without_it(tmp_path: Path) -> None:
    content = as_bytes(noisy_page(), "JPEG", DPI, icc_profile=b"x" * 200)
    make_pdfa([CopyPage(write(tmp_path / "m", content), JPEG, 1, DPI)], tmp_path / "out.pdf")
    assert streams(tmp_path / "out.pdf") == [content]


# Where the invisible words lie

LINES = ["Quyết định thành lập Hội", "Căn cứ Nghị định số 34", "Điều 1. Cho phép thành lập"]
SHEET_DPI = 100


def printed_sheet() -> tuple[np.ndarray, list[Word]]:
    """A straight page of print, and the box of the ink of each word."""
    image = Image.new("L", (round(8.27 * SHEET_DPI), round(11.69 * SHEET_DPI)), 255)
    words = []
    for row, line in enumerate(LINES):
        x = 110
        for text in line.split():
            mask = np.asarray(sheet(SHEET_DPI, text, 20, colour=False).convert("L")) < 128
            ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
            part = Image.fromarray(np.where(mask[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1], 0, 255).astype(np.uint8))
            y = 200 + 320 * row
            image.paste(part, (x, y))
            box = (x / image.width, y / image.height, (x + part.width) / image.width, (y + part.height) / image.height)
            words.append(word(text, *box, line=row))
            x += part.width + 14
    return np.asarray(image), words


def delivered(straight: np.ndarray, rotation: int, skew: float) -> np.ndarray:
    """The sheet as a scanner would have delivered it, so that it takes these turns to bring it upright."""
    rgb = np.repeat(straight[:, :, np.newaxis], 3, axis=2)
    return straightened(straightened(rgb, 0, -skew), (360 - rotation) % 360, 0.0)


def word_boxes(path: Path, dpi: float) -> list[tuple[str, tuple[int, int, int, int]]]:
    """The words that a reader finds, with the boxes that it would mark, in pixels of the page as it is shown."""
    found: list[tuple[str, tuple[int, int, int, int]]] = []
    with pypdfium2.PdfDocument(path) as document:
        page = document[0]
        text = page.get_textpage()
        content = text.get_text_range()
        converter = page.render(scale=dpi / 72).get_posconv(page)
        for match in re.finditer(r"\S+", content):
            corners = []
            for index in range(match.start(), match.end()):
                left, bottom, right, top = text.get_charbox(index, loose=True)
                corners += [converter.to_bitmap(x, y) for x in (left, right) for y in (bottom, top)]
            xs, ys = zip(*corners, strict=True)
            found.append((match.group(), (min(xs), min(ys), max(xs), max(ys))))
    return found


@pytest.mark.parametrize("skew", [0.0, 2.0, -2.0])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("as_pdf", [False, True], ids=["image", "pdf with offset boxes"])
def test_each_invisible_word_lies_on_its_ink(tmp_path: Path, rotation: int, skew: float, as_pdf: bool) -> None:
    straight, words = printed_sheet()
    content = as_bytes(Image.fromarray(delivered(straight, rotation, skew)), "PNG", SHEET_DPI)
    if as_pdf:
        content = in_offset_boxes(content)
    kind = PDF if as_pdf else PNG
    master, out = write(tmp_path / "master", content), tmp_path / "out.pdf"
    page = CopyPage(master, kind, 1, SHEET_DPI, kept(tmp_path / "words", words), rotation, skew)
    make_pdfa([page], out)
    ink = drawn(out, dpi=SHEET_DPI).min(axis=2) < 128
    assert ink.shape[0] > ink.shape[1], "not shown upright"
    found = word_boxes(out, SHEET_DPI)
    assert [text for text, _ in found] == [text for line in LINES for text in line.split()]
    in_words = np.zeros_like(ink)
    for text, (left, top, right, bottom) in found:
        part = ink[max(0, top) : bottom + 1, max(0, left) : right + 1]
        columns = np.flatnonzero(part.any(axis=0))
        assert columns.size, f"no ink under {text}"
        assert columns[-1] - columns[0] > 0.85 * (right - left) - 4, f"{text} lies beside its ink"
        in_words[max(0, top - 3) : bottom + 4, max(0, left - 3) : right + 4] = True
    assert (ink & ~in_words).sum() <= 0.02 * ink.sum()


def in_offset_boxes(png: bytes) -> bytes:
    """A PDF of a scan that lies turned in the file, in boxes that do not begin at the origin."""
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(img2pdf.convert(png))) as pdf:
        page = pdf.pages[0]
        left, bottom, right, top = (float(side) for side in page.mediabox)
        page.contents_add(b"q 0 1 -1 0 %f 17 cm\n" % (top + 40), prepend=True)
        page.contents_add(b"Q")
        page.mediabox = [0, 0, top + 80, right + 60]
        page.cropbox = [40, 17, 40 + top - bottom, 17 + right - left]
        page.obj.Rotate = 90
        pdf.save(stream)
    return stream.getvalue()


def test_the_words_of_a_page_that_draws_out_of_bounds_are_not_displaced(tmp_path: Path) -> None:
    """Content that leaves its own scale behind, which a layer after it would inherit."""
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of([sheet(DPI)], DPI))) as pdf:
        pdf.pages[0].contents_add(b"q 0.1 0 0 0.1 0 0 cm\n")
        pdf.save(stream)
    words = kept(tmp_path / "words", [word("Quyết", 0.2, 0.3, 0.4, 0.33)])
    make_pdfa([CopyPage(write(tmp_path / "m", stream.getvalue()), PDF, 1, DPI, words)], tmp_path / "out.pdf")
    ((_, box),) = word_boxes(tmp_path / "out.pdf", 72)
    assert box == pytest.approx((0.2 * 595, 0.3 * 842, 0.4 * 595, 0.33 * 842), abs=3)


def test_a_born_digital_page_keeps_its_own_text_alone(tmp_path: Path) -> None:
    import fpdf

    from sohoa.samples.faces import DEFAULT_FACE, text_font

    document = fpdf.FPDF()
    document.add_font("face", "", str(text_font(DEFAULT_FACE, "regular", 10).path))
    document.add_page()
    document.set_font("face", size=13)
    document.cell(text="Quyết định thành lập Hội")
    master = write(tmp_path / "master", bytes(document.output()))
    words = kept(tmp_path / "words", [word("Thừa", 0.2, 0.3, 0.4, 0.33)])
    facts = make_pdfa([CopyPage(master, PDF, 1, words=words, keep_own_text=True)], tmp_path / "out.pdf")
    assert facts.redrawn == []
    assert text_of(tmp_path / "out.pdf").strip() == "Quyết định thành lập Hội"


def test_a_born_digital_page_that_must_be_drawn_anew_gets_its_words_back(tmp_path: Path) -> None:
    master = write(tmp_path / "master", content_of("pdf born digital"))
    words = kept(tmp_path / "words", [word("Quyết", 0.2, 0.3, 0.4, 0.33)])
    facts = make_pdfa([CopyPage(master, PDF, 1, words=words, keep_own_text=True)], tmp_path / "out.pdf")
    assert facts.redrawn == [1]
    assert text_of(tmp_path / "out.pdf").strip() == "Quyết"


def test_a_page_without_words_has_no_text(tmp_path: Path) -> None:
    master = write(tmp_path / "master", content_of("jpeg"))
    make_pdfa([CopyPage(master, JPEG, 1, DPI, kept(tmp_path / "words", []))], tmp_path / "out.pdf")
    assert text_of(tmp_path / "out.pdf") == ""


@pytest.mark.parametrize("name", ["pdf with hidden text", "pdf with text under its scan"])
def test_what_an_earlier_ocr_left_is_replaced_by_our_words(tmp_path: Path, name: str) -> None:
    master = write(tmp_path / "master", content_of(name))
    before = drawn(master)
    words = kept(tmp_path / "words", [word("Quyết", 0.2, 0.3, 0.4, 0.33)])
    make_pdfa([CopyPage(master, PDF, 1, words=words)], tmp_path / "out.pdf")
    assert text_of(tmp_path / "out.pdf").strip() == "Quyết"
    assert (drawn(tmp_path / "out.pdf") == before).all()
