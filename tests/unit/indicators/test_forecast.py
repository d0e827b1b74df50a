from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as runs
from hypothesis import strategies as st
from sqlalchemy import delete

from indicators.world import SHA, Case, Entry, document_id_of, scanned, store
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import Document, ReviewItem, ScanFile, utc_now
from sohoa.errors import SohoaError
from sohoa.indicators.forecast import Forecast, forecasts
from sohoa.indicators.moves import load_moves
from sohoa.indicators.shortfall import Shortfall, shortfalls
from sohoa.settings import Settings

OLD = dt.date(2020, 5, 1)
AS_OF = dt.date(2022, 6, 29)
"""A Wednesday; the last day of 2022 lies 185 days ahead."""


def one(found: list[Forecast], indicator: str, unit: str | None = None) -> Forecast:
    (chosen,) = [line for line in found if (line.indicator, line.unit_code) == (indicator, unit)]
    return chosen


def digitised_in_week(number: int, how_many: int) -> list[Entry]:
    """Results digitised in the `number`-th week before AS_OF; its last day is the latest."""
    return [scanned(OLD, AS_OF - dt.timedelta(weeks=number - 1)) for _ in range(how_many)]


def in_review(settings: Settings, number: int, **fields: object) -> None:
    """A document that waits for a person, numbered beyond the register's."""
    with writing(settings.catalogue_url) as session:
        session.add(
            Document(
                document_id=document_id_of(900 + number),
                batch_id="batch",
                sha256=SHA,
                first_page=900 + number,
                page_count=1,
                unit_code="G09.01",
                source_file="a.pdf",
                source_files=["a.pdf"],
                status="in_review",
                **fields,
            )
        )


