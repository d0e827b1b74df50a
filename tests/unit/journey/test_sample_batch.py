"""The committed batch: what the demo shows must be right to the last document."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sohoa.catalogue.database import reading
from sohoa.catalogue.export import export_documents
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.overview import batch_overview
from sohoa.evaluation import evaluate
from sohoa.indicators import compute_rates, parse_period
from sohoa.intake.receiving import adopt_folder, receive_batch
from sohoa.journey import (
    compile_documents,
    judge_documents,
    make_copies,
    plan_chunks,
    publish_batch,
    read_chunk,
    take_in_register,
)
from sohoa.settings import Settings

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@pytest.fixture(scope="module")
def digitised(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    for folder in settings.folders():
        folder.mkdir(parents=True)
    migrate(settings)
    take_in_register(settings, SAMPLES / "register.csv")
    batch_id = adopt_folder(settings, SAMPLES / "scans", "G09.01")
    receive_batch(settings, batch_id)
    for chunk in plan_chunks(settings, batch_id):
        assert read_chunk(settings, batch_id, chunk) == 0
    compile_documents(settings, batch_id)
    assert make_copies(settings, batch_id) == 0
    judge_documents(settings, batch_id)
    publish_batch(settings, batch_id)
    return settings


@pytest.fixture(scope="module")
def exported(digitised: Settings) -> dict[str, dict[str, Any]]:
    with reading(digitised.catalogue_url) as session:
        return {row["source_file"]: row for row in export_documents(session)}


@pytest.fixture(scope="module")
def truth() -> dict[str, dict[str, Any]]:
    rows = map(json.loads, (SAMPLES / "truth.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["source_file"]: row for row in rows}


def test_every_readable_registered_document_of_lawful_resolution_is_accepted(
    exported: dict[str, dict[str, Any]], truth: dict[str, dict[str, Any]]
) -> None:
    good = {name for name, row in truth.items() if row["readable"] and row["in_register"] and row["dpi"] >= 200}
    assert len(good) == 24
    assert {name for name, row in exported.items() if row["status"] == "accepted"} == good
    assert all(exported[name]["result_key"] == truth[name]["result_key"] for name in good)


def test_nothing_wrong_is_accepted(exported: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    got = tmp_path / "got.jsonl"
    got.write_text("".join(json.dumps(row) + "\n" for row in exported.values()), encoding="utf-8")
    assert evaluate(SAMPLES / "truth.jsonl", got)["all"].wrong_accepted == []


def test_the_faults_end_in_quarantine_and_review_with_their_reasons(
    digitised: Settings, exported: dict[str, dict[str, Any]], truth: dict[str, dict[str, Any]]
) -> None:
    low_dpi = next(name for name, row in truth.items() if row["dpi"] < 195)
    unregistered = next(name for name, row in truth.items() if not row["in_register"])
    corrupt = next(name for name, row in truth.items() if not row["readable"])
    assert exported[low_dpi]["review_reasons"] == ["low_dpi"]
    assert exported[unregistered]["review_reasons"] == ["no_register_row"]
    assert "no_register_row" in exported[unregistered]["flags"]
    with reading(digitised.catalogue_url) as session:
        (batch,) = batch_overview(session)
    files = {row["file"]: row for row in batch["files"]}
    assert files[corrupt]["outcome"] == "quarantined"
    assert files[corrupt]["reason"] == "file.truncated"


def test_the_rates_are_those_that_the_samples_were_built_for(digitised: Settings) -> None:
    with (SAMPLES / "rates.csv").open(encoding="utf-8-sig", newline="") as stream:
        known = list(csv.DictReader(stream))
    assert known
    for row in known:
        rates = compute_rates(digitised, period=parse_period(row["period"]))
        found = [r for r in rates if r.indicator == row["indicator"] and (r.unit_code or "") == row["unit_code"]]
        assert [(r.numerator, r.denominator) for r in found] == [(int(row["numerator"]), int(row["denominator"]))], row


def test_per_unit_accepted_and_in_review_make_up_the_truth(
    exported: dict[str, dict[str, Any]], truth: dict[str, dict[str, Any]]
) -> None:
    statuses = {unit: Counter[str]() for unit in {row["unit_code"] for row in truth.values()}}
    for name, row in exported.items():
        statuses[truth[name]["unit_code"]][row["status"]] += 1
    readable = Counter(row["unit_code"] for row in truth.values() if row["readable"])
    assert {unit: found["accepted"] + found["in_review"] for unit, found in statuses.items()} == dict(readable)


def test_every_document_has_a_pdfa_whose_manifest_holds(digitised: Settings) -> None:
    manifests = list(digitised.archive.glob("documents/*/*/manifest-sha256.txt"))
    assert len(manifests) == 26
    for manifest in manifests:
        for line in manifest.read_text(encoding="utf-8").splitlines():
            digest, key = line.split("  ")
            assert hashlib.sha256((digitised.archive / key).read_bytes()).hexdigest() == digest
