from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cases.exports import HEADERS, case, handed, opened, paper, write
from sohoa.cases import Case, Component, Handover, read_cases
from sohoa.cases.rows import CONTRACT, parse_row
from sohoa.messages import say
from sohoa.register import RawRow
from sohoa.settings import Settings

texts = st.text(max_size=15) | st.sampled_from(["Hồ sơ", "Thành phần", "Luân chuyển", "Có", "0", "01/02/2024", "G09"])


def judged(row: dict[str, str]) -> object:
    return parse_row(RawRow(7, row))


def test_a_case_row_becomes_a_case() -> None:
    found = judged(case("G09.05-240510-0001", Ngày_xử_lý_xong="18/05/2024", Kênh_tiếp_nhận="2", Mã_người_nộp="ab-12"))

    assert isinstance(found, Case)
    assert (found.channel, found.outcome, found.ended_on) == ("online", "resolved", dt.date(2024, 5, 18))
    assert (found.received_on, found.due_on) == (dt.date(2024, 5, 10), dt.date(2024, 5, 30))
    assert (found.result_file, found.case_synced, found.applicant_ref) == (True, True, "ab-12")


def test_the_end_is_the_day_settled_then_returned_then_stopped() -> None:
    """QĐ 766, 2.1."""
    days = {"Ngày_xử_lý_xong": "01/06/2024", "Ngày_trả_kết_quả": "02/06/2024", "Ngày_dừng_xử_lý": "03/06/2024"}
    for left_out, day in (("", 1), ("Ngày_xử_lý_xong", 2), ("Ngày_trả_kết_quả", 3)):
        days.pop(left_out, None)
        found = judged(case("1", **{"Ngày_trả_kết_quả": "", **days}))
        assert isinstance(found, Case)
        assert found.ended_on == dt.date(2024, 6, day)


def test_paper_and_handover_rows_become_parts_of_their_case() -> None:
    found = judged(paper("1", Đã_có_sẵn="Có", Phải_nộp_lại="Không"))
    passed = judged(handed("1", "14/05/2024", "Giấy"))

    assert isinstance(found, Component)
    assert (found.held, found.resupplied, found.has_file) == (True, False, True)
    assert isinstance(passed, Handover)
    assert (passed.handed_on, passed.inter_agency, passed.electronic) == (dt.date(2024, 5, 14), True, False)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ({**case("1"), "Loại dòng": "Khác"}, "Loại dòng", "cases.kind_unknown"),
        (case(""), "Mã hồ sơ", "cases.value_missing"),
        (case("1", Mã_đơn_vị=""), "Mã đơn vị", "cases.value_missing"),
        (case("1", Kênh_tiếp_nhận="Fax"), "Kênh tiếp nhận", "cases.channel_unknown"),
        (case("1", Ngày_tiếp_nhận=""), "Ngày tiếp nhận", "cases.value_missing"),
        (case("1", Ngày_hẹn_trả="30/02/2024"), "Ngày hẹn trả", "register.date_invalid"),
        (case("1", Kết_quả_giải_quyết="Xong"), "Kết quả giải quyết", "cases.outcome_unknown"),
        (case("1", Ngày_trả_kết_quả=""), "Kết quả giải quyết", "cases.end_missing"),
        (opened("1", Ngày_trả_kết_quả="20/05/2024"), "Kết quả giải quyết", "cases.end_while_open"),
        (case("1", Tệp_kết_quả_điện_tử=""), "Tệp kết quả điện tử", "cases.yes_no_missing"),
        (case("1", Tệp_kết_quả_điện_tử="x"), "Tệp kết quả điện tử", "register.yes_no_unknown"),
        (case("1", Số_ngày_chờ_bổ_sung="-1"), "Số ngày chờ bổ sung", "cases.count_invalid"),
        (case("9" * 61), "Mã hồ sơ", "register.too_long"),
        (paper("1", Đã_có_sẵn=""), "Đã có sẵn", "cases.yes_no_missing"),
        (handed("1", ""), "Ngày luân chuyển", "cases.value_missing"),
        (handed("1", "14/05/2024", "Fax"), "Phương thức", "cases.medium_unknown"),
    ],
)
def test_each_fault_is_told_with_its_column(row: dict[str, str], column: str, reason: str) -> None:
    assert judged(row) == [(column, reason)]


