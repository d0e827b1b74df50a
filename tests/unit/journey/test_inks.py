"""What the ink of a line is told as, once it was judged by looks around it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import ImageDraw

from sohoa.journey.inks import judge_around
from sohoa.pages import PageWorker
from sohoa.samples.faces import DEFAULT_FACE, digit_font, text_font
from sohoa.settings import Settings

from .cuttings import BLACK, BLUE, FOOT, LEFT, RIGHT, Filling, area_with


def specks(draw: ImageDraw.ImageDraw) -> None:
    draw.point([(x, y) for x in range(LEFT, RIGHT, 7) for y in range(FOOT - 34, FOOT, 7)], BLACK)


def neither(draw: ImageDraw.ImageDraw) -> None:
    """What is neither like a machine's digits nor like a pen's."""
    draw.text((LEFT, FOOT), "%", BLUE, text_font(DEFAULT_FACE, "bold", 62), anchor="ls")


def by_pen(draw: ImageDraw.ImageDraw) -> None:
    draw.text((LEFT, FOOT), "295", BLUE, digit_font("Breip.ttf", 75), anchor="ls")


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
