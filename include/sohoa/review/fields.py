"""Values of fields that a person sets or confirms, each kept with what had been read: labelled data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sohoa.catalogue.events import insert_once
from sohoa.catalogue.models import Correction, Field
from sohoa.journey.persons import PERSON
from sohoa.reading.record import FIELD_NAMES
from sohoa.review.desk import Desk
from sohoa.review.errors import WrongValue
from sohoa.review.values import CORRECTABLE, KEY_FIELDS, parse_value

SETTLED_BY_LOOKING = (
    "handwritten_number",
    "type_not_result",
    "uncertain_boundary",
    "separator_mismatch",
    "separator_foreign",
    "dossier_conflict",
    "unnumbered_draft",
    "other_language",
    "same_pages",
    "same_number",
)
"""Doubts that are settled once a person who saw the pages accepts the document. Nothing else is: pages missing or
unread, a secrecy mark, the link, and a scan below the legal floor need more than a look."""


def correct(desk: Desk, values: Mapping[str, str]) -> None:
    """Set fields to what a person typed.

    Raises:
        WrongValue: nothing was given, or the grammar refuses a value; nothing is set then.
    """
    if not values:
        raise WrongValue(desk.text("review.nothing_to_correct", fields=", ".join(CORRECTABLE)))
    parsed = {
        name: parse_value(desk.session, name, typed, desk.batch.claimed_on, desk.language)
        for name, typed in values.items()
    }
    before = set_by_person(desk, parsed)
    desk.tell("review_corrected", before, dict(parsed))


def accept(desk: Desk) -> None:
    """Confirm every value as shown, and what only a look at the pages can settle.

    Raises:
        WrongValue: a key field has no value.
    """
    known = desk.fields()
    missing = [name for name in KEY_FIELDS if name not in known or known[name].value is None]
    if missing:
        names = ", ".join(desk.text(f"field.{name}") for name in missing)
        raise WrongValue(desk.text("review.key_missing", document=desk.document.document_id, fields=names))
    shown = {name: row.value for name, row in known.items() if name in FIELD_NAMES and row.value is not None}
    before = {"reasons": desk.document.review_reasons}
    set_by_person(desk, shown)
    desk.item.waived = sorted({*desk.item.waived, *SETTLED_BY_LOOKING})
    desk.tell("review_accepted", before, shown)


def set_by_person(desk: Desk, values: Mapping[str, str | None]) -> dict[str, str | None]:
    """Make these the fields' values with a person as their source; return what they were before."""
    known = desk.fields()
    before: dict[str, str | None] = {}
    for name, value in values.items():
        row = known.get(name) or Field(
            document_id=desk.document.document_id, name=name, value=None, confidence=0.0, source="ocr"
        )
        desk.session.add(row)
        before[name] = row.value
        _label(desk, row, value)
        row.value, row.confidence, row.source = value, 1.0, PERSON
        if name == "issued_on":
            desk.document.issued_on = dt.date.fromisoformat(value) if value else None
        elif hasattr(desk.document, name):
            setattr(desk.document, name, value)
    desk.session.flush()
    return before


def _label(desk: Desk, row: Field, value: str | None) -> None:
    """Keep what had been read beside what the person says; of a second correction only the value is news."""
    insert_once(
        desk.session,
        Correction,
        document_id=row.document_id,
        field=row.name,
        read_value=row.value,
        read_confidence=row.confidence,
        read_source=row.source,
        set_value=value,
        sha256=desk.document.sha256,
        page_no=None if row.page_no is None else desk.document.first_page + row.page_no - 1,
        left=row.left,
        top=row.top,
        right=row.right,
        bottom=row.bottom,
        decided_at=desk.now,
    )
    label = desk.session.get_one(Correction, (row.document_id, row.name), populate_existing=True)
    label.set_value, label.decided_at = value, desk.now
