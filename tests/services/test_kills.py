"""Processes killed in mid-batch, started again: the same catalogue as if nothing had happened."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from services.conftest import Drops, Stack, documents, wait_for

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("airflow")]


def tesseracts(home: Path) -> dict[int, int]:
    """Running tesseract processes that work below `home`: process id → parent."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        if b"/tesseract.py\0" in command and str(home).encode() in command:
            found[int(folder.name)] = parent
    return found


def test_a_killed_ocr_task_leaves_no_tesseract_and_a_killed_scheduler_loses_nothing(
    stack: Stack, drops: Drops, undisturbed: dict[str, dict[str, Any]]
) -> None:
    names = drops.portion(8, stack.inbox("lô bị ngắt"))
    running = wait_for(lambda: tesseracts(stack.home), 120, "tesseract at work", every=0.1)

    child, task = next(iter(running.items()))
    os.kill(task, signal.SIGKILL)
    wait_for(lambda: child not in tesseracts(stack.home), 10, "the killed task's tesseract to end", every=0.1)

    stack.airflow.kill("scheduler")
    wait_for(lambda: not tesseracts(stack.home), 30, "the killed scheduler's tasks to end", every=0.2)
    stack.ensure_up()
    batch = stack.wait_for_batch("lô bị ngắt", "published", 420)
    stack.wait_until_idle(300)

    runs = [run for run in stack.airflow.runs("digitise_batch") if run["partition_key"] == batch["batch_id"]]
    assert [run["state"] for run in runs][-1] == "success"
    got = {key: row for key, row in documents(stack.home).items() if row["source_file"] in names}
    assert len(got) == len(names)
    assert got == {key: undisturbed[key] for key in got}
