"""The register export and the known rates as files, in the contract's headers (design.md §7)."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter

from sohoa.register import REQUIRED
from sohoa.samples.plan import Plan, Rate
from sohoa.samples.results import Result
from sohoa.samples.units import units

HEADERS = (
    *REQUIRED,
    "Ngày tiếp nhận",
    "Ngày trả kết quả",
    "Cơ quan ban hành",
    "Ngày chấm dứt hiệu lực",
    "Ngày xác định giá trị sử dụng",
)


def register_rows(results: Iterable[Result]) -> list[tuple[str, ...]]:
    """One row for each result and dossier."""
    return [
        (
            dossier,
            result.kind.procedure_code,
            result.kind.procedure_name,
            result.kind.unit_code,
            units()[result.kind.unit_code].name,
            result.code,
            _date(result.issued_on),
            _date(result.expires_on),
            result.validity.value,
            "Không" if result.not_useful_since else "Có",
            result.channel,
            result.matter.registered,
            _date(result.received_on),
            _date(result.returned_on),
            units()[result.kind.agency_code].name,
            _date(result.ended_on),
            _date(result.not_useful_since),
        )
        for result in results
        for dossier in result.dossiers or ("",)
    ]


def write_register(plan: Plan, out: Path) -> None:
    """Write `register.csv` and `register.xlsx` with the same rows."""
    rows = register_rows(plan.results)
    write_csv(out / "register.csv", HEADERS, rows)
    with xlsxwriter.Workbook(str(out / "register.xlsx"), {"strings_to_formulas": False}) as workbook:
        # Excel files carry their time of creation; fixed, so that the same seed gives the same bytes.
        workbook.set_properties({"created": dt.datetime(2025, 1, 15, tzinfo=dt.UTC)})
        sheet = workbook.add_worksheet("Kết quả TTHC")
        for number, row in enumerate((HEADERS, *rows)):
            sheet.write_row(number, 0, row)
        sheet.freeze_panes(1, 0)


def write_rates(rates: Iterable[Rate], path: Path) -> None:
    """Write the known rates."""
    rows = [(r.indicator, r.unit_code, r.period, str(r.numerator), str(r.denominator)) for r in rates]
    write_csv(path, ("indicator", "unit_code", "period", "numerator", "denominator"), rows)


def write_csv(path: Path, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """UTF-8 with BOM, as spreadsheet programs in Vietnam expect it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        writer.writerows(rows)


def _date(day: dt.date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
