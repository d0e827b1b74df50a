"""The catalogue and the warehouse on a real PostgreSQL."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DatabaseError

from sohoa.catalogue.database import connect, reading, writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.export import export_documents
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Base, Event, Result
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

pytestmark = pytest.mark.services

DAY = dt.date(2024, 5, 6)


@pytest.fixture
def settings(postgresql: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    name = f"t{abs(hash(request.node.name)) % 10**10}"
    with create_engine(f"{postgresql}/postgres", isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    settings = Settings(home=tmp_path, catalogue_url=f"{postgresql}/{name}", warehouse_url=f"{postgresql}/{name}")
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


def test_migrations_make_the_tables_of_the_models_and_run_twice(settings: Settings) -> None:
    migrate(settings)
    with connect(settings.catalogue_url).connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
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

    exports, rates = [], []
    for each in (settings, embedded):
        digitise(each, tmp_path / "samples")
        with reading(each.catalogue_url) as session:
            rows = [{k: v for k, v in row.items() if k != "batch_id"} for row in export_documents(session)]
        exports.append(json.dumps(rows, sort_keys=True))
        rates.append(
            [rate for year in range(2021, 2025) for rate in compute_rates(each, period=parse_period(str(year)))]
        )
    assert '"accepted"' in exports[0]
    assert exports[0] == exports[1]
    assert rates[0] == rates[1]


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
