"""The catalogue and the warehouse on a real PostgreSQL."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from sohoa.catalogue.database import connect, reading, writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.export import export_documents
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import (
    Base,
    Batch,
    Document,
    DocumentStatus,
    Event,
    Master,
    Result,
    ScanFile,
    SearchPage,
    utc_now,
)
from sohoa.catalogue.search import Filters, erase_words, search, store_words
from sohoa.folding import fold
from sohoa.indicators import compute_rates, parse_period
from sohoa.intake.receiving import adopt_folder, receive_batch
from sohoa.journey import (
    compile_documents,
    judge_documents,
    make_copies,
    plan_chunks,
    publish_batch,
    publish_rates,
    read_chunk,
    take_in_register,
)
from sohoa.register.candidates import candidates
from sohoa.register.link import Claim, link
from sohoa.samples import make_samples
from sohoa.settings import Settings
from sohoa.warehouse import connect_warehouse, refresh_warehouse
from sohoa.warehouse.tables import REPLACED

from .databases import new_database

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("others")]

DAY = dt.date(2024, 5, 6)


@pytest.fixture
def settings(postgresql: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    url = new_database(postgresql, f"t{abs(hash(request.node.name)) % 10**10}")
    settings = Settings(home=tmp_path, catalogue_url=url, warehouse_url=url)
    for folder in settings.folders():
        folder.mkdir(parents=True)
    migrate(settings)
    return settings


def digitise(settings: Settings, samples: Path) -> str:
    take_in_register(settings, samples / "register.csv")
    batch_id = adopt_folder(settings, samples / "scans", "G09.01")
    receive_batch(settings, batch_id)
    for chunk in plan_chunks(settings, batch_id):
        read_chunk(settings, batch_id, chunk)
    compile_documents(settings, batch_id)
    make_copies(settings, batch_id)
    judge_documents(settings, batch_id)
    publish_batch(settings, batch_id)
    return batch_id


def answers(settings: Settings) -> dict[str, dict[str, tuple[int, str]]]:
    """What the search finds for some questions: of each document the page and what is lit on it."""
    with reading(settings.catalogue_url) as session:
        number, subject = session.execute(
            select(Document.code_number, Document.subject)
            .where(Document.code_number.is_not(None), Document.subject.is_not(None))
            .order_by(Document.document_id)
        ).first() or ("", "")
        middle = " ".join(str(subject).split()[2:5])
        typed = (str(number), f'"{middle}"', fold(middle).lower(), "quyet dinh", "", '"bộ nội vụ" quyết')
        return {
            words: {
                hit.document_id: (hit.page, "".join(piece.text for piece in hit.snippet if piece.hit) or "–")
                for hit in search(session, words, Filters(unit="G09"), 50).hits
            }
            for words in typed
        }


def store_documents(settings: Settings, texts: dict[str, str]) -> None:
    """Documents in review by number, which is also their id; indexed."""
    with writing(settings.catalogue_url) as session:
        now = dt.datetime.now(dt.UTC)
        session.add(Batch(id="b", unit_code="G09", name="", source="inbox", status="published", first_seen_at=now))
        session.flush()
        session.add(
            ScanFile(
                id=1, batch_id="b", path="x", first_seen_at=now, stable_since=now, size_bytes=1, mtime_ns=1, sha256="m"
            )
        )
        session.flush()
        session.add(Master(sha256="m", size_bytes=1, first_file_id=1, stored_at=now))
        session.flush()
        for number, page in texts.items():
            session.add(
                Document(
                    document_id=number,
                    batch_id="b",
                    sha256="m",
                    first_page=int(number),
                    page_count=1,
                    unit_code="G09",
                    source_file="x",
                    source_files=["x"],
                    status="in_review",
                    code_number=number,
                    text=page,
                )
            )
            session.flush()
            store_words(session, number)


def test_search_heeds_diacritics_numbers_and_what_was_locked(settings: Settings) -> None:
    texts = {"1": "Về việc thành lập Hội", "2": "thanh lap hoi", "3": "Căn cứ Nghị định 1/NĐ-CP", "4": "thành mật"}
    store_documents(settings, texts)
    with writing(settings.catalogue_url) as session:
        document = session.get_one(Document, "4")
        document.status, document.text = "locked", None
        erase_words(session, ["4"])

    def ids(typed: str) -> list[str]:
        with reading(settings.catalogue_url) as session:
            return [hit.document_id for hit in search(session, typed, Filters(), 10).hits]

    assert ids("thành lập") == ["1"]
    assert sorted(ids("thanh lap")) == ["1", "2"]
    assert sorted(ids('"lap hoi"')) == ["1", "2"]
    assert ids('"hội thành"') == ids("mật") == ids("' OR :*&|!()") == []
    assert ids("1") == ["1", "3"]
    assert sorted(ids("")) == ["1", "2", "3"]


def test_words_written_while_a_document_is_locked_do_not_stay(settings: Settings) -> None:
    store_documents(settings, {"1": "tuyệt mật"})

    def lock() -> None:
        with writing(settings.catalogue_url) as session:
            document = session.get_one(Document, "1", with_for_update=True)
            document.status, document.text = "locked", None
            session.flush()
            erase_words(session, ["1"])

    with ThreadPoolExecutor(1) as pool:
        with writing(settings.catalogue_url) as session:
            store_words(session, "1")
            locking = pool.submit(lock)
            assert not wait([locking], timeout=1).done
        locking.result(timeout=30)
    with reading(settings.catalogue_url) as session:
        assert session.query(SearchPage).count() == 0
        assert session.scalar(text("SELECT count(*) FROM search_index")) == 0


def test_migrations_make_the_tables_of_the_models_and_run_twice(settings: Settings) -> None:
    migrate(settings)
    with connect(settings.catalogue_url).connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, parents: (kind, name) != ("table", "search_index")}
        )
        differences = compare_metadata(context, Base.metadata)
    assert differences == []


def test_the_event_log_refuses_to_be_changed(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        assert record_event(session, "one", "told", DAY, agent="test")
        assert not record_event(session, "one", "told", DAY, agent="test")
    for statement in ("UPDATE event SET agent = 'x'", "DELETE FROM event", "TRUNCATE event"):
        with pytest.raises(DatabaseError, match="append-only"), writing(settings.catalogue_url) as session:
            session.execute(text(statement))
    with reading(settings.catalogue_url) as session:
        assert session.query(Event).count() == 1


def test_candidates_are_found_by_code_day_dossier_and_subject(settings: Settings, tmp_path: Path) -> None:
    samples = make_samples(tmp_path / "samples", 2, 83, "clean")
    take_in_register(settings, samples.register_csv)
    with reading(settings.catalogue_url) as session:
        for result in session.scalars(select(Result).where(Result.code_text.is_not(None)).limit(20)).all():
            number, _, notation = str(result.code_text).partition("/")
            whole = Claim(number, notation, result.issued_on, result.issuer, result.subject, None)
            for claim in (whole, replace(whole, number=None), replace(whole, number=f"{number}1")):
                found = candidates(session, claim)
                assert found
                assert found[0].result_id == result.id
            assert result.id in {one.result_id for one in candidates(session, Claim(*[None] * 4, result.subject, None))}
            assert link(session, whole).reason in (None, "link_rival")


def test_a_batch_gives_the_same_catalogue_and_rates_as_on_sqlite(settings: Settings, tmp_path: Path) -> None:
    make_samples(tmp_path / "samples", 4, 90210, "clean", numbering=("printed",), compact=True)
    embedded = Settings(home=tmp_path / "embedded")
    for folder in embedded.folders():
        folder.mkdir(parents=True)
    migrate(embedded)

    exports, rates, found = [], [], []
    for each in (settings, embedded):
        digitise(each, tmp_path / "samples")
        found.append(answers(each))
        with reading(each.catalogue_url) as session:
            rows = [{k: v for k, v in row.items() if k != "batch_id"} for row in export_documents(session)]
        exports.append(json.dumps(rows, sort_keys=True))
        rates.append(
            [rate for year in range(2021, 2025) for rate in compute_rates(each, period=parse_period(str(year)))]
        )
    assert '"accepted"' in exports[0]
    assert exports[0] == exports[1]
    assert rates[0] == rates[1]
    assert all(found[0].values())
    assert found[0] == found[1]


def test_the_warehouse_is_published_into_the_reporting_schema_and_again_without_change(
    settings: Settings, tmp_path: Path
) -> None:
    make_samples(tmp_path / "samples", 3, 777, "clean", numbering=("printed",), compact=True)
    take_in_register(settings, tmp_path / "samples" / "register.csv")
    tables = ("dim_unit", "dim_target", "fact_result", "fact_digitisation_daily", "digitisation_rate")

    def published() -> list[list[tuple[object, ...]]]:
        with connect(settings.warehouse_url).connect() as connection:
            return [
                sorted((tuple(row) for row in connection.execute(text(f"SELECT * FROM reporting.{table}"))), key=repr)
                for table in tables
            ]

    publish_rates(settings)
    first = published()
    publish_rates(settings)
    assert all(first)
    assert published() == first


def test_the_warehouse_refreshed_by_what_changed_is_the_one_counted_anew(settings: Settings, tmp_path: Path) -> None:
    settings.unit_moves = tmp_path / "moves.yaml"
    settings.unit_moves.write_text(MOVES, encoding="utf-8")
    make_samples(tmp_path / "samples", 12, 778, "clean", numbering=("printed",), compact=True)
    take_in_register(settings, tmp_path / "samples" / "register.csv")
    refresh_warehouse(settings)
    with reading(settings.catalogue_url) as session:
        results = session.execute(select(Result.id, Result.issued_on).where(Result.issued_on.is_not(None))).all()
    for n_days in (3, 400):
        with writing(settings.catalogue_url) as session:
            accept(session, results[::2], n_days)
        # Those told of within the last hour are looked at again, whatever the load before knew.
        assert len(results[::2]) <= (refresh_warehouse(settings).n_refreshed or 0) <= len(results)
    with writing(settings.catalogue_url) as session:
        document = session.get_one(Document, f"doc-{results[0].id}")
        document.status, document.result_id = DocumentStatus.LOCKED, None
        record_event(session, "locked", "document_locked", DAY, agent="test", document_id=document.document_id)
    refresh_warehouse(settings)
    make_samples(tmp_path / "more", 6, 779, "clean", numbering=("printed",), compact=True)
    take_in_register(settings, tmp_path / "more" / "register.csv")
    assert refresh_warehouse(settings).n_refreshed is not None
    by_changes = reporting_rows(settings)
    assert refresh_warehouse(settings, in_full=True).n_refreshed is None
    assert reporting_rows(settings) == by_changes
    # No copy of this register counts only from a day to come.
    assert {name for name, found in by_changes.items() if not found} == {"copy_ahead"}
    assert {"G09.02", "G09.99"} <= {row[3] for row in by_changes["fact_digitisation_daily"]}


def test_a_copy_that_is_committed_after_an_import_that_was_told_of_later_is_counted(
    settings: Settings, tmp_path: Path
) -> None:
    for name, seed in (("first", 778), ("later", 779)):
        make_samples(tmp_path / name, 6, seed, "clean", numbering=("printed",), compact=True)
    take_in_register(settings, tmp_path / "first" / "register.csv")
    with writing(settings.catalogue_url) as session:
        results = session.execute(select(Result.id, Result.issued_on).where(Result.issued_on.is_not(None))).all()
        accept(session, results[:1], 3)
    with writing(settings.catalogue_url) as session:
        accept(session, results[1:2], 3)
        take_in_register(settings, tmp_path / "later" / "register.csv")
        refresh_warehouse(settings)
    refresh_warehouse(settings)
    by_changes = reporting_rows(settings)
    refresh_warehouse(settings, in_full=True)
    assert reporting_rows(settings) == by_changes


MOVES = """
ministry: G09
moves:
  - {unit: G09.02, successor: G09.99, name: Vụ mới, since: 2022-06-01}
  - {unit: G09.03, successor: G21.01, name: Ban Tôn giáo, since: 2023-01-01}
