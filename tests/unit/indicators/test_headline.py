from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete

from indicators.forms import cases_of
from indicators.world import Entry, scanned, store
from sohoa.catalogue.database import writing
from sohoa.catalogue.models import ApprovedBase
from sohoa.indicators import approve_base, compute_rates, headline_path, parse_period
from sohoa.messages import LANGUAGES, say
from sohoa.settings import Settings


@pytest.fixture(autouse=True)
def _no_base(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        session.execute(delete(ApprovedBase))


def test_the_path_counts_each_year_what_its_document_counts(settings: Settings) -> None:
    """P1 at the end of 2021, P2 at the end of 2022, then the year's own cases; P2 all along beside it."""
    old = dt.date(2020, 5, 1)
    store(
        settings,
        [
            scanned(old, dt.date(2021, 6, 1)),
            Entry(old),
            Entry(old, still_usable=False, unusable_from=dt.date(2021, 2, 1)),
            *cases_of(2022, 1, 2),
            *cases_of(2023, 1, 4),
        ],
    )
    path = headline_path(settings, 2023)

    assert [(one.year, one.indicator, one.population) for one in path.points] == [
        (2021, "T01", "P1"),
        (2022, "T02", "P2"),
        (2023, "T04a", "P3"),
    ]
    assert [(one.numerator, one.denominator) for one in path.points] == [(1, 3), (2, 4), (1, 4)]
    assert [(one.same_numerator, one.same_denominator) for one in path.points] == [(1, 2), (2, 4), (3, 8)]
    assert [one.target for one in path.points] == [0.4, 0.6, 0.8]
    assert path.measured_base == 0.5


def test_breaks_of_population_are_named(settings: Settings) -> None:
    breaks = headline_path(settings, 2026).breaks
    assert [(one.year, one.before, one.after) for one in breaks] == [(2022, "P1", "P2"), (2023, "P2", "P3")]
    assert all(say(one.message, language) for one in breaks for language in LANGUAGES)


def test_targets_after_2025_are_carried_on_without_legal_source(settings: Settings) -> None:
    points = {one.year: one for one in headline_path(settings, 2028).points}
    assert [(points[year].target, points[year].basis) for year in (2025, 2026, 2028)] == [
        (1.0, "assumed_base"),
        (1.0, "no_legal_source"),
        (1.0, "no_legal_source"),
    ]


def test_an_approved_base_is_frozen_though_the_register_changes(settings: Settings) -> None:
    store(settings, cases_of(2022, 2, 5))
    assert headline_path(settings, 2025).base.basis == "assumed_base"
    approve_base(settings, "T04a", 2, 5, calendar="civil", approved_by="Trần Thị B")
    store(settings, cases_of(2022, 5, 5))
    path = headline_path(settings, 2025)

    assert (float(path.base.value), path.base.basis, path.base.approved_by) == (0.4, "measured_base", "Trần Thị B")
    assert path.measured_base == 1.0
    assert [one.target for one in path.points[2:]] == [0.6, 0.8, 1.0]
    assert [one.relative_target for one in path.points[2:]] == pytest.approx([0.48, 0.576, 0.6912])


def test_the_path_agrees_with_the_rates_that_are_published(settings: Settings) -> None:
    store(settings, [*cases_of(2022, 1, 3), *cases_of(2024, 2, 3)])
    for point in headline_path(settings, 2024, calendar="report").points:
        rates = compute_rates(settings, period=parse_period(str(point.year), "report"))
        (rate,) = [one for one in rates if one.indicator == point.indicator and one.unit_code is None]
        assert (rate.numerator, rate.denominator, rate.target) == (point.numerator, point.denominator, point.target)


def test_a_unit_that_has_nothing_has_an_empty_path(settings: Settings) -> None:
    store(settings, cases_of(2022, 1, 1))
    assert [one.rate for one in headline_path(settings, 2022, unit="G09.06").points] == [None, None]
