"""The judged rows of an export on disk: a file of a million rows takes no more memory than one of a thousand."""

from __future__ import annotations

import datetime as dt
import marshal
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, repeat
from typing import Any, TypeAlias

from sohoa.catalogue.database import chunks
from sohoa.register.normalise import DOSSIER_PREFIX
from sohoa.register.rows import RegisterRow

StoredRow: TypeAlias = tuple[Any, ...]
"""The fields `STORED` as a database writes them: days as ISO text, flags as 0 and 1."""

STORED = tuple(name for name in RegisterRow._fields if name != "columns")
_DAYS = frozenset({"issued_on", "expires_on", "received_on", "returned_on", "ended_on", "unusable_from"})
_FLAGS = frozenset({"still_usable", "has_result"})
_KEY = STORED.index("result_key")
_CACHE_KIB = 16 << 10
_PORTION = 5000


@dataclass(frozen=True)
class Portion:
    """Rows that can be taken in, as they are put down; best some thousands of them.

    Attributes:
        keys: of each row that of its result.
        packed: each row, as it is put down.
        unit_names: as of a `Spool`, which see.
        procedure_names: as of a `Spool`.
        dossier_keys: as of a `Spool`.
    """

    keys: list[str]
    packed: list[bytes]
    unit_names: dict[str, str | None]
    procedure_names: dict[str, str | None]
    dossier_keys: set[str]

    @classmethod
    def of(cls, columns: Mapping[str, Sequence[Any]]) -> Portion:
        """Some rows of a file, in its order: field → the typed value of each row."""
        keys = columns["result_key"]
        procedure_names: dict[str, str | None] = {}
        procedures = zip(columns["procedure_code"], columns["procedure_name"], strict=True)
        _keep_last_names(procedure_names, ((code, name) for code, name in procedures if code))
        return cls(
            list(keys),
            list(map(marshal.dumps, zip(*(_stored(name, columns[name]) for name in STORED), strict=True))),
            dict(zip(columns["unit_code"], columns["unit_name"], strict=True)),
            procedure_names,
            {key for key in keys if key.startswith(DOSSIER_PREFIX)},
        )


class Spool:
    """Rows that can be taken in. The database that holds them is its own file without a name, gone with the process.

    Attributes:
        n_rows: how many there are.
        unit_names: code of each unit → its name in the last row that names it.
        procedure_names: code of each procedure → the last name that a row gives it.
        dossier_keys: keys of the results that the file knows by their dossier only.
    """

    def __init__(self, columns: frozenset[str]) -> None:
        """Begin without rows; `columns` are the contract headers of the file."""
        self.n_rows = 0
        self.unit_names: dict[str, str | None] = {}
        self.procedure_names: dict[str, str | None] = {}
        self.dossier_keys: set[str] = set()
        self._columns = columns
        self._database = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{_CACHE_KIB}"):
            self._database.execute(f"PRAGMA {pragma}")
        # One value for all fields but the key: to hand over each of them takes the driver longer than all the rest.
        self._database.execute("CREATE TABLE row (result_key, packed)")

    def add(self, portion: Portion) -> None:
        """Put the next rows of the file down."""
        self.n_rows += len(portion.keys)
        self.unit_names.update(portion.unit_names)
        _keep_last_names(self.procedure_names, portion.procedure_names.items())
        self.dossier_keys.update(portion.dossier_keys)
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO row VALUES (?, ?)", zip(portion.keys, portion.packed, strict=True))
        self._database.execute("COMMIT")

    def by_result(self, size: int) -> Iterator[list[StoredRow]]:
        """All rows, so many at a time and somewhat more: no result is parted. In the order of keys, then of the file.

        Results are written best in the order of their keys.
        """
        rows = self._rows("result_key, rowid")
        portion = list(islice(rows, size))
        while portion:
            key = portion[-1][_KEY]
            following = list(islice(rows, size))
            n_same = next((number for number, row in enumerate(following) if row[_KEY] != key), len(following))
            portion += following[:n_same]
            if n_same < len(following) or not following:
                yield portion
                portion = following[n_same:]

    def typed(self, stored: Sequence[StoredRow]) -> list[RegisterRow]:
        """The rows as they were put down."""
        columns = as_columns(stored)
        values = (self._typed(name, columns.get(name)) for name in RegisterRow._fields)
        return list(map(RegisterRow._make, zip(*values, strict=False)))  # the headers repeat without end

    def values(self, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """So many fields of each row, in the order of the file; days as ISO text."""
        for portion in chunks(self._rows("rowid"), _PORTION):
            columns = as_columns(portion)
            asked = (map(bool, columns[name]) if name in _FLAGS else columns[name] for name in names)
            yield from zip(*asked, strict=True)

    def close(self) -> None:
        """Throw the rows away."""
        self._database.close()

    def _typed(self, name: str, column: Any) -> Any:
        if name == "columns":
            return repeat(self._columns)
        if name in _DAYS:
            return map(_as_day, column)
        return map(bool, column) if name in _FLAGS else column

    def _rows(self, order: str) -> Iterator[StoredRow]:
        query = f"SELECT packed FROM row ORDER BY {order}"  # noqa: S608 - of columns, named by us
        # Packed by this process or by the one that works for it, in a file that no other can open.
        return (marshal.loads(packed) for (packed,) in self._database.execute(query))  # noqa: S302


def _keep_last_names(known: dict[str, str | None], given: Iterable[tuple[str, str | None]]) -> None:
    """A row without a name does not take away the one that an earlier row gave."""
    for code, name in given:
        known[code] = name or known.get(code)


def as_columns(stored: Sequence[StoredRow]) -> dict[str, tuple[Any, ...]]:
    """Field → its value in each row."""
    return dict(zip(STORED, zip(*stored, strict=True) if stored else repeat(()), strict=False))


def _stored(name: str, column: Iterable[Any]) -> Iterable[Any]:
    """The values of a field as a database writes them."""
    if name in _DAYS:
        return map(_as_text, column)
    return map(int, column) if name in _FLAGS else column


@lru_cache(maxsize=20_000)
def _as_text(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


@lru_cache(maxsize=20_000)
def _as_day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
