from __future__ import annotations

import dataclasses
import datetime as dt
import sqlite3
import threading
from typing import Any

import pytest
from indicators import oracle
from indicators.forms import cases_of
from indicators.world import Case, Entry, change, document_id_of, scanned, store
from sqlalchemy import Row, event, func, inspect, select
from sqlalchemy.exc import IntegrityError

from sohoa.catalogue.database import connect, writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.models import Result
from sohoa.indicators import approve_base, compute_rates, headline_path, parse_period, population_items
from sohoa.settings import Settings
from sohoa.warehouse import DENSE, METADATA, VIEWS, StagedRates, connect_warehouse, facts, refresh_warehouse
from sohoa.warehouse.tables import (
    REPLACED,
    copy_ahead,
    digitisation_rate,
    dim_date,
    dim_report_period,
    dim_target,
    fact_digitisation_daily,
    fact_result,
    load,
)

D = dt.date
AS_OF = D(2024, 2, 10)
REGISTER = [
    scanned(D(2021, 5, 1), D(2021, 6, 1), expires_on=D(2021, 12, 31)),
    scanned(D(2021, 5, 1), D(2022, 1, 2), procedure=None, cases=[Case("a"), Case("b", "Từ chối")]),
    Entry(D(2022, 6, 1), unit="G09.02", still_usable=False, unusable_from=D(2022, 7, 1)),
    Entry(None, unit="G09.02", cases=[Case("c", None, D(2023, 2, 1))]),
    Entry(D(2023, 1, 1), ended_on=D(2023, 6, 1)),
    Entry(D(2020, 1, 1), still_usable=False),
    Entry(D(2030, 1, 1)),
]


def rows(settings: Settings, table: Any, *where: Any) -> list[Row[Any]]:
    with connect_warehouse(settings) as connection:
        return list(connection.execute(select(table).where(*where).order_by(*table.primary_key.columns)))


def everything(settings: Settings) -> dict[str, list[Row[Any]]]:
    return {table.name: rows(settings, table) for table in REPLACED}


def publish(settings: Settings) -> None:
    # In full: the test writes into the catalogue without telling of it.
    assert refresh_warehouse(settings, as_of=AS_OF, in_full=True).n_refreshed is None


def test_every_table_is_filled(settings: Settings) -> None:
    store(settings, [*REGISTER, scanned(D(2021, 5, 1), AS_OF + dt.timedelta(days=1))])
    publish(settings)
    assert all(everything(settings).values())


def test_rates_are_those_of_the_command(settings: Settings) -> None:
    store(settings, REGISTER)
    publish(settings)
    for calendar, name in [
        ("civil", "2021"),
        ("civil", "2022Q3"),
        ("civil", "2023H1"),
        ("report", "2023"),
        ("report", "2022Q1"),
    ]:
        found = rows(settings, digitisation_rate, digitisation_rate.c.period_key == f"{calendar}:{name}")
        expected = compute_rates(settings, period=parse_period(name, calendar))
        names = ("indicator", "unit_code", "numerator", "denominator", "rate", "target", "gap", "met")
        by_key = {tuple(getattr(row, n) for n in names) for row in found}
        assert by_key == {tuple(getattr(rate, n) for n in names) for rate in expected}
        assert len(found) == len(expected) == 12


def test_targets_grow_from_the_approved_base_as_soon_as_there_is_one(settings: Settings) -> None:
    """The warehouse, the command and the headline path name one and the same target."""
    store(settings, [*REGISTER, *cases_of(2022, 1, 3)])
    refresh_warehouse(settings, as_of=AS_OF)
    of_2023 = dim_target.c.target_key == "T04a|2023"
    (assumed,) = rows(settings, dim_target, of_2023)
    assert (assumed.value, assumed.basis, assumed.base, assumed.base_approved_on) == (0.8, "assumed_base", 0.6, None)

    approve_base(settings, "T04a", 1, 4, calendar="civil", approved_by="Trần Thị B")
    refresh_warehouse(settings, as_of=AS_OF)
    (measured,) = rows(settings, dim_target, of_2023)
    assert (measured.value, measured.basis, measured.base) == (0.45, "measured_base", 0.25)
    assert measured.base_approved_on is not None
    found = rows(settings, digitisation_rate, digitisation_rate.c.period_key == "civil:2023")
    expected = compute_rates(settings, period=parse_period("2023"))
    assert {(row.indicator, row.unit_code, row.target, row.gap, row.met) for row in found} == {
        (rate.indicator, rate.unit_code, rate.target, rate.gap, rate.met) for rate in expected
    }
    (point,) = [one for one in headline_path(settings, 2023).points if one.year == 2023]
    assert point.target == measured.value


