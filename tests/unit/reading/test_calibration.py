"""What scores of the reading are worth."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.reading.calibration import SURE, calibrated, knots_of, worth
from sohoa.reading.looks import LOOKS_AGREE, LOOKS_DISAGREE, ONE_LOOK, ONE_LOOK_ERRS

KEY_FIELDS = ("code_number", "code_notation", "issued_on", "issuer")
STEPS = [(0.3, 0.5, 0.2), (0.6, 0.6, 0.7), (0.95, 0.99, 0.98)]
SCORES = st.floats(0, 1)


@pytest.mark.parametrize(
    ("score", "share"),
    [(0.3, 0.2), (0.4, 0.2), (0.5, 0.2), (0.55, 0.45), (0.6, 0.7), (0.95, 0.98), (0.97, 0.98), (0.0, 0.2), (1.0, 0.98)],
)
def test_a_step_gives_its_share_and_what_lies_between_two_a_mean(score: float, share: float) -> None:
    assert worth("subject", score, knots_of(STEPS)) == pytest.approx(share)


@given(st.sampled_from(KEY_FIELDS), SCORES, SCORES)
def test_the_surer_of_two_values_stays_so(name: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert calibrated(name, low) <= calibrated(name, high)


@given(st.sampled_from(KEY_FIELDS), st.floats(0, SURE, exclude_max=True))
def test_a_key_field_that_the_reading_leaves_to_a_person_is_never_made_sure(name: str, score: float) -> None:
    assert calibrated(name, score) < SURE
    assert worth(name, score, knots_of([(0.0, 1.0, 0.99)])) < SURE


@pytest.mark.parametrize("name", KEY_FIELDS)
@pytest.mark.parametrize("score", [LOOKS_AGREE, ONE_LOOK_ERRS])
def test_key_fields_whose_looks_agree_stay_sure(name: str, score: float) -> None:
    """Else no document would be accepted without a person any more."""
    assert SURE <= calibrated(name, score) < 1.0


def test_doubt_stays_in_order() -> None:
    shares = [calibrated("code_notation", score) for score in (LOOKS_DISAGREE, ONE_LOOK, ONE_LOOK_ERRS, LOOKS_AGREE)]
    assert all(low <= high for low, high in pairwise(shares))
    assert shares[0] < shares[-1]


def test_a_field_that_was_not_fitted_keeps_its_score() -> None:
    assert calibrated("annex_code", 0.85) == 0.85
