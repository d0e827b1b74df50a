from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.on_demand import OnDemand


class Made(OnDemand[str]):
    """Tells which items were made."""

    def __init__(self, n_items: int, n_kept: int) -> None:
        self.calls: list[int] = []
        super().__init__(self._note, range(n_items), n_kept)

    def _note(self, number: int) -> str:
        self.calls.append(number)
        return f"page {number}"


def test_nothing_is_made_before_it_is_asked_for() -> None:
    pages = Made(5, n_kept=2)
    assert len(pages) == 5
    assert pages.calls == []
    assert pages[3] == "page 3"
    assert pages.calls == [3]


def test_what_was_asked_for_last_is_not_made_again() -> None:
    pages = Made(5, n_kept=2)
    assert [pages[1], pages[2], pages[1], pages[2:][0]] == ["page 1", "page 2", "page 1", "page 2"]
    assert pages.calls == [1, 2]


def test_what_was_asked_for_long_ago_is_made_again() -> None:
    pages = Made(5, n_kept=2)
    list(pages)
    assert pages[0] == "page 0"
    assert pages.calls == [0, 1, 2, 3, 4, 0]


def test_beyond_its_end_it_has_nothing() -> None:
    with pytest.raises(IndexError):
        Made(2, n_kept=2)[2]


@given(st.integers(0, 12), st.slices(12), st.integers(1, 4))
def test_it_is_cut_like_a_list(n_items: int, part: slice, n_kept: int) -> None:
    assert list(Made(n_items, n_kept)[part]) == [f"page {number}" for number in range(n_items)][part]
