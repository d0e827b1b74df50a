"""What the desk's pages show: the queue, and a document with its fields beside their places on the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from sohoa.catalogue.database import reading
from sohoa.catalogue.models import OPEN, Document, DocumentStatus, Unit
from sohoa.journey.persons import PERSON
from sohoa.reading.record import FIELD_NAMES, Box
from sohoa.reading.secrecy import DOUBT
from sohoa.review import (
    Action,
    FieldAccuracy,
    Held,
    ItemView,
    Proposal,
    Waiting,
    count_waiting,
    open_proposals,
    production_accuracy,
    take_this,
    unfinished,
    view_item,
    waiting,
)
from sohoa.review.items import CandidateView, EventView, FieldView, PageView
from sohoa.review.linking import SURE
from sohoa.review.values import CORRECTABLE
from sohoa.settings import Settings
from sohoa_airflow.web.queries import Paged, UnitName
from sohoa_airflow.web.review.people import Person
from sohoa_airflow.web.wording import NOTHING, Wording

FIRST_ALTERNATIVE, LAST_DIGIT = 6, 9
"""Digits 1 to 5 choose candidates, the others alternatives."""

_AIR = 6  # pixels of the OCR copy
_LIKELY = 0.001
_ONE_LINE = 60  # letters
_DAYS = ("issued_on", "valid_from", "valid_until", "annex_date")
_SHEET = (1654, 2339)  # A4 at 200 dpi, where a page's size is not known
_LEAST_WIDTH, _LEAST_HEIGHT, _ROOM = 0.42, 0.03, 1.15  # of a strip: shares of the page, and times the box


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
class Alternative:
    """Another reading; `digit` None beyond the last key."""

    digit: int | None
    value: str
    shown: str


@dataclass(frozen=True)
class PageSheet:
    """A page with the boxes on it, in its own pixels; `version` changes when it is read another way round."""

    page: PageView
    width: int
    height: int
    version: str
    boxes: tuple[tuple[str, tuple[int, int, int, int]], ...]


@dataclass(frozen=True)
class Strip:
    """A part of a page around a box, in the pixels of that page: left, top, width, height."""

    page: PageSheet
    window: tuple[int, int, int, int]
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class FieldLine:
    """A field as the form has it.

    Attributes:
        shown: the value as people write it; empty if there is none.
        typed: what stands in the box: `shown`, or what a person typed before the desk said no.
        strip: where it stands on the page, if it is doubtful and that is known.
    """

    field: FieldView
    shown: str
    typed: str
    is_doubtful: bool
    is_long: bool
    alternatives: tuple[Alternative, ...]
    strip: Strip | None


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
        is_withheld: nothing of its content may be shown.
        n_likely: how many of the candidates, which come best first, are worth a look at once.
    """

    item: ItemView
    is_mine: bool
    notice: str | None
    is_withheld: bool
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
    is_withheld = DOUBT in item.flags
    notice = _take(settings, item, person, t)
    sheets = tuple(_sheet(page, item.fields) for page in item.pages)
    lines = () if is_withheld else _lines(item.fields, sheets, t, typed or {})
    with reading(settings.catalogue_url) as session:
        proposals = open_proposals(session) if item.proposal_id and not is_withheld else []
        n_waiting = count_waiting(session, unit)
    return DeskView(
        item=item,
        is_mine=notice is None,
        notice=notice,
        is_withheld=is_withheld,
        fields=tuple(line for line in lines if line.field.name in FIELD_NAMES),
        further=tuple(line for line in lines if line.field.name not in FIELD_NAMES),
        sheets=() if is_withheld else sheets,
        candidates=() if is_withheld else item.candidates,
        n_likely=max(1, sum(one.score >= _LIKELY for one in item.candidates)),
        proposal=next((one for one in proposals if one.id == item.proposal_id), None),
        happenings=() if is_withheld else tuple(_happening(event, t) for event in reversed(item.events)),
        n_waiting=n_waiting,
    )


def can_be_taken(settings: Settings, item: ItemView) -> bool:
    """Whether a person can work on it: it is open, not withheld, and no decision on it is being carried out."""
    return item.status in OPEN and DOUBT not in item.flags and item.document_id not in unfinished(settings)


