"""Documents that hold the words asked for, the likeliest first; what is or may be classified is never among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Float, String, bindparam, case, func, literal, or_, select, text
from sqlalchemy.orm import Session

from sohoa.catalogue.documents import page_texts, shown, written_code
from sohoa.catalogue.models import Document, DocumentStatus, Result
from sohoa.catalogue.search.asking import Question, Term, parse_question, ways_to_print
from sohoa.catalogue.search.hits import Piece, Snippet, best_snippet, marked
from sohoa.folding import fold

STATES = tuple(status for status in DocumentStatus if status != DocumentStatus.LOCKED)
"""States that one can ask for."""


@dataclass(frozen=True)
class Filters:
    """What a document must be besides; None or empty: anything.

    Attributes:
        unit: who scanned it or decided its result: this unit, or one below it.
        doc_type: name of its type, however it is written.
        number: `115`, or with the symbol `115/QĐ-BNV`.
        issued_from: first day of issue.
        issued_to: last day of issue.
        state: one of `STATES`.
    """

    unit: str | None = None
    doc_type: str | None = None
    number: str | None = None
    issued_from: dt.date | None = None
    issued_to: dt.date | None = None
    state: str | None = None


@dataclass(frozen=True)
class Hit:
    """A document that was found.

    Attributes:
        page: of the document, from 1, where most of what was asked for stands.
        snippet: some of its text there; its subject where only its facts fit, or nothing was asked for.
    """

    document_id: str
    batch_id: str
    unit_code: str
    source_file: str
    status: str
    doc_type: str | None
    code: str
    issued_on: dt.date | None
    issuer: str | None
    subject: str | None
    page_count: int
    page: int
    snippet: tuple[Piece, ...]


@dataclass(frozen=True)
class Found:
    """Some of the documents that were found, and how many there are in all."""

    hits: tuple[Hit, ...]
    total: int


def search(session: Session, typed: str, filters: Filters, limit: int, offset: int = 0) -> Found:
    """Find documents that hold everything asked for: on one page, or among the facts of the document.

    Those whose number was typed come first, then the likeliest, then the newest.

    Args:
        session: any session on the catalogue.
        typed: words and "phrases" as somebody typed them; empty: all documents.
        filters: what they must be besides.
        limit: at most so many.
        offset: after leaving out so many.
    """
    question = parse_question(typed)
    if typed.strip() and not question.terms:
        return Found((), 0)
    rows = session.execute(_query(session, question, filters).limit(limit).offset(offset)).all()
    total = rows[0].total if rows else _count(session, question, filters, offset)
    return Found(tuple(_hits(session, [row.document_id for row in rows], question)), total)


def known_types(session: Session) -> list[str]:
    """Every type that a document has, to choose from."""
    query = select(Document.doc_type).where(shown(), Document.doc_type.is_not(None)).distinct()
    return sorted(name for name in session.scalars(query) if name)


def _query(session: Session, question: Question, filters: Filters) -> Any:
    # No more than is needed to put them in order: texts would be carried along.
    query = select(Document.document_id, func.count().over().label("total"))
    query = query.where(shown(), *_conditions(session, filters))
    if filters.unit:
        query = query.outerjoin(Result, Result.id == Document.result_id).where(_of_unit(filters.unit))
    newest = (Document.issued_on.desc().nulls_last(), Document.document_id)
    if not question.terms:
        return query.order_by(*newest)
    found = _matching(session.get_bind().dialect.name, question.terms)
    first = case((Document.code_number.in_(question.numbers), 0), else_=1)
    return query.join(found, found.c.document_id == Document.document_id).order_by(first, found.c.rank, *newest)


def _count(session: Session, question: Question, filters: Filters, offset: int) -> int:
    """How many there are in all, asked for only beyond the last of them."""
    if not offset:
        return 0
    query = _query(session, question, filters).order_by(None)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _matching(dialect: str, terms: tuple[Term, ...]) -> Any:
    """Documents with a page that has all terms; the smaller `rank`, the likelier."""
    asked = _on_sqlite(terms) if dialect == "sqlite" else _on_postgresql(terms)
    return asked.columns(document_id=String, rank=Float).subquery("found")


def _on_sqlite(terms: tuple[Term, ...]) -> Any:
    # Words are letters and digits only: nothing typed is ever an operator of FTS5.
    words = " AND ".join(f'{_column(term)} : "{" ".join(term.words)}"' for term in terms)
    return text(
        "SELECT search_page.document_id, min(search_index.rank) AS rank FROM search_index "
        "JOIN search_page ON search_page.id = search_index.rowid "
        "WHERE search_index MATCH :words GROUP BY search_page.document_id"
    ).bindparams(bindparam("words", words, unique=True))


def _on_postgresql(terms: tuple[Term, ...]) -> Any:
    names = [f"term_{place}" for place in range(len(terms))]
    asked = " AND ".join(
        f"search_index.{_column(term)} @@ phraseto_tsquery('simple', :{name})"
        for name, term in zip(names, terms, strict=True)
    )
    ranks = " + ".join(
        f"ts_rank(search_index.{_column(term)}, phraseto_tsquery('simple', :{name}))"
        for name, term in zip(names, terms, strict=True)
    )
    return text(
        f"SELECT search_page.document_id, -max({ranks}) AS rank FROM search_index "  # noqa: S608 - names of ours
        f"JOIN search_page ON search_page.id = search_index.id WHERE {asked} GROUP BY search_page.document_id"
    ).bindparams(**{name: " ".join(term.words) for name, term in zip(names, terms, strict=True)})


def _column(term: Term) -> str:
    return "exact" if term.exact else "folded"


def _conditions(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.doc_type:
        conditions.append(Document.doc_type.in_(_alike(known_types(session), filters.doc_type)))
    if filters.number:
        conditions += _numbered(session, filters.number)
    if filters.issued_from:
        conditions.append(Document.issued_on >= filters.issued_from)
    if filters.issued_to:
        conditions.append(Document.issued_on <= filters.issued_to)
    if filters.state:
        conditions.append(Document.status == filters.state)
    return conditions


def _numbered(session: Session, typed: str) -> list[ColumnElement[bool]]:
    number, _, notation = (part.strip() for part in typed.partition("/"))
    conditions: list[ColumnElement[bool]] = []
    if number:
        conditions.append(Document.code_number.in_(ways_to_print(number)))
    if notation:
        known = session.scalars(select(Document.code_notation).where(shown()).distinct())
        conditions.append(Document.code_notation.in_(_alike((one for one in known if one), notation)))
    return conditions or [literal(value=False)]


def _alike(known: Iterable[str], typed: str) -> list[str]:
    """Those that differ in diacritics and case at most."""
    return [one for one in known if fold(one) == fold(typed)]


def _of_unit(unit: str) -> ColumnElement[bool]:
    codes = (Document.unit_code, Result.unit_code)
    return or_(*(code == unit for code in codes), *(code.startswith(f"{unit}.", autoescape=True) for code in codes))


def _hits(session: Session, document_ids: Sequence[str], question: Question) -> Iterator[Hit]:
    # On PostgreSQL one may have been locked or withdrawn since it was found.
    rows = session.scalars(select(Document).where(Document.document_id.in_(document_ids), shown()))
    by_id = {document.document_id: document for document in rows}
    return (_hit(by_id[identity], question) for identity in document_ids if identity in by_id)


def _hit(row: Document, question: Question) -> Hit:
    snippet = best_snippet(page_texts(row.text or ""), question) if question.terms else None
    snippet = snippet or Snippet(1, marked(row.subject or "", question))
    return Hit(
        document_id=row.document_id,
        batch_id=row.batch_id,
        unit_code=row.unit_code,
        source_file=row.source_file,
        status=row.status,
        doc_type=row.doc_type,
        code=written_code(row.code_number, row.code_notation),
        issued_on=row.issued_on,
        issuer=row.issuer,
        subject=row.subject,
        page_count=row.page_count,
        page=snippet.page,
        snippet=snippet.pieces,
    )
