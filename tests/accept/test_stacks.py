"""Stacks of documents without separator sheets, of seeds that nothing was tuned on (`make accept`)."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from contenders import digitise, export, kept_or_made, prepare_home

from sohoa.reading.stacks import DIVISION_REASONS
from sohoa.samples import make_stacks

pytestmark = pytest.mark.accept

# Seeds below 100000 are for tuning by hand; these are for measuring only.
SEED = 743_007
N_STACKS = int(os.environ.get("SOHOA_ACCEPT_STACKS", "50"))
PER_STACK = 6
ACCEPTED = {"accepted", "signed", "archived"}
Range = tuple[int, int]


def digitised(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Truth and export of freshly made stacks of the office level, a row for each document."""
    made = kept_or_made(
        folder,
        f"stacks-{SEED}-{N_STACKS}",
        lambda place: make_stacks(
            place / "samples", N_STACKS, PER_STACK, SEED, "office", side="test", separators=False
        ),
    )
    prepare_home(made.out, folder / "home")
    digitise(made.out, folder / "home")
    return rows_of(made.truth.read_text("utf-8")), rows_of(export(folder / "home"))


def rows_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def ranges_by_file(rows: list[dict[str, Any]]) -> dict[str, list[Range]]:
    """First page and page count of each document, by file."""
    found: dict[str, list[Range]] = defaultdict(list)
    for row in rows:
        found[row["source_file"]].append((row["first_page"], row["page_count"]))
    return {name: sorted(ranges) for name, ranges in found.items()}


def test_stacks_are_divided_rightly_or_left_to_a_person(tmp_path: Path) -> None:
    truth, got = digitised(tmp_path)
    true, found = ranges_by_file(truth), ranges_by_file(got)
    in_doubt = {row["source_file"] for row in got if set(DIVISION_REASONS) & set(row["review_reasons"])}
    right = {name for name in true if found.get(name) == true[name] and name not in in_doubt}
    wrong = {name: (true[name], found.get(name)) for name in true if name not in right | in_doubt}
    wrong_accepted = [
        row["document_id"]
        for row in got
        if row["status"] in ACCEPTED and (row["first_page"], row["page_count"]) not in true[row["source_file"]]
    ]
    print(f"\nstacks: {len(true)}, wholly right: {len(right)}, left to a person: {len(in_doubt)}, wrong: {wrong}")

    assert len(true) == N_STACKS
    assert wrong_accepted == []
    assert wrong == {}
    assert len(right) >= 0.9 * N_STACKS
