from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from indicators import oracle
from indicators.test_rates import MOVES, entries
from indicators.world import Case, Entry, change, scanned, store
from sqlalchemy import select

from sohoa.indicators import CHANGES, SERIES, STATES, compute_rates, parse_period
from sohoa.settings import Settings
from sohoa.warehouse import connect_warehouse, counting, refresh_warehouse
from sohoa.warehouse.dimensions import UNITS_VALID_FROM
from sohoa.warehouse.tables import (
    REPLACED,
    digitisation_rate,
    dim_date,
    dim_procedure,
    dim_unit,
    fact_digitisation_daily,
    fact_unit_daily,
)
from warehouse.moved import installation

D = dt.date
LATE = D(2025, 1, 1)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A catalogue for the tests of this module, in an installation some of whose units moved."""
    return installation(tmp_path_factory.mktemp("home"))


def series(settings: Settings) -> list[tuple[Any, ...]]:
    """Series, day, changes and totals, as the oracle has them."""
    fact = fact_digitisation_daily.c
    parts = ([fact[name] for name in SERIES], [fact[name] for name in CHANGES], [fact[state] for state in STATES])
    with connect_warehouse(settings) as connection:
        rows = connection.execute(select(fact.day, *parts[0], *parts[1], *parts[2])).all()
    return sorted((tuple(row[1:6]), row[0], tuple(row[6:11]), tuple(row[11:])) for row in rows)


def lines(settings: Settings, register: list[Entry], population: str, until: dt.date = LATE) -> list[tuple[Any, ...]]:
    """Cohort, day, change and total of in_force and digitised."""
    store(settings, register)
    refresh_warehouse(settings, as_of=until, in_full=True)
    return [
        (found[1], day, *changed[:2], *total[:2])
        for found, day, changed, total in series(settings)
        if found[0] == population
    ]


def everything(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """All rows but those of `dim_date`, where days may stay of which nothing speaks any more."""
    with connect_warehouse(settings) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in REPLACED
            if table is not dim_date
        }


def of_units(settings: Settings) -> list[tuple[Any, ...]]:
    """The changes of units on each day, as the oracle has them."""
    with connect_warehouse(settings) as connection:
        return sorted(tuple(row) for row in connection.execute(select(fact_unit_daily)))


def expected_of_units(register: list[Entry]) -> list[tuple[Any, ...]]:
    """The oracle's series to the last of days, procedures together, where something is left."""
    sums: defaultdict[tuple[Any, ...], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (population, cohort, report, unit, _), day, (in_force, digitised, *_), _ in oracle.daily_series(
        register, D.max, MOVES
    ):
        place = (population, cohort, report, day, unit)
        sums[place] = (sums[place][0] + in_force, sums[place][1] + digitised)
    return sorted((*place, *changes) for place, changes in sums.items() if any(changes))


def missing_dimensions(settings: Settings) -> set[Any]:
    """What the series names and the dimension tables do not have: no foreign key keeps watch over it."""
    fact = fact_digitisation_daily.c
    keys = {
        fact.unit_key: dim_unit.c.unit_key,
        fact.procedure_code: dim_procedure.c.procedure_code,
        fact.day: dim_date.c.day,
    }
    with connect_warehouse(settings) as connection:
        return {
            value
            for named, known in keys.items()
            for value in connection.scalars(select(named).where(named.not_in(select(known))))
        }


class TestByHand:
    """Series that can be checked with a pencil."""

    def test_one_line_per_day_on_which_something_changed(self, settings: Settings) -> None:
        register = [
            scanned(D(2021, 5, 1), D(2021, 6, 1), expires_on=D(2021, 12, 31)),
            Entry(D(2021, 5, 1)),
            Entry(D(2021, 6, 1), still_usable=False, unusable_from=D(2021, 7, 1)),
        ]
        assert lines(settings, register, "P1") == [
            (0, D(2021, 5, 1), 2, 0, 2, 0),
            (0, D(2021, 6, 1), 1, 1, 3, 1),
            (0, D(2022, 1, 1), -1, -1, 2, 0),
        ]
        assert lines(settings, register, "P2")[-2:] == [
            (0, D(2021, 7, 1), -1, 0, 2, 1),
            (0, D(2022, 1, 1), -1, -1, 1, 0),
        ]
        assert lines(settings, register, "P1", until=D(2021, 12, 31))[-1][1] == D(2021, 6, 1)

    def test_one_in_and_one_out_on_the_same_day_is_no_change(self, settings: Settings) -> None:
        register = [Entry(D(2021, 5, 1), ended_on=D(2021, 6, 1)), Entry(D(2021, 6, 1))]
        assert [line[1] for line in lines(settings, register, "P1")] == [D(2021, 5, 1)]

    def test_a_case_stays_in_the_series_of_its_year(self, settings: Settings) -> None:
        register = [
            scanned(D(2022, 11, 30), D(2023, 2, 1), cases=[Case("a", None, None, D(2022, 12, 14))]),
            Entry(D(2023, 1, 1)),
        ]
        assert lines(settings, register, "P3") == [
            (2022, D(2022, 12, 14), 1, 0, 1, 0),
            (2022, D(2023, 2, 1), 0, 1, 1, 1),
            (2023, D(2023, 1, 1), 1, 0, 1, 0),
        ]

    def test_what_was_scanned_before_it_counted_is_digitised_from_its_first_day(self, settings: Settings) -> None:
        register = [scanned(None, D(2020, 1, 1), cases=[Case("a", None, None, D(2021, 2, 3))])]
        assert lines(settings, register, "P1") == [(0, D(2021, 2, 3), 1, 1, 1, 1)]

    def test_more_series_than_can_be_told_apart_are_refused_and_what_was_published_stays(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = lines(settings, [Entry(D(2022, 3, 1))], "P1")
        monkeypatch.setattr(counting, "MOST_SERIES", 0)
        with pytest.raises(OverflowError, match="too many"):
            refresh_warehouse(settings, as_of=LATE, in_full=True)
        monkeypatch.undo()
        assert before == [(0, D(2022, 3, 1), 1, 0, 1, 0)]
        assert [row[1] for row in series(settings) if row[0][0] == "P1"] == [D(2022, 3, 1)]

    def test_archived_is_signed_too(self, settings: Settings) -> None:
        register = [scanned(D(2021, 1, 1), D(2021, 1, 2), status=name) for name in ("accepted", "signed", "archived")]
        lines(settings, register, "P1")
        assert [total for found, _, _, total in series(settings) if found[0] == "P1"][-1] == (3, 3, 2, 1, 0)

    def test_a_unit_takes_its_results_along_and_what_leaves_the_ministry_is_out(self, settings: Settings) -> None:
        register = [
            scanned(D(2021, 1, 1), D(2021, 1, 2), unit="G09.02"),
            Entry(D(2023, 7, 1), unit="G09.02"),  # registered under the old code still
            Entry(D(2021, 1, 1), unit="G09.03"),
        ]
        lines(settings, register, "P1")
        assert [(found[3], day, *total[:2]) for found, day, _, total in series(settings) if found[0] == "P1"] == [
            ("G09.01", D(2023, 6, 1), 1, 1),
            ("G09.01", D(2023, 7, 1), 2, 1),
            ("G09.02", D(2021, 1, 1), 1, 0),
            ("G09.02", D(2021, 1, 2), 1, 1),
            ("G09.02", D(2022, 3, 1), 0, 0),
            ("G09.03", D(2021, 1, 1), 1, 0),
            ("G09.03", D(2022, 12, 20), 0, 0),
            ("G09.04", D(2022, 3, 1), 1, 1),
            ("G09.04", D(2023, 6, 1), 0, 0),
        ]

    def test_units_tell_whose_results_they_took_over_and_until_when_they_stood(self, settings: Settings) -> None:
        lines(settings, [Entry(D(2021, 1, 1), unit="G09.02")], "P1")
        unit = dim_unit.c
        columns = (unit.unit_code, unit.name, unit.successor_of, unit.valid_from, unit.valid_to, unit.is_current)
        with connect_warehouse(settings) as connection:
            found = {row[0]: tuple(row[1:]) for row in connection.execute(select(*columns))}
        assert found["G09.02"][1:] == (None, UNITS_VALID_FROM, D(2022, 2, 28), False)
        assert found["G09.04"][1:] == ("G09.02", D(2022, 3, 1), D(2023, 5, 31), False)
        assert found["G21.01"] == ("Ban Ba", "G09.03", D(2022, 12, 20), None, True)

    def test_what_a_higher_authority_decides_is_not_counted(self, settings: Settings) -> None:
        register = [Entry(D(2021, 1, 1), authority="THỦ TƯỚNG  Chính phủ"), Entry(D(2021, 1, 2), authority="Bộ trưởng")]
        assert lines(settings, register, "P1") == [(0, D(2021, 1, 2), 1, 0, 1, 0)]
        assert lines(settings, register, "P3") == [(2021, D(2021, 1, 2), 1, 0, 1, 0)]


UNTIL = D(2023, 3, 1)
FIRST_LOADS = (D(2022, 2, 22), D(2022, 10, 2), D(2023, 5, 26))
"""In the eighteen days after each no report period begins; after two of them a unit moves."""


@given(st.lists(entries(), max_size=8))
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_full_series_is_what_a_count_of_every_day_finds(settings: Settings, register: list[Entry]) -> None:
    store(settings, register)
    refresh_warehouse(settings, as_of=UNTIL, in_full=True)
    assert series(settings) == oracle.daily_series(register, UNTIL, MOVES)
    assert of_units(settings) == expected_of_units(register)


History: TypeAlias = tuple[list[Entry], dt.date, list[tuple[int, list[tuple[int, Entry]]]]]
"""A register, the day of its first load, and for each further one how many days later and what changed meanwhile."""


@st.composite
def histories(draw: st.DrawFn) -> History:
    day = draw(st.sampled_from(FIRST_LOADS))
    soon = entries_of_the_next_days(day) | entries()
    changes = st.lists(st.tuples(st.integers(0, 6), soon), max_size=3)
    steps = st.lists(st.tuples(st.integers(0, 6), changes), min_size=1, max_size=3)
    return draw(st.lists(soon, min_size=1, max_size=5)), day, draw(steps)


@st.composite
def entries_of_the_next_days(draw: st.DrawFn, day: dt.date) -> Entry:
    """Something happens to these while the loads of a history are made."""
    found = draw(entries())
    name = draw(st.sampled_from(["issued_on", "expires_on", "ended_on", "unusable_from", "digitised_on"]))
    soon = day + dt.timedelta(days=draw(st.integers(1, 18)))
    return replace(found, **{"status": "accepted", "digitised_on": D(2021, 1, 1), name: soon})


@given(histories())
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_refreshed_by_changes_or_in_full_the_rows_are_the_same_and_right(settings: Settings, history: History) -> None:
    known, day, steps = history
    store(settings, known)
    refresh_warehouse(settings, as_of=day, in_full=True)
    for n_days, changes in steps:
        day += dt.timedelta(days=n_days)
        for at, drawn in changes:
            number = min(at, len(known))
            old = known[number] if number < len(known) else None
            new = replace(drawn, unit=old.unit) if old else drawn  # a result keeps its unit, by which it is known
            change(settings, number + 1, old, new)
            known[number:] = [new, *known[number + 1 :]]
        assert refresh_warehouse(settings, as_of=day).n_refreshed is not None, "all were counted anew"
        assert series(settings) == oracle.daily_series(known, day, MOVES)
        assert of_units(settings) == expected_of_units(known)
    assert missing_dimensions(settings) == set()
    by_changes = everything(settings)
    refresh_warehouse(settings, as_of=day, in_full=True)
    assert everything(settings) == by_changes
    assert missing_dimensions(settings) == set()


@given(st.lists(entries(), max_size=8))
@hypothesis_settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_published_rates_are_those_of_the_catalogue(settings: Settings, register: list[Entry]) -> None:
    store(settings, register)
    refresh_warehouse(settings, as_of=UNTIL, in_full=True)
    rate = digitisation_rate.c
    for calendar, name in [("civil", "2022"), ("report", "2022"), ("civil", "2022Q4"), ("civil", "2023")]:
        query = select(rate.indicator, rate.unit_code, rate.numerator, rate.denominator)
        with connect_warehouse(settings) as connection:
            rows = connection.execute(query.where(rate.period_key == f"{calendar}:{name}")).all()
        expected = compute_rates(settings, period=parse_period(name, calendar))
        assert {tuple(row) for row in rows} == {
            (one.indicator, one.unit_code, one.numerator, one.denominator) for one in expected
        }
