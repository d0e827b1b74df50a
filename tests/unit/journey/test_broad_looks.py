"""Whose a number's broad strokes are, once looks at them agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import ImageDraw

from sohoa.archive.groups import PageSource
from sohoa.journey.broad_looks import look_at_broad_strokes
from sohoa.journey.look_parts import Closer
from sohoa.journey.ocr_copies import OcrCopy
from sohoa.pages import PageWorker
from sohoa.reading.looks import broad_number
from sohoa.samples.faces import digit_font
from sohoa.settings import Settings

from .cuttings import BLUE, FOOT, HEIGHT, LEFT, WIDTH, area_with


def seen_with(digits: str, face: str, size: int, folder: Path) -> Closer:
    """What broad strokes say of a number line whose digits were told to be by pen."""

    def filling(draw: ImageDraw.ImageDraw) -> None:
        draw.text((LEFT, FOOT), digits, BLUE, digit_font(face, size), anchor="ls")

    area, closer = area_with(filling, folder)
    closer.ink = {"number": "pen"}
    facts = {"width_px": WIDTH, "height_px": HEIGHT}
    page = OcrCopy("a", 1, PageSource(area.image, "image/png", 1), area.image, facts)
    settings = Settings(home=folder)
    with PageWorker(settings) as worker:
        look_at_broad_strokes(settings, worker, [page], [area], [closer], folder / "broad")
    return closer


@pytest.mark.parametrize("digits", ["295", "207"])
def test_a_machine_s_digits_are_read_and_told_as_a_stamp(tmp_path: Path, digits: str) -> None:
    closer = seen_with(digits, "DejaVuSans-Bold.ttf", 50, tmp_path)
    assert broad_number(closer.looks) == digits
    assert closer.ink == {"number": "stamp"}


@pytest.mark.parametrize("face", ["Breip.ttf", "dkg.ttf"])
@pytest.mark.parametrize("size", [75, 140])
def test_a_pen_stays_a_pen(tmp_path: Path, face: str, size: int) -> None:
    closer = seen_with("295", face, size, tmp_path)
    assert broad_number(closer.looks) is None
    assert closer.ink == {"number": "pen"}