@pytest.fixture(autouse=True)
def _nothing_waits(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        session.execute(delete(ReviewItem))
        session.execute(delete(ScanFile).where(ScanFile.id > 1))


def test_pace_dates_and_need_are_those_worked_out_by_hand(settings: Settings) -> None:
    """40 results, digitised 2, 4, 2, 4 in four weeks: 12 of 40. T02 wants 60 %, 24: 12 are missing, at 3 a week
    four weeks. T03 wants all 40: 28 missing. Until 31 December 185 days are left, 26.43 weeks."""
    copies = [entry for week, count in ((4, 2), (3, 4), (2, 2), (1, 4)) for entry in digitised_in_week(week, count)]
    store(settings, [*copies, *[Entry(OLD)] * 28])
    found = forecasts(settings, as_of=AS_OF, weeks=4)
    usable, complete = one(found, "T02"), one(found, "T03")

    assert (usable.numerator, usable.denominator, usable.missing, usable.n_weeks) == (12, 40, 12, 4)
    assert (usable.pace, usable.growth, usable.target) == (3.0, 0.0, Decimal("0.60"))
    assert usable.outlook.expected_on == AS_OF + dt.timedelta(weeks=4)
    assert usable.outlook.earliest_on is not None
    assert usable.outlook.latest_on is not None
    assert usable.outlook.earliest_on < usable.outlook.expected_on < usable.outlook.latest_on
    assert usable.due_on == dt.date(2022, 12, 31)
    assert usable.needed_a_week == pytest.approx(12 / (185 / 7))
    assert usable.on_time is True
    assert (complete.missing, complete.outlook.expected_on) == (28, AS_OF + dt.timedelta(days=66))
    assert complete.needed_a_week == pytest.approx(28 / (185 / 7))


def test_a_target_whose_year_is_over_stays_open_without_a_weekly_need(settings: Settings) -> None:
    """T01 is of 2021 and has no end (C3)."""
    store(settings, [*digitised_in_week(2, 1), *digitised_in_week(1, 1), *[Entry(OLD)] * 8])
    late = one(forecasts(settings, as_of=AS_OF, weeks=2), "T01")
    assert (late.target_year, late.missing, late.needed_a_week, late.on_time) == (2021, 2, None, None)
    assert late.outlook.expected_on == AS_OF + dt.timedelta(weeks=2)


def test_a_growing_population_puts_the_date_off(settings: Settings) -> None:
    """Each week 4 digitised and 5 new members: for 60 % a week gains 4 − 0.6 × 5 = 1 document."""
    new = [Entry(AS_OF - dt.timedelta(weeks=week)) for week in (1, 0) for _ in range(5)]
    store(settings, [*digitised_in_week(2, 4), *digitised_in_week(1, 4), *[Entry(OLD)] * 12, *new])
    found = one(forecasts(settings, as_of=AS_OF, weeks=2), "T02")

    assert (found.numerator, found.denominator, found.missing) == (8, 30, 10)
    assert (found.pace, found.growth) == (4.0, 5.0)
    assert found.outlook.expected_on == AS_OF + dt.timedelta(weeks=10)
    assert found.needed_a_week == pytest.approx(10 / (185 / 7) + 0.6 * 5)


def test_no_pace_means_not_in_sight(settings: Settings) -> None:
    store(settings, [scanned(OLD, dt.date(2021, 1, 1)), Entry(OLD), Entry(OLD)])
    found = one(forecasts(settings, as_of=AS_OF), "T02")
    assert (found.pace, found.outlook.state, found.outlook.expected_on, found.on_time) == (
        0.0,
        "not_in_sight",
        None,
        False,
    )


def test_a_reached_target_and_an_empty_population_say_so(settings: Settings) -> None:
    store(settings, [scanned(OLD, dt.date(2021, 1, 1))])
    found = forecasts(settings, as_of=dt.date(2024, 6, 1))
    assert (one(found, "T02").outlook.state, one(found, "T02").missing) == ("reached", 0)
    assert one(found, "T04a").outlook.state == "nothing_to_count"


def test_the_pace_of_a_cohort_begins_with_its_year(settings: Settings) -> None:
    """On 21 January 2024 the cohort is three weeks old: weeks of the year before are no idle weeks of it."""
    days = [dt.date(2024, 1, 3), dt.date(2024, 1, 10), dt.date(2024, 1, 17)]
    copies = [scanned(day, day, cases=[Case(f"c{n}", "Đã giải quyết", day, day)]) for n, day in enumerate(days)]
    missing = Entry(days[0], cases=[Case("c9", "Đã giải quyết", days[0], days[0])])
    store(settings, [*copies, missing])
    found = one(forecasts(settings, as_of=dt.date(2024, 1, 21), weeks=12), "T04a")
    assert (found.numerator, found.denominator, found.n_weeks, found.pace) == (3, 4, 3, 1.0)
    too_young = one(forecasts(settings, as_of=dt.date(2024, 1, 10), weeks=12), "T04a")
    assert (too_young.n_weeks, too_young.outlook.state) == (1, "too_little_data")


@pytest.mark.parametrize(("n_missing", "state"), [(2, "in_sight"), (60, "not_in_sight")])
def test_what_lies_beyond_the_year_of_its_cases_is_not_in_sight(settings: Settings, n_missing: int, state: str) -> None:
    """One a week until the middle of November 2024: six more weeks bring no sixty."""
    first = dt.date(2024, 1, 2)
    days = [dt.date(2024, 11, 20) - dt.timedelta(weeks=week) for week in range(4)]
    copies = [scanned(first, day, cases=[Case(f"c{day}", "Đã giải quyết", first, first)]) for day in days]
    missing = [Entry(first, cases=[Case(f"m{n}", "Đã giải quyết", first, first)]) for n in range(n_missing)]
    store(settings, [*copies, *missing])
    found = one(forecasts(settings, as_of=dt.date(2024, 11, 20), weeks=4), "T04a")
    assert (found.missing, found.pace, found.outlook.state) == (n_missing, 1.0, state)
    assert found.on_time is (state == "in_sight")


def test_units_have_their_own_forecasts_and_add_up(settings: Settings) -> None:
    store(settings, [*digitised_in_week(1, 3), *[Entry(OLD)] * 4, *[Entry(OLD, unit="G09.02")] * 5])
    found = forecasts(settings, as_of=AS_OF)
    units = [line for line in found if line.indicator == "T03" and line.unit_code]
    assert {line.unit_code: line.missing for line in units} == {"G09.01": 4, "G09.02": 5}
    assert one(found, "T03").missing == 9
    assert {line.unit_code for line in forecasts(settings, as_of=AS_OF, unit="G09.02")} == {"G09.02"}
    with pytest.raises(SohoaError, match="Không có đơn vị"):
        forecasts(settings, unit="G09.77")


@pytest.mark.parametrize("weeks", [1, 0, -5, 261])
def test_a_window_too_short_or_too_long_is_refused(settings: Settings, weeks: int) -> None:
    with pytest.raises(SohoaError, match="2 đến 260"):
        forecasts(settings, weeks=weeks)


@pytest.mark.parametrize("day", [dt.date.min, dt.date(2020, 12, 31), dt.date.max])
def test_a_day_without_any_target_is_refused(settings: Settings, day: dt.date) -> None:
    with pytest.raises(SohoaError, match="2021 đến"):
        forecasts(settings, as_of=day)


@pytest.mark.parametrize("day", [dt.date(2021, 1, 1), dt.date(2200, 12, 31)])
def test_the_first_and_the_last_day_can_be_asked_for(settings: Settings, day: dt.date) -> None:
    store(settings, [Entry(OLD)])
    assert one(forecasts(settings, as_of=day, weeks=260), "T01").outlook.state == "not_in_sight"


def test_what_waits_is_found_by_number_dossier_or_a_persons_link(settings: Settings) -> None:
    """World numbers results as `<number>/QĐ-BNV` of their day."""
    store(
        settings,
        [Entry(OLD), Entry(OLD), Entry(OLD, cases=[Case("hs-3")]), Entry(OLD, cases=[Case("hs-4")]), Entry(OLD)],
    )
    with writing(settings.catalogue_url) as session:
        for number in range(1, 6):
            _fold(session, number)
        session.add(_quarantined("hs-4"))
        session.add(ReviewItem(document_id=document_id_of(902), result_id=2))
    in_review(settings, 1, code_number="1", code_notation="QĐ-BNV", issued_on=OLD)
    in_review(settings, 2)
    in_review(settings, 3, code_number="78", code_notation="QĐ-BNV", issued_on=OLD, dossier_code="hs-3")
    in_review(settings, 4, code_number="77", code_notation="QĐ-BNV", issued_on=OLD)

    with reading(settings.catalogue_url) as session:
        found = shortfalls(session.connection(), "P1", AS_OF, load_moves(settings))
    assert found[None] == Shortfall(not_scanned=1, in_review=3, quarantined=1)
    assert found == {None: found[None], "G09.01": found[None]}


def test_a_number_that_two_results_bear_is_of_neither(settings: Settings) -> None:
    store(settings, [Entry(OLD), Entry(OLD)])
    with writing(settings.catalogue_url) as session:
        _fold(session, 1)
        _fold(session, 2, as_number=1)
    in_review(settings, 1, code_number="1", code_notation="QĐ-BNV", issued_on=OLD)
    with reading(settings.catalogue_url) as session:
        found = shortfalls(session.connection(), "P1", AS_OF, load_moves(settings))
    assert found[None] == Shortfall(not_scanned=2)


def _fold(session: object, number: int, as_number: int | None = None) -> None:
    from sohoa.catalogue.models import Result
    from sohoa.register import fold_code

    result = session.get_one(Result, number)  # type: ignore[attr-defined]
    result.code_folded = fold_code(f"{as_number or number}/QĐ-BNV")


def _quarantined(dossier_code: str) -> ScanFile:
    return ScanFile(
        id=2,
        batch_id="batch",
        path="b.pdf",
        first_seen_at=utc_now(),
        stable_since=utc_now(),
        size_bytes=1,
        mtime_ns=1,
        outcome="quarantined",
        dossier_code=dossier_code,
    )


FATES = ("missing", "in_review", "digitised", "digitised_later", "gone")
_ENTRY = {
    "missing": lambda unit: Entry(OLD, unit=unit),
    "in_review": lambda unit: Entry(OLD, unit=unit),
    "digitised": lambda unit: scanned(OLD, AS_OF, unit=unit),
    "digitised_later": lambda unit: scanned(OLD, AS_OF + dt.timedelta(days=1), unit=unit),
    "gone": lambda unit: Entry(OLD, unit=unit, ended_on=AS_OF),
}


@runs(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(FATES), st.sampled_from(["G09.01", "G09.02"])), max_size=12))
def test_reasons_add_up_to_exactly_what_is_not_digitised(settings: Settings, fates: list[tuple[str, str]]) -> None:
    store(settings, [_ENTRY[fate](unit) for fate, unit in fates])
    with writing(settings.catalogue_url) as session:
        session.execute(delete(ReviewItem))
        session.add_all(
            ReviewItem(document_id=document_id_of(900 + number), result_id=number)
            for number, (fate, _) in enumerate(fates, start=1)
            if fate == "in_review"
        )
    for number, (fate, _) in enumerate(fates, start=1):
        if fate == "in_review":
            in_review(settings, number)
    for line in forecasts(settings, as_of=AS_OF):
        assert line.shortfall.total == line.denominator - line.numerator
        assert min(line.shortfall.not_scanned, line.missing) >= 0
        if line.indicator in ("T01", "T02", "T03"):
            told = Counter(fate for fate, unit in fates if line.unit_code in (None, unit))
            assert line.shortfall == Shortfall(
                not_scanned=told["missing"], in_review=told["in_review"], digitised_later=told["digitised_later"]
            )
    with writing(settings.catalogue_url) as session:
        session.execute(delete(ReviewItem))
