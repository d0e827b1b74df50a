"""What is left to do after a decision: read turned pages, gate, archive copy, link, status, receipt."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import OPEN, Batch, Decision, Document, utc_now
from sohoa.errors import SohoaError
from sohoa.intake import write_receipt
from sohoa.journey.chunks import read_turned
from sohoa.journey.copies import make_copies
from sohoa.journey.documents import compile_ranges
from sohoa.journey.judging import judge_document
from sohoa.journey.publishing import settle_document
from sohoa.pages import Unreadable
from sohoa.review.queue import held_now, sweep_leases
from sohoa.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finished:
    """How a document stands after its remaining stations; `status` is None if a merge took it back."""

    document_id: str
    status: str | None
    reasons: tuple[str, ...]


def unfinished(settings: Settings) -> list[str]:
    """Documents with decisions that were not carried out, the oldest decision first; not those still in hand."""
    with reading(settings.catalogue_url) as session:
        rows = session.scalars(
            select(Decision.document_id)
            .where(Decision.finished_at.is_(None), Decision.document_id.not_in(held_now()))
            .order_by(Decision.id)
        )
        return list(dict.fromkeys(rows))


def finish_waiting(settings: Settings) -> list[Finished]:
    """Carry out all decisions that wait for it; one that breaks down does not stop the others.

    Raises:
        SohoaError: after all were tried, if one or more broke down; they are tried again next time.
    """
    sweep_leases(settings)
    done: list[Finished] = []
    broken: list[str] = []
    for document_id in unfinished(settings):
        try:
            done.extend(finish_document(settings, document_id))
        except Exception as error:
            logger.exception("The decision on %s could not be carried out", document_id)
            broken.append(f"{document_id}: {error!r}")
    if broken:
        raise SohoaError(
            f"{len(broken)} decisions could not be carried out and will be tried again: {'; '.join(broken)}"
        )
    return done


def finish_document(settings: Settings, document_id: str) -> list[Finished]:
    """Carry out the decisions on a document: its remaining stations, and those of what was split off from it.

    Safe to run twice at once and to be killed anywhere: a decision counts as carried out only at the end.
    """
    with reading(settings.catalogue_url) as session:
        decisions = session.scalars(
            select(Decision)
            .where(Decision.document_id == document_id, Decision.finished_at.is_(None))
            .order_by(Decision.id)
        ).all()
    _read_turned_pages(settings, decisions)
    touched = dict.fromkeys([document_id, *(one for decision in decisions for one in decision.documents)])
    done = [_finish(settings, identity) for identity in touched]
    for batch_id in dict.fromkeys(decision.batch_id for decision in decisions):
        write_receipt(settings, batch_id)
    with writing(settings.catalogue_url) as session:
        identities = [decision.id for decision in decisions]
        session.execute(update(Decision).where(Decision.id.in_(identities)).values(finished_at=utc_now()))
    return done


def _finish(settings: Settings, document_id: str) -> Finished:
    with reading(settings.catalogue_url) as session:
        document = session.get(Document, document_id)
    if document is not None and document.status in OPEN:
        judge_document(settings, document_id)
        if document.pdfa_sha256 is None:
            make_copies(settings, document.batch_id, document_id)
        settle_document(settings, document_id)
        with reading(settings.catalogue_url) as session:
            document = session.get(Document, document_id)
    if document is None:
        return Finished(document_id, None, ())
    return Finished(document_id, document.status, tuple(document.review_reasons))


def _read_turned_pages(settings: Settings, decisions: Sequence[Decision]) -> None:
    """Read each turned page again and make the document anew from it; what persons set stays."""
    for decision in decisions:
        if not decision.turns:
            continue
        for turn in decision.turns:
            try:
                read_turned(settings, decision.batch_id, turn["sha256"], turn["page_no"], turn["rotation"])
            except Unreadable as error:
                logger.warning("Page %s of %s stays as it was read: %s", turn["page_no"], turn["sha256"], error)
        with writing(settings.catalogue_url) as session:
            document = session.get(Document, decision.document_id, with_for_update=True)
            if document is None or document.status not in OPEN:
                continue
            # Its archive copy shows a page the wrong way round.
            document.pdfa_key = document.pdfa_sha256 = None
            batch = session.get_one(Batch, document.batch_id)
            compile_ranges(settings, session, batch, document.sha256, [(document.first_page, document.last_page)])
