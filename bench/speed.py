"""Pages a minute, CPU-seconds and character errors a page of each tool on the same scans, in alternating rounds."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from contenders import CONTENDERS, JOBS, PageKey, Scans, digitised_texts, make_scans, prepare_home

from sohoa.text_accuracy import CharacterErrors, compare_page

N_DOCUMENTS, SEED, LEVEL, ROUNDS = 100, 853_001, "office", 3


def measure_speed(folder: Path) -> dict[str, Any]:
    """Medians over the rounds, and how many times as fast `sohoa digitise` is."""
    scans = make_scans(folder, N_DOCUMENTS, SEED, LEVEL)
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTENDERS}
    errors: dict[str, CharacterErrors] = {}
    for number in range(ROUNDS):
        for name, read in CONTENDERS.items():
            out = folder / f"{name}-{number}"
            prepare_home(scans.folder, out)
            before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            texts = read(scans, out)
            wall = time.perf_counter() - started
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            seconds[name].append((wall, cpu))
            print(f"round {number + 1} {name}: {wall:.0f} s, {cpu:.0f} CPU-s", file=sys.stderr)
            if number == 0:
                errors[name] = count_errors(scans, texts or digitised_texts(out))
    figures = {name: _summary(seconds[name], len(scans.images), errors[name]) for name in CONTENDERS}
    own = figures["sohoa_digitise"]["pages_per_minute"]
    return {
        "scans": f"{len(scans.images)} pages in {N_DOCUMENTS} files, level {LEVEL}, test side, 300 dpi colour",
        "jobs": JOBS,
        "rounds": ROUNDS,
        **figures,
        "times_as_fast_as_tesseract": round(own / figures["tesseract"]["pages_per_minute"], 2),
        "times_as_fast_as_ocrmypdf": round(own / figures["ocrmypdf"]["pages_per_minute"], 2),
    }


def count_errors(scans: Scans, texts: dict[PageKey, str]) -> CharacterErrors:
    """Errors over all pages; a page that a tool did not give is wholly wrong."""
    total = CharacterErrors()
    for key, blocks in scans.truth.items():
        total += compare_page(blocks, texts.get(key, ""))
    return total


def _summary(rounds: list[tuple[float, float]], n_pages: int, errors: CharacterErrors) -> dict[str, float]:
    wall = statistics.median(wall for wall, _ in rounds)
    return {
        "pages_per_minute": round(60 * n_pages / wall, 1),
        "wall_s_per_page": round(wall / n_pages, 3),
        "cpu_s_per_page": round(statistics.median(cpu for _, cpu in rounds) / n_pages, 3),
        "character_error_rate": round(errors.rate, 4),
        "character_error_rate_without_diacritics": round(errors.rate_folded, 4),
        "characters_outside_the_truth": round(errors.extra_rate, 4),
    }
