"""Figures of case exports and readings on a real PostgreSQL, against those on SQLite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from sohoa.cases import import_cases, read_cases
from sohoa.catalogue.migrate import migrate
from sohoa.indicators import approve_base, import_readings, parse_period, standings, standings_of
from sohoa.settings import Settings

pytestmark = pytest.mark.services

CASES = """\
Loại dòng,Mã hồ sơ,Mã đơn vị,Kênh tiếp nhận,Ngày tiếp nhận,Ngày hẹn trả,Ngày trả kết quả,Kết quả giải quyết,\
Tệp kết quả điện tử,Đồng bộ kết quả lên DVCQG,Đồng bộ hồ sơ lên DVCQG,Số lần yêu cầu bổ sung,Số ngày chờ bổ sung,\
Mã người nộp,Tệp đính kèm,Đã có sẵn,Tái sử dụng,Phải nộp lại,Lấy từ kho DVCQG,Ngày luân chuyển,Liên cơ quan,Phương thức
Hồ sơ,1,G09.05,Trực tuyến,14/12/2023,29/12/2023,05/01/2024,Đã giải quyết,Có,Có,Có,1,7,a1,,,,,,,,
Thành phần,1,,,,,,,,,,,,,Có,Có,Có,Không,Không,,,
Luân chuyển,1,,,,,,,,,,,,,,,,,,10/01/2024,Có,Điện tử
Hồ sơ,2,G09.06,Trực tiếp,15/12/2023,25/12/2023,30/01/2024,Đã giải quyết,Không,Không,Có,,,a2,,,,,,,,
Thành phần,2,,,,,,,,,,,,,Không,Có,Không,Có,Có,,,
Luân chuyển,2,,,,,,,,,,,,,,,,,,10/01/2024,Có,Giấy
Hồ sơ,3,G09.06,Bưu chính,02/01/2024,25/01/2024,,,,,Không,,,a3,,,,,,,,
Thành phần,3,,,,,,,,,,,,,Có,Không,Không,Không,Không,,,
"""
READINGS = """\
Mã chỉ tiêu,Mã đơn vị,Kỳ,Tử số,Mẫu số,Giá trị,Nguồn số liệu,Lịch
T13,G09,2024,95,100,,Khảo sát,
T14,G09,2024,,,Có,Văn phòng Bộ,Báo cáo
"""


def all_figures(settings: Settings, folder: Path) -> list[dict[str, Any]]:
    migrate(settings)
    (folder / "cases.csv").write_text(CASES, encoding="utf-8")
    (folder / "readings.csv").write_text(READINGS, encoding="utf-8")
    for _ in range(2):
        import_cases(settings, folder / "cases.csv", read_cases(settings, folder / "cases.csv"))
        import_readings(settings, folder / "readings.csv")
    approve_base(settings, "T04a-GT", 1, 4, calendar="report", approved_by="B")
    periods = [parse_period(name, calendar) for name in ("2024", "2023", "2024Q1") for calendar in ("civil", "report")]
    lines = [line for period in periods for line in standings(settings, period)]
    lines += [
        line
        for period in periods
        for code in ("T07", "Q766-2.1", "T08")
        for line in standings_of(settings, code, period)
    ]
    return [line.as_dict() for line in lines]


def test_both_databases_give_the_same_figures(postgresql: str, tmp_path: Path) -> None:
    with create_engine(f"{postgresql}/postgres", isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("CREATE DATABASE figures"))
    server = Settings(home=tmp_path / "server", catalogue_url=f"{postgresql}/figures")
    embedded = Settings(home=tmp_path / "embedded")
    embedded.home.mkdir()

    found = all_figures(embedded, tmp_path)
    assert all_figures(server, tmp_path) == found
    late = [one for one in found if (one["indicator"], one["period"], one["calendar"]) == ("Q766-2.1", "2024", "civil")]
    assert (late[0]["numerator"], late[0]["denominator"]) == (1, 2)
