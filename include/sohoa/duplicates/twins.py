"""What is decided where two documents are copies of the same thing, and how that is kept.

Three kinds are kept apart. Files with the same bytes never become two documents: `scan_file.duplicate_of` names the
first of them. Documents with the same pages are one scan in two containers. Documents with the same number, issuer and
date are two scans of one paper, or of its copies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.catalogue.documents import current_copy, pages_of
from sohoa.catalogue.models import DIGITISED, Batch, Document, DocumentStatus, Twin, utc_now
from sohoa.duplicates.likeness import are_same_scan, remember_look, same_scans, texts_agree
from sohoa.duplicates.quality import ScanQuality
from sohoa.folding import fold

HAS_COPY, COPY_IS_SIGNED, SAME_PAGES, SAME_NUMBER = "result_has_copy", "copy_is_signed", "same_pages", "same_number"
"""Reasons for review."""

_NO_TWIN = (DocumentStatus.REJECTED, DocumentStatus.DUPLICATE, DocumentStatus.SUPERSEDED, DocumentStatus.LOCKED)


class Kind(StrEnum):
    """How two documents are the same."""

    SAME_PAGES = "same_pages"
    SAME_NUMBER = "same_number"


class Decision(StrEnum):
    """What becomes of the newer one."""

    SUPERSEDES = "supersedes"
    DUPLICATE = "duplicate"
    REVIEW = "review"


@dataclass(frozen=True)
class Twinned:
    """A document's twin, and what is decided about the document.

    Attributes:
        twin: the other document, which was there first.
        reason: why a person must decide; None otherwise.
        evidence: facts that the decision rests on, JSON-ready.
    """

    twin: Document
    kind: Kind
    decision: Decision
    reason: str | None = None
    evidence: dict[str, Any] = field(default_factory=dict)


def find_twin(session: Session, document: Document, result_id: int | None) -> Twinned | None:
    """The document that this one repeats, and what follows from it; None if there is none.

    Args:
        session: a writing session: the document becomes findable for those that come after it.
        document: with its fields and pages read.
        result_id: the result that it would be accepted for; None if it must go to review anyhow.
    """
    remember_look(session, document)
    copy = None if result_id is None else current_copy(session, result_id, document)
    if copy is not None:
        return _weigh_copy(session, document, copy)
    looks = _before(session, document, same_scans(session, document))
    if looks:
        return _weigh_look(session, document, looks, result_id)
    if result_id is not None:
        return None
    others = _before(session, document, _same_number(session, document))
    return Twinned(others[0], Kind.SAME_NUMBER, Decision.REVIEW, SAME_NUMBER) if others else None


def record_twin(session: Session, document: Document, found: Twinned, agent: str) -> None:
    """Write the decision down; a later one about the same two documents takes its place (the log has them all)."""
    row = session.get(Twin, (document.document_id, found.twin.document_id))
    if row is not None and (row.kind, row.decision, row.evidence) == (found.kind, found.decision, found.evidence):
        return
    row = row or Twin(document_id=document.document_id, twin_id=found.twin.document_id)
    row.kind, row.decision, row.evidence = found.kind, found.decision, found.evidence
    row.decided_at, row.agent = utc_now(), agent
    session.add(row)


def twins_of(session: Session, document_id: str) -> Sequence[Twin]:
    """All decisions in which a document has a part, oldest first."""
    return session.scalars(
        select(Twin)
        .where((Twin.document_id == document_id) | (Twin.twin_id == document_id))
        .order_by(Twin.decided_at, Twin.document_id)
    ).all()


def superseded_by(session: Session, document_id: str) -> str | None:
    """The document that took the place of this one; None if none did."""
    return session.scalar(
        select(Twin.document_id).where(Twin.twin_id == document_id, Twin.decision == Decision.SUPERSEDES)
    )


def _before(session: Session, document: Document, others: Sequence[Document]) -> list[Document]:
    """Those that were there first: of two that wait, only the later is told of the other."""
    own = _place(session, document)
    return sorted((other for other in others if _place(session, other) < own), key=lambda other: _place(session, other))


def _place(session: Session, document: Document) -> tuple[Any, ...]:
    batch = session.get_one(Batch, document.batch_id)
    return batch.first_seen_at, batch.id, document.source_file, document.first_page


def _weigh_copy(session: Session, document: Document, copy: Document) -> Twinned:
    """A document whose result has a copy already: better or as good, the same scan again, or a person's to choose."""
    same = are_same_scan(pages_of(session, document), pages_of(session, copy))
    kind = Kind.SAME_PAGES if same else Kind.SAME_NUMBER
    new, old = ScanQuality.of(session, document), ScanQuality.of(session, copy)
    evidence = {"quality": new.facts(), "twin_quality": old.facts()}
    if document.sha256 == copy.sha256 or not _says_the_same(document, copy):
        return Twinned(copy, kind, Decision.REVIEW, HAS_COPY, evidence)
    better = new.is_better_than(old) or (same is False and new.is_as_good_as(old))
    if better:
        # A copy that nobody has signed yet would take away what is signed.
        if copy.status != DocumentStatus.ACCEPTED:
            return Twinned(copy, kind, Decision.REVIEW, COPY_IS_SIGNED, evidence)
        return Twinned(copy, kind, Decision.SUPERSEDES, None, evidence)
    if same and texts_agree(document, copy):
        return Twinned(copy, kind, Decision.DUPLICATE, None, evidence)
    return Twinned(copy, kind, Decision.REVIEW, HAS_COPY, evidence)


def _weigh_look(
    session: Session, document: Document, looks: Sequence[Document], result_id: int | None
) -> Twinned | None:
    """A document that looks like others: nothing more than they, or a person's to choose."""
    digitised = [other for other in looks if other.status in DIGITISED]
    if not digitised:
        # What waits may be withdrawn yet; of the two, the one that can be accepted is.
        return None if result_id is not None else Twinned(looks[0], Kind.SAME_PAGES, Decision.REVIEW, SAME_PAGES)
    twin = digitised[0]
    new, old = ScanQuality.of(session, document), ScanQuality.of(session, twin)
    evidence = {"quality": new.facts(), "twin_quality": old.facts()}
    surely = document.sha256 != twin.sha256 and texts_agree(document, twin) and result_id is None
    if surely and not new.is_better_than(old):
        return Twinned(twin, Kind.SAME_PAGES, Decision.DUPLICATE, None, evidence)
    return Twinned(twin, Kind.SAME_PAGES, Decision.REVIEW, SAME_PAGES, evidence)


def _says_the_same(one: Document, other: Document) -> bool:
    return _identity(one) == _identity(other) and None not in _identity(one)


def _identity(document: Document) -> tuple[Any, ...]:
    number = document.code_number and document.code_number.lstrip("0")
    return number, document.code_notation, document.issued_on, document.issuer and fold(document.issuer)


def _same_number(session: Session, document: Document) -> list[Document]:
    if None in _identity(document):
        return []
    others = session.scalars(
        select(Document)
        .where(
            Document.code_number == document.code_number,
            Document.issued_on == document.issued_on,
            Document.document_id != document.document_id,
            Document.status.not_in(_NO_TWIN),
        )
        .order_by(Document.document_id)
    )
    return [other for other in others if _says_the_same(document, other)]
