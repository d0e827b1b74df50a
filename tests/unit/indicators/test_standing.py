"""Every target of the source documents in a period: a figure with its verdict, or what is missing; none left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from cases.exports import case, paper, take_in
from sqlalchemy import delete

from indicators.forms import cases_of, told, write
from indicators.world import Entry, scanned, store
from sohoa.catalogue.database import writing
from sohoa.catalogue.models import (
    ApprovedBase,
    CaseComponent,
    CaseHandover,
    CaseHistory,
    IndicatorReading,
    ServiceCase,
)
from sohoa.errors import SohoaError
from sohoa.indicators import (
    Standing,
    approve_base,
    import_readings,
    load_indicators,
    parse_period,
    standings,
    standings_of,
)
from sohoa.indicators.standing import Verdict
from sohoa.messages import LANGUAGES, say
from sohoa.settings import Settings

DAY = dt.date(2022, 3, 1)


@pytest.fixture(autouse=True)
def _nothing_yet(settings: Settings) -> Iterator[None]:
    """The catalogue is the module's: each test begins with an empty one."""
    store(settings, [])
    with writing(settings.catalogue_url) as session:
        for model in (CaseComponent, CaseHandover, CaseHistory, ServiceCase, IndicatorReading, ApprovedBase):
            session.execute(delete(model))
    return


def one(settings: Settings, code: str, period: str, calendar: str = "civil") -> Standing:
    return standings_of(settings, code, parse_period(period, calendar))[0]


def read(settings: Settings, folder: Path, code: str, **changes: str) -> None:
    import_readings(settings, write(folder, told(code, **changes)))


@pytest.mark.parametrize("calendar", ["civil", "report"])
def test_none_is_missing_and_all_say_what_they_lack(settings: Settings, calendar: str) -> None:
    lines = standings(settings, parse_period("2024", calendar))

    assert [line.indicator.code for line in lines] == [one.code for one in load_indicators().indicators]
    assert {line.verdict for line in lines} == {"no_data"}
    for line in lines:
        missing = line.missing_text("vi")
        assert missing is not None
        assert missing.startswith("chưa có số liệu")
        assert line.indicator.needs.vi in missing
        assert line.as_dict()["value"] is None


def test_what_is_there_is_computed_and_the_rest_still_says_so(settings: Settings, tmp_path: Path) -> None:
    store(settings, [scanned(DAY, DAY), Entry(DAY)])
    take_in(settings, tmp_path, [case("1"), paper("1")])
    read(settings, tmp_path, "T13", Kỳ="2024")
    lines = {line.indicator.code: line for line in standings(settings, parse_period("2024"))}

    computed = {code for code, line in lines.items() if line.measured.value is not None}
    assert computed == {
        *("T01", "T02", "T03"),
        *("T04a-HS", "T04a-GT", "T07", "T13"),
        *("Q766-2.1", "Q766-3.3", "Q766-4.1", "Q766-4.2", "Q766-4.3", "Q766-4.4"),
    }
    assert all((line.measured.value is None) == (line.verdict == "no_data") for line in lines.values())
    assert len(lines) == len(load_indicators().indicators)


def test_of_a_unit_only_its_own_figures_stand(settings: Settings, tmp_path: Path) -> None:
    take_in(settings, tmp_path, [case("1"), case("2", Mã_đơn_vị="G09.06", Kênh_tiếp_nhận="3")])
    read(settings, tmp_path, "T13", Mã_đơn_vị="G09.06", Kỳ="2024")
    lines = {line.indicator.code: line for line in standings(settings, parse_period("2024"), "G09.06")}

    assert lines["T07"].measured.value == 0
    assert lines["T13"].measured.value == 0.95
    assert lines["T05"].verdict == lines["T20"].verdict == "no_data"
    assert {line.measured.unit_code for line in lines.values()} == {"G09.06"}
    # Parts are no whole: the Ministry's satisfaction is not that of one unit.
    assert one(settings, "T13", "2024").verdict == "no_data"
    with pytest.raises(SohoaError, match=r"X99"):
        standings(settings, parse_period("2024"), "X99")


# --- contradictions of the source documents (domain.md §1.3) ---------------------------------------------------


def test_floor_and_completion_of_2022_are_judged_each_on_its_own_population(settings: Settings) -> None:
    """C1 and C2: 2 of 3 usable results suffice for 60 %, 3 of 4 in force do not complete them."""
    store(
        settings,
        [
            *(scanned(DAY, DAY) for _ in range(2)),
            Entry(DAY),
            scanned(DAY, DAY, still_usable=False, unusable_from=DAY),
        ],
    )
    floor, completion = one(settings, "T02", "2022"), one(settings, "T03", "2022")

    assert (floor.measured.numerator, floor.measured.denominator, floor.verdict) == (2, 3, "met")
    assert (completion.measured.numerator, completion.measured.denominator, completion.verdict) == (3, 4, "missed")
    assert (floor.indicator.status, completion.indicator.status) == ("binding", "goal")


