"""Stacks: the truth says where each document of a file begins, and the pages are there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageSequence

from sohoa.pages.separators import separator_in
from sohoa.samples import SampleSet, make_stacks, plan
from sohoa.samples.annexes import lengthened
from sohoa.samples.documents import compose
from sohoa.samples.kinds import Form

from .test_batch import rows_of


@dataclass(frozen=True)
class Stacks:
    samples: SampleSet
    truth: list[dict[str, Any]]

    def pages(self, name: str) -> list[Image.Image]:
        path = self.samples.scans / name
        if path.suffix == ".pdf":
            with pypdfium2.PdfDocument(path) as document:
                return [page.render(scale=100 / 72).to_pil() for page in document]
        with Image.open(path) as image:
            return [frame.convert("RGB") for frame in ImageSequence.Iterator(image)]


def stacks_in(folder: Path, n_stacks: int, per_stack: int, **options: Any) -> Stacks:
    made = make_stacks(folder, n_stacks, per_stack, 8, "office", dpi=100, **options)
    return Stacks(made, [json.loads(line) for line in made.truth.read_text(encoding="utf-8").splitlines()])


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Stacks:
    return stacks_in(tmp_path_factory.mktemp("plain"), 2, 2)


def test_documents_fill_each_file_without_gap(plain: Stacks) -> None:
    names = {truth["source_file"] for truth in plain.truth}
    assert len(names) == plain.samples.n_files == 2
    for name in names:
        own = [truth for truth in plain.truth if truth["source_file"] == name]
        assert len(own) == 2
        assert own[0]["first_page"] == 1
        for one, following in pairwise(own):
            assert following["first_page"] == one["first_page"] + one["page_count"]
        assert own[-1]["first_page"] + own[-1]["page_count"] - 1 == len(plain.pages(name))


def test_pages_of_the_truth_are_those_of_the_document(plain: Stacks) -> None:
    for truth in plain.truth:
        for key in ("text", "blocks", "rotation", "skew", "blank"):
            assert len(truth[key]) == truth["page_count"]
        assert truth["code_number"] in truth["text"][0]
        assert not truth["blank"][0]


def test_documents_are_all_different_and_in_the_register(plain: Stacks) -> None:
    keys = [truth["result_key"] for truth in plain.truth]
    codes = {row["Số ký hiệu kết quả"] for row in rows_of(plain.samples.register_csv)}
    assert len(set(keys)) == 4
    assert all(key.split("|")[0] in codes for key in keys)


def test_a_stack_is_scanned_when_its_last_document_is_there(plain: Stacks) -> None:
    days = {(truth["source_file"], truth["scanned_on"]) for truth in plain.truth}
    assert len(days) == 2
    assert all(truth["issued_on"] <= truth["scanned_on"] for truth in plain.truth)
    manifest = rows_of(plain.samples.scans / "manifest.csv")
    assert {(row["file"], row["scanned_on"]) for row in manifest} == days


def test_separator_sheets_stand_before_documents_and_belong_to_none(tmp_path: Path) -> None:
    stacks = stacks_in(tmp_path, 1, 2, separators=True, turned=False)
    for truth in stacks.truth:
        sheet = stacks.pages(truth["source_file"])[truth["first_page"] - 2]
        codes = [barcode.text for barcode in zxingcpp.read_barcodes(np.asarray(sheet))]
        separator = separator_in(codes)
        assert separator is not None
        assert separator.pages in (truth["page_count"], None)


def test_annexes_name_the_decision_that_they_belong_to() -> None:
    titles = set()
    for scan in plan.make_plan(60, 3, faults=False).scans:
        rng = Random(scan.result.key)
        document = lengthened(compose(scan.result, rng, print_dossier=False), scan.result, rng)
        for annex in document.annexes:
            titles.add(annex.title[0].rstrip(" I"))
            assert f"số {scan.result.code} ngày" in annex.note
        if document.form is Form.CERTIFICATE:
            assert not document.annexes
    assert {"PHỤ LỤC", "ĐIỀU LỆ", "DANH SÁCH"} <= titles


def test_no_stack_is_empty(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        make_stacks(tmp_path, 0, 6, 1, "clean")
