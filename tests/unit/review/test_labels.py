"""Corrections as labelled data, and how right the reading is by them."""

from __future__ import annotations

import json
from pathlib import Path

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import Document
from sohoa.review import Accept, Correct, FieldAccuracy, decide, export_labels, production_accuracy

from .world import READ, World

AN = "Nguyễn Thị An"


def accuracy(world: World) -> dict[str, FieldAccuracy]:
    with reading(world.settings.catalogue_url) as session:
        return {one.field: one for one in production_accuracy(session)}


def test_accuracy_is_the_share_of_read_values_that_persons_left_unchanged(world: World) -> None:
    unread = {**READ, "code_number": (None, 0.0)}
    right, wrong, missing = world.waits(path="a.pdf"), world.waits(path="b.pdf"), world.waits(path="c.pdf", read=unread)
    decide(world.settings, right, AN, [Accept()])
    decide(world.settings, wrong, AN, [Correct({"code_number": "116"}), Accept()])
    decide(world.settings, missing, AN, [Correct({"code_number": "117"}), Accept()])

    number = accuracy(world)["code_number"]
    assert (number.n_settled, number.n_read, number.n_unchanged, number.share) == (3, 2, 1, 0.5)
    assert accuracy(world)["issuer"].share == 1.0


def test_accuracy_without_any_reading_is_unknown_and_not_zero(world: World) -> None:
    identity = world.waits()
    decide(world.settings, identity, AN, [Correct({"signer_name": "Lê Văn Cường"})])
    assert accuracy(world)["signer_name"].share is None


def test_the_export_tells_what_was_read_and_what_is_right_and_where(world: World, tmp_path: Path) -> None:
    identity = world.waits(pages=(3, 2))
    decide(world.settings, identity, AN, [Correct({"code_number": "116"}), Accept()])
    assert export_labels(world.settings, tmp_path / "out") == len(READ)

    text = (tmp_path / "out" / "corrections.jsonl").read_text("utf-8")
    rows = {row["field"]: row for row in map(json.loads, text.splitlines())}
    number = rows["code_number"]
    assert (number["document_id"], number["read"], number["set"], number["unchanged"]) == (
        identity,
        "115",
        "116",
        False,
    )
    assert (number["page"], number["box"], number["read_confidence"]) == (3, [0.1, 0.1, 0.4, 0.12], 0.6)
    assert rows["issuer"]["unchanged"] is True
    assert AN not in text
    assert not (tmp_path / "out" / "images").exists()


def test_nothing_of_a_document_that_was_locked_since_is_exported(world: World, tmp_path: Path) -> None:
    identity = world.waits()
    decide(world.settings, identity, AN, [Accept()])
    with writing(world.settings.catalogue_url) as session:
        session.get_one(Document, identity).status = "locked"
    assert export_labels(world.settings, tmp_path) == 0
