"""What scripts outside rely on: the keys of the export, the outcome of every file."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy import select

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.export import EXPORT_KEYS, export_documents
from sohoa.catalogue.models import Batch, Document, Field, Master, Result, ScanFile, utc_now
from sohoa.catalogue.overview import batch_overview
from sohoa.register.candidates import offered_key
from sohoa.register.normalise import fold_code
from sohoa.settings import Settings

CONTRACT = (
    "document_id, batch_id, unit_code, source_file, first_page, page_count, status, doc_type, code_number, "
    "code_notation, issued_on, issuer, subject, signer_name, dossier_code, procedure_code, result_key, "
    "field_confidence, review_reasons, flags, text"
)
"""design.md §7, word for word."""

NOW = dt.datetime(2025, 3, 3, 1, tzinfo=dt.UTC)


@pytest.fixture
def filled(settings: Settings) -> Settings:
    with writing(settings.catalogue_url) as session:
        for number in (1, 2):
            session.add(
                Batch(
                    id=f"b{number}",
                    unit_code="G09",
                    name=f"lô {number}",
                    source="inbox",
                    status="claimed",
                    first_seen_at=NOW + dt.timedelta(hours=number),
                    claimed_at=NOW,
                )
            )
        session.flush()
        files = {
            "a.jpg": ("document", None),
            "b.jpg": ("duplicate", 1),
            "c.jpg": (None, None),
            "_READY": ("ignored", None),
        }
        for row_id, (path, (outcome, twin)) in enumerate(files.items(), start=1):
            session.add(
                ScanFile(
                    id=row_id,
                    batch_id="b1",
                    path=path,
                    first_seen_at=NOW,
                    stable_since=NOW,
                    size_bytes=1,
                    mtime_ns=1,
                    outcome=outcome,
                    duplicate_of=twin,
                    gone_at=None,
                )
            )
            session.flush()
        session.add(
            ScanFile(
                id=9,
                batch_id="b2",
                path="d.jpg",
                first_seen_at=NOW,
                stable_since=NOW,
                size_bytes=1,
                mtime_ns=1,
                gone_at=utc_now(),
            )
        )
        session.add(Master(sha256="a" * 64, size_bytes=1, first_file_id=1, stored_at=NOW))
        session.add(
            Result(id=7, result_key="1368/QĐ-BNV|2022-03-05|G09.02", unit_code="G09.02", validity="in_force", flags=[])
        )
        session.flush()
        for first_page, result_id in ((1, 7), (3, None)):
            session.add(
                Document(
                    document_id=f"{'a' * 24}-{first_page:04d}",
                    batch_id="b1",
                    sha256="a" * 64,
                    first_page=first_page,
                    page_count=2,
                    unit_code="G09",
                    source_file="a.jpg",
                    source_files=["a.jpg"],
                    status="accepted" if result_id else "in_review",
                    issued_on=dt.date(2022, 3, 5),
                    digitised_on=dt.date(2022, 4, 1) if result_id else None,
                    result_id=result_id,
                    review_reasons=[],
                    flags=["low_dpi"],
                    text="Cộng hòa",
                )
            )
        session.flush()
        session.add(
            Field(document_id=f"{'a' * 24}-0001", name="code_number", value="1368", confidence=0.97, source="ocr")
        )
    return settings


def test_keys_are_those_of_the_contract_with_what_was_added_later(filled: Settings) -> None:
    assert set(EXPORT_KEYS) == {
        *CONTRACT.split(", "),
        *("source_files", "digitised_on", "further_fields", "offered_result_key"),
    }
    with reading(filled.catalogue_url) as session:
        assert all(tuple(row) == EXPORT_KEYS for row in export_documents(session))


def test_documents_are_told_as_plain_json_sorted_by_id(filled: Settings) -> None:
    with reading(filled.catalogue_url) as session:
        rows = json.loads(json.dumps(list(export_documents(session))))

    assert [row["document_id"] for row in rows] == sorted(row["document_id"] for row in rows)
    first, second = rows
    assert (first["issued_on"], first["digitised_on"]) == ("2022-03-05", "2022-04-01")
    assert first["result_key"] == "1368/QĐ-BNV|2022-03-05|G09.02"
    assert first["field_confidence"] == {"code_number": 0.97}
    assert (second["result_key"], second["digitised_on"], second["field_confidence"]) == (None, None, {})
    assert first["text"] == "Cộng hòa"


def test_what_would_be_offered_to_a_person_is_told_of_documents_in_review_only(filled: Settings) -> None:
    with writing(filled.catalogue_url) as session:
        result = session.get_one(Result, 7)
        result.code_folded, result.issued_on = fold_code("1368/QĐ-BNV"), dt.date(2022, 3, 5)
        result.code_text, result.issuer = "1368/QĐ-BNV", "Bộ Nội vụ"
        for document in session.scalars(select(Document)):
            document.code_number, document.code_notation, document.issuer = "1368", "QĐ-BNV", "Bộ Nội vụ"
    with reading(filled.catalogue_url) as session:
        accepted, in_review = export_documents(session, offered_key=offered_key)

    assert (accepted["status"], accepted["offered_result_key"]) == ("accepted", None)
    assert (in_review["result_key"], in_review["offered_result_key"]) == (None, "1368/QĐ-BNV|2022-03-05|G09.02")


@pytest.mark.parametrize(("batch_id", "n"), [("b1", 2), ("b2", 0), ("nobody", 0), (None, 2)])
def test_export_can_be_held_to_one_batch(filled: Settings, batch_id: str | None, n: int) -> None:
    with reading(filled.catalogue_url) as session:
        assert len(list(export_documents(session, batch_id))) == n


def test_overview_tells_of_every_file_where_it_is(filled: Settings) -> None:
    with reading(filled.catalogue_url) as session:
        newest, older = json.loads(json.dumps(batch_overview(session)))

    assert (newest["batch_id"], older["batch_id"]) == ("b2", "b1")
    told = {file["file"]: file for file in older["files"]}
    assert set(told) == {"a.jpg", "b.jpg", "c.jpg"}
    assert told["b.jpg"]["duplicate_of"] == "b1/a.jpg"
    assert told["c.jpg"]["outcome"] == "waiting"
    assert newest["files"][0]["outcome"] == "gone"
    assert told["a.jpg"]["first_seen_at"] == "2025-03-03T01:00:00+00:00"


def test_overview_of_a_batch_that_nobody_knows_is_empty(filled: Settings) -> None:
    with reading(filled.catalogue_url) as session:
        assert batch_overview(session, "nobody") == []


def test_every_outcome_of_the_overview_can_be_said(filled: Settings) -> None:
    from sohoa.messages import LANGUAGES, say

    with reading(filled.catalogue_url) as session:
        outcomes = {file["outcome"] for batch in batch_overview(session) for file in batch["files"]}

    assert {"waiting", "gone"} <= outcomes
    assert all(say(f"outcome.{outcome}", language) for outcome in outcomes for language in LANGUAGES)