"""


def accept(session: Session, results: Sequence[Any], n_days: int) -> None:
    """Give these results a copy, digitised so many days after their issue, and tell of it."""
    now = utc_now()
    if session.get(Batch, "batch") is None:
        unit_code = session.scalars(select(Result.unit_code)).first()
        session.add(
            Batch(id="batch", unit_code=unit_code, name="b", source="inbox", status="published", first_seen_at=now)
        )
        session.flush()
        file = ScanFile(batch_id="batch", path="a.pdf", first_seen_at=now, stable_since=now, size_bytes=1, mtime_ns=1)
        session.add(file)
        session.flush()
        session.add(Master(sha256="0" * 64, size_bytes=1, first_file_id=file.id, stored_at=now))
        session.flush()
    batch = session.get_one(Batch, "batch")
    for number, issued_on in results:
        document = session.get(Document, f"doc-{number}") or Document(
            document_id=f"doc-{number}",
            batch_id="batch",
            sha256="0" * 64,
            first_page=number,
            page_count=1,
            unit_code=batch.unit_code,
            source_file="a.pdf",
            source_files=["a.pdf"],
            result_id=number,
            status="archived",
        )
        document.digitised_on = issued_on + dt.timedelta(days=n_days)
        session.add(document)
        session.flush()
        key = f"accepted:{number}:{n_days}"
        record_event(
            session,
            key,
            "document_accepted",
            document.digitised_on,
            agent="test",
            document_id=document.document_id,
            result_id=number,
        )


def reporting_rows(settings: Settings) -> dict[str, list[Any]]:
    with connect_warehouse(settings) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in REPLACED
        }
