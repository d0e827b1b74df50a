from __future__ import annotations

import json
from pathlib import Path

import pytest
from journey.test_secrecy import MARKED
from journey.test_stacks import Stack
from reading.test_boundaries import at
from typer.testing import CliRunner

from sohoa import journey
from sohoa.catalogue.migrate import migrate
from sohoa.cli import app
from sohoa.settings import load_settings

EXPECTATIONS = Path(__file__).parents[3] / "expectations"


def test_who_is_authorised_can_list_release_and_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOHOA_EXPECTATIONS", str(EXPECTATIONS))
    settings = load_settings()
    for folder in settings.folders():
        folder.mkdir(parents=True)
    migrate(settings)
    assert CliRunner().invoke(app, ["secrecy", "list"]).exit_code == 0
    held = Stack(settings, tmp_path, [at(MARKED)])
    held.compile()
    journey.publish_batch(settings, held.batch_id)

    listed = CliRunner().invoke(app, ["secrecy", "list", "--json"])
    assert listed.exit_code == 1
    (one,) = json.loads(listed.stdout)
    assert one["status"] == "locked"
    assert Path(one["master"]).is_file()
    assert "Văn bản mật" in " ".join(
        CliRunner().invoke(app, ["secrecy", "list"], env={"COLUMNS": "400"}).stdout.split()
    )

    assert CliRunner().invoke(app, ["secrecy", "clear", one["document_id"], "--by", "lan"]).exit_code == 0
    assert CliRunner().invoke(app, ["secrecy", "list", "--json"]).exit_code == 0
    assert CliRunner().invoke(app, ["secrecy", "lock", one["document_id"], "--by", "lan"]).exit_code == 0
    assert [document.status for document in held.documents()] == ["locked"]
