"""The register export and the known rates as written."""

from __future__ import annotations

import openpyxl

from .conftest import Made
from .test_batch import rows_of

REQUIRED = {
    "Mã hồ sơ",
    "Mã TTHC",
    "Tên TTHC",
    "Mã đơn vị",
    "Đơn vị giải quyết",
    "Số ký hiệu kết quả",
    "Ngày ban hành",
    "Ngày hết hiệu lực",
    "Tình trạng hiệu lực",
    "Có giá trị sử dụng",
    "Kênh tiếp nhận",
    "Trích yếu",
}


def iso(day: str) -> str:
    return "-".join(reversed(day.split("/")))


def test_register_has_the_contracts_headers(office: Made) -> None:
    raw = office.samples.register_csv.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert set(rows_of(office.samples.register_csv)[0]) >= REQUIRED


def test_spreadsheet_holds_the_same_rows(office: Made) -> None:
    sheet = openpyxl.load_workbook(office.samples.register_xlsx, read_only=True).active
    assert sheet is not None
    header, *rows = [["" if value is None else str(value) for value in row] for row in sheet.values]
    from_csv = rows_of(office.samples.register_csv)
    assert header == list(from_csv[0])
    assert rows == [list(row.values()) for row in from_csv]


def test_result_keys_of_the_truth_are_rows_of_the_register(office: Made) -> None:
    keys = {
        f"{row['Số ký hiệu kết quả']}|{iso(row['Ngày ban hành'])}|{row['Mã đơn vị']}"
        for row in rows_of(office.samples.register_csv)
    }
    for truth in office.truth:
        assert (truth["result_key"] in keys) == truth["in_register"]


def test_known_rates_follow_from_register_and_truth(office: Made) -> None:
    rows = rows_of(office.samples.register_csv)
    issued_by_then = {
        (row["Số ký hiệu kết quả"], row["Ngày ban hành"], row["Mã đơn vị"])
        for row in rows
        if iso(row["Ngày ban hành"]) <= "2021-12-31"
        and (not row["Ngày hết hiệu lực"] or iso(row["Ngày hết hiệu lực"]) >= "2021-12-31")
        and (not row["Ngày chấm dứt hiệu lực"] or iso(row["Ngày chấm dứt hiệu lực"]) > "2021-12-31")
    }
    digitised = {
        truth["result_key"]
        for truth in office.truth
        if truth["readable"] and truth["dpi"] >= 200 and truth["scanned_on"] <= "2021-12-31"
    }
    n_digitised = sum(f"{code}|{iso(day)}|{unit}" in digitised for code, day, unit in issued_by_then)
    (written,) = [
        rate for rate in rows_of(office.samples.rates) if rate["indicator"] == "T01" and not rate["unit_code"]
    ]
    assert (int(written["numerator"]), int(written["denominator"])) == (n_digitised, len(issued_by_then))
