"""The benchmarks (`make bench`): tools side by side, memory, Airflow's overhead, linking, imports, daily series.

    python bench/run.py [speed] [memory] [airflow] [linking] [importing] [series]      all six without arguments

Everything is measured on the same generated scans in one run and told as ratios: seconds are this machine's.
Linking is told in milliseconds a document, among a million results; imports of a register in rows a second; the daily
series in seconds beside the bare statements, over ten million (`bench/series.py` and `bench/importing.py` measure one
size, or PostgreSQL).
Run it on a quiet machine; the figures go to bench/results.json, parts that were not run keep theirs.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from importing import measure_importing
from linking import measure_linking
from memory import measure_memory
from overhead import measure_overhead
from series import measure_series
from speed import measure_speed

RESULTS = Path(__file__).parent / "results.json"
PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "speed": measure_speed,
    "memory": measure_memory,
    "airflow": measure_overhead,
    "linking": measure_linking,
    "importing": measure_importing,
    "series": measure_series,
}


def main(names: list[str]) -> int:
    """Run the parts named, print their figures and keep them."""
    unknown = set(names) - set(PARTS)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    for name in names or PARTS:
        with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
            figures = PARTS[name](Path(folder))
        kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps({**kept, name: figures}, indent=1) + "\n", encoding="utf-8")
        print(json.dumps({name: figures}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
