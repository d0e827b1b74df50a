"""Most of a first import: new results of one row each, in force and of use, written as they stand in the spool."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from sqlalchemy.orm import Session

from sohoa.catalogue.bulk import filled, insert_columns, new_ids
from sohoa.catalogue.models import Dossier, Result
from sohoa.catalogue.subjects import SubjectKeys, subject_keys
from sohoa.register.comparing import DOSSIER_FIELDS, RESULT_FIELDS
from sohoa.register.spool import STORED, StoredRow, as_columns

_NUMBERS = "i"
_SUBJECT = STORED.index("subject")
_ALWAYS = {"flags": "[]", "source": "register"}


def are_plain(
    columns: Mapping[str, Sequence[Any]], keys_before: Sequence[str | None], found: Container[str | None]
) -> list[bool]:
    """Of each row whether nothing has to be compared, and nothing worked out, to write it down.

    Args:
        columns: Field → its value in each row.
        keys_before: Of each row the key under which its result may stand already, besides its own.
        found: The keys that the catalogue has.
    """
    keys = columns["result_key"]
    n_rows = Counter(keys)
    rows = zip(keys, keys_before, columns["validity"], columns["still_usable"], strict=True)
    return [
        n_rows[key] == 1 and validity == "in_force" and bool(usable) and key not in found and before not in found
        for key, before, validity, usable in rows
    ]


def subjects_of(rows: Sequence[StoredRow]) -> list[str | None]:
    """What the results are about."""
    return [row[_SUBJECT] for row in rows]


def keys_of_subjects(subjects: Sequence[str | None]) -> list[bytes]:
    """The keys of each subject, packed to be handed from process to process."""
    return [array(_NUMBERS, subject_keys(subject)).tobytes() for subject in subjects]


def unpacked(keys: bytes) -> Iterable[int]:
    """The keys of a subject, as `keys_of_subjects` packed them."""
    return array(_NUMBERS, keys)


def insert_plain(
    session: Session, import_id: int, rows: Sequence[StoredRow], keys: Iterable[bytes], subjects: SubjectKeys
) -> None:
    """Write results, their dossiers and the keys of their subjects, as `comparing.compare_result` would have it."""
    columns = as_columns(rows)
    ids = new_ids(session, Result, len(rows))
    constant = {name: repeat(value) for name, value in (_ALWAYS | {"first_import_id": import_id}).items()}
    of_result = filled({name: columns[name] for name in RESULT_FIELDS})
    insert_columns(session, Result, {"id": ids, **of_result, **constant})
    of_dossier = filled({name: columns[name] for name in DOSSIER_FIELDS})
    insert_columns(session, Dossier, {"result_id": ids, "code": columns["dossier_code"], **of_dossier})
    subjects.store(zip(ids, map(unpacked, keys), strict=True))
