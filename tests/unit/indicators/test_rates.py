from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from indicators import oracle
from indicators.world import IMPORT_DAYS, PROCEDURES, Case, Entry, document_id_of, scanned, store
from sohoa.catalogue.database import connect
from sohoa.errors import SohoaError
from sohoa.indicators import Cut, Moves, Rate, compute_rates, parse_period, population_items, rates_at
from sohoa.indicators.moves import Move
from sohoa.settings import Settings

D = dt.date
NEVER = D(9999, 12, 31)


def rate_of(rates: list[Rate], indicator: str, unit: str | None = None) -> Rate:
    (found,) = [rate for rate in rates if (rate.indicator, rate.unit_code) == (indicator, unit)]
    return found


def counted(rates: list[Rate], indicator: str, unit: str | None = None) -> tuple[int, int]:
    rate = rate_of(rates, indicator, unit)
    return rate.numerator, rate.denominator


class TestByHand:
    """Figures that can be checked with a pencil."""

    def test_t01_forty_percent_of_the_stock_in_force_meets_the_target_of_2021(self, settings: Settings) -> None:
        store(
            settings,
            [
                scanned(D(2015, 5, 4), D(2021, 12, 31)),
                scanned(D(2021, 12, 31), D(2021, 12, 31)),
                scanned(D(2016, 1, 1), D(2022, 1, 1)),  # scanned a day too late
                Entry(D(2017, 1, 1)),
                Entry(D(2018, 1, 1)),
                Entry(D(2022, 1, 1)),  # not yet issued
                scanned(D(2010, 1, 1), D(2021, 1, 5), expires_on=D(2021, 12, 30)),  # no longer in force
            ],
        )
        rate = rate_of(compute_rates(settings, period=parse_period("2021")), "T01")
        assert rate == Rate("T01", None, "2021", None, 2, 5, 0.4, 0.4, 0.0, True)

    def test_t02_leaves_out_what_is_no_longer_usable_and_t03_does_not(self, settings: Settings) -> None:
        store(
            settings,
            [
                scanned(D(2020, 1, 1), D(2022, 5, 1)),
                scanned(D(2020, 1, 2), D(2022, 5, 1)),
                Entry(D(2020, 1, 3)),
                Entry(D(2020, 1, 4), still_usable=False, unusable_from=D(2022, 12, 31)),
                Entry(D(2020, 1, 5), still_usable=False),
            ],
        )
        rates = compute_rates(settings, period=parse_period("2022"))
        goal = rate_of(rates, "T03")
        assert rate_of(rates, "T02") == Rate("T02", None, "2022", None, 2, 3, 2 / 3, 0.6, 0.6 - 2 / 3, True)
        assert goal == Rate("T03", None, "2022", None, 2, 5, 0.4, 1.0, 0.6, False)
        # A day before, one more was usable.
        assert counted(compute_rates(settings, as_of=D(2022, 12, 30)), "T02") == (2, 4)

    def test_t04a_counts_the_cases_of_the_year_by_dossier(self, settings: Settings) -> None:
        award = [Case(f"G09-230301-{n}", "Đã trả kết quả", None, D(2023, 3, 1)) for n in range(3)]
        store(
            settings,
            [
                scanned(D(2023, 2, 28), D(2023, 6, 1), cases=award),  # one decision, three cases
                Entry(D(2023, 5, 5)),  # names no dossier: one case
                Entry(D(2022, 12, 30), cases=[Case("a", None, None, D(2023, 1, 1))]),
                Entry(D(2023, 12, 31), cases=[Case("b", None, None, D(2024, 1, 2))]),
                Entry(D(2023, 5, 6), cases=[Case("c", "TỪ CHỐI giải quyết"), Case("d", "Đúng hạn")]),
                Entry(D(2023, 5, 7), cases=[Case("e", "Công dân rút hồ sơ")]),
            ],
        )
        rates = compute_rates(settings, period=parse_period("2023"))
        assert rate_of(rates, "T04a") == Rate("T04a", None, "2023", None, 3, 6, 0.5, 0.8, 0.8 - 0.5, False)
        assert counted(compute_rates(settings, period=parse_period("2023Q1")), "T04a") == (0, 4)

    def test_a_case_of_the_report_year_is_one_from_15_december(self, settings: Settings) -> None:
        days = [D(2022, 12, 14), D(2022, 12, 15), D(2023, 12, 14), D(2023, 12, 15)]
        store(settings, [Entry(day) for day in days])
        rates = compute_rates(settings, period=parse_period("2023", "report"))
        assert counted(rates, "T04a") == (0, 2)
        assert counted(rates, "T01") == (0, 3)
        assert counted(compute_rates(settings, period=parse_period("2023Q1", "report")), "T04a") == (0, 1)

    @pytest.mark.parametrize(
        ("entry", "last_day"),
        [
            (Entry(D(2020, 1, 1), expires_on=D(2022, 3, 31)), D(2022, 3, 31)),
            (Entry(D(2020, 1, 1), ended_on=D(2022, 3, 31)), D(2022, 3, 30)),
            (Entry(D(2020, 1, 1), expires_on=D(2023, 1, 1), ended_on=D(2022, 3, 31)), D(2022, 3, 30)),
            (Entry(D(2020, 1, 1), expires_on=D(2022, 2, 28), ended_on=D(2023, 3, 31)), D(2022, 2, 28)),
        ],
        ids=["expires after its last day", "ended on the day itself", "ended first", "expired first"],
    )
    def test_in_force_to_the_last_day(self, settings: Settings, entry: Entry, last_day: D) -> None:
        store(settings, [entry])
        after = last_day + dt.timedelta(days=1)
        assert counted(compute_rates(settings, as_of=last_day), "T01") == (0, 1)
        assert counted(compute_rates(settings, as_of=after), "T01") == (0, 0)

    def test_without_term_may_be_written_as_the_last_of_days(self, settings: Settings) -> None:
        store(settings, [Entry(D(2020, 1, 1), expires_on=NEVER)])
        assert counted(compute_rates(settings, as_of=D(2030, 1, 1)), "T01") == (0, 1)

    @pytest.mark.parametrize(
        ("case", "first_day"),
        [
            (Case("a", None, D(2022, 1, 5), D(2022, 2, 7)), D(2022, 2, 7)),
            (Case("a", None, D(2022, 1, 5)), D(2022, 1, 5)),
            (Case("a"), IMPORT_DAYS[1]),
        ],
        ids=["returned", "received", "imported"],
    )
    def test_a_row_without_date_counts_from_its_dossier_or_import(
        self, settings: Settings, case: Case, first_day: D
    ) -> None:
        store(settings, [Entry(None, imported_on=IMPORT_DAYS[1], cases=[case])])
        day_before = first_day - dt.timedelta(days=1)
        assert counted(compute_rates(settings, as_of=day_before), "T01") == (0, 0)
        rates = compute_rates(settings, as_of=first_day)
        assert counted(rates, "T01") == counted(rates, "T04a") == (0, 1)

    @pytest.mark.parametrize("status", ["received", "in_review", "rejected", "superseded", "locked"])
    def test_only_accepted_documents_count(self, settings: Settings, status: str) -> None:
        store(settings, [scanned(D(2020, 1, 1), D(2020, 1, 2), status=status)])
        rates = compute_rates(settings, as_of=D(2022, 1, 1))
        assert [rate.numerator for rate in rates] == [0] * len(rates)

    def test_a_case_without_written_result_is_not_to_be_digitised(self, settings: Settings) -> None:
        store(settings, [Entry(D(2022, 1, 1), has_result=False, cases=[Case("a")])])
        assert {rate.denominator for rate in compute_rates(settings, as_of=D(2022, 2, 1))} == {0}


