"""The facts that are told of a page before it is read, and the copy that lies straight."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from sohoa.pages.formats.media import PNG
from sohoa.pages.geometry import lie_of
from sohoa.pages.preparing import prepare_page
from sohoa.pages.scan_rules import judge_page

from .prints import askew, page_of_text, printed
from .scans import as_bytes, write

DAY = dt.date(2024, 1, 1)


def prepared(tmp_path: Path, image: Image.Image, dpi: float = 200) -> tuple[dict[str, Any], np.ndarray]:
    """The facts of a scan and its OCR copy."""
    scan = write(tmp_path / "scan.png", as_bytes(image, "PNG", dpi))
    facts = prepare_page(scan, PNG, 1, 200, 50, tmp_path / "copy.pgm")
    return facts, cv2.imread(str(tmp_path / "copy.pgm"), cv2.IMREAD_GRAYSCALE)


def in_colour(grey: np.ndarray) -> Image.Image:
    return Image.fromarray(grey).convert("RGB")


def test_a_good_scan_has_no_flags(tmp_path: Path) -> None:
    facts, copy = prepared(tmp_path, in_colour(page_of_text()))
    assert judge_page(facts, DAY) == []
    assert copy.shape == (facts["height_px"], facts["width_px"])


@pytest.mark.parametrize(
    ("turn", "rotation", "flag"),
    [(cv2.ROTATE_180, 180, "upside_down"), (cv2.ROTATE_90_COUNTERCLOCKWISE, 90, "rotated_90")],
)
def test_a_turned_page_is_flagged_and_its_copy_is_upright(tmp_path: Path, turn: int, rotation: int, flag: str) -> None:
    facts, copy = prepared(tmp_path, in_colour(cv2.rotate(askew(page_of_text(), 1.6), turn)))
    assert facts["rotation"] == rotation
    assert facts["skew_degrees"] == pytest.approx(1.6, abs=0.1)
    assert judge_page(facts, DAY) == [flag]
    assert (lie_of(copy).turn.rotation, lie_of(copy).skew_degrees) == (0, 0.0)
    assert copy.shape[0] > copy.shape[1]


def test_a_grey_page_of_150_dpi_is_flagged_for_both(tmp_path: Path) -> None:
    facts, _ = prepared(tmp_path, Image.fromarray(page_of_text(dpi=150)), 150)
    assert judge_page(facts, DAY) == ["low_dpi", "not_colour"]


def test_an_empty_page_is_flagged_as_blank_only(tmp_path: Path) -> None:
    facts, _ = prepared(tmp_path, in_colour(printed([])))
    assert judge_page(facts, DAY) == ["blank_page"]


def test_the_grain_of_paper_is_gone_from_the_copy_and_faint_print_is_not(tmp_path: Path) -> None:
    page = page_of_text()
    faint = np.where(page < 128, 215, 252)
    grain = np.random.default_rng(5).integers(0, 12, page.shape)
    _, copy = prepared(tmp_path, in_colour((faint - grain).clip(0, 255).astype(np.uint8)))
    assert (copy[page > 200] == 255).mean() > 0.97
    assert np.median(copy[page < 128]) < 235
