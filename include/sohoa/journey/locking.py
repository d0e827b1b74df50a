"""Secrecy stops everything: what bears a mark is locked away, file and all, and none of its words is kept.

A file is locked as a whole, with every document in it: what lies beside a classified paper in one scan cannot be
shown without it, and where one ends and the next begins is itself only read. The database is told first; what then
has to move is moved again by any later run, however often one was killed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, delete, func, select, union, update
from sqlalchemy.orm import Session

from sohoa.archive import Store, master_key
from sohoa.catalogue.database import forget_deleted, reading, writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.models import (
    Batch,
    BatchStatus,
    Correction,
    Decision,
    Document,
    DocumentStatus,
    Event,
    Field,
    Page,
    PageStatus,
    ProposedResult,
    ScanFile,
    Verdict,
    utc_now,
)
from sohoa.catalogue.search import erase_words
from sohoa.duplicates import forget_look
from sohoa.errors import SohoaError
from sohoa.intake.locking import shut_sources
from sohoa.intake.receipt import write_receipt
from sohoa.journey.copies import copy_key, manifest_key
from sohoa.journey.readings import forget_pages, give_back_pages
from sohoa.reading.secrecy import DOUBT, MARK
from sohoa.settings import Settings

IN_FILE, LOCKED_AWAY = "secrecy_in_file", "locked_away"
"""Why a document without a mark is locked: one in the same file has it; and what people have to do."""

_CLEARED, _RELEASED = "secrecy_cleared", "document_released"
"""A person said of a document that it is not classified; another one of its file was let go with it."""


def is_withheld(document: Document) -> bool:
    """Whether a person must say first if this is classified: until then nothing of its content is kept in the open."""
    return DOUBT in document.flags


def has_locked(session: Session, sha256: str) -> bool:
    """Whether a master, or a scan that it is made of, was locked."""
    return bool(session.scalars(_locked_among(_scans_of(session, sha256))).first())


def documents_of(session: Session, sha256: str) -> Sequence[Document]:
    """All documents of a master, in the order of their pages."""
    return session.scalars(select(Document).where(Document.sha256 == sha256).order_by(Document.first_page)).all()


def cleared_ids(session: Session, sha256: str) -> set[str]:
    """The documents of a master of which a person said that they are not classified."""
    query = select(Event.document_id).join(Document, Document.document_id == Event.document_id)
    return set(session.scalars(query.where(Event.kind == _CLEARED, Document.sha256 == sha256)))


def lock_documents(session: Session, documents: Sequence[Document], marked: set[str], agent: str) -> None:
    """Give documents the status `locked` and strip them of all that was read of them.

    Args:
        session: A writing session.
        documents: All of one master.
        marked: Ids of those that bear a mark.
        agent: Who decided.
    """
    for document in documents:
        identity = document.document_id
        reason = MARK if identity in marked else IN_FILE
        before = document.status
        _strip(session, document)
        document.status = DocumentStatus.LOCKED
        document.flags, document.review_reasons = ([MARK] if reason == MARK else []), [reason, LOCKED_AWAY]
        batch = session.get_one(Batch, document.batch_id)
        record_event(
            session,
            f"document_locked:{identity}:{_n_released(session, identity)}",
            "document_locked",
            batch.claimed_on or utc_now().date(),
            agent=agent,
            batch_id=batch.id,
            document_id=identity,
            detail={"reasons": [reason], "before": before},
        )
        session.execute(update(Page).where(Page.sha256 == document.sha256).values(barcodes=None, phash=None))
        forget_look(session, identity)
    session.flush()
    erase_words(session, [document.document_id for document in documents])


def lock_by_person(settings: Settings, document_id: str, agent: str) -> None:
    """Lock a document that a person saw to be classified, with all that shares its file.

    Raises:
        SohoaError: there is no such document.
    """
    with writing(settings.catalogue_url) as session:
        document = _existing(session, document_id)
        if document.status == DocumentStatus.LOCKED:
            return
        lock_documents(session, documents_of(session, document.sha256), {document_id}, agent)
        spread(session, document.sha256, agent)
        batch_id = document.batch_id
    put_away_left(settings, batch_id)


def clear(settings: Settings, document_id: str, agent: str) -> str:
    """Note that a person says that a document bears no valid mark; return its batch, which then is digitised anew.

    Raises:
        SohoaError: there is no such document, or it is not held for secrecy.
    """
    with writing(settings.catalogue_url) as session:
        document = _existing(session, document_id)
        if document.status != DocumentStatus.LOCKED and not is_withheld(document):
            raise SohoaError(f"Document {document_id} is not held for secrecy: there is nothing to release.")
        batch = session.get_one(Batch, document.batch_id)
        for held in documents_of(session, document.sha256):
            if held.status == DocumentStatus.LOCKED or is_withheld(held):
                _release(session, held, _CLEARED if held is document else _RELEASED, agent)
        if not has_locked(session, document.sha256):
            session.execute(
                update(Page)
                .where(Page.sha256 == document.sha256, Page.status.in_((PageStatus.OCRED, PageStatus.BLANK)))
                .values(status=PageStatus.PENDING)
            )
        batch.status, batch.progress_at, batch.run_id = BatchStatus.CLAIMED, None, None
        return batch.id


def _release(session: Session, held: Document, kind: str, agent: str) -> None:
    record_event(
        session,
        f"{kind}:{held.document_id}:{_n_released(session, held.document_id)}",
        kind,
        utc_now().date(),
        agent=agent,
        batch_id=held.batch_id,
        document_id=held.document_id,
        detail={"before": held.status},
    )
    held.status, held.flags, held.review_reasons = DocumentStatus.RECEIVED, [], []


def in_turn(session: Session, event_key: str, document_id: str) -> str:
    """The key of an event of a document: another one each time that it was released, and so is settled anew."""
    n_released = _n_released(session, document_id)
    return f"{event_key}:{n_released}" if n_released else event_key


def spread(session: Session, sha256: str, agent: str) -> None:
    """Lock the documents of all masters that share a scan with this one."""
    for master in _bound_to(session, sha256):
        still_open = [one for one in documents_of(session, master) if one.status != DocumentStatus.LOCKED]
        lock_documents(session, still_open, set(), agent)


def put_away(settings: Settings, sha256: str) -> None:
    """Move a locked master, and all that was made of it, to where only authorised persons may go; forget its words."""
    store = Store(settings.archive)
    with reading(settings.catalogue_url) as session:
        masters = _bound_to(session, sha256)
        scans = list(dict.fromkeys(scan for master in masters for scan in _scans_of(session, master)))
        documents = session.scalars(select(Document.document_id).where(Document.sha256.in_(masters))).all()
        told = session.scalars(
            select(Batch.id)
            .join(Document, Document.batch_id == Batch.id)
            .where(Document.sha256.in_(masters), Batch.status == BatchStatus.PUBLISHED)
            .distinct()
        ).all()
    for master in masters:
        forget_pages(settings, master)
    lock_copies(settings, documents)
    forget_deleted(settings.catalogue_url)
    for batch_id in told:
        write_receipt(settings, batch_id)
    shut_sources(settings, scans)
    # Last, and the master itself after its pages: by it one sees that all is done.
    for scan in reversed(scans):
        store.lock(master_key(scan))


def lock_copies(settings: Settings, document_ids: Iterable[str]) -> None:
    """Lock away the archive copies of documents."""
    store = Store(settings.archive)
    for identity in document_ids:
        store.lock(copy_key(identity))
        store.lock(manifest_key(identity))


def put_away_left(settings: Settings, batch_id: str) -> None:
    """Put away what a batch brought of locked masters, and finish what killed runs began."""
    store = Store(settings.archive)
    with reading(settings.catalogue_url) as session:
        locked = select(Document.sha256).where(Document.status == DocumentStatus.LOCKED).distinct()
        brought = set(session.scalars(select(ScanFile.sha256).where(ScanFile.batch_id == batch_id)))
        left = [
            sha256
            for sha256 in session.scalars(locked.order_by(Document.sha256)).all()
            if not store.is_locked(master_key(sha256)) or brought.intersection(_scans_of(session, sha256))
        ]
    for sha256 in left:
        put_away(settings, sha256)


def take_back(settings: Settings, sha256: str) -> None:
    """Put a master that is not classified, its words and its copies back to their places."""
    store = Store(settings.archive)
    with reading(settings.catalogue_url) as session:
        scans = _scans_of(session, sha256)
        documents = [document.document_id for document in documents_of(session, sha256)]
    for key in (*map(master_key, scans), *map(copy_key, documents), *map(manifest_key, documents)):
        store.unlock(key)
    give_back_pages(settings, sha256)


def _existing(session: Session, document_id: str) -> Document:
    document = session.get(Document, document_id, with_for_update=True)
    if document is None:
        raise SohoaError(f"There is no document {document_id}: `sohoa status BATCH --json` lists all.")
    return document


def _strip(session: Session, document: Document) -> None:
    """Take all that was read off a document's row, and the rows that belong to it."""
    identity = document.document_id
    session.execute(delete(Field).where(Field.document_id == identity))
    session.execute(delete(Verdict).where(Verdict.gate == "records", Verdict.item_id == identity))
    session.execute(delete(Correction).where(Correction.document_id == identity))
    session.execute(delete(ProposedResult).where(ProposedResult.document_id == identity))
    session.execute(update(Decision).where(Decision.document_id == identity).values(steps=[]))
    for name in _CONTENT:
        setattr(document, name, None)


