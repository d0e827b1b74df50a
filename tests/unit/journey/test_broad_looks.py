"""Whose a number's broad strokes are, once looks at them agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from sohoa.archive.groups import PageSource
from sohoa.journey.broad_looks import look_at_broad_strokes
from sohoa.journey.look_parts import Closer, Part, in_colour
from sohoa.journey.ocr_copies import OcrCopy
from sohoa.ocr import Word
from sohoa.pages import PageWorker
from sohoa.reading.header import Place
from sohoa.reading.looks import AROUND, broad_number
from sohoa.samples.faces import DEFAULT_FACE, digit_font, text_font
from sohoa.settings import Settings

BLACK, BLUE, PAPER = (32, 30, 32), (24, 40, 130), (243, 236, 220)
WIDTH, HEIGHT, FOOT = 700, 190, 118
LEFT, RIGHT = 150, 290  # px: what was filled in


def seen_with(digits: str, face: str, size: int, folder: Path) -> Closer:
    """What broad strokes say of a number line whose gap one look found: the cutting stands for the whole page."""
    cutting = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(cutting)
    print_ = text_font(DEFAULT_FACE, "regular", 54)
    draw.text((LEFT - 10, FOOT), "Số:", BLACK, print_, anchor="rs")
    draw.text((RIGHT + 10, FOOT), "/QĐ-BNV", BLACK, print_, anchor="ls")
    draw.text((LEFT, FOOT), digits, BLUE, digit_font(face, size), anchor="ls")
    part = Part(0, "number", Place((0.0, 0.0, 1.0, 1.0), one_line=False), None, folder / "line.pgm", (0, 0, 1, 1))
    cutting.save(in_colour(part))
    edges = (("Số:", LEFT - 100, LEFT - 8), ("2?", LEFT, RIGHT), ("/QĐ-BNV", RIGHT + 10, WIDTH - 200))
    words = [
        Word(text, 0.9, left / WIDTH, (FOOT - 38) / HEIGHT, right / WIDTH, (FOOT + 6) / HEIGHT, 0, 0)
        for text, left, right in edges
    ]
    closer = Closer(looks={AROUND["number"]: [words]}, ink={"number": "pen"})
    facts = {"width_px": WIDTH, "height_px": HEIGHT}
    page = OcrCopy("a", 1, PageSource(in_colour(part), "image/png", 1), part.image, facts)
    settings = Settings(home=folder)
    with PageWorker(settings) as worker:
        look_at_broad_strokes(settings, worker, [page], [part], [closer], folder / "broad")
    return closer


@pytest.mark.parametrize("digits", ["295", "207"])
def test_a_machine_s_digits_are_read_and_told_as_a_stamp(tmp_path: Path, digits: str) -> None:
    closer = seen_with(digits, "DejaVuSans-Bold.ttf", 50, tmp_path)
    assert broad_number(closer.looks) == digits
    assert closer.ink == {"number": "stamp"}


@pytest.mark.parametrize("face", ["Breip.ttf", "dkg.ttf"])
def test_a_pen_stays_a_pen(tmp_path: Path, face: str) -> None:
    closer = seen_with("295", face, 75, tmp_path)
    assert broad_number(closer.looks) is None
    assert closer.ink == {"number": "pen"}


@pytest.mark.parametrize("face", ["Breip.ttf", "dkg.ttf"])
def test_a_broad_pen_stays_a_pen_although_it_may_be_read(tmp_path: Path, face: str) -> None:
    closer = seen_with("295", face, 140, tmp_path)
    assert closer.ink == {"number": "pen"}
