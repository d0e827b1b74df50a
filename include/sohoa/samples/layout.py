"""Setting a document on pages as a word processor does under NĐ 30/2020 (domain.md §3.1)."""

from __future__ import annotations

from random import Random

from sohoa.samples import faces
from sohoa.samples.documents import Document
from sohoa.samples.faces import Style
from sohoa.samples.ink import Colour, px
from sohoa.samples.kinds import Form
from sohoa.samples.layout_annex import draw_annex
from sohoa.samples.letterhead import letterhead
from sohoa.samples.paper import BLACK, Flow, Sheet, Spot, as_text
from sohoa.samples.results import Numbering
from sohoa.samples.sides import Side
from sohoa.samples.templates import TEMPLATES

_CRIMSON: Colour = (168, 28, 36)
_BORDERS: dict[Side, tuple[Colour, ...]] = {
    Side.TRAIN: (_CRIMSON, (40, 84, 60), (140, 100, 30)),
    Side.TEST: ((190, 96, 24), (34, 60, 120), (120, 40, 70)),
}
_PORTRAIT = (210.0, 297.0)
_LANDSCAPE = (297.0, 210.0)


def lay_out(document: Document, family: str, numbering: Numbering, side: Side, rng: Random) -> list[Sheet]:
    """Draw all pages of a document, in a template of the side."""
    landscape = document.form is Form.CERTIFICATE
    templates = TEMPLATES[side]
    template = templates[0] if len(templates) == 1 else rng.choice(templates)
    flow = Flow(
        family,
        template,
        _LANDSCAPE if landscape else _PORTRAIT,
        right=rng.choice(template.right),
        # Wide faces are set smaller so that documents stay as long as they are in Times.
        body=12.0 if faces.FAMILIES[family].is_wide else rng.choice(template.body),
    )
    if landscape:
        _certificate(flow, document, numbering, side, rng)
    else:
        _portrait(flow, document, numbering, side, rng)
    return flow.sheets


def _portrait(flow: Flow, document: Document, numbering: Numbering, side: Side, rng: Random) -> None:
    width = flow.size_mm[0]
    left, right = width * flow.template.agency_x, width * flow.template.nation_x
    letterhead(flow, document, numbering, (left, right), side, rng)
    if document.form is Form.LETTER:
        flow.centred(document.subject, "regular", 12, width=70, x=left)
        flow.y += 7
        _addressees(flow, document.addressees)
    else:
        _title(flow, document)
    for ground in document.grounds:
        flow.paragraph(ground, "italic")
    if document.resolution:
        flow.y += 2.5
        flow.need(25)
        resolution = document.resolution if flow.template.resolution_colon else document.resolution.removesuffix(":")
        flow.centred(resolution, "bold", flow.body, width=flow.column)
        flow.y += 1.5
    for text in document.paragraphs[:-1]:
        flow.paragraph(text)
    flow.paragraph(document.paragraphs[-1], keep=flow.template.signature_room + 28)
    _signature(flow, document)
    if document.footer:
        _footer(flow, document.footer)
    for annex in document.annexes:
        draw_annex(flow, annex, rng)


def _footer(flow: Flow, text: str) -> None:
    """Ô 13, at the foot of the first page whatever page the text has reached."""
    first, middle = flow.sheets[0], flow.size_mm[0] / 2
    half = flow.column / 2
    first.draw.line((px(middle - half), px(281), px(middle + half), px(281)), fill=BLACK, width=3)
    first.draw.text((px(middle), px(286)), text, fill=BLACK, font=flow.font("regular", 9.5), anchor="ms")
    first.record(text)


def _title(flow: Flow, document: Document) -> None:
    """Ô 5a: name of the type, subject, a rule; then who decides."""
    flow.y += 8
    flow.centred(document.title, "bold", flow.template.title, width=flow.column)
    flow.y += 0.8
    flow.centred(document.subject, "bold", flow.body, width=132)
    flow.rule(flow.size_mm[0] / 2, flow.y + 2.2, 48)
    flow.y += 7
    flow.centred(document.authority, "bold", flow.body, width=flow.column)
    flow.y += 2


def _addressees(flow: Flow, addressees: tuple[str, ...]) -> None:
    if len(addressees) == 1:
        flow.centred(f"Kính gửi: {addressees[0]}.", "regular", flow.body, width=140)
    else:
        flow.y += 6
        flow.line("Kính gửi:", 62, flow.y, "regular", flow.body, "ls")
        for name in addressees:
            flow.y += 6
            points = flow.fitting(f"- {name};", "regular", flow.body, 105)
            flow.line(f"- {name};", 82, flow.y, "regular", points, "ls")
    flow.y += 4


def _signature(flow: Flow, document: Document) -> None:
    """Ô 7 at the right, ô 9b at the left, level with each other."""
    room = flow.template.signature_room
    x = flow.size_mm[0] * flow.template.signature_x
    flow.need(room + 24)
    top = flow.y + 9
    left_lines: list[tuple[str, Style, float]] = []
    if document.recipients:
        left_lines = [("Nơi nhận:", "bold_italic", 12.0)]
        left_lines += [(line, "regular", 11.0) for line in document.recipients]
    if document.printed_dossier:
        left_lines.append((f"Mã hồ sơ: {document.printed_dossier}", "regular", 10.0))
    for index, (text, style, points) in enumerate(left_lines):
        flow.line(text, flow.template.left, top + index * 4.7, style, points, "ls")
    y = top
    for text in document.signature.lines:
        for words in flow.balanced([(word, "bold") for word in text.split()], 13.5, 84):
            flow.line(as_text(words), x, y, "bold", 13.5)
            y += 5.8
    name_y = max(y + room, top + room + 8)
    flow.line(document.signature.name, x, name_y, "bold", 14)
    middle = (y - 5 + name_y - 4) / 2
    flow.sheet.signature = Spot(px(x), px(middle))
    flow.y = max(name_y + 4, top + len(left_lines) * 4.7)


def _certificate(flow: Flow, document: Document, numbering: Numbering, side: Side, rng: Random) -> None:
    """A landscape certificate in a border, its own template."""
    width, height = flow.size_mm
    colour = rng.choice(_BORDERS[side])
    lines = ((8.0, 9), (10.5, 3), (12.0, 3)) if side is Side.TRAIN else ((7.0, 4), (9.0, 14), (11.5, 4))
    for inset, line in lines:
        box = (px(inset), px(inset), px(width - inset), px(height - inset))
        flow.sheet.draw.rectangle(box, outline=colour, width=line)
    for x in (14.5, width - 14.5):
        for y in (14.5, height - 14.5):
            flow.sheet.draw.regular_polygon((px(x), px(y), px(2)), 4 if side is Side.TRAIN else 8, fill=colour)
    flow.y = 19
    letterhead(flow, document, numbering, (80.0, 205.0), side, rng)
    flow.y += 9
    middle = width / 2
    flow.y += 6
    flow.line(document.title, middle, flow.y, "bold", 26, colour=_CRIMSON)
    flow.y += 2
    flow.centred(document.subject, "bold", 16, width=220)
    flow.y += 3
    for text in document.paragraphs:
        flow.y += 8.6
        flow.line(text, 48, flow.y, "regular", flow.fitting(text, "regular", 15, 215), "ls")
    flow.y += 4
    _signature(flow, document)
