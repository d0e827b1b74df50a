"""A cutting with a number line, as it lies before those who look closer at it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

from sohoa.journey.look_parts import Closer, Part, in_colour
from sohoa.ocr import Word
from sohoa.reading.header import Place
from sohoa.reading.looks import AROUND
from sohoa.samples.faces import DEFAULT_FACE, text_font

BLACK, BLUE, PAPER = (32, 30, 32), (24, 40, 130), (243, 236, 220)
WIDTH, HEIGHT, FOOT = 700, 190, 118
LEFT, RIGHT = 150, 270  # px: what was filled in
Filling = Callable[[ImageDraw.ImageDraw], None]


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
