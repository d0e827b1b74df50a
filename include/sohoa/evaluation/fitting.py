"""From values whose truth is known to what the evidence for such values is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sohoa.evaluation.calibration import Judged

_RIGHT, _WRONG = 1, 3  # values added to each step: few trials prove little
_CHANCE = 0.05  # of being no better than what is claimed


@dataclass(frozen=True)
class Step:
    """Scores from `low` to `high` at which `n_right` of `n` values were right, and the share to expect of others."""

    low: float
    high: float
    n: int
    n_right: int

    @property
    def share(self) -> float:
        """A careful estimate: at most what as many values without an error prove, about 1 − 3/n (rule of three)."""
        return min((self.n_right + _RIGHT) / (self.n + _RIGHT + _WRONG), float(_CHANCE ** (1 / self.n)))

    def joined(self, above: Step) -> Step:
        """This one and the next above it as one."""
        return Step(self.low, above.high, self.n + above.n, self.n_right + above.n_right)


def fit_steps(values: Sequence[Judged]) -> list[tuple[float, float, float]]:
    """Steps (lowest score, highest score, share of such values that is right), rising, by isotonic regression."""
    isotonic = _pooled(_by_score(values), lambda step: step.n_right / step.n)
    # Few values at the top may prove less than many below them.
    careful = _pooled(isotonic, lambda step: step.share)
    return [(step.low, step.high, round(step.share, 4)) for step in careful]


def _by_score(values: Iterable[Judged]) -> Iterable[Step]:
    ordered = sorted(values, key=lambda value: value.confidence)
    for score, tied in groupby(ordered, key=lambda value: value.confidence):
        right = [value.right for value in tied]
        yield Step(score, score, len(right), sum(right))


def _pooled(steps: Iterable[Step], worth: Callable[[Step], float]) -> list[Step]:
    """Neighbours pooled until worth rises (Ayer and others, Annals of Mathematical Statistics 26, 1955)."""
    pooled: list[Step] = []
    for step in steps:
        pooled.append(step)
        while len(pooled) > 1 and worth(pooled[-2]) >= worth(pooled[-1]):
            above = pooled.pop()
            pooled[-1] = pooled[-1].joined(above)
    return pooled
