"""How long the register takes to name a document's candidates, and its one result, among a million rows."""

from __future__ import annotations

import datetime as dt
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from sohoa.catalogue.database import connect, reading, writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Dossier, Result
from sohoa.catalogue.subjects import store_subjects
from sohoa.register.candidates import candidates, offered
from sohoa.register.link import Claim, link
from sohoa.samples.kinds import KINDS
from sohoa.samples.units import units
from sohoa.settings import Settings

N_RESULTS, N_DOCUMENTS, SEED = 1_000_000, 300, 830_004
_FIRST_DAY, _N_DAYS = dt.date(2003, 1, 1), 22 * 365
_PORTION = 20_000


class Found(NamedTuple):
    """The likeliest result, and the one that is offered, or linked, as the only one; None for none."""

    first: int | None
    certain: int | None


def measure_linking(folder: Path, catalogue_url: str = "", n_results: int = N_RESULTS) -> dict[str, Any]:
    """Milliseconds per document, median and 95th percentile, for each thing that may not have been read."""
    settings = Settings(home=folder / "home", catalogue_url=catalogue_url)
    migrate(settings)
    started = time.perf_counter()
    build_register(settings, n_results)
    built = time.perf_counter() - started
    figures: dict[str, Any] = {"results": n_results, "documents": N_DOCUMENTS, "built_s": round(built)}
    with reading(settings.catalogue_url) as session:
        claims = _claims(session, n_results)
        figures["link"] = _time(claims, lambda claim: _linked(session, claim))
        for name, blurred in _BLURRED.items():
            rng = _seeded()
            unsure = [(wanted, blurred(rng, claim)) for wanted, claim in claims]
            figures[name] = _time(unsure, lambda claim: _first(session, claim))
    return figures


def _seeded() -> random.Random:
    return random.Random(SEED)  # noqa: S311 - the same register every time is the point


def build_register(settings: Settings, n_results: int) -> None:
    """Fill the register with results of the samples' kinds, their subjects and dossiers, set by set."""
    rows = _rows(_seeded(), n_results)
    with writing(settings.catalogue_url) as session:
        while portion := list(islice(rows, _PORTION)):
            session.execute(insert(Result), portion)
            session.execute(insert(Dossier), [_dossier(row) for row in portion])
            store_subjects(session, ((row["id"], row["subject"]) for row in portion))
            print(f"{portion[-1]['id']} results", file=sys.stderr)
    with connect(settings.catalogue_url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _words(rng: random.Random) -> list[str]:
    """Words of which names are made: those that the samples' subjects use."""
    subjects = [kind.matter(rng).registered for kind in KINDS for _ in range(100)]
    return sorted({word.strip(",.()") for subject in subjects for word in subject.split() if word[0].isupper()})


def _rows(rng: random.Random, n_results: int) -> Iterator[dict[str, Any]]:
    """Results in order of their day; each symbol counts anew every year, as the law has it."""
    words = _words(rng)
    numbers: dict[tuple[str, int], int] = {}
    for number in range(1, n_results + 1):
        kind = KINDS[rng.randrange(len(KINDS))]
        issued_on = _FIRST_DAY + dt.timedelta(days=number * _N_DAYS // n_results)
        series = (kind.notation, issued_on.year)
        numbers[series] = numbers.get(series, 0) + 1
        code = f"{numbers[series]}/{kind.notation}"
        yield {
            "id": number,
            "result_key": f"{code}|{issued_on.isoformat()}|{kind.unit_code}",
            "code_text": code,
            "code_folded": code.replace("Đ", "D"),
            "issued_on": issued_on,
            "unit_code": kind.unit_code,
            # The samples' own names would come up hundreds of times each.
            "subject": f"{kind.matter(rng).registered} ({' '.join(rng.choices(words, k=4))})",
            "issuer": units()[kind.agency_code].name,
            "has_result": True,
            "validity": "in_force",
            "still_usable": True,
            "source": "register",
            "flags": [],
        }


def _dossier(row: dict[str, Any]) -> dict[str, Any]:
    day = row["issued_on"]
    return {"result_id": row["id"], "code": f"G09-{day:%y%m%d}-{row['id'] % 10_000:04d}"}


def _claims(session: Session, n_results: int) -> list[tuple[int, Claim]]:
    rng = _seeded()
    claims = []
    for result_id in rng.sample(range(1, n_results + 1), N_DOCUMENTS):
        row = session.get_one(Result, result_id)
        number, _, notation = str(row.code_text).partition("/")
        text_read = f"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM {row.subject} Căn cứ Nghị định số 61/2018/NĐ-CP " * 3
        claims.append((result_id, Claim(number, notation, row.issued_on, row.issuer, row.subject, None, text_read)))
    return claims


def _other_digit(rng: random.Random, claim: Claim) -> Claim:
    number = list(str(claim.number))
    at = rng.randrange(len(number))
    number[at] = rng.choice([digit for digit in "0123456789" if digit != number[at]])
    return _without(claim, number="".join(number))


def _without(claim: Claim, **changed: Any) -> Claim:
    return replace(claim, **changed)


_BLURRED: dict[str, Callable[[random.Random, Claim], Claim]] = {
    "candidates_all_read": lambda _, claim: claim,
    "candidates_digit_misread": _other_digit,
    "candidates_number_by_pen": lambda _, claim: _without(claim, number=None),
    "candidates_number_and_day_by_pen": lambda _, claim: _without(
        claim,
        number=None,
        issued_on=None,
        issued_year=claim.issued_on and claim.issued_on.year,
        issued_month=claim.issued_on and claim.issued_on.month,
    ),
    "candidates_nothing_but_subject": lambda _, claim: _without(claim, number=None, notation=None, issued_on=None),
}


def _first(session: Session, claim: Claim) -> Found:
    found = candidates(session, claim)
    best = offered(found)
    return Found(found[0].result_id if found else None, best.result_id if best else None)


def _linked(session: Session, claim: Claim) -> Found:
    result_id = link(session, claim).result_id
    return Found(result_id, result_id)


def _time(claims: list[tuple[int, Claim]], find: Callable[[Claim], Found]) -> dict[str, float]:
    for _, claim in claims[:20]:
        find(claim)
    seconds, found = [], []
    for _, claim in claims:
        started = time.perf_counter()
        found.append(find(claim))
        seconds.append(time.perf_counter() - started)
    wanted = [result_id for result_id, _ in claims]

    def share(hits: Iterable[bool]) -> float:
        return round(sum(hits) / len(claims), 3)

    return {
        "median_ms": round(1000 * statistics.median(seconds), 1),
        "p95_ms": round(1000 * statistics.quantiles(seconds, n=20)[-1], 1),
        "first_is_right": share(one.first == true for one, true in zip(found, wanted, strict=True)),
        "offered": share(one.certain is not None for one in found),
        "offered_wrong": share(one.certain not in (None, true) for one, true in zip(found, wanted, strict=True)),
    }
