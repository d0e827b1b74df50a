"""Rows judged together are judged as each by itself, and none so many at once that they fill the memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.register import OPTIONAL, REQUIRED, reading
from sohoa.register.layout import Layout, Line
from sohoa.register.reading import judge_rows
from sohoa.register.spool import Portion
from sohoa.settings import Settings

from .conftest import WriteCsv
from .exports import judged, numbered, row

HEADERS = (*REQUIRED, *OPTIONAL[:4])
LAYOUT = Layout(";", len(HEADERS), {name: place for place, name in enumerate(HEADERS)}, frozenset(HEADERS))
DOUBTFUL = {
    "Số ký hiệu kết quả": ["", "Số: 05 /QĐ–BNV", "/KH-SNV", "71/QĐ-BNV"],
    "Ngày ban hành": ["", "30/02/2022", "2022-03-05 08:15", "6/3/2022"],
    "Ngày hết hiệu lực": ["04/03/2022", "2030-01-31", "hôm qua"],
    "Ngày chấm dứt hiệu lực": ["01/01/2020", "01/01/2023"],
    "Mã đơn vị": ["", " ", "g09.05", "X" * 36],
    "Mã hồ sơ": ["", "HS 12 bis", "1" * 61],
    "Tình trạng hiệu lực": ["", "Đang chờ", "BỊ HUỶ BỎ"],
    "Có giá trị sử dụng": ["không", "có lẽ"],
    "Trích yếu": ["", "Về vi\ufffdc", "Về\x00 việc\u200b\nthành\u00a0lập"],
}
cells = st.fixed_dictionaries({}, optional={name: st.sampled_from(texts) for name, texts in DOUBTFUL.items()})
whole_rows = cells.map(lambda some: tuple({**dict.fromkeys(HEADERS, ""), **row(), **some}[name] for name in HEADERS))
rows = st.one_of(
    whole_rows,
    whole_rows.map(lambda one: one[:-1]),
    whole_rows.map(lambda one: (*one, "", " ")),
    whole_rows.map(lambda one: (*one, "thừa")),
    whole_rows.filter(lambda one: not any(char in cell for cell in one for char in ";\n")).map(";".join),
    st.none(),
)


@given(st.lists(rows, max_size=12))
def test_rows_are_judged_together_as_each_by_itself(contents: list[tuple[str, ...] | str | None]) -> None:
    lines: list[Line] = list(enumerate(contents, start=2))
    accepted, rejections = judge_rows((LAYOUT, lines))
    each = [judge_rows((LAYOUT, [line])) for line in lines]
    assert accepted.keys == [key for portion, _ in each for key in portion.keys]
    assert accepted.packed == [packed for portion, _ in each for packed in portion.packed]
    assert accepted.unit_names == {code: name for portion, _ in each for code, name in portion.unit_names.items()}
    assert accepted.dossier_keys == {key for portion, _ in each for key in portion.dossier_keys}
    assert rejections == [one for _, some in each for one in some]
    assert len(accepted.keys) + len({one.line for one in rejections}) == len(lines), "a row was lost"


def test_of_no_rows_none_are_accepted() -> None:
    assert judge_rows((LAYOUT, [])) == (Portion([], [], {}, {}, set()), [])


def test_empty_cells_beyond_the_headers_are_not_kept() -> None:
    content = ";".join(["x"] * len(HEADERS)) + ";" * 1000
    assert LAYOUT.cells(content) == (["x"] * len(HEADERS), None)


@pytest.mark.parametrize("most", [1, 500, 1_000_000])
def test_a_file_is_read_the_same_however_few_characters_are_judged_at_once(
    settings: Settings, write_csv: WriteCsv, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_csv([numbered(number, Trích_yếu="Về việc " * number) for number in range(1, 30)])
    n_rows = []
    monkeypatch.setattr(reading, "_PORTION_CHARS", most)
    monkeypatch.setattr(reading, "judge_rows", lambda asked: n_rows.append(len(asked[1])) or judge_rows(asked))
    taken, rejections = judged(settings, file)
    assert ([one.line for one in taken], rejections) == (list(range(2, 31)), [])
    assert {1: n_rows == [1] * 29, 500: 2 < len(n_rows) < 29, 1_000_000: n_rows == [29]}[most]
