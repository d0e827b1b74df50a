from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from indicators import oracle
from indicators.test_rates import entries
from indicators.world import Case, Entry, scanned, store
from sohoa.catalogue.database import connect
from sohoa.indicators import daily_series
from sohoa.settings import Settings

D = dt.date
LATE = D(2025, 1, 1)
STATES = ("in_force", "digitised", "signed", "archived", "reusable")


def series(settings: Settings, until: dt.date) -> list[dict[str, Any]]:
    with connect(settings.catalogue_url).connect() as connection:
        return [dict(row) for row in connection.execute(daily_series(connection, until)).mappings()]


def lines(settings: Settings, population: str, until: dt.date = LATE) -> list[tuple[Any, ...]]:
    """Cohort, day, change and total of in_force and digitised."""
    columns = ("cohort_year", "day", "in_force_change", "digitised_change", "in_force", "digitised")
    rows = series(settings, until)
    return [tuple(row[name] for name in columns) for row in rows if row["population"] == population]


def test_one_line_per_day_on_which_something_changed(settings: Settings) -> None:
    store(
        settings,
        [
            scanned(D(2021, 5, 1), D(2021, 6, 1), expires_on=D(2021, 12, 31)),
            Entry(D(2021, 5, 1)),
            Entry(D(2021, 6, 1), still_usable=False, unusable_from=D(2021, 7, 1)),
        ],
    )
    assert lines(settings, "P1") == [
        (0, D(2021, 5, 1), 2, 0, 2, 0),
        (0, D(2021, 6, 1), 1, 1, 3, 1),
        (0, D(2022, 1, 1), -1, -1, 2, 0),
    ]
    assert lines(settings, "P2")[-2:] == [
        (0, D(2021, 7, 1), -1, 0, 2, 1),
        (0, D(2022, 1, 1), -1, -1, 1, 0),
    ]
    assert lines(settings, "P1", until=D(2021, 12, 31))[-1][1] == D(2021, 6, 1)


def test_a_case_stays_in_the_series_of_its_year(settings: Settings) -> None:
    store(
        settings,
        [
            scanned(D(2022, 12, 30), D(2023, 2, 1), cases=[Case("a", None, None, D(2022, 12, 31))]),
            Entry(D(2023, 1, 1)),
        ],
    )
    assert lines(settings, "P3") == [
        (2022, D(2022, 12, 31), 1, 0, 1, 0),
        (2022, D(2023, 2, 1), 0, 1, 1, 1),
        (2023, D(2023, 1, 1), 1, 0, 1, 0),
    ]


def test_what_was_scanned_before_it_counted_is_digitised_from_its_first_day(settings: Settings) -> None:
    store(settings, [scanned(None, D(2020, 1, 1), cases=[Case("a", None, None, D(2021, 2, 3))])])
    assert lines(settings, "P1") == [(0, D(2021, 2, 3), 1, 1, 1, 1)]


def test_archived_is_signed_too(settings: Settings) -> None:
    store(
        settings,
        [scanned(D(2021, 1, 1), D(2021, 1, 2), status=status) for status in ("accepted", "signed", "archived")],
    )
    last = [row for row in series(settings, D(2021, 1, 3)) if row["population"] == "P1"][-1]
    assert [last[state] for state in STATES] == [3, 3, 2, 1, 0]


@given(st.lists(entries(), max_size=12), st.dates(D(2021, 1, 1), D(2024, 6, 1)))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_running_totals_agree_with_a_count_by_hand(settings: Settings, register: list[Entry], day: D) -> None:
    store(settings, register)
    totals: dict[Any, tuple[int, int]] = {}
    rows = series(settings, day)
    for row in rows:  # sorted by day within a key: the last one stands
        key = (row["population"], row["cohort_year"], row["unit_code"], row["procedure_code"])
        totals[key] = (row["digitised"], row["in_force"])
        numbers = [row[state] for state in STATES]
        assert numbers == sorted(numbers, reverse=True)
        assert numbers[-1] == 0
    assert totals.keys() == {(r["population"], r["cohort_year"], r["unit_code"], r["procedure_code"]) for r in rows}
    found: defaultdict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for (population, cohort, _, _), (digitised, in_force) in totals.items():
        found[population, cohort][0] += digitised
        found[population, cohort][1] += in_force
    assert tuple(found["P1", 0]) == oracle.stock(register, day, usable_only=False, unit=None)
    assert tuple(found["P2", 0]) == oracle.stock(register, day, usable_only=True, unit=None)
    for year in range(2021, 2025):
        last = min(day, D(year, 12, 31))
        resolved = oracle.cases(register, D(year, 1, 1), last, unit=None)[1]
        assert found["P3", year][1] == resolved
        if day.year == year:
            assert tuple(found["P3", year]) == oracle.cases(register, D(year, 1, 1), day, unit=None)
