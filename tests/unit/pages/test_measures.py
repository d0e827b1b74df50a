"""Facts of a scan: sharpness, contrast, cut edges, and whether a page is blank."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from sohoa.pages.measures import NOT_SCANNED, Measures, is_blank, measure
from sohoa.pages.treatment import ocr_copy

from .prints import mm, page_of_text, printed
from .scans import sheet

PAPER = (245, 243, 232)
YELLOWED = (235, 215, 160)


def measured(grey: np.ndarray, dpi: float = 200) -> Measures:
    """Measures of a page in grey."""
    return measure(grey, dpi, np.dstack([grey] * 3))


def scanned(pixels: np.ndarray, dpi: float = 200, noise: float = 3) -> Measures:
    """Measures of a page in colour, with a scanner's noise."""
    grain = np.random.default_rng(3).normal(0, noise, (*pixels.shape[:2], 1))
    page = np.clip(pixels + grain, 0, 255).astype(np.uint8)
    return measure(ocr_copy(page), dpi, page)


def paper(colour: tuple[int, int, int] = PAPER) -> np.ndarray:
    """An empty A4 sheet at 200 dpi."""
    return np.full((mm(297), mm(210), 3), colour, np.float32)


# Sharpness and contrast


def test_a_blurred_page_is_less_sharp_the_more_it_is_blurred() -> None:
    page = page_of_text()
    sharp = [measured(cv2.GaussianBlur(page, (0, 0), blur)).sharpness or 0 for blur in (0.3, 1, 2, 3)]
    assert sharp == sorted(sharp, reverse=True)
    assert sharp[0] > 3
    assert sharp[3] < 1.8


@pytest.mark.parametrize("blur_mm", [0.1, 0.25])
def test_sharpness_is_the_same_at_any_resolution(blur_mm: float) -> None:
    found = [
        measured(cv2.GaussianBlur(page_of_text(dpi=dpi), (0, 0), mm(blur_mm * 100, dpi) / 100), dpi).sharpness
        for dpi in (200, 300)
    ]
    assert found[0] == pytest.approx(found[1], rel=0.15)


def test_sharpness_does_not_depend_on_how_dark_the_ink_is() -> None:
    page = page_of_text().astype(np.float32)
    pale = (255 - (255 - page) * 0.4).astype(np.uint8)
    assert measured(pale).sharpness == pytest.approx(measured(page_of_text()).sharpness, rel=0.05)


def test_a_page_blurred_in_one_direction_only_is_blurred() -> None:
    page = page_of_text()
    for size in ((1, 11), (11, 1)):
        assert (measured(cv2.blur(page, size)).sharpness or 9) < 0.75 * (measured(page).sharpness or 0)


@pytest.mark.parametrize("share", [0.8, 0.4, 0.2])
def test_contrast_is_the_share_of_light_that_ink_takes(share: float) -> None:
    page = page_of_text().astype(np.float32) / 250
    grey = (250 * (1 - (1 - page.clip(0, 1)) * share)).astype(np.uint8)
    assert measured(grey).contrast == pytest.approx(0.9 * share, rel=0.25)


@pytest.mark.parametrize("name", ["empty", "a page number"])
def test_a_page_without_print_has_neither_sharpness_nor_contrast(name: str) -> None:
    page = printed([] if name == "empty" else ["2"], left_mm=104)
    assert (measured(page).sharpness, measured(page).contrast) == (None, None)


# Cut edges


def test_a_whole_page_is_not_cut() -> None:
    assert not measured(page_of_text()).cut_edges


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_print_that_runs_out_of_the_picture_is_cut(side: str) -> None:
    page = page_of_text()
    ink = np.flatnonzero((page < 128).sum(axis=0) > 5)
    # Through the body of a line, not between two.
    fourth = slice(mm(30 + 3 * 7), mm(30 + 4 * 7))
    row = fourth.start + int(np.median(np.flatnonzero((page[fourth] < 128).sum(axis=1) > 100)))
    parts = {
        "left": page[:, ink[0] + 60 :],
        "right": page[:, : ink[-1] - 200],
        "top": page[row:],
        "bottom": page[:row],
    }
    assert measured(np.ascontiguousarray(parts[side])).cut_edges


