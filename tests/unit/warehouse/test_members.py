from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml
from indicators.world import Case, Entry, prepare, scanned, store

from sohoa.catalogue.migrate import migrate
from sohoa.errors import SohoaError
from sohoa.indicators import PopulationItem, load_moves, parse_period, population_items
from sohoa.settings import Settings
from sohoa.warehouse import connect_warehouse, figure_members, refresh_warehouse

D = dt.date
REGISTER = [
    scanned(D(2021, 5, 1), D(2021, 6, 1), expires_on=D(2021, 12, 31)),
    scanned(D(2021, 5, 1), D(2022, 1, 2), cases=[Case("a"), Case("b", "Từ chối"), Case("c")]),
    Entry(D(2022, 6, 1), unit="G09.02", still_usable=False, unusable_from=D(2022, 7, 1)),
    Entry(None, unit="G09.02", cases=[Case("d", None, D(2023, 2, 1))]),
    scanned(D(2022, 1, 1), D(2022, 2, 1), unit="G09.02"),
    Entry(D(2023, 1, 1), ended_on=D(2023, 6, 1)),
    Entry(D(2021, 1, 1), authority="Thủ tướng Chính phủ"),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    moves = [{"unit": "G09.02", "successor": "G09.04", "name": "Vụ Bốn", "since": D(2022, 9, 1)}]
    file = tmp_path / "moves.yaml"
    file.write_text(yaml.safe_dump({"ministry": "G09", "moves": moves}), encoding="utf-8")
    found = Settings(home=tmp_path, unit_moves=file)
    migrate(found)
    prepare(found)
    store(found, REGISTER)
    refresh_warehouse(found, as_of=D(2023, 12, 31))
    return found


def in_order(items: list[PopulationItem]) -> list[str]:
    return sorted(map(repr, items))


@pytest.mark.parametrize("indicator", ["T01", "T02", "T03", "T04a"])
@pytest.mark.parametrize("unit", [None, "G09.01", "G09.02", "G09.04"])
def test_members_are_those_of_the_catalogue_in_pages_that_share_none(
    settings: Settings, indicator: str, unit: str | None
) -> None:
    moves = load_moves(settings)
    for name, calendar in (("2021", "civil"), ("2022Q3", "civil"), ("2023", "report"), ("2020", "civil")):
        period = parse_period(name, calendar)
        expected = population_items(settings, indicator, period.end, _known(unit), since=period.year_start)
        expected = [item for item in expected if unit in (None, item.unit_code)]
        digitised = [item for item in expected if item.document_id]
        with connect_warehouse(settings) as connection:
            pages = [
                figure_members(connection, indicator, period, moves, unit, offset=offset, limit=2)
                for offset in range(0, len(expected) + 1, 2)
            ]
            one_side = figure_members(connection, indicator, period, moves, unit, side="digitised")
            other_side = figure_members(connection, indicator, period, moves, unit, side="missing")
        assert in_order([item for page in pages for item in page.items]) == in_order(expected)
        assert {(page.numerator, page.denominator) for page in pages} == {(len(digitised), len(expected))}
        assert in_order(list(one_side.items)) == in_order(digitised)
        assert len(other_side.items) == len(expected) - len(digitised)


def _known(unit: str | None) -> str | None:
    """The catalogue refuses a unit that only the moves know: it is asked for all then."""
    return None if unit == "G09.04" else unit


def test_an_indicator_that_nobody_declared_is_refused(settings: Settings) -> None:
    with connect_warehouse(settings) as connection, pytest.raises(SohoaError, match="T99"):
        figure_members(connection, "T99", parse_period("2022"), load_moves(settings))
