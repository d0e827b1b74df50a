"""Peak memory of one worker of `sohoa digitise` at 100 and at 1,000 pages."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pikepdf
import psutil
from contenders import BIN, JOBS, make_scans
from processes import family, held_mb

SIZES = (100, 1000)
N_DOCUMENTS, SEED = 8, 830_002
_LOOK_EVERY_SECONDS = 0.25


def measure_memory(folder: Path) -> dict[str, Any]:
    """Peaks in MB: of the largest worker with all its children, and of all processes together."""
    scans = make_scans(folder, N_DOCUMENTS, SEED, "office")
    figures: dict[str, Any] = {}
    for n_pages in SIZES:
        batch = folder / f"batch-{n_pages}"
        batch.mkdir()
        _long_file(scans.together, n_pages, batch / "long.pdf")
        figures[f"{n_pages}_pages"] = _peaks(batch, folder / f"home-{n_pages}")
        print(f"{n_pages} pages: {figures[f'{n_pages}_pages']}", file=sys.stderr)
    small, large = (figures[f"{n_pages}_pages"]["one_worker_mb"] for n_pages in SIZES)
    return {**figures, "ratio": round(large / small, 2)}


def _long_file(source: Path, n_pages: int, out: Path) -> None:
    """A PDF of so many pages: those of `source` again and again."""
    with pikepdf.open(source) as pages, pikepdf.new() as pdf:
        for number in range(n_pages):
            pdf.pages.append(pages.pages[number % len(pages.pages)])
        pdf.save(out)


def _peaks(batch: Path, home: Path) -> dict[str, float]:
    environment = {**os.environ, "SOHOA_HOME": str(home)}
    subprocess.run([BIN / "sohoa", "init"], env=environment, capture_output=True, check=True)
    command = [BIN / "sohoa", "digitise", str(batch), "--unit", "G09", "--jobs", str(JOBS)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    worker = whole = 0.0
    while process.poll() is None:
        sizes = _sizes(process.pid)
        worker, whole = max(worker, *sizes[1:], sizes[0]), max(whole, sum(sizes))
        time.sleep(_LOOK_EVERY_SECONDS)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(map(str, command))} failed with {process.returncode}")
    return {"one_worker_mb": round(worker), "all_processes_mb": round(whole)}


def _sizes(pid: int) -> list[float]:
    """MB of the command itself, then of each of its child processes with everything below it."""
    try:
        command = psutil.Process(pid)
        return [held_mb(command), *(sum(map(held_mb, family(child))) for child in command.children())]
    except psutil.NoSuchProcess:
        return [0.0]
