"""A document as the desk shows it: pages, fields with their evidence, reasons, candidates, what happened so far."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.catalogue.database import reading
from sohoa.catalogue.documents import current_copy, pages_of
from sohoa.catalogue.models import (
    OPEN,
    Document,
    Dossier,
    Event,
    Field,
    ProposedResult,
    Result,
    ReviewItem,
    ReviewLease,
    utc_now,
)
from sohoa.journey.readings import kept_page
from sohoa.messages import LANGUAGES, reason_text
from sohoa.reading.record import FIELD_NAMES, Box
from sohoa.reading.secrecy import DOUBT
from sohoa.register.candidates import candidates, offered
from sohoa.register.link import Claim
from sohoa.review.alternatives import alternatives
from sohoa.review.desk import find_unlocked, version_of
from sohoa.review.ranges import can_be_turned
from sohoa.review.values import KEY_FIELDS
from sohoa.settings import Settings

CANDIDATES = 5


@dataclass(frozen=True)
class ReasonView:
    """Why the document waits, and what to do, in each language."""

    code: str
    vi: str
    en: str


@dataclass(frozen=True)
class FieldView:
    """A field with its evidence.

    Attributes:
        source: ocr, manifest, qr; `person` once a person set or confirmed it.
        is_key: nothing is accepted without it.
        page: page of the document, from 1.
        box: fractions of that page as it is read (upright and level): left, top, right, bottom.
        alternatives: other values that looks at the line gave.
    """

    name: str
    value: str | None
    confidence: float
    source: str
    is_key: bool
    page: int | None
    box: Box | None
    alternatives: tuple[str, ...]


@dataclass(frozen=True)
class PageView:
    """A page: its number in the document and in the master, and how it was read.

    Attributes:
        rotation: degrees clockwise that bring the page as delivered upright.
        skew_degrees: further turn that makes its lines level.
        can_be_turned: `Rotate` makes sense.
    """

    page: int
    sha256: str
    page_no: int
    status: str
    reason: str | None
    width_px: int | None
    height_px: int | None
    dpi: float | None
    rotation: int
    skew_degrees: float
    flags: tuple[str, ...]
    can_be_turned: bool


@dataclass(frozen=True)
class CandidateView:
    """A row of the register that it may be a copy of.

    Attributes:
        score: 0–1, to order by.
        evidence: fact → same, close, other or unknown.
        is_offered: the only one that fits all that was read; one key press links it.
        copy_id: the document that is its current digital copy.
    """

    result_id: int
    result_key: str
    code_text: str | None
    issued_on: dt.date | None
    unit_code: str
    issuer: str | None
    subject: str | None
    dossier_codes: tuple[str, ...]
    score: float
    evidence: dict[str, str]
    is_offered: bool
    copy_id: str | None


@dataclass(frozen=True)
class EventView:
    """What happened to the document."""

    kind: str
    agent: str
    recorded_at: dt.datetime
    detail: dict[str, Any]


@dataclass(frozen=True)
class ItemView:
    """All that a person decides by.

    Attributes:
        version: to be given back with the decision, so that a change in between is noticed.
        linked_by_person: the result that a person linked it to.
        can_merge: another open document of the same file follows.
        proposal_id: of a register row proposed from this paper that waits for a second person.
        held_by: who has it in hand now.
    """

    document_id: str
    version: str
    batch_id: str
    unit_code: str
    source_file: str
    source_files: tuple[str, ...]
    first_page: int
    page_count: int
    status: str
    result_id: int | None
    linked_by_person: int | None
    reasons: tuple[ReasonView, ...]
    flags: tuple[str, ...]
    note: str | None
    fields: tuple[FieldView, ...]
    pages: tuple[PageView, ...]
    candidates: tuple[CandidateView, ...]
    can_merge: bool
    proposal_id: int | None
    held_by: str | None
    held_until: dt.datetime | None
    events: tuple[EventView, ...]

    @property
    def is_withheld(self) -> bool:
        """As `journey.locking.is_withheld`: nothing of its content may be shown."""
        return DOUBT in self.flags

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data for JSON."""
        return asdict(self)


