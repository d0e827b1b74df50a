"""Closer looks at the number and date of first pages, from scan to record."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from sohoa.archive.groups import PageSource
from sohoa.journey.look_parts import Closer
from sohoa.journey.looks import look_closer
from sohoa.journey.ocr_copies import OcrCopy, make_copy, read_copies
from sohoa.journey.readings import PageWords, keep_page, kept_page
from sohoa.ocr import Word
from sohoa.pages import PageWorker
from sohoa.reading import PageEvidence, Record, read_document
from sohoa.samples.faces import DEFAULT_FACE, digit_font, text_font
from sohoa.settings import Settings

BLACK, VIOLET, RED, BLUE = (30, 28, 30), (86, 40, 132), (196, 36, 48), (24, 40, 130)
WIDTH, HEIGHT, MIDDLE_LEFT, MIDDLE_RIGHT = 1654, 2339, 470, 1150  # A4 at 200 dpi


def first_page(number: str, day: str, hand: str | None, colour: tuple[int, int, int] = BLACK) -> Image.Image:
    """A decision's first page; number and day printed, or in the face `hand`."""
    page = Image.new("RGB", (WIDTH, HEIGHT), (250, 248, 242))
    draw = ImageDraw.Draw(page)

    def line(text: str, x: float, y: float, style: str = "regular", size: int = 36) -> None:
        draw.text((x, y), text, BLACK, text_font(DEFAULT_FACE, style, size), anchor="ms")  # type: ignore[arg-type]

    def filled(before: str, digits: str, after: str, x: float, y: float, style: str) -> None:
        if hand is None:
            line(before + digits + after, x, y, style)
            return
        text = text_font(DEFAULT_FACE, style, 36)  # type: ignore[arg-type]
        digit = digit_font(hand, 36 if "Bold" in hand else 50)
        gap = digit.getlength(digits) + 16
        left = x - (text.getlength(before + after) + gap) / 2
        draw.text((left, y), before, BLACK, text, anchor="ls")
        draw.text((left + text.getlength(before) + 8, y), digits, colour, digit, anchor="ls")
        draw.text((left + text.getlength(before) + gap, y), after, BLACK, text, anchor="ls")

    line("BỘ NỘI VỤ", MIDDLE_LEFT, 190, "bold")
    line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", MIDDLE_RIGHT, 190, "bold", 34)
    line("Độc lập - Tự do - Hạnh phúc", MIDDLE_RIGHT, 240, "bold")
    filled("Số: ", number, "/QĐ-BNV", MIDDLE_LEFT, 320, "regular")
    filled("Hà Nội, ngày ", day, " tháng 8 năm 2021", MIDDLE_RIGHT, 320, "italic")
    line("QUYẾT ĐỊNH", WIDTH / 2, 440, "bold", 40)
    line("Về việc cho phép thành lập Hội Khoa học Lịch sử Việt Nam", WIDTH / 2, 500, "bold")
    for row in range(12):
        line("Căn cứ Nghị định của Chính phủ quy định chức năng, nhiệm vụ, quyền hạn", WIDTH / 2, 620 + row * 56)
    return page


def stamped_over(page: Image.Image, colour: tuple[int, int, int], written: str = "") -> Image.Image:
    """A page with an incoming stamp over its number line, through which the print is seen."""
    stamp = Image.new("RGB", page.size, "white")
    draw = ImageDraw.Draw(stamp)
    draw.rectangle((300, 286, 650, 420), outline=colour, width=3)
    draw.line((392, 286, 392, 420), fill=colour, width=2)
    for text, x, y, size in (
        ("UBND HUYỆN HÒA VANG", 400, 312, 20),
        ("ĐẾN", 345, 360, 34),
        ("Số: ......", 470, 360, 24),
    ):
        draw.text((x, y), text, colour, text_font(DEFAULT_FACE, "bold", size), anchor="ls" if x == 400 else "ms")
    draw.text((520, 360), written, BLUE, digit_font("Breip.ttf", 50), anchor="ls")
    return ImageChops.multiply(page, stamp)


