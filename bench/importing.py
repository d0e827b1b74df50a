"""How many rows a second a register import takes, past its gate and with events, and how much memory.

    python bench/importing.py [--rows 1000000] [--database URL]

A process of its own imports a made-up export into an empty catalogue, then the same file again, of which it has
nothing to write, then one of which every hundredth row has changed. Seconds run from the start of reading to the
commit; Great Expectations is loaded before. Memory is that of the process and of the one it starts, looked at twice
a second, the gate's libraries (200 MB) included.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import psutil
from processes import family, held_mb

from sohoa.catalogue.migrate import migrate
from sohoa.journey.reporting import take_in_register
from sohoa.quality import load_gate
from sohoa.register import REQUIRED
from sohoa.settings import Settings

SIZES = (100_000, 1_000_000)
_LOOK_EVERY_SECONDS = 0.5
_PROCESSES = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
N_PAIRS, N_UNITS, N_PROCEDURES, SEED = 800, 60, 400, 830_006
FIRST_DAY, N_DAYS = dt.date(2021, 1, 1), 5 * 365
HEADERS = (*REQUIRED, "Ngày tiếp nhận", "Ngày trả kết quả")
ABOUT = (
    "về việc công nhận hội đủ điều kiện hoạt động của tổ chức hội cho ông bà",
    "về việc bổ nhiệm ngạch công chức chuyên viên chính đối với",
    "về việc tặng thưởng bằng khen của Bộ trưởng cho tập thể và cá nhân",
    "về việc cho phép thành lập quỹ từ thiện xã hội mang tên",
)
NAMES = ("Nguyễn Văn An", "Trần Thị Bình", "Lê Hữu Chi", "Phạm Đức Dũng", "Hoàng Minh Hà", "Đặng Thanh Tú")


def measure_importing(folder: Path) -> dict[str, Any]:
    """Rows a second, of wall time and of CPU time, and peak memory at each size, on SQLite."""
    return {f"{rows}_rows": _in_process_of_its_own(folder / str(rows), rows, "") for rows in SIZES}


def _in_process_of_its_own(folder: Path, rows: int, database: str) -> dict[str, Any]:
    folder.mkdir()
    make_export(folder / "register.csv", rows)
    make_export(folder / "changed.csv", rows, changed_every=100)
    command = [sys.executable, __file__, "--folder", str(folder), "--database", database]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def make_export(file: Path, rows: int, changed_every: int = 0, n_days: int = N_DAYS) -> None:
    """Write a CSV export of so many results, one dossier each, with the subjects that make up most of a real one.

    The same one every time, but for the subject of every so many rows; issued in the last so many days.
    """
    draw = random.Random(SEED)  # noqa: S311 - the same every time
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADERS)
        writer.writeheader()
        for number in range(1, rows + 1):
            corrected = " (đính chính)" if changed_every and number % changed_every == 0 else ""
            pair, day = draw.randrange(N_PAIRS), FIRST_DAY + dt.timedelta(N_DAYS - n_days + draw.randrange(n_days))
            writer.writerow(
                {
                    "Mã hồ sơ": f"000.00.01.G09-{day:%y%m%d}-{number:07}",
                    "Mã TTHC": f"1.{100_000 + pair % N_PROCEDURES}",
                    "Tên TTHC": f"Thủ tục {pair % N_PROCEDURES}",
                    "Mã đơn vị": f"G09.{10 + pair % N_UNITS}",
                    "Đơn vị giải quyết": f"Đơn vị {pair % N_UNITS}",
                    "Số ký hiệu kết quả": f"{number}/QĐ-BNV",
                    "Ngày ban hành": f"{day:%d/%m/%Y}",
                    "Tình trạng hiệu lực": "Còn hiệu lực",
                    "Có giá trị sử dụng": "Có" if number % 10 else "Không",
                    "Kênh tiếp nhận": "Trực tuyến",
                    "Trích yếu": f"Quyết định {draw.choice(ABOUT)} {draw.choice(NAMES)} số {number}{corrected}",
                    "Ngày tiếp nhận": f"{day - dt.timedelta(20):%d/%m/%Y}",
                    "Ngày trả kết quả": f"{day + dt.timedelta(3):%d/%m/%Y}",
                }
            )


def import_all(folder: Path, database: str) -> dict[str, Any]:
    """The figures of one process."""
    settings = Settings(home=folder, catalogue_url=database)
    migrate(settings)
    load_gate()
    figures: dict[str, Any] = {"database": settings.catalogue_url.partition(":")[0]}
    peak_mb = watch_memory()
    for name, file in (("new", "register.csv"), ("unchanged", "register.csv"), ("changed", "changed.csv")):
        started, cpu_started = time.perf_counter(), cpu_seconds()
        rows = take_in_register(settings, folder / file).n_rows
        took, cpu = time.perf_counter() - started, cpu_seconds() - cpu_started
        figures |= {f"{name}_s": round(took, 1), f"{name}_cpu_s": round(cpu, 1)}
        figures |= {f"{name}_rows_a_second": round(rows / took), f"{name}_rows_a_cpu_second": round(rows / cpu)}
    return {**figures, "peak_mb": peak_mb()}


def watch_memory() -> Callable[[], int]:
    """From now on the most MB that this process and those it started hold at the same time, as far as seen."""
    own, peak = psutil.Process(), [0.0]

    def look() -> None:
        while True:
            peak[0] = max(peak[0], sum(map(held_mb, family(own))))
            time.sleep(_LOOK_EVERY_SECONDS)

    Thread(target=look, daemon=True).start()
    return lambda: round(peak[0])


def cpu_seconds() -> float:
    """What this process has used, and those that it started and that have ended."""
    used = [resource.getrusage(whose) for whose in _PROCESSES]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(arguments: list[str]) -> int:
    """Measure one size and print the figures, or be the process that imports."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=SIZES[-1])
    parser.add_argument("--database", default="", help="URL of an empty PostgreSQL database")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.folder:
        print(json.dumps(import_all(options.folder, options.database)))
        return 0
    with tempfile.TemporaryDirectory(prefix="bench-importing-") as folder:
        figures = _in_process_of_its_own(Path(folder) / "export", options.rows, options.database)
    print(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
