"""Pages after the signature: lists, tables, charters, appendices."""

from __future__ import annotations

from random import Random

from sohoa.samples.documents import Annex
from sohoa.samples.faces import Style
from sohoa.samples.ink import Colour, px
from sohoa.samples.letterhead import agency_and_nation
from sohoa.samples.paper import BLACK, Flow, as_text

_SHADE: Colour = (222, 222, 224)


def draw_annex(flow: Flow, annex: Annex, rng: Random) -> None:
    """Draw an annex, from the top of a page."""
    flow.new_page()
    flow.sheet.is_annex_start = True
    if annex.letterhead:
        halves = flow.size_mm[0] * flow.template.agency_x, flow.size_mm[0] * flow.template.nation_x
        agency_and_nation(flow, annex.letterhead, halves, rng)
        flow.y += 2
    flow.y += 3
    for text in annex.title:
        flow.centred(text, "bold", flow.body, width=140)
    flow.y += 0.6
    flow.centred(annex.note, "italic", flow.body - 0.5, width=150)
    flow.rule(flow.size_mm[0] / 2, flow.y + 2.2, 40)
    flow.y += 6
    if annex.rows:
        _row(flow, annex.columns, annex.widths, "bold")
    for row in annex.rows:
        _row(flow, row, annex.widths, "regular")
    for text in annex.paragraphs:
        flow.paragraph(text)


def _row(flow: Flow, cells: tuple[str, ...], widths: tuple[float, ...], style: Style) -> None:
    """One row of a table with borders; cells wrap, and each of their lines is a block."""
    template = flow.template
    points, step = template.cell, 5.3
    wrapped = [
        flow.wrap([(word, style) for word in cell.split()], points, width - 3)
        for cell, width in zip(cells, widths, strict=True)
    ]
    height = max(len(lines) for lines in wrapped) * step + 2
    flow.need(height)
    x = template.left
    for lines, width in zip(wrapped, widths, strict=True):
        box = (px(x), px(flow.y), px(x + width), px(flow.y + height))
        shade = _SHADE if style == "bold" and template.cell_head_shaded else None
        flow.sheet.draw.rectangle(box, fill=shade, outline=BLACK, width=template.cell_line)
        centred = style == "bold" or x == template.left
        for index, words in enumerate(lines):
            y = flow.y + 4.6 + index * step
            at, anchor = (x + width / 2, "ms") if centred else (x + 1.5, "ls")
            flow.line(as_text(words), at, y, style, points, anchor)
        x += width
    flow.y += height
