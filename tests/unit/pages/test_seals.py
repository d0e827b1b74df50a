"""What lies over print in colour goes, print stays: black under seals, coloured where it is what the page says."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest
from PIL import Image

from sohoa.pages.seals import Pixels, without_seals
from sohoa.pages.treatment import ocr_copy

from .scans import sheet

DPI = 200
MM = DPI / 25.4
RED, BLUE, VIOLET = (206, 34, 48), (28, 52, 160), (72, 48, 140)
PAPER = (250, 248, 240)


@cache
def page(ink: tuple[int, int, int] = (30, 28, 30), dpi: int = DPI, lines: int = 1) -> Pixels:
    """A part of a page, 140 x 160 mm, with lines of print from 12 mm from the left and 14 mm from the top on."""
    one = np.asarray(sheet(dpi, "Quyết định về việc công nhận", 14, colour=False))
    strength = 1 - one.min(axis=2, keepdims=True) / one.min(axis=2).max()
    step = round(7 * dpi / 25.4)
    strength = np.max([np.roll(strength, step * line, axis=0) for line in range(lines)], axis=0)
    whole = (np.array(PAPER) * (1 - strength) + np.array(ink) * strength).astype(np.uint8)
    top, left, bottom, right = (round(edge * dpi / 25.4) for edge in (75, 30, 235, 170))
    return whole[top:bottom, left:right].copy()


def inked(pixels: Pixels, draw: Callable[[Pixels], object], ink: tuple[int, int, int]) -> Pixels:
    """Ink laid over a page, so that print shows through it; `draw` sets where to 255."""
    mask = np.zeros(pixels.shape[:2], np.uint8)
    draw(mask)
    through = 1 - mask[:, :, None] / 255 * (1 - np.array(ink) / 255)
    return (pixels * through).astype(np.uint8)


def seal(pixels: Pixels, x_mm: float, y_mm: float, ink: tuple[int, int, int] = RED, dpi: int = DPI) -> Pixels:
    """A round seal of 36 mm with its centre there."""
    mm = dpi / 25.4

    def draw(mask: Pixels) -> None:
        centre = round(x_mm * mm), round(y_mm * mm)
        for radius, width in ((17.5, 0.7), (12.5, 0.3)):
            cv2.circle(mask, centre, round(radius * mm), 255, max(1, round(width * mm)), cv2.LINE_AA)
        cv2.putText(mask, "BO NOI VU", (centre[0] - round(11 * mm), centre[1]), 0, 0.022 * dpi / 5, 255, 2)

    return inked(pixels, draw, ink)


def signature(pixels: Pixels, x_mm: float, y_mm: float, ink: tuple[int, int, int] = BLUE) -> Pixels:
    """Loops of a pen, 40 x 16 mm, that begin there."""
    t = np.linspace(0, 1, 300)
    xs, ys = x_mm + 40 * t + 3 * np.sin(30 * t), y_mm + 8 * np.sin(25 * t) * (1.2 - t)
    points = (np.stack([xs, ys], axis=1) * MM).round().astype(np.int32)
    return inked(pixels, lambda mask: cv2.polylines(mask, [points], False, 255, 4, cv2.LINE_AA), ink)


def digits(pixels: Pixels, text: str, x_mm: float, y_mm: float, ink: tuple[int, int, int]) -> Pixels:
    """Digits of a numbering machine, 5 mm tall."""
    foot = round(x_mm * MM), round(y_mm * MM)
    return inked(pixels, lambda mask: cv2.putText(mask, text, foot, 0, 1.8, 255, 5, cv2.LINE_AA), ink)


def as_jpeg(pixels: Pixels, quality: int) -> Pixels:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream))


def part(grey: Pixels, x_mm: float, y_mm: float, width: float, height: float) -> Pixels:
    """A part of a page, in mm."""
    return grey[round(y_mm * MM) : round((y_mm + height) * MM), round(x_mm * MM) : round((x_mm + width) * MM)]


LINE = (12, 13, 70, 8)  # where the print of `page()` is


def dark_share(grey: Pixels) -> float:
    return float((grey < 128).mean())


@pytest.mark.parametrize("ink", [RED, BLUE, VIOLET], ids=["red", "blue", "violet"])
@pytest.mark.parametrize("quality", [None, 75, 45])
def test_a_seal_where_nothing_is_printed_is_gone(ink: tuple[int, int, int], quality: int | None) -> None:
    sealed = seal(page(), 90, 125, ink)
    copy = ocr_copy(sealed if quality is None else as_jpeg(sealed, quality), DPI)
    assert (part(copy, 70, 105, 40, 40) > 160).mean() > 0.97


@pytest.mark.parametrize("quality", [None, 75, 45])
def test_print_under_a_seal_and_a_signature_stays_and_they_leave_little(quality: int | None) -> None:
    plain = page()
    covered = signature(seal(plain, 40, 17), 20, 17)
    if quality is not None:
        plain, covered = as_jpeg(plain, quality), as_jpeg(covered, quality)
    print_alone, print_under = (part(ocr_copy(pixels, DPI), *LINE) < 128 for pixels in (plain, covered))
    assert print_alone.mean() > 0.04
    assert (print_under & print_alone).sum() > 0.8 * print_alone.sum()
    assert (print_under & ~print_alone).mean() < 0.01


def test_a_signature_alone_is_gone() -> None:
    copy = ocr_copy(signature(page(), 80, 125), DPI)
    assert dark_share(part(copy, 75, 110, 60, 30)) < 0.0005


@pytest.mark.parametrize("ink", [RED, BLUE, VIOLET], ids=["red", "blue", "violet"])
def test_a_coloured_heading_on_a_page_of_black_print_stays(ink: tuple[int, int, int]) -> None:
    heading = part(page(ink), *LINE)
    pixels = page().copy()
    pixels[round(75 * MM) :][: heading.shape[0], round(12 * MM) :][:, : heading.shape[1]] = heading
    copy = ocr_copy(as_jpeg(seal(pixels, 100, 135), 75), DPI)
    assert dark_share(part(copy, 12, 75, 70, 8)) > 0.7 * dark_share(part(copy, *LINE))
    assert dark_share(part(copy, 80, 115, 40, 40)) < 0.001


@pytest.mark.parametrize("ink", [RED, BLUE, VIOLET], ids=["red", "blue", "violet"])
@pytest.mark.parametrize("number", ["7", "1024"])
def test_digits_of_a_numbering_machine_stay_whatever_their_ink(number: str, ink: tuple[int, int, int]) -> None:
    copy = ocr_copy(as_jpeg(digits(page(), number, 30, 55, ink), 75), DPI)
    assert part(copy, 30, 49, 6, 7).min() < 110


@pytest.mark.parametrize("ink", [RED, BLUE, VIOLET], ids=["red", "blue", "violet"])
def test_a_page_printed_in_colour_keeps_its_print_even_below_a_seal_of_that_colour(ink: tuple[int, int, int]) -> None:
    coloured = page(ink, lines=20)
    copy, sealed = (ocr_copy(as_jpeg(pixels, 75), DPI) for pixels in (coloured, seal(coloured, 40, 75, ink)))
    printed = part(copy, 12, 13, 70, 140) < 140
    assert printed.mean() > 0.03
    assert (part(sealed, 12, 13, 70, 140)[printed] < 140).mean() > 0.85


def test_a_page_without_colour_is_not_touched() -> None:
    grey = np.repeat(cv2.cvtColor(signature(seal(page(), 90, 125), 70, 125), cv2.COLOR_RGB2GRAY)[:, :, None], 3, 2)
    assert np.array_equal(without_seals(grey, MM), grey[:, :, 0])


@pytest.mark.parametrize("marker", [(255, 240, 60), (255, 130, 190), (120, 240, 130)], ids=["yellow", "pink", "green"])
def test_print_under_a_text_marker_stands_on_white(marker: tuple[int, int, int]) -> None:
    corner, end = (round(10 * MM), round(13 * MM)), (round(85 * MM), round(21 * MM))
    marked = inked(page(), lambda mask: cv2.rectangle(mask, corner, end, 255, -1), marker)
    copy = ocr_copy(as_jpeg(marked, 75), DPI)
    assert np.median(part(copy, *LINE)) > 225
    assert dark_share(part(copy, *LINE)) == pytest.approx(dark_share(part(ocr_copy(page(), DPI), *LINE)), rel=0.2)


@pytest.mark.parametrize(
    "paper",
    [(248, 185, 200), (252, 232, 120), (150, 195, 238), (165, 222, 170)],
    ids=["pink", "yellow", "blue", "green"],
)
def test_coloured_paper_becomes_white_and_print_on_it_stays(paper: tuple[int, int, int]) -> None:
    tinted = (seal(page(), 90, 125) * (np.array(paper) / PAPER)).clip(0, 255).astype(np.uint8)
    copy = ocr_copy(as_jpeg(tinted, 75), DPI)
    assert np.median(copy) > 240
    assert dark_share(part(copy, *LINE)) > 0.04
    assert dark_share(part(copy, 70, 105, 40, 40)) < 0.001


def test_a_seal_in_a_shadow_leaves_no_box() -> None:
    shadow = np.linspace(1, 0.6, page().shape[1])[None, :, None]
    copy = ocr_copy((seal(page(), 100, 125) * shadow).astype(np.uint8), DPI)
    assert part(copy, 70, 95, 60, 60).min() > 150


def test_a_coloured_border_around_the_page_takes_nothing_with_it() -> None:
    def border(mask: Pixels) -> None:
        cv2.rectangle(mask, (60, 60), (mask.shape[1] - 60, mask.shape[0] - 60), 255, 6)

    framed = digits(inked(page(), border, RED), "1024", 30, 55, RED)
    copy = ocr_copy(as_jpeg(framed, 75), DPI)
    assert part(copy, 30, 49, 6, 7).min() < 110
    assert dark_share(part(copy, *LINE)) > 0.04


@pytest.mark.parametrize("dpi", [150, 300])
def test_a_seal_is_known_at_any_resolution(dpi: int) -> None:
    copy = ocr_copy(as_jpeg(seal(page(dpi=dpi), 90, 125, BLUE, dpi), 75), dpi)
    mm = dpi / 25.4
    assert (copy[round(105 * mm) : round(145 * mm), round(70 * mm) : round(110 * mm)] > 160).mean() > 0.99


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (3, 2), (40, 2001), (801, 603)])
def test_a_page_of_any_size_keeps_it(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 255, (*shape, 3)).astype(np.uint8)
    assert ocr_copy(pixels, DPI).shape == shape
