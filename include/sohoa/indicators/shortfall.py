"""Why members of a population are not digitised on a day: reasons that add up to what is missing, member by member.

A document has no link to its result until it is accepted. Here it is held against the register by what was read of
it, number with symbol and date, or dossier code, where these name one result; or by the link that a person made.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from sohoa.catalogue.bulk import among
from sohoa.catalogue.models import OPEN, Document, Dossier, FileOutcome, Result, ReviewItem, ScanFile
from sohoa.indicators.moves import Moves
from sohoa.indicators.populations import is_digitised, is_member, population_spells
from sohoa.register import fold_code

Number = tuple[str, dt.date]
"""A folded number with its symbol, and its day."""

CHUNK_ROWS = 20_000
"""Rows in memory at once."""

NOT_SCANNED, IN_REVIEW, QUARANTINED, DIGITISED_LATER = "not_scanned", "in_review", "quarantined", "digitised_later"


@dataclass(frozen=True)
class Shortfall:
    """How many members of a population are not digitised, by reason; together exactly all that are not.

    Attributes:
        not_scanned: nothing that came in is known to be a copy of it (or what came was rejected).
        in_review: a document waits for its reading or for a person.
        quarantined: a file that names its dossier could not be opened.
        digitised_later: accepted, but with a day after the one asked for.
    """

    not_scanned: int = 0
    in_review: int = 0
    quarantined: int = 0
    digitised_later: int = 0

    @property
    def total(self) -> int:
        """All that are not digitised."""
        return sum(asdict(self).values())


def shortfalls(
    connection: Connection, population: str, day: dt.date, moves: Moves, *, since: dt.date | None = None
) -> dict[str | None, Shortfall]:
    """The reasons by unit code, and under None those of all units together.

    Args:
        connection: Of the catalogue. What waits is as it is now, also for a day past.
        population: P1, P2 or P3.
        day: The day of the figure.
        moves: Units over time.
        since: First day of a cohort of cases (P3).
    """
    spell = population_spells(connection, population, moves).subquery("spell").c
    reasons = reasons_now(connection)
    # One pass, member by member: asking for the many that wait in parts would read the register once for each part.
    missing = connection.execute(missing_members(spell, day, since), execution_options={"yield_per": CHUNK_ROWS})
    return shortfalls_of(count_reasons(missing, reasons))


def missing_members(spell: Any, day: dt.date, since: dt.date | None) -> Select[Any]:
    """Members of a population that are not digitised on a day, as `count_reasons` wants them: spell by spell."""
    return select(spell.unit_code, spell.result_id, spell.digitised_on).where(
        is_member(spell, day, since), ~is_digitised(spell, day)
    )


def count_reasons(missing: Iterable[Row[*tuple[Any, ...]]], reasons: Mapping[int, str]) -> dict[str, Counter[str]]:
    """How many of these members are missing for which reason, by unit code."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for unit, result_id, digitised_on in missing:
        counts[unit][reasons.get(result_id, NOT_SCANNED) if digitised_on is None else DIGITISED_LATER] += 1
    return counts


def shortfalls_of(counts: Mapping[str, Mapping[str, int]]) -> dict[str | None, Shortfall]:
    """The reasons by unit code, and under None those of all units together."""
    by_unit: dict[str | None, Shortfall] = {unit: Shortfall(**count) for unit, count in counts.items()}
    return {None: _together(by_unit.values()), **by_unit}


def _together(parts: Iterable[Shortfall]) -> Shortfall:
    sums = Counter[str]()
    for one in parts:
        sums.update(asdict(one))
    return Shortfall(**sums)


def reasons_now(connection: Connection) -> dict[int, str]:
    """Why each result that something came in for is missing, by id; a document tells more than a file."""
    files = select(ScanFile.dossier_code).where(
        ScanFile.outcome == FileOutcome.QUARANTINED, ScanFile.dossier_code.is_not(None)
    )
    quarantined = _by_dossier(connection, set(connection.scalars(files)))
    return {**dict.fromkeys(quarantined, QUARANTINED), **dict.fromkeys(_in_review(connection), IN_REVIEW)}


def _in_review(connection: Connection) -> Iterator[int]:
    rows = connection.execute(
        select(
            ReviewItem.result_id,
            Document.code_number,
            Document.code_notation,
            Document.issued_on,
            Document.dossier_code,
        )
        .outerjoin(ReviewItem, ReviewItem.document_id == Document.document_id)
        .where(Document.status.in_(OPEN))
    ).all()
    numbers = [_number(row.code_number, row.code_notation, row.issued_on) for row in rows]
    by_number = _by_number(connection, {number for number in numbers if number is not None})
    dossiers: set[str] = set()
    for row, number in zip(rows, numbers, strict=True):
        result_id = row.result_id or (by_number.get(number) if number else None)
        if result_id is not None:
            yield result_id
        elif row.dossier_code is not None:
            dossiers.add(row.dossier_code)
    yield from _by_dossier(connection, dossiers)


def _number(number: str | None, notation: str | None, issued_on: dt.date | None) -> Number | None:
    code = fold_code(f"{number}/{notation}") if number and notation else None
    return (code, issued_on) if code is not None and issued_on is not None else None


def _by_number(connection: Connection, numbers: set[Number]) -> dict[Number, int]:
    """The results that bear one of these numbers on its day, where only one does."""
    found: dict[Number, list[int]] = {}
    bears_one = among(connection.dialect, Result.code_folded, sorted({code for code, _ in numbers}))
    query = select(Result.id, Result.code_folded, Result.issued_on).where(bears_one)
    for result_id, code, issued_on in connection.execute(query):
        if code is not None and issued_on is not None and (code, issued_on) in numbers:
            found.setdefault((code, issued_on), []).append(result_id)
    return {number: ids[0] for number, ids in found.items() if len(ids) == 1}


def _by_dossier(connection: Connection, codes: set[str]) -> Sequence[int]:
    """The results of these dossiers, where a dossier has only one."""
    return connection.scalars(_only_result().where(among(connection.dialect, Dossier.code, sorted(codes)))).all()


def _only_result() -> Select[Any]:
    return select(func.min(Dossier.result_id)).group_by(Dossier.code).having(func.count() == 1)
