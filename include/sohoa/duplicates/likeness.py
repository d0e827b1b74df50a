"""Documents whose pages are the same scan, saved in another container or compressed anew."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from zlib import crc32

from rapidfuzz.distance import Indel
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sohoa.catalogue.documents import pages_of
from sohoa.catalogue.events import insert_once
from sohoa.catalogue.models import Document, DocumentStatus, LikenessKey, Page, PageStatus
from sohoa.folding import fold

_ROW_DIGITS = 8  # 32 bits: one row of the hash
_N_KEYS = 8
_LEAST_BITS = 3  # a row of bare paper is like any other
_SHARED_KEYS = 2
_MOST_ASKED = 400
_SAME_SCAN = 14
"""Bits of 1024; see `pages.likeness.page_hash`."""
_TEXTS_AGREE = 0.97
_WORD = re.compile(r"\w+")
_NO_TWIN = (DocumentStatus.REJECTED, DocumentStatus.DUPLICATE, DocumentStatus.LOCKED)


def remember_look(session: Session, document: Document) -> None:
    """Make a document findable by the look of its first page that is not blank."""
    for key in _keys_of(pages_of(session, document)):
        insert_once(session, LikenessKey, key=key, document_id=document.document_id)


def forget_look(session: Session, document_id: str) -> None:
    """Take it back: of a classified document nothing is kept that shows what is on it."""
    session.execute(delete(LikenessKey).where(LikenessKey.document_id == document_id))


def same_scans(session: Session, document: Document) -> list[Document]:
    """Other documents, not rejected and no duplicates themselves, whose pages are the same scan; oldest id first."""
    pages = pages_of(session, document)
    keys = _keys_of(pages)
    if not keys:
        return []
    rows = session.scalars(
        select(LikenessKey.document_id)
        .where(LikenessKey.key.in_(keys), LikenessKey.document_id != document.document_id)
        .limit(_MOST_ASKED)
    )
    near = [identity for identity, n in Counter(rows).items() if n >= min(_SHARED_KEYS, len(keys))]
    others = session.scalars(
        select(Document)
        .where(
            Document.document_id.in_(near),
            Document.page_count == document.page_count,
            Document.status.not_in(_NO_TWIN),
        )
        .order_by(Document.document_id)
    )
    return [other for other in others if are_same_scan(pages, pages_of(session, other))]


def are_same_scan(pages: Sequence[Page], others: Sequence[Page]) -> bool | None:
    """Whether two documents are one scan, page by page; None if that is not known of a page that is not blank."""
    if len(pages) != len(others):
        return False
    shown = [
        (one, other)
        for one, other in zip(pages, others, strict=True)
        if {one.status, other.status} != {PageStatus.BLANK}
    ]
    if not shown or any(not one.phash or not other.phash for one, other in shown):
        return None
    return all(_distance(str(one.phash), str(other.phash)) <= _SAME_SCAN for one, other in shown)


def texts_agree(one: Document, other: Document) -> bool:
    """Whether the same was read from both: every number alike, and nearly every word.

    A form filled in by a machine looks the same to the eye from afar whatever name and number stand in it.
    """
    words, other_words = (_WORD.findall(fold(document.text or "")) for document in (one, other))
    if not words or _with_digits(words) != _with_digits(other_words):
        return False
    return Indel.normalized_similarity(words, other_words) >= _TEXTS_AGREE


def _with_digits(words: Sequence[str]) -> Counter[str]:
    return Counter(word for word in words if any(letter.isdigit() for letter in word))


def _distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _keys_of(pages: Sequence[Page]) -> list[int]:
    """Numbers for the fullest rows of the first page with something on it, most of which survive new compression."""
    look = next((page.phash for page in pages if page.status != PageStatus.BLANK), None)
    if not look:
        return []
    rows = [look[at : at + _ROW_DIGITS] for at in range(0, len(look), _ROW_DIGITS)]
    fullest = sorted(range(len(rows)), key=lambda number: (-int(rows[number], 16).bit_count(), number))[:_N_KEYS]
    return [
        crc32(f"{number}:{rows[number]}".encode()) & 0x7FFFFFFF
        for number in fullest
        if int(rows[number], 16).bit_count() >= _LEAST_BITS
    ]