class TestShape:
    """What is asked, in which order, and how it is written."""

    def test_nothing_to_count_gives_no_rate(self, settings: Settings) -> None:
        store(settings, [])
        rates = compute_rates(settings, period=parse_period("2022"))
        assert [(rate.indicator, rate.unit_code) for rate in rates] == [
            (code, None) for code in ("T01", "T02", "T03", "T04a")
        ]
        assert rate_of(rates, "T02") == Rate("T02", None, "2022", None, 0, 0, None, 0.6, None, None)

    def test_units_follow_the_total_in_order(self, settings: Settings) -> None:
        store(settings, [Entry(D(2020, 1, 1), unit=unit) for unit in ("G09.03", "G09.02", "G09.02")])
        rates = compute_rates(settings, as_of=D(2022, 1, 1))
        assert [rate.unit_code for rate in rates[:3]] == [None, "G09.02", "G09.03"]
        assert [counted(rates, "T01", unit)[1] for unit in (None, "G09.02", "G09.03")] == [3, 2, 1]
        only = compute_rates(settings, as_of=D(2022, 1, 1), unit="G09.03")
        assert only == [rate for rate in rates if rate.unit_code == "G09.03"]

    def test_unknown_unit_and_double_question_are_refused(self, settings: Settings) -> None:
        with pytest.raises(SohoaError, match="no unit 'G99'"):
            compute_rates(settings, unit="G99")
        with pytest.raises(SohoaError, match="not for both"):
            compute_rates(settings, period=parse_period("2022"), as_of=D(2022, 1, 1))

    @pytest.mark.parametrize(
        ("period", "targets"),
        [
            ("2020", [None, None, None, None]),
            ("2021H1", [0.4, None, None, None]),
            ("2022Q3", [None, 0.6, 1.0, None]),
            ("2023", [None, None, None, 0.8]),
            ("2024", [None, None, None, 1.0]),
            ("2026", [None, None, None, 1.0]),
        ],
    )
    def test_targets_stand_only_in_their_years(
        self, settings: Settings, period: str, targets: list[float | None]
    ) -> None:
        store(settings, [])
        assert [rate.target for rate in compute_rates(settings, period=parse_period(period))] == targets

    def test_json_has_the_contract_s_names(self, settings: Settings) -> None:
        store(settings, [Entry(D(2020, 1, 1))])
        by_period = compute_rates(settings, period=parse_period("2022"))[0].as_dict()
        by_day = compute_rates(settings, as_of=D(2022, 1, 31))[0].as_dict()
        rest = ["numerator", "denominator", "rate", "target", "gap", "met"]
        assert list(by_period) == ["indicator", "unit_code", "period", *rest]
        assert list(by_day) == ["indicator", "unit_code", "as_of", *rest]
        assert json.loads(json.dumps(by_day))["as_of"] == "2022-01-31"

    def test_unknown_indicator_is_refused(self, settings: Settings) -> None:
        with pytest.raises(SohoaError, match="T01, T02, T03, T04a"):
            population_items(settings, "T99", D(2022, 1, 1))

    def test_a_figure_opens_into_its_documents(self, settings: Settings) -> None:
        store(
            settings,
            [
                scanned(D(2022, 1, 1), D(2022, 3, 1)),
                scanned(D(2022, 1, 2), D(2022, 4, 1)),
                Entry(D(2022, 1, 3), unit="G09.02"),
            ],
        )
        items = population_items(settings, "T01", D(2022, 3, 31))
        assert [(item.result_key, item.unit_code, item.document_id) for item in items] == [
            ("1/QĐ-BNV|2022-01-01|G09.01", "G09.01", document_id_of(1)),
            ("2/QĐ-BNV|2022-01-02|G09.01", "G09.01", None),
            ("3/QĐ-BNV|2022-01-03|G09.02", "G09.02", None),
        ]
        assert len(population_items(settings, "T01", D(2022, 3, 31), "G09.02")) == 1


