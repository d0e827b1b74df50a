"""The six ways to number a document, and the types that symbols stand for (domain.md §3.2, §3.3)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.reading.grammar import Code, Grammar, parse_code
from sohoa.reading.types import (
    ADMINISTRATIVE,
    COPY_SYMBOLS,
    DOC_TYPES,
    LAW_TYPES,
    PARTY_BODIES,
    PARTY_TYPES,
    DocType,
)

AGENCIES = ("BNV", "BTĐKT", "TGCP", "VTLTNN", "TTg", "CP", "UBND", "SNV")
UNITS = ("VP", "TCPCP", "CCVC", "VX", "NVTW")
SHAPES = {
    Grammar.NAMED: r"[A-ZĐ][A-Za-zĐđ]{0,5}(-[A-ZĐ][A-Za-zĐđ0-9&]{0,11})+",
    Grammar.LETTER: r"[A-ZĐ][A-Za-zĐđ]{0,5}(-[A-ZĐ][A-Za-zĐđ0-9&]{0,11})+",
    Grammar.LEGAL: r"[0-9]{4}/[A-ZĐ][A-Za-zĐđ]{0,5}(-[A-ZĐ][A-Za-zĐđ0-9&]{0,11})+",
    Grammar.CONGRESS: r"[0-9]{4}/(UBTV)?QH[0-9]{1,2}",
    Grammar.COPY: r"(SY|TrS|SL)(-[A-ZĐ][A-Za-zĐđ0-9&]{0,11})+",
    Grammar.PARTY: r"[A-ZĐ][A-Za-zĐđ]{1,3}/[A-ZĐ][A-Za-zĐđ]{1,5}",
}

numbers = st.integers(1, 9999).map(lambda number: f"{number:02d}")
years = st.integers(1946, 2099).map(str)
named_types = st.sampled_from(sorted(set(DOC_TYPES) - COPY_SYMBOLS))
agencies = st.sampled_from(AGENCIES)
codes = st.one_of(
    st.builds(lambda n, t, a: (Grammar.NAMED, n, f"{t}-{a}"), numbers, named_types, agencies),
    st.builds(lambda n, a, u: (Grammar.LETTER, n, f"{a}-{u}"), numbers, agencies, st.sampled_from(UNITS)),
    st.builds(
        lambda n, y, t, a: (Grammar.LEGAL, n, f"{y}/{t}-{a}"),
        numbers,
        years,
        st.sampled_from([*sorted(LAW_TYPES), "QĐ", "CT"]),
        agencies,
    ),
    st.builds(
        lambda n, y, b, t: (Grammar.CONGRESS, n, f"{y}/{b}{t}"),
        numbers,
        years,
        st.sampled_from(["QH", "UBTVQH"]),
        st.integers(1, 20),
    ),
    st.builds(lambda n, t, a: (Grammar.COPY, n, f"{t}-{a}"), numbers, st.sampled_from(sorted(COPY_SYMBOLS)), agencies),
    st.builds(
        lambda n, t, b: (Grammar.PARTY, n, f"{t}/{b}"),
        numbers,
        st.sampled_from(sorted(set(PARTY_TYPES) - {"GCN", "GUQ", "GGT", "GNP", "BGN", "BTT"})),
        st.sampled_from(sorted(PARTY_BODIES)),
    ),
)


@given(codes, st.sampled_from(["Số: ", "Số ", "SỐ: ", "So: ", ""]))
def test_every_code_of_the_six_grammars_is_read_as_it_is_printed(code: tuple[Grammar, str, str], label: str) -> None:
    grammar, number, notation = code
    read = parse_code(label + Code(number, notation, known=True).text)
    assert read is not None
    assert (read.grammar, read.number, read.notation) == (grammar, number, notation)
    assert parse_code(read.text) == read


confusions = {"Đ": "PDB", "Q": "O0", "D": "P", "O": "0Q", "I": "1l", "B": "8", "S": "5", "-": "–—", "/": "/ "}


@given(codes, st.data())
def test_confusions_change_a_symbol_only_into_another_of_the_grammar_and_never_the_number(
    code: tuple[Grammar, str, str], data: st.DataObject
) -> None:
    _, number, notation = code
    read_as = "".join(data.draw(st.sampled_from([letter, *confusions.get(letter, "")])) for letter in notation)
    text = Code(number, notation, known=True).text
    read = parse_code("Số: " + text.removesuffix(notation) + read_as)
    if read is not None:
        assert read.number == number
        assert re.fullmatch(SHAPES[read.grammar], read.notation)


@pytest.mark.parametrize(
    ("text", "grammar", "doc_type"),
    [
        ("1368/QĐ-BNV", Grammar.NAMED, "Quyết định"),
        ("169/KH-UBND", Grammar.NAMED, "Kế hoạch"),
        ("12/QyĐ-BNV", Grammar.NAMED, "Quy định"),
        ("12/CTr-BNV", Grammar.NAMED, "Chương trình"),
        ("65/GP-BNV", Grammar.NAMED, "Giấy phép"),
        ("05/BNV-VP", Grammar.LETTER, "Công văn"),
        ("12/UBND-VX", Grammar.LETTER, "Công văn"),
        ("30/2020/NĐ-CP", Grammar.LEGAL, "Nghị định"),
        ("28/2018/QĐ-TTg", Grammar.LEGAL, "Quyết định"),
        ("01/2015/TTLT-BNV-BTC", Grammar.LEGAL, "Thông tư liên tịch"),
        ("33/2024/QH15", Grammar.CONGRESS, None),
        ("1211/2016/UBTVQH13", Grammar.CONGRESS, None),
        ("07/SY-BNV", Grammar.COPY, "Sao y"),
        ("07/TrS-BNV", Grammar.COPY, "Trích sao"),
        ("04-NQ/TU", Grammar.PARTY, "Nghị quyết"),
        ("10-NQ/BCSĐ", Grammar.PARTY, "Nghị quyết"),
    ],
)
def test_a_code_tells_its_grammar_and_type(text: str, grammar: Grammar, doc_type: str | None) -> None:
    code = parse_code(f"Số: {text}")
    assert code is not None
    assert (code.grammar, code.doc_type, code.text) == (grammar, doc_type, text)


@pytest.mark.parametrize("text", ["12-QĐ/BNV", "12-QĐ/TƯ", "04-XX/TU", "33/2024/QH", "33/202/QH15"])
def test_what_no_grammar_allows_is_no_code(text: str) -> None:
    assert parse_code(f"Số: {text}") is None


def test_a_circular_without_its_year_is_not_known() -> None:
    """It may be a report, TTr, with a letter lost."""
    without, with_year = parse_code("Số: 12/TT-BNV"), parse_code("Số: 12/2019/TT-BNV")
    assert without is not None
    assert not without.known
    assert with_year is not None
    assert with_year.known


@pytest.mark.parametrize("entry", [entry for entry in ADMINISTRATIVE if entry.symbol], ids=lambda entry: entry.name)
def test_every_type_of_the_decree_is_told_by_its_symbol(entry: DocType) -> None:
    code = parse_code(f"Số: 15/{entry.symbol}-BNV")
    assert code is not None
    assert code.doc_type == entry.name
    # Those that OCR does not tell apart (CĐ and the agency CP too) are never called known.
    assert code.known == (entry.symbol not in {"HD", "HĐ", "PA", "ĐA", "DA", "CĐ"})
