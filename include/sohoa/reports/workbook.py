"""A report as XLSX: summary with the headline path drawn, indicators, units, what has no data, what changed."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from sohoa.intake.receipt import safe_cell
from sohoa.messages import say
from sohoa.reports.document import changed_cells, headline_sentence, needs_of, overview
from sohoa.reports.edition import Edition

_PERCENT, _NUMBER, _COUNT = "0.00%", "#,##0.00", "#,##0"
_LINE = 16.5
"""Points: the height of a line. Rows are given theirs, since LibreOffice does not fit them to wrapped text."""


class _Book:
    """The workbook with its few formats."""

    def __init__(self, data: dict[str, Any], edition: Edition, buffer: BytesIO) -> None:
        self.data, self.edition, self.language = data, edition, data["language"]
        # No text becomes a formula or a link, whatever it begins with.
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.file: Workbook = xlsxwriter.Workbook(buffer, options)
        self.file.set_properties(
            {
                "title": self.say("subject", period=data["period"]["text"]),
                "author": "sohoa",
                "created": edition.built_at.astimezone(dt.UTC).replace(tzinfo=None),
            }
        )
        font = {"font_name": "Times New Roman", "font_size": 12, "valign": "top"}
        self.text = self._format(font, text_wrap=True)
        self.left = self._format(font, align="left")
        self.bold = self._format(font, bold=True)
        self.title = self._format(font, bold=True, font_size=14)
        self.head = self._format(font, bold=True, text_wrap=True, align="center", border=1, bg_color="#E7E6E6")
        cell = {**font, "border": 1}
        self.cell = self._format(cell, text_wrap=True)
        self.formats = {form: self._format(cell, num_format=form) for form in (_PERCENT, _NUMBER, _COUNT)}

    def _format(self, base: dict[str, Any], **more: Any) -> Format:
        return self.file.add_format({**base, **more})

    def say(self, name: str, **values: object) -> str:
        return say(f"report.{name}", self.language, **values)

    def column(self, name: str) -> str:
        return say(f"indicator.column_{name}", self.language)

    def sheet(self, name: str) -> Worksheet:
        sheet = self.file.add_worksheet(self.say(f"sheet_{name}"))
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C&P / &N")
        return sheet

    def put(self, sheet: Worksheet, row: int, column: int, value: Any, form: str | None = None) -> None:
        """Write one cell: numbers with their format, texts as texts, nothing as an empty cell."""
        if value is None:
            sheet.write_blank(row, column, None, self.cell)
        elif isinstance(value, str):
            sheet.write_string(row, column, safe_cell(value), self.cell)
        else:
            sheet.write_number(row, column, value, self.formats[form or _COUNT])

    def table(
        self, sheet: Worksheet, top: int, columns: Sequence[tuple[str, float]], rows: Sequence[Sequence[Any]]
    ) -> None:
        """Headings and rows; a cell is a text, a count, or a pair of number and format."""
        for number, (heading, width) in enumerate(columns):
            sheet.set_column(number, number, width)
            sheet.write_string(top, number, heading, self.head)
        for line, row in enumerate(rows, start=top + 1):
            sheet.set_row(line, _LINE * max(_lines(value, columns[number][1]) for number, value in enumerate(row)))
            for number, value in enumerate(row):
                self.put(sheet, line, number, *(value if isinstance(value, tuple) else (value,)))

    def list_sheet(self, name: str, columns: Sequence[tuple[str, float]], rows: Sequence[Sequence[Any]]) -> Worksheet:
        """A sheet that is one table: its head stays in sight, is printed on every page and filters."""
        sheet = self.sheet(name)
        self.table(sheet, 0, columns, rows)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
        return sheet


def render_xlsx(data: dict[str, Any], edition: Edition) -> bytes:
    """The workbook; the same data and edition give the same bytes. Shares are numbers shown as percent.

    Args:
        data: Of `measure`.
        edition: What it says of itself.
    """
    buffer = BytesIO()
    book = _Book(data, edition, buffer)
    _summary(book)
    _indicators(book)
    if data["scope"]["unit_code"] is None:
        _units(book)
    _no_data(book)
    if edition.corrects is not None:
        _changes(book)
    book.file.close()
    return buffer.getvalue()


def _summary(book: _Book) -> None:
    sheet, data, edition = book.sheet("summary"), book.data, book.edition
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)
    period = data["period"]
    sheet.write_string(0, 0, book.say("title"), book.title)
    sheet.write_string(1, 0, book.say("subject", period=period["text"]), book.title)
    facts: list[tuple[str, str | int]] = [
        ("scope", data["scope"]["name"]),
        ("period", period["name"]),
        ("calendar", book.say(f"calendar_{period['calendar']}")),
        ("days", f"{period['first']} – {period['last']}"),
        ("version", edition.version),
        ("state", book.say("state_draft" if edition.is_draft else "state_published")),
        *data["summary"].items(),
        ("hash", edition.sha256),
    ]
    for row, (name, value) in enumerate(facts, start=3):
        sheet.write_string(row, 0, book.say(f"summary_{name}"), book.bold)
        if isinstance(value, int):
            sheet.write_number(row, 1, value, book.left)
        else:
            sheet.write_string(row, 1, safe_cell(value), book.left)
    row = 4 + len(facts)
    for text in (overview(data), headline_sentence(data)):
        sheet.merge_range(row, 0, row, 5, safe_cell(text), book.text)
        sheet.set_row(row, 34)
        row += 1
    _path(book, sheet, row + 1)


def _path(book: _Book, sheet: Worksheet, top: int) -> None:
    """The headline path year by year, as a table and as a chart."""
    points = (book.data["headline"] or {}).get("points", [])
    columns = [
        (book.say("column_year"), 24.0),
        (book.column("code"), 34.0),
        *((book.say(f"column_{name}"), 14.0) for name in ("numerator", "denominator", "rate")),
        (book.column("target"), 14.0),
    ]
    rows = [
        [
            str(point["year"]),
            f"{point['indicator']} ({point['population']})",
            point["numerator"],
            point["denominator"],
            _share(point["rate"]),
            _share(point["target"]),
        ]
        for point in points
    ]
    book.table(sheet, top, columns, rows)
    if not points:
        return
    first, last = top + 1, top + len(points)
    chart = book.file.add_chart({"type": "column"})
    line = book.file.add_chart({"type": "line"})
    years = [sheet.get_name(), first, 0, last, 0]
    for one, column, name in ((chart, 4, "chart_rate"), (line, 5, "chart_target")):
        series = {
            "name": book.say(name),
            "categories": years,
            "values": [sheet.get_name(), first, column, last, column],
        }
        # No line from target to target: what is counted changes between the years.
        mark = {"type": "diamond", "size": 11, "fill": {"color": "#B34700"}, "border": {"color": "#B34700"}}
        labels = {"value": True, "position": "inside_base", "font": {"color": "white", "bold": True}}
        bar = {"fill": {"color": "#0072B2"}, "data_labels": labels, "gap": 120}
        one.add_series({**series, **({"marker": mark, "line": {"none": True}} if one is line else bar)})
    chart.combine(line)
    chart.set_title({"name": book.say("chart_title"), "name_font": {"size": 12}})
    chart.set_y_axis({"num_format": "0%", "min": 0, "max": 1})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 720, "height": 340})
    sheet.insert_chart(last + 2, 0, chart)


def _indicators(book: _Book) -> None:
    columns = [
        (book.column("code"), 11.0),
        (book.column("name"), 55.0),
        (book.column("population"), 9.0),
        (book.column("status"), 16.0),
        (book.say("column_numerator"), 13.0),
        (book.say("column_denominator"), 13.0),
        (book.column("value"), 12.0),
        (book.column("target"), 12.0),
        (book.say("column_gap"), 12.0),
        (book.say("column_basis"), 20.0),
        (book.column("verdict"), 26.0),
        (book.column("source"), 34.0),
    ]
    book.list_sheet("indicators", columns, [_indicator(line) for line in book.data["indicators"]])


def _indicator(line: dict[str, Any]) -> list[Any]:
    words = line["words"]
    return [
        line["indicator"],
        words["name"],
        None if line["population"] == "none" else line["population"],
        words["status"],
        *_figures(line),
        words["basis"],
        words["conclusion"],
        "; ".join(line["sources"]),
    ]


def _units(book: _Book) -> None:
    columns = [
        (book.column("code"), 11.0),
        (book.column("unit"), 18.0),
        (book.say("column_unit_name"), 45.0),
        (book.say("column_numerator"), 13.0),
        (book.say("column_denominator"), 13.0),
        (book.say("column_rate"), 12.0),
        (book.column("target"), 12.0),
        (book.say("column_gap"), 12.0),
        (book.column("verdict"), 26.0),
    ]
    lines = book.data["units"]
    rows = [
        [line["indicator"], line["unit_code"], line["unit_name"], *_figures(line), line["words"]["conclusion"]]
        for line in lines
    ]
    sheet = book.list_sheet("units", columns, rows)
    code = book.data["headline_code"]
    numbers = [number for number, line in enumerate(lines, start=1) if line["indicator"] == code]
    if not numbers:
        return
    first, last = numbers[0], numbers[-1]
    chart = book.file.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": book.say("column_rate"),
            "categories": [sheet.get_name(), first, 2, last, 2],
            "values": [sheet.get_name(), first, 5, last, 5],
            "fill": {"color": "#0072B2"},
            "data_labels": {"value": True},
        }
    )
    chart.set_title({"name": code, "name_font": {"size": 12}})
    chart.set_x_axis({"num_format": "0%", "min": 0, "max": 1})
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"none": True})
    chart.set_size({"width": 640, "height": 160 + 28 * len(numbers)})
    sheet.set_h_pagebreaks([len(lines) + 2])  # printed whole, on the next page
    sheet.insert_chart(len(lines) + 2, 0, chart)


def _no_data(book: _Book) -> None:
    columns = [(book.column("code"), 11.0), (book.column("name"), 70.0), (book.column("needs"), 70.0)]
    lines = [line for line in book.data["indicators"] if line["value"] is None]
    rows = [[line["indicator"], line["words"]["name"], needs_of(line)] for line in lines]
    book.list_sheet("no_data", columns, rows)


def _changes(book: _Book) -> None:
    columns = [
        (book.column("code"), 11.0),
        (book.say("column_where"), 20.0),
        (book.say("column_before"), 50.0),
        (book.say("column_after"), 50.0),
    ]
    book.list_sheet("changes", columns, [changed_cells(change, book.language) for change in book.edition.changes])


def _figures(line: dict[str, Any]) -> list[Any]:
    """Numerator, denominator, value, target and gap, in the indicator's unit of measure."""
    if line["unit_of_measure"] == "yes_no":
        return [None, None, line["words"]["value"], line["words"]["target"], None]
    form = _PERCENT if line["unit_of_measure"] == "share" else _NUMBER
    measured = [(line[name], form) for name in ("value", "target", "gap")]
    return [line["numerator"], line["denominator"], *measured]


def _lines(value: Any, width: float) -> int:
    """How many lines a text takes in a column of so many letters."""
    return math.ceil(len(value) * 1.1 / width) if isinstance(value, str) and value else 1


def _share(value: float | None) -> tuple[float | None, str]:
    return value, _PERCENT