def view_item(settings: Settings, document_id: str) -> ItemView:
    """A document as the desk shows it, whatever its status.

    Raises:
        NotFound: there is none.
        Closed: it is classified: nothing of it is shown.
    """
    with reading(settings.catalogue_url) as session:
        document = find_unlocked(session, document_id, settings.language)
        item, lease = session.get(ReviewItem, document_id), session.get(ReviewLease, document_id)
        held = lease is not None and lease.until > utc_now()
        return ItemView(
            document_id=document_id,
            version=version_of(session, document),
            batch_id=document.batch_id,
            unit_code=document.unit_code,
            source_file=document.source_file,
            source_files=tuple(document.source_files),
            first_page=document.first_page,
            page_count=document.page_count,
            status=document.status,
            result_id=document.result_id,
            linked_by_person=item.result_id if item else None,
            reasons=tuple(reason_view(reason) for reason in document.review_reasons),
            flags=tuple(document.flags),
            note=document.review_note,
            fields=_fields(settings, session, document),
            pages=_pages(session, document),
            candidates=_candidates(session, document),
            can_merge=_can_merge(session, document),
            proposal_id=session.scalar(
                select(ProposedResult.id).where(
                    ProposedResult.document_id == document_id, ProposedResult.state == "open"
                )
            ),
            held_by=lease.reviewer if lease and held else None,
            held_until=lease.until if lease and held else None,
            events=_events(session, document_id),
        )


def reason_view(reason: str) -> ReasonView:
    """A reason in all languages."""
    vi, en = (reason_text(reason, language) for language in LANGUAGES)
    return ReasonView(reason, vi, en)


def _fields(settings: Settings, session: Session, document: Document) -> tuple[FieldView, ...]:
    rows = {row.name: row for row in session.scalars(select(Field).where(Field.document_id == document.document_id))}
    numbers = range(document.first_page, document.last_page + 1)
    # Number and date stand on the first page with something on it.
    head = next(
        (page for number in numbers if (page := kept_page(settings, document.sha256, number)) and page.words), None
    )
    others = alternatives(head)
    names = dict.fromkeys([*KEY_FIELDS, *FIELD_NAMES, *sorted(rows)])
    return tuple(_field(name, rows.get(name), others.get(name, ())) for name in names)


def _field(name: str, row: Field | None, others: tuple[str, ...]) -> FieldView:
    value = row.value if row else None
    return FieldView(
        name=name,
        value=value,
        confidence=row.confidence if row else 0.0,
        source=row.source if row else "ocr",
        is_key=name in KEY_FIELDS,
        page=row.page_no if row else None,
        box=_box(row),
        alternatives=tuple(other for other in others if other != value),
    )


def _box(row: Field | None) -> Box | None:
    if row is None or row.left is None or row.top is None or row.right is None or row.bottom is None:
        return None
    return (row.left, row.top, row.right, row.bottom)


def _pages(session: Session, document: Document) -> tuple[PageView, ...]:
    return tuple(
        PageView(
            page=row.page_no - document.first_page + 1,
            sha256=row.sha256,
            page_no=row.page_no,
            status=row.status,
            reason=row.reason,
            width_px=row.width_px,
            height_px=row.height_px,
            dpi=row.dpi,
            rotation=row.rotation or 0,
            skew_degrees=row.skew_degrees or 0.0,
            flags=tuple(row.quality_flags or ()),
            can_be_turned=can_be_turned(row),
        )
        for row in pages_of(session, document)
    )


def _candidates(session: Session, document: Document) -> tuple[CandidateView, ...]:
    found = candidates(session, Claim.of(document), CANDIDATES)
    best = offered(found)
    views = []
    for one in found:
        result = session.get_one(Result, one.result_id)
        dossiers = session.scalars(select(Dossier.code).where(Dossier.result_id == result.id).order_by(Dossier.code))
        copy = current_copy(session, result.id, document)
        views.append(
            CandidateView(
                result_id=result.id,
                result_key=result.result_key,
                code_text=result.code_text,
                issued_on=result.issued_on,
                unit_code=result.unit_code,
                issuer=result.issuer,
                subject=result.subject,
                dossier_codes=tuple(code for code in dossiers if code),
                score=one.score,
                evidence={fact: str(fit) for fact, fit in one.evidence.items()},
                is_offered=best is not None and best.result_id == result.id,
                copy_id=copy.document_id if copy else None,
            )
        )
    return tuple(views)


def _can_merge(session: Session, document: Document) -> bool:
    following = session.scalar(
        select(Document.status).where(Document.sha256 == document.sha256, Document.first_page == document.last_page + 1)
    )
    return following in OPEN and document.status in OPEN


def _events(session: Session, document_id: str) -> tuple[EventView, ...]:
    rows = session.scalars(select(Event).where(Event.document_id == document_id).order_by(Event.id))
    return tuple(EventView(row.kind, row.agent, row.recorded_at, row.detail) for row in rows)
