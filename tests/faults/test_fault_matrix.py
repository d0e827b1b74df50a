"""Kills and broken steps, one after the other (`make faults`): the catalogue ends as if nothing had happened."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sohoa.samples import make_samples
from sohoa_airflow.local import LocalAirflow

pytestmark = pytest.mark.faults

BIN = Path(sys.executable).parent
UNIT = "G09.01"


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    make_samples(folder, 6, 61_003, "clean", faults=True, compact=True)
    return folder


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "SOHOA_HOME": str(home), "SOHOA_CHUNK_PAGES": "2"}


def sohoa(home: Path, *arguments: str) -> str:
    done = subprocess.run(
        [BIN / "sohoa", *arguments], env=environment(home), capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def prepared(home: Path, samples: Path) -> Path:
    sohoa(home, "init")
    sohoa(home, "register", "import", str(samples / "register.csv"))
    return home


def catalogue(home: Path) -> list[str]:
    rows = map(json.loads, sohoa(home, "catalogue", "export").splitlines())
    return sorted(json.dumps({k: v for k, v in row.items() if k != "batch_id"}, sort_keys=True) for row in rows)


def ledger(home: Path) -> list[tuple[Any, ...]]:
    batches = json.loads(sohoa(home, "status", "--json"))
    return sorted((file["file"], file["outcome"], file["reason"]) for batch in batches for file in batch["files"])


@pytest.fixture(scope="session")
def undisturbed(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[float, list[str], list[Any]]:
    """Seconds, catalogue and ledger of a run with nothing going wrong."""
    home = prepared(tmp_path_factory.mktemp("undisturbed"), samples)
    started = time.monotonic()
    sohoa(home, "digitise", str(samples / "scans"), "--unit", UNIT)
    return time.monotonic() - started, catalogue(home), ledger(home)


@pytest.mark.parametrize("share", [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95])
def test_a_run_killed_at_any_point_and_started_again_ends_the_same(
    share: float, samples: Path, undisturbed: tuple[float, list[str], list[Any]], tmp_path: Path
) -> None:
    seconds, wanted, wanted_files = undisturbed
    home = prepared(tmp_path / "home", samples)
    command = [BIN / "sohoa", "digitise", str(samples / "scans"), "--unit", UNIT]
    process = subprocess.Popen(
        command, env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    time.sleep(seconds * share)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    sohoa(home, "digitise", str(samples / "scans"), "--unit", UNIT)
    assert catalogue(home) == wanted
    # A kill after the end makes the second run a second drop: then its files are duplicates of the first's.
    batches = json.loads(sohoa(home, "status", "--json"))
    first = min(batches, key=lambda batch: batch["first_seen_at"])
    assert sorted((f["file"], f["outcome"], f["reason"]) for f in first["files"]) == wanted_files


def test_one_chunk_that_breaks_down_loses_only_its_own_pages_until_its_task_is_cleared(
    samples: Path, undisturbed: tuple[float, list[str], list[Any]], tmp_path: Path
) -> None:
    airflow = LocalAirflow(
        tmp_path / "airflow",
        tmp_path / "data",
        extra={"SOHOA_REST_SECONDS": "2", "SOHOA_CHUNK_PAGES": "2"},
    )
    airflow.prepare()
    home = prepared(airflow.data, samples)
    documents = map(json.loads, (line for line in undisturbed[1]))
    poisoned = next(row for row in documents if row["status"] == "accepted" and row["page_count"] == 1)
    sha256 = hashlib.sha256((samples / "scans" / poisoned["source_file"]).read_bytes()).hexdigest()
    obstacle = home / "archive" / "words" / sha256[:2]
    obstacle.parent.mkdir(parents=True, exist_ok=True)
    obstacle.write_text("a file where a folder should be: the disk's fault, not the page's")
    try:
        airflow.start()
        airflow.wait_until_healthy()
        shutil.copytree(samples / "scans", home / "inbox" / UNIT / "lô hỏng")
        run = wait_for_end(airflow)
        assert run["state"] == "failed"
        states = {row["source_file"]: row["status"] for row in map(json.loads, catalogue(home))}
        assert states.pop(poisoned["source_file"]) == "in_review"
        assert "accepted" in states.values()

        obstacle.unlink()
        airflow.post(
            "/api/v2/dags/digitise_batch/clearTaskInstances",
            {"dag_run_id": run["dag_run_id"], "only_failed": False, "reset_dag_runs": True, "dry_run": False},
        )
        assert wait_for_end(airflow)["state"] == "success"
        assert catalogue(home) == undisturbed[1]
    finally:
        airflow.stop()


def wait_for_end(airflow: LocalAirflow, seconds: float = 420) -> dict[str, Any]:
    """The run that failed, if any. A batch that is announced twice has a second run, which finds nothing to do."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(2)
        runs = airflow.runs("digitise_batch")
        if runs and all(run["state"] in ("success", "failed") for run in runs):
            return next((run for run in runs if run["state"] == "failed"), runs[0])
    raise AssertionError(f"the run did not end in {seconds:.0f} s")