DAYS = st.dates(D(2021, 1, 1), D(2023, 12, 31))
MOVES = Moves(
    "G09",
    (
        Move("G09.02", "G09.04", "Vụ Hai mới", D(2022, 3, 1)),
        Move("G09.03", "G21.01", "Ban Ba", D(2022, 12, 20)),
        Move("G09.04", "G09.01", "Vụ Một", D(2023, 6, 1)),
    ),
)
MAYBE = st.none() | DAYS
CASES = st.builds(
    lambda outcome, received, returned: ("", outcome, received, returned),
    st.sampled_from([None, "", "Đã giải quyết đúng hạn", "Từ chối", "Dừng giải quyết", "KHÔNG GIẢI QUYẾT"]),
    MAYBE,
    MAYBE,
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    status = draw(st.sampled_from([None, "accepted", "archived", "in_review"]))
    return Entry(
        issued_on=draw(MAYBE),
        unit=draw(st.sampled_from(["G09.01", "G09.02", "G09.03"])),
        procedure=draw(st.sampled_from([None, *PROCEDURES])),
        has_result=draw(st.sampled_from([True, True, True, False])),
        authority=draw(st.sampled_from([None, None, "Bộ trưởng", "Thủ tướng Chính phủ"])),
        expires_on=draw(MAYBE),
        ended_on=draw(MAYBE),
        still_usable=draw(st.booleans()),
        unusable_from=draw(MAYBE),
        status=status,
        digitised_on=draw(DAYS) if status else None,
        imported_on=draw(st.sampled_from(IMPORT_DAYS)),
        cases=[Case(str(n), *case[1:]) for n, case in enumerate(draw(st.lists(CASES, max_size=3)))],
    )


def compare(connection: Connection, register: list[Entry], cuts: list[Cut]) -> None:
    for cut, rates in zip(cuts, rates_at(connection, cuts, MOVES), strict=True):
        for rate in rates:
            expected = oracle.figures(register, cut.since, cut.day, rate.unit_code, MOVES)[rate.indicator]
            assert (rate.numerator, rate.denominator) == expected, (cut, rate)
            assert rate.numerator <= rate.denominator


@given(st.lists(entries(), max_size=12), st.lists(DAYS, min_size=1, max_size=6))
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rates_agree_with_a_count_by_hand(settings: Settings, register: list[Entry], days: list[D]) -> None:
    store(settings, register)
    periods = [parse_period(name, calendar) for name in ("2022", "2022Q3") for calendar in ("civil", "report")]
    cuts = [*map(Cut.of_day, days), *map(Cut.of_period, periods)]
    with connect(settings.catalogue_url).connect() as connection:
        compare(connection, register, cuts)
    for indicator, figure in oracle.figures(register, D(days[0].year, 1, 1), days[0], None).items():
        items = population_items(settings, indicator, days[0])
        assert (sum(item.document_id is not None for item in items), len(items)) == figure
