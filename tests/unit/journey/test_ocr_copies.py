"""How a page is turned by what it says, where its looks alone leave a doubt."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageOps

from sohoa.archive.groups import PageSource
from sohoa.journey.ocr_copies import OcrCopy, make_copy, read_copies
from sohoa.pages import PageWorker
from sohoa.samples.faces import DEFAULT_FACE, text_font
from sohoa.settings import Settings

LINES = (
    "Điều 1. Cho phép thành lập Hội và phê duyệt Điều lệ kèm theo Quyết định này.",
    "Điều 2. Hội hoạt động theo Điều lệ được phê duyệt và theo pháp luật của Nhà nước.",
    "Điều 3. Chánh Văn phòng Bộ, Thủ trưởng các đơn vị liên quan chịu trách nhiệm thi hành.",
)


def a_page() -> Image.Image:
    page = Image.new("RGB", (1654, 2339), "white")
    draw = ImageDraw.Draw(page)
    for number in range(12):
        at = (190, 250 + 70 * number)
        draw.text(at, LINES[number % 3], fill="black", font=text_font(DEFAULT_FACE, "regular", 36))
    return page


def read_as_turned(home: Path, page: Image.Image, guess: int, others: tuple[int, ...]) -> OcrCopy:
    """The page as it is read when it was taken at first for one to be turned by `guess`."""
    settings, image = Settings(home=home), home / "copy.tif"
    page.save(home / "page.png", dpi=(200, 200))
    source = PageSource(home / "page.png", "image/png", 1)
    with PageWorker(settings) as worker:
        facts = {**make_copy(settings, worker, source, image, guess), "other_rotations": others}
        copy = OcrCopy("0" * 64, 1, source, image, facts)
        read_copies(settings, worker, [copy], home / "work")
    return copy


@pytest.mark.parametrize(("guess", "others"), [(90, (270, 0)), (270, (90, 0)), (180, (0,))])
def test_a_page_that_makes_no_sense_any_way_round_stays_as_it_was_delivered(
    tmp_path: Path, guess: int, others: tuple[int, ...]
) -> None:
    """Print that shows through from the back, for one, is language in a mirror only."""
    copy = read_as_turned(tmp_path, ImageOps.mirror(a_page()), guess, others)
    assert copy.words
    assert copy.facts["rotation"] == 0


@pytest.mark.parametrize(("turned", "guess", "others"), [(90, 90, (270, 0)), (270, 90, (270, 0)), (180, 0, (180,))])
def test_a_page_that_makes_sense_one_way_round_is_turned_that_way(
    tmp_path: Path, turned: int, guess: int, others: tuple[int, ...]
) -> None:
    page = a_page().rotate(turned, expand=True)  # counter-clockwise, as the page must be turned clockwise
    copy = read_as_turned(tmp_path, page, guess, others)
    assert copy.facts["rotation"] == turned
    assert "phê" in [word.text for word in copy.words or ()]
