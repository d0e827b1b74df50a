from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.register import fold_code, fold_diacritics, result_key
from sohoa.register.normalise import clean_text, clean_unit_code

NOTATIONS = ("QĐ-BNV", "BNV-VP", "KH-UBND", "2020/NĐ-CP", "2015/TTLT-BNV-BTC", "2024/QH15", "SY-BNV", "GP-BTĐKT")
numbers = st.integers(1, 999_999)
notations = st.sampled_from(NOTATIONS)


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("1368/QĐ-BNV", "1368/QD-BNV"),
        ("05/BNV-VP", "5/BNV-VP"),
        ("30/2020/NĐ-CP", "30/2020/ND-CP"),
        ("01/2015/TTLT-BNV-BTC", "1/2015/TTLT-BNV-BTC"),
        ("33/2024/QH15", "33/2024/QH15"),
        ("12/TrS-BNV", "12/TRS-BNV"),
        ("04-NQ/TU", "4-NQ/TU"),
        ("Số: 1368 /QĐ–BNV", "1368/QD-BNV"),
        ("số 007/qđ‑bnv.", "7/QD-BNV"),
        ("CC-0012", "CC-12"),
    ],
)
def test_each_number_grammar_has_its_linking_key(printed: str, key: str) -> None:
    assert fold_code(printed) == key


@pytest.mark.parametrize("text", ["", "  ", "/KH-SNV", "…/2021/QĐ-BNV", "....../QĐ-BNV", "Số:      /QH15", "QĐ-BNV"])
def test_a_text_without_number_has_no_key(text: str) -> None:
    assert fold_code(text) is None


@pytest.mark.parametrize(
    ("one", "other"), [("1/QĐ-BNV", "1/QyĐ-BNV"), ("5/CT-BNV", "5/CTr-BNV"), ("5/TTr-BNV", "5/TrS-BNV")]
)
def test_types_that_look_alike_stay_apart(one: str, other: str) -> None:
    assert fold_code(one) != fold_code(other)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    key = fold_code(text)
    assert key is None or fold_code(key) == key
    assert fold_diacritics(fold_diacritics(text)) == fold_diacritics(text)
    assert clean_text(clean_text(text)) == clean_text(text)


@given(
    numbers,
    notations,
    st.sampled_from(["", "Số: ", "SỐ:", "số "]),
    st.integers(0, 3),
    st.sampled_from(["-", "–", "—", "‑", " - "]),
    st.sampled_from([str.upper, str.lower, str]),
    st.sampled_from(["NFC", "NFD"]),
)
def test_variants_of_one_code_meet(number, notation, label, zeros, dash, case, form) -> None:  # type: ignore[no-untyped-def]
    variant = f"{label}{'0' * zeros}{number} / {notation.replace('-', dash)}"
    assert fold_code(unicodedata.normalize(form, case(variant))) == fold_code(f"{number}/{notation}")


@given(numbers, st.text(max_size=60))
def test_a_code_whose_symbol_is_remembered_is_folded_as_any_other(number: int, symbol: str) -> None:
    assert fold_code(f"{number}/{symbol}") == fold_code(f"0{number}/{symbol}")


@given(numbers, numbers, notations, notations)
def test_different_numbers_or_notations_never_meet(one: int, other: int, first: str, second: str) -> None:
    same = (one, first) == (other, second)
    assert (fold_code(f"{one}/{first}") == fold_code(f"{other}/{second}")) is same


def test_the_key_of_a_result_keeps_the_code_as_printed() -> None:
    day = dt.date(2022, 3, 5)
    decomposed = unicodedata.normalize("NFD", " 070 / QĐ-BNV ")
    assert result_key(decomposed, day, "G09", "x") == "070/QĐ-BNV|2022-03-05|G09"


@pytest.mark.parametrize(
    ("code", "day"), [(None, dt.date(2022, 3, 5)), ("70/QĐ-BNV", None), ("/KH-SNV", dt.date(2022, 3, 5))]
)
def test_without_number_or_date_the_dossier_is_the_key(code: str | None, day: dt.date | None) -> None:
    assert result_key(code, day, "G09", "G09-220412-0001") == "hồ sơ:G09-220412-0001|G09"
    with pytest.raises(ValueError, match="dossier"):
        result_key(code, day, "G09", None)


def test_agency_codes_are_upper_case_and_other_unit_codes_stay() -> None:
    assert clean_unit_code(" g09.05 ") == "G09.05"
    assert clean_unit_code("000.00.00.g09") == "000.00.00.G09"
    assert clean_unit_code("vp-bộ") == "vp-bộ"
