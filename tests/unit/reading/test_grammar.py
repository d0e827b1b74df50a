"""Numbers, symbols, dates and codes (domain.md §3.3, §3.4, §4.3)."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sohoa.catalogue.units import load_ruleset_units
from sohoa.reading.grammar import (
    Code,
    find_dossier_code,
    guess_date,
    is_date_line,
    may_be_day,
    parse_code,
    parse_date,
    parse_number,
    start_of_label,
    starts_with_place,
    zeros_put_right,
)
from sohoa.reading.symbols import confusable
from sohoa.reading.types import DOC_TYPES

NOTATION = re.compile(
    r"(?:[0-9]{4}/)?[A-ZĐ][A-Za-zĐđ]{0,5}(?:-[A-ZĐ][A-Za-zĐđ0-9&]{0,11})+"
    r"|[0-9]{4}/(?:UBTV)?QH[0-9]{1,2}|[A-ZĐ][A-Za-zĐđ]{1,3}/[A-ZĐ][A-Za-zĐđ]{1,5}"
)
DOSSIER = re.compile(
    r"(?:[0-9]{3}(?:\.[0-9]{2}){2}\.[A-Z][0-9]{2}|[A-Z][0-9]{2}(?:\.[0-9A-Z]+)*)-([0-9]{2})([0-9]{2})([0-9]{2})-[0-9]{4,}"
)
AGENCIES = sorted({unit.symbol for unit in load_ruleset_units() if unit.symbol})

numbers = st.integers(1, 999_999).map(lambda number: f"{number:02d}")
labels = st.sampled_from(["Số: ", "Số:", "SỐ: ", "Số ", "So: ", "Sb: ", "S6: ", "s6 ", "Sé: ", "Số. ", "- Số: ", ""])
dashes = st.sampled_from(["-", " - ", "–", "—"])
slashes = st.sampled_from(["/", " /", " / ", "/ "])
days = st.dates(dt.date(1945, 9, 2), dt.date(2050, 12, 31))
# Text made of what number lines, dates and codes are made of finds more than text of any letters.
telling = st.text("Sốso6 :./-–…_0123456789QOĐPDBNVKHTrg&ngàythángnămI1l\n٣²", max_size=40)


@given(labels, numbers, slashes, st.sampled_from(sorted(DOC_TYPES)), dashes, st.sampled_from(AGENCIES))
def test_a_named_document_s_code_is_read_as_printed(
    label: str, number: str, slash: str, kind: str, dash: str, agency: str
) -> None:
    code = parse_code(f"{label}{number}{slash}{kind}{dash}{agency}")
    assert code is not None
    assert (code.number, code.notation) == (number, f"{kind}-{agency}")


@given(numbers, st.sampled_from(AGENCIES), st.sampled_from(["VP", "TCBC", "CCVC", "TCPCP", "ĐT", "CQĐP"]))
def test_an_official_letter_s_code_is_read_as_printed(number: str, agency: str, unit: str) -> None:
    code = parse_code(f"Số: {number}/{agency}-{unit}")
    assert code is not None
    assert (code.number, code.notation) == (number, f"{agency}-{unit}")


@given(numbers, st.integers(1992, 2099), st.sampled_from(["NĐ-CP", "QĐ-TTg", "TTLT-BNV-BTC", "TT-BNV"]))
def test_a_code_with_the_year_of_its_series_keeps_the_year(number: str, year: int, symbol: str) -> None:
    code = parse_code(f"Số: {number}/{year}/{symbol}")
    assert code is not None
    assert (code.number, code.notation) == (number, f"{year}/{symbol}")


@given(numbers, st.text("ABCDĐEGHIKLMNOPQRSTUVXY", min_size=2, max_size=8))
def test_an_agency_that_is_in_no_list_is_kept_and_not_called_known(number: str, agency: str) -> None:
    assume(
        confusable(agency) not in {confusable(known) for known in (*DOC_TYPES, *AGENCIES, "CP", "TTg", "UBND", "SNV")}
    )
    assert parse_code(f"Số: {number}/QĐ-{agency}") == Code(number, f"QĐ-{agency}", known=False)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Số: 1142/VTLTNN-NVTW", "1142"),
        ("Số: 1142/V", "1142"),
        ("Số. 423/QEBDIMo vụ", "423"),
        ("- ố:862/QĐ-BNV_", "862"),
        ("8ố: 368/Q", "368"),
        ("S60: 684/BTDKT-NV", "684"),
        ("Số: 2651", None),
        ("Số: 12/01/2022", None),
        ("Ngày: 12/QUẢNG NAM", None),
        ("1142/V", None),
        ("Số: /QĐ-BNV", None),
        ("Số: 11 /2 QĐ", None),
        ("S665/Q", None),
    ],
)
def test_a_number_stands_between_label_and_slash_whatever_is_read_of_the_symbol(line: str, number: str | None) -> None:
    assert parse_number(line) == number


@pytest.mark.parametrize(
    ("word", "start"),
    [
        ("Số:", 0),
        ("Số:684/BTĐKT-NV", 0),
        ("huySÓ:", 3),
        ("|Số:1142/V", 0),
        ("S60:", 0),
        ("ố:862/QĐ-BNV", 0),
        ("số:", None),
        ("Số", None),
        ("Hồ:", None),
        ("Ngày:", None),
        ("979/QĐ-BNV", None),
        ("Sơn.Đông", None),
    ],
)
def test_a_label_is_found_behind_what_a_stamp_left_before_it(word: str, start: int | None) -> None:
    assert start_of_label(word) == start


@pytest.mark.parametrize("first", ["Q", "O", "0", "QO", "OQ"])
@pytest.mark.parametrize("second", ["P", "D", "Đ", "B", "ĐD"])
@pytest.mark.parametrize("agency", AGENCIES)
def test_what_ocr_makes_of_qd_is_qd_again(first: str, second: str, agency: str) -> None:
    assert parse_code(f"Số: 979/{first}{second}-{agency}") == Code("979", f"QĐ-{agency}", known=True)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Sb: 115 /QP-BNV Ha Noi, ngay 24 thang 02 nam 2022", "115"),  # S003, line 1: two columns run together
        ("s6 979/0P-BNV ngay 18 thing 11 nam 2020 phé", "979"),  # its Căn cứ
        ("s6 28/0P-BNV ngdy 14 thing 01 nam 2022 ciia B", "28"),
        ("so 115 /OP-BNV ngay 24 thang 02 nam 2022 cua", "115"),  # its annex
    ],
)
def test_codes_of_a_decision_read_with_the_wrong_language_are_recovered(line: str, number: str) -> None:
    assert parse_code(line) == Code(number, "QĐ-BNV", known=True)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Sb: 115 /QP-BNV Ha Noi, ngay 24 thang 02 nam 2022", dt.date(2022, 2, 24)),
        ("s6 979/0P-BNV ngay 18 thing 11 nam 2020 phé", dt.date(2020, 11, 18)),
        ("s6 28/0P-BNV ngdy 14 thing 01 nam 2022 ciia B", dt.date(2022, 1, 14)),
    ],
)
def test_dates_of_a_decision_read_with_the_wrong_language_are_recovered(line: str, day: dt.date) -> None:
    assert parse_date(line) == day


@pytest.mark.parametrize("line", ["/QĐ-BNV", "Số: /QĐ-BNV", "Số:      /QĐ-BNV", "Số: ……/QĐ-BNV", "Số: ...../QĐ-BNV"])
def test_a_number_left_blank_is_none_and_the_symbol_stays(line: str) -> None:
    assert parse_code(line) == Code(None, "QĐ-BNV", known=True)


@pytest.mark.parametrize(
    "line",
    [
        "ĐẾN Số: 2651",
        "Số: 2651",
        "Số 2651 ngày 14/3/2022",
        "Căn cứ Quyết định số 979/QĐ-BNV ngày 18 tháng 11 năm 2020",
        "(Kèm theo Quyết định số 115/QĐ-BNV ngày 24 tháng 02 năm 2022)",
        "SỞ NỘI VỤ",
        "Số: I15/QĐ-BNV",
        "Số: 1O5/QĐ-BNV",
        "",
    ],
)
def test_what_is_no_number_line_or_unreadable_gives_no_code(line: str) -> None:
    assert parse_code(line) is None


@given(st.integers(1, 999_999), st.sampled_from(["Số", "S", "S6", "Sl", "SO", "Sbl"]))
def test_a_digit_that_may_belong_to_the_label_is_never_dropped_from_the_number(number: int, label: str) -> None:
    """`Số65` and `S665` may both be 65; a shorter number than printed must not come out."""
    code = parse_code(f"{label}{number}/QĐ-BNV")
    assert code is None or code.number == str(number)


def test_a_number_line_with_a_stamp_behind_it_keeps_its_symbol() -> None:
    assert parse_code("Số: 15/QĐ-BNV MẬT") == parse_code("Số: 15/QĐ-BNV MAT") == Code("15", "QĐ-BNV", known=True)


@pytest.mark.parametrize("dash", ["ri", "x", "‹e", "r", "~", "¬", "|i"])
def test_a_dash_that_a_frame_runs_through_is_put_back_in_a_symbol_of_the_lists(dash: str) -> None:
    assert parse_code(f"Số: 577 /QĐ{dash}BNV") == Code("577", "QĐ-BNV", known=True)
    assert parse_code(f"Số: 577 /QĐ{dash}XYZ") is None


def test_a_symbol_torn_by_a_space_is_put_together() -> None:
    assert parse_code("Số: 15/QĐ-B NV") == parse_code("Số: 15/Q Đ-BNV") == Code("15", "QĐ-BNV", known=True)
    # CC is a type, and the beginning of an office.
    assert parse_code("Số: 15/BNV-CC VC") == parse_code("Số: 15/BNV-CCVC") == Code("15", "BNV-CCVC", known=False)


@pytest.mark.parametrize("pair", [("HD", "HĐ"), ("DA", "ĐA"), ("CT", "CTr"), ("TC", "TTr"), ("QĐ", "QyĐ")])
def test_types_that_a_mark_tells_apart_stay_apart(pair: tuple[str, str]) -> None:
    for kind in pair:
        code = parse_code(f"Số: 12/{kind}-BNV")
        assert code is not None
        assert code.notation == f"{kind}-BNV"


@given(st.one_of(st.text(), telling))
def test_no_text_gives_a_code_outside_the_grammar(text: str) -> None:
    code = parse_code(text)
    if code is not None:
        assert code.number is None or re.fullmatch("[0-9]{1,6}", code.number)
        assert NOTATION.fullmatch(code.notation)


@given(days, st.booleans(), st.sampled_from(["Hà Nội, ", "TP. Hồ Chí Minh, ", ""]), st.sampled_from([" ", "", "  "]))
def test_a_printed_date_is_read(day: dt.date, padded: bool, place: str, space: str) -> None:
    width = "02d" if padded else "d"
    line = f"{place}ngày{space}{day.day:{width}}{space}tháng{space}{day.month:{width}}{space}năm{space}{day.year}"
    assert parse_date(line) == day


@given(days, st.sampled_from(["ngày", "ngay", "ngdy", "Ngày"]), st.sampled_from(["tháng", "thang", "thing", "thảng"]))
def test_a_date_whose_marks_were_lost_is_read(day: dt.date, word: str, month_word: str) -> None:
    assert parse_date(f"Ha Noi, {word} {day.day:02d} {month_word} {day.month:02d} nam {day.year}") == day


@pytest.mark.parametrize(
    "line",
    [
        "Hà Nội, ngàu 15 tháng 10 năm 2020",
        "Hà Nội, ngà 15 tháng 10 năm 2020",
        "_ Hà Nội, nsàu 15 thúng 10 nuĂm 2020",
        "Ha Noi, ngay 15 thang 10 nadm 2020",
        "Mà Nội, ngày 15 táng 10 nềm 2020",
        "Hà Nội, ngày 15 háng 10 năm 2020",
        "Na Hang, ngàu 15 tháng 10 năm 2020",
    ],
)
def test_a_date_whose_words_were_misread_is_read_and_its_line_found(line: str) -> None:
    assert parse_date(line) == dt.date(2020, 10, 15)
    assert is_date_line(line)
    assert starts_with_place(line)


@pytest.mark.parametrize(
    "line",
    [
        "Hà Nội, ngàl5 tháng 10 năm 2020",
        "Hà Nội, ngà15 tháng 10 năm 2020",
        "Hà Nội, ngày 5 thángI2 năm 2020",
        "Hà Nội, ngày tháng 3 năm 2020",
        "Hà Nội, ngày 15 tháng 10 năm 2092",
    ],
)
def test_a_digit_glued_to_a_misread_word_is_never_dropped_from_a_date(line: str) -> None:
    assert parse_date(line) is None


@pytest.mark.parametrize("line", ["Nguyễn Thanh Nam", "Ngành Thanh tra, nhiệm kỳ 2020", "ngày càng tăng, năm 2020"])
def test_words_like_those_of_a_date_make_no_date_line(line: str) -> None:
    assert not is_date_line(line)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Hà Nội, ngày O5 tháng 8 năm 2021", dt.date(2021, 8, 5)),
        ("Hà Nội, ngày Ö2 tháng O1 năm 2021", dt.date(2021, 1, 2)),
        ("Hà Nội, ngày 2O tháng 8 năm 2021", None),
        ("Hà Nội, ngày OO tháng 8 năm 2021", None),
        ("Hà Nội, ngày 12 tháng 1O năm 2021", None),
    ],
)
def test_a_letter_o_is_a_zero_only_where_nothing_else_round_can_stand(line: str, day: dt.date | None) -> None:
    assert parse_date(line) == day


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Hà Nội, ngày I8 tháng II năm 2019", dt.date(2019, 11, 18)),
        ("Hà Nội, ngày L5 tháng 1Ì năm 2O19", dt.date(2019, 11, 15)),
        ("Hà Nội, ngày 3l tháng § năm 2021", dt.date(2021, 8, 31)),
        ("Ha Noi, ngay|8 thang l nam 20I9", dt.date(2019, 1, 18)),
        ("Hà Nội, ngày 31 tháng 8 năm 2021", dt.date(2021, 8, 31)),
        # These may be one digit or another.
        ("Hà Nội, ngày T8 tháng 8 năm 2019", None),
        ("Hà Nội, ngày 1S tháng 8 năm 2019", None),
        # No such day.
        ("Hà Nội, ngày 3l tháng II năm 2019", None),
        ("Hà Nội, ngày tháng I năm 2019", None),
        ("theo Luật số I8 năm 2019", None),
    ],
)
def test_letters_that_only_one_digit_is_taken_for_give_a_guess_of_the_day(line: str, day: dt.date | None) -> None:
    assert guess_date(line) == day


@pytest.mark.parametrize(
    ("line", "may_be"),
    [
        ("Hà Nội, ngày Š tháng 3 năm 2023", {8, 5}),
        ("Hà Nội, ngày TÌ tháng 3 năm 2023", {11}),
        ("Hà Nội, ngày 1T tháng 3 năm 2023", {11, 17}),
        ("Hà Nội, ngày 0S tháng 03 năm 2023", {8, 5}),
        ("Hà Nội, ngày 237 tháng 3 năm 2023", set()),
        ("Hà Nội, ngày tháng 3 năm 2023", set()),
    ],
)
def test_letters_that_several_digits_are_taken_for_leave_several_days(line: str, may_be: set[int]) -> None:
    assert {day for day in range(1, 32) if may_be_day(line, dt.date(2023, 3, day))} == may_be


@given(days)
def test_a_day_is_guessed_whatever_its_ones_are_read_as(day: dt.date) -> None:
    figures = f"{day.day} tháng {day.month} năm {day.year}"
    for letter in "Il|!Ì":
        assert guess_date(f"Hà Nội, ngày {figures.replace('1', letter)}") == day


@pytest.mark.parametrize(
    ("line", "guess"),
    [
        ("Số: 1O5/QĐ-BNV", "Số: 105/QĐ-BNV"),
        ("Số: Ö7 /QĐ-BNV", "Số: 07 /QĐ-BNV"),
        ("ngày 2O tháng 1Ö năm 2021", "ngày 20 tháng 10 năm 2021"),
        ("BỘ NỘI VỤ SỐ 5", "BỘ NỘI VỤ SỐ 5"),
        ("Số: 12/BNV-TCBO", "Số: 12/BNV-TCBO"),
    ],
)
def test_zeros_read_as_letters_are_put_right_among_digits_only(line: str, guess: str) -> None:
    assert zeros_put_right(line) == guess


@pytest.mark.parametrize(
    "line",
    [
        "Hà Nội, ngày     tháng     năm 2022",
        "Hà Nội, ngày 05 tháng I1 năm 2021",
        "Hà Nội, ngày 2] tháng 4 năm 2021",
        "Hà Nội, ngày |2 tháng 4 năm 2021",
        "Hà Nội, ngày 05 tháng II năm 2021",
        "Hà Nội, ngày 30 tháng 02 năm 2021",
        "Hà Nội, ngày 00 tháng 01 năm 2021",
        "Hà Nội, ngày 05 tháng 11 năm 20215",
        "Hà Nội, ngày 05 tháng 11 năm 202",
        "05/11/2021",
        "",
    ],
)
def test_a_date_that_is_blank_garbled_or_does_not_exist_is_none(line: str) -> None:
    assert parse_date(line) is None


@given(st.one_of(st.text(), telling, st.from_regex(r"ng\w{2}y[ .,0-9]{0,4}th\w{3}[ 0-9]{0,4}n\wm [0-9]{3,5}")))
def test_any_text_gives_a_day_that_is_written_in_it_or_none(text: str) -> None:
    day = parse_date(text)
    if day is not None:
        digits = re.sub("[^0-9]", "", text)
        assert str(day.year) in digits
        assert str(day.day) in digits
        assert str(day.month) in digits


agency_codes = st.one_of(
    st.from_regex(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}", fullmatch=True),
    st.from_regex(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,4}){0,3}", fullmatch=True),
)


@given(agency_codes, st.dates(dt.date(2000, 1, 1), dt.date(2050, 12, 31)), st.integers(0, 99_999), st.booleans())
def test_a_dossier_code_is_found_where_it_is_printed(agency: str, day: dt.date, order: int, result: bool) -> None:
    code = f"{agency}-{day:%y%m%d}-{order:04d}"
    assert find_dossier_code(f"Mã hồ sơ: {code}{'-KQ1' if result else ''}, đã nhận") == code


@given(agency_codes, st.sampled_from(["221301", "220230", "220001", "220100"]))
def test_a_dossier_code_of_a_day_that_does_not_exist_is_not_taken(agency: str, day: str) -> None:
    assert find_dossier_code(f"Mã hồ sơ: {agency}-{day}-0001") is None


@given(st.one_of(st.text(), st.text("G09H48.-0123456789KQ ٣a\n", max_size=60)))
def test_no_text_gives_a_dossier_code_outside_the_grammar(text: str) -> None:
    code = find_dossier_code(text)
    if code is not None:
        parts = DOSSIER.fullmatch(code)
        assert parts is not None
        assert dt.date(2000 + int(parts[1]), int(parts[2]), int(parts[3]))
        assert code in text