def test_shadows_holes_and_frames_at_the_edge_are_not_cut_print() -> None:
    page = page_of_text()
    page[:, :12] = 60
    depth = 6 + 5 * np.sin(np.arange(page.shape[1]) / 130)
    page[:20][np.arange(20)[:, None] < depth] = 90
    for row in (900, 1530):
        cv2.circle(page, (10, row), 24, 50, -1)
    cv2.rectangle(page, (-5, 40), (page.shape[1] - 20, page.shape[0] + 9), 30, 4)
    assert not measured(page).cut_edges


def test_one_letter_at_the_edge_is_no_cut_page() -> None:
    page = page_of_text()
    cv2.putText(page, "ab", (-8, 700), cv2.FONT_HERSHEY_SIMPLEX, 1, 20, 2)
    assert not measured(page).cut_edges


# Blank pages


def holed(page: np.ndarray, shade: int) -> np.ndarray:
    for row in (-40, 40):
        cv2.circle(page, (mm(11), mm(148.5 + row)), mm(2.9), (shade,) * 3, -1, cv2.LINE_AA)
        cv2.circle(page, (mm(11), mm(148.5 + row)), mm(2.9), (128, 126, 122), 2, cv2.LINE_AA)
    return page


def shining_through(page: np.ndarray, strength: float) -> np.ndarray:
    back = cv2.GaussianBlur(page_of_text()[:, ::-1].astype(np.float32), (0, 0), 1.5)
    return page - (255 - back)[..., None] * strength


def shaded(page: np.ndarray) -> np.ndarray:
    page *= np.linspace(1, 0.7, page.shape[1])[None, :, None]
    page[:, :40] *= 0.2
    page[:30] *= 0.3
    return page


def folded(page: np.ndarray) -> np.ndarray:
    for share in (1 / 3, 2 / 3):
        row = round(page.shape[0] * share)
        cv2.line(page, (0, row), (page.shape[1], row + 14), (150, 148, 140), 2, cv2.LINE_AA)
    return page


