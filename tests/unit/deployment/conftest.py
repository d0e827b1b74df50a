from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .compose import commands, example_values, interpolate, load_compose

PROBE = Path(__file__).with_name("probe_airflow.py")


@pytest.fixture(scope="session")
def raw() -> dict[str, Any]:
    """The compose file before interpolation."""
    return load_compose()


@pytest.fixture(scope="session")
def stack(raw: dict[str, Any]) -> dict[str, Any]:
    """The compose file with every secret set to `secret-<name>` and everything else at its default."""
    required, _ = example_values()
    return interpolate(raw, {name: f"secret-{name}" for name in required})


@pytest.fixture(scope="session")
def services(stack: dict[str, Any]) -> dict[str, Any]:
    return stack["services"]


@pytest.fixture(scope="session")
def airflow_options(services: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    """Values of each `AIRFLOW__SECTION__KEY`, by (section, key)."""
    found: dict[tuple[str, str], set[str]] = {}
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if name.startswith("AIRFLOW__"):
                _, section, key = name.lower().split("__", 2)
                found.setdefault((section, key), set()).add(value)
    return found


@pytest.fixture(scope="session")
def known_to_airflow(
    services: dict[str, Any],
    airflow_options: dict[tuple[str, str], set[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """What the installed Airflow says of the options and `airflow` commands of the compose file."""
    asked = {
        "options": sorted(airflow_options),
        "commands": [
            words[1:] for service in services.values() for words in commands(service) if words[0] == "airflow"
        ],
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW__", "SOHOA_"))}
    environment["AIRFLOW_HOME"] = str(tmp_path_factory.mktemp("airflow"))
    done = subprocess.run(
        [sys.executable, PROBE],
        input=json.dumps(asked),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
