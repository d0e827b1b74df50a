"""The look of a page: one for a scan in any container, another for another scan or another document."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import cv2
import numpy as np
import pytest

from sohoa.pages.imaging import Pixels
from sohoa.pages.likeness import page_hash

SAME_SCAN = 14
WIDTH, HEIGHT = 1654, 2339  # A4 at 200 dpi


def page(seed: int) -> Pixels:
    """A sheet with paragraphs of dark bars of uneven length, as lines of print are from afar, and scanner noise."""
    rng = np.random.default_rng(seed)
    sheet = np.full((HEIGHT, WIDTH), 243.0)
    top = 200
    while top < HEIGHT - 250:
        left = 200 + int(rng.integers(0, 2)) * 90
        while left < WIDTH - 200:
            width = int(rng.integers(30, 130))
            sheet[top : top + 22, left : min(left + width, WIDTH - 160)] = 60
            left += width + 14
        top += 46 if rng.random() < 0.8 else 110
    noisy = np.clip(sheet + rng.normal(0, 2, sheet.shape), 0, 255).astype(np.uint8)
    return np.repeat(noisy[..., None], 3, axis=2)


def distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def compressed(pixels: Pixels, quality: int) -> Pixels:
    done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)


def reduced(pixels: Pixels, factor: float) -> Pixels:
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def laid_anew(pixels: Pixels) -> Pixels:
    """The same paper, a millimetre further and a quarter of a degree turned."""
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 0.25, 1.0)
    matrix[:, 2] += (8, 8)
    return np.asarray(cv2.warpAffine(pixels, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


@pytest.mark.parametrize(
    "again",
    [
        lambda pixels: pixels.copy(),
        lambda pixels: compressed(pixels, 40),
        lambda pixels: reduced(pixels, 0.5),
        lambda pixels: compressed(reduced(pixels, 2 / 3), 60),
        lambda pixels: np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8),
    ],
    ids=["as it was", "compressed", "half", "two thirds, compressed", "grey"],
)
def test_one_scan_saved_anew_looks_the_same(again: Callable[[Pixels], Pixels]) -> None:
    for seed in range(3):
        assert distance(page_hash(page(seed)), page_hash(again(page(seed)))) <= SAME_SCAN


def test_a_paper_scanned_again_looks_different() -> None:
    for seed in range(3):
        assert distance(page_hash(page(seed)), page_hash(laid_anew(page(seed)))) > SAME_SCAN


def test_other_documents_look_very_different() -> None:
    looks = [page_hash(page(seed)) for seed in range(5)]
    assert all(distance(one, other) > 4 * SAME_SCAN for one, other in combinations(looks, 2))


def test_a_look_is_256_hexadecimal_digits_and_bare_paper_has_none_set() -> None:
    assert len(page_hash(page(0))) == 256
    assert int(page_hash(np.full((HEIGHT, WIDTH), 240, dtype=np.uint8)), 16) == 0