def with_seal(page: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    for radius, width in ((140, 6), (110, 2), (40, -1)):
        cv2.circle(page, (900, 1200), radius, colour, width)
    return page


def with_pen(page: np.ndarray) -> np.ndarray:
    stroke = np.array([[600 + 6 * step, 1200 + int(60 * np.sin(step))] for step in range(40)])
    cv2.polylines(page, [stroke], False, (40, 50, 160), 4)
    return page


def with_rules(page: np.ndarray) -> np.ndarray:
    for row in range(300, 2200, 80):
        cv2.line(page, (150, row), (1500, row), (110, 110, 110), 2)
    return page


BLANK: dict[str, Callable[[], np.ndarray]] = {
    "new": paper,
    "yellowed": lambda: paper(YELLOWED),
    "punched over a dark lid": lambda: holed(paper(), 48),
    "punched over a white lid": lambda: holed(paper(), 225),
    "a back that shows its front": lambda: shining_through(paper(), 0.25),
    "with shadows": lambda: shaded(paper()),
    "folded": lambda: folded(paper()),
    "old, punched and shaded": lambda: shaded(holed(paper(YELLOWED), 48)),
}
WRITTEN: dict[str, Callable[[], np.ndarray]] = {
    "a red seal": lambda: with_seal(paper(), (205, 50, 60)),
    "a red seal on yellowed paper": lambda: with_seal(paper(YELLOWED), (190, 50, 50)),
    "a blue seal": lambda: with_seal(paper(), (60, 70, 190)),
    "pen strokes": lambda: with_pen(paper()),
    "the rules of an empty form": lambda: with_rules(paper()),
}


@pytest.mark.parametrize("name", BLANK)
def test_an_empty_sheet_is_blank_whatever_it_has_been_through(name: str) -> None:
    assert scanned(BLANK[name]()).blank


@pytest.mark.parametrize("name", WRITTEN)
def test_a_sheet_with_a_seal_pen_or_rules_only_is_not_blank(name: str) -> None:
    assert not scanned(WRITTEN[name]()).blank


def test_a_born_digital_page_is_not_measured() -> None:
    assert (NOT_SCANNED.blank, NOT_SCANNED.sharpness, NOT_SCANNED.lie.turn.rotation) == (False, None, 0)


def flattened(image: Image.Image, noise: float = 5) -> np.ndarray:
    pixels = np.asarray(image).astype(np.float32)
    pixels += np.random.default_rng(1).normal(0, noise, (*pixels.shape[:2], 1))
    return ocr_copy(np.clip(pixels, 0, 255).astype(np.uint8))


def specked(dpi: int, n: int) -> Image.Image:
    pixels = np.asarray(sheet(dpi, "", colour=False)).copy()
    rng = np.random.default_rng(7)
    for _ in range(n):
        place = (int(rng.integers(0, pixels.shape[1])), int(rng.integers(0, pixels.shape[0])))
        cv2.circle(pixels, place, int(rng.integers(1, max(2, dpi // 80))), (60, 60, 60), -1)
    return Image.fromarray(pixels)


def shadowed(dpi: int) -> Image.Image:
    """An empty page with a dark edge, a punch hole and paper that darkens to one side."""
    pixels = np.asarray(sheet(dpi, "", colour=False)).astype(np.float32)
    pixels *= np.linspace(1, 0.75, pixels.shape[1])[None, :, None]
    pixels[:, : dpi // 10] = 20
    return Image.fromarray(pixels.astype(np.uint8))


@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize("text", ["Nơi nhận:", "Lưu: VT.", "Số: 15/QĐ-BNV", "Hà Nội, ngày 05 tháng 01 năm 2020"])
def test_a_page_with_one_short_line_is_not_blank(dpi: int, text: str) -> None:
    assert not is_blank(flattened(sheet(dpi, text, 12, colour=False)), dpi)


def test_a_page_with_a_drawing_only_is_not_blank() -> None:
    pixels = np.asarray(sheet(200, "", colour=False)).copy()
    cv2.polylines(pixels, [np.array([[300, 900], [600, 500], [900, 1100], [1200, 700]])], False, (20, 20, 120), 4)
    assert not is_blank(flattened(Image.fromarray(pixels)), 200)


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_an_empty_page_is_blank(dpi: int) -> None:
    assert is_blank(flattened(sheet(dpi, "", colour=False)), dpi)
    assert is_blank(flattened(shadowed(dpi)), dpi)


@pytest.mark.parametrize("dpi", [200, 300])
def test_an_empty_page_with_scattered_dirt_as_tall_as_small_letters_is_blank(dpi: int) -> None:
    page = sheet(dpi, "", colour=False)
    draw = ImageDraw.Draw(page)
    size = round(1.2 * dpi / 25.4)
    for x, y in ((0.2, 0.3), (0.5, 0.7), (0.8, 0.4), (0.6, 0.2), (0.3, 0.8)):
        left, top = round(x * page.width), round(y * page.height)
        draw.ellipse((left, top, left + size, top + size), fill=0)
    assert is_blank(flattened(page), dpi)


@pytest.mark.parametrize("dpi", [200, 300])
def test_an_empty_sheet_that_lay_askew_is_blank_although_its_edge_throws_a_shadow(dpi: int) -> None:
    page = sheet(dpi, "", colour=False)
    px_per_mm = dpi / 25.4
    narrow, wide = round(6 * px_per_mm), round(10 * px_per_mm)
    ImageDraw.Draw(page).polygon(((0, 0), (narrow, 0), (wide, page.height), (0, page.height)), fill=(70, 70, 70))
    assert is_blank(flattened(page), dpi)


@pytest.mark.parametrize("dpi", [200, 300])
def test_an_empty_page_with_specks_is_blank(dpi: int) -> None:
    assert is_blank(flattened(specked(dpi, 40)), dpi)


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (40, 2000)])
def test_a_sliver_of_a_page_breaks_nothing(shape: tuple[int, int]) -> None:
    pixels = np.full((*shape, 3), 255, np.uint8)
    assert ocr_copy(pixels).shape == shape
    assert is_blank(ocr_copy(pixels), 200)
