"""The review desk's tables on a terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sohoa.cli.output import note, print_table
from sohoa.messages import load_messages, reason_text, say

if TYPE_CHECKING:
    from sohoa.review import ItemView, Proposal, Waiting


def print_queue(rows: Sequence[Waiting], total: int, language: str) -> None:
    """What waits, in its order."""
    names = ("document", "unit", "file", "code", "issued_on", "reasons", "held_by")
    cells = [
        (
            row.document_id,
            row.unit_code,
            f"{row.source_file} ({_pages(row.first_page, row.page_count)})",
            row.code,
            _day(row.issued_on),
            "; ".join(reason_text(reason, language) for reason in row.reasons),
            row.held_by,
        )
        for row in rows
    ]
    columns = _columns(names, language)
    print_table(say("review.list_title", language, total=total), columns, cells, whole=columns[:1])


def print_proposals(rows: Sequence[Proposal], language: str) -> None:
    """Register rows that wait for a second person."""
    names = ("document", "result", "issued_on", "unit", "subject", "proposed_by")
    cells = [
        (row.document_id, row.code_text, _day(row.issued_on), row.unit_code, row.subject, row.proposed_by)
        for row in rows
    ]
    columns = _columns(names, language)
    print_table(say("review.proposals_title", language, total=len(rows)), columns, cells, whole=columns[:1])


def print_item(item: ItemView, language: str) -> None:
    """One document with all that a person decides by."""
    outcome = say(f"outcome.{item.status}", language)
    note(f"{item.document_id} · {item.source_file} ({_pages(item.first_page, item.page_count)}) · {outcome}")
    for reason in item.reasons:
        note(f"  • {reason.vi if language == 'vi' else reason.en}")
    if item.note:
        note(f"  {item.note}")
    _print_fields(item, language)
    if item.candidates:
        _print_candidates(item, language)


def _print_fields(item: ItemView, language: str) -> None:
    names = ("field", "value", "confidence", "source", "alternatives")
    cells = [
        (_field(one.name, language), one.value, f"{one.confidence:.2f}", one.source, "; ".join(one.alternatives))
        for one in item.fields
    ]
    print_table(f"--version {item.version}", _columns(names, language), cells)


def _print_candidates(item: ItemView, language: str) -> None:
    names = ("result", "code", "issued_on", "unit", "subject", "score", "evidence")
    cells = [
        (
            one.result_id,
            one.code_text,
            _day(one.issued_on),
            one.unit_code,
            one.subject,
            f"{one.score:.2f}{' ✓' if one.is_offered else ''}",
            ", ".join(f"{fact}: {fit}" for fact, fit in one.evidence.items() if fit != "unknown"),
        )
        for one in item.candidates
    ]
    columns = _columns(names, language)
    print_table("", columns, cells)


def _columns(names: Sequence[str], language: str) -> tuple[str, ...]:
    return tuple(say(f"review.column_{name}", language) for name in names)


def _field(name: str, language: str) -> str:
    """The field's name for people beside the one that commands take."""
    text = load_messages(language).get(f"field.{name}")
    return f"{text} ({name})" if text else name


def _day(day: dt.date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""


def _pages(first: int, count: int) -> str:
    return f"{first}–{first + count - 1}" if count > 1 else str(first)
