"""Rates of report periods: they close on the 14th, and what happens on the 15th belongs to the next."""

from __future__ import annotations

import datetime as dt

import pytest
from indicators.world import Case, Entry, scanned, store
from sqlalchemy import select

from sohoa.indicators import Period, compute_rates, periods_of_year
from sohoa.settings import Settings
from sohoa.warehouse import connect_warehouse, dimensions, known, publish, refresh_warehouse
from sohoa.warehouse.tables import digitisation_rate

D = dt.date
AS_OF = D(2023, 7, 1)
DONE = "Đã giải quyết"
EDGES = [
    scanned(D(2021, 6, 1), D(2022, 12, 14)),
    scanned(D(2021, 6, 1), D(2022, 12, 15)),
    Entry(D(2022, 3, 14)),
    Entry(D(2022, 3, 15)),
    scanned(D(2022, 12, 14), D(2022, 12, 14), cases=[Case("a", DONE, D(2022, 12, 1), D(2022, 12, 14))]),
    Entry(D(2022, 12, 15), cases=[Case("b", DONE, D(2022, 12, 1), D(2022, 12, 15))]),
]


def counted(settings: Settings, indicator: str, calendar: str = "report") -> dict[str, tuple[int, int]]:
    """Numerator and denominator of all units together, by period."""
    rate = digitisation_rate.c
    query = select(rate.period, rate.numerator, rate.denominator).where(
        rate.indicator == indicator, rate.calendar == calendar, rate.unit_code.is_(None)
    )
    with connect_warehouse(settings) as connection:
        return {name: (part, whole) for name, part, whole in connection.execute(query)}


def test_what_happened_on_14_december_belongs_to_the_year_that_closes_and_of_the_15th_to_the_next(
    settings: Settings,
) -> None:
    store(settings, EDGES)
    refresh_warehouse(settings, as_of=AS_OF)

    stock = counted(settings, "T02")
    # Issued by then: two in 2021, one up to 14/3, one on 15/3, one on 14/12, one on 15/12.
    assert [stock[f"2022Q{number}"] for number in (1, 2, 3, 4)] == [(0, 3), (0, 4), (0, 4), (2, 5)]
    assert (stock["2022H1"], stock["2022H2"], stock["2022"]) == ((0, 4), (2, 5), (2, 5))
    assert stock["2023Q1"] == (3, 6)
    assert counted(settings, "T02", "civil")["2022Q4"] == (3, 6)

    cases = counted(settings, "T04a")
    # From the start of the year; a result of which no case is known counts on its day of issue.
    assert [cases[f"2022Q{number}"] for number in (1, 2, 3, 4)] == [(0, 1), (0, 2), (0, 2), (1, 3)]
    assert (cases["2022H1"], cases["2022"]) == ((0, 2), (1, 3))
    assert (cases["2023Q1"], cases["2023H1"], cases["2023"]) == ((0, 1), (0, 1), (0, 1))
    assert counted(settings, "T04a", "civil")["2022"] == (1, 4)


@pytest.mark.parametrize("year", [2022, 2023])
def test_quarters_halves_and_years_have_the_rates_of_the_command(settings: Settings, year: int) -> None:
    store(settings, EDGES)
    refresh_warehouse(settings, as_of=AS_OF)
    begun = [period for period in periods_of_year(year, "report") if period.start <= AS_OF]
    for indicator in ("T01", "T02", "T03", "T04a"):
        published = counted(settings, indicator)
        for period in begun:
            (rate,) = [
                one
                for one in compute_rates(settings, period=period)
                if one.indicator == indicator and one.unit_code is None
            ]
            assert published[period.name] == (rate.numerator, rate.denominator), (indicator, period)


def test_a_warehouse_that_knew_fewer_periods_is_counted_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the changes since its last load would be all that a new period counts."""
    store(settings, EDGES)

    def years_only(last_day: dt.date) -> list[Period]:
        return [period for period in dimensions.periods_until(last_day) if period.kind == "year"]

    with monkeypatch.context() as older:
        for module in (publish, known):
            older.setattr(module, "periods_until", years_only)
        refresh_warehouse(settings, as_of=AS_OF)
    assert "2022Q1" not in counted(settings, "T02")
    assert refresh_warehouse(settings, as_of=AS_OF).n_refreshed is None
    assert counted(settings, "T02")["2022Q1"] == (0, 3)
    assert refresh_warehouse(settings, as_of=AS_OF).n_refreshed == 0
