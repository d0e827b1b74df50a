"""What a registered result is about, as keys by which it is found again where number and date are not known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from zlib import crc32

from sqlalchemy import ARRAY, Connection, Integer, cast, delete, func, insert, select
from sqlalchemy.orm import Session

from sohoa.catalogue.database import chunks
from sohoa.catalogue.models import Result, SubjectKey
from sohoa.folding import fold

_ABOUT = re.compile(r"^\W*(V/V|VE VIEC)\W+")
_NO_LETTER = re.compile(r"[^A-Z0-9]+")
_WORDS_IN_KEY = 3  # single syllables and pairs of them are shared by tens of thousands of results
_PORTION = 20_000


def bare_subject(text: str) -> str:
    """A subject without marks, case, punctuation and the "Về việc" or "V/v" before it."""
    return _NO_LETTER.sub(" ", _ABOUT.sub("", fold(text))).strip()


def subject_keys(text: str | None) -> frozenset[int]:
    """A number of 31 bits for each three words that follow one another; for a shorter subject, for all of it."""
    words = bare_subject(text or "").split()
    if not words:
        return frozenset()
    n_keys = max(1, len(words) - _WORDS_IN_KEY + 1)
    return frozenset(crc32(" ".join(words[at : at + _WORDS_IN_KEY]).encode()) & 0x7FFFFFFF for at in range(n_keys))


def store_subjects(session: Session | Connection, subjects: Iterable[tuple[int, str | None]]) -> None:
    """Write down the keys of new results: (result id, subject). Whoever creates a `Result` calls this."""
    rows = ((key, result_id) for result_id, text in subjects for key in subject_keys(text))
    bind = session.get_bind() if isinstance(session, Session) else session
    for portion in chunks(rows, _PORTION):
        if bind.dialect.name == "postgresql":
            # Row by row it takes ten times as long.
            pairs = (func.unnest(cast(list(column), ARRAY(Integer))) for column in zip(*portion, strict=True))
            session.execute(insert(SubjectKey).from_select(["key", "result_id"], select(*pairs)))
        else:
            # In the table's order, and past SQLAlchemy: there are a dozen of these for each result.
            connection = session.connection() if isinstance(session, Session) else session
            connection.exec_driver_sql("INSERT INTO subject_key (key, result_id) VALUES (?, ?)", sorted(portion))


def change_subjects(session: Session, changes: Mapping[int, tuple[str | None, str | None]]) -> None:
    """Replace the keys of results whose subject changed: result id → (before, after)."""
    for result_id, (before, _) in changes.items():
        session.execute(
            delete(SubjectKey).where(SubjectKey.key.in_(subject_keys(before)), SubjectKey.result_id == result_id)
        )
    store_subjects(session, ((result_id, after) for result_id, (_, after) in changes.items()))


def registered_subjects(connection: Connection) -> Iterator[tuple[int, str | None]]:
    """Every result that has a subject: (id, subject)."""
    last = 0
    query = select(Result.id, Result.subject).where(Result.subject.is_not(None)).order_by(Result.id)
    while rows := connection.execute(query.where(Result.id > last).limit(_PORTION)).all():
        yield from ((row.id, row.subject) for row in rows)
        last = rows[-1].id
