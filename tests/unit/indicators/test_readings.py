from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from indicators.forms import HEADERS, told, write
from sohoa.catalogue.database import reading
from sohoa.catalogue.models import FigureImport, IndicatorReading
from sohoa.indicators import import_readings, parse_period
from sohoa.indicators.readings import Reading, newest_readings, parse_number, parse_reading
from sohoa.messages import say
from sohoa.register import RowsRefused
from sohoa.settings import Settings

CIVIL_2025 = ("civil", "2025")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234", 1234),
        ("0,95", 0.95),
        ("0.95", 0.95),
        ("95%", 0.95),
        ("95,5 %", 0.955),
        ("1.234.567", 1234567),
        ("1.234.567,5", 1234567.5),
        ("12.5", 12.5),
        ("0.125", 0.125),
        ("1.234,5", 1234.5),
    ],
)
def test_numbers_are_read_as_people_and_programs_write_them(text: str, number: float) -> None:
    assert parse_number(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["2.000", "12.345", "", "abc", "-1", "1e3", "1,234,567", "1.23.456", "∞", "٣", "%"])
def test_what_is_no_number_or_may_be_two_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|decimals"):
        parse_number(text)


@given(st.integers(0, 10**12), st.sampled_from(["plain", "grouped"]))
def test_whole_numbers_come_back(number: int, how: str) -> None:
    text = str(number) if how == "plain" else f"{number:,}".replace(",", ".")
    if how == "grouped" and 1000 <= number < 1_000_000:
        with pytest.raises(ValueError, match="decimals"):
            parse_number(text)
    else:
        assert parse_number(text) == number


@hypothesis_settings(deadline=None)
@given(st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=12) | st.sampled_from(["T13", "G09", "2025", "1"])))
def test_whatever_stands_in_a_row_it_is_judged_and_told(cells: dict[str, str]) -> None:
    found = parse_reading(3, cells)
    if isinstance(found, list):
        assert found
        assert all(say(reason, language) for _, reason in found for language in ("vi", "en"))
    else:
        assert found.value is not None or found.denominator is not None


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (told("T99"), "Mã chỉ tiêu", "readings.indicator_unknown"),
        (told("T07"), "Mã chỉ tiêu", "readings.indicator_computed"),
        (told(Kỳ="2025Q5"), "Kỳ", "readings.period_unknown"),
        (told(Lịch="Âm lịch"), "Lịch", "readings.calendar_unknown"),
        (told(Mã_đơn_vị="H48"), "Mã đơn vị", "readings.unit_out_of_scope"),
        (told(Mã_đơn_vị=""), "Mã đơn vị", "readings.unit_out_of_scope"),
        (told("T23"), "Mã đơn vị", "readings.unit_out_of_scope"),
        (told(Tử_số="12.345"), "Tử số", "readings.number_unclear"),
        (told(Tử_số="201"), "Tử số", "readings.above_denominator"),
        (told(Mẫu_số=""), "Tử số", "readings.half_a_fraction"),
        (told(Tử_số="", Mẫu_số=""), "Giá trị", "cases.value_missing"),
        (told(Tử_số="", Mẫu_số="", Giá_trị="95"), "Giá trị", "readings.share_above_one"),
        (told(Giá_trị="90%"), "Giá trị", "readings.value_contradicts"),
        (told(Mẫu_số="0", Tử_số="0", Giá_trị="90%"), "Giá trị", "readings.value_contradicts"),
        (told(Nguồn_số_liệu=""), "Nguồn số liệu", "cases.value_missing"),
        (told("T27", Mã_đơn_vị="H48", Tử_số="", Mẫu_số="", Giá_trị="2,5"), "Giá trị", "readings.rank_invalid"),
        (told("T27", Mã_đơn_vị="H48", Giá_trị="2"), "Tử số", "readings.value_only"),
        (told("T14", Tử_số="", Mẫu_số="", Giá_trị="1"), "Giá trị", "register.yes_no_unknown"),
        (told("T29", Mã_đơn_vị="VN", Tử_số="60", Mẫu_số="64"), "Mẫu số", "readings.denominator_fixed"),
    ],
)
def test_each_fault_is_told_with_its_column(row: dict[str, str], column: str, reason: str) -> None:
    assert parse_reading(2, row) == [(column, reason)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (told("t13"), ("T13", "G09", "civil", "2025", 190, 200, None)),
        (told(Giá_trị="95%", Lịch="Báo cáo"), ("T13", "G09", "report", "2025", 190, 200, 0.95)),
        (told(Tử_số="", Mẫu_số="", Giá_trị="0,95"), ("T13", "G09", "civil", "2025", None, None, 0.95)),
        (told("T09", Mã_đơn_vị="G09.01", Tử_số="40", Mẫu_số="2"), ("T09", "G09.01", "civil", "2025", 40, 2, None)),
        (told("T14", Tử_số="", Mẫu_số="", Giá_trị="CÓ"), ("T14", "G09", "civil", "2025", None, None, 1)),
        (
            told("T28", Mã_đơn_vị="H48", Tử_số="", Mẫu_số="", Giá_trị="10%"),
            ("T28", "H48", "civil", "2025", None, None, 0.1),
        ),
    ],
)
def test_good_rows_become_readings(row: dict[str, str], expected: tuple[object, ...]) -> None:
    found = parse_reading(2, row)
    assert isinstance(found, Reading)
    assert (*found.key, found.numerator, found.denominator, found.value) == expected


def test_the_newest_reading_counts_and_earlier_ones_stay(settings: Settings, tmp_path: Path) -> None:
    first = import_readings(settings, write(tmp_path, told(), told(Mã_đơn_vị="G09.01", Tử_số="9", Mẫu_số="10")))
    again = import_readings(settings, write(tmp_path, told()))
    later = import_readings(settings, write(tmp_path, told(Tử_số="194")))

    assert (first.n_new, first.n_changed, first.n_unchanged) == (2, 0, 0)
    assert (again.n_new, again.n_changed, again.n_unchanged) == (0, 0, 1)
    assert (later.n_new, later.n_changed, later.n_unchanged) == (0, 1, 0)
    with reading(settings.catalogue_url) as session:
        newest = newest_readings(session.connection(), parse_period("2025"))
        assert session.scalar(select(func.count()).select_from(IndicatorReading)) == 3
        assert newest_readings(session.connection(), parse_period("2025", "report")) == {}
    assert {key[1]: one.numerator for key, one in newest.items()} == {"G09": 194, "G09.01": 9}


def test_a_file_with_a_wrong_row_is_refused_with_its_rows(settings: Settings, tmp_path: Path) -> None:
    file = write(tmp_path, told("T12", Mã_đơn_vị="G09.02"), told("T12", Mã_đơn_vị="G09.02"), told("T99"))
    with reading(settings.catalogue_url) as session:
        before = session.scalar(select(func.count()).select_from(FigureImport))
    with pytest.raises(RowsRefused) as refused:
        import_readings(settings, file)

    assert [(one.line, one.reason) for one in refused.value.rejections] == [
        (3, "readings.repeated"),
        (4, "readings.indicator_unknown"),
    ]
    with reading(settings.catalogue_url) as session:
        assert session.scalar(select(func.count()).select_from(FigureImport)) == before
