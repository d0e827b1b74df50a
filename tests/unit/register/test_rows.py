from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.register import RegisterRow, parse_date
from sohoa.register.rows import OPTIONAL, REQUIRED, judge_columns

from .exports import row

ALL = frozenset(REQUIRED + OPTIONAL)
days = st.dates(dt.date(1900, 1, 1))


def taken(cells: dict[str, str]) -> RegisterRow:
    values, problems = judge_columns({name: [cell] for name, cell in cells.items()}, [2])
    assert not problems
    return RegisterRow(columns=ALL, **{name: column[0] for name, column in values.items()})


def problems(cells: dict[str, str]) -> list[tuple[str, str]]:
    _, problems = judge_columns({name: [cell] for name, cell in cells.items()}, [2])
    return problems[0]


@given(
    days,
    st.sampled_from(
        [
            "{0.day:02}/{0.month:02}/{0.year:04}",
            "{0.day}/{0.month}/{0.year:04}",
            "{0.year:04}-{0.month:02}-{0.day:02}",
            "{0.year:04}-{0.month:02}-{0.day:02} 00:00:00",
            "{0.day:02}/{0.month:02}/{0.year:04} 08:15",
        ]
    ),
)
def test_every_day_is_read_in_each_spelling(day: dt.date, spelling: str) -> None:
    assert parse_date(spelling.format(day)) == day


def test_a_time_of_day_is_no_longer_than_clocks_write_it() -> None:
    """What was parsed stays in memory by its text."""
    assert parse_date("2022-02-24 08:15:00.000000000") == dt.date(2022, 2, 24)
    with pytest.raises(ValueError, match="not a date"):
        parse_date("2022-02-24 08:15:00." + "0" * 1000)


@given(st.text(max_size=12))
def test_any_other_text_is_a_date_or_a_plain_refusal(text: str) -> None:
    with suppress(ValueError):
        parse_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "30/02/2022",
        "31/04/2022",
        "29/02/2023",
        "00/01/2022",
        "1/13/2022",
        "2022-13-01",
        "05/03/22",
        "44625",
        "5.3.2022",
        "05/03/0022",
        "hôm qua",
    ],
)
def test_an_impossible_date_is_a_problem_of_its_column(text: str) -> None:
    assert problems(row(Ngày_ban_hành=text)) == [("Ngày ban hành", "register.date_invalid")]


def test_an_expiry_or_end_before_the_issue_is_a_problem() -> None:
    cells = row(Ngày_hết_hiệu_lực="04/03/2022", Ngày_chấm_dứt_hiệu_lực="01/01/2020")
    assert problems(cells) == [
        ("Ngày hết hiệu lực", "register.expiry_before_issue"),
        ("Ngày chấm dứt hiệu lực", "register.end_before_issue"),
    ]


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", "in_force"),
        ("còn  HIỆU lực", "in_force"),
        ("Hết hiệu lực", "expired"),
        (" Bị thu hồi ", "revoked"),
        ("Bị thay thế", "superseded"),
        ("Bị hủy bỏ", "annulled"),
        ("BỊ HUỶ BỎ", "annulled"),
    ],
)
def test_validity_states_are_known_in_any_spelling(text: str, state: str) -> None:
    assert taken(row(Tình_trạng_hiệu_lực=text)).validity == state


def test_unknown_states_and_answers_are_problems() -> None:
    cells = row(Tình_trạng_hiệu_lực="Đang chờ", Có_giá_trị_sử_dụng="có lẽ")
    assert problems(cells) == [
        ("Tình trạng hiệu lực", "register.validity_unknown"),
        ("Có giá trị sử dụng", "register.yes_no_unknown"),
    ]


def test_usable_and_written_result_default_to_yes() -> None:
    usual = taken(row(Có_giá_trị_sử_dụng=""))
    assert (usual.still_usable, usual.has_result) == (True, True)
    other = taken(row(Có_giá_trị_sử_dụng="KHÔNG", Có_kết_quả_bằng_văn_bản="Không"))
    assert (other.still_usable, other.has_result) == (False, False)


def test_a_row_needs_a_unit_and_an_identity() -> None:
    cells = row(Mã_đơn_vị=" ", Số_ký_hiệu_kết_quả="", Mã_hồ_sơ="")
    assert problems(cells) == [
        ("Mã đơn vị", "register.unit_missing"),
        ("Số ký hiệu kết quả", "register.identity_missing"),
    ]


def test_a_row_without_number_stands_under_its_dossier() -> None:
    unnumbered = taken(row(Số_ký_hiệu_kết_quả="/QĐ-BNV"))
    assert unnumbered.result_key == "hồ sơ:000.00.00.G09-220412-0001|G09"
    assert unnumbered.code_folded is None


def test_a_malformed_dossier_code_is_kept() -> None:
    assert taken(row(Mã_hồ_sơ="HS 12 bis")).dossier_code == "HS 12 bis"


def test_what_the_database_cannot_hold_and_what_is_broken_are_problems() -> None:
    cells = row(Mã_TTHC="1" * 41, Trích_yếu="Về vi\ufffdc")
    assert problems(cells) == [("Mã TTHC", "register.too_long"), ("Trích yếu", "register.text_broken")]


def test_control_characters_never_reach_the_database() -> None:
    assert taken(row(Trích_yếu="Về\x00 việc\u200b\nthành\u00a0lập")).subject == "Về việc thành lập"
