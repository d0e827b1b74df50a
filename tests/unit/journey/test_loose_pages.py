"""Loose page images through all stations: one document of many files, and never one that lacks a page."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from sohoa import journey
from sohoa.catalogue.database import reading
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Document, DocumentStatus, FileOutcome, Page, ScanFile
from sohoa.catalogue.overview import batch_overview
from sohoa.intake.receiving import adopt_folder
from sohoa.samples import make_samples

from .conftest import World, digitise, settings_at

WHOLE = ["QĐ_001.jpg", "QĐ_002.jpg"]
LACKING, CUT = "thiếu (1).jpg", "thiếu (2).jpg"
ALONE = "scan_0029.jpg"


def jpeg(page: Image.Image) -> bytes:
    stream = io.BytesIO()
    page.convert("RGB").save(stream, "JPEG", quality=85, dpi=(200, 200))
    return stream.getvalue()


def pages_of(path: Path) -> list[bytes]:
    """Each page of a sample as a JPEG at 200 dpi."""
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as pdf:
            return [jpeg(page.render(scale=200 / 72).to_pil()) for page in pdf]
    with Image.open(path) as image:
        return [jpeg(image.resize([round(side * 200 / image.info["dpi"][0]) for side in image.size]))]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two pages that belong together, one whose second is cut short, one scan alone; their results are registered."""
    home = tmp_path_factory.mktemp("loose")
    samples = make_samples(home / "samples", 3, 11, "clean", numbering=("printed",), compact=True)
    truth = [json.loads(line) for line in samples.truth.read_text("utf-8").splitlines()]
    of_two = next(row["source_file"] for row in truth if row["page_count"] == 2)
    first, second = (row["source_file"] for row in truth if row["page_count"] == 1)
    folder = home / "lô trang rời"
    folder.mkdir()
    for name, content in zip(WHOLE, pages_of(samples.scans / of_two), strict=True):
        (folder / name).write_bytes(content)
    (content,) = pages_of(samples.scans / first)
    (folder / LACKING).write_bytes(content)
    (folder / CUT).write_bytes(content[: len(content) // 2])
    (folder / ALONE).write_bytes(*pages_of(samples.scans / second))
    declared = "file,pages,scanned_on\n" + "".join(f"{name},1,2023-05-04\n" for name in [*WHOLE, LACKING])
    (folder / "manifest.csv").write_text(declared, encoding="utf-8")
    settings = settings_at(home / "home")
    migrate(settings)
    journey.take_in_register(settings, samples.register_csv)
    batch_id = adopt_folder(settings, folder, "G09.01")
    digitise(settings, batch_id)
    return World(settings, batch_id)


def test_pages_that_belong_together_are_one_accepted_document(world: World) -> None:
    document = world.document(WHOLE[0])

    assert (document.status, document.review_reasons) == (DocumentStatus.ACCEPTED, [])
    assert (document.first_page, document.page_count) == (1, 2)
    assert document.source_files == WHOLE
    assert str(document.scanned_on) == "2023-05-04"
    assert len((document.text or "").split("\f")) == 2
    assert world.rows(Document, Document.source_file == WHOLE[1]) == []


def test_export_names_all_files_of_a_document(world: World) -> None:
    (row,) = [row for row in world.export() if row["source_file"] == WHOLE[0]]

    assert row["source_files"] == WHOLE
    assert row["page_count"] == 2


def test_archive_copy_holds_all_pages_and_its_hashes_name_every_file(world: World) -> None:
    document = world.document(WHOLE[0])
    copy = world.settings.archive / str(document.pdfa_key)

    with pypdfium2.PdfDocument(copy) as pdf:
        assert len(pdf) == 2
    listing = copy.with_name("manifest-sha256.txt")
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", listing], cwd=world.settings.archive, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    ledger = {file.path: file for file in world.rows(ScanFile)}
    assert {str(ledger[name].sha256) for name in WHOLE} <= set(listing.read_text().split())


def test_document_that_lacks_a_page_is_never_accepted(world: World) -> None:
    document = world.document(LACKING)

    assert document.status == DocumentStatus.IN_REVIEW
    assert document.review_reasons == ["missing_page"]
    assert document.source_files == [LACKING]
    (cut,) = world.rows(ScanFile, ScanFile.path == CUT)
    assert (cut.outcome, cut.reason) == (FileOutcome.QUARANTINED, "file.truncated")


def test_scan_that_stands_alone_is_no_page_of_anything(world: World) -> None:
    document = world.document(ALONE)

    assert (document.status, document.source_files, document.page_count) == (DocumentStatus.ACCEPTED, [ALONE], 1)
    assert document.sha256 == hashlib.sha256(_source(world, ALONE)).hexdigest()


def _source(world: World, name: str) -> bytes:
    return (world.settings.home.parent / "lô trang rời" / name).read_bytes()


def test_every_file_of_a_document_counts_once_and_every_page_is_read(world: World) -> None:
    outcome = journey.count_outcome(world.settings, world.batch_id)

    assert outcome == journey.BatchOutcome(world.batch_id, 5, 2, 1, 1, 0, 0)
    assert len(world.rows(Page)) == 4
    assert journey.plan_chunks(world.settings, world.batch_id) == []


def test_receipt_and_status_show_for_every_file_its_document(world: World) -> None:
    document = world.document(WHOLE[0])
    with (world.settings.outbox / "G09.01" / world.batch_id / "receipt.csv").open(
        encoding="utf-8-sig", newline=""
    ) as stream:
        receipt = {row[0]: row[1:] for row in csv.reader(stream)}
    with reading(world.settings.catalogue_url) as session:
        (batch,) = batch_overview(session, world.batch_id)
    files = {file["file"]: file for file in batch["files"]}

    for name in WHOLE:
        assert receipt[name][0] == "Đã số hóa"
        assert receipt[name][2] == f"{document.code_number}/{document.code_notation}"
        assert (files[name]["document_id"], files[name]["outcome"]) == (document.document_id, "accepted")
    assert "trang thiếu" in receipt[LACKING][1]
    assert receipt[CUT][0] == "Không mở được"
    assert files[CUT]["document_id"] is None


def test_same_pages_again_change_nothing(world: World) -> None:
    before = world.export()
    folder = world.settings.home.parent / "gửi lại"
    folder.mkdir()
    for number, name in enumerate(WHOLE, start=1):
        (folder / f"trang {number}.jpg").write_bytes(_source(world, name))
    outcome = digitise(world.settings, adopt_folder(world.settings, folder, "G09.01"))

    assert (outcome.n_duplicate, outcome.n_files) == (2, 2)
    assert world.export() == before