def _take(settings: Settings, item: ItemView, person: Person, t: Wording) -> str | None:
    """Take the document for the person; say why not, if so."""
    if DOUBT in item.flags:
        return t.desk("withheld")
    if item.status not in OPEN:
        return t.desk("closed", outcome=t.outcome(item.status))
    if not person.may(Action.DECIDE):
        return t.desk("only_looking", role=t.role(person.role))
    if not can_be_taken(settings, item):
        return t.desk("carried_out")
    try:
        take_this(settings, item.document_id, person.name)
    except Held as error:
        return str(error)
    return None


def _sheet(page: PageView, fields: Sequence[FieldView]) -> PageSheet:
    width, height = (page.width_px, page.height_px) if page.width_px and page.height_px else _SHEET
    return PageSheet(
        page=page,
        width=width,
        height=height,
        version=f"{page.rotation}-{page.skew_degrees:.2f}",
        boxes=tuple((one.name, _frame(one.box, width, height)) for one in fields if one.box and one.page == page.page),
    )


def _pixels(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return round(left * width), round(top * height), round((right - left) * width), round((bottom - top) * height)


def _frame(box: Box, sheet_width: int, sheet_height: int) -> tuple[int, int, int, int]:
    """A box with a little air, so that its line does not touch the print."""
    left, top, width, height = _pixels(box, sheet_width, sheet_height)
    return left - _AIR, top - _AIR, width + 2 * _AIR, height + 2 * _AIR


def _lines(
    fields: Sequence[FieldView], sheets: Sequence[PageSheet], t: Wording, typed: Mapping[str, str]
) -> tuple[FieldLine, ...]:
    digits = iter(range(FIRST_ALTERNATIVE, LAST_DIGIT + 1))
    by_page = {sheet.page.page: sheet for sheet in sheets}
    lines = []
    for field in sorted(fields, key=_rank):
        if field.name not in CORRECTABLE:
            continue
        shown = _written(field.name, field.value or "", t)
        is_doubtful = _is_doubtful(field)
        alternatives = tuple(
            Alternative(next(digits, None), value, _written(field.name, value, t)) for value in field.alternatives
        )
        sheet = by_page.get(field.page or 0)
        lines.append(
            FieldLine(
                field=field,
                shown=shown,
                typed=typed.get(field.name, shown),
                is_doubtful=is_doubtful,
                is_long=field.name == "subject" or "\n" in shown or len(shown) > _ONE_LINE,
                alternatives=alternatives,
                strip=_strip(sheet, field.box) if is_doubtful and sheet and field.box else None,
            )
        )
    return tuple(lines)


def _is_doubtful(field: FieldView) -> bool:
    """Whether a person should look at it first: of the main fields, the others stop nobody."""
    is_main = field.is_key or (field.name in FIELD_NAMES and field.value is not None)
    return is_main and field.source != PERSON and field.confidence < SURE


def _rank(field: FieldView) -> int:
    return FIELD_NAMES.index(field.name) if field.name in FIELD_NAMES else len(FIELD_NAMES)


def _strip(sheet: PageSheet, box: Box) -> Strip:
    """A window around a box, wide enough that print is never blown up beyond what one can read."""
    left, top, right, bottom = box
    width, height = max(_LEAST_WIDTH, _ROOM * (right - left)), max(_LEAST_HEIGHT, _ROOM * (bottom - top) + 0.01)
    width, height = min(1.0, width), min(1.0, height)
    x = min(max(0.0, (left + right - width) / 2), 1.0 - width)
    y = min(max(0.0, (top + bottom - height) / 2), 1.0 - height)
    return Strip(
        sheet,
        _pixels((x, y, x + width, y + height), sheet.width, sheet.height),
        _frame(box, sheet.width, sheet.height),
    )


def _written(name: str, value: str, t: Wording) -> str:
    """A value as people write it: days in the order of their language."""
    if name not in _DAYS or not value:
        return value
    return t.day(dt.date.fromisoformat(value))


def _happening(event: EventView, t: Wording) -> Happening:
    before, after = (_facts(event.detail.get(side)) for side in ("before", "after"))
    names = [name for name in after if name in CORRECTABLE and after[name] != before.get(name)]
    changes = [(t.field(name), _told(name, before.get(name), t), _told(name, after[name], t)) for name in names]
    return Happening(event, event.detail.get("reason"), tuple(changes))


def _facts(side: Any) -> dict[str, Any]:
    return side if isinstance(side, dict) else {}


def _told(name: str, value: Any, t: Wording) -> str:
    return _written(name, str(value), t) if value else NOTHING
