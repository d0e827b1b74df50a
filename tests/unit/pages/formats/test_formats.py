"""Every kind of scan is read; that each file is of its kind is the word of tools that are none of ours."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from pages.scans import write
from sohoa.pages import Unreadable
from sohoa.pages.formats.decoding import decode
from sohoa.pages.formats.files import PDF, count_pages, ends_properly
from sohoa.pages.imaging import PageImage

from .kind_page import DPI, page_image
from .kinds import GOOD, content_of

LIMITS = {"max_pages": 100, "max_megapixels": 50}
_COMMANDS = {
    "file": ["file", "--brief"],
    "pdfimages": ["pdfimages", "-list"],
    "pdfinfo": ["pdfinfo", "-box"],
    "pdftotext": ["pdftotext", "-q"],
    "tiffinfo": ["tiffinfo"],
}


def said_by(tool: str, path: Path) -> str:
    """What a tool says of a file, its blanks folded."""
    command = [*_COMMANDS[tool], str(path), *(["-"] if tool == "pdftotext" else [])]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return re.sub(r"\s+", " ", answer.stdout + answer.stderr)


def decoded(path: Path, name: str, page_no: int = 1, dpi: int = DPI) -> PageImage:
    return decode(path, GOOD[name].media_type, page_no, dpi, max_megapixels=20)


def differs(pixels: np.ndarray, colour: bool) -> float:
    """Mean difference from the page that every kind shows, 0–255."""
    wanted = np.asarray(page_image()).astype(np.float32)
    got = cv2.resize(pixels, (wanted.shape[1], wanted.shape[0]), interpolation=cv2.INTER_AREA).astype(np.float32)
    if not colour:
        wanted, got = wanted.mean(axis=2), got.mean(axis=2)
    return float(np.abs(wanted - got).mean())


@pytest.fixture
def path(tmp_path: Path, name: str) -> Path:
    return write(tmp_path / "scan.bin", content_of(name))


@pytest.mark.parametrize("name", GOOD)
def test_it_is_what_it_is_called(path: Path, name: str) -> None:
    for tool, words in GOOD[name].told:
        assert words in said_by(tool, path)


@pytest.mark.parametrize("name", GOOD)
def test_it_is_counted(path: Path, name: str) -> None:
    assert count_pages(path, **LIMITS) == (GOOD[name].media_type, GOOD[name].n_pages)
    assert ends_properly(path)


@pytest.mark.parametrize("name", GOOD)
def test_it_shows_the_page_upright(path: Path, name: str) -> None:
    kind = GOOD[name]
    for page_no in range(1, kind.n_pages + 1):
        page = decoded(path, name, page_no)
        assert page.pixels.dtype == np.uint8
        assert page.pixels.ndim == 3
        assert differs(page.pixels, colour=page.bits >= 8 and page.colour) < 16


@pytest.mark.parametrize("name", GOOD)
def test_its_facts_are_those_of_its_scan(path: Path, name: str) -> None:
    kind = GOOD[name]
    page = decoded(path, name)
    assert page.colour is kind.colour
    assert (page.bits >= 24) is (kind.colour and "palette" not in name)
    assert page.dpi == (kind.dpi if kind.dpi is None else pytest.approx(kind.dpi, rel=0.01))
    if kind.knows_paper and kind.dpi is not None and kind.dpi < 75 and kind.media_type != PDF:
        # A tag below 75 dpi is what software writes that does not know.
        assert page.paper_mm is None
    elif kind.knows_paper:
        assert page.paper_mm == pytest.approx((210, 297), rel=0.01)
    else:
        assert page.paper_mm is None
    height, width = page.pixels.shape[:2]
    assert (width / page.pixels_dpi, height / page.pixels_dpi) == pytest.approx((210 / 25.4, 297 / 25.4), rel=0.01)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("share", [0.60, 0.90, 0.99])
def test_it_is_refused_when_cut_short(tmp_path: Path, name: str, share: float) -> None:
    whole = content_of(name)
    if "behind" in name or "blocks" in name:
        whole = whole[: whole.rindex(b"%%EOF") + 5]
    if name == "jpeg of several pictures":
        # The second one is a preview, which may be missing.
        whole = whole[: whole.index(b"\xff\xd9", len(whole) // 2) + 2]
    path = write(tmp_path / "cut", whole[: int(len(whole) * share)])
    with pytest.raises(Unreadable) as refusal:
        count_pages(path, **LIMITS)
    assert refusal.value.reason in ("file.truncated", "file.damaged")
    assert not ends_properly(path)
