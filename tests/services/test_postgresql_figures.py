"""Figures of case exports and readings on a real PostgreSQL, against those on SQLite."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, insert, select, text
from sqlalchemy.exc import DBAPIError

from sohoa.cases import import_cases, read_cases
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Batch, Document, Master, RegisterImport, Result, ScanFile, utc_now
from sohoa.catalogue.units import ensure_unit
from sohoa.indicators import (
    approve_base,
    compute_rates,
    import_readings,
    load_moves,
    parse_period,
    standings,
    standings_of,
)
from sohoa.indicators.forecast import forecasts
from sohoa.settings import Settings
from sohoa.warehouse import bulk, connect_warehouse, given, newest_load, publish, published_forecasts, refresh_warehouse
from sohoa.warehouse.adding import add_changes
from sohoa.warehouse.tables import (
    REPLACED,
    copy_ahead,
    digitisation_rate,
    dim_target,
    fact_case,
    fact_digitisation_daily,
    fact_result,
    fact_unit_daily,
)

from .databases import both

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("others")]

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
    server, embedded = both(postgresql, tmp_path, "figures")
    found = all_figures(embedded, tmp_path)
    assert all_figures(server, tmp_path) == found
    late = [one for one in found if (one["indicator"], one["period"], one["calendar"]) == ("Q766-2.1", "2024", "civil")]
    assert (late[0]["numerator"], late[0]["denominator"]) == (1, 2)


AS_OF = dt.date(2024, 6, 26)


def store_results(settings: Settings) -> None:
    """Five results of 2020: three digitised in the last three weeks before AS_OF, one in review, one not scanned."""
    migrate(settings)
    now, old, file = utc_now(), dt.date(2020, 5, 1), {"sha256": "0" * 64, "size_bytes": 1}
    counts = dict.fromkeys(("n_rows", "n_new", "n_changed", "n_unchanged", "n_rejected"), 0)
    source = {"file_name": "r.csv", "sha256": "0" * 64, "imported_at": now, "imported_on": dt.date(2021, 3, 1)}
    seen = {"first_seen_at": now, "stable_since": now, "size_bytes": 1, "mtime_ns": 1}
    with writing(settings.catalogue_url) as session:
        session.add(RegisterImport(id=1, **source, **counts))
        session.add(Batch(id="b", unit_code="G09.01", name="b", status="published", source="inbox", first_seen_at=now))
        session.flush()
        session.add(ScanFile(id=1, batch_id="b", path="a.pdf", **seen))
        session.flush()
        session.add(Master(first_file_id=1, stored_at=now, **file))
        for number in range(1, 6):
            code = f"{number}/QD-BNV"
            own = {"id": number, "result_key": code, "code_text": code, "code_folded": code}
            common = {"validity": "in_force", "first_import_id": 1}
            session.add(Result(**own, **common, issued_on=old, unit_code=f"G09.0{1 + number % 2}"))
        session.flush()
        for number in range(1, 5):
            accepted = number < 4
            session.add(
                Document(
                    document_id=f"doc-{number}",
                    batch_id="b",
                    sha256="0" * 64,
                    first_page=number,
                    page_count=1,
                    unit_code="G09.01",
                    source_file="a.pdf",
                    source_files=["a.pdf"],
                    status="accepted" if accepted else "in_review",
                    result_id=number if accepted else None,
                    digitised_on=AS_OF - dt.timedelta(weeks=number - 1) if accepted else None,
                    code_number=str(number),
                    code_notation="QĐ-BNV",
                    issued_on=old,
                )
            )


def test_both_databases_forecast_the_same_and_publish_the_approved_base(postgresql: str, tmp_path: Path) -> None:
    told, published = [], []
    for settings in both(postgresql, tmp_path, "forecasts"):
        store_results(settings)
        refresh_warehouse(settings, as_of=AS_OF)
        approve_base(settings, "T04a", 1, 3, calendar="civil", approved_by="B")
        refresh_warehouse(settings, as_of=AS_OF)
        told.append([line.as_dict() for line in forecasts(settings, as_of=AS_OF, weeks=3)])
        with connect_warehouse(settings) as connection, reading(settings.catalogue_url) as session:
            lines = published_forecasts(connection, session.connection(), AS_OF, load_moves(settings), weeks=3)
        assert [line.as_dict() for line in lines] == told[-1]
        rate, target = digitisation_rate.c, dim_target.c
        with connect_warehouse(settings) as connection:
            query = select(rate.unit_code, rate.indicator, rate.period_key, rate.target).order_by(rate.rate_key)
            grown = select(target.value, target.basis, target.base).where(target.target_key == "T04a|2023")
            published.append(([tuple(row) for row in connection.execute(query)], connection.execute(grown).one()))
        (of_2023,) = {
            one.target for one in compute_rates(settings, period=parse_period("2023")) if one.indicator == "T04a"
        }
        assert published[-1][1] == (of_2023, "measured_base", 1 / 3)
    assert told[0] == told[1]
    assert published[0] == published[1]
    (whole,) = [line for line in told[0] if (line["indicator"], line["unit_code"]) == ("T03", None)]
    assert (whole["missing"], whole["pace"], whole["expected_on"]) == (2, 1.0, AS_OF + dt.timedelta(weeks=2))
    assert (whole["shortfall"]["in_review"], whole["shortfall"]["not_scanned"]) == (1, 1)


def test_day_by_day_either_database_comes_to_the_rows_of_a_full_load(postgresql: str, tmp_path: Path) -> None:
    for settings in both(postgresql, tmp_path, "by_day"):
        store_results(settings)
        refresh_warehouse(settings, as_of=AS_OF - dt.timedelta(days=9))
        for days_left in (5, 0):
            done = refresh_warehouse(settings, as_of=AS_OF - dt.timedelta(days=days_left))
            assert done.n_refreshed == 0
        by_day = reported(settings)
        refresh_warehouse(settings, as_of=AS_OF, in_full=True)
        assert reported(settings) == by_day


def test_a_reader_sees_one_load_however_long_it_reads(postgresql: str, tmp_path: Path) -> None:
    for settings in both(postgresql, tmp_path, "one_load"):
        store_results(settings)
        refresh_warehouse(settings, as_of=AS_OF)
        with connect_warehouse(settings) as connection:
            before = newest_load(connection)
            refresh_warehouse(settings, as_of=AS_OF + dt.timedelta(days=1))
            assert newest_load(connection) == before
        with connect_warehouse(settings) as connection:
            assert newest_load(connection) != before


def test_what_a_full_load_replaced_is_thrown_away_at_once(postgresql: str, tmp_path: Path) -> None:
    server, _ = both(postgresql, tmp_path, "tidy")
    store_results(server)
    looked_after = text(
        "SELECT relname, vacuum_count, n_dead_tup FROM pg_stat_user_tables WHERE schemaname = 'reporting'"
    )
    for times in (1, 2):
        refresh_warehouse(server, as_of=AS_OF, in_full=True)
        with connect_warehouse(server) as connection:
            found = {name: (n_times, n_dead) for name, n_times, n_dead in connection.execute(looked_after)}
        assert found.pop("load")[0] == 0
        assert set(found.values()) == {(times, 0)}


def test_the_facts_of_a_copy_that_is_accepted_stay_on_their_page(postgresql: str, tmp_path: Path) -> None:
    """So that no index need learn where they are."""
    server, _ = both(postgresql, tmp_path, "in_place")
    store_results(server)
    more = [
        {"id": number, "result_key": f"{number}/QD-BNV", "validity": "in_force", "first_import_id": 1}
        | {"code_text": f"{number}/QD-BNV", "code_folded": f"{number}/QD-BNV", "unit_code": "G09.01"}
        for number in range(6, 300)
    ]
    with writing(server.catalogue_url) as session:
        session.execute(insert(Result), more)
    refresh_warehouse(server, as_of=AS_OF)
    pages = text(
        "SELECT (r.ctid::text::point)[0], (c.ctid::text::point)[0], c.digitised_on, "
        "(SELECT max((ctid::text::point)[0]) FROM reporting.fact_result) "
        "FROM reporting.fact_result r JOIN reporting.fact_case c USING (result_id) WHERE result_id = 5"
    )
    with connect_warehouse(server) as connection:
        before = connection.execute(pages).one()
    with writing(server.catalogue_url) as session:
        document = session.scalars(select(Document).where(Document.status == "in_review")).one()
        document.status, document.result_id, document.digitised_on = "accepted", 5, AS_OF
        told = {"document_id": document.document_id, "result_id": 5}
        record_event(session, "accepted:5", "document_accepted", AS_OF, agent="test", **told)
    assert refresh_warehouse(server, as_of=AS_OF).n_refreshed == 1
    with connect_warehouse(server) as connection:
        after = connection.execute(pages).one()
    assert (before[2], after[2]) == (None, AS_OF)
    assert before[:2] == after[:2]
    assert after[3] > 1, "all facts are on one page"


def test_a_load_that_cannot_be_tidied_up_after_stands(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server, _ = both(postgresql, tmp_path, "untidy")
    store_results(server)
    monkeypatch.setattr(publish, "REPLACED", (*REPLACED, Table("nowhere", MetaData())))
    monkeypatch.setattr(publish, "_bring_up_to_date", lambda *_: None)
    refresh_warehouse(server, as_of=AS_OF)
    assert "not vacuumed" in caplog.text
    with connect_warehouse(server) as connection:
        assert newest_load(connection) is not None


def reported(settings: Settings) -> list[list[str]]:
    """The rows of the tables that reports are made of."""
    with connect_warehouse(settings) as connection:
        tables = (fact_result, fact_case, fact_digitisation_daily, digitisation_rate, fact_unit_daily, copy_ahead)
        return [sorted(map(repr, connection.execute(select(table)))) for table in tables]


ABOVE = "Thủ tướng Chính phủ: 100%s \\n 'và' \"khác\""
"""A higher authority, written so that whatever is not quoted on its way into a query breaks it."""


def test_catalogue_and_warehouse_may_stand_in_databases_of_their_own(postgresql: str, tmp_path: Path) -> None:
    server, embedded = both(postgresql, tmp_path, "own_catalogue")
    other, _ = both(postgresql, tmp_path / "other", "own_warehouse")
    for settings in (server, embedded):
        store_results(settings)
        with writing(settings.catalogue_url) as session:
            session.get_one(Result, 5).deciding_authority = ABOVE
    found, changed = [], []
    for number, (catalogue, warehouse) in enumerate(
        ((embedded, embedded), (server, server), (server, other), (embedded, other))
    ):
        urls = {"catalogue_url": catalogue.catalogue_url, "warehouse_url": warehouse.warehouse_url}
        settings = Settings(home=tmp_path, **urls)
        refresh_warehouse(settings, as_of=AS_OF, in_full=True)
        found.append(reported(settings))
        for ended_on in (AS_OF, None):
            with writing(settings.catalogue_url) as session:
                session.get_one(Result, 1).ended_on = ended_on
                key = f"{number}:{ended_on}"
                record_event(session, key, "result_changed", AS_OF, agent="test", result_id=1)
            assert refresh_warehouse(settings, as_of=AS_OF).n_refreshed == 1
            changed.append(reported(settings))
    assert all(one == found[0] for one in (*found, *changed[1::2]))
    assert changed[0] != found[0]
    assert all(one == changed[0] for one in changed[::2])
    assert [len(rows) for rows in found[0][:2]] == [5, 4]


MOVES = """\
ministry: G09
moves:
  - {unit: "G09.5%s 'a'", successor: G09.02, name: Vụ Hai, since: 2021-03-01}
