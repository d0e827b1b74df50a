"""What is read beside the key fields is kept with its place, and told in the export."""

from __future__ import annotations

from collections.abc import Callable

from reading.test_boundaries import ANNEX, BLANK, DECISION

from sohoa.catalogue.database import writing
from sohoa.catalogue.models import Field

from .test_stacks import Stack, stack

__all__ = ["stack"]


def test_further_fields_are_kept_with_their_page_and_exported(stack: Callable[..., Stack]) -> None:
    made = stack(BLANK, DECISION, ANNEX)

    made.compile()
    made.compile()
    rows = {row.name: row for row in made.world.rows(Field)}
    assert rows["signer_title"].value == "Thứ trưởng"
    assert (rows["legal_bases"].page_no, rows["annex_code"].page_no) == (2, 3)
    assert rows["legal_bases"].top is not None
    assert "valid_until" not in rows, "what a document does not have is no row"
    (exported,) = made.world.export()
    assert exported["further_fields"] == {
        name: row.value for name, row in rows.items() if name not in exported and row.value is not None
    }
    assert exported["further_fields"]["annex_code"] == "1368/QĐ-BNV"
    assert exported["field_confidence"]["annex_code"] > 0


def test_a_person_s_value_of_a_further_field_stays(stack: Callable[..., Stack]) -> None:
    made = stack(DECISION)
    made.compile()
    with writing(made.settings.catalogue_url) as session:
        row = session.query(Field).filter_by(name="signer_title").one()
        row.value, row.source = "Bộ trưởng", "person"
    made.compile()
    (row,) = made.world.rows(Field, Field.name == "signer_title")
    assert (row.value, row.source) == ("Bộ trưởng", "person")
