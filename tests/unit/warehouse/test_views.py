"""What the reporting team reads: views, the data dictionary, and the queries of the guide."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from indicators.world import Case, Entry, scanned, store
from sqlalchemy import select, text

from sohoa.indicators import compute_rates, parse_period
from sohoa.settings import Settings
from sohoa.warehouse import METADATA, VIEWS, connect_warehouse, refresh_warehouse
from sohoa.warehouse.dictionary import dictionary_markdown

D = dt.date
DOCS = Path(__file__).parents[3] / "docs"
GUIDES = {"en": DOCS / "warehouse.md", "vi": DOCS / "vi" / "kho-so-lieu.md"}
REGISTER = [
    scanned(D(2021, 5, 1), D(2021, 6, 1)),
    scanned(D(2023, 5, 1), D(2023, 6, 1), cases=[Case("a", "Đã giải quyết", D(2023, 5, 1), D(2023, 5, 1))]),
    Entry(D(2022, 6, 1), unit="G09.02", procedure=None),
    Entry(D(2022, 7, 1), has_result=False),
]


def queries(guide: Path) -> list[str]:
    return re.findall(r"```sql\n(.+?)```", guide.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def loaded(settings: Settings) -> Settings:
    store(settings, REGISTER)
    refresh_warehouse(settings, as_of=D(2024, 2, 10), in_full=True)
    return settings


def test_the_view_of_rates_has_every_published_rate_with_the_names_of_what_it_is_of(loaded: Settings) -> None:
    rates, _ = VIEWS
    with connect_warehouse(loaded) as connection:
        rows = connection.execute(select(rates).where(rates.c.period == "2023", rates.c.calendar == "civil")).all()
    expected = compute_rates(loaded, period=parse_period("2023", "civil"))
    told = {(row.indicator, row.unit_code): (row.numerator, row.denominator, row.rate) for row in rows}
    assert told == {(one.indicator, one.unit_code): (one.numerator, one.denominator, one.rate) for one in expected}
    assert all(row.indicator_name and row.indicator_name_en and row.starts_on == D(2023, 1, 1) for row in rows)
    assert {bool(row.unit_name) for row in rows if row.unit_code} == {True}
    assert {row.unit_name for row in rows if not row.unit_code} == {None}
    assert {row.source_document for row in rows if row.target is not None} != {None}


def test_the_view_of_results_has_each_that_is_counted_once(loaded: Settings) -> None:
    _, results = VIEWS
    with connect_warehouse(loaded) as connection:
        rows = connection.execute(select(results).order_by(results.c.issued_on)).all()
    assert [(row.issued_on, row.digitised_on) for row in rows] == [
        (D(2021, 5, 1), D(2021, 6, 1)),
        (D(2022, 6, 1), None),
        (D(2023, 5, 1), D(2023, 6, 1)),
    ]
    assert all(row.unit_name and row.procedure_name for row in rows)


@pytest.mark.parametrize("language", GUIDES)
def test_the_dictionary_of_the_docs_is_that_of_the_tables(language: str) -> None:
    assert dictionary_markdown(language) in GUIDES[language].read_text(encoding="utf-8")


def test_every_column_of_every_table_and_view_is_described_in_both_languages() -> None:
    for language in GUIDES:
        lines = dictionary_markdown(language).splitlines()
        assert [line for line in lines if line.startswith("|") and line.endswith("|  |")] == []
        assert sum(line.startswith("| ") for line in lines) == sum(len(t.columns) + 2 for t in METADATA.sorted_tables)


def test_the_sample_queries_of_both_guides_are_the_same_and_find_something(loaded: Settings) -> None:
    without_notes = {
        language: [re.sub("^--.*\n", "", query) for query in queries(guide)] for language, guide in GUIDES.items()
    }
    assert without_notes["en"] == without_notes["vi"]
    with connect_warehouse(loaded) as connection:
        found = [connection.execute(text(query)).all() for query in queries(GUIDES["en"])]
    assert len(found) == 5
    assert all(found)
