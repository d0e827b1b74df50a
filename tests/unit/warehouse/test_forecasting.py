"""The forecasts of the newest load, against those that the catalogue gives of its day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from indicators.test_rates import entries
from indicators.world import Case, Entry, change, document_id_of, prepare, scanned, store
from sqlalchemy import delete, select

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import ReviewItem, ScanFile, utc_now
from sohoa.indicators import Forecast, approve_base, forecasts, load_moves
from sohoa.settings import Settings
from sohoa.warehouse import connect_warehouse, newest_load, published_forecasts, refresh_warehouse
from sohoa.warehouse.tables import digitisation_rate
from warehouse.moved import installation

D = dt.date
OLD = D(2020, 5, 1)
AS_OF = D(2022, 6, 29)
DAYS_OF_LOADS = (D(2021, 2, 1), AS_OF, D(2022, 12, 31), D(2023, 1, 20), D(2023, 6, 8))
"""Among them the last day of a year, one on which a cohort is three weeks old, and one a week after a unit moved."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A catalogue for the tests of this module, in an installation some of whose units moved."""
    return installation(tmp_path_factory.mktemp("home"))


def wait(settings: Settings, register: Sequence[Entry], *, quarantined: Sequence[str] = ()) -> None:
    """Link what is in review to its results, and quarantine a file of each of these dossiers."""
    now = utc_now()
    seen = {"first_seen_at": now, "stable_since": now, "size_bytes": 1, "mtime_ns": 1}
    with writing(settings.catalogue_url) as session:
        session.execute(delete(ReviewItem))
        session.execute(delete(ScanFile).where(ScanFile.id > 1))
        session.add_all(
            ReviewItem(document_id=document_id_of(number), result_id=number)
            for number, entry in enumerate(register, start=1)
            if entry.status == "in_review"
        )
        session.add_all(
            ScanFile(id=2 + n, batch_id="batch", path=f"{n}.pdf", outcome="quarantined", dossier_code=code, **seen)
            for n, code in enumerate(quarantined)
        )


def clear(settings: Settings) -> None:
    """Take away what refers to results that the next register does not have."""
    wait(settings, [])


def published(settings: Settings, weeks: int = 12, units: Sequence[str | None] | None = None) -> list[Forecast]:
    with connect_warehouse(settings) as connection, reading(settings.catalogue_url) as session:
        newest = newest_load(connection)
        assert newest is not None
        moves = load_moves(settings)
        as_of, catalogue = newest.as_of, session.connection()
        return published_forecasts(connection, catalogue, as_of, moves, weeks=weeks, units=units)


def load_and_compare(settings: Settings, register: Sequence[Entry], as_of: dt.date = AS_OF) -> list[Forecast]:
    clear(settings)
    store(settings, register)
    refresh_warehouse(settings, as_of=as_of, in_full=True)
    found = published(settings)
    assert found == forecasts(settings, as_of=as_of)
    assert beside_rates(settings) == expected_beside_rates(found)
    return found


def beside_rates(settings: Settings) -> dict[tuple[str, str, str | None], dt.date]:
    """What stands in `digitisation_rate`, by period, indicator and unit."""
    rate = digitisation_rate.c
    query = select(rate.period_key, rate.indicator, rate.unit_code, rate.forecast_on)
    with connect_warehouse(settings) as connection:
        return {tuple(row[:3]): row[3] for row in connection.execute(query.where(rate.forecast_on.is_not(None)))}


def expected_beside_rates(found: Sequence[Forecast]) -> dict[tuple[str, str, str | None], dt.date]:
    return {
        (f"civil:{line.as_of.year}", line.indicator, line.unit_code): line.outlook.expected_on
        for line in found
        if line.target_year == line.as_of.year and line.outlook.expected_on
    }


def one(found: Sequence[Forecast], indicator: str, unit: str | None = None) -> Forecast:
    (chosen,) = [line for line in found if (line.indicator, line.unit_code) == (indicator, unit)]
    return chosen


def test_a_week_adds_what_was_digitised_and_what_the_population_grew_by(settings: Settings) -> None:
    """Each of two weeks 4 digitised and 5 new members, of 30 at the end."""
    weeks = [AS_OF - dt.timedelta(weeks=week) for week in (1, 0)]
    register = [scanned(OLD, day) for day in weeks for _ in range(4)]
    register += [*[Entry(OLD)] * 12, *[Entry(day) for day in weeks for _ in range(5)]]
    found = load_and_compare(settings, register)
    assert one(found, "T02").pace == pytest.approx(8 / 12)
    (short,) = [line for line in published(settings, weeks=2) if (line.indicator, line.unit_code) == ("T02", None)]
    assert (short.numerator, short.denominator, short.pace, short.growth) == (8, 30, 4.0, 5.0)


def test_the_expected_day_stands_beside_the_running_year_s_rate_until_it_is_reached(settings: Settings) -> None:
    """Of 60 one a week: 24 are missing of the 60 % that 2022 asks for."""
    register = [scanned(OLD, AS_OF - dt.timedelta(weeks=week)) for week in range(12)] + [Entry(OLD)] * 48
    load_and_compare(settings, register)
    assert beside_rates(settings)["civil:2022", "T02", None] == AS_OF + dt.timedelta(weeks=24)
    of_2022 = {("civil:2022", "T02"), ("civil:2022", "T03")}  # those with a target of that year
    assert {place[:2] for place in beside_rates(settings)} == of_2022
    load_and_compare(settings, [scanned(OLD, D(2021, 1, 1))])
    assert beside_rates(settings) == {}


