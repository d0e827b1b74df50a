"""What the evidence for a value is worth: scores of the reading as shares of right values (`calibration.json`).

The file is made by `scripts/fit_calibration.py` from generated documents of the training side, office and hard level;
what it promises holds for papers like these.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files

SURE = 0.9
"""From this confidence on a value may stand without a person (expectations/records.json)."""
_NOT_SURE = 0.89
_JUDGED = frozenset({"code_number", "code_notation", "issued_on", "issuer"})
"""Fields that stand or wait by their confidence."""

Knots = tuple[tuple[float, ...], tuple[float, ...]]
"""Scores, rising, and the share of right values at each."""


def calibrated(name: str, score: float) -> float:
    """The share, 0–1, of a field's values with this score that is right; the score itself where nothing was fitted."""
    knots = _fitted().get(name)
    return score if knots is None else worth(name, score, knots)


def worth(name: str, score: float, knots: Knots) -> float:
    """The share at a score, evenly in between two knots; beyond the last ones as at them.

    What the reading leaves to a person stays with a person, however often such values turned out right: the few that a
    fit has seen of them do not outweigh the reason for the doubt.
    """
    scores, shares = knots
    above = bisect_left(scores, score)
    if above == 0:
        share = shares[0]
    elif above == len(scores):
        share = shares[-1]
    else:
        part = (score - scores[above - 1]) / (scores[above] - scores[above - 1])
        share = shares[above - 1] + part * (shares[above] - shares[above - 1])
    return min(share, _NOT_SURE) if name in _JUDGED and score < SURE else share


@lru_cache(maxsize=1)
def _fitted() -> dict[str, Knots]:
    loaded = json.loads(files(__package__).joinpath("calibration.json").read_text(encoding="utf-8"))
    return {name: knots_of(entry["steps"]) for name, entry in loaded["fields"].items()}


def knots_of(steps: Iterable[Sequence[float]]) -> Knots:
    """Both ends of every step, once where they are one score."""
    ends = dict(pair for low, high, share in steps for pair in ((low, share), (high, share)))
    return tuple(ends), tuple(ends.values())
