"""A scan is as good as another only if it is so in every respect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sohoa.duplicates.quality import ScanQuality

SCAN = ScanQuality(2, 2, 0, 300.0, True, False, 400, frozenset({"skewed"}))
WORSE = {
    "n_pages": 1,
    "n_shown": 1,
    "n_unread": 1,
    "dpi": 200.0,
    "colour": False,
    "n_words": 300,
    "flags": frozenset({"skewed", "blurred"}),
}
BETTER = {"dpi": 400.0, "flags": frozenset[str]()}


def test_a_scan_is_as_good_as_itself_and_no_better() -> None:
    assert SCAN.is_as_good_as(SCAN)
    assert not SCAN.is_better_than(SCAN)


@pytest.mark.parametrize("name", WORSE)
def test_one_respect_that_is_worse_outweighs_all_that_is_better(name: str) -> None:
    worse = replace(SCAN, **{**BETTER, name: WORSE[name]})
    assert not worse.is_as_good_as(SCAN)
    assert not worse.is_better_than(SCAN)


@pytest.mark.parametrize("name", BETTER)
def test_one_respect_that_is_better_makes_it_better(name: str) -> None:
    assert replace(SCAN, **{name: BETTER[name]}).is_better_than(SCAN)


def test_a_difference_within_what_scanners_vary_is_none() -> None:
    assert replace(SCAN, dpi=297.0, n_words=396).is_as_good_as(SCAN)
    assert not replace(SCAN, dpi=303.0).is_better_than(SCAN)


def test_no_scan_is_as_good_as_what_was_never_on_paper() -> None:
    born = replace(SCAN, dpi=float("inf"), born_digital=True, flags=frozenset())
    assert not replace(SCAN, dpi=600.0, flags=frozenset()).is_as_good_as(born)
    assert born.is_better_than(SCAN)
    assert born.facts()["dpi"] is None
