"""A small batch through the real pipeline; what persons decide flows back to statuses, receipts and rates."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sohoa import journey
from sohoa.catalogue.database import connect, writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Decision, Document, Field, Result
from sohoa.errors import SohoaError
from sohoa.indicators import compute_rates
from sohoa.intake.receiving import adopt_folder, receive_batch
from sohoa.review import (
    Accept,
    AskRescan,
    Correct,
    Rotate,
    Split,
    confirm_result,
    decide,
    export_labels,
    finish_document,
    finish_waiting,
    propose_result,
    unfinished,
    view_item,
)
from sohoa.samples import make_samples
from sohoa.settings import Settings
from sohoa.warehouse import unpublished_event

from .conftest import EXPECTATIONS
from .world import World

AN, BINH = "Nguyễn Thị An", "Trần Bình"


@dataclass
class Batch(World):
    """A digitised batch: one document misread, one without register row."""

    truth: dict[str, dict[str, Any]]
    misread: str
    unregistered: str
    batch_id: str

    def receipt(self) -> dict[str, dict[str, str]]:
        text = (self.settings.outbox / "G09.01" / self.batch_id / "receipt.csv").read_text("utf-8-sig")
        return {row["Tệp"]: row for row in csv.DictReader(text.splitlines())}

    def of(self, path: str) -> Document:
        (found,) = self.rows(Document, Document.source_file == path)
        return found

    def counts(self) -> tuple[int, int]:
        """Numerator and denominator of the results in force, all units together."""
        (rate,) = [
            one
            for one in compute_rates(self.settings, as_of=dt.date(2100, 1, 1))
            if one.indicator == "T01" and one.unit_code is None
        ]
        return rate.numerator, rate.denominator


@pytest.fixture(scope="module")
def digitised(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    home = tmp_path_factory.mktemp("digitised")
    settings = Settings(home=home, expectations=EXPECTATIONS)
    for folder in settings.folders():
        folder.mkdir(parents=True, exist_ok=True)
    migrate(settings)
    samples = make_samples(tmp_path_factory.mktemp("samples"), 3, 11, "clean", numbering=("printed",), compact=True)
    truth = {row["source_file"]: row for row in map(json.loads, samples.truth.read_text("utf-8").splitlines())}
    misread, *_, unregistered = sorted(truth, key=lambda name: truth[name]["page_count"])
    assert truth[unregistered]["page_count"] > 1
    for name in set(truth) - {misread, unregistered}:
        (samples.scans / name).unlink()
    (samples.scans / "manifest.csv").unlink()
    with samples.register_csv.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    lacking = f"{truth[unregistered]['code_number']}/{truth[unregistered]['code_notation']}"
    with (home / "register.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        for row in rows:
            if row["Số ký hiệu kết quả"] != lacking:
                writer.writerow({**row, "Tình trạng hiệu lực": "Còn hiệu lực", "Ngày hết hiệu lực": ""})
    journey.take_in_register(settings, home / "register.csv")
    batch_id = adopt_folder(settings, samples.scans, "G09.01")
    receive_batch(settings, batch_id)
    for chunk in journey.plan_chunks(settings, batch_id):
        journey.read_chunk(settings, batch_id, chunk)
    journey.compile_documents(settings, batch_id)
    batch = Batch(settings, truth, misread, unregistered, batch_id)
    _misread(batch)
    journey.make_copies(settings, batch_id)
    journey.judge_documents(settings, batch_id)
    journey.publish_batch(settings, batch_id)
    with connect(settings.catalogue_url).connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return batch


def _misread(batch: Batch) -> None:
    """As if the looks at one number had disagreed over its last digit."""
    document = batch.of(batch.misread)
    wrong = str(int(document.code_number or "0") + 1)
    with writing(batch.settings.catalogue_url) as session:
        field = session.get_one(Field, (document.document_id, "code_number"))
        field.value, field.confidence = wrong, 0.3
        session.get_one(Document, document.document_id).code_number = wrong


@pytest.fixture
def batch(digitised: Batch, tmp_path: Path) -> Batch:
    shutil.copytree(digitised.settings.home, tmp_path / "home")
    settings = Settings(home=tmp_path / "home", expectations=EXPECTATIONS)
    return Batch(settings, digitised.truth, digitised.misread, digitised.unregistered, digitised.batch_id)


def test_a_corrected_document_is_accepted_and_the_rates_and_the_receipt_follow(batch: Batch, tmp_path: Path) -> None:
    waiting = batch.of(batch.misread)
    assert "number_uncertain" in waiting.review_reasons
    view = view_item(batch.settings, waiting.document_id)
    true = batch.truth[batch.misread]
    (number,) = [field for field in view.fields if field.name == "code_number"]
    assert true["code_number"] in number.alternatives, "the looks had seen the right number"
    assert number.box is not None
    assert view.candidates[0].result_key == true["result_key"]
    before = batch.counts()

    decide(
        batch.settings, waiting.document_id, AN, [Correct({"code_number": true["code_number"]}), Accept()], view.version
    )
    assert unfinished(batch.settings) == [waiting.document_id]
    assert [(one.status, one.reasons) for one in finish_waiting(batch.settings)] == [("accepted", ())]

    document = batch.of(batch.misread)
    assert (document.status, document.code_number) == ("accepted", true["code_number"])
    assert batch.counts() == (before[0] + 1, before[1])
    assert batch.receipt()[batch.misread]["Kết quả"] == "Đã số hóa"
    assert unfinished(batch.settings) == []
    assert unpublished_event(batch.settings) is not None, "the warehouse is told by the catalogue's pulse"
    # Told again, run again, compiled again: nothing changes.
    assert decide(batch.settings, waiting.document_id, AN, [Accept()]).again
    finish_document(batch.settings, waiting.document_id)
    journey.compile_documents(batch.settings, batch.batch_id)
    assert batch.of(batch.misread).code_number == true["code_number"]
    assert export_labels(batch.settings, tmp_path / "labels", images=True) > 0
    rows = [json.loads(line) for line in (tmp_path / "labels" / "corrections.jsonl").read_text("utf-8").splitlines()]
    (label,) = [row for row in rows if row["field"] == "code_number"]
    assert label["set"] == true["code_number"] != label["read"]
    assert (tmp_path / "labels" / label["image"]).read_bytes().startswith(b"\x89PNG")


def test_what_a_person_set_outlasts_reading_the_batch_again(batch: Batch) -> None:
    identity = batch.of(batch.misread).document_id
    decide(batch.settings, identity, AN, [Correct({"code_number": "777"})])
    journey.compile_documents(batch.settings, batch.batch_id)
    assert batch.of(batch.misread).code_number == "777"
    assert batch.field(identity, "code_number").source == "person"


def test_a_result_entered_from_the_paper_moves_numerator_and_denominator(batch: Batch) -> None:
    waiting = batch.of(batch.unregistered)
    assert waiting.review_reasons == ["no_register_row"]
    numerator, denominator = batch.counts()
    proposal = propose_result(batch.settings, waiting.document_id, AN)
    assert batch.counts() == (numerator, denominator)
    result = confirm_result(batch.settings, proposal, BINH)
    finish_waiting(batch.settings)

    document = batch.of(batch.unregistered)
    assert (document.status, document.result_id) == ("accepted", result)
    assert "no_register_row" not in document.flags
    assert batch.counts() == (numerator + 1, denominator + 1)
    assert [row.source for row in batch.rows(Result, Result.id == result)] == ["scan"]


def test_accepting_does_not_conjure_a_register_row(batch: Batch) -> None:
    waiting = batch.of(batch.unregistered)
    decide(batch.settings, waiting.document_id, AN, [Accept()])
    (finished,) = finish_waiting(batch.settings)
    assert (finished.status, finished.reasons) == ("in_review", ("no_register_row",))


def test_who_asks_for_a_rescan_is_heard_in_the_receipt(batch: Batch) -> None:
    waiting = batch.of(batch.misread)
    decide(batch.settings, waiting.document_id, AN, [AskRescan("Mất góc phải trang 1")])
    finish_waiting(batch.settings)
    row = batch.receipt()[batch.misread]
    assert (row["Kết quả"], row["Lý do, việc cần làm"]) == ("Bị từ chối", "Đề nghị quét lại: Mất góc phải trang 1")


def test_a_page_turned_by_a_person_is_read_that_way_round_and_back(batch: Batch) -> None:
    waiting = batch.of(batch.unregistered)
    identity, before = waiting.document_id, (waiting.code_number, waiting.issued_on)
    decide(batch.settings, identity, AN, [Rotate(1, 180)])
    finish_waiting(batch.settings)
    turned = batch.of(batch.unregistered)
    assert turned.status == "in_review"
    assert turned.code_number is None
    assert view_item(batch.settings, identity).pages[0].rotation == 180
    assert turned.pdfa_sha256 not in (None, waiting.pdfa_sha256), "the copy shows the page as it was turned"

    decide(batch.settings, identity, AN, [Rotate(1, 180)])
    finish_waiting(batch.settings)
    back = batch.of(batch.unregistered)
    assert (back.code_number, back.issued_on) == before
    assert back.review_reasons == ["no_register_row"]


def test_one_decision_that_cannot_be_carried_out_does_not_stop_the_others(batch: Batch) -> None:
    broken, fine = batch.of(batch.unregistered).document_id, batch.of(batch.misread).document_id
    decide(batch.settings, broken, AN, [Rotate(1, 90)])
    decide(batch.settings, fine, AN, [AskRescan("mờ")])
    with writing(batch.settings.catalogue_url) as session:
        (row,) = session.query(Decision).filter(Decision.document_id == broken)
        row.turns = [{"sha256": "0" * 64, "page_no": 1, "rotation": 90}]
    with pytest.raises(SohoaError, match=broken):
        finish_waiting(batch.settings)
    assert batch.of(batch.misread).status == "rejected"
    assert unfinished(batch.settings) == [broken]


def test_a_split_document_becomes_two_that_are_judged_and_copied_each(batch: Batch) -> None:
    many = batch.of(batch.unregistered)
    decided = decide(batch.settings, many.document_id, AN, [Split(2)])
    finish_waiting(batch.settings)

    first, second = (batch.document(one) for one in decided.documents)
    assert (first.page_count, second.page_count) == (1, many.page_count - 1)
    assert first.code_number == many.code_number
    assert first.pdfa_sha256 not in (None, many.pdfa_sha256)
    assert second.pdfa_sha256 is not None
    assert second.status == "in_review"
    journey.compile_documents(batch.settings, batch.batch_id)
    assert {row.document_id for row in batch.rows(Document)} >= set(decided.documents), "the split outlasts a new run"
