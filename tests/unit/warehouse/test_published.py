"""What the newest load published, read back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from indicators.world import Entry, scanned, store

from sohoa.indicators import compute_rates, parse_period
from sohoa.settings import Settings
from sohoa.warehouse import newest_load, published_periods, published_rates, reading_warehouse, refresh_warehouse

D = dt.date
AS_OF = D(2024, 2, 10)
REGISTER = [
    scanned(D(2021, 5, 1), D(2021, 6, 1)),
    scanned(D(2022, 12, 20), D(2023, 1, 2)),
    Entry(D(2022, 6, 1), unit="G09.02"),
]


def test_looking_for_what_was_never_loaded_makes_no_database(tmp_path: Path) -> None:
    with reading_warehouse(Settings(home=tmp_path / "nothing")) as connection:
        assert connection is None
    assert not (tmp_path / "nothing").exists()


def test_rates_come_back_as_they_were_computed_for_the_units_asked_for(settings: Settings) -> None:
    store(settings, REGISTER)
    refresh_warehouse(settings, as_of=AS_OF)
    periods = [parse_period("2022Q3"), parse_period("2023", "report")]
    with reading_warehouse(settings) as connection:
        assert connection is not None
        newest = newest_load(connection)
        assert set(periods) < set(published_periods(connection))
        every = published_rates(connection, periods)
        some = published_rates(connection, periods, ["G09.02"])
        whole = published_rates(connection, periods, [None])
    assert newest is not None
    assert newest.as_of == AS_OF
    for period in periods:
        computed = compute_rates(settings, period=period)
        assert sum(one.denominator for one in computed) > 0
        assert every[period] == computed
        assert some[period] == [one for one in computed if one.unit_code == "G09.02"] != []
        assert whole[period] == [one for one in computed if one.unit_code is None] != []
