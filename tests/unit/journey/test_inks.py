"""What the ink of a line is told as, once it was judged by looks around it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from sohoa.journey.inks import judge_around
from sohoa.journey.look_parts import Closer, Part, in_colour
from sohoa.ocr import Word
from sohoa.pages import PageWorker
from sohoa.reading.header import Place
from sohoa.reading.looks import AROUND
from sohoa.samples.faces import DEFAULT_FACE, digit_font, text_font
from sohoa.settings import Settings

BLACK, BLUE, PAPER = (32, 30, 32), (24, 40, 130), (243, 236, 220)
WIDTH, HEIGHT, FOOT = 700, 190, 118
LEFT, RIGHT = 150, 270  # px: what was filled in
Filling = Callable[[ImageDraw.ImageDraw], None]


def specks(draw: ImageDraw.ImageDraw) -> None:
    draw.point([(x, y) for x in range(LEFT, RIGHT, 7) for y in range(FOOT - 34, FOOT, 7)], BLACK)


def neither(draw: ImageDraw.ImageDraw) -> None:
    """What is neither like a machine's digits nor like a pen's."""
    draw.text((LEFT, FOOT), "%", BLUE, text_font(DEFAULT_FACE, "bold", 62), anchor="ls")


def by_pen(draw: ImageDraw.ImageDraw) -> None:
    draw.text((LEFT, FOOT), "295", BLUE, digit_font("Breip.ttf", 75), anchor="ls")


def area_with(filling: Filling, folder: Path) -> tuple[Part, Closer]:
    """A cutting with a number line, and what a look at it read: the whole cutting stands for the whole page."""
    cutting = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(cutting)
    print_ = text_font(DEFAULT_FACE, "regular", 54)
    draw.text((LEFT - 10, FOOT), "Số:", BLACK, print_, anchor="rs")
    draw.text((RIGHT + 10, FOOT), "/QĐ-BNV", BLACK, print_, anchor="ls")
    filling(draw)
    part = Part(0, "number", Place((0.0, 0.0, 1.0, 1.0), one_line=False), None, folder / "line.pgm", (0, 0, 1, 1))
    cutting.save(in_colour(part))
    edges = (("Số:", LEFT - 100, LEFT - 8), ("295", LEFT, RIGHT), ("/QĐ-BNV", RIGHT + 10, WIDTH - 200))
    words = [
        Word(text, 0.9, left / WIDTH, (FOOT - 38) / HEIGHT, right / WIDTH, (FOOT + 6) / HEIGHT, 0, 0)
        for text, left, right in edges
    ]
    return part, Closer(looks={AROUND["number"]: [words]})


@pytest.mark.parametrize(
    ("filling", "told_before", "told_after"),
    [
        (neither, "stamp", "stamp"),
        (neither, "pen", "unsure"),
        (neither, None, "unsure"),
        (specks, "print", "print"),
        (specks, "pen", "pen"),
        (specks, None, "none"),
    ],
)
def test_a_doubt_takes_no_machine_back_and_nothing_seen_takes_nothing_back(
    tmp_path: Path, filling: Filling, told_before: str | None, told_after: str
) -> None:
    area, closer = area_with(filling, tmp_path)
    closer.ink = {"number": told_before} if told_before else {}
    with PageWorker(Settings(home=tmp_path)) as worker:
        judge_around(worker, area, closer)
    assert closer.ink == {"number": told_after}


@pytest.mark.parametrize("told_before", ["stamp", "unsure"])
def test_a_pen_seen_around_is_a_pen(tmp_path: Path, told_before: str) -> None:
    area, closer = area_with(by_pen, tmp_path)
    closer.ink = {"number": told_before}
    with PageWorker(Settings(home=tmp_path)) as worker:
        judge_around(worker, area, closer)
    assert closer.ink == {"number": "pen"}
