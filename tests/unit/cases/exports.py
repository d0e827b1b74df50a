"""Case exports as a one-stop system writes them, for tests."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from sohoa.cases import CONTRACT, CaseImport, import_cases, read_cases
from sohoa.settings import Settings

Row = Mapping[str, str]
HEADERS = (*CONTRACT.required, *CONTRACT.optional)


def case(code: str, **changes: str) -> dict[str, str]:
    """A case settled in time with its electronic result, with other values: by header, blanks as underscores."""
    usual = {
        "Loại dòng": "Hồ sơ",
        "Mã hồ sơ": code,
        "Mã đơn vị": "G09.05",
        "Kênh tiếp nhận": "Trực tuyến",
        "Ngày tiếp nhận": "10/05/2024",
        "Ngày hẹn trả": "30/05/2024",
        "Ngày trả kết quả": "20/05/2024",
        "Kết quả giải quyết": "Đã giải quyết",
        "Có kết quả bằng văn bản": "Có",
        "Tệp kết quả điện tử": "Có",
        "Đồng bộ kết quả lên DVCQG": "Có",
        "Đồng bộ hồ sơ lên DVCQG": "Có",
    }
    return usual | _named(changes)


def opened(code: str, **changes: str) -> dict[str, str]:
    """A case that is still open."""
    still = {"Ngày_trả_kết_quả": "", "Kết_quả_giải_quyết": "Đang xử lý", "Tệp_kết_quả_điện_tử": ""}
    return case(code, **{**still, "Đồng_bộ_kết_quả_lên_DVCQG": "", **changes})


def paper(code: str, **changes: str) -> dict[str, str]:
    """A paper with a file, not held before."""
    flags = {
        "Tệp đính kèm": "Có",
        "Đã có sẵn": "Không",
        "Tái sử dụng": "Không",
        "Phải nộp lại": "Không",
        "Lấy từ kho DVCQG": "Không",
    }
    return {"Loại dòng": "Thành phần", "Mã hồ sơ": code, **flags} | _named(changes)


def handed(code: str, day: str, medium: str = "Điện tử", inter_agency: str = "Có") -> dict[str, str]:
    return {
        "Loại dòng": "Luân chuyển",
        "Mã hồ sơ": code,
        "Ngày luân chuyển": day,
        "Liên cơ quan": inter_agency,
        "Phương thức": medium,
    }


def _named(changes: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", " "): value for name, value in changes.items()}


def write(path: Path, rows: Iterable[Row], *, without: Iterable[str] = ()) -> Path:
    """Write rows as CSV, without some of the columns."""
    left_out = set(without)
    names = [name for name in HEADERS if name not in left_out]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def take_in(settings: Settings, folder: Path, rows: Iterable[Row], *, without: Iterable[str] = ()) -> CaseImport:
    """Write rows and import them, past reading but not past the gate."""
    file = write(folder / "cases.csv", rows, without=without)
    return import_cases(settings, file, read_cases(settings, file))
