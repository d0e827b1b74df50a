"""Separator sheets: what is printed is read back from paper, and nothing else is taken for one."""

from __future__ import annotations

import io
from functools import partial

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.errors import SohoaError
from sohoa.messages import say
from sohoa.pages.barcodes import read_barcodes
from sohoa.pages.imaging import Pixels
from sohoa.pages.separators import Separator, payload, separator_in
from sohoa.pages.sheets import print_sheets

SHEET = Separator("G09.01", "Lô quét tháng 3 – hội & quỹ", 3, 12)
TEXTS = st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=30)


def vietnamese(key: str, **values: object) -> str:
    return partial(say, key, "vi")(**values)


def scans(content: bytes, dpi: int = 200) -> list[Pixels]:
    pdf = pdfium.PdfDocument(io.BytesIO(content))
    return [cv2.cvtColor(page.render(scale=dpi / 72).to_numpy()[:, :, :3], cv2.COLOR_BGR2GRAY) for page in pdf]


def read_back(grey: Pixels) -> Separator | None:
    return separator_in([code.text for code in read_barcodes(grey)])


@given(TEXTS, TEXTS, st.none() | st.integers(1, 100_000), st.integers(1, 100_000))
def test_every_payload_reads_back(unit: str, batch: str, pages: int | None, number: int) -> None:
    sheet = Separator(unit, batch, pages, number)
    try:
        text = payload(sheet)
    except SohoaError:
        assert len(batch) + len(unit) > 40
        return
    assert separator_in(["something else", text, text]) == sheet


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SOHOA-SEP/1?",
        "SOHOA-SEP/1?unit=G09&batch=a&no=1",
        "SOHOA-SEP/1?unit=G09&batch=a&no=1&c=00000000",
        payload(SHEET).replace("SEP/1", "SEP/2"),
        payload(SHEET).replace("no=12", "no=13"),
        payload(SHEET) + "x",
        "x" + payload(SHEET),
        payload(SHEET)[:-1],
    ],
)
def test_a_garbled_or_unknown_payload_is_none(text: str) -> None:
    assert separator_in([text]) is None


def test_a_name_too_long_for_a_code_is_refused_in_words() -> None:
    with pytest.raises(SohoaError, match="shorter name"):
        payload(Separator("G09", "ữ" * 200, None, 1))


def test_printed_sheets_are_a4_and_read_back_any_way_round_at_any_usual_resolution() -> None:
    content = print_sheets([SHEET, Separator("G09.02", "x", None, 1)], vietnamese)
    page = pdfium.PdfDocument(io.BytesIO(content))[0]
    assert [round(side / 72 * 25.4) for side in page.get_size()] == [210, 297]
    for dpi in (150, 200, 300):
        assert [read_back(grey) for grey in scans(content, dpi)] == [SHEET, Separator("G09.02", "x", None, 1)]
    (first, _) = scans(content)
    for turns in range(4):
        assert read_back(np.rot90(first, turns).copy()) == SHEET


def test_one_code_is_enough_where_the_other_is_torn_off() -> None:
    (grey,) = scans(print_sheets([SHEET], vietnamese))
    middle = grey.shape[0] // 2
    for part in (slice(0, middle), slice(middle, None)):
        torn = grey.copy()
        torn[part] = 128
        assert read_back(torn) == SHEET


def test_words_keep_off_the_codes_and_the_sheet_s_edges_however_long_the_names_are() -> None:
    long = Separator("G09.01", "Hồ sơ thành lập hội, quỹ xã hội và quỹ từ thiện năm 2021 – đợt 2", 12, 100)
    (grey,) = scans(print_sheets([long], vietnamese))
    assert read_back(grey) == long
    ink = grey < 128
    rows = ink.any(axis=1)
    # Two codes and eight lines: ten pieces with white between them.
    assert np.count_nonzero(np.diff(rows.astype(int)) == 1) >= 10
    edge = round(8 / 25.4 * 200)
    assert not ink[:, :edge].any()
    assert not ink[:, -edge:].any()
