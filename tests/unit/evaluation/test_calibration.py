"""Calibration error, AUROC and the curves, held against their definitions."""

from __future__ import annotations

from itertools import permutations, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.evaluation import Calibration, Judged
from sohoa.evaluation.calibration import N_BINS

CONFIDENCES = st.one_of(st.sampled_from((0.3, 0.6, 0.95, 0.99)), st.floats(0, 1))
VALUES = st.lists(st.builds(Judged, st.sampled_from(("code_number", "subject")), CONFIDENCES, st.booleans()))


def group(confidence: float, n_right: int, n_wrong: int, field: str = "subject") -> list[Judged]:
    return [Judged(field, confidence, right) for right in (*[True] * n_right, *[False] * n_wrong)]


def test_without_values_nothing_is_said() -> None:
    told = Calibration([]).as_dict()
    assert (told["n_values"], told["reliability"], told["risk_coverage"]) == (0, [], [])
    assert told["calibration_error"] is told["auroc"] is told["share_right"] is told["mean_confidence"] is None


@given(st.dictionaries(st.integers(0, 20), st.integers(1, 5), min_size=1))
def test_values_that_are_right_as_often_as_they_say_have_no_error(parts: dict[int, int]) -> None:
    """So many twentieths of each group are right; a bin over several groups is right as often as their mean."""
    values = [
        value
        for twentieths, times in parts.items()
        for value in times * group(twentieths / 20, twentieths, 20 - twentieths)
    ]
    assert Calibration(values).error == pytest.approx(0, abs=1e-12)


def test_the_error_is_the_gap_between_confidence_and_share_weighed_by_numbers() -> None:
    values = [*group(0.9, 60, 40), *group(0.5, 50, 50), *group(0.2, 30, 0)]
    assert Calibration(values).error == pytest.approx((100 * 0.3 + 100 * 0.0 + 30 * 0.8) / 230)


def test_values_all_sure_and_all_wrong_have_the_greatest_error() -> None:
    assert Calibration(group(1.0, 0, 7)).error == 1.0


@given(VALUES)
def test_bins_hold_every_value_once_and_no_confidence_lies_in_two(values: list[Judged]) -> None:
    found = Calibration(values)
    means = [one.confidence for one in found.bins]
    assert sum(one.n for one in found.bins) == len(values)
    assert sum(one.n * one.share_right for one in found.bins) == pytest.approx(sum(value.right for value in values))
    assert len(found.bins) <= N_BINS
    assert means == sorted(means)
    if len({value.confidence for value in values}) == 1:
        assert len(found.bins) == 1


def test_bins_of_distinct_confidences_are_of_equal_mass() -> None:
    values = [Judged("subject", index / 1000, index % 3 == 0) for index in range(20 * N_BINS)]
    assert [one.n for one in Calibration(values).bins] == [20] * N_BINS


@given(VALUES)
def test_auroc_is_the_share_of_pairs_in_which_the_right_value_is_surer(values: list[Judged]) -> None:
    right = [value.confidence for value in values if value.right]
    wrong = [value.confidence for value in values if not value.right]
    wins = [(good > bad) + (good == bad) / 2 for good, bad in product(right, wrong)]
    assert Calibration(values).auroc == (pytest.approx(sum(wins) / len(wins)) if wins else None)


@given(VALUES)
def test_auroc_heeds_order_only(values: list[Judged]) -> None:
    """Its rank in the set of confidences in place of each; and right and wrong exchanged turn it round."""
    ranks = {confidence: rank for rank, confidence in enumerate(sorted({value.confidence for value in values}))}
    ranked = [Judged(value.field, ranks[value.confidence] / (len(ranks) + 1), value.right) for value in values]
    turned = [Judged(value.field, value.confidence, not value.right) for value in values]
    found = Calibration(values).auroc
    assert Calibration(ranked).auroc == found
    assert Calibration(turned).auroc == (None if found is None else pytest.approx(1 - found))


@given(VALUES, st.randoms(use_true_random=False))
def test_the_order_of_the_values_changes_nothing(values: list[Judged], rng: Random) -> None:
    other = list(values)
    rng.shuffle(other)
    assert Calibration(other).as_dict() == Calibration(values).as_dict()


def test_a_mean_that_is_rounded_at_the_half_does_not_depend_on_the_order_of_the_values() -> None:
    confidences = (0.0035, 0.7298, 0.4364, 0.3749)
    means = {
        Calibration([Judged("subject", one, right=True) for one in order]).as_dict()["mean_confidence"]
        for order in permutations(confidences)
    }
    assert len(means) == 1


@given(VALUES)
def test_the_risk_at_each_coverage_is_the_share_wrong_of_what_is_kept(values: list[Judged]) -> None:
    points = Calibration(values).risk_coverage
    for point in points:
        kept = [value for value in values if value.confidence >= point.confidence]
        assert point.coverage == pytest.approx(len(kept) / len(values))
        assert point.risk == pytest.approx(sum(not value.right for value in kept) / len(kept))
    assert [point.coverage for point in points] == sorted({point.coverage for point in points})
    assert not values or points[-1].coverage == 1.0


@given(VALUES)
def test_fields_share_the_values_among_them(values: list[Judged]) -> None:
    fields = Calibration(values).fields
    assert fields.keys() == {value.field for value in values}
    assert sum(len(one.values) for one in fields.values()) == len(values)
    assert all({value.field for value in one.values} == {name} for name, one in fields.items())