@pytest.mark.parametrize(
    "code", ["001200012345", "012345678", "0101234567-001", "+84901234567", "Nguyễn Văn A", "a@b.vn"]
)
def test_an_applicant_who_could_be_recognised_is_refused(code: str) -> None:
    assert judged(case("1", Mã_người_nộp=code)) == [("Mã người nộp", "cases.applicant_named")]


def test_a_fact_whose_column_is_not_there_is_unknown_and_of_an_open_case_there_is_no_result_yet() -> None:
    known = opened("1")
    unknown = {name: value for name, value in case("1").items() if name in CONTRACT.required}
    found, bare = judged(known), judged(unknown)

    assert isinstance(found, Case)
    assert isinstance(bare, Case)
    assert (found.result_file, found.result_synced) == (False, False)
    assert (bare.result_file, bare.case_synced, bare.n_supplements, bare.written_result) == (None, None, None, True)


def test_an_export_is_read_with_what_is_wrong_by_line(settings: Settings, tmp_path: Path) -> None:
    rows = [
        case("1"),
        paper("1"),
        handed("1", "11/05/2024"),
        case("1"),
        paper("2"),
        case("3", Mã_đơn_vị=""),
        paper("3"),
    ]
    told = read_cases(settings, write(tmp_path / "cases.csv", rows))

    assert [(one.line, one.reason) for one in told.rejections] == [
        (5, "cases.repeated"),
        (6, "cases.dossier_unknown"),
        (7, "cases.value_missing"),
    ]
    assert told.n_rows == 7
    assert told.cases.keys() == {"1"}


def test_a_workbook_tells_the_same_as_a_csv(settings: Settings, tmp_path: Path) -> None:
    rows = [case("1", Số_lần_yêu_cầu_bổ_sung="2"), paper("1"), handed("1", "11/05/2024")]
    with xlsxwriter.Workbook(str(tmp_path / "cases.xlsx")) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate([HEADERS, *([row.get(name, "") for name in HEADERS] for row in rows)]):
            sheet.write_row(number, 0, cells)

    in_csv, in_book = (
        read_cases(settings, path) for path in (write(tmp_path / "cases.csv", rows), tmp_path / "cases.xlsx")
    )
    assert in_book.cases == in_csv.cases
    assert in_book.components == in_csv.components
    assert in_book.handovers == in_csv.handovers
    assert in_book.rejections == []


@hypothesis_settings(deadline=None)
@given(st.dictionaries(st.sampled_from(HEADERS), texts))
def test_whatever_stands_in_a_row_it_is_judged_and_told_in_both_languages(cells: dict[str, str]) -> None:
    found = judged(cells)

    if isinstance(found, list):
        assert all(say(reason, language) for _, reason in found for language in ("vi", "en"))
        assert found
    else:
        assert isinstance(found, Case | Component | Handover)
        assert found.dossier_code


@hypothesis_settings(deadline=None)
@given(
    received=st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)),
    days=st.integers(0, 400),
    online=st.booleans(),
    synced=st.booleans(),
)
def test_what_was_written_is_what_is_read(received: dt.date, days: int, online: bool, synced: bool) -> None:
    ended = received + dt.timedelta(days=days)
    row = case(
        "1",
        Ngày_tiếp_nhận=f"{received:%d/%m/%Y}",
        Ngày_trả_kết_quả=ended.isoformat(),
        Kênh_tiếp_nhận="TRỰC TUYẾN" if online else "Bưu  chính",
        Đồng_bộ_hồ_sơ_lên_DVCQG="có" if synced else "0",
    )
    found = judged(row)

    assert isinstance(found, Case)
    assert (found.received_on, found.ended_on) == (received, ended)
    assert (found.channel == "online", found.case_synced) == (online, synced)
