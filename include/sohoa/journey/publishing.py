"""The end of a batch's journey: each document gets its status, in one transaction, and the archivist a receipt."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.models import (
    DIGITISED,
    OPEN,
    Batch,
    BatchStatus,
    Document,
    DocumentStatus,
    FileOutcome,
    Page,
    PageStatus,
    ScanFile,
    Verdict,
    utc_now,
)
from sohoa.catalogue.search import store_words
from sohoa.duplicates import Decision
from sohoa.intake.delivered import masters_of
from sohoa.intake.receipt import write_receipt
from sohoa.journey.locking import in_turn, is_withheld, put_away_left
from sohoa.journey.persons import judged_as, link_by_person, without_waived
from sohoa.journey.repeats import earliest, set_aside, settle_alone, supersede, superseded, weigh_repeat
from sohoa.quality.verdicts import WHOLE
from sohoa.reading.secrecy import DOUBT, MARK
from sohoa.register.link import Claim, link
from sohoa.settings import Settings

AGENT = "sohoa digitise"


@dataclass(frozen=True)
class BatchOutcome:
    """How a batch ended, in numbers.

    Attributes:
        n_files: scan files, without manifest and the like.
        n_duplicate: files with the bytes of another, and documents with the pages of another.
        n_pages_unread: pages that no chunk came to read; they need an engineer.
        n_locked: documents that are classified, or lie in one file with such.
    """

    batch_id: str
    n_files: int
    n_accepted: int
    n_in_review: int
    n_quarantined: int
    n_duplicate: int
    n_pages_unread: int
    n_locked: int = 0

    @property
    def needs_person(self) -> bool:
        """Whether something waits in review or quarantine, or is classified and in the wrong place."""
        return self.n_in_review + self.n_quarantined + self.n_locked > 0


def publish_batch(settings: Settings, batch_id: str) -> BatchOutcome:
    """Link the batch's documents, settle their statuses and events in one transaction, and issue the receipt.

    Safe to run again: what is settled stays, and the same events are not told twice.

    Raises:
        RuntimeError: the gate has not judged the batch: nothing may pass it unseen.
    """
    put_away_left(settings, batch_id)
    with writing(settings.catalogue_url) as session:
        settle_alone(session)
        batch = session.get_one(Batch, batch_id)
        documents = session.scalars(
            select(Document)
            .where(Document.batch_id == batch_id, Document.status.in_(OPEN))
            .order_by(Document.source_file, Document.first_page)
        ).all()
        if documents and not _is_judged(session, batch_id):
            raise RuntimeError(f"batch {batch_id} has not been judged: run its documents past the gate first")
        others = {other for document in documents for other in _settle(session, batch, document)} - {batch_id}
        _index(session, documents)
        batch.status, batch.published_at = BatchStatus.PUBLISHED, utc_now()
        _tell(session, batch, None, "batch_published", batch.claimed_on)
    for touched in (batch_id, *sorted(others)):
        write_receipt(settings, touched)
    shutil.rmtree(settings.work / batch_id, ignore_errors=True)
    return count_outcome(settings, batch_id)


def is_published(settings: Settings, batch_id: str) -> bool:
    """Whether every file of the batch has its outcome and the receipt is out."""
    with reading(settings.catalogue_url) as session:
        return session.get_one(Batch, batch_id).status == BatchStatus.PUBLISHED


def settle_waiting(settings: Settings) -> list[str]:
    """Try documents in review again, after the register grew; return the batches of those that were accepted."""
    with writing(settings.catalogue_url) as session:
        settle_alone(session)
        waiting = session.scalars(
            select(Document)
            .where(Document.status == DocumentStatus.IN_REVIEW)
            .order_by(Document.batch_id, Document.source_file, Document.first_page)
        ).all()
        judged = {batch_id for batch_id in {d.batch_id for d in waiting} if _is_judged(session, batch_id)}
        others = {
            other
            for document in waiting
            if document.batch_id in judged
            for other in _settle(session, session.get_one(Batch, document.batch_id), document)
        }
        changed = sorted({d.batch_id for d in waiting if d.status == DocumentStatus.ACCEPTED})
        others |= {d.batch_id for d in waiting if d.status == DocumentStatus.DUPLICATE}
    for batch_id in sorted({*changed, *others}):
        write_receipt(settings, batch_id)
    return changed


def settle_document(settings: Settings, document_id: str) -> None:
    """Settle one document anew after a person's decision on it; its receipt is the caller's.

    What is settled already stays as it is.
    """
    with writing(settings.catalogue_url) as session:
        settle_alone(session)
        document = session.get_one(Document, document_id, with_for_update=True)
        others: set[str] = set()
        if document.status in OPEN:
            others = _settle(session, session.get_one(Batch, document.batch_id), document)
        _index(session, [document])
    for batch_id in sorted(others):
        write_receipt(settings, batch_id)


def count_outcome(settings: Settings, batch_id: str) -> BatchOutcome:
    """How a batch stands now, in numbers."""
    with reading(settings.catalogue_url) as session:
        outcomes = Counter(
            session.scalars(
                select(ScanFile.outcome).where(ScanFile.batch_id == batch_id, ScanFile.outcome != FileOutcome.IGNORED)
            )
        )
        statuses = Counter(session.scalars(select(Document.status).where(Document.batch_id == batch_id)))
        masters = masters_of(batch_id).subquery()
        n_unread = (
            session.query(Page).join(masters, masters.c.sha256 == Page.sha256).filter(Page.status == PageStatus.PENDING)
        )
        return BatchOutcome(
            batch_id=batch_id,
            n_files=sum(outcomes.values()),
            n_accepted=sum(statuses[status] for status in DIGITISED),
            n_in_review=statuses[DocumentStatus.IN_REVIEW],
            n_quarantined=outcomes[FileOutcome.QUARANTINED],
            n_duplicate=outcomes[FileOutcome.DUPLICATE] + statuses[DocumentStatus.DUPLICATE],
            n_pages_unread=n_unread.count(),
            n_locked=statuses[DocumentStatus.LOCKED],
        )


def _index(session: Session, documents: Iterable[Document]) -> None:
    """Have the search find documents by what was read of them, and set by persons, up to now."""
    session.flush()
    for document in documents:
        store_words(session, document.document_id)


def _settle(session: Session, batch: Batch, document: Document) -> set[str]:
    """Accept a document that passed the gate and has its one result; send any other to review with its reasons.

    Return the batches of which it took back a document.
    """
    if is_withheld(document):
        _send_to_review(session, batch, document, [flag for flag in (MARK, DOUBT) if flag in document.flags])
        return set()
    reasons = without_waived(session, document.document_id, _gate_reasons(session, document))
    linked = link_by_person(session, document.document_id) or link(session, Claim.of(document))
    flags = set(document.flags) - {"no_register_row"}
    if linked.reason is not None:
        reasons.append(linked.reason)
        flags |= {linked.reason} & {"no_register_row"}
    if "no_pdfa" in flags:
        reasons.append("no_pdfa")
    document.flags = sorted(flags)
    repeat = weigh_repeat(session, document, None if reasons else linked.result_id)
    if repeat is not None and repeat.decision == Decision.DUPLICATE:
        set_aside(session, batch, document, repeat)
        return set()
    if repeat is not None and repeat.reason is not None:
        reasons.append(repeat.reason)
    if reasons:
        _send_to_review(session, batch, document, reasons)
        return set()
    older = superseded(repeat)
    _accept(session, batch, document, linked.result_id, older)
    return {older.batch_id} if older is not None else set()


def _accept(session: Session, batch: Batch, document: Document, result_id: int | None, older: Document | None) -> None:
    """Make a document the current copy of its result, in place of an older one if there is one."""
    if older is not None:
        supersede(session, batch, document, older)
    document.review_reasons = []
    document.status = DocumentStatus.ACCEPTED
    document.result_id = result_id
    own = digitised_on(document.issued_on, document.scanned_on, batch.claimed_on)
    document.digitised_on = earliest(own, older)
    session.flush()
    _tell(session, batch, document, "document_accepted", document.digitised_on)


def _send_to_review(session: Session, batch: Batch, document: Document, reasons: list[str]) -> None:
    document.review_reasons = list(dict.fromkeys(reasons))
    document.status = DocumentStatus.IN_REVIEW
    _tell(session, batch, document, "document_sent_to_review", batch.claimed_on)


def digitised_on(issued_on: dt.date | None, scanned_on: dt.date | None, claimed_on: dt.date | None) -> dt.date | None:
    """The day from which an accepted copy counts (design.md §7, Dates).

    The manifest's scan date if it lies between issue and claim, else the day of the claim.
    """
    if scanned_on is None or claimed_on is None or scanned_on > claimed_on:
        return claimed_on
    return claimed_on if issued_on is not None and scanned_on < issued_on else scanned_on


def _is_judged(session: Session, batch_id: str) -> bool:
    of_batch = select(Verdict.id).where(Verdict.gate == "records", Verdict.subject_id == batch_id).limit(1)
    return session.scalar(of_batch) is not None


def _gate_reasons(session: Session, document: Document) -> list[str]:
    """Why the gate refused a document; what it found wrong with the batch as a whole concerns every one."""
    return list(
        session.scalars(
            select(Verdict.reason)
            .where(
                Verdict.gate == "records",
                Verdict.subject_id == judged_as(session, document),
                Verdict.item_id.in_((document.document_id, WHOLE)),
                Verdict.severity == "critical",
                Verdict.passed.is_(False),
            )
            .order_by(Verdict.id)
        )
    )


def _tell(session: Session, batch: Batch, document: Document | None, kind: str, effective_on: dt.date | None) -> None:
    subject = document.document_id if document else batch.id
    reasons = document.review_reasons if document else []
    # A document may come to review again for other reasons; for the same ones it is the same event.
    key = ":".join((kind, subject, *reasons))
    record_event(
        session,
        in_turn(session, key, subject) if document else key,
        kind,
        effective_on or utc_now().date(),
        agent=AGENT,
        batch_id=batch.id,
        document_id=document.document_id if document else None,
        result_id=document.result_id if document else None,
        detail={"reasons": reasons} if reasons else {},
    )
