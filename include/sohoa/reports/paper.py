"""Pages, paragraphs and tables of an administrative document as NĐ 30/2020/NĐ-CP, Phụ lục I prescribes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

FACE = "Times New Roman"
BODY, SMALL, TABLE = 14, 12, 11
"""Points: the body's size, the letterhead's, a table's."""

TEXT_WIDTH = 165
"""Millimetres between margins of 30 (left) and 15 (right) on A4."""

LEFT, RIGHT, CENTRE, JUSTIFY = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
_A_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Column:
    """A table's column: its heading, width in millimetres, and where its text stands."""

    heading: str
    width: float
    align: Any = LEFT


def new_document() -> DocumentType:
    """An empty A4 page with the decree's margins and typeface; pages from the second on are numbered on top."""
    document = Document()
    for name in ("Normal", "Heading 1", "Heading 2", "Header"):
        style = document.styles[name]
        style.font.name, style.font.size = FACE, Pt(BODY)
        style.font.color.rgb, style.font.italic = None, False
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), FACE)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    _number_pages(section.header.paragraphs[0])
    return document


def add_landscape_section(document: DocumentType) -> None:
    """Go on on a page that lies on its side, with its number shown."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = Mm(20)
    section.bottom_margin = Mm(15)
    section.different_first_page_header_footer = False


def write(
    where: Any,
    text: str,
    *,
    align: Any = JUSTIFY,
    size: float = BODY,
    bold: bool = False,
    italic: bool = False,
    indent: float = 0,
    before: float = 0,
    after: float = 0,
    style: str | None = None,
) -> Paragraph:
    """Add a paragraph to a document or cell; `size`, `before` and `after` in points, `indent` in millimetres."""
    paragraph: Paragraph = where.add_paragraph(style=style)
    _fill(paragraph, text, size=size, bold=bold, italic=italic)
    paragraph.alignment = align
    form = paragraph.paragraph_format
    form.first_line_indent = Mm(indent)
    form.space_before, form.space_after = Pt(before), Pt(after)
    return paragraph


def rule(where: Any, width: float, of: float) -> None:
    """Draw a line of `width` millimetres in the middle of a text that is `of` wide, close under what stands above."""
    paragraph = write(where, "", size=3, align=CENTRE, before=3)
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Mm((of - width) / 2)
    form.line_spacing = Pt(3)
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    # The schema wants it before spacing, indents and alignment.
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:spacing", "w:ind", "w:jc", "w:rPr")


def add_frameless(document: DocumentType, widths: Sequence[float]) -> tuple[_Cell, ...]:
    """A table of one row without lines, for what stands side by side; its cells, each with its first paragraph gone."""
    table = document.add_table(rows=1, cols=len(widths))
    _settle(table, widths)
    for cell in table.rows[0].cells:
        # A cell must not be empty in the file: the caller fills it.
        cell._tc.remove(cell.paragraphs[0]._p)
    return tuple(table.rows[0].cells)


def add_table(document: DocumentType, columns: Sequence[Column], rows: Sequence[Sequence[str | None]]) -> None:
    """A table with lines; its head is repeated on every page, no row is torn in two."""
    table = document.add_table(rows=1, cols=len(columns))
    table.style = "Table Grid"
    for cell, column in zip(table.rows[0].cells, columns, strict=True):
        _fill_cell(cell, column.heading, CENTRE, bold=True)
    _mark_row(table.rows[0]._tr, "w:tblHeader")
    for row in rows:
        cells = table.add_row().cells
        for cell, column, text in zip(cells, columns, row, strict=True):
            _fill_cell(cell, "–" if text is None else text, column.align)
    for one in table.rows:
        _mark_row(one._tr, "w:cantSplit")
    _settle(table, [column.width for column in columns])


def as_bytes(document: DocumentType) -> bytes:
    """The file; the same document is the same bytes, whenever it is written."""
    buffer, settled = io.BytesIO(), io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as found, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as file:
        for name in found.namelist():
            entry = zipfile.ZipInfo(name, _A_DAY_OF_ZIP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, found.read(name))
    return settled.getvalue()


def _fill(paragraph: Paragraph, text: str, *, size: float, bold: bool = False, italic: bool = False) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold, run.font.italic = Pt(size), bold, italic


def _fill_cell(cell: _Cell, text: str, align: Any, *, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    _fill(paragraph, text, size=TABLE, bold=bold)
    paragraph.alignment = align
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)


def _settle(table: Table, widths: Sequence[float]) -> None:
    """Fix the columns' widths; LibreOffice takes those of the grid, Word those of the cells."""
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "57")  # a millimetre, in twentieths of a point
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")


def _mark_row(row: Any, name: str) -> None:
    row.get_or_add_trPr().append(OxmlElement(name))


def _number_pages(paragraph: Paragraph) -> None:
    paragraph.alignment = CENTRE
    run = paragraph.add_run()
    for kind in ("begin", "end"):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        if kind == "end":
            instruction = OxmlElement("w:instrText")
            instruction.text = "PAGE"
            run._r.append(instruction)
        run._r.append(mark)