def test_a_warehouse_that_knows_no_approved_base_yet_is_made_anew(settings: Settings) -> None:
    """As an older version left it: without the columns, and with a check that forbids the new basis."""
    store(settings, cases_of(2022, 1, 3))
    publish(settings)
    with sqlite3.connect(settings.home / "warehouse.db") as connection:
        connection.execute("ALTER TABLE dim_target DROP COLUMN base")
    approve_base(settings, "T04a", 1, 3, calendar="civil", approved_by="Trần Thị B")
    refresh_warehouse(settings, as_of=AS_OF)
    assert {row.basis for row in rows(settings, dim_target)} >= {"measured_base", "stated"}


def test_periods_that_have_begun_are_there(settings: Settings) -> None:
    publish(settings)
    names = {row.period_key for row in rows(settings, dim_report_period)}
    for calendar in ("civil", "report"):
        begun = ("2021", "2021H1", "2021Q1", "2023Q4", "2024", "2024H1", "2024Q1")
        assert {f"{calendar}:{name}" for name in begun} <= names
        assert names.isdisjoint(f"{calendar}:{name}" for name in ("2020", "2020Q4", "2024Q2", "2024H2", "2025"))
    assert len(names) == 2 * (3 * 7 + 3)


def test_an_empty_register_gives_rates_without_value(settings: Settings) -> None:
    publish(settings)
    found = rows(settings, digitisation_rate)
    assert found
    assert {(row.unit_code, row.denominator, row.rate, row.gap, row.met) for row in found} == {
        (None, 0, None, None, None)
    }


def test_a_second_refresh_gives_the_same_rows(settings: Settings) -> None:
    store(settings, REGISTER)
    publish(settings)
    first = everything(settings)
    publish(settings)
    assert everything(settings) == first
    assert len(rows(settings, load)) == 2


def test_rows_do_not_depend_on_the_order_of_the_catalogue(settings: Settings) -> None:
    store(settings, REGISTER)
    publish(settings)
    before = everything(settings)
    # What SQLite returns where no order is asked for, the other way round.
    event.listen(connect(settings.warehouse_url), "connect", _reverse)
    connect(settings.warehouse_url).dispose()
    publish(settings)
    assert everything(settings) == before