def test_a_target_without_a_firm_date_stays_open(settings: Settings) -> None:
    """C3."""
    store(settings, [Entry(dt.date(2021, 3, 1)) for _ in range(5)])
    line = one(settings, "T01", "2021")
    assert (line.verdict, line.overdue) == ("missed", False)
    assert line.target is not None
    assert line.target.due_on is None
    assert one(settings, "T01", "2023").verdict == "no_target"


def test_trajectory_and_end_state_are_two_lines(settings: Settings) -> None:
    """C4."""
    growing, end = one(settings, "T04a", "2023"), one(settings, "T05", "2023")
    assert growing.target is not None
    assert end.target is not None
    assert (float(growing.target.value), float(end.target.value)) == (0.8, 1.0)


def test_points_grow_from_the_assumed_base_until_one_is_approved_and_then_from_that(settings: Settings) -> None:
    """C5: 60 assumed gives 80; 2 of 5 measured gives 60, read relatively 48."""
    store(settings, cases_of(2022, 2, 5) + cases_of(2023, 3, 5))
    assumed = one(settings, "T04a", "2023")
    assert assumed.target is not None
    assert (float(assumed.target.value), assumed.target.basis, assumed.verdict) == (0.8, "assumed_base", "missed")
    assert float(assumed.target.relative or 0) == pytest.approx(0.72)

    approve_base(settings, "T04a", 2, 5, calendar="civil", approved_by="Trần Thị B")
    measured = one(settings, "T04a", "2023")
    assert measured.target is not None
    assert (float(measured.target.value), measured.target.basis, measured.verdict) == (0.6, "measured_base", "met")
    assert float(measured.target.relative or 0) == 0.48
    with pytest.raises(SohoaError, match="đã được duyệt"):
        approve_base(settings, "T04a", 5, 5, calendar="civil", approved_by="Trần Thị B")


@pytest.mark.parametrize(
    ("code", "numerator", "denominator"), [("T01", 1, 2), ("T04a", 3, 2), ("T04a", 0, 0), ("X", 1, 1)]
)
def test_what_is_no_base_is_not_approved(settings: Settings, code: str, numerator: int, denominator: int) -> None:
    with pytest.raises(SohoaError, match="mức gốc"):
        approve_base(settings, code, numerator, denominator, calendar="civil", approved_by="B")


def test_classes_without_a_base_of_their_own_have_no_target(settings: Settings, tmp_path: Path) -> None:
    """60 % was promised of results, not of dossiers or papers."""
    take_in(settings, tmp_path, [case("1"), paper("1")])
    assert one(settings, "T04a-GT", "2024").verdict == "no_base"
    assert one(settings, "T04a-GT", "2026").verdict == "no_data"
    approve_base(settings, "T04a-GT", 1, 2, calendar="civil", approved_by="B")
    assert one(settings, "T04a-GT", "2024").verdict == "met"


def test_share_of_people_is_shown_beside_that_of_cases(settings: Settings, tmp_path: Path) -> None:
    """C6 and C7."""
    rows = [case(str(number), Mã_người_nộp="p1") for number in range(3)]
    take_in(settings, tmp_path, [*rows, case("9", Kênh_tiếp_nhận="1", Mã_người_nộp="p2")])
    line = one(settings, "T07", "2024")
    assert (line.measured.value, line.verdict) == (0.75, "met")
    assert [(beside.numerator, beside.denominator) for beside in line.measured.beside] == [(1, 2)]


@pytest.mark.parametrize("minutes", ["20", "40"])
def test_an_ambiguous_target_is_never_met_or_missed(settings: Settings, tmp_path: Path, minutes: str) -> None:
    """C8."""
    read(settings, tmp_path, "T11", Tử_số="", Mẫu_số="", Giá_trị=minutes)
    line = one(settings, "T11", "2025")
    assert (line.measured.value, line.verdict) == (float(minutes), "ambiguous")


def test_a_missed_target_is_overdue_once_its_quarter_is_over(settings: Settings, tmp_path: Path) -> None:
    """C14: the survey was due in the fourth quarter of 2022."""
    for period in ("2022Q3", "2022"):
        read(settings, tmp_path, "T29", Mã_đơn_vị="VN", Kỳ=period, Tử_số="62", Mẫu_số="63")
    assert [
        (one(settings, "T29", period).verdict, one(settings, "T29", period).overdue) for period in ("2022Q3", "2022")
    ] == [
        ("missed", False),
        ("missed", True),
    ]


