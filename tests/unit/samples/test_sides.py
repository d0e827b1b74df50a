"""The test side draws the same world with other faces, templates, hands and scanners."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sohoa.samples import Level, Side, make_samples
from sohoa.samples.ageing import AGEING
from sohoa.samples.plan import make_plan
from sohoa.samples.templates import TEMPLATES

from .conftest import Made, read


@pytest.fixture(scope="module")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Three hard scans of the test side, all numbers put in by hand or by stamp."""
    folder = tmp_path_factory.mktemp("unseen")
    return read(make_samples(folder, 3, 5, "hard", side="test", numbering=("stamped", "pen"), dpi=100))


def test_both_sides_tell_of_the_same_results(unseen: Made) -> None:
    planned = [scan.result.key for scan in make_plan(3, 5, faults=False).scans]
    assert [truth["result_key"] for truth in unseen.truth] == planned
    assert {truth["side"] for truth in unseen.truth} == {"test"}


def test_no_template_and_no_ageing_is_shared() -> None:
    assert not set(TEMPLATES[Side.TRAIN]) & set(TEMPLATES[Side.TEST])
    for level in Level:
        assert AGEING[Side.TRAIN][level] != AGEING[Side.TEST][level]


def test_the_number_line_of_the_test_side_is_as_clerks_type_it(unseen: Made) -> None:
    for truth in unseen.truth:
        line = rf"Số: ?{truth['code_number']} ?/{truth['code_notation']}"
        assert any(re.fullmatch(line, text) for text in truth["text"][0].splitlines())


def test_pen_is_cut_out_of_the_blocks_and_stamped_digits_are_not(unseen: Made) -> None:
    for truth in unseen.truth:
        blocks = truth["blocks"][0]
        pen = [block["text"] for block in blocks if block["kind"] == "pen"]
        read_by_machine = [block["text"] for block in blocks if block["kind"] != "pen"]
        number_lines = [text for text in read_by_machine if truth["code_notation"] in text and "Số" in text]
        if truth["numbering"] == "pen":
            assert truth["code_number"] in pen
            assert not any(truth["code_number"] in text for text in number_lines)
        else:
            assert not pen
            assert any(truth["code_number"] in text for text in number_lines)
    assert {truth["numbering"] for truth in unseen.truth} == {"pen", "stamped"}


def test_the_test_side_is_drawn_the_same_again(
    unseen: Made, tmp_path: Path, folder_of: Callable[[Path], dict[str, bytes]]
) -> None:
    make_samples(tmp_path, 3, 5, "hard", side="test", numbering=("stamped", "pen"), dpi=100)
    assert folder_of(tmp_path) == folder_of(unseen.samples.out)
