"""What is put down of a row comes back as it was, in the order that is asked for."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sohoa.register.rows import RegisterRow
from sohoa.register.spool import STORED, Portion, Spool

COLUMNS = frozenset({"Mã hồ sơ", "Mã đơn vị"})
texts = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
days = st.none() | st.dates(dt.date(1900, 1, 1))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(RegisterRow._fields, texts),
    **{name: days for name in RegisterRow._fields if name.endswith("_on") or name == "unusable_from"},
    **dict.fromkeys(("still_usable", "has_result"), st.booleans()),
    **{name: st.sampled_from("abc") for name in ("result_key", "unit_code", "validity")},
    "columns": st.just(COLUMNS),
    "line": st.just(0),
}


def portion_of(rows: list[RegisterRow]) -> Portion:
    return Portion.of({name: [getattr(row, name) for row in rows] for name in STORED})


@given(st.lists(st.lists(st.builds(RegisterRow, **VALUES), max_size=4), max_size=3))
def test_rows_come_back_as_they_were_by_result_and_in_the_order_of_the_file(portions: list[list[RegisterRow]]) -> None:
    lines = iter(range(2, 100))
    portions = [[row._replace(line=next(lines)) for row in portion] for portion in portions]
    rows = [row for portion in portions for row in portion]
    with closing(Spool(COLUMNS)) as spool:
        for portion in portions:
            spool.add(portion_of(portion))
        found = [spool.typed(stored) for stored in spool.by_result(2)]
        assert [row for some in found for row in some] == sorted(rows, key=lambda row: (row.result_key, row.line))
        assert all(isinstance(row.still_usable, bool) for some in found for row in some)
        keys = [{row.result_key for row in some} for some in found]
        assert sum(map(len, keys)) == len({row.result_key for row in rows}), "a result was parted"
        assert list(spool.values(("line", "has_result"))) == [(row.line, row.has_result) for row in rows]
        assert spool.n_rows == len(rows)


def a_row(line: int, **values: Any) -> RegisterRow:
    empty = RegisterRow(**dict.fromkeys(RegisterRow._fields))  # type: ignore[arg-type]
    known = {"columns": COLUMNS, "result_key": str(line), "unit_code": "G09", "still_usable": True, "has_result": True}
    return empty._replace(line=line, **known, **values)


def test_the_last_name_that_the_file_gives_counts() -> None:
    with closing(Spool(COLUMNS)) as spool:
        spool.add(
            portion_of([a_row(2, unit_name="Cũ", procedure_code="1", procedure_name="Cũ"), a_row(3, unit_name="Mới")])
        )
        spool.add(
            portion_of([a_row(4, unit_name="Mới", procedure_code="1"), a_row(5, unit_name=None, procedure_code="2")])
        )
        assert spool.unit_names == {"G09": None}
        assert spool.procedure_names == {"1": "Cũ", "2": None}
