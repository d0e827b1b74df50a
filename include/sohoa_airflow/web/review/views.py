"""What the desk's pages show: the queue, and a document with its fields beside their places on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from sohoa.catalogue.database import reading
from sohoa.catalogue.models import OPEN, Document, DocumentStatus, Unit
from sohoa.journey.locking import is_withheld
from sohoa.reading.record import FIELD_NAMES
from sohoa.review import (
    Action,
    Closed,
    FieldAccuracy,
    Held,
    ItemView,
    Proposal,
    Waiting,
    count_waiting,
    find_unlocked,
    open_proposals,
    production_accuracy,
    take_this,
    unfinished,
    view_item,
    waiting,
)
from sohoa.review.items import CandidateView, EventView
from sohoa.review.values import CORRECTABLE
from sohoa.settings import Settings
from sohoa_airflow.web.queries import Paged, UnitName
from sohoa_airflow.web.review.fields import FieldLine, PageSheet, field_lines, page_sheet, written
from sohoa_airflow.web.review.people import Person
from sohoa_airflow.web.wording import NOTHING, Wording

_LIKELY = 0.001
"""Candidates less likely than this are folded away."""


@dataclass(frozen=True)
class QueueView:
    """A page of the queue, and what stands beside it.

    Attributes:
        proposals: register rows that wait for a second person.
        units: those that scanned what waits.
        accuracy: how right each field was read, by what persons settled.
    """

    page: Paged[Waiting]
    proposals: list[Proposal]
    units: list[UnitName]
    accuracy: list[FieldAccuracy]


@dataclass(frozen=True)
class Happening:
    """What happened, by whom, and what changed: (field or fact, before, after)."""

    event: EventView
    reason: str | None
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class DeskView:
    """A document on the desk.

    Attributes:
        is_mine: the person has it in hand and may decide.
        notice: why it is not, or None.
        n_likely: how many of the candidates, which come best first, are worth a look at once.
    """

    item: ItemView
    is_mine: bool
    notice: str | None
    fields: tuple[FieldLine, ...]
    further: tuple[FieldLine, ...]
    sheets: tuple[PageSheet, ...]
    candidates: tuple[CandidateView, ...]
    n_likely: int
    proposal: Proposal | None
    happenings: tuple[Happening, ...]
    n_waiting: int

    @property
    def minor(self) -> set[str]:
        """Fields whose places are shown only when they are looked at: they cover half of a page."""
        return {box for sheet in self.sheets for box, _ in sheet.boxes} - set(FIELD_NAMES)


def queue_view(settings: Settings, unit: str | None, number: int, size: int) -> QueueView:
    """A page of the queue in its order."""
    with reading(settings.catalogue_url) as session:
        rows = session.execute(
            select(Unit.code, Unit.name, Unit.name_en)
            .where(
                Unit.code.in_(select(Document.unit_code).where(Document.status == DocumentStatus.IN_REVIEW).distinct())
            )
            .order_by(Unit.code)
        )
        units = [UnitName(*row) for row in rows]
        items = waiting(session, unit, size, (number - 1) * size)
        page = Paged(items, count_waiting(session, unit), number, size)
        return QueueView(page, open_proposals(session), units, production_accuracy(session))


def desk_view(
    settings: Settings,
    document_id: str,
    person: Person,
    t: Wording,
    unit: str | None = None,
    typed: Mapping[str, str] | None = None,
) -> DeskView:
    """A document for a person, who has it in hand from now on if nobody else has and the role allows it.

    Args:
        settings: in the person's language.
        document_id: which document.
        person: who looks.
        t: how things are written.
        unit: whose scans the person goes through, for the count of what is left; None for all.
        typed: what the person had typed into the fields.

    Raises:
        NotFound: there is none.
        Closed: it is classified.
    """
    item = view_item(settings, document_id)
    notice = _take(settings, item, person, t)
    sheets = tuple(page_sheet(page, item.fields) for page in item.pages)
    lines = () if item.is_withheld else field_lines(item.fields, sheets, t, typed or {})
    with reading(settings.catalogue_url) as session:
        proposals = open_proposals(session) if item.proposal_id and not item.is_withheld else []
        n_waiting = count_waiting(session, unit)
    return DeskView(
        item=item,
        is_mine=notice is None,
        notice=notice,
        fields=tuple(line for line in lines if line.field.name in FIELD_NAMES),
        further=tuple(line for line in lines if line.field.name not in FIELD_NAMES),
        sheets=() if item.is_withheld else sheets,
        candidates=() if item.is_withheld else item.candidates,
        n_likely=max(1, sum(one.score >= _LIKELY for one in item.candidates)),
        proposal=next((one for one in proposals if one.id == item.proposal_id), None),
        happenings=() if item.is_withheld else tuple(_happening(event, t) for event in reversed(item.events)),
        n_waiting=n_waiting,
    )


def can_be_taken(settings: Settings, document_id: str) -> bool:
    """Whether a person can work on it: it is open, not withheld, and no decision on it is being carried out.

    Raises:
        NotFound: there is none.
        Closed: it is classified.
    """
    document = _row(settings, document_id)
    return document.status in OPEN and not is_withheld(document) and document_id not in unfinished(settings)


def require_shown(settings: Settings, document_id: str, t: Wording) -> None:
    """Stop decisions on what nobody here was shown, as it is, or may be, classified.

    Raises:
        NotFound: there is none.
        Closed: it is, or may be, classified.
    """
    if is_withheld(_row(settings, document_id)):
        raise Closed(t.desk("withheld"))


def _row(settings: Settings, document_id: str) -> Document:
    with reading(settings.catalogue_url) as session:
        return find_unlocked(session, document_id, settings.language)


def _take(settings: Settings, item: ItemView, person: Person, t: Wording) -> str | None:
    """Take the document for the person; say why not, if so."""
    if item.is_withheld:
        return t.desk("withheld")
    if item.status not in OPEN:
        return t.desk("closed", outcome=t.outcome(item.status))
    if not person.may(Action.DECIDE):
        return t.desk("only_looking", role=t.role(person.role))
    if item.document_id in unfinished(settings):
        return t.desk("carried_out")
    try:
        take_this(settings, item.document_id, person.name)
    except Held as error:
        return str(error)
    return None


def _happening(event: EventView, t: Wording) -> Happening:
    before, after = (_facts(event.detail.get(side)) for side in ("before", "after"))
    names = [name for name in after if name in CORRECTABLE and after[name] != before.get(name)]
    changes = [(t.field(name), _told(name, before.get(name), t), _told(name, after[name], t)) for name in names]
    return Happening(event, event.detail.get("reason"), tuple(changes))


def _facts(side: Any) -> dict[str, Any]:
    return side if isinstance(side, dict) else {}


def _told(name: str, value: Any, t: Wording) -> str:
    return written(name, str(value), t) if value else NOTHING
