"""What a registered result is about, as keys by which it is found again where number and date are not known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import filterfalse
from zlib import crc32

from sqlalchemy import Connection, Integer, ScalarSelect, delete, func, select, true, tuple_
from sqlalchemy.orm import Session, aliased

from sohoa.catalogue.bulk import as_rows, connection_of, insert_columns
from sohoa.catalogue.database import chunks, insert_into
from sohoa.catalogue.models import Result, SubjectKey
from sohoa.folding import fold

_ABOUT = re.compile(r"^\W*(V/V|VE VIEC)\W+")
_NO_LETTER = re.compile(r"[^A-Z0-9]+")
_WORDS_IN_KEY = 3  # single syllables and pairs of them are shared by tens of thousands of results
_PORTION = 5000
_HANDED_OVER = 50_000
"""Rows handed over at once: a portion of results with the longest of subjects has millions."""
_ROW = {"key": Integer(), "result_id": Integer()}
_OFTEN = 5
"""Keys that so many results of a portion share are counted from portion to portion."""
_LONGEST_SYLLABLE = 20  # what is folded once for all is kept in memory, and anyone may write longer ones

MOST_WITH_A_KEY = 200
"""Three words that more results share tell none of them from the others: no further results are written down."""

_fold_word = lru_cache(maxsize=20_000)(fold)


def bare_subject(text: str) -> str:
    """A subject without marks, case, punctuation and the "Về việc" or "V/v" before it."""
    words = text.split()
    if max(map(len, words), default=0) > _LONGEST_SYLLABLE:
        folded = fold(text)
    else:
        folded = " ".join(filter(None, map(_fold_word, words)))
    return _NO_LETTER.sub(" ", _ABOUT.sub("", folded)).strip()


def subject_keys(text: str | None) -> frozenset[int]:
    """A number of 31 bits for each three words that follow one another; for a shorter subject, for all of it."""
    words = bare_subject(text or "").split()
    if not words:
        return frozenset()
    if len(words) < _WORDS_IN_KEY:
        return frozenset([_key(*words)])
    return frozenset(map(_key, words, words[1:], words[2:]))


@lru_cache(maxsize=20_000)  # most of what the register says it says of many results
def _key(*words: str) -> int:
    return crc32(" ".join(words).encode()) & 0x7FFFFFFF


class SubjectKeys:
    """Writes down the keys of results, those that too many share for so many results only as show it.

    One for all results that are written in a transaction. Whoever creates a `Result` writes its keys down.
    """

    def __init__(self, session: Session | Connection) -> None:
        """Of what is in the database already nothing is known."""
        self._session = session
        self._n_written: dict[int, int] = {}
        self._shared: set[int] = set()

    def store(self, results: Iterable[tuple[int, Iterable[int]]]) -> None:
        """Write down the keys of new results: (result id, `subject_keys` of its subject), none of them twice."""
        for rows in self._rows_of(results):
            keys, numbers = zip(*rows, strict=True)
            insert_columns(self._session, SubjectKey, {"key": keys, "result_id": numbers})

    def change(self, changes: Mapping[int, tuple[str | None, str | None]]) -> None:
        """Replace the keys of results whose subject changed: result id → (before, after)."""
        keys = {one: (subject_keys(before), subject_keys(after)) for one, (before, after) in changes.items()}
        gone = ((key, one) for one, (before, after) in keys.items() for key in before - after)
        for rows in chunks(gone, _HANDED_OVER):
            _forget(self._session, rows)
        for rows in self._rows_of((one, after - before) for one, (before, after) in keys.items()):
            for some in chunks(rows, _HANDED_OVER):
                _add(self._session, some)

    def _rows_of(self, results: Iterable[tuple[int, Iterable[int]]]) -> Iterator[list[tuple[int, int]]]:
        """The rows (key, result id) to be written, in their order, those of some thousand results at a time."""
        for portion in chunks(results, _PORTION):
            if rows := sorted(self._telling(portion)):
                yield rows
            # A million results have millions of keys.
            self._n_written = {key: n for key, n in self._n_written.items() if n >= _OFTEN}

    def _telling(self, results: Iterable[tuple[int, Iterable[int]]]) -> Iterator[tuple[int, int]]:
        for result_id, keys in results:
            for key in filterfalse(self._shared.__contains__, keys):
                yield key, result_id
                n_written = self._n_written[key] = self._n_written.get(key, 0) + 1
                if n_written > MOST_WITH_A_KEY:
                    self._shared.add(key)


def store_subjects(session: Session | Connection, subjects: Iterable[tuple[int, str | None]]) -> None:
    """Write down the keys of a few new results: (result id, subject)."""
    SubjectKeys(session).store((result_id, subject_keys(text)) for result_id, text in subjects)


def _n_sharing() -> ScalarSelect[int]:
    """How many results are written down for the key of the row at hand; where not all are, it is to stay so."""
    other = aliased(SubjectKey)
    sharing = select(other.result_id).where(other.key == SubjectKey.key).limit(MOST_WITH_A_KEY + 1)
    return select(func.count()).select_from(sharing.correlate(SubjectKey).subquery()).scalar_subquery()


def _forget(session: Session | Connection, rows: Sequence[tuple[int, int]]) -> None:
    """Delete rows, but those of a key that is to stay shared; in one statement, as each would take a millisecond."""
    connection = connection_of(session)
    given = as_rows(connection.dialect, _ROW, rows)
    is_given = tuple_(SubjectKey.key, SubjectKey.result_id).in_(given)
    connection.execute(delete(SubjectKey).where(is_given, _n_sharing() <= MOST_WITH_A_KEY))


def _add(session: Session | Connection, rows: Sequence[tuple[int, int]]) -> None:
    """Rows that are there already, as those of a key that is to stay shared, are left alone."""
    connection = connection_of(session)
    # SQLite would take an ON right after the values for that of a join.
    given = as_rows(connection.dialect, _ROW, rows).where(true())
    new = insert_into(connection.dialect, SubjectKey).from_select(list(_ROW), given)
    connection.execute(new.on_conflict_do_nothing())


def registered_subjects(connection: Connection) -> Iterator[tuple[int, str | None]]:
    """Every result that has a subject: (id, subject)."""
    last = 0
    query = select(Result.id, Result.subject).where(Result.subject.is_not(None)).order_by(Result.id)
    while rows := connection.execute(query.where(Result.id > last).limit(_PORTION)).all():
        yield from ((row.id, row.subject) for row in rows)
        last = rows[-1].id