# --- verdicts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "changes", "verdict"),
    [
        ("T13", {"Tử_số": "95", "Mẫu_số": "100"}, "met"),
        ("T13", {"Tử_số": "949", "Mẫu_số": "1000"}, "missed"),
        ("T13", {"Tử_số": "0", "Mẫu_số": "0"}, "no_data"),
        ("T13", {"Tử_số": "", "Mẫu_số": "", "Giá_trị": "95%"}, "met"),
        ("T10", {"Tử_số": "300", "Mẫu_số": "20"}, "met"),
        ("T10", {"Tử_số": "301", "Mẫu_số": "20"}, "missed"),
        ("T12", {"Tử_số": "4000", "Mẫu_số": "2"}, "met"),
        ("T12", {"Tử_số": "3999", "Mẫu_số": "2"}, "missed"),
        ("T12", {"Kỳ": "2025H1", "Tử_số": "3999", "Mẫu_số": "2"}, "not_comparable"),
        ("T14", {"Tử_số": "", "Mẫu_số": "", "Giá_trị": "Có"}, "met"),
        ("T14", {"Tử_số": "", "Mẫu_số": "", "Giá_trị": "Không"}, "missed"),
        ("T27", {"Mã_đơn_vị": "H48", "Tử_số": "", "Mẫu_số": "", "Giá_trị": "3"}, "met"),
        ("T27", {"Mã_đơn_vị": "H48", "Tử_số": "", "Mẫu_số": "", "Giá_trị": "4"}, "missed"),
        ("T28", {"Mã_đơn_vị": "H48", "Tử_số": "", "Mẫu_số": "", "Giá_trị": "10%"}, "no_target"),
        ("T21", {"Mã_đơn_vị": "H48", "Tử_số": "99", "Mẫu_số": "100"}, "missed"),
        ("Q766-5.4", {"Tử_số": "", "Mẫu_số": "", "Giá_trị": "97,5%"}, "no_target"),
    ],
)
def test_readings_are_judged_by_hand_computed_borders(
    settings: Settings, tmp_path: Path, code: str, changes: dict[str, str], verdict: str
) -> None:
    read(settings, tmp_path, code, **changes)
    assert one(settings, code, changes.get("Kỳ", "2025")).verdict == verdict


@pytest.mark.parametrize(
    ("code", "changes", "gap"),
    [
        ("T13", {"Tử_số": "94", "Mẫu_số": "100"}, 0.01),
        ("T13", {"Tử_số": "97", "Mẫu_số": "100"}, -0.02),
        ("T10", {"Tử_số": "360", "Mẫu_số": "20"}, 3.0),
        ("T10", {"Tử_số": "200", "Mẫu_số": "20"}, -5.0),
        ("T11", {"Tử_số": "", "Mẫu_số": "", "Giá_trị": "40"}, None),
        ("T12", {"Kỳ": "2025H1", "Tử_số": "3999", "Mẫu_số": "2"}, None),
        ("T13", {"Tử_số": "0", "Mẫu_số": "0"}, None),
    ],
)
def test_what_is_missing_is_above_zero_whichever_way_the_target_is_compared(
    settings: Settings, tmp_path: Path, code: str, changes: dict[str, str], gap: float | None
) -> None:
    read(settings, tmp_path, code, **changes)
    assert one(settings, code, changes.get("Kỳ", "2025")).gap == gap


def test_exactly_sixty_per_cent_is_enough(settings: Settings) -> None:
    store(settings, [scanned(DAY, DAY) for _ in range(3)] + [Entry(DAY) for _ in range(2)])
    assert one(settings, "T02", "2022").verdict == "met"


@pytest.mark.parametrize(("scanned_on", "digitised"), [(dt.date(2022, 12, 14), 1), (dt.date(2022, 12, 15), 0)])
def test_the_report_year_ends_with_14_december(settings: Settings, scanned_on: dt.date, digitised: int) -> None:
    store(settings, [scanned(DAY, scanned_on)])
    assert one(settings, "T02", "2022", "report").measured.numerator == digitised
    assert one(settings, "T02", "2022", "civil").measured.numerator == 1


def test_every_verdict_and_status_can_be_told() -> None:
    words = [f"verdict_{verdict}" for verdict in get_args(Verdict)]
    words += [f"status_{one.status}" for one in load_indicators().indicators]
    words += [f"measured_{one.measured}" for one in load_indicators().indicators]
    words += [f"role_{source.role}" for source in load_indicators().sources.values()]
    assert all(say(f"indicator.{word}", language) for word in words for language in LANGUAGES)


def test_an_indicator_that_there_is_not_is_told_with_those_that_there_are(settings: Settings) -> None:
    with pytest.raises(SohoaError, match=r"T99.*T01, T02"):
        standings_of(settings, "T99", parse_period("2024"))
