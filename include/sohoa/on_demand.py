"""A sequence whose items are made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar, overload

T = TypeVar("T")


class OnDemand(Sequence[T]):
    """Items by number, of which only those asked for last stay in memory: a file may have thousands of pages."""

    def __init__(self, make: Callable[[int], T], numbers: Sequence[int], n_kept: int = 64) -> None:
        """Prepare the sequence.

        Args:
            make: gives the item of a number, the same each time.
            numbers: of the items, in order.
            n_kept: how many stay in memory; parts (slices) keep as many again.
        """
        self._numbers, self._n_kept = numbers, n_kept
        self._made = lru_cache(maxsize=n_kept)(make)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> OnDemand[T]: ...

    def __getitem__(self, index: int | slice) -> T | OnDemand[T]:
        if isinstance(index, slice):
            return OnDemand(self._made, self._numbers[index], self._n_kept)
        return self._made(self._numbers[index])
