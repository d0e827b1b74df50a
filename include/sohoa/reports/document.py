"""A report as DOCX in the form of an administrative report (NĐ 30/2020/NĐ-CP): number, day and signature left open."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

from docx.document import Document as DocumentType
from docx.shared import Mm

from sohoa.messages import say
from sohoa.reports.edition import Edition
from sohoa.reports.headline import headline_png
from sohoa.reports.paper import (
    CENTRE,
    JUSTIFY,
    LEFT,
    RIGHT,
    SMALL,
    TEXT_WIDTH,
    Column,
    add_frameless,
    add_landscape_section,
    add_table,
    as_bytes,
    new_document,
    rule,
    write,
)

INDENT = 12.7
"""Millimetres: the first line of a paragraph."""

_NUMERALS = ("I", "II", "III", "IV", "V")


class _Report:
    """The document as it grows: its data, and how many parts and tables it has so far."""

    def __init__(self, data: dict[str, Any], edition: Edition) -> None:
        self.data, self.edition, self.language = data, edition, data["language"]
        self.document = new_document()
        self.n_parts = self.n_tables = 0

    def say(self, name: str, **values: object) -> str:
        return say(f"report.{name}", self.language, **values)

    def column(self, name: str) -> str:
        """A heading that tables in the terminal have too."""
        return say(f"indicator.column_{name}", self.language)

    def part(self, name: str) -> None:
        numeral = _NUMERALS[self.n_parts]
        self.n_parts += 1
        text = f"{numeral}. {self.say(name)}"
        heading = write(
            self.document, text, align=LEFT, bold=True, indent=INDENT, before=12, after=6, style="Heading 1"
        )
        heading.paragraph_format.keep_with_next = True

    def text(self, text: str) -> None:
        write(self.document, text, indent=INDENT, before=3, after=3)

    def table(self, name: str, columns: list[Column], rows: list[list[str | None]], **values: object) -> None:
        self.n_tables += 1
        title = write(
            self.document,
            self.say(name, number=self.n_tables, **values),
            align=CENTRE,
            italic=True,
            size=13,
            before=6,
            after=4,
        )
        title.paragraph_format.keep_with_next = True
        numbered = [[str(number), *row] for number, row in enumerate(rows, start=1)]
        add_table(self.document, [Column(self.say("column_order"), 9, CENTRE), *columns], numbered)


def render_docx(data: dict[str, Any], edition: Edition) -> bytes:
    """The document; the same data and edition give the same bytes.

    Args:
        data: Of `measure`.
        edition: What it says of itself.
    """
    report = _Report(data, edition)
    _describe(report.document, report.say("subject", period=data["period"]["text"]), edition.built_at)
    _letterhead(report)
    _title(report)
    _results(report)
    if data["scope"]["unit_code"] is None:
        _units(report)
    _no_data(report)
    if edition.corrects is not None:
        _changes(report)
    _notes(report)
    _closing(report)
    _annex(report)
    return as_bytes(report.document)


def _describe(document: DocumentType, title: str, built_at: dt.datetime) -> None:
    told, moment = document.core_properties, built_at.astimezone(dt.UTC).replace(tzinfo=None)
    told.title, told.author, told.last_modified_by, told.comments = title, "sohoa", "sohoa", ""
    told.created = told.modified = moment


def _letterhead(report: _Report) -> None:
    """Ô 1 to 4 of the decree's drawing: agency and number on the left, name of the state and day on the right."""
    scope = report.data["scope"]
    left, right = add_frameless(report.document, (66, 99))
    if scope["superior"]:
        write(left, scope["superior"].upper(), align=CENTRE, size=SMALL)
    write(left, scope["name"].upper(), align=CENTRE, size=SMALL, bold=True)
    rule(left, 20, 64)
    symbol = scope["symbol"] or "………"
    write(left, report.say("number", symbol=symbol), align=CENTRE, size=13, before=6)
    if report.edition.is_draft:
        write(left, report.say("draft"), align=CENTRE, size=13, bold=True, before=4)
    write(right, report.say("state"), align=CENTRE, size=SMALL, bold=True)
    write(right, report.say("motto"), align=CENTRE, size=13, bold=True)
    rule(right, 60, 97)
    place = "Hà Nội" if scope["unit_code"] is None else "………"
    write(right, report.say("place_date", place=place), align=CENTRE, size=13, italic=True, before=6)


def _title(report: _Report) -> None:
    document, period = report.document, report.data["period"]
    write(document, report.say("title"), align=CENTRE, bold=True, before=18)
    write(document, report.say("subject", period=period["text"]), align=CENTRE, bold=True)
    span = report.say("span", first=period["first"], last=period["last"])
    write(document, span, align=CENTRE, italic=True, size=13)
    rule(document, 55, TEXT_WIDTH)
    write(document, report.say("addressee"), align=CENTRE, before=12, after=6)
    opening = "opening_range" if period["kind"] == "range" else "opening"
    report.text(report.say(opening, agency=report.data["scope"]["name"], period=period["text"]))


def _results(report: _Report) -> None:
    report.part("part_results")
    report.text(overview(report.data))
    report.text(headline_sentence(report.data))
    measured = [line for line in report.data["indicators"] if line["value"] is not None]
    if not measured:
        report.text(report.say("no_figures"))
        return
    columns = [
        Column(report.column("code"), 19),
        Column(report.column("name"), 47),
        Column(report.column("fraction"), 24, RIGHT),
        Column(report.column("value"), 17, RIGHT),
        Column(report.column("target"), 18, RIGHT),
        Column(report.say("column_gap"), 14, RIGHT),
        Column(report.column("verdict"), 17),
    ]
    rows: list[list[str | None]] = []
    for line in measured:
        words = line["words"]
        figures = [words[name] for name in ("name", "fraction", "value")]
        rows.append([line["indicator"], *figures, _with_basis(line), words["gap"], words["verdict"]])
    report.table("table_results", columns, rows)


