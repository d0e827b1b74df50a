"""Rows and small registers that several tests of indicators are made of."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

from indicators.world import Case, Entry
from sohoa.indicators.readings import CONTRACT

HEADERS = (*CONTRACT.required, *CONTRACT.optional)


def told(indicator: str = "T13", **changes: str) -> dict[str, str]:
    usual = {
        "Mã chỉ tiêu": indicator,
        "Mã đơn vị": "G09",
        "Kỳ": "2025",
        "Tử số": "190",
        "Mẫu số": "200",
        "Giá trị": "",
        "Nguồn số liệu": "Khảo sát tháng 11/2025",
        "Lịch": "",
    }
    return usual | {name.replace("_", " "): value for name, value in changes.items()}


def write(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "readings.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, HEADERS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def cases_of(year: int, digitised: int, all_of_them: int) -> list[Entry]:
    day = dt.date(year, 6, 1)
    return [
        Entry(
            day,
            status="accepted" if number < digitised else None,
            digitised_on=day if number < digitised else None,
            cases=[Case(f"G09-{year}-{number}", "Đã giải quyết", day, day)],
        )
        for number in range(all_of_them)
    ]
