"""Figures from a case export against counts made by hand; the comments say which cases count."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases.exports import Row, case, handed, opened, paper, take_in

from sohoa.catalogue.database import reading
from sohoa.catalogue.migrate import migrate
from sohoa.indicators import Measurement, load_indicators, parse_period
from sohoa.indicators.export_figures import figures_of_cases
from sohoa.indicators.export_measures import MEASURES
from sohoa.indicators.measured import MISSING, UNKNOWN
from sohoa.settings import Settings

A, B, QUANG_NGAI = "G09.05", "G09.06", "H48.12"
NONE = "0"

ROWS: list[Row] = [
    # A1: online, in time, one paper reused, one new.
    case("A1", Số_lần_yêu_cầu_bổ_sung=NONE, Số_ngày_chờ_bổ_sung=NONE, Mã_người_nộp="p1"),
    paper("A1", Đã_có_sẵn="Có", Tái_sử_dụng="Có"),
    paper("A1"),
    handed("A1", "12/05/2024"),
    # A2: five days late, but waited five days for a supplement; no file at all; asked again for what was held.
    case(
        "A2",
        Kênh_tiếp_nhận="Trực tiếp",
        Ngày_hẹn_trả="20/05/2024",
        Ngày_trả_kết_quả="25/05/2024",
        Tệp_kết_quả_điện_tử="Không",
        Đồng_bộ_kết_quả_lên_DVCQG="Không",
        Số_lần_yêu_cầu_bổ_sung="1",
        Số_ngày_chờ_bổ_sung="5",
        Mã_người_nộp="p1",
    ),
    paper("A2", Tệp_đính_kèm="Không", Đã_có_sẵn="Có", Phải_nộp_lại="Có"),
    handed("A2", "13/05/2024"),
    handed("A2", "14/05/2024", "Giấy"),
    # A3: before its day, but two requests for supplements; no written result due; a paper from the personal store.
    case(
        "A3",
        Kênh_tiếp_nhận="Bưu chính",
        Ngày_trả_kết_quả="28/05/2024",
        Có_kết_quả_bằng_văn_bản="Không",
        Tệp_kết_quả_điện_tử="Không",
        Đồng_bộ_kết_quả_lên_DVCQG="Không",
        Số_lần_yêu_cầu_bổ_sung="2",
        Số_ngày_chờ_bổ_sung="5",
        Mã_người_nộp="p2",
    ),
    paper("A3", Đã_có_sẵn="Có", Lấy_từ_kho_DVCQG="Có"),
    handed("A3", "15/05/2024", "Giấy", inter_agency="Không"),
    # A4: online, open, past its day.
    opened("A4", Ngày_hẹn_trả="01/06/2024", Mã_người_nộp="p3"),
    paper("A4"),
    # B1 and B2: the two sides of the border of the report year; B2 refused and late.
    case("B1", Mã_đơn_vị=B, Ngày_tiếp_nhận="14/12/2023", Ngày_hẹn_trả="25/12/2023", Ngày_trả_kết_quả="20/12/2023"),
    paper("B1"),
    case(
        "B2",
        Mã_đơn_vị=B,
        Ngày_tiếp_nhận="15/12/2023",
        Ngày_hẹn_trả="20/12/2023",
        Ngày_trả_kết_quả="22/12/2023",
        Kết_quả_giải_quyết="Từ chối",
        Tệp_kết_quả_điện_tử="Không",
        Đồng_bộ_kết_quả_lên_DVCQG="Không",
    ),
    paper("B2"),
    # B3 and B4: the same border a year later, both open; only B4 is past its day at the end of 2024.
    opened("B3", Mã_đơn_vị=B, Ngày_tiếp_nhận="14/12/2024", Ngày_hẹn_trả="10/01/2025", Mã_người_nộp="p4"),
    paper("B3"),
    opened(
        "B4",
        Mã_đơn_vị=B,
        Kênh_tiếp_nhận="Trực tiếp",
        Ngày_tiếp_nhận="15/12/2024",
        Ngày_hẹn_trả="20/12/2024",
        Đồng_bộ_hồ_sơ_lên_DVCQG="Không",
        Mã_người_nộp="p5",
    ),
    paper("B4"),
    # Of Quảng Ngãi: in no figure of the Ministry.
    case("H1", Mã_đơn_vị=QUANG_NGAI, Mã_người_nộp="p9"),
    paper("H1", Đã_có_sẵn="Có", Phải_nộp_lại="Có"),
    handed("H1", "11/05/2024", "Giấy"),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home: Path = tmp_path_factory.mktemp("world")
    made = Settings(home=home)
    migrate(made)
    take_in(made, home, ROWS)
    return made


@pytest.fixture
def bare(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path / "home")
    migrate(made)
    return made


def figures(settings: Settings, code: str, period: str, calendar: str = "civil") -> dict[str | None, Measurement]:
    indicator = load_indicators().get(code)
    assert indicator is not None
    with reading(settings.catalogue_url) as session:
        found = figures_of_cases(session.connection(), parse_period(period, calendar), {code: indicator.scope})
    return {one.unit_code: one for one in found[code]}


def fraction(one: Measurement) -> tuple[float | None, float | None]:
    return one.numerator, one.denominator


# Over all units of the scope; by hand from the comments above.
CIVIL_2024 = {
    "T04a-HS": (2, 3),  # of A1 A2 A3: A1, and A3 whose result is not due
    "T04a-GT": (3, 4),  # papers: A1 both, A2 none, A3 its one
    "T06": (2, 3),  # with something held: A1 A2 A3; asked again: A2
    "T07": (3, 6),  # A1 A4 B3 of A1-A4 B3 B4
    "T08": (1, 2),  # A1 wholly electronic, A2 not; A3 was not passed on to another agency
    "T20": (0, 1),  # H1
    "Q766-2.1": (2, 3),  # A1, A2 with its five days; A3 had two requests
    "Q766-4.1": (1, 2),  # A1 of A1 A2; A3 needs none
    "Q766-4.2": (2, 3),  # A1 and A3 of A1 A2 A3
    "Q766-4.3": (1, 6),  # A1
    "Q766-4.4": (2, 6),  # A1 by its result, A3 by its paper
}


@pytest.mark.parametrize(("code", "counted"), CIVIL_2024.items())
def test_figures_of_a_civil_year_are_those_counted_by_hand(
    world: Settings, code: str, counted: tuple[int, int]
) -> None:
    whole = figures(world, code, "2024")[None]
    assert fraction(whole) == counted
    assert whole.value == counted[0] / counted[1]
    assert whole.missing is None


def test_every_measure_of_the_case_export_has_a_figure_counted_by_hand() -> None:
    assert {*CIVIL_2024, "Q766-3.3"} == MEASURES.keys()
    assert {one.code for one in load_indicators().indicators if one.measured == "case_export"} == MEASURES.keys()


def test_online_cases_with_a_result_are_multiplied_with_the_share_synchronised(world: Settings) -> None:
    """QĐ 766, 3.3: A1 of six; five of six synchronised."""
    whole = figures(world, "Q766-3.3", "2024")[None]
    assert fraction(whole) == (1, 6)
    assert whole.factor == 5 / 6
    assert whole.value == pytest.approx(5 / 36)


def test_units_have_figures_of_their_own(world: Settings) -> None:
    found = figures(world, "T07", "2024")
    assert {unit: fraction(one) for unit, one in found.items()} == {None: (3, 6), A: (2, 4), B: (1, 2)}


@pytest.mark.parametrize(
    ("code", "period", "calendar", "counted"),
    [
        # Received 14/12/2023 (B1) and 15/12/2023 (B2), 14/12/2024 (B3) and 15/12/2024 (B4).
        ("T07", "2023", "civil", (2, 2)),
        ("T07", "2023", "report", (1, 1)),
        ("T07", "2024", "civil", (3, 6)),
        ("T07", "2024", "report", (4, 6)),
        ("T07", "2025", "report", (0, 1)),
        ("T07", "2024Q1", "report", (1, 1)),
        ("T07", "2024H2", "report", (1, 1)),
        ("T07", "2024Q4", "civil", (1, 2)),
        # Ended 20/12/2023 (B1, in time) and 22/12/2023 (B2, late).
        ("Q766-2.1", "2023", "civil", (1, 2)),
        ("Q766-2.1", "2024", "report", (3, 5)),
        # Refused cases are no part of the year's results: of 2023 only B1.
        ("T04a-HS", "2023", "civil", (1, 1)),
        ("T04a-HS", "2024", "report", (3, 4)),
        # A year's cohort runs from the start of the year, as P3 does: the quarter before May has B1 alone.
        ("T04a-HS", "2024Q1", "report", (1, 1)),
        ("T04a-HS", "2024Q2", "report", (3, 4)),
    ],
)
def test_the_days_around_14_and_15_december_fall_on_the_right_side(
    world: Settings, code: str, period: str, calendar: str, counted: tuple[int, int]
) -> None:
    assert fraction(figures(world, code, period, calendar)[None]) == counted


@pytest.mark.parametrize(
    ("code", "unit", "counted"),
    [
        ("T06", None, (1, 2)),  # C7: p1 was asked again in A2, p2 was not
        ("T07", None, (3, 5)),  # C6: p1 p3 p4 of p1-p5
        ("T07", A, (2, 3)),
        ("T08", None, (2, 3)),  # hand-overs: A1 one, A2 one of two
        ("T20", None, (0, 1)),
        ("Q766-2.1", None, (2, 5)),  # with A4 and B4, open and past their day
        ("Q766-2.1", A, (2, 4)),
    ],
)
def test_the_other_reading_stands_beside(
    world: Settings, code: str, unit: str | None, counted: tuple[int, int]
) -> None:
    (beside,) = figures(world, code, "2024")[unit].beside
    assert (beside.numerator, beside.denominator) == counted


def test_people_are_not_counted_as_long_as_one_case_names_none(world: Settings) -> None:
    assert figures(world, "T07", "2023")[None].beside == ()


def test_nothing_to_count_is_no_figure_and_never_zero(world: Settings) -> None:
    for code in MEASURES:
        whole = figures(world, code, "2019")[None]
        assert whole.value is None
        assert whole.missing == MISSING


@pytest.mark.parametrize(
    ("code", "column"),
    [
        ("T04a-HS", "Tệp đính kèm"),
        ("T04a-HS", "Tệp kết quả điện tử"),
        ("T04a-GT", "Tệp đính kèm"),
        ("T06", "Đã có sẵn"),
        ("T06", "Phải nộp lại"),
        ("Q766-2.1", "Số lần yêu cầu bổ sung"),
        ("Q766-2.1", "Số ngày chờ bổ sung"),
        ("Q766-3.3", "Tệp kết quả điện tử"),
        ("Q766-3.3", "Đồng bộ hồ sơ lên DVCQG"),
        ("Q766-4.1", "Đồng bộ kết quả lên DVCQG"),
        ("Q766-4.2", "Tệp đính kèm"),
        ("Q766-4.2", "Tệp kết quả điện tử"),
        ("Q766-4.3", "Tái sử dụng"),
        ("Q766-4.4", "Lấy từ kho DVCQG"),
    ],
)
def test_without_a_column_that_it_needs_an_indicator_has_no_figure(bare: Settings, code: str, column: str) -> None:
    # A2 answers no question by what the file still tells.
    take_in(bare, bare.home, [row for row in ROWS if row["Mã hồ sơ"] == "A2"], without=[column])
    whole = figures(bare, code, "2024")[None]

    assert whole.value is None
    assert (whole.missing, whole.n_unknown) == (UNKNOWN, 1)


@pytest.mark.parametrize("code", ["T04a-HS", "Q766-4.2", "Q766-4.3", "Q766-4.4", "T04a-GT", "T06"])
def test_an_export_without_papers_tells_nothing_of_papers(bare: Settings, code: str) -> None:
    take_in(bare, bare.home, [row for row in ROWS if row["Loại dòng"] == "Hồ sơ"])
    whole = figures(bare, code, "2024")[None]
    assert (whole.value, whole.missing) == (None, MISSING)


@pytest.mark.parametrize(("code", "counted"), [("T04a-HS", (0, 1)), ("T04a-GT", (1, 2)), ("Q766-4.2", (1, 1))])
def test_a_dossier_is_digitised_only_with_all_its_papers(bare: Settings, code: str, counted: tuple[int, int]) -> None:
    """QĐ 766 (4.2) is content with one."""
    take_in(bare, bare.home, [case("1"), paper("1"), paper("1", Tệp_đính_kèm="Không")])
    assert fraction(figures(bare, code, "2024")[None]) == counted


def test_a_unit_with_a_code_of_no_known_form_is_not_lost(bare: Settings) -> None:
    take_in(bare, bare.home, [case("1", Mã_đơn_vị="VPBO"), case("2", Mã_đơn_vị="000.00.05.G09", Kênh_tiếp_nhận="3")])
    assert fraction(figures(bare, "T07", "2024")[None]) == (1, 2)
