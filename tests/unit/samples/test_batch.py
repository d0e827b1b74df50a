"""What a batch of samples looks like from outside: files, manifest, truth."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageSequence

from sohoa.samples import Level, make_samples

from .conftest import Made, read


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def pages_and_dpi(path: Path) -> list[tuple[Image.Image, float]]:
    """Every page decoded, with its resolution: pixels by page size in a PDF, the tag in an image."""
    if path.suffix != ".pdf":
        with Image.open(path) as image:
            return [(page.convert("RGB"), float(page.info["dpi"][0])) for page in ImageSequence.Iterator(image)]
    found = []
    for page in pypdfium2.PdfDocument(path):
        (embedded,) = page.get_objects()
        image = embedded.get_bitmap().to_pil()
        found.append((image, image.width / page.get_width() * 72))
    return found


def test_same_arguments_give_the_same_bytes(tmp_path: Path, folder_of: Callable[[Path], dict[str, bytes]]) -> None:
    for name in ("one", "two"):
        make_samples(tmp_path / name, 2, 3, Level.HARD, qr=True, dpi=100)
    assert folder_of(tmp_path / "one") == folder_of(tmp_path / "two")


def test_another_seed_gives_other_documents(tmp_path: Path) -> None:
    one, two = (read(make_samples(tmp_path / str(seed), 2, seed, "clean", dpi=72)) for seed in (1, 2))
    assert {t["result_key"] for t in one.truth}.isdisjoint(t["result_key"] for t in two.truth)


def test_manifest_lists_every_scan_with_its_hash(office: Made) -> None:
    scans = office.samples.scans
    manifest = rows_of(scans / "manifest.csv")
    on_disk = {path.relative_to(scans).as_posix() for path in scans.rglob("*.*") if path.name != "manifest.csv"}
    assert {row["file"] for row in manifest} == on_disk
    for row in manifest:
        assert row["sha256"] == hashlib.sha256((scans / row["file"]).read_bytes()).hexdigest()
        assert int(row["pages"]) >= 1
    assert 0 < sum(bool(row["dossier_code"]) for row in manifest) < len(manifest)


def test_names_are_what_people_give(office: Made) -> None:
    names = [truth["source_file"] for truth in office.truth]
    assert len(set(names)) == len(names) == 11
    assert all(unicodedata.is_normalized("NFC", name) for name in names)
    assert any(" " in name and not name.isascii() for name in names)
    assert any(re.fullmatch(r"scan_\d{4}\.\w+", name) for name in names)


def test_nothing_is_scanned_before_it_is_issued(office: Made) -> None:
    for truth in office.truth:
        issued_on, scanned_on = (dt.date.fromisoformat(truth[key]) for key in ("issued_on", "scanned_on"))
        assert issued_on <= scanned_on
        assert 2021 <= scanned_on.year <= 2024


def test_readable_scans_decode_with_the_stated_pages_and_dpi(office: Made) -> None:
    formats = set()
    for truth in office.truth:
        if truth["readable"]:
            pages = pages_and_dpi(office.samples.scans / truth["source_file"])
            assert len(pages) == truth["page_count"] == len(truth["text"])
            for image, dpi in pages:
                assert dpi == pytest.approx(truth["dpi"], abs=0.5)
                long_side, short_side = max(image.size), min(image.size)
                assert long_side / truth["dpi"] * 25.4 == pytest.approx(297, abs=1)
                assert short_side / truth["dpi"] * 25.4 == pytest.approx(210, abs=1)
            formats.add(truth["format"])
    assert formats == {"pdf", "tif", "jpg", "png"}


def test_scans_are_in_colour_with_a_red_seal_on_clean_pages(tmp_path: Path) -> None:
    made = read(make_samples(tmp_path, 1, 9, "clean"))
    (truth,) = made.truth
    red, green, blue = np.asarray(
        pages_and_dpi(made.samples.scans / truth["source_file"])[0][0].convert("RGB"), dtype=int
    ).transpose(2, 0, 1)
    assert ((red - green > 60) & (red - blue > 60)).sum() > 500, "no seal"
    assert ((blue - red > 60) & (blue - green > 40)).sum() > 100, "no signature"


def test_faults_stand_beside_the_batch(office: Made) -> None:
    corrupt = [truth for truth in office.truth if not truth["readable"]]
    coarse = [truth for truth in office.truth if truth["dpi"] < 200]
    unknown = [truth for truth in office.truth if not truth["in_register"]]
    assert (len(corrupt), len(coarse), len(unknown)) == (1, 1, 1)
    assert unknown[0]["result_key"] is None
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(office.samples.scans / corrupt[0]["source_file"])


def test_without_faults_every_scan_is_good(tmp_path: Path) -> None:
    made = read(make_samples(tmp_path, 3, 1, "clean"))
    assert len(made.truth) == 3
    assert all(t["readable"] and t["in_register"] and t["dpi"] >= 200 for t in made.truth)


def test_the_drawn_text_holds_number_date_and_signer(office: Made) -> None:
    for truth in office.truth:
        text = "\n".join(truth["text"])
        day = dt.date.fromisoformat(truth["issued_on"])
        assert f"Số: {truth['code_number']}/{truth['code_notation']}" in truth["text"][0].splitlines()
        assert re.search(rf"ngày {day.day:02d} tháng 0?{day.month} năm {day.year}", truth["text"][0])
        assert truth["signer_name"] in text
        assert truth["subject"].split()[-1] in text


def test_numbering_is_limited_to_what_is_asked(tmp_path: Path) -> None:
    made = read(make_samples(tmp_path, 3, 4, "hard", numbering=("pen", "stamped"), dpi=72))
    assert {truth["numbering"] for truth in made.truth} <= {"pen", "stamped"}


def test_annexes_repeat_number_and_date(office: Made) -> None:
    annexed = [truth for truth in office.truth if "kèm theo Quyết định số" in "\n".join(truth["text"][1:])]
    listed = [truth for truth in office.truth if "DANH SÁCH" in "\n".join(truth["text"][1:])]
    assert annexed or listed


def test_progress_counts_files(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    make_samples(tmp_path, 2, 1, "clean", dpi=72, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


@pytest.mark.parametrize(("n", "numbering"), [(0, ("printed",)), (3, ("typed",)), (3, ())])
def test_wrong_arguments_are_refused(tmp_path: Path, n: int, numbering: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"batch|numbering"):
        make_samples(tmp_path, n, 1, "clean", numbering=numbering)


def test_blocks_hold_the_text_of_each_page_once(office: Made) -> None:
    for truth in office.truth:
        assert len(truth["blocks"]) == len(truth["text"])
        for blocks, text in zip(truth["blocks"], truth["text"], strict=True):
            assert sorted("".join(block["text"] for block in blocks).replace(" ", "")) == sorted(
                text.replace(" ", "").replace("\n", "")
            )
