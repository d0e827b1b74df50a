"""The invisible text layer: where it puts words, whatever the words and the page are."""

from __future__ import annotations

import io
import math
from itertools import accumulate

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sohoa.archive.textlayer import Matrix, TextLayer, upright_size, words_to_page
from sohoa.words import Word

BOX = (30.0, 50.0, 625.0, 892.0)


def applied(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    return matrix.a * x + matrix.c * y + matrix.e, matrix.b * x + matrix.d * y + matrix.f


@given(rotate=st.sampled_from([0, 90, 180, 270]), skew=st.floats(-5, 5))
def test_the_middle_of_the_straight_copy_is_the_middle_of_the_page(rotate: int, skew: float) -> None:
    width, height = upright_size(BOX, rotate)
    middle = applied(words_to_page(BOX, rotate, skew), width / 2, height / 2)
    assert middle == pytest.approx(((BOX[0] + BOX[2]) / 2, (BOX[1] + BOX[3]) / 2))


@given(rotate=st.sampled_from([0, 90, 180, 270]), skew=st.floats(-5, 5))
def test_a_line_runs_at_the_angle_at_which_it_stands_on_the_page(rotate: int, skew: float) -> None:
    place = words_to_page(BOX, rotate, skew)
    (x0, y0), (x1, y1) = applied(place, 0, 0), applied(place, 1, 0)
    # Turned clockwise by both, it is level.
    angle = math.degrees(math.atan2(y1 - y0, x1 - x0)) - rotate - skew
    assert (angle + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)


@given(rotate=st.sampled_from([0, 90, 180, 270]))
def test_the_corners_of_a_straight_page_are_its_corners(rotate: int) -> None:
    width, height = upright_size(BOX, rotate)
    place = words_to_page(BOX, rotate, 0.0)
    corners = {tuple(round(v) for v in applied(place, x, y)) for x in (0, width) for y in (0, height)}
    assert corners == {(30, 50), (625, 50), (30, 892), (625, 892)}


def text_with(words: list[Word]) -> tuple[str, list[tuple[float, ...]]]:
    """What pdfium finds, and the box of each word that it tells apart, in fractions of the page."""
    stream = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(600, 800))
        TextLayer(pdf).lay(page, words, (600, 800), Matrix(1, 0, 0, 1, 0, 0))
        pdf.save(stream)
    with pypdfium2.PdfDocument(stream.getvalue()) as document:
        text = document[0].get_textpage()
        content = text.get_text_range()
        boxes, start = [], None
        for index, char in enumerate(content + " "):
            if not char.isspace():
                start = index if start is None else start
            elif start is not None:
                sides = [text.get_charbox(i, loose=True) for i in range(start, index)]
                left, bottom = min(s[0] for s in sides), min(s[1] for s in sides)
                right, top = max(s[2] for s in sides), max(s[3] for s in sides)
                boxes.append((left / 600, 1 - top / 800, right / 600, 1 - bottom / 800))
                start = None
        return content, boxes


# pdfium joins a line that ends in a hyphen with the next one.
VIETNAMESE = st.text("aăâđêôơưẠẢẤẦẨỆỊỌỐỘỚỤỨỰỲỹ0123456789/-.:", min_size=2, max_size=12).filter(
    lambda text: not text.endswith("-")
)


@settings(max_examples=20, deadline=None)
@given(texts=st.lists(st.lists(VIETNAMESE, min_size=1, max_size=7), min_size=1, max_size=5), data=st.data())
def test_words_come_out_in_order_and_in_their_places(texts: list[list[str]], data: st.DataObject) -> None:
    words = []
    for row, line in enumerate(texts):
        x, top = 0.05, 0.1 + 0.1 * row
        for text in line:
            width = data.draw(st.floats(0.006, 0.012)) * len(text)
            words.append(Word(text, 1.0, x, top, x + width, top + 0.02, row, 0))
            x += width + data.draw(st.floats(0.006, 0.012))
    content, boxes = text_with(words)
    assert content.split() == [word.text for word in words]
    # pdfium may take short words that stand far apart for columns, but no line may run into another.
    assert ends_of(texts) <= ends_of([line.split() for line in content.splitlines()])
    for word, box in zip(words, boxes, strict=True):
        assert box == pytest.approx((word.left, word.top, word.right, word.bottom), abs=0.003)


def ends_of(lines: list[list[str]]) -> set[int]:
    """After how many words of the page its lines end."""
    return set(accumulate(map(len, lines)))


def test_what_is_no_print_is_left_out() -> None:
    words = [
        Word(text, 1.0, 0.1 + 0.2 * n, 0.1, 0.2 + 0.2 * n, 0.12, 0, 0) for n, text in enumerate(["a\x07b", "\x00"])
    ]
    assert text_with(words)[0].split() == ["ab"]
    assert text_with([])[0] == ""


def test_a_word_without_width_does_not_break_the_line() -> None:
    words = [Word("một", 1.0, 0.1, 0.1, 0.1, 0.1, 0, 0), Word("hai", 1.0, 0.1, 0.1, 0.2, 0.12, 0, 0)]
    assert text_with(words)[0].split() == ["một", "hai"]


def test_pages_share_one_font_and_keep_their_own() -> None:
    with pikepdf.new() as pdf:
        own = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        shared = pdf.make_indirect(pikepdf.Dictionary(Font=pikepdf.Dictionary(SohoaText=own)))
        layer = TextLayer(pdf)
        for _ in range(2):
            page = pdf.add_blank_page()
            page.obj.Resources = shared
            layer.lay(page, [Word("a", 1.0, 0.1, 0.1, 0.2, 0.2, 0, 0)], (600, 800), Matrix(1, 0, 0, 1, 0, 0))
        fonts = [page.obj.Resources.Font for page in pdf.pages]
        assert [sorted(font.keys()) for font in fonts] == [["/SohoaText", "/SohoaText_"]] * 2
        assert fonts[0]["/SohoaText_"].objgen == fonts[1]["/SohoaText_"].objgen
        assert fonts[0]["/SohoaText"].BaseFont == "/Helvetica"
