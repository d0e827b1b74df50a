"""Parts of pages are where they should be, level, and at the resolution asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sohoa.pages.cutting import UpperParts, UprightPart
from sohoa.pages.geometry import straightened
from sohoa.pages.imaging import Pixels

HEIGHT, WIDTH = 600, 420


def page() -> Pixels:
    """Soft light and dark fields, so that half a pixel more or less makes little difference."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    tones = 128 + 60 * np.sin(rows / 17) + 60 * np.cos(columns / 23)
    return np.repeat(tones.astype(np.uint8)[:, :, None], 3, axis=2)


@pytest.mark.parametrize("skew", [0.0, 1.5, -2.0])
def test_a_part_is_what_the_straightened_page_shows_there(skew: float) -> None:
    part = UprightPart(page(), HEIGHT, 200.0).cut((0.25, 0.2, 0.75, 0.4), skew, 200.0)
    assert part is not None
    expected = straightened(page(), 0, skew)[120:240, 105:315]
    assert part.shape == expected.shape
    assert np.abs(part.astype(int) - expected.astype(int)).max() <= 8


def test_a_part_has_the_resolution_that_was_asked_for() -> None:
    part = UprightPart(page(), HEIGHT, 200.0).cut((0.0, 0.0, 0.5, 0.25), 0.0, 300.0)
    assert part is not None
    assert part.shape == (225, 315, 3)
    assert np.abs(part[75, 75].astype(int) - page()[50, 50].astype(int)).max() <= 8


def test_what_lies_below_the_kept_rows_is_not_given_in_white() -> None:
    upper = UprightPart(page()[:300], HEIGHT, 200.0)
    assert upper.cut((0.1, 0.1, 0.9, 0.49), 0.0, 200.0) is not None
    assert upper.cut((0.1, 0.1, 0.9, 0.6), 0.0, 200.0) is None
    assert upper.cut((0.1, 0.3, 0.9, 0.495), -3.0, 200.0) is None, "the skew reaches below"


def test_upper_parts_are_kept_by_page_and_turn_and_the_oldest_go_first() -> None:
    parts = UpperParts(most_bytes=2 * 300 * 600 * 3)
    scan, large = Path("scan.pdf"), UprightPart(np.zeros((1000, 600, 3), dtype=np.uint8), 1000, 75.0)
    for number in range(1, 4):
        parts.keep(scan, number, 0, large)
    assert parts.get(scan, 1, 0) is None
    kept = parts.get(scan, 3, 0)
    assert kept is not None
    assert kept.height == 1000
    assert len(kept.pixels) == 300
    assert parts.get(scan, 3, 180) is None