def _units(report: _Report) -> None:
    report.part("part_units")
    code = report.data["headline_code"]
    lines = [line for line in report.data["units"] if line["indicator"] == code and line["denominator"]]
    if not lines:
        report.text(report.say("no_units"))
        return
    columns = [
        Column(report.column("unit"), 30),
        Column(report.say("column_unit_name"), 53),
        Column(report.column("fraction"), 27, RIGHT),
        Column(report.say("column_rate"), 17, RIGHT),
        Column(report.say("column_gap"), 14, RIGHT),
        Column(report.column("verdict"), 15),
    ]
    rows = [
        [line["unit_code"], line["unit_name"], *(line["words"][one] for one in ("fraction", "value", "gap", "verdict"))]
        for line in lines
    ]
    report.table("table_units", columns, rows, code=code)


def _no_data(report: _Report) -> None:
    report.part("part_no_data")
    lines = [line for line in report.data["indicators"] if line["value"] is None]
    if not lines:
        report.text(report.say("all_have_data"))
        return
    columns = [
        Column(report.column("code"), 19),
        Column(report.column("name"), 68),
        Column(report.column("needs"), 69),
    ]
    rows: list[list[str | None]] = [[line["indicator"], line["words"]["name"], needs_of(line)] for line in lines]
    report.table("table_no_data", columns, rows)


def _changes(report: _Report) -> None:
    report.part("part_changes")
    report.text(report.say("note_corrects", version=report.edition.corrects))
    if not report.edition.changes:
        report.text(report.say("no_changes"))
        return
    columns = [
        Column(report.column("code"), 19),
        Column(report.say("column_where"), 31),
        Column(report.say("column_before"), 53),
        Column(report.say("column_after"), 53),
    ]
    rows = [changed_cells(change, report.language) for change in report.edition.changes]
    report.table("table_changes", columns, rows, version=report.edition.corrects)


def _notes(report: _Report) -> None:
    report.part("part_notes")
    for number, note in enumerate(report.data["notes"], start=1):
        report.text(f"{number}. {note}")
    edition = report.edition
    day = f"{edition.built_at:%d/%m/%Y}"
    hashed = report.say("note_hash", version=edition.version, day=day, sha256=edition.sha256)
    write(report.document, hashed, align=LEFT, size=SMALL, before=3, after=3)


def _closing(report: _Report) -> None:
    """The last sentence, and ô 9b and 7 side by side: recipients on the left, signature on the right."""
    agency, period = report.data["scope"]["name"], report.data["period"]["text"]
    closing = report.say("closing", agency=agency, period=period)
    write(
        report.document, closing, indent=INDENT, before=3, after=12, align=JUSTIFY
    ).paragraph_format.keep_with_next = True
    left, right = add_frameless(report.document, (68, 97))
    write(left, report.say("recipients"), align=LEFT, size=SMALL, bold=True, italic=True)
    for name in ("recipient_above", "recipient_blank", "recipient_file"):
        write(left, report.say(name), align=LEFT, size=11)
    write(right, report.say("signer_title"), align=CENTRE, size=13, bold=True)
    write(right, report.say("signer_hint"), align=CENTRE, size=SMALL, italic=True, before=24, after=30)
    write(right, report.say("signer_name"), align=CENTRE, bold=True)


def _annex(report: _Report) -> None:
    picture = headline_png(report.data)
    if picture is None:
        return
    add_landscape_section(report.document)
    write(report.document, report.say("annex"), align=CENTRE, bold=True)
    write(report.document, report.say("annex_title"), align=CENTRE, bold=True, after=6)
    place = write(report.document, "", align=CENTRE)
    place.add_run().add_picture(BytesIO(picture), height=Mm(150))


def overview(data: dict[str, Any]) -> str:
    """How many indicators there are, and what became of them."""
    return say("report.overview", data["language"], **data["summary"])


def headline_sentence(data: dict[str, Any]) -> str:
    """The year's headline indicator in one sentence."""
    line = next(one for one in data["indicators"] if one["indicator"] == data["headline_code"])
    words, language = line["words"], data["language"]
    if line["value"] is None:
        return say("report.headline_none", language, name=words["name"], missing=words["verdict"])
    told = {name: words[name] or "–" for name in ("name", "fraction", "value", "verdict")}
    return say("report.headline", language, **told, target=_with_basis(line) or "–")


def needs_of(line: dict[str, Any]) -> str:
    """What is missing for a figure; with how many cases lack a fact, where that is why."""
    return str(line["words"]["verdict"] if line["n_unknown"] else line["words"]["needs"])


def changed_cells(change: dict[str, Any], language: str) -> list[str | None]:
    """Indicator, scope, and the figure before and after, as words."""
    where = change["unit_code"] or say("indicator.all_units", language)
    sides = [change[name] and change[name]["text"] for name in ("before", "after")]
    return [change["indicator"], where, *sides]


def _with_basis(line: dict[str, Any]) -> str | None:
    words = line["words"]
    if words["target"] is None or line["target_basis"] == "stated":
        return words["target"]  # type: ignore[no-any-return]
    return f"{words['target']} ({words['basis']})"