def test_what_ends_after_the_load_still_counts_on_its_day(settings: Settings) -> None:
    register = [scanned(OLD, D(2021, 1, 1), expires_on=AS_OF), Entry(OLD, ended_on=AS_OF + dt.timedelta(days=2))]
    whole = one(load_and_compare(settings, register), "T03")
    assert (whole.numerator, whole.denominator) == (1, 2)


def test_a_copy_of_a_day_to_come_is_told_apart(settings: Settings) -> None:
    later = AS_OF + dt.timedelta(days=1)
    register = [scanned(OLD, later), scanned(OLD, later, unit="G09.02"), scanned(OLD, AS_OF), Entry(OLD)]
    found = load_and_compare(settings, register)
    assert one(found, "T01").shortfall.digitised_later == 2
    assert one(found, "T01", "G09.01").shortfall.digitised_later == 1
    assert one(found, "T01").shortfall.not_scanned == 1


def test_a_unit_has_what_came_to_it(settings: Settings) -> None:
    """G09.02 moved to G09.04 on 1 March 2022: nine of the twelve weeks lie after it on 5 May."""
    register = [scanned(OLD, D(2022, 3, 10), unit="G09.02"), Entry(OLD, unit="G09.02")]
    found = load_and_compare(settings, register, D(2022, 5, 5))
    assert one(found, "T03", "G09.02").denominator == 0
    for units in ([None], ["G09.04"], [None, "G09.02"]):
        assert published(settings, units=units) == [line for line in found if line.unit_code in units] != []
    successor = one(found, "T03", "G09.04")
    assert (successor.numerator, successor.denominator, successor.growth) == (1, 2, pytest.approx(2 / 12))


@pytest.mark.parametrize("day", [D(2023, 12, 31), D(2024, 1, 3), D(2024, 1, 21), D(2024, 3, 31), D(2024, 4, 1)])
def test_a_cohort_begins_with_its_year_and_quarters_end_within_it(settings: Settings, day: dt.date) -> None:
    days = [D(2023, 12, 10), D(2023, 12, 20), D(2024, 1, 3), D(2024, 1, 17), D(2024, 3, 31)]
    copies = [scanned(one, one, cases=[Case(f"c{n}", None, one, one)]) for n, one in enumerate(days)]
    found = load_and_compare(settings, [*copies, Entry(days[0]), Entry(days[2])], day)
    of_the_year = [one for one in days if one.year == day.year and one <= day]
    assert one(found, "T04a").numerator == len(of_the_year)


def test_what_waits_is_found_among_what_was_loaded(settings: Settings) -> None:
    register = [Entry(OLD, status="in_review"), Entry(OLD, cases=[Case("hs-2")]), Entry(OLD, unit="G09.03"), Entry(OLD)]
    load_and_compare(settings, register)
    wait(settings, register, quarantined=["hs-2"])
    found = published(settings)
    assert found == forecasts(settings, as_of=AS_OF)
    told = one(found, "T03").shortfall
    assert (told.in_review, told.quarantined, told.not_scanned) == (1, 1, 2)


def test_an_empty_register_has_nothing_to_count(settings: Settings) -> None:
    found = load_and_compare(settings, [])
    assert {(line.unit_code, line.outlook.state) for line in found} == {(None, "nothing_to_count")}


def test_targets_grow_from_the_approved_base(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    migrate(settings)
    prepare(settings)
    store(settings, [Entry(OLD)])
    approve_base(settings, "T04a", 1, 4, calendar="civil", approved_by="Trần Thị B")
    refresh_warehouse(settings, as_of=D(2023, 6, 1))
    found = published(settings)
    assert found == forecasts(settings, as_of=D(2023, 6, 1))
    assert float(one(found, "T04a").target) == 0.45


def test_a_day_before_the_first_target_has_no_forecasts(settings: Settings) -> None:
    clear(settings)
    store(settings, [Entry(OLD)])
    refresh_warehouse(settings, as_of=D(2020, 12, 20), in_full=True)
    assert published(settings) == []


@given(
    st.lists(entries(), max_size=8),
    st.sampled_from(DAYS_OF_LOADS),
    st.lists(st.tuples(st.integers(0, 8), entries()), max_size=3),
)
@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_forecasts_of_any_history_are_those_of_the_catalogue(
    settings: Settings, register: list[Entry], as_of: dt.date, steps: list[tuple[int, Entry]]
) -> None:
    load_and_compare(settings, register, as_of)
    known = list(register)
    for at, drawn in steps:
        number = min(at, len(known))
        old = known[number] if number < len(known) else None
        new = replace(drawn, unit=old.unit) if old else drawn  # a result keeps its unit, by which it is known
        change(settings, number + 1, old, new)
        known[number:] = [new, *known[number + 1 :]]
    wait(settings, known, quarantined=["0", "1"])
    assert refresh_warehouse(settings, as_of=as_of).n_refreshed is not None, "all were counted anew"
    found = published(settings)
    assert found == forecasts(settings, as_of=as_of)
    assert beside_rates(settings) == expected_beside_rates(found)
    assert all(line.shortfall.total == line.denominator - line.numerator for line in found)