_CONTENT = (
    *("doc_type", "code_number", "code_notation", "issued_on", "issuer", "subject", "signer_name", "dossier_code"),
    *("procedure_code", "result_id", "digitised_on", "text", "pdfa_key", "pdfa_sha256"),
)
"""Columns of a document that hold, or follow from, what was read of it."""


def _n_released(session: Session, document_id: str) -> int:
    is_release = Event.kind.in_((_CLEARED, _RELEASED))
    return session.scalar(select(func.count(Event.id)).where(is_release, Event.document_id == document_id)) or 0


def _scans_of(session: Session, sha256: str) -> list[str]:
    """The master itself and, if it is a group, the scans that are its pages."""
    pages = session.scalars(select(ScanFile.sha256).where(ScanFile.group_sha256 == sha256).distinct())
    return [sha256, *sorted(scan for scan in pages if scan)]


def _bound_to(session: Session, sha256: str) -> list[str]:
    """The master itself first, and all others that share a scan with it, or with one that does."""
    bound = [sha256]
    for master in bound:
        rows = session.execute(
            select(ScanFile.sha256, ScanFile.group_sha256).where(ScanFile.sha256.in_(_scans_of(session, master)))
        )
        others = {other for row in rows for other in row if other} - set(bound)
        bound += sorted(other for other in others if documents_of(session, other))
    return bound


def _locked_among(scans: Sequence[str]) -> Select[tuple[str]]:
    locked = select(Document.sha256).where(Document.status == DocumentStatus.LOCKED)
    pages = select(ScanFile.sha256).where(ScanFile.group_sha256.in_(locked))
    all_locked = union(locked, pages).subquery()
    return select(all_locked.c.sha256).where(all_locked.c.sha256.in_(scans))
