"""Real servers for the tests: PostgreSQL from Debian, Airflow's own processes."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sohoa.catalogue.database import reading
from sohoa.catalogue.overview import batch_overview
from sohoa.samples import Level, make_samples
from sohoa.settings import Settings
from sohoa.warehouse import unpublished_event
from sohoa_airflow.local import COMPONENTS, USER, LocalAirflow, free_port

BIN = Path(sys.executable).parent
UNSEEN_SEED = 41017
UNIT = "G09.01"
APPROVER = "tran.thi.binh"
"""Of reports; an account of `running_stack`."""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a PostgreSQL server of our own, without database name; it runs as its own user."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    folder = Path("/tmp") / f"sohoa-postgresql-{os.getpid()}"  # a short path: sockets allow 107 bytes
    folder.mkdir(mode=0o700)
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    port = free_port()

    def run(program: str, *arguments: str) -> None:
        subprocess.run([*as_user, programs / program, *arguments], check=True, capture_output=True, cwd="/")

    data = folder / "data"
    run("initdb", "--pgdata", str(data), "--auth", "trust", "--username", "sohoa", "--encoding", "UTF8")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run("pg_ctl", "--pgdata", str(data), "--wait", "--log", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://sohoa@127.0.0.1:{port}"
    finally:
        run("pg_ctl", "--pgdata", str(data), "--wait", "--mode", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Drops:
    """A sample set of a seed that nothing was tuned on, handed out in portions that share no file."""

    folder: Path
    manifest: dict[str, dict[str, str]]
    left: list[str]

    def portion(self, n: int, target: Path) -> list[str]:
        """Lay the next `n` scans and their manifest below `target`; return their names."""
        names, self.left = self.left[:n], self.left[n:]
        assert len(names) == n, "the sample set is too small for all tests"
        staging = target.parent / f".{target.name}.staging"
        for name in names:
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.folder / "scans" / name, staging / name)
        with (staging / "manifest.csv").open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.DictWriter(stream, list(self.manifest[names[0]]))
            writer.writeheader()
            writer.writerows(self.manifest[name] for name in names)
        staging.rename(target)
        return names

    def truth(self) -> dict[str, dict[str, Any]]:
        """The truth by file name."""
        lines = (self.folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
        return {row["source_file"]: row for row in map(json.loads, lines)}


@pytest.fixture(scope="session")
def drops(tmp_path_factory: pytest.TempPathFactory) -> Drops:
    folder = tmp_path_factory.mktemp("drops")
    make_samples(folder, 24, UNSEEN_SEED, Level.CLEAN, compact=True)
    with (folder / "scans" / "manifest.csv").open(encoding="utf-8-sig", newline="") as stream:
        manifest = {row["file"]: row for row in csv.DictReader(stream)}
    return Drops(folder, manifest, sorted(manifest))


def sohoa(home: Path, *arguments: str) -> str:
    """Run the command line in its own SOHOA_HOME; its output."""
    done = subprocess.run(
        [BIN / "sohoa", *arguments],
        env={**os.environ, "SOHOA_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def documents(home: Path) -> dict[str, dict[str, Any]]:
    """The exported documents by id, without run ids and times."""
    rows = map(json.loads, sohoa(home, "catalogue", "export").splitlines())
    return {row.pop("document_id"): {key: row[key] for key in row if key != "batch_id"} for row in rows}


@pytest.fixture(scope="session")
def undisturbed(drops: Drops, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The documents of all drops as `sohoa digitise` makes them, with nothing going wrong."""
    home = tmp_path_factory.mktemp("undisturbed")
    sohoa(home, "init")
    sohoa(home, "register", "import", str(drops.folder / "register.csv"))
    sohoa(home, "digitise", str(drops.folder / "scans"), "--unit", UNIT)
    return documents(home)


@dataclass
class Stack:
    """Airflow's real processes over a SOHOA_HOME."""

    airflow: LocalAirflow

    @property
    def home(self) -> Path:
        return self.airflow.data

    def ensure_up(self) -> None:
        """Start again what a test has killed."""
        missing = [name for name in COMPONENTS if name not in self.airflow.processes]
        if missing:
            self.airflow.start(*missing)
        self.airflow.wait_until_healthy()

    def inbox(self, name: str) -> Path:
        (self.home / "inbox" / UNIT).mkdir(parents=True, exist_ok=True)
        return self.home / "inbox" / UNIT / name

    def batch(self, name: str) -> dict[str, Any] | None:
        """The batch of that name as `sohoa status` tells it, without a new process at every look."""
        with reading(Settings(home=self.home).catalogue_url) as session:
            return next((row for row in batch_overview(session) if row["name"] == name), None)

    def wait_for_batch(self, name: str, status: str, seconds: float) -> dict[str, Any]:
        return wait_for(
            lambda: (row := self.batch(name)) and row["status"] == status and row, seconds, f"{name} {status}"
        )

    def wait_until_idle(self, seconds: float = 240) -> None:
        """Wait until no run of ours is open and the warehouse shows all that the catalogue knows."""

        def idle() -> bool:
            if unpublished_event(Settings(home=self.home)) is not None:
                return False
            dags = ("claim_batches", "digitise_batch", "finish_reviewed", "import_register", "refresh_warehouse")
            return not any(run["state"] in ("queued", "running") for dag in dags for run in self.airflow.runs(dag))

        wait_for(idle, seconds, "no open runs and the warehouse up to date")


def wait_for(look: Callable[[], Any], seconds: float, what: str, every: float = 1.0) -> Any:
    """What `look` gives as soon as it is true; an assertion error that says what was waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError):
            if found := look():
                return found
        time.sleep(every)
    raise AssertionError(f"still waiting for {what} after {seconds:.0f} s")


@pytest.fixture(scope="session")
def running_stack(tmp_path_factory: pytest.TempPathFactory, drops: Drops) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("airflow")
    airflow = LocalAirflow(
        folder / "airflow",
        folder / "data",
        extra={
            "SOHOA_REST_SECONDS": "3",
            "SOHOA_CHUNK_PAGES": "4",
            "SOHOA_REPORT_APPROVERS": json.dumps({APPROVER: "Trần Thị Bình"}),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin,{APPROVER}:op",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
            "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
        },
    )
    airflow.prepare()
    try:
        airflow.start()
        airflow.wait_until_healthy()
        stack = Stack(airflow)
        shutil.copy(drops.folder / "register.csv", stack.home / "register" / "register.csv")
        wait_for(lambda: any((stack.home / "register" / ".done").glob("*")), 120, "the register's import")
        yield stack
    finally:
        airflow.stop()


@pytest.fixture
def stack(running_stack: Stack) -> Stack:
    running_stack.ensure_up()
    return running_stack
