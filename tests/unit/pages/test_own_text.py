"""Which PDF pages keep their own text, and the words that they bring."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import fpdf
import numpy as np
import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Dictionary, Name
from PIL import Image, ImageDraw

from sohoa.folding import is_vietnamese
from sohoa.pages.own_text import own_words
from sohoa.reading.lines import lines_of
from sohoa.samples.faces import DEFAULT_FACE, text_font
from sohoa.words import Word, text_of

from .formats.kinds import content_of
from .scans import as_bytes, write

FACE = text_font(DEFAULT_FACE, "regular", 10).path
BODY = [
    "Căn cứ Nghị định số 34/2017/NĐ-CP ngày 03 tháng 4 năm 2017 của Chính phủ;",
    "Theo đề nghị của Vụ trưởng Vụ Tổ chức phi chính phủ,",
    "Điều 1. Cho phép thành lập Hội Nghiên cứu biên giới và hải đảo Việt Nam.",
    "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.",
]
ENGLISH = "This certifies that the association is registered with the Ministry."
TCVN3 = "Céng hßa x· héi chñ nghÜa ViÖt Nam, ®éc lËp tù do h¹nh phóc, QuyÕt ®Þnh cña Bé tr­ëng"
VNI = "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam, ñoäc laäp töï do haïnh phuùc"

Draw = Callable[[fpdf.FPDF], None]


def page_of(path: Path, *draw: Draw, **options: object) -> Path:
    """A PDF page drawn by a program, in a face that embeds its letters with their Unicode."""
    document = fpdf.FPDF(**options)
    document.add_font("face", "", str(FACE))
    document.add_page()
    document.set_font("face", size=13)
    for one in draw:
        one(document)
    return write(path, bytes(document.output()))


def lines(*texts: str, x: float = 20, y: float = 40, step: float = 9) -> Draw:
    def draw(document: fpdf.FPDF) -> None:
        for row, text in enumerate(texts):
            document.text(x, y + step * row, text)

    return draw


def latin(text: str) -> Draw:
    """Text in a font of one byte a letter, as word processors wrote before Unicode."""

    def draw(document: fpdf.FPDF) -> None:
        document.set_font("Helvetica", size=12)
        document.text(20, 40, text)

    return draw


def picture(image: Image.Image, x: float = 0, y: float = 0, width: float = 210) -> Draw:
    return lambda document: document.image(image, x, y, width)


def scan_of(*texts: str) -> Image.Image:
    """A scanned page with lines of print."""
    image = Image.new("RGB", (1654, 2339), (252, 250, 244))
    draw = ImageDraw.Draw(image)
    for row, text in enumerate(texts):
        draw.text((200, 320 + 80 * row), text, fill=(20, 20, 20), font=text_font(DEFAULT_FACE, "regular", 40))
    return image


def seal() -> Image.Image:
    image = Image.new("RGB", (300, 300), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse([5, 5, 295, 295], outline="red", width=6)
    draw.ellipse([70, 70, 230, 230], outline="red", width=4)
    font = text_font(DEFAULT_FACE, "regular", 32)
    draw.text((110, 110), "BỘ", fill="red", font=font)
    draw.text((90, 150), "NỘI VỤ", fill="red", font=font)
    for step in range(24):
        angle = step / 24 * 2 * np.pi
        draw.text((140 + 110 * np.cos(angle), 135 + 110 * np.sin(angle)), "HCNVT"[step % 5], fill="red", font=font)
    return image


def test_a_born_digital_page_gives_its_words_in_order(tmp_path: Path) -> None:
    words = own_words(page_of(tmp_path / "m", lines(*BODY)), 1)
    assert words is not None
    assert text_of(words).split("\n") == BODY
    assert {word.confidence for word in words} == {1.0}


def test_each_word_lies_on_its_ink(tmp_path: Path) -> None:
    path = page_of(tmp_path / "m", lines(*BODY))
    assert_words_on_ink(path, own_words(path, 1))


def assert_words_on_ink(path: Path, words: list[Word] | None) -> None:
    assert words
    with pypdfium2.PdfDocument(path) as document:
        ink = document[0].render(scale=2).to_numpy()[:, :, 0] < 128
    height, width = ink.shape
    left_over = ink.copy()
    for word in words:
        top, bottom, left, right = word.top * height, word.bottom * height, word.left * width, word.right * width
        part = ink[int(top) : int(bottom) + 1, int(left) : int(right) + 1]
        columns, rows = np.flatnonzero(part.any(axis=0)), np.flatnonzero(part.any(axis=1))
        assert columns[-1] - columns[0] >= right - left - 4
        assert rows[-1] - rows[0] >= bottom - top - 4
        left_over[int(top) - 1 : int(bottom) + 2, int(left) - 1 : int(right) + 2] = False
    assert left_over.sum() <= 0.01 * ink.sum()


def test_columns_side_by_side_are_lines_of_their_own(tmp_path: Path) -> None:
    left = lines("BỘ NỘI VỤ", "Số: 631/QĐ-BNV", x=25)
    right = lines("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Hà Nội, ngày 14 tháng 6 năm 2019", x=100)
    words = own_words(page_of(tmp_path / "m", left, right, lines(*BODY, y=80)), 1)
    assert words is not None
    found = [line.text for line in lines_of(words, 210 / 297)]
    assert found[:4] == [
        "BỘ NỘI VỤ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Số: 631/QĐ-BNV",
        "Hà Nội, ngày 14 tháng 6 năm 2019",
    ]


def test_another_language_is_text_too(tmp_path: Path) -> None:
    words = own_words(page_of(tmp_path / "m", lines(*[ENGLISH] * 3)), 1)
    assert words is not None
    assert text_of(words).split("\n") == [ENGLISH] * 3


def test_letters_written_as_base_and_mark_come_as_one(tmp_path: Path) -> None:
    words = own_words(page_of(tmp_path / "m", lines("Quyê\u0301t đi\u0323nh cu\u0309a Bộ trưởng", *BODY)), 1)
    assert words is not None
    assert [word.text for word in words[:3]] == ["Quyết", "định", "của"]


NUMBER = lines("Số: 631/QĐ-BNV", x=150, y=285)


@pytest.mark.parametrize(
    "draw",
    [
        (),
        (picture(scan_of(*BODY)),),
        (picture(scan_of(*BODY)), NUMBER),
        (picture(scan_of(*BODY)), lines("x", x=200, y=290)),
        (picture(scan_of(*BODY)), lines("VĂN PHÒNG BỘ NỘI VỤ", "ĐẾN Số: 1234 Ngày: 05/6/2019", x=110, y=12)),
        (lines(*BODY), picture(scan_of(*BODY))),
        (lines(*BODY[:2]), picture(scan_of(*BODY).crop((0, 250, 1654, 900)), y=120)),
        (latin(TCVN3),),
        (latin(VNI),),
        (lines(*BODY), latin(TCVN3)),
        (latin("xqzt bcdf ghjk lmnp qrst vwxz bdfg hjkl mnpq rstv wxzb cdfg"),),
    ],
    ids=[
        "empty page",
        "scan",
        "scan with a page number",
        "scan with a stray letter",
        "scan with a stamp",
        "text under a scan",
        "text beside a picture of text",
        "TCVN3 font",
        "VNI font",
        "TCVN3 font beside Unicode",
        "codes that are no letters",
    ],
)
def test_a_page_whose_text_is_not_all_that_one_sees_is_read_by_ocr(tmp_path: Path, draw: tuple[Draw, ...]) -> None:
    assert own_words(page_of(tmp_path / "m", *draw), 1) is None


def test_text_that_nobody_sees_is_none(tmp_path: Path) -> None:
    def white(document: fpdf.FPDF) -> None:
        document.set_text_color(255, 255, 255)
        lines(*BODY)(document)

    assert own_words(page_of(tmp_path / "m", white), 1) is None


@pytest.mark.parametrize("name", ["pdf with hidden text", "pdf with text under its scan", "pdf of a jpeg"])
def test_what_an_earlier_ocr_left_is_not_the_pages_text(tmp_path: Path, name: str) -> None:
    assert own_words(write(tmp_path / "m", content_of(name)), 1) is None


def test_an_invisible_layer_right_over_the_print_is_not_the_pages_text(tmp_path: Path) -> None:
    def hidden(document: fpdf.FPDF) -> None:
        with document.local_context(text_mode="INVISIBLE"):
            lines(*BODY)(document)

    assert own_words(page_of(tmp_path / "m", picture(scan_of(*BODY)), hidden), 1) is None


@pytest.mark.parametrize(
    "draw",
    [
        picture(seal(), 120, 200, 36),
        lambda document: [document.rect(15, 30 + 9 * row, 180, 9) for row in range(6)],
        picture(Image.new("RGB", (1654, 2339), (255, 250, 230))),
    ],
    ids=["seal", "table", "tinted ground"],
)
def test_seals_rules_and_grounds_need_no_words(tmp_path: Path, draw: Draw) -> None:
    words = own_words(page_of(tmp_path / "m", draw, lines(*BODY)), 1)
    assert words is not None
    assert text_of(words).split("\n") == BODY


def changed(path: Path, change: Callable[[pikepdf.Pdf, pikepdf.Page], None]) -> Path:
    stream = io.BytesIO()
    with pikepdf.open(path) as pdf:
        change(pdf, pdf.pages[0])
        pdf.save(stream)
    return write(path, stream.getvalue())


def sideways(page: pikepdf.Page, turn: bytes) -> None:
    page.contents_add(b"q " + turn + b" cm\n", prepend=True)
    page.contents_add(b"\nQ")


def test_letters_that_the_file_calls_private_are_no_text(tmp_path: Path) -> None:
    def hide(pdf: pikepdf.Pdf, _: pikepdf.Page) -> None:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Stream) and b"begincmap" in one.read_bytes():
                one.write(re.sub(rb"(<[0-9A-F]{4}> <)00", rb"\1E0", one.read_bytes()))

    path = page_of(tmp_path / "m", lines(*BODY))
    assert own_words(path, 1) is not None
    assert own_words(changed(path, hide), 1) is None


def test_a_page_turned_by_its_tag_gives_upright_words(tmp_path: Path) -> None:
    def turn(_: pikepdf.Pdf, page: pikepdf.Page) -> None:
        sideways(page, b"0 1 -1 0 841.89 0")
        page.mediabox = [0, 0, 841.89, 595.28]
        page.obj.Rotate = 90

    path = changed(page_of(tmp_path / "m", lines(*BODY)), turn)
    words = own_words(path, 1)
    assert words is not None
    assert text_of(words).split("\n") == BODY
    assert_words_on_ink(path, words)


def test_a_page_in_a_box_off_the_origin_gives_places_within_the_box(tmp_path: Path) -> None:
    def crop(_: pikepdf.Pdf, page: pikepdf.Page) -> None:
        page.cropbox = [30, 100, 580, 800]

    path = changed(page_of(tmp_path / "m", lines(*BODY)), crop)
    assert_words_on_ink(path, own_words(path, 1))


@pytest.mark.parametrize("turn", [b"0 1 -1 0 841.89 0", b"-1 0 0 -1 595.28 841.89", b"0 -1 1 0 0 595.28"])
def test_a_page_that_lies_the_wrong_way_is_read_by_ocr(tmp_path: Path, turn: bytes) -> None:
    def lie(_: pikepdf.Pdf, page: pikepdf.Page) -> None:
        sideways(page, turn)
        page.mediabox = [0, 0, 841.89, 841.89]

    assert own_words(changed(page_of(tmp_path / "m", lines(*BODY)), lie), 1) is None


def test_what_a_signature_shows_belongs_to_the_page(tmp_path: Path) -> None:
    """Its number and date are often put on a document by the program that signs it."""

    def sign(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
        courier = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Courier)
        look = pdf.make_stream(
            b"BT /F 12 Tf 2 4 Td (So: 631 signed) Tj ET",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=[0, 0, 200, 20],
            Resources=Dictionary(Font=Dictionary(F=courier)),
        )
        note = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=[300, 300, 500, 320], F=4, AP=Dictionary(N=look))
        page.obj.Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(note)]))

    words = own_words(changed(page_of(tmp_path / "m", lines(*BODY)), sign), 1)
    assert words is not None
    assert [word.text for word in words[-3:]] == ["So:", "631", "signed"]


def test_the_page_asked_for_is_the_one_that_is_looked_at(tmp_path: Path) -> None:
    document = fpdf.FPDF()
    document.add_font("face", "", str(FACE))
    document.set_font("face", size=13)
    for text in BODY[:2]:
        document.add_page()
        document.text(20, 40, text)
    document.add_page()
    path = write(tmp_path / "m", bytes(document.output()))
    assert [text_of(own_words(path, number) or []) for number in (1, 2, 3)] == [*BODY[:2], ""]


def test_a_scan_in_a_file_of_its_own_has_no_words(tmp_path: Path) -> None:
    scan = as_bytes(scan_of(*BODY), "JPEG", 200)
    stream = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        image = pdf.make_stream(scan, Type=Name.XObject, Subtype=Name.Image, Width=1654, Height=2339)
        image.update(Dictionary(ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.DCTDecode))
        page.add_resource(image, Name.XObject, Name.Scan)
        page.contents_add(b"q 595 0 0 842 0 0 cm /Scan Do Q")
        pdf.save(stream)
    assert own_words(write(tmp_path / "m", stream.getvalue()), 1) is None


@given(st.text(alphabet="ăâêôơưđẠảỊ", min_size=1), st.text(alphabet="0123456789 .,/-"))
def test_vietnamese_letters_tell_vietnamese_whatever_signs_stand_between(letters: str, signs: str) -> None:
    assert is_vietnamese(letters + signs)
    assert not is_vietnamese(signs)
    assert not is_vietnamese(letters[0] + "abcdefghij")
