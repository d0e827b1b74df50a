"""Airflow on this machine: its four processes, their environment, and a small client of its API."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

PROJECT = Path(__file__).resolve().parents[2]
COMPONENTS = ("scheduler", "dag-processor", "triggerer", "api-server")
USER = "admin"
_START_SECONDS, _STOP_SECONDS = 120, 20


class AirflowNotReady(RuntimeError):
    """A process ended or did not become healthy in time; the message names its log."""


@dataclass
class LocalAirflow:
    """Scheduler, DAG processor, triggerer and API server in a folder of their own.

    Attributes:
        home: AIRFLOW_HOME; made if absent. Logs and the metadata database lie here.
        data: SOHOA_HOME.
        port: of the API server; 0 takes a free one.
        extra: further environment variables, such as SOHOA_REST_SECONDS.
    """

    home: Path
    data: Path
    port: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict, init=False)
    _token: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.home = self.home.absolute()
        self.home.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()

    @property
    def url(self) -> str:
        """Address of the web page."""
        return f"http://localhost:{self.port}"

    @property
    def password(self) -> str:
        """The password of the user `admin`; made once, readable by this user only."""
        path = self.home / "passwords.json"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(json.dumps({USER: secrets.token_urlsafe(12)}) + "\n", encoding="utf-8")
        return str(json.loads(path.read_text(encoding="utf-8"))[USER])

    def environment(self) -> dict[str, str]:
        """The environment of all Airflow processes and of the commands that serve them."""
        return {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "6",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.home / "passwords.json"),
            # This machine only: SimpleAuthManager is not made for a network.
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API_AUTH__JWT_SECRET": self._secret("jwt"),
            "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "15",
            "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "15",
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": self._stable_port("trigger-log"),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": self._stable_port("worker-log"),
            "SOHOA_HOME": str(self.data.absolute()),
            "SOHOA_EXPECTATIONS": str(PROJECT / "expectations"),
            **self.extra,
        }

    def prepare(self) -> None:
        """Create or upgrade Airflow's and sohoa's databases, and the pools."""
        _ = self.password
        self.command("airflow", "db", "migrate")
        self.command("airflow", "pools", "import", str(PROJECT / "include" / "sohoa_airflow" / "pools.json"))
        self.command("sohoa", "init")

    def command(self, program: str, *arguments: str) -> str:
        """Run a command of the environment to its end; its output, or RuntimeError with what it said."""
        done = subprocess.run(
            [Path(sys.executable).parent / program, *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{program} {' '.join(arguments)} failed ({done.returncode}): {done.stderr[-2000:]}")
        return done.stdout

    def start(self, *components: str) -> None:
        """Start components (all of them by default), each in a process group of its own."""
        for component in components or COMPONENTS:
            with (self.home / f"{component}.log").open("ab") as log:
                self.processes[component] = subprocess.Popen(
                    [Path(sys.executable).parent / "airflow", component],
                    env=self.environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )

    def wait_until_healthy(self, seconds: float = _START_SECONDS) -> None:
        """Wait until all components that were started report health."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check_alive()
            with suppress(urllib.error.URLError, ConnectionError, TimeoutError, KeyError):
                health = self.get("/api/v2/monitor/health", authorised=False)
                if all(health[part]["status"] == "healthy" for part in self._expected_health()):
                    return
            time.sleep(0.5)
        raise AirflowNotReady(f"Airflow was not healthy after {seconds:.0f} s; its logs are in {self.home}")

    def _expected_health(self) -> list[str]:
        return ["metadatabase", *(name.replace("-", "_") for name in self.processes if name != "api-server")]

    def check_alive(self) -> None:
        """Raise AirflowNotReady if a component has ended by itself."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise AirflowNotReady(
                    f"airflow {name} ended with code {process.returncode}; see {self.home / f'{name}.log'}"
                )

    def kill(self, component: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a component and everything it started; forget it."""
        process = self.processes.pop(component)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        process.wait()

    def kill_leader(self, component: str) -> None:
        """Kill a component's first process only: what it started lives on, as after an out-of-memory kill."""
        process = self.processes.pop(component)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End all components, gently first."""
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for process in self.processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def get(self, path: str, *, authorised: bool = True) -> Any:
        """A JSON answer of the API."""
        return self._request("GET", path, None, authorised=authorised)

    def post(self, path: str, body: Any) -> Any:
        """Post JSON to the API; its JSON answer."""
        return self._request("POST", path, body, authorised=True)

    def _request(self, method: str, path: str, body: Any, *, authorised: bool) -> Any:
        headers = {"Content-Type": "application/json"}
        if authorised:
            headers["Authorization"] = f"Bearer {self._login()}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, headers, method=method)  # noqa: S310 - our own host
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    def _login(self) -> str:
        if not self._token:
            answer = self._request(
                "POST", "/auth/token", {"username": USER, "password": self.password}, authorised=False
            )
            self._token = answer["access_token"]
        return self._token

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """All runs of a DAG, oldest first."""
        found: list[dict[str, Any]] = self.get(f"/api/v2/dags/{dag_id}/dagRuns?limit=100&order_by=run_after")[
            "dag_runs"
        ]
        return found

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str]:
        """States of a run's task instances by name (`read_pages[0]`)."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances?limit=500"
        return {
            f"{row['task_id']}[{row['map_index']}]" if row["map_index"] >= 0 else row["task_id"]: str(row["state"])
            for row in self.get(path)["task_instances"]
        }

    def _secret(self, name: str) -> str:
        path = self.home / f"{name}.secret"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(64), encoding="utf-8")
        return path.read_text(encoding="utf-8")

    def _stable_port(self, name: str) -> str:
        path = self.home / f"{name}.port"
        if not path.exists():
            path.write_text(str(free_port()), encoding="utf-8")
        return path.read_text(encoding="utf-8")


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(airflow: LocalAirflow) -> Iterator[LocalAirflow]:
    """Airflow prepared, started and healthy; stopped at the end whatever happens."""
    airflow.prepare()
    try:
        airflow.start()
        airflow.wait_until_healthy()
        yield airflow
    finally:
        airflow.stop()
