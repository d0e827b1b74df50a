"""`sohoa review …` as scripts see it: exit codes, JSON on standard output, refusals in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from review.world import READ, World

from cli.running import Sohoa, run
from sohoa.catalogue.migrate import migrate
from sohoa.review import take_this
from sohoa.settings import Settings

SURE = {**READ, "code_number": ("115", 0.99)}


@pytest.fixture
def world(tmp_path: Path) -> World:
    settings = Settings(home=tmp_path / "home", expectations=Path(__file__).parents[3] / "expectations")
    for folder in settings.folders():
        folder.mkdir(parents=True, exist_ok=True)
    migrate(settings)
    return World(settings)


@pytest.fixture
def review(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sohoa:
    monkeypatch.setenv("SOHOA_HOME", str(world.settings.home))
    monkeypatch.setenv("SOHOA_EXPECTATIONS", str(world.settings.expectations))
    monkeypatch.setenv("SOHOA_REVIEWER", "Nguyễn Thị An")
    monkeypatch.setenv("COLUMNS", "200")

    return lambda *arguments: run(monkeypatch, capsys, "review", *arguments)


def waits(world: World, *reasons: str, path: str = "a.pdf", **columns: Any) -> str:
    """A document with an archive copy, so that finishing needs no page."""
    return world.waits(reasons or ("number_uncertain",), path, pdfa_sha256="0" * 64, pdfa_key="x", **columns)


def test_the_queue_is_listed_in_its_order(review: Sohoa, world: World) -> None:
    later, first = waits(world, "low_dpi", path="a.pdf"), waits(world, "date_missing", path="b.pdf")
    told = review("list", "--json")
    assert told.code == 0
    assert told.json["n_waiting"] == 2
    assert [item["document_id"] for item in told.json["items"]] == [first, later]
    assert review("list", "--unit", "G99", "--json").json["items"] == []
    assert first in review("list").out


def test_an_item_is_shown_with_its_evidence(review: Sohoa, world: World) -> None:
    result = world.registered()
    identity = waits(world)
    told = review("show", identity, "--json").json
    assert told["reasons"][0]["code"] == "number_uncertain"
    assert {"vi", "en"} <= set(told["reasons"][0])
    assert [one["result_id"] for one in told["candidates"]] == [result]
    (number,) = [field for field in told["fields"] if field["name"] == "code_number"]
    assert (number["value"], number["page"], number["box"]) == ("115", 1, [0.1, 0.1, 0.4, 0.12])
    assert told["version"] in review("show", identity).out


def test_accepting_what_the_register_has_ends_with_0(review: Sohoa, world: World) -> None:
    world.registered()
    identity = waits(world)
    told = review("accept", identity, "--json")
    assert told.json == [{"document_id": identity, "status": "accepted", "reasons": []}]
    assert told.code == 0
    assert review("accept", identity).code == 0


def test_a_correction_alone_lets_pass_what_nothing_else_holds(review: Sohoa, world: World) -> None:
    world.registered("116/QĐ-BNV")
    identity = waits(world)
    assert review("correct", identity, "code_number=116").code == 0
    assert world.document(identity).status == "accepted"


def test_what_still_waits_after_a_decision_ends_with_1_and_says_why(review: Sohoa, world: World) -> None:
    identity = waits(world)
    told = review("accept", identity)
    assert told.code == 1
    assert "sổ kết quả" in told.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("correct", "DOCUMENT", "code_number=12a"),
        ("correct", "DOCUMENT", "no_such=1"),
        ("correct", "DOCUMENT", "nothing"),
        ("accept", "no-such-document"),
        ("accept", "DOCUMENT", "--reviewer", ""),
        ("link", "DOCUMENT", "99"),
        ("reject", "DOCUMENT", "--reason", " "),
        ("reject", "DOCUMENT"),
        ("split", "DOCUMENT", "--at", "2"),
        ("rotate", "DOCUMENT", "--page", "1", "--degrees", "10"),
        ("confirm", "DOCUMENT"),
    ],
)
def test_wrong_use_ends_with_2_and_changes_nothing(review: Sohoa, world: World, arguments: tuple[str, ...]) -> None:
    identity = waits(world)
    told = review(*(identity if one == "DOCUMENT" else one for one in arguments))
    assert told.code == 2
    assert told.err.strip()
    assert "Traceback" not in told.err
    assert world.document(identity).status == "in_review"


def test_what_is_in_the_way_ends_with_3(review: Sohoa, world: World) -> None:
    identity = waits(world)
    take_this(world.settings, identity, "Trần Bình")
    told = review("accept", identity)
    assert told.code == 3
    assert "Trần Bình" in told.err
    assert review("accept", identity, "--reviewer", "Trần Bình", "--version", "old").code == 3


def test_a_row_is_proposed_by_one_and_confirmed_by_another(review: Sohoa, world: World) -> None:
    identity = waits(world, "no_register_row", read=SURE)
    assert review("register", identity).code == 1
    assert [one["document_id"] for one in review("list", "--json").json["proposals"]] == [identity]
    assert review("confirm", identity).code == 2
    assert review("confirm", identity, "--reviewer", "Trần Bình").code == 0
    assert world.document(identity).status == "accepted"


def test_corrections_are_exported(review: Sohoa, world: World, tmp_path: Path) -> None:
    identity = waits(world)
    review("correct", identity, "code_number=116")
    assert review("export", "--out", tmp_path / "labels").code == 0
    (line,) = (tmp_path / "labels" / "corrections.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["set"] == "116"
    (row,) = review("accuracy", "--json").json
    assert (row["field"], row["share"]) == ("code_number", 0.0)
    assert "0.0%" in review("accuracy").out


def test_decisions_taken_elsewhere_are_carried_out(review: Sohoa, world: World) -> None:
    from sohoa.review import Accept, decide

    world.registered()
    identity = waits(world)
    decide(world.settings, identity, "Trần Bình", [Accept()])
    assert review("finish").code == 0
    assert world.document(identity).status == "accepted"
    assert review("finish", "--json").json == []
