"""A small batch through all stations, with real tesseract, and what happens when stations run again."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pikepdf.pdfa
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from sohoa import journey
from sohoa.catalogue.database import writing
from sohoa.catalogue.models import (
    Document,
    DocumentStatus,
    Event,
    FileOutcome,
    Page,
    PageStatus,
    Result,
    ScanFile,
    Verdict,
)
from sohoa.intake.receiving import adopt_folder, receive_batch
from sohoa.journey import chunks
from sohoa.journey.drafts import document_id
from sohoa.journey.publishing import digitised_on
from sohoa.settings import Settings

from .conftest import DAMAGED, EMPTY, GIANT, N_LONG, Drop, World, digitise, long_pdf

LONG, TWIN, AGAIN, CUT = "z long.pdf", "z same content.pdf", "z scanned again.pdf", "z cut.pdf"


def files(world: World) -> dict[str, ScanFile]:
    return {row.path: row for row in world.rows(ScanFile)}


def events(world: World) -> list[tuple[object, ...]]:
    return [(e.event_key, e.kind, e.effective_on, e.document_id, e.result_id, e.detail) for e in world.rows(Event)]


# What came of the batch


def test_a_good_scan_of_a_registered_result_is_accepted_with_its_true_fields(digitised: World, drop: Drop) -> None:
    (row,) = [row for row in digitised.export() if row["source_file"] == drop.first]
    truth = drop.truth[drop.first]
    assert row["status"] == "accepted"
    assert row["review_reasons"] == []
    for name in ("code_number", "code_notation", "issued_on", "issuer", "doc_type", "result_key", "page_count"):
        assert row[name] == truth[name], name
    assert all(row["field_confidence"][name] >= 0.9 for name in ("code_number", "code_notation", "issued_on", "issuer"))
    assert row["digitised_on"] == truth["scanned_on"]
    assert unicodedata.is_normalized("NFC", row["text"])


def test_a_scan_whose_result_is_not_registered_waits_for_it(digitised: World, drop: Drop) -> None:
    document = digitised.document(drop.late)
    assert document.status == DocumentStatus.IN_REVIEW
    assert document.review_reasons == ["no_register_row"]
    assert document.flags == ["no_register_row"]
    assert document.result_id is None
    assert document.digitised_on is None


def test_the_same_content_again_is_a_duplicate_and_no_document(digitised: World, drop: Drop) -> None:
    ledger = files(digitised)
    assert ledger[TWIN].outcome == FileOutcome.DUPLICATE
    assert ledger[TWIN].duplicate_of == ledger[drop.first].id
    assert digitised.rows(Document, Document.source_file == TWIN) == []


def test_the_same_scan_saved_anew_is_a_duplicate_of_the_first(digitised: World, drop: Drop) -> None:
    first, again = digitised.document(drop.first), digitised.document(AGAIN)
    assert again.status == DocumentStatus.DUPLICATE
    assert again.review_reasons == ["repeated_scan"]
    assert again.document_id != first.document_id


def test_a_cut_file_is_in_quarantine_and_stops_nothing(digitised: World) -> None:
    row = files(digitised)[CUT]
    assert (row.outcome, row.reason) == (FileOutcome.QUARANTINED, "file.truncated")
    kept = list((digitised.settings.quarantine / digitised.batch_id).glob("*.pdf"))
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in kept] == [row.sha256]


def test_bad_pages_among_twenty_cost_only_themselves(digitised: World) -> None:
    pages = digitised.pages(LONG)
    assert {page.page_no: page.reason for page in pages if page.status == PageStatus.FAILED} == {
        DAMAGED: "page.damaged",
        GIANT: "page.too_large",
    }
    assert [page.page_no for page in pages if page.status == PageStatus.BLANK] == [EMPTY]
    text = (digitised.document(LONG).text or "").split("\f")
    assert len(text) == N_LONG
    for number in set(range(1, N_LONG + 1)) - {DAMAGED, GIANT, EMPTY}:
        assert str(number) in text[number - 1], number
    assert all(not text[number - 1].strip() for number in (DAMAGED, GIANT, EMPTY))


def test_a_document_with_a_failed_page_is_in_review_for_it(digitised: World) -> None:
    document = digitised.document(LONG)
    assert document.status == DocumentStatus.IN_REVIEW
    assert "page_failed" in document.review_reasons
    assert "pages_unaccounted" not in document.review_reasons
    assert {"blank_page", "not_colour"} <= set(document.flags)


def test_every_declared_page_is_read_blank_or_failed(digitised: World) -> None:
    for document in digitised.rows(Document):
        pages = digitised.rows(Page, Page.sha256 == document.sha256)
        assert len(pages) == document.page_count
        assert all(page.status in (PageStatus.OCRED, PageStatus.BLANK, PageStatus.FAILED) for page in pages)
        assert all((page.reason is not None) == (page.status == PageStatus.FAILED) for page in pages)


def test_ids_are_those_of_the_master_and_its_first_page(digitised: World) -> None:
    for document in digitised.rows(Document):
        assert document.document_id == document_id(document.sha256, 1) == f"{document.sha256[:24]}-0001"


def test_the_outcome_counts_every_file_once(digitised: World) -> None:
    outcome = journey.count_outcome(digitised.settings, digitised.batch_id)
    assert outcome == journey.BatchOutcome(digitised.batch_id, 6, 1, 2, 1, 2, 0)
    assert outcome.needs_person
    assert journey.is_published(digitised.settings, digitised.batch_id)


def test_every_document_has_a_conforming_copy_whose_hashes_hold(digitised: World, drop: Drop) -> None:
    archive = digitised.settings.archive
    for document in digitised.rows(Document):
        if document.source_file == LONG:
            continue
        assert document.pdfa_key is not None
        copy = archive / document.pdfa_key
        assert hashlib.sha256(copy.read_bytes()).hexdigest() == document.pdfa_sha256
        assert pikepdf.pdfa.validate_written(copy, "2b").findings == []
        with pypdfium2.PdfDocument(copy) as pdf:
            assert len(pdf) == document.page_count
        manifest = copy.with_name("manifest-sha256.txt")
        checked = subprocess.run(["sha256sum", "--check", "--strict", manifest], cwd=archive, capture_output=True)
        assert checked.returncode == 0, checked.stdout


def test_the_copy_of_an_accepted_document_is_searchable(digitised: World, drop: Drop) -> None:
    document = digitised.document(drop.first)
    with pypdfium2.PdfDocument(digitised.settings.archive / str(document.pdfa_key)) as pdf:
        text = pdf[0].get_textpage().get_text_range()
    assert f"{document.code_number}/{document.code_notation}" in text


def test_the_receipt_lists_every_file_and_the_work_area_is_empty(digitised: World, drop: Drop) -> None:
    receipt = digitised.settings.outbox / "G09.01" / digitised.batch_id / "receipt.csv"
    with receipt.open(encoding="utf-8-sig", newline="") as stream:
        names = [row[0] for row in csv.reader(stream)][1:]
    assert sorted(names) == sorted([drop.first, drop.late, LONG, TWIN, AGAIN, CUT])
    assert not (digitised.settings.work / digitised.batch_id).exists()


def test_the_folder_that_was_digitised_stays_as_it_was(digitised: World, drop: Drop) -> None:
    for path, row in files(digitised).items():
        source = drop.samples.scans / path
        if row.outcome != FileOutcome.IGNORED:
            assert hashlib.sha256(source.read_bytes()).hexdigest() == row.sha256


# Stations that run again


def test_publishing_twice_tells_the_same_events_and_changes_nothing(world: World) -> None:
    before, export = events(world), world.export()
    for _ in range(2):
        journey.publish_batch(world.settings, world.batch_id)
    assert events(world) == before
    assert world.export() == export


def test_all_stations_run_again_change_nothing_and_read_no_page_twice(world: World) -> None:
    before, export = events(world), world.export()
    words = {path: path.stat().st_mtime_ns for path in (world.settings.archive / "words").rglob("*.gz")}
    assert journey.plan_chunks(world.settings, world.batch_id) == []
    digitise(world.settings, world.batch_id)
    assert events(world) == before
    assert world.export() == export
    assert {path: path.stat().st_mtime_ns for path in (world.settings.archive / "words").rglob("*.gz")} == words


def test_the_same_drop_again_brings_duplicates_only(world: World, drop: Drop) -> None:
    export = world.export()
    second = adopt_folder(world.settings, drop.samples.scans, "G09.02")
    assert second != world.batch_id
    outcome = digitise(world.settings, second)
    assert (outcome.n_files, outcome.n_accepted, outcome.n_in_review) == (6, 0, 0)
    assert outcome.n_duplicate + outcome.n_quarantined == 6
    assert world.export() == export


def test_a_register_that_grows_settles_what_waited_for_it(world: World, drop: Drop, tmp_path: Path) -> None:
    journey.take_in_register(world.settings, drop.register(tmp_path / "more.csv", late=True))
    assert journey.settle_waiting(world.settings) == [world.batch_id]
    document, truth = world.document(drop.late), drop.truth[drop.late]
    assert document.status == DocumentStatus.ACCEPTED
    assert document.review_reasons == []
    assert "no_register_row" not in document.flags
    (result,) = world.rows(Result, Result.id == document.result_id)
    assert result.result_key == truth["result_key"]
    receipt = world.settings.outbox / "G09.01" / world.batch_id / "receipt.csv"
    assert str(document.code_number) in receipt.read_text("utf-8-sig")
    kinds = [event.kind for event in world.rows(Event, Event.document_id == document.document_id)]
    assert kinds == ["document_sent_to_review", "document_accepted"]
    assert journey.settle_waiting(world.settings) == []
    assert world.document(LONG).status == DocumentStatus.IN_REVIEW
    assert world.document(AGAIN).status == DocumentStatus.DUPLICATE


def test_a_whole_batch_that_the_gate_refuses_is_accepted_in_no_part(world: World, drop: Drop, tmp_path: Path) -> None:
    with writing(world.settings.catalogue_url) as session:
        of_batch = select(Verdict).where(Verdict.subject_id == world.batch_id, Verdict.item_id == "*")
        verdict = session.scalars(of_batch.where(Verdict.severity == "critical")).first()
        assert verdict is not None
        verdict.passed, verdict.reason = False, "page_failed"
    journey.take_in_register(world.settings, drop.register(tmp_path / "more.csv", late=True))
    assert journey.settle_waiting(world.settings) == []
    assert world.document(drop.late).review_reasons == ["page_failed"]


def test_documents_that_no_gate_has_judged_are_not_published(world: World, drop: Drop, tmp_path: Path) -> None:
    with writing(world.settings.catalogue_url) as session:
        session.execute(delete(Verdict))
    journey.take_in_register(world.settings, drop.register(tmp_path / "more.csv", late=True))
    with pytest.raises(RuntimeError, match="judged"):
        journey.publish_batch(world.settings, world.batch_id)
    assert journey.settle_waiting(world.settings) == []
    assert world.document(drop.late).status == DocumentStatus.IN_REVIEW


def test_what_is_accepted_is_not_compiled_or_settled_again(world: World, drop: Drop) -> None:
    with writing(world.settings.catalogue_url) as session:
        session.execute(
            update(Document).where(Document.source_file == drop.first).values(subject="corrected by a person")
        )
    digitise(world.settings, world.batch_id)
    assert world.document(drop.first).subject == "corrected by a person"
    assert world.document(drop.first).status == DocumentStatus.ACCEPTED


def test_a_batch_that_is_not_received_is_not_compiled(fresh: Callable[[str], Settings], drop: Drop) -> None:
    settings = fresh("home")
    batch_id = adopt_folder(settings, drop.samples.scans, "G09.01")
    with pytest.raises(RuntimeError, match="not received"):
        journey.compile_documents(settings, batch_id)


def test_pages_that_nobody_read_send_their_document_to_review_and_are_counted(
    fresh: Callable[[str], Settings], drop: Drop, tmp_path: Path
) -> None:
    settings, folder = fresh("home"), tmp_path / "one"
    folder.mkdir()
    (folder / "a.pdf").write_bytes((drop.samples.scans / drop.first).read_bytes())
    batch_id = adopt_folder(settings, folder, "G09.01")
    receive_batch(settings, batch_id)
    journey.compile_documents(settings, batch_id)
    journey.judge_documents(settings, batch_id)
    outcome = journey.publish_batch(settings, batch_id)
    assert (outcome.n_pages_unread, outcome.n_in_review) == (1, 1)
    (document,) = World(settings, batch_id).rows(Document)
    assert "page_failed" in document.review_reasons


def test_a_document_whose_manifest_declares_more_pages_is_in_review(
    fresh: Callable[[str], Settings], drop: Drop, tmp_path: Path
) -> None:
    settings, folder = fresh("home"), tmp_path / "one"
    folder.mkdir()
    (folder / "a.pdf").write_bytes((drop.samples.scans / drop.first).read_bytes())
    (folder / "manifest.csv").write_text("file,pages\na.pdf,2\n")
    batch_id = adopt_folder(settings, folder, "G09.01")
    receive_batch(settings, batch_id)
    journey.compile_documents(settings, batch_id)
    journey.judge_documents(settings, batch_id)
    journey.publish_batch(settings, batch_id)
    (document,) = World(settings, batch_id).rows(Document)
    assert "pages_unaccounted" in document.review_reasons


def test_two_independent_runs_of_the_same_batch_export_the_same_but_for_run_ids(
    fresh: Callable[[str], Settings], drop: Drop, tmp_path: Path
) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "a.pdf").write_bytes((drop.samples.scans / drop.first).read_bytes())
    exports = []
    for name in ("one home", "another"):
        settings = fresh(name)
        journey.take_in_register(settings, drop.register(tmp_path / f"{name}.csv", late=True))
        batch_id = adopt_folder(settings, folder, "G09.01")
        digitise(settings, batch_id)
        rows = World(settings, batch_id).export()
        assert [row.pop("batch_id") for row in rows] == [batch_id]
        exports.append(json.dumps(rows, ensure_ascii=False))
    assert exports[0] == exports[1]


def test_a_chunk_read_by_two_runs_at_once_is_read_whole_by_both(
    fresh: Callable[[str], Settings], drop: Drop, tmp_path: Path
) -> None:
    """A task that was given up and started again may still be running: neither may spoil the other's pages."""
    settings, folder = fresh("home"), tmp_path / "one"
    folder.mkdir()
    (folder / "a.pdf").write_bytes((drop.samples.scans / LONG).read_bytes())
    batch_id = adopt_folder(settings, folder, "G09.01")
    receive_batch(settings, batch_id)
    limits = settings.model_copy(update={"chunk_pages": N_LONG // 2, "jobs": 1})
    chunk = journey.plan_chunks(limits, batch_id)[0]
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from sohoa.journey import PageRange, read_chunk\n"
        "from sohoa.settings import Settings\n"
        f"chunk = [PageRange(*part) for part in {[tuple(part) for part in chunk]!r}]\n"
        f"sys.exit(read_chunk(Settings(home=Path({str(settings.home)!r})), {batch_id!r}, chunk))\n"
    )
    other = subprocess.Popen([sys.executable, "-c", program])
    while not list(settings.work.rglob("list.txt")) and other.poll() is None:
        os.sched_yield()
    assert other.poll() is None, "the other run ended before this one began"
    assert journey.read_chunk(settings, batch_id, chunk) == 1
    assert other.wait(timeout=60) == 1
    pages = World(settings, batch_id).rows(Page, Page.page_no <= N_LONG // 2)
    assert [page.page_no for page in pages if page.status != PageStatus.OCRED] == [DAMAGED]


# Chunks and dates


def test_chunks_hold_every_waiting_page_once_and_are_not_too_many(fresh: Callable[[str], Settings], drop: Drop) -> None:
    settings = fresh("home")
    batch_id = adopt_folder(settings, drop.samples.scans, "G09.01")
    receive_batch(settings, batch_id)
    waiting = {(page.sha256, page.page_no) for page in World(settings, batch_id).rows(Page)}
    for chunk_pages, max_chunks, jobs in (
        (1, 1000, 2),
        (4, 1000, 3),
        (7, 1000, 2),
        (500, 1000, 1),
        (500, 9, 2),
        (1, 3, 2),
    ):
        limits = settings.model_copy(update={"chunk_pages": chunk_pages, "max_chunks": max_chunks, "jobs": jobs})
        chunks = journey.plan_chunks(limits, batch_id)
        pages = [[(s, n) for s, first, last in chunk for n in range(first, last + 1)] for chunk in chunks]
        assert sorted(chain.from_iterable(pages)) == sorted(waiting)
        assert len(chunks) <= max_chunks
        assert max(map(len, pages)) <= max(chunk_pages, -(-len(waiting) // max_chunks))
        assert len(set(map(len, pages[:-1]))) <= 1, "all chunks but the last are equal"


@pytest.mark.parametrize("jobs", [1, 2, 3, 4])
def test_a_batch_that_fits_in_one_chunk_still_keeps_every_job_busy(
    fresh: Callable[[str], Settings], drop: Drop, jobs: int
) -> None:
    settings = fresh("home").model_copy(update={"jobs": jobs, "chunk_pages": 100})
    batch_id = adopt_folder(settings, drop.samples.scans, "G09.01")
    receive_batch(settings, batch_id)
    assert len(journey.plan_chunks(settings, batch_id)) == jobs


ISSUED, CLAIMED = dt.date(2021, 5, 6), dt.date(2022, 3, 1)


@pytest.mark.parametrize(
    ("issued", "scanned", "claimed", "expected"),
    [
        (ISSUED, None, CLAIMED, CLAIMED),
        (ISSUED, dt.date(2021, 12, 30), CLAIMED, dt.date(2021, 12, 30)),
        (ISSUED, ISSUED, CLAIMED, ISSUED),
        (ISSUED, CLAIMED, CLAIMED, CLAIMED),
        (ISSUED, dt.date(2021, 5, 5), CLAIMED, CLAIMED),
        (ISSUED, dt.date(2022, 3, 2), CLAIMED, CLAIMED),
        (ISSUED, dt.date(2031, 1, 1), CLAIMED, CLAIMED),
    ],
)
def test_the_day_of_digitisation_is_the_scan_s_where_that_makes_sense_else_the_claim_s(
    issued: dt.date, scanned: dt.date | None, claimed: dt.date, expected: dt.date
) -> None:
    assert digitised_on(issued, scanned, claimed) == expected


days = st.dates(dt.date(2019, 1, 1), dt.date(2024, 1, 1))


@given(days, st.one_of(st.none(), days), days)
def test_nothing_is_digitised_before_it_was_issued_or_after_it_was_claimed(
    issued: dt.date, scanned: dt.date | None, claimed: dt.date
) -> None:
    day = digitised_on(issued, scanned, claimed)
    assert day in (scanned, claimed)
    assert day is not None
    assert day <= claimed
    if issued <= claimed:
        assert day >= issued


def test_a_full_disk_breaks_the_task_and_is_not_blamed_on_the_page(
    fresh: Callable[[str], Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = fresh("full")
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "long.pdf").write_bytes(long_pdf())
    batch_id = adopt_folder(settings, tmp_path / "scans", "G09")
    receive_batch(settings, batch_id)
    settings = settings.model_copy(update={"jobs": 1})
    (chunk,) = journey.plan_chunks(settings, batch_id)
    monkeypatch.setattr(chunks, "_LEAST_FREE_BYTES", 10**18)  # no disk has that much: it counts as full
    with pytest.raises(OSError, match="full"):
        journey.read_chunk(settings, batch_id, chunk)
    monkeypatch.undo()
    assert journey.plan_chunks(settings, batch_id) == [chunk]
    assert journey.read_chunk(settings, batch_id, chunk) == 2
