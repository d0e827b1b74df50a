"""The review desk's promises on a real PostgreSQL: one item in one person's hands, one decision on one state."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Batch, Decision, Document, Field, Master, Page, ScanFile, utc_now
from sohoa.review import Changed, Correct, Held, decide, take, take_this, view_item, waiting
from sohoa.settings import Settings

pytestmark = pytest.mark.services

N_ITEMS, N_PEOPLE = 8, 12
SHA = "a" * 64


@pytest.fixture
def settings(postgresql: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    name = f"r{abs(hash(request.node.name)) % 10**10}"
    with create_engine(f"{postgresql}/postgres", isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    settings = Settings(home=tmp_path, catalogue_url=f"{postgresql}/{name}", warehouse_url=f"{postgresql}/{name}")
    migrate(settings)
    _fill(settings)
    return settings


def _fill(settings: Settings) -> None:
    """A file of pages, each a document that waits for its number."""
    now = utc_now()
    with writing(settings.catalogue_url) as session:
        session.add(
            Batch(
                id="b",
                unit_code="G09.01",
                name="b",
                source="inbox",
                status="published",
                first_seen_at=now,
                claimed_at=now,
                claimed_on=now.date(),
            )
        )
        session.flush()
        file = ScanFile(
            batch_id="b", path="a.pdf", first_seen_at=now, stable_since=now, size_bytes=1, mtime_ns=1, sha256=SHA
        )
        session.add(file)
        session.flush()
        session.add(Master(sha256=SHA, size_bytes=1, first_file_id=file.id, stored_at=now))
        session.flush()
        for number in range(1, N_ITEMS + 1):
            session.add(Page(sha256=SHA, page_no=number, status="ocred"))
            session.add(_document(number))
            session.flush()
            session.add(
                Field(document_id=f"d{number}", name="code_number", value="1", confidence=0.5, source="ocr", page_no=1)
            )


def _document(number: int) -> Document:
    return Document(
        document_id=f"d{number}",
        batch_id="b",
        sha256=SHA,
        first_page=number,
        page_count=1,
        unit_code="G09.01",
        source_file="a.pdf",
        source_files=["a.pdf"],
        status="in_review",
        review_reasons=["number_uncertain"] if number % 2 else ["issuer_uncertain"],
        flags=[],
    )


def at_once(call: Callable[[int], object]) -> list[object]:
    start = threading.Barrier(N_PEOPLE)

    def run(number: int) -> object:
        start.wait()
        return call(number)

    with ThreadPoolExecutor(N_PEOPLE) as people:
        return list(people.map(run, range(N_PEOPLE)))


def test_many_who_ask_at_once_never_get_the_same_item(settings: Settings) -> None:
    leases = at_once(lambda number: take(settings, f"Người {number}"))
    given = [lease.document_id for lease in leases if lease is not None]  # type: ignore[attr-defined]
    assert sorted(given) == sorted({f"d{number}" for number in range(1, N_ITEMS + 1)})


def test_the_queue_has_the_same_order_as_on_sqlite(settings: Settings) -> None:
    with reading(settings.catalogue_url) as session:
        assert [row.document_id for row in waiting(session, "G09")] == [f"d{n}" for n in (1, 3, 5, 7, 2, 4, 6, 8)]


def test_one_item_wanted_by_many_goes_to_one(settings: Settings) -> None:
    def seize(number: int) -> bool:
        try:
            take_this(settings, "d1", f"Người {number}")
        except Held:
            return False
        return True

    assert sum(map(bool, at_once(seize))) == 1


def test_of_many_decisions_on_the_same_state_one_is_taken(settings: Settings) -> None:
    seen = view_item(settings, "d1").version

    def try_it(number: int) -> bool:
        try:
            decide(settings, "d1", f"Người {number}", [Correct({"code_number": str(100 + number)})], seen)
        except Changed:
            return False
        return True

    assert sum(map(bool, at_once(try_it))) == 1
    with reading(settings.catalogue_url) as session:
        assert len(session.scalars(select(Decision)).all()) == 1
