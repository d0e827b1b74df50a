from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw
from stamping import press

from sohoa.pages import frames
from sohoa.pages.imaging import Pixels
from sohoa.samples.faces import DEFAULT_FACE, text_font

A4_MM = 210, 297
BLACK = (25, 25, 25)


def head() -> Image.Image:
    """The upper part of a page with some print, at the resolution at which stamps are cut out."""
    page = Image.new("RGB", (mm(A4_MM[0]), mm(A4_MM[1] * frames.DEPTH)), (246, 243, 236))
    draw = ImageDraw.Draw(page)
    font = text_font(DEFAULT_FACE, "regular", mm(4.6))
    for number, text in enumerate(("BỘ NỘI VỤ", "Số: 1368/QĐ-BNV", "Căn cứ Luật Tổ chức Chính phủ;")):
        draw.text((mm(30), mm(20 + 40 * number)), text, fill=BLACK, font=font)
    return page


def mm(length: float) -> int:
    return round(length * frames.DPI / 25.4)


def spots(page: Image.Image) -> list[frames.Spot]:
    fine: Pixels = np.asarray(page, dtype=np.uint8)
    coarse = np.asarray(cv2.resize(fine, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)

    def cut(box: tuple[float, float, float, float]) -> Pixels:
        left, top, right, bottom = (
            round(side * size) for side, size in zip(box, (fine.shape[1], fine.shape[0]) * 2, strict=True)
        )
        return fine[top:bottom, left:right]

    return frames.spots_of(coarse, cut)


@pytest.mark.parametrize("degrees", [-4.0, 0.0, 3.0])
@pytest.mark.parametrize("text", ["MẬT", "TỐI MẬT", "TUYỆT MẬT"])
def test_a_stamp_is_found_where_it_stands_and_cut_level_without_its_frame(text: str, degrees: float) -> None:
    (spot,) = spots(press(head(), text, (40, 36), frames.DPI, degrees=degrees))
    left, top, _, _ = spot.box
    assert spot.framed
    assert left == pytest.approx(40 / A4_MM[0], abs=0.02)
    assert top == pytest.approx(36 / (A4_MM[1] * frames.DEPTH), abs=0.03)
    ink = spot.image < 128
    assert ink.any()
    assert not ink[:, : mm(0.8)].any()
    assert not ink[:, -mm(0.8) :].any()


def test_a_frame_of_black_ink_is_found_but_its_colour_says_nothing() -> None:
    (spot,) = spots(press(head(), "MẬT", (40, 36), frames.DPI, ink=BLACK))
    assert not spot.framed


def test_a_red_word_is_found_though_print_lies_across_it() -> None:
    page = press(head(), "TỐI MẬT", (32, 58), frames.DPI, frame=False)
    assert [spot.framed for spot in spots(page)] == [False]


def test_what_is_found_twice_is_told_once() -> None:
    page = press(press(head(), "MẬT", (40, 36), frames.DPI), "KHẨN", (100, 36), frames.DPI)
    assert len(spots(page)) == 2


def test_stamps_across_one_another_are_cut_as_a_whole_twice() -> None:
    page = press(head(), "TUYỆT MẬT", (36, 40), frames.DPI)
    for place in ((30, 46), (44, 50)):
        page = press(page, "HỎA TỐC", place, frames.DPI)
    whole = [spot for spot in spots(page) if spot.tangle]
    assert len(whole) == 2
    assert whole[0].box == whole[1].box
    assert (whole[0].image != whole[1].image).any()


def test_a_pale_frame_of_a_grey_scan_is_found() -> None:
    page = press(head(), "MẬT", (40, 36), frames.DPI, strength=0.5).convert("L").convert("RGB")
    assert len(spots(page)) == 1


def test_a_page_without_stamps_is_not_even_cut() -> None:
    def never(box: tuple[float, float, float, float]) -> Pixels:
        raise AssertionError("nothing to look at")

    page = head().resize((mm(A4_MM[0]) // 2, mm(A4_MM[1] * frames.DEPTH) // 2))
    assert frames.spots_of(np.asarray(page, dtype=np.uint8), never) == []


def test_tables_large_frames_and_blots_are_no_words() -> None:
    page = head()
    draw = ImageDraw.Draw(page)
    for row in range(3):
        for column in range(4):
            left, top = mm(30 + 25 * column), mm(100 + 8 * row)
            draw.rectangle((left, top, left + mm(25), top + mm(8)), outline=BLACK, width=mm(0.3))
    draw.rectangle((mm(120), mm(30), mm(190), mm(60)), outline=(200, 30, 40), width=mm(0.4))
    draw.ellipse((mm(30), mm(60), mm(34), mm(64)), fill=(200, 30, 40))
    assert [spot for spot in spots(page) if not spot.tangle] == []
