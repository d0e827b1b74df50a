"""Decisions: taken whole in one transaction, told as events, refused on what changed in between, taken once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.catalogue.database import writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.models import DIGITISED, OPEN, Batch, Decision, Document, utc_now
from sohoa.indicators import today
from sohoa.messages import say
from sohoa.review.desk import Desk, find_document, open_item, require_open, version_of
from sohoa.review.errors import Changed
from sohoa.review.people import reviewer_name
from sohoa.review.queue import give_back, require_not_held
from sohoa.review.steps import Accept, Step
from sohoa.settings import Settings


@dataclass(frozen=True)
class Decided:
    """What became of a decision.

    Attributes:
        documents: ids of all documents that it changed; their remaining stations must run (`finish_document`).
        again: the very same decision had been taken before; nothing changed.
    """

    decision_id: int | None
    documents: tuple[str, ...]
    again: bool = False


def decide(
    settings: Settings, document_id: str, reviewer: str, steps: Sequence[Step], version: str | None = None
) -> Decided:
    """Take a decision of one or more steps on a document; all of them or none.

    Whoever decides need not have taken the document, but nobody else may have it in hand. A decision that ends the
    person's work on it gives it back. The same decision told twice on the same version is one.

    Args:
        settings: of the installation.
        document_id: which document.
        reviewer: who decides.
        steps: in this order.
        version: of the document as the person saw it (`ItemView.version`); None: as it is now.

    Raises:
        NotAllowed: the reviewer has no name.
        NotFound: no such document or result.
        Changed: the document is not what the person saw.
        Held: somebody else has it in hand.
        Closed: it does not wait for a person.
        WrongValue: a step cannot be taken as it is.
    """
    reviewer = reviewer_name(reviewer, settings.language)
    asked = Decision(version=version or "", steps=[step.as_dict() for step in steps], reviewer=reviewer)
    with writing(settings.catalogue_url) as session:
        found = session.get(Document, document_id, with_for_update=True)
        if (earlier := _taken_before(session, found, document_id, asked)) is not None:
            return earlier
        document = found or find_document(session, document_id, settings.language)
        require_open(document, settings.language)
        require_not_held(session, document_id, reviewer, settings.language)
        seen = version_of(session, document)
        if version is not None and version != seen:
            raise Changed(say("review.changed", settings.language, document=document_id))
        desk = Desk(
            settings=settings,
            session=session,
            document=document,
            item=open_item(session, document_id),
            batch=session.get_one(Batch, document.batch_id),
            reviewer=reviewer,
            now=utc_now(),
            touched=[document_id],
        )
        for step in steps:
            step.take(desk)
        asked.version = seen
        return _write_down(desk, asked, ends=not all(step.keeps_in_hand for step in steps))


def _taken_before(session: Session, document: Document | None, document_id: str, mine: Decision) -> Decided | None:
    """The same decision if the person took it before: on the same version, or as the last before it was closed."""
    query = select(Decision).where(Decision.document_id == document_id, Decision.reviewer == mine.reviewer)
    if mine.version:
        query = query.where(Decision.version == mine.version)
    elif document is not None and document.status in OPEN:
        return None
    last = session.scalars(query.order_by(Decision.id.desc()).limit(1)).first()
    if last is not None and last.steps == mine.steps:
        return Decided(last.id, tuple(last.documents), again=True)
    if document is not None and document.status in DIGITISED and mine.steps == [Accept().as_dict()]:
        return Decided(None, (document_id,), again=True)
    return None


def _write_down(desk: Desk, decision: Decision, *, ends: bool) -> Decided:
    session, document_id = desk.session, desk.item.document_id
    desk.item.n_decisions += 1
    decision.document_id, decision.batch_id, decision.decided_at = document_id, desk.batch.id, desk.now
    decision.documents, decision.turns = list(dict.fromkeys(desk.touched)), desk.turns
    session.add(decision)
    session.flush()
    for number, (kind, detail) in enumerate(desk.told):
        record_event(
            session,
            f"{kind}:{document_id}:{decision.version}:{number}",
            kind,
            today(),
            agent=desk.reviewer,
            batch_id=desk.batch.id,
            document_id=document_id,
            result_id=desk.item.result_id,
            detail=detail,
        )
    if ends:
        give_back(session, document_id, desk.reviewer)
    return Decided(decision.id, tuple(decision.documents))
