from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from cli.running import Sohoa, run
from sohoa.catalogue.migrate import migrate
from sohoa.settings import Settings


@pytest.fixture
def sohoa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sohoa:
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path))
    monkeypatch.setenv("SOHOA_LANGUAGE", "vi")
    migrate(Settings())
    return partial(run, monkeypatch, capsys)


def test_a_report_is_built_shown_and_approved(sohoa: Sohoa) -> None:
    built = sohoa("report", "build", "2022-Q1", "--json")
    assert (built.code, built.json["state"], built.json["version"]) == (1, "draft", 1)
    number = str(built.json["id"])
    assert "quý I năm 2022" in sohoa("report", "show", number).out

    approved = sohoa("report", "approve", number, "--by", "Nguyễn Thị An", "--json")
    assert (approved.code, approved.json["state"], approved.json["decided_by"]) == (0, "published", "Nguyễn Thị An")
    (Path(approved.json["folder"]) / "bao-cao.xlsx").write_bytes(b"")
    assert sohoa("report", "show", number).code == 1
    assert [one["state"] for one in sohoa("report", "list", "--json").json] == ["published"]


def test_a_period_alone_builds_and_its_files_are_copied_to_where_they_are_wanted(sohoa: Sohoa, tmp_path: Path) -> None:
    built = sohoa("report", "2022Q1", "--out", str(tmp_path / "out"), "--json")
    assert (built.code, built.json["period"]) == (1, "2022Q1")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"bao-cao.docx", "bao-cao.xlsx", "data.json"}


def test_files_that_cannot_be_copied_are_told_and_the_draft_stays(sohoa: Sohoa, tmp_path: Path) -> None:
    (tmp_path / "note.txt").touch()
    (tmp_path / "taken" / "data.json").mkdir(parents=True)
    blocked = {tmp_path / "note.txt" / "out": "note.txt/out", tmp_path / "taken": "taken/data.json"}
    for out, named in blocked.items():
        done = sohoa("report", "2022Q1", "--out", str(out))
        assert done.code == 3
        assert f"Không ghi được {tmp_path / named} (" in done.err.replace("\n", "")
        assert "Traceback" not in done.err
    assert [one["state"] for one in sohoa("report", "list", "--json").json] == ["draft"]


def test_a_rejection_keeps_its_reason_and_wrong_use_is_said(sohoa: Sohoa) -> None:
    number = str(sohoa("report", "build", "2022", "--json").json["id"])
    rejected = sohoa("report", "reject", number, "--reason", "Thiếu số liệu", "--by", "Nguyễn Thị An", "--json")
    assert (rejected.code, rejected.json["state"], rejected.json["reason"]) == (0, "rejected", "Thiếu số liệu")

    assert sohoa("report", "build", "quý I").code == 2
    assert sohoa("report", "approve", number, "--by", "Nguyễn Thị An").code == 3
    assert "sohoa report list" in sohoa("report", "approve", "99").err.replace("\n", " ")
