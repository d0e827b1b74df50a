"""What Airflow costs: the same pages through the DAGs and through `sohoa digitise`, with the same parallelism."""

from __future__ import annotations

import datetime as dt
import shutil
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from contenders import JOBS, Scans, digitise, make_scans, prepare_home

from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Batch, BatchStatus
from sohoa.settings import Settings
from sohoa_airflow.local import LocalAirflow, running

N_DOCUMENTS, SEED, ROUNDS = 136, 830_003, 2
UNIT = "G09.01"
_PATIENCE_SECONDS = 1800


def measure_overhead(folder: Path) -> dict[str, Any]:
    """Wall seconds from the ready mark to the published catalogue, over those of `sohoa digitise`."""
    scans = make_scans(folder, N_DOCUMENTS, SEED, "office")
    by_dag: list[float] = []
    by_command: list[float] = []
    tasks: list[dict[str, Any]] = []
    for number in range(ROUNDS):
        prepare_home(scans.folder, folder / f"home-{number}")
        started = time.perf_counter()
        digitise(scans.folder, folder / f"home-{number}")
        by_command.append(time.perf_counter() - started)
        airflow = LocalAirflow(folder / f"airflow-{number}", folder / f"data-{number}")
        with running(airflow):
            airflow.command("sohoa", "register", "import", str(scans.folder / "register.csv"))
            ready, published = _through_the_dags(airflow, scans)
            by_dag.append((published - ready).total_seconds())
            tasks = _tasks(airflow, ready)
        print(f"round {number + 1}: command {by_command[-1]:.0f} s, DAGs {by_dag[-1]:.0f} s", file=sys.stderr)
    command, dags = statistics.median(by_command), statistics.median(by_dag)
    return {
        "pages": len(scans.images),
        "parallel_chunks": JOBS,
        "sohoa_digitise_s": round(command, 1),
        "dags_s": round(dags, 1),
        "ratio": round(dags / command, 2),
        "tasks_of_last_round": tasks,
    }


def _through_the_dags(airflow: LocalAirflow, scans: Scans) -> tuple[dt.datetime, dt.datetime]:
    """When the ready mark was set, and when the catalogue had the batch."""
    settings = Settings(home=airflow.data)
    target = settings.inbox / UNIT / "bench"
    shutil.copytree(scans.folder / "scans", target)
    (target / "manifest.csv").unlink(missing_ok=True)
    ready = dt.datetime.now(dt.UTC)
    (target / "_READY").touch()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        airflow.check_alive()
        with reading(settings.catalogue_url) as session:
            batch = session.query(Batch).filter_by(name="bench").one_or_none()
        if batch is not None and batch.status == BatchStatus.PUBLISHED and batch.published_at is not None:
            return ready, batch.published_at
        time.sleep(0.5)
    raise RuntimeError(f"the batch was not published in {_PATIENCE_SECONDS} s; see the logs in {airflow.home}")


def _tasks(airflow: LocalAirflow, ready: dt.datetime) -> list[dict[str, Any]]:
    """Where the time goes: start and end of every task, in seconds after the ready mark."""
    rows = []
    for dag in ("claim_batches", "digitise_batch"):
        for dag_run in airflow.runs(dag):
            path = f"/api/v2/dags/{dag}/dagRuns/{dag_run['dag_run_id']}/taskInstances?limit=500"
            rows.extend(airflow.get(path)["task_instances"])
    told = []
    for row in rows:
        if row["start_date"] is None or row["end_date"] is None:
            continue
        start, end = (dt.datetime.fromisoformat(row[name]) for name in ("start_date", "end_date"))
        if end > ready:
            told.append(
                {
                    "task": row["task_id"],
                    "map_index": row["map_index"],
                    "start_s": round((start - ready).total_seconds(), 1),
                    "end_s": round((end - ready).total_seconds(), 1),
                }
            )
    return sorted(told, key=lambda one: one["start_s"])
