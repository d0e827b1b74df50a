from __future__ import annotations

import pytest

from sohoa.catalogue.documents import written_code


@pytest.mark.parametrize(
    ("number", "notation", "written"),
    [
        ("115", "QĐ-BNV", "115/QĐ-BNV"),
        (None, "QĐ-BNV", "…/QĐ-BNV"),
        ("115", None, "115"),
        (None, None, ""),
    ],
)
def test_a_code_is_written_as_far_as_it_is_known(number: str | None, notation: str | None, written: str) -> None:
    assert written_code(number, notation) == written
