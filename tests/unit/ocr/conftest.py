from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from sohoa.samples.faces import DEFAULT_FACE, text_font
from sohoa.settings import Settings


def print_lines(path: Path, *lines: str, size: tuple[int, int] = (900, 300)) -> Path:
    """A PGM image with lines of print as at 200 dpi."""
    image = Image.new("L", size, 250)
    draw = ImageDraw.Draw(image)
    for index, line in enumerate(lines):
        draw.text((40, 30 + 60 * index), line, fill=10, font=text_font(DEFAULT_FACE, "regular", 38))
    image.save(path)
    return path


def spoil(path: Path) -> Path:
    """A file that no decoder takes for an image."""
    path.write_bytes(b"P5\n900 300\n255\n" + b"cut")
    return path


def slow_page(path: Path) -> Path:
    """A page that keeps tesseract busy for many seconds."""
    noise = np.random.default_rng(1).integers(0, 2, (3500, 2500), dtype=np.uint8) * 255
    Image.fromarray(np.kron(noise[:900, :640], np.ones((4, 4), np.uint8))).save(path)
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")
