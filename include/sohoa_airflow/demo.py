"""`make demo`: a real Airflow on this machine digitises the sample batch and shows what came out."""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Batch, BatchStatus
from sohoa.errors import SohoaError
from sohoa.settings import Settings
from sohoa_airflow.local import PROJECT, USER, AirflowNotReady, LocalAirflow, free_port, running

UNIT = "G09.01"  # the Ministry's office scans for its departments
SAMPLES = PROJECT / "tests" / "samples"
_PORT = 8080
_REST_SECONDS = "5"
_PATIENCE_SECONDS = 900
_DAGS = ("claim_batches", "digitise_batch", "finish_reviewed", "import_register", "refresh_warehouse")

console = Console()


def main() -> int:
    """Run the demo; 0 if every task was green."""
    settings = Settings(rest_seconds=float(_REST_SECONDS))
    airflow = LocalAirflow(
        home=settings.home / "airflow",
        data=settings.home,
        port=_port(),
        extra={"SOHOA_REST_SECONDS": _REST_SECONDS},
    )
    console.print("[bold]sohoa demo[/]: starting Airflow (scheduler, DAG processor, triggerer, API server) …")
    try:
        with running(airflow):
            green = _show(airflow, settings)
            if os.environ.get("DEMO_EXIT") != "1":
                _stay(airflow)
    except (AirflowNotReady, SohoaError, RuntimeError) as error:
        console.print(f"[bold red]✗[/] {error}", highlight=False)
        return 3
    return 0 if green else 3


def _port() -> int:
    with socket.socket() as probe:
        return free_port() if probe.connect_ex(("127.0.0.1", _PORT)) == 0 else _PORT


def _show(airflow: LocalAirflow, settings: Settings) -> bool:
    console.print(f"Airflow is up: {airflow.url}  (user {USER}, password {airflow.password})", highlight=False)
    seen = {dag: {run["dag_run_id"] for run in airflow.runs(dag)} for dag in _DAGS}
    started = time.monotonic()
    batch_name = _drop(settings)
    console.print(f"Dropped the register export and the batch “{batch_name}” into {settings.inbox / UNIT}")
    batch = _follow(
        lambda: _batch(settings, batch_name),
        lambda found: found is not None and found.status != BatchStatus.WAITING,
        started,
        "waiting to be picked up",
    )
    console.print(f"Picked up after {time.monotonic() - started:.0f} s: batch {batch.id}", highlight=False)
    batch = _follow(
        lambda: _batch(settings, batch_name),
        lambda found: found.status == BatchStatus.PUBLISHED,
        started,
        "reading, checking, linking, archiving",
    )
    published = time.monotonic() - started
    _follow(
        lambda: _open_runs(airflow, seen, batch.published_at),
        lambda n_open: n_open == 0,
        started,
        "bringing the warehouse up to date",
    )
    _print_receipt(settings, batch.id)
    _print_rates(settings)
    console.print(f"From drop to published catalogue: {published:.0f} s", highlight=False)
    green = _print_runs(airflow, seen)
    console.print(f"Web page: {airflow.url}/sohoa/  (user {USER}, password {airflow.password})", highlight=False)
    return green


def _drop(settings: Settings) -> str:
    """Copy the samples in as an archivist would, while Airflow runs."""
    shutil.copy(SAMPLES / "register.csv", settings.register_dir / "register.csv")
    name = f"lô mẫu {time.strftime('%H.%M.%S')}"
    shutil.copytree(SAMPLES / "scans", settings.inbox / UNIT / name)
    return name


def _batch(settings: Settings, name: str) -> Batch | None:
    with reading(settings.catalogue_url) as session:
        return session.query(Batch).filter_by(unit_code=UNIT, name=name).one_or_none()


def _open_runs(airflow: LocalAirflow, seen: dict[str, set[str]], published_at: dt.datetime) -> int:
    """Runs of ours that are not finished; counts one more until the warehouse was refreshed after the batch."""
    runs = [run for dag in _DAGS for run in airflow.runs(dag) if run["dag_run_id"] not in seen[dag]]
    refreshed = [run["start_date"] for run in runs if run["dag_id"] == "refresh_warehouse" and run["end_date"]]
    is_late = not any(dt.datetime.fromisoformat(start) >= published_at for start in refreshed)
    return sum(run["state"] not in ("success", "failed") for run in runs) + is_late


def _follow(look: Callable[[], Any], done: Callable[[Any], bool], started: float, what: str) -> Any:
    with console.status(what) as status:
        while time.monotonic() - started < _PATIENCE_SECONDS:
            found = look()
            if done(found):
                return found
            status.update(f"{what} … {time.monotonic() - started:.0f} s")
            time.sleep(1)
    raise AirflowNotReady(f"still {what} after {_PATIENCE_SECONDS} s; look at the Airflow page or its logs")


def _print_receipt(settings: Settings, batch_id: str) -> None:
    path = settings.outbox / UNIT / batch_id / "receipt.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    table = Table(title=f"Receipt {path}", title_justify="left")
    for column in header:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _print_rates(settings: Settings) -> None:
    from sohoa.cli.indicators import readable
    from sohoa.indicators import compute_rates, parse_period

    table = Table(title="Rates against targets", title_justify="left")
    for column in ("Year", "Indicator", "Unit", "Digitised", "Of", "Rate", "Target", "Met"):
        table.add_column(column, justify="left" if column in ("Year", "Indicator", "Unit", "Met") else "right")
    for year in range(2021, 2025):
        for rate in compute_rates(settings, period=parse_period(str(year), "civil")):
            if rate.target is not None and rate.denominator:
                table.add_row(str(year), *readable(rate))
    console.print(table)


def _print_runs(airflow: LocalAirflow, seen: dict[str, set[str]]) -> bool:
    green = True
    for dag in _DAGS:
        for run in airflow.runs(dag):
            if run["dag_run_id"] in seen[dag]:
                continue
            states = airflow.task_states(dag, run["dag_run_id"])
            bad = {task: state for task, state in states.items() if state not in ("success", "skipped")}
            green = green and not bad and run["state"] == "success"
            if bad:
                console.print(f"[bold red]✗[/] {dag} {run['dag_run_id']}: {bad}", highlight=False)
    console.print("Every task green." if green else "[bold red]Not every task was green.[/]")
    return green


def _stay(airflow: LocalAirflow) -> None:
    console.print("Airflow stays up; Ctrl-C ends it. Drop more scans into the inbox and watch.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while True:
            time.sleep(5)
            airflow.check_alive()
    except KeyboardInterrupt:
        console.print("Stopping …")


if __name__ == "__main__":
    sys.exit(main())
