"""What a report shows: the standings' figures, in the decree's form, the same bytes each time, no formula anywhere."""

from __future__ import annotations

import datetime as dt
import zipfile
from io import BytesIO
from typing import Any

import docx
import openpyxl
import pytest
from indicators.forms import cases_of
from indicators.world import store

from sohoa.catalogue.database import writing
from sohoa.catalogue.models import Unit
from sohoa.indicators import load_indicators, standings
from sohoa.reports.changes import changed_figures
from sohoa.reports.document import render_docx
from sohoa.reports.edition import Edition
from sohoa.reports.figures import measure
from sohoa.reports.periods import parse_report_period
from sohoa.reports.workbook import render_xlsx
from sohoa.settings import Settings

BUILT = dt.datetime(2023, 1, 5, 8, 0, tzinfo=dt.UTC)


def edition(**changes: Any) -> Edition:
    usual = {"version": 1, "corrects": None, "changes": (), "sha256": "ab" * 32, "built_at": BUILT, "is_draft": False}
    return Edition(**{**usual, **changes})


def data_of(settings: Settings, period: str = "2022", unit: str | None = None) -> dict[str, Any]:
    return measure(settings, parse_report_period(period, "report", "vi"), unit)


def texts(data: dict[str, Any], **changes: Any) -> list[str]:
    document = docx.Document(BytesIO(render_docx(data, edition(**changes))))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [*(paragraph.text for paragraph in document.paragraphs), *cells]


def test_figures_are_those_of_the_standings_and_none_is_left_out(settings: Settings) -> None:
    period = parse_report_period("2022", "report", "vi")
    lines = data_of(settings)["indicators"]

    assert [line["indicator"] for line in lines] == [one.code for one in load_indicators().indicators]
    for line, one in zip(lines, standings(settings, period), strict=True):
        assert {**one.as_dict(), **line} == line


def test_gap_is_what_is_missing_to_the_target(settings: Settings) -> None:
    by_code = {line["indicator"]: line for line in data_of(settings)["indicators"]}
    assert (by_code["T02"]["gap"], by_code["T02"]["verdict"]) == (0.0, "met")
    assert (by_code["T03"]["gap"], by_code["T03"]["words"]["gap"]) == (0.4, "40 điểm %")
    assert by_code["T06"]["gap"] is None


def test_the_document_has_the_decrees_parts_and_leaves_number_day_and_signature_open(settings: Settings) -> None:
    shown = texts(data_of(settings))
    head = next(text for text in shown if "BỘ NỘI VỤ" in text)

    assert "/BC-BNV" in head
    assert any("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc" in text for text in shown)
    assert {"BÁO CÁO", "Kết quả số hóa kết quả giải quyết thủ tục hành chính năm 2022"} <= set(shown)
    assert [text.split(".")[0] for text in shown if text.startswith(("I. ", "II. ", "III. ", "IV. "))] == [
        "I",
        "II",
        "III",
        "IV",
    ]
    assert any(text.startswith("Nơi nhận:") for text in shown)
    assert not any("DỰ THẢO" in text for text in shown)
    assert any("DỰ THẢO" in text for text in texts(data_of(settings), is_draft=True))


def test_the_page_is_the_decrees(settings: Settings) -> None:
    document = docx.Document(BytesIO(render_docx(data_of(settings), edition())))
    section = document.sections[0]

    lengths = (section.page_width, section.page_height, section.left_margin, section.right_margin, section.top_margin)
    assert [round(length.mm) for length in lengths if length is not None] == [210, 297, 30, 15, 20]
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert len(document.inline_shapes) == 1


def test_what_has_no_data_says_what_is_missing(settings: Settings) -> None:
    shown = texts(data_of(settings))
    assert "Kết quả kiểm tra chữ ký số của từng bản số hóa" in shown
    book = openpyxl.load_workbook(BytesIO(render_xlsx(data_of(settings), edition())))
    assert "T04b" in [row[0].value for row in book["Chưa có số liệu"].rows]


def test_contradictions_are_told(settings: Settings) -> None:
    notes = " ".join(data_of(settings)["notes"])
    assert all(conflict in notes for conflict in ("C1", "C2"))
    assert (
        "(C5)" in " ".join(data_of(settings, "2023")["notes"]) or data_of(settings, "2023")["summary"]["computed"] == 3
    )


@pytest.mark.parametrize("period", ["2021-Q1", "2022-H1", "2023", "2022-02-01..2022-06-15"])
@pytest.mark.parametrize("unit", [None, "G09.01", "G09.05"])
def test_every_period_and_scope_is_rendered(settings: Settings, period: str, unit: str | None) -> None:
    data = data_of(settings, period, unit)
    assert render_docx(data, edition())
    book = openpyxl.load_workbook(BytesIO(render_xlsx(data, edition())))
    assert ("Đơn vị" in book.sheetnames) == (unit is None)


def test_the_same_report_is_the_same_bytes(settings: Settings) -> None:
    data = data_of(settings)
    assert render_docx(data, edition()) == render_docx(data, edition())
    assert render_xlsx(data, edition()) == render_xlsx(data, edition())


def test_shares_are_numbers_shown_as_percent_below_a_head_that_stays(settings: Settings) -> None:
    book = openpyxl.load_workbook(BytesIO(render_xlsx(data_of(settings), edition())))
    sheet = book["Chỉ tiêu"]
    row = next(row for row in sheet.rows if row[0].value == "T02")

    assert (row[4].value, row[5].value, row[6].value, row[7].value) == (3, 5, 0.6, 0.6)
    assert row[6].number_format == "0.00%"
    assert sheet.freeze_panes == "A2"
    assert len(book["Tổng hợp"]._charts) == 1


def test_no_cell_begins_a_formula_whatever_a_unit_is_called(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        session.get_one(Unit, "G09.01").name = '=HYPERLINK("http://x","y")'
    content = render_xlsx(data_of(settings), edition())
    cells = [cell for sheet in openpyxl.load_workbook(BytesIO(content)) for row in sheet.rows for cell in row]

    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert "'=HYPERLINK" in " ".join(str(cell.value) for cell in cells)
    with zipfile.ZipFile(BytesIO(content)) as file:
        assert not any(b"<f>" in file.read(name) for name in file.namelist() if "worksheets/sheet" in name)


def test_a_correction_shows_what_changed(settings: Settings) -> None:
    before = data_of(settings)
    store(settings, cases_of(2022, 4, 5))
    after = data_of(settings)
    told = {"version": 2, "corrects": 1, "changes": changed_figures(before, after)}

    assert "3 / 5 = 60 %; ≥ 60 %; đạt" in texts(after, **told)
    book = openpyxl.load_workbook(BytesIO(render_xlsx(after, edition(**told))))
    assert next(cell.value for cell in book["Thay đổi"][3]) == "T02"
    assert changed_figures(after, after) == []