def _reverse(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA reverse_unordered_selects = ON")


def test_the_dense_view_has_every_day(settings: Settings) -> None:
    store(settings, REGISTER)
    publish(settings)
    with connect_warehouse(settings) as connection:
        dense = list(connection.execute(select(DENSE)))
    totals: dict[tuple[str, D], tuple[int, int]] = {}
    for row in dense:
        if row.population != "P3":
            done, held = totals.get((row.population, row.day), (0, 0))
            totals[row.population, row.day] = (done + row.digitised, held + row.in_force)
    assert max(day for _, day in totals) == AS_OF
    for number in range((AS_OF - D(2021, 1, 1)).days + 1):
        day = D(2021, 1, 1) + dt.timedelta(days=number)
        assert totals["P1", day] == oracle.stock(REGISTER, day, usable_only=False, unit=None)
        assert totals.get(("P2", day), (0, 0)) == oracle.stock(REGISTER, day, usable_only=True, unit=None)


def test_the_sparse_series_has_only_days_of_change(settings: Settings) -> None:
    store(settings, REGISTER)
    publish(settings)
    fact = fact_digitisation_daily.c
    unit = rows(settings, fact_digitisation_daily, fact.unit_code == "G09.02", fact.population == "P2")
    assert [(row.day, row.in_force_change, row.in_force) for row in unit] == [
        (D(2022, 6, 1), 1, 1),
        (D(2022, 7, 1), -1, 0),
        (D(2023, 2, 1), 1, 1),
    ]


def test_a_figure_opens_in_sql(settings: Settings) -> None:
    store(settings, REGISTER)
    publish(settings)
    fact, day = fact_result.c, D(2022, 12, 31)
    in_force = (
        fact.is_counted,
        fact.exists_on <= day,
        fact.out_of_force_on.is_(None) | (fact.out_of_force_on > day),
    )
    found = {
        (row.result_key, row.document_id if row.digitised_on and row.digitised_on <= day else None)
        for row in rows(settings, fact_result, *in_force)
    }
    items = population_items(settings, "T03", day)
    assert found == {(item.result_key, item.document_id) for item in items}
    assert (("2/QĐ-BNV|2021-05-01|G09.01"), document_id_of(2)) in found


def test_report_days_follow_the_cut_offs(settings: Settings) -> None:
    slip_of_the_pen = Entry(D(1941, 1, 1))
    store(settings, [*REGISTER, slip_of_the_pen])
    publish(settings)
    found = {row.day: row for row in rows(settings, dim_date)}
    for name in ("2022Q1", "2022Q4", "2023Q1", "2023Q3"):
        period = parse_period(name, "report")
        for day in (period.start, period.end):
            assert (found[day].report_quarter, found[day].report_year) == (name, period.year)
    assert found[D(2022, 6, 14)].report_half == "2022H1"
    assert found[D(2022, 6, 15)].report_half == "2022H2"
    assert found[D(2022, 6, 30)].half == "2022H1"
    assert max(found) == D(2024, 12, 31)
    days = sorted(found)
    assert days[0] == D(1941, 1, 1)
    assert days[1] == D(1945, 9, 2)


def test_no_personal_data(settings: Settings) -> None:
    store(settings, REGISTER)
    publish(settings)
    told = repr(everything(settings))
    assert "Kín" not in told
    assert "001200000001" not in told


def test_the_gate_stands_between_staging_and_publishing(settings: Settings) -> None:
    store(settings, REGISTER[:1])
    refresh_warehouse(settings)
    store(settings, REGISTER)

    def refuse(staged: StagedRates) -> None:
        (total,) = staged.rates.query(
            "period_key == 'civil:2023' and unit_code.isna() and indicator == 'T01'"
        ).denominator
        assert total > 1
        raise RuntimeError("not good")

    with pytest.raises(RuntimeError, match="not good"):
        refresh_warehouse(settings, refuse, in_full=True)
    assert len(rows(settings, fact_result)) == 1


@pytest.mark.parametrize("table", ["digitisation_rate", "fact_digitisation_daily"])
def test_a_refresh_that_breaks_leaves_the_old_rows(settings: Settings, table: str) -> None:
    store(settings, REGISTER)
    publish(settings)
    before, loads = everything(settings), rows(settings, load)
    store(settings, [*REGISTER, Entry(D(2021, 1, 1), procedure="1.000002")])
    with connect(settings.warehouse_url).begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER full BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    with pytest.raises(IntegrityError, match="disk full"):
        publish(settings)
    assert everything(settings) == before
    assert rows(settings, load) == loads


def test_only_what_changed_is_counted_anew(settings: Settings) -> None:
    store(settings, REGISTER)
    publish(settings)
    assert refresh_warehouse(settings, as_of=AS_OF).n_refreshed == 0
    change(settings, 3, REGISTER[2], dataclasses.replace(REGISTER[2], status="accepted", digitised_on=D(2022, 6, 9)))
    assert refresh_warehouse(settings, as_of=AS_OF).n_refreshed == 1
    (fact,) = rows(settings, fact_result, fact_result.c.result_id == 3)
    assert fact.digitised_on == D(2022, 6, 9)


def test_a_copy_that_is_taken_away_is_noticed_though_nothing_tells_of_its_result(settings: Settings) -> None:
    store(settings, REGISTER)
    publish(settings)
    change(settings, 1, REGISTER[0], dataclasses.replace(REGISTER[0], status=None, digitised_on=None))
    refresh_warehouse(settings, as_of=AS_OF)
    (fact,) = rows(settings, fact_result, fact_result.c.result_id == 1)
    assert fact.document_id is None


def test_results_that_swap_their_keys_are_counted_anew_however_few_are_asked_for_at_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(settings, REGISTER)
    publish(settings)
    monkeypatch.setattr(facts, "IDS_PER_QUERY", 1)
    with writing(settings.catalogue_url) as session:
        one, other = session.get_one(Result, 1), session.get_one(Result, 2)
        keys = one.result_key, other.result_key
        one.result_key = "for now"
        session.flush()
        other.result_key = keys[0]
        session.flush()
        one.result_key = keys[1]
        for number in (1, 2):
            record_event(session, f"swapped:{number}", "result_changed", AS_OF, agent="test", result_id=number)
    assert refresh_warehouse(settings, as_of=AS_OF).n_refreshed == 2
    assert [row.result_key for row in rows(settings, fact_result)[:2]] == [keys[1], keys[0]]


def test_on_a_new_day_only_what_stood_ahead_of_it_is_added(settings: Settings) -> None:
    store(settings, [*REGISTER, scanned(D(2021, 1, 1), AS_OF + dt.timedelta(days=1))])
    publish(settings)
    next_day = AS_OF + dt.timedelta(days=1)
    assert len(rows(settings, copy_ahead)) == 1
    assert refresh_warehouse(settings, as_of=next_day).n_refreshed == 0
    assert rows(settings, copy_ahead) == []
    by_day = everything(settings)
    assert refresh_warehouse(settings, as_of=next_day, in_full=True).n_refreshed is None
    assert everything(settings) == by_day


@pytest.mark.parametrize(
    "other_day",
    [
        pytest.param(AS_OF - dt.timedelta(days=1), id="a day before"),
        pytest.param(D(AS_OF.year, 10, 1), id="another quarter"),
        pytest.param(D(AS_OF.year + 1, 1, 1), id="another year"),
    ],
)
def test_a_day_before_the_last_load_s_and_one_of_another_period_count_everything_anew(
    settings: Settings, other_day: dt.date
) -> None:
    store(settings, REGISTER)
    publish(settings)
    assert refresh_warehouse(settings, as_of=other_day).n_refreshed is None


def test_new_rules_count_everything_anew(settings: Settings) -> None:
    store(settings, REGISTER)
    publish(settings)
    next_day = AS_OF + dt.timedelta(days=1)
    moves = settings.home / "moves.yaml"
    moves.write_text(
        "ministry: G09\nmoves: [{unit: G09.02, successor: G09.04, name: Vụ, since: 2023-01-01}]\n", "utf-8"
    )
    settings.unit_moves = moves
    assert refresh_warehouse(settings, as_of=next_day).n_refreshed is None
    assert refresh_warehouse(settings, as_of=next_day).n_refreshed == 0


@pytest.mark.parametrize(
    "older",
    [
        pytest.param("ALTER TABLE load DROP COLUMN rules", id="a column fewer"),
        pytest.param("ALTER TABLE change_ahead RENAME TO change_daily", id="all changes kept apart"),
    ],
)
def test_tables_of_an_older_version_are_made_anew(settings: Settings, older: str) -> None:
    store(settings, REGISTER)
    publish(settings)
    before = everything(settings)
    with connect(settings.warehouse_url).begin() as connection:
        connection.exec_driver_sql(older)
    assert refresh_warehouse(settings, as_of=AS_OF).n_refreshed is None
    assert everything(settings) == before
    with connect(settings.warehouse_url).connect() as connection:
        assert "change_daily" not in inspect(connection).get_table_names()


def test_a_reader_sees_the_old_rows_until_the_commit(settings: Settings) -> None:
    store(settings, REGISTER[:1])
    publish(settings)
    store(settings, REGISTER)
    nearly_done, go_on = threading.Event(), threading.Event()

    def wait_before_load_row(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO load "):
            nearly_done.set()
            assert go_on.wait(30)

    engine = connect(settings.warehouse_url)
    event.listen(engine, "before_cursor_execute", wait_before_load_row)
    publisher = threading.Thread(target=publish, args=(settings,))
    publisher.start()
    try:
        assert nearly_done.wait(30)
        during = count(settings)
    finally:
        go_on.set()
        publisher.join(30)
        event.remove(engine, "before_cursor_execute", wait_before_load_row)
    assert during == 1
    assert count(settings) == len(REGISTER)


def count(settings: Settings) -> int | None:
    with connect_warehouse(settings) as connection:
        return connection.scalar(select(func.count()).select_from(fact_result))


def test_two_refreshes_at_once_end_in_one_state(settings: Settings) -> None:
    store(settings, REGISTER)
    threads = [threading.Thread(target=refresh_warehouse, args=(settings,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(rows(settings, fact_result)) == len(REGISTER)
    assert 1 <= len(rows(settings, load)) <= 3


def test_a_load_holds_up_nobody_who_writes_into_the_catalogue(settings: Settings) -> None:
    store(settings, REGISTER)

    def write(_staged: StagedRates) -> None:
        with sqlite3.connect(settings.home / "catalogue.db", timeout=0) as connection:
            connection.execute("UPDATE register_import SET file_name = 'elsewhere.csv'")

    refresh_warehouse(settings, write, as_of=AS_OF)
    assert len(rows(settings, fact_result)) == len(REGISTER)


def test_after_a_load_the_catalogue_is_no_part_of_the_warehouse(settings: Settings) -> None:
    publish(settings)
    with connect_warehouse(settings, writes=True) as connection:
        assert [name for _, name, _ in connection.exec_driver_sql("PRAGMA database_list")] == ["main"]


def test_every_table_and_column_is_explained() -> None:
    for table in METADATA.sorted_tables:
        if table in (DENSE, *VIEWS):
            continue
        assert table.comment, table.name
        assert all(column.comment for column in table.columns), table.name
        assert table.primary_key.columns
