"""The index of words: a row for each page of every document that may be shown, kept with the document.

The words themselves are in `search_index`, which is the database's own: an FTS5 table on SQLite, vectors on
PostgreSQL. Its rows go with those of `search_page` (see migration 0004).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.orm import Session

from sohoa.catalogue.documents import page_texts, shown
from sohoa.catalogue.models import Document, SearchPage
from sohoa.catalogue.search.tokens import tokens

_MOST_WORDS = 5000
"""Of a page, with the facts of its document: a dense A4 page has 700, and a vector of PostgreSQL holds 1 MB."""

_FACTS = (
    *(Document.code_number, Document.code_notation, Document.doc_type, Document.issuer, Document.subject),
    *(Document.signer_name, Document.dossier_code),
)
"""What is found on every page of a document: a person may have set it, and asks for it beside words of an annex."""

_INSERT = {
    "sqlite": text("INSERT INTO search_index (rowid, exact, folded) VALUES (:id, :exact, :folded)"),
    "postgresql": text(
        "INSERT INTO search_index (id, exact, folded) "
        "VALUES (:id, to_tsvector('simple', :exact), to_tsvector('simple', :folded))"
    ),
}
_PORTION = 200


def store_words(session: Session | Connection, document_id: str) -> None:
    """Write the words of a document as it is now, in place of those before; none if it may not be shown.

    Part of the caller's transaction, after what changed was flushed.
    """
    forget_words(session, document_id)
    # Whoever locks the document meanwhile on PostgreSQL comes before this or after it.
    query = _words().where(Document.document_id == document_id).with_for_update()
    _store(session, session.execute(query).all())


def forget_words(session: Session | Connection, document_id: str) -> bool:
    """Take a document out of the index; say whether it was there."""
    gone = session.execute(
        delete(SearchPage).where(SearchPage.document_id == document_id).returning(SearchPage.id)
    ).all()
    return bool(gone)


def erase_words(session: Session | Connection, document_ids: Iterable[str]) -> None:
    """Take documents that are, or may be, classified out of the index so that none of their words is left in it.

    FTS5 only notes what is deleted until it rewrites its tree, which takes seconds in a large archive: it is done at
    once. PostgreSQL clears dead rows when it vacuums.
    """
    forgotten = [forget_words(session, document_id) for document_id in document_ids]
    if any(forgotten) and _dialect(session) == "sqlite":
        session.execute(text("INSERT INTO search_index (search_index) VALUES ('optimize')"))


def index_all(session: Session | Connection) -> int:
    """Make the index anew from what the catalogue keeps of every document; return how many it holds."""
    if _dialect(session) == "postgresql":
        session.execute(text("LOCK TABLE search_page IN SHARE ROW EXCLUSIVE MODE"))
    session.execute(delete(SearchPage))
    n_documents = 0
    for portion in _portions(session):
        _store(session, portion)
        n_documents += len(portion)
    return n_documents


def _words() -> Any:
    # Columns by name: migration 0004 runs this before later columns exist.
    return select(Document.document_id, Document.text, *_FACTS).where(shown())


def _portions(session: Session | Connection) -> Iterator[Sequence[Any]]:
    last = ""
    query = _words().order_by(Document.document_id).limit(_PORTION)
    while rows := session.execute(query.where(Document.document_id > last)).all():
        yield rows
        last = rows[-1].document_id


def _store(session: Session | Connection, rows: Sequence[Any]) -> None:
    pages: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    for row in rows:
        facts = list(tokens(" ".join(fact for fact in row[2:] if fact)))
        for page_no, page in enumerate(page_texts(row.text), start=1):
            found = [*facts, *tokens(page)][:_MOST_WORDS]
            pages.append({"document_id": row.document_id, "page_no": page_no})
            words.append(
                {"exact": " ".join(one.exact for one in found), "folded": " ".join(one.folded for one in found)}
            )
    if not pages:
        return
    identities = session.scalars(insert(SearchPage).returning(SearchPage.id, sort_by_parameter_order=True), pages)
    rows_of_words = [{"id": identity, **one} for identity, one in zip(identities, words, strict=True)]
    session.execute(_INSERT[_dialect(session)], rows_of_words)


def _dialect(session: Session | Connection) -> str:
    bind = session.get_bind() if isinstance(session, Session) else session
    return bind.dialect.name
