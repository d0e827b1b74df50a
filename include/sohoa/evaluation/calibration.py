"""Whether confidence means something: of the values with confidence c a share c should be right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import fsum
from typing import Any

N_BINS = 15


@dataclass(frozen=True)
class Judged:
    """A value that was read: how sure the reading was of it (0–1), and whether it is the true one."""

    field: str
    confidence: float
    right: bool


@dataclass(frozen=True)
class Bin:
    """Values of like confidence: how many, their mean confidence, and the share of them that is right (0–1)."""

    n: int
    confidence: float
    share_right: float


@dataclass(frozen=True)
class Point:
    """What is kept from a confidence on: the share of all values (0–1), and the share of those kept that is wrong."""

    confidence: float
    coverage: float
    risk: float


@dataclass(frozen=True)
class Calibration:
    """How confidence and truth go together in some values; empty and None where there are none."""

    values: Sequence[Judged]

    @cached_property
    def bins(self) -> tuple[Bin, ...]:
        """The reliability curve in bins of as equal numbers as can be, the least sure values first.

        Values of one confidence stay together, in the bin in which the middle one of them falls: where to cut them
        would be a matter of their order.
        """
        return tuple(
            _bin([value for _, group in pairs for value in group])
            for _, pairs in groupby(self._placed(), key=lambda pair: pair[0])
        )

    def _placed(self) -> Iterator[tuple[int, list[Judged]]]:
        """The values of each confidence with the number of their bin."""
        n_before = 0
        for group in self._tied:
            yield int(N_BINS * (n_before + len(group) / 2) / len(self.values)), group
            n_before += len(group)

    @cached_property
    def _tied(self) -> list[list[Judged]]:
        """The values of each confidence, the lowest first."""
        ordered = sorted(self.values, key=lambda value: value.confidence)
        return [list(group) for _, group in groupby(ordered, key=lambda value: value.confidence)]

    @property
    def error(self) -> float | None:
        """The expected calibration error (Naeini, Cooper and Hauskrecht, AAAI 2015) over the bins."""
        if not self.values:
            return None
        return sum(one.n * abs(one.confidence - one.share_right) for one in self.bins) / len(self.values)

    @property
    def auroc(self) -> float | None:
        """The chance that a right value is surer than a wrong one, ties counted half; None unless there are both."""
        n_right = sum(value.right for value in self.values)
        n_wrong = len(self.values) - n_right
        if not n_right or not n_wrong:
            return None
        wins, n_wrong_before = 0.0, 0
        for group in self._tied:
            right = sum(value.right for value in group)
            wins += right * (n_wrong_before + (len(group) - right) / 2)
            n_wrong_before += len(group) - right
        return wins / (n_right * n_wrong)

    @cached_property
    def risk_coverage(self) -> tuple[Point, ...]:
        """What share of the values kept is wrong when only the surest are kept, from few of them to all."""
        points, n_kept, n_wrong = [], 0, 0
        for group in reversed(self._tied):
            n_kept += len(group)
            n_wrong += sum(not value.right for value in group)
            points.append(Point(group[0].confidence, n_kept / len(self.values), n_wrong / n_kept))
        return tuple(points)

    @property
    def fields(self) -> dict[str, Calibration]:
        """The same for the values of each field."""
        names = dict.fromkeys(value.field for value in self.values)
        return {name: Calibration([value for value in self.values if value.field == name]) for name in names}

    def as_dict(self) -> dict[str, Any]:
        """Figures, rounded: means and errors as shares 0–1, curves as lists of [confidence, …]."""
        n = len(self.values)
        return {
            "n_values": n,
            "share_right": _rounded(sum(value.right for value in self.values) / n if n else None),
            "mean_confidence": _rounded(fsum(value.confidence for value in self.values) / n if n else None),
            "calibration_error": _rounded(self.error),
            "auroc": _rounded(self.auroc),
            "reliability": [[_rounded(one.confidence), _rounded(one.share_right), one.n] for one in self.bins],
            "risk_coverage": [
                [_rounded(point.confidence), _rounded(point.coverage), _rounded(point.risk)]
                for point in self.risk_coverage
            ],
        }


def _bin(values: Sequence[Judged]) -> Bin:
    n = len(values)
    return Bin(n, sum(value.confidence for value in values) / n, sum(value.right for value in values) / n)


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