"""
"""A unit that moved, its code written so that whatever is not quoted on its way into a query breaks it."""


def test_the_series_is_the_same_however_little_is_fetched_at_once(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "moves.yaml").write_text(MOVES, encoding="utf-8")
    found = []
    for own in both(postgresql, tmp_path, "little_at_once"):
        settings = own.model_copy(update={"unit_moves": tmp_path / "moves.yaml"})
        store_results(settings)
        with writing(settings.catalogue_url) as session:
            ensure_unit(session, "G09.5%s 'a'", None, "register")
            session.get_one(Result, 5).unit_code = "G09.5%s 'a'"
        refresh_warehouse(settings, as_of=AS_OF)
        found.append(reported(settings))
        monkeypatch.setattr(bulk, "_ROWS", 1)
        refresh_warehouse(settings, as_of=AS_OF, in_full=True)
        found.append(reported(settings))
        monkeypatch.undo()
    assert any("5%s" in row and "2020, 5, 1" in row for row in found[0][2])
    assert all(one == found[0] for one in found)


def test_changes_are_added_alike_however_many_are_handed_over_at_once(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(given, "_PORTION", 7)
    first, n_days = dt.date(2024, 1, 1), 40
    days = [first + dt.timedelta(number) for number in range(n_days)]
    for each in both(postgresql, tmp_path, "added"):
        migrate(each)
        refresh_warehouse(each, as_of=first)
        with connect_warehouse(each, writes=True) as connection:
            add_changes(connection, fact_unit_daily, {("P1", 0, 0, day, "Đ'\"1"): (day.day, -1) for day in days})
            taken = {("P1", 0, 0, day, "Đ'\"1"): (-day.day, day.month) for day in days[10:]}
            add_changes(connection, fact_unit_daily, taken)
            columns = fact_unit_daily.c
            query = select(columns.day, columns.in_force_change, columns.digitised_change).order_by(columns.day)
            found = [tuple(row) for row in connection.execute(query)]
        january = [(day, day.day, -1) for day in days[:10]]  # where nothing is left there is no row
        assert found == january + [(day, 0, 1) for day in days if day.month == 2]


def test_what_breaks_while_rows_are_written_is_told_as_an_error_of_the_database(
    postgresql: str, tmp_path: Path
) -> None:
    settings, _ = both(postgresql, tmp_path, "broken")
    store_results(settings)
    refresh_warehouse(settings, as_of=AS_OF)
    before = reported(settings)
    with writing(settings.catalogue_url) as session:
        body = "BEGIN RAISE 'disk full'; END"
        session.execute(text(f"CREATE FUNCTION fill() RETURNS trigger AS $${body}$$ LANGUAGE plpgsql"))
        table = "reporting.fact_digitisation_daily"
        session.execute(text(f"CREATE TRIGGER fill BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fill()"))
    with pytest.raises(DBAPIError, match="disk full"):
        refresh_warehouse(settings, as_of=AS_OF, in_full=True)
    assert reported(settings) == before