PAGES = {
    "under a violet stamp": (stamped_over(first_page("1368", "26", None), (110, 70, 160)), BLACK),
    "under a grey stamp": (stamped_over(first_page("1368", "26", None), (150, 150, 150)), BLACK),
    "by pen under a stamp": (stamped_over(first_page("183", "26", "Breip.ttf", BLUE), (110, 70, 160), "45"), BLUE),
    "printed": (first_page("1368", "26", None), BLACK),
    "violet stamp": (first_page("279", "15", "DejaVuSans-Bold.ttf", VIOLET), VIOLET),
    "red stamp": (first_page("481", "26", "DejaVuSans-Bold.ttf", RED), RED),
    "violet stamp under another": (
        stamped_over(first_page("279", "15", "DejaVuSans-Bold.ttf", VIOLET), VIOLET),
        VIOLET,
    ),
    "blue pen": (first_page("183", "26", "Breip.ttf", BLUE), BLUE),
    "black pen": (first_page("295", "26", "dkg.ttf", BLACK), BLACK),
}


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[OcrCopy, Closer]]:
    """Every page of `PAGES` as read, with its closer look; and one without a head."""
    home = tmp_path_factory.mktemp("looks")
    settings = Settings(home=home)
    copies = []
    bare = Image.new("RGB", (WIDTH, HEIGHT), (250, 248, 242))
    ImageDraw.Draw(bare).text((300, 400), "Phụ lục kèm theo", BLACK, text_font(DEFAULT_FACE, "regular", 40))
    with PageWorker(settings) as worker:
        for name, image in [*((name, image) for name, (image, _) in PAGES.items()), ("no head", bare)]:
            path = home / f"{name}.png"
            image.save(path, dpi=(200, 200))
            source = PageSource(path, "image/png", 1)
            copy = home / f"{name}.pgm"
            copies.append(OcrCopy(name, 1, source, copy, make_copy(settings, worker, source, copy)))
        read_copies(settings, worker, copies, home / "read")
        closer = look_closer(settings, worker, copies, home / "closer")
    return {copy.sha256: both for copy, both in ((copy, (copy, one)) for copy, one in zip(copies, closer, strict=True))}


def record_of(looked_at: dict[str, tuple[OcrCopy, Closer]], name: str) -> Record:
    copy, closer = looked_at[name]
    return read_document([PageEvidence(copy.words or [], copy.aspect, looks=closer.looks, ink=closer.ink)])


@pytest.mark.parametrize(
    ("name", "number", "day"),
    [
        ("printed", "1368", "26"),
        ("violet stamp", "279", "15"),
        ("red stamp", "481", "26"),
        ("under a violet stamp", "1368", "26"),
        ("under a grey stamp", "1368", "26"),
    ],
)
def test_print_and_stamps_of_any_colour_are_read_and_sure(
    looked_at: dict[str, tuple[OcrCopy, Closer]], name: str, number: str, day: str
) -> None:
    record = record_of(looked_at, name)
    assert record.flags == ()
    assert (record.value("code_number"), record.value("issued_on")) == (number, f"2021-08-{day}")
    if name != "red stamp":  # it may be gone from the page's own copy, and one look is not enough
        assert record.confidence("code_number") >= 0.9
        assert record.confidence("issued_on") >= 0.9


def test_a_stamped_number_under_a_stamp_of_the_same_ink_is_read(looked_at: dict[str, tuple[OcrCopy, Closer]]) -> None:
    record = record_of(looked_at, "violet stamp under another")
    assert record.flags == ()
    assert record.value("code_number") == "279"


@pytest.mark.parametrize("name", ["blue pen", "black pen", "by pen under a stamp"])
def test_a_number_by_pen_is_flagged_and_not_read_while_its_symbol_is(
    looked_at: dict[str, tuple[OcrCopy, Closer]], name: str
) -> None:
    record = record_of(looked_at, name)
    assert record.flags == ("handwritten_number",)
    assert record.value("code_number") is None
    assert record.value("issued_on") is None
    assert record.value("code_notation") == "QĐ-BNV"


def test_ink_is_told_slot_by_slot(looked_at: dict[str, tuple[OcrCopy, Closer]]) -> None:
    assert looked_at["printed"][1].ink == dict.fromkeys(("number", "day", "month", "year"), "print")
    violet = looked_at["violet stamp"][1].ink
    assert (violet["number"], violet["month"], violet["year"]) == ("stamp", "print", "print")
    assert looked_at["blue pen"][1].ink["year"] == "print"


def test_closer_looks_stand_where_the_line_stands_on_the_page(looked_at: dict[str, tuple[OcrCopy, Closer]]) -> None:
    for word in looked_at["printed"][1].looks["number"][0]:
        assert 0.15 < word.left < word.right < 0.45
        assert 0.12 < word.top < word.bottom < 0.145


def test_a_page_without_a_head_is_not_looked_at_again(looked_at: dict[str, tuple[OcrCopy, Closer]]) -> None:
    assert looked_at["no head"][1] == Closer()


def test_what_closer_looks_gave_is_kept_with_the_page(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    word = Word("Số:", 0.9, 0.1, 0.1, 0.2, 0.2, 0, 0)
    kept = PageWords(0.7, [word], own_text=False, looks={"number": [[word], []]}, ink={"number": "stamp"})
    keep_page(settings, "ab" * 32, 1, kept)
    assert kept_page(settings, "ab" * 32, 1) == kept
    assert kept_page(settings, "ab" * 32, 2) is None
