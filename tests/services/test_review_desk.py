"""The review desk's promises on a real PostgreSQL: one item in one person's hands, one decision on one state."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Batch, Decision, Document, Field, Master, Page, ScanFile, utc_now
from sohoa.indicators import parse_period
from sohoa.review import (
    Changed,
    Correct,
    Held,
    decide,
    finish_waiting,
    take,
    take_this,
    unfinished,
    view_item,
    waiting,
)
from sohoa.settings import Settings
from sohoa.warehouse import published_rates, reading_warehouse, refresh_warehouse
from sohoa_airflow.web.app import app
from web.desk_client import visitor
from web.desk_world import SUBJECTS, SURE, Paper, make_desk

from .databases import new_database

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("others")]

N_ITEMS, N_PEOPLE = 8, 12
SHA = "a" * 64


@pytest.fixture
def database(postgresql: str, request: pytest.FixtureRequest) -> str:
    return new_database(postgresql, f"r{abs(hash(request.node.name)) % 10**10}")


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path, catalogue_url=database, warehouse_url=database)
    migrate(settings)
    _fill(settings)
    return settings


@pytest.fixture
def nobody_stays_logged_in() -> Iterator[None]:
    yield
    app.dependency_overrides.clear()


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


def test_what_two_people_decide_on_the_page_flows_back_to_statuses_receipt_and_rates(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nobody_stays_logged_in: None
) -> None:
    for name, value in (("HOME", str(tmp_path)), ("CATALOGUE_URL", database), ("WAREHOUSE_URL", database)):
        monkeypatch.setenv(f"SOHOA_{name}", value)
    misread = Paper("115", "116", looked="115", n_pages=2)
    by_pen = Paper("207", None, reasons=("handwritten_number",), flags=("handwritten_number",), subject=SUBJECTS[1])
    not_registered = Paper("411", "411", sure=SURE, registered=False, reasons=("no_register_row",), subject=SUBJECTS[3])
    settings, (first, second, third) = make_desk(tmp_path, (misread, by_pen, not_registered))
    an, binh = visitor("an"), visitor("binh")
    assert digitised(settings) == (0, 2)

    places = [person.post("/review/next").headers["location"] for person in (an, binh)]
    assert [place.partition("?")[0] for place in places] == [f"/review/{first}", f"/review/{second}"]
    an.press(first, "accept", **{"field.code_number": "115"})
    row = re.search(r'name="link" value="(\d+)" data-digit="1"', binh.get(f"/review/{second}").text)
    assert row is not None
    binh.press(second, "accept", link=row[1])
    an.press(third, "propose", "/proposal", propose_unit="G09.02")
    an.post(f"/review/{third}/release")
    binh.press(third, "confirm", "/proposal")
    assert {one.status for one in finish_waiting(settings)} == {"accepted"}

    assert unfinished(settings) == []
    assert digitised(settings) == (3, 3)
    with reading(settings.catalogue_url) as session:
        reviewers = dict(session.execute(select(Decision.document_id, Decision.reviewer)).all())
        numbers = set(session.scalars(select(Document.code_number).where(Document.result_id.is_not(None))))
    assert (reviewers[first], reviewers[second]) == ("an", "binh")
    assert numbers == {"115", "207", "411"}
    receipt = next((tmp_path / "outbox").glob("*/*/receipt.csv")).read_text(encoding="utf-8-sig")
    assert receipt.count('"Đã số hóa"') == 3


def digitised(settings: Settings) -> tuple[int, int]:
    """Numerator and denominator of T02 in 2022, as the warehouse publishes them after a refresh."""
    refresh_warehouse(settings)
    period = parse_period("2022")
    with reading_warehouse(settings) as connection:
        assert connection is not None
        (rate,) = [one for one in published_rates(connection, [period], [None])[period] if one.indicator == "T02"]
    return rate.numerator, rate.denominator
