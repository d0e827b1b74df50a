"""Steps fitted to values whose truth is known."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.evaluation import Judged
from sohoa.evaluation.fitting import fit_steps

SCORES = st.one_of(st.sampled_from((0.3, 0.6, 0.95, 0.99)), st.floats(0, 1))
VALUES = st.lists(st.builds(Judged, st.just("subject"), SCORES, st.booleans()), max_size=60)


def group(score: float, n_right: int, n_wrong: int) -> list[Judged]:
    return [Judged("subject", score, right) for right in (*[True] * n_right, *[False] * n_wrong)]


@given(VALUES)
def test_steps_rise_cover_every_score_and_never_overlap(values: list[Judged]) -> None:
    steps = fit_steps(values)
    assert all(low <= high for low, high, _ in steps)
    assert all(below[1] < above[0] and below[2] <= above[2] for below, above in pairwise(steps))
    assert all(any(low <= value.confidence <= high for low, high, _ in steps) for value in values)


@given(VALUES)
def test_no_share_exceeds_what_the_values_of_its_step_prove(values: list[Judged]) -> None:
    """Were the true share that high, so many right ones in a row would still be seen in one of twenty trials."""
    for low, high, share in fit_steps(values):
        n = sum(low <= value.confidence <= high for value in values)
        assert 0 < share <= 0.05 ** (1 / n) + 1e-4


def test_scores_that_rise_with_truth_keep_their_steps() -> None:
    values = [*group(0.3, 10, 30), *group(0.6, 30, 30), *group(0.99, 295, 5)]
    assert fit_steps(values) == [
        (0.3, 0.3, pytest.approx(11 / 44, abs=1e-4)),
        (0.6, 0.6, pytest.approx(31 / 64, abs=1e-4)),
        (0.99, 0.99, pytest.approx(296 / 304, abs=1e-4)),
    ]


def test_scores_that_mislead_are_pooled() -> None:
    values = [*group(0.3, 20, 20), *group(0.6, 15, 25), *group(0.99, 297, 3)]
    assert [(low, high) for low, high, _ in fit_steps(values)] == [(0.3, 0.6), (0.99, 0.99)]


def test_a_hundred_values_without_error_prove_97_percent() -> None:
    assert fit_steps([*group(0.95, 8, 0), *group(0.99, 92, 0)]) == [(0.95, 0.99, pytest.approx(0.97, abs=1e-3))]


@pytest.mark.parametrize("n_right", range(100))
def test_each_right_value_more_is_worth_more(n_right: int) -> None:
    ((_, _, fewer),), ((_, _, more),) = (fit_steps(group(0.5, n, 100 - n)) for n in (n_right, n_right + 1))
    assert fewer < more


def test_a_few_right_values_above_many_do_not_outdo_them() -> None:
    (step,) = fit_steps([*group(0.6, 95, 5), *group(0.99, 2, 0)])
    assert step == (0.6, 0.99, pytest.approx(98 / 106, abs=1e-4))
