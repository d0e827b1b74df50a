"""A tool started through the launcher is limited, can be ended with all its children, and outlives nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sohoa.tools import LAUNCHER, TESSERACT, arm_launcher

_SECONDS = 10


def _until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _environment(caller: int, memory_mb: int = 512) -> dict[str, str]:
    return os.environ | {
        "SOHOA_CALLER": str(caller),
        "SOHOA_TOOL_MEMORY_MB": str(memory_mb),
        "SOHOA_PYTHON": sys.executable,
    }


def _run(*command: str, memory_mb: int = 512) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LAUNCHER, *command],
        env=_environment(os.getpid(), memory_mb),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


CALLER = """
import os, subprocess, sys
from sohoa.tools import LAUNCHER, arm_launcher
arm_launcher(512)
child = subprocess.Popen([LAUNCHER, "sh", "-c", "echo $$; exec sleep 60"], stdout=sys.stdout)
child.wait()
"""


@pytest.fixture
def caller() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A Python process that runs a tool which takes long; with the tool's process id."""
    with subprocess.Popen([sys.executable, "-c", CALLER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        tool = int(process.stdout.readline())
        yield process, tool
        process.kill()
        with suppress(ProcessLookupError):
            os.kill(tool, signal.SIGKILL)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_tool_dies_with_its_caller(caller: tuple[subprocess.Popen[str], int], how: signal.Signals) -> None:
    process, tool = caller
    assert _lives(tool)

    process.send_signal(how)
    process.wait(_SECONDS)

    assert _until(lambda: not _lives(tool))


def test_tool_leads_a_process_group_of_its_own(caller: tuple[subprocess.Popen[str], int]) -> None:
    process, tool = caller

    assert os.getpgid(tool) == tool
    assert os.getpgid(process.pid) != tool


def test_tool_keeps_the_process_id_that_its_caller_knows() -> None:
    """Else the caller would end, and reap, some other process."""
    with subprocess.Popen(
        [LAUNCHER, "sh", "-c", "echo $$"], env=_environment(os.getpid()), stdout=subprocess.PIPE, text=True
    ) as process:
        told, _ = process.communicate(timeout=_SECONDS)

    assert int(told) == process.pid


def test_killing_the_group_ends_the_tools_own_children_too() -> None:
    with subprocess.Popen(
        [LAUNCHER, "sh", "-c", "sleep 60 & echo $!; wait"],
        env=_environment(os.getpid()),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        grandchild = int(process.stdout.readline())
        os.killpg(process.pid, signal.SIGKILL)

    assert _until(lambda: not _lives(grandchild))


def test_tool_gets_no_more_memory_than_it_may_use() -> None:
    swell = "b'x' * (700 * 1024 * 1024); print('swollen')"

    assert "MemoryError" in _run(sys.executable, "-c", swell, memory_mb=512).stderr
    assert _run(sys.executable, "-c", swell, memory_mb=2048).stdout == "swollen\n"


def test_tool_leaves_no_core_file(tmp_path: Path) -> None:
    limit = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"

    assert _run(sys.executable, "-c", limit).stdout == "(0, 0)\n"


def test_tool_does_not_start_when_its_caller_has_died_before() -> None:
    done = subprocess.run(
        [LAUNCHER, "echo", "started"],
        env=_environment(1),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )

    assert (done.returncode, done.stdout) == (143, "")


def test_arguments_and_exit_code_pass_unchanged() -> None:
    odd = ["a b", "*", "$HOME", "'\"", "", "-x", "Quyết định"]
    done = _run(sys.executable, "-c", "import sys; print(sys.argv[1:]); sys.exit(7)", *odd)

    assert (done.stdout, done.returncode) == (f"{odd}\n", 7)


def test_tool_does_not_see_that_the_launcher_was_armed() -> None:
    """A tool that itself starts a tool must arm it anew."""
    assert "SOHOA_ARMED" not in _run("env").stdout


def test_missing_tool_is_an_error() -> None:
    assert _run("no-such-tool-anywhere").returncode not in (0, 143)


def test_tesseract_is_called_through_the_launcher() -> None:
    done = subprocess.run(
        [TESSERACT, "--version"],
        env=_environment(os.getpid(), 4096),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    refused = subprocess.run(
        [TESSERACT, "--version"], env=_environment(1), capture_output=True, timeout=_SECONDS, check=False
    )

    assert done.stdout.startswith("tesseract")
    assert refused.returncode == 143


def test_arming_names_this_process_and_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SOHOA_CALLER", "SOHOA_PYTHON", "SOHOA_TOOL_MEMORY_MB", "OMP_THREAD_LIMIT"):
        monkeypatch.setenv(name, "before")
    arm_launcher(1234)

    assert os.environ["SOHOA_CALLER"] == str(os.getpid())
    assert os.environ["SOHOA_PYTHON"] == sys.executable
    assert os.environ["SOHOA_TOOL_MEMORY_MB"] == "1234"
    assert os.environ["OMP_THREAD_LIMIT"] == "1"
