"""Setting a document on pages as a word processor does under NĐ 30/2020 (domain.md §3.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random

from PIL import Image, ImageDraw, ImageFont

from sohoa.samples import faces, ink
from sohoa.samples.documents import Annex, Document, long_date
from sohoa.samples.faces import Style
from sohoa.samples.ink import DPI, px
from sohoa.samples.kinds import Form
from sohoa.samples.results import Numbering

_BLACK = (22, 22, 24)
_CRIMSON = (168, 28, 36)
_PORTRAIT = (210.0, 297.0)
_LANDSCAPE = (297.0, 210.0)
_LEFT, _TOP, _BOTTOM = 30.0, 20.0, 20.0
_LEADING = 1.2
_SIGNATURE_SPACE = 50.0
_NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_MOTTO = "Độc lập - Tự do - Hạnh phúc"


@dataclass(frozen=True)
class SignatureSpot:
    """Where the signature goes, in pixels: its centre, and the baseline of the name below."""

    x: int
    y: int
    name_y: int


@dataclass(frozen=True)
class DrawnPage:
    """A page at `ink.DPI`, before it is signed, sealed and scanned; and its text, line by line."""

    image: Image.Image
    text: str
    signature: SignatureSpot | None
    is_annex_start: bool


def pt(points: float) -> int:
    """Pixels at `DPI` of a size in typographic points."""
    return round(points / 72 * DPI)


@cache
def _width(family: str, style: Style, pixels: int, word: str) -> float:
    return float(faces.text_font(family, style, pixels).getlength(word))


@dataclass
class _Sheet:
    """One page while it is being drawn."""

    image: Image.Image
    lines: list[str] = field(default_factory=list)
    signature: SignatureSpot | None = None
    is_annex_start: bool = False

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.image)

    def rule(self, x: float, y: float, width: float) -> None:
        """A thin line centred on x; all in mm."""
        self.draw.line((px(x - width / 2), px(y), px(x + width / 2), px(y)), fill=_BLACK, width=3)


Word = tuple[str, Style]


@dataclass
class _Flow:
    """Text running down the page and on to the next one. Positions in mm, sizes in points."""

    family: str
    size_mm: tuple[float, float]
    right: float
    body: float
    y: float = _TOP
    sheets: list[_Sheet] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._new_sheet()

    @property
    def sheet(self) -> _Sheet:
        return self.sheets[-1]

    @property
    def column(self) -> float:
        return self.size_mm[0] - _LEFT - self.right

    def _new_sheet(self) -> None:
        width, height = self.size_mm
        self.sheets.append(_Sheet(Image.new("RGB", (px(width), px(height)), (255, 255, 255))))
        self.y = _TOP

    def new_page(self) -> None:
        """Go on to the next page, which carries its number at the top."""
        self._new_sheet()
        self.line(str(len(self.sheets)), self.size_mm[0] / 2, 14.0, "regular", 13)
        self.y = _TOP + 3

    def need(self, millimetres: float) -> None:
        """Turn the page unless so much is left of it."""
        if self.y + millimetres > self.size_mm[1] - _BOTTOM:
            self.new_page()

    def font(self, style: Style, points: float) -> ImageFont.FreeTypeFont:
        return faces.text_font(self.family, style, pt(points))

    def fitting(self, text: str, style: Style, points: float, millimetres: float) -> float:
        """The size, at most `points`, at which `text` fits in the width."""
        width = _width(self.family, style, pt(points), text)
        return min(points, points * px(millimetres) / width)

    def line(
        self,
        text: str,
        x: float,
        y: float,
        style: Style,
        points: float,
        anchor: str = "ms",
        colour: tuple[int, int, int] = _BLACK,
    ) -> float:
        """Draw and record one line; returns its width in mm."""
        self.sheet.draw.text((px(x), px(y)), text, fill=colour, font=self.font(style, points), anchor=anchor)
        self.sheet.lines.append(text)
        return _width(self.family, style, pt(points), text) / DPI * 25.4

    def wrap(self, words: Sequence[Word], points: float, width: float, indent: float = 0.0) -> list[list[Word]]:
        """Words in lines no wider than `width` (mm), the first shorter by `indent`."""
        space = _width(self.family, "regular", pt(points), " ")
        lines: list[list[Word]] = [[]]
        room = px(width - indent)
        used = 0.0
        for word, style in words:
            wide = _width(self.family, style, pt(points), word)
            if lines[-1] and used + space + wide > room:
                lines.append([])
                room, used = px(width), 0.0
            used += wide + (space if lines[-1] else 0.0)
            lines[-1].append((word, style))
        return lines

    def centred(self, text: str, style: Style, points: float, *, width: float, x: float | None = None) -> int:
        """Centred lines at the cursor; returns how many."""
        x = self.size_mm[0] / 2 if x is None else x
        lines = _balanced(self, [(word, style) for word in text.split()], points, width)
        for words in lines:
            self.y += points * 0.3528 * _LEADING
            self.line(" ".join(word for word, _ in words), x, self.y, style, points)
        return len(lines)

    def paragraph(self, text: str, style: Style = "regular", *, keep: float = 0.0) -> None:
        """A justified paragraph with first-line indent; `keep` mm must follow it on the same page."""
        indent = 10.0
        lines = self.wrap(_styled(text, style), self.body, self.column, indent)
        step = self.body * 0.3528 * _LEADING
        if keep:
            self.need(len(lines) * step + keep)
        self.y += 1.6
        for index, words in enumerate(lines):
            self.need(step)
            self.y += step
            left = _LEFT + (indent if index == 0 else 0.0)
            self._justified(words, left, justify=index < len(lines) - 1)

    def _justified(self, words: list[Word], left: float, *, justify: bool) -> None:
        widths = [_width(self.family, style, pt(self.body), word) for word, style in words]
        space = _width(self.family, "regular", pt(self.body), " ")
        if justify and len(words) > 1:
            space = (px(self.size_mm[0] - self.right) - px(left) - sum(widths)) / (len(words) - 1)
        x = float(px(left))
        draw = self.sheet.draw
        for (word, style), wide in zip(words, widths, strict=True):
            draw.text((x, px(self.y)), word, fill=_BLACK, font=self.font(style, self.body), anchor="ls")
            x += wide + space
        self.sheet.lines.append(" ".join(word for word, _ in words))


def _styled(text: str, style: Style) -> list[Word]:
    """Words with their style: `Điều 1.` is bold, the rest as asked."""
    words: list[Word] = [(word, style) for word in text.split()]
    if re.match(r"Điều \d+\. ", text):
        words[:2] = [(word, "bold") for word, _ in words[:2]]
    return words


def lay_out(document: Document, family: str, numbering: Numbering, rng: Random) -> list[DrawnPage]:
    """Draw all pages of a document."""
    landscape = document.form is Form.CERTIFICATE
    flow = _Flow(
        family,
        _LANDSCAPE if landscape else _PORTRAIT,
        right=rng.choice((15.0, 18.0, 20.0)),
        # Wide faces are set smaller so that documents stay as long as they are in Times.
        body=rng.choice((13.0, 13.5, 13.5, 14.0)) if family == faces.DEFAULT_FACE else 12.0,
    )
    if landscape:
        _certificate(flow, document, numbering, rng)
    else:
        _portrait(flow, document, numbering, rng)
    return [DrawnPage(s.image, "\n".join(s.lines), s.signature, s.is_annex_start) for s in flow.sheets]


def _portrait(flow: _Flow, document: Document, numbering: Numbering, rng: Random) -> None:
    letter = document.form is Form.LETTER
    _header(flow, document, numbering, rng, left=61.0, right=145.0)
    if letter:
        flow.centred(document.subject, "regular", 12, width=70, x=61.0)
        flow.y += 7
        _addressees(flow, document.addressees)
    else:
        _title(flow, document)
    for ground in document.grounds:
        flow.paragraph(ground, "italic")
    if document.resolution:
        flow.y += 2.5
        flow.need(25)
        flow.centred(document.resolution, "bold", flow.body, width=flow.column)
        flow.y += 1.5
    for text in document.paragraphs[:-1]:
        flow.paragraph(text)
    flow.paragraph(document.paragraphs[-1], keep=_SIGNATURE_SPACE)
    _signature(flow, document)
    if document.footer:
        first = flow.sheets[0]
        first.rule(flow.size_mm[0] / 2, 281, flow.column)
        font = flow.font("regular", 9.5)
        first.draw.text((px(flow.size_mm[0] / 2), px(286)), document.footer, fill=_BLACK, font=font, anchor="ms")
        first.lines.append(document.footer)
    if document.annex is not None:
        _annex(flow, document.annex)


def _header(flow: _Flow, document: Document, numbering: Numbering, rng: Random, *, left: float, right: float) -> None:
    """Ô 1 to 4: nation and motto at the right, agency and number at the left, place and date."""
    width = 68.0
    y = flow.y + 4.5
    agency: list[Word] = [(line, "regular") for line in document.header[:-1]]
    words: list[Word] = [(word, "bold") for word in document.header[-1].split()]
    agency += [(" ".join(w for w, _ in line), "bold") for line in _balanced(flow, words, 13, width)]
    widest = 0.0
    for index in range(max(len(agency), 2)):
        at = y + index * 5.6
        if index < len(agency):
            text, style = agency[index]
            widest = flow.line(text, left, at, style, 12.5)
        if index == 0:
            flow.line(_NATION, right, at, "bold", flow.fitting(_NATION, "bold", 12.5, 96))
        elif index == 1:
            _motto(flow, right, at)
    last = y + (len(agency) - 1) * 5.6
    flow.sheet.rule(left, last + 2.2, widest * rng.uniform(0.34, 0.5))
    flow.y = max(last + 8.4, y + 5.6 + 8.4)
    # Whoever fills in the number fills in the day, with the same pen or machine.
    hand = {"stamped": ink.machine_hand, "pen": ink.pen_hand}[numbering](rng) if numbering != "printed" else None
    _number(flow, document, hand, left, rng)
    _place_and_date(flow, document, hand if numbering == "pen" or rng.random() < 0.5 else None, right, rng)


def _motto(flow: _Flow, x: float, y: float) -> None:
    width = flow.line(_MOTTO, x, y, "bold", flow.fitting(_MOTTO, "bold", 13.5, 80))
    flow.sheet.rule(x, y + 1.8, width)


def _balanced(flow: _Flow, words: list[Word], points: float, width: float) -> list[list[Word]]:
    """As few lines as `width` allows, then as even as they can be."""
    lines = flow.wrap(words, points, width)
    while width > 30 and len(lines) > 1 and len(flow.wrap(words, points, width - 4)) == len(lines):
        width -= 4
    return flow.wrap(words, points, width)


def _number(flow: _Flow, document: Document, hand: ink.Hand | None, x: float, rng: Random) -> None:
    """Ô 3, `Số: 70/QĐ-BNV` centred on x; the digits printed, or put in by `hand`."""
    suffix = f"/{document.notation}"
    if hand is None:
        flow.line(f"Số: {document.number}{suffix}", x, flow.y, "regular", 13)
    else:
        _filled_in(flow, ("Số: ", document.number, suffix), "regular", x, hand, rng)


def _place_and_date(flow: _Flow, document: Document, hand: ink.Hand | None, x: float, rng: Random) -> None:
    """Ô 4, `Hà Nội, ngày 05 tháng 01 năm 2020`; the day printed, or put in by `hand`."""
    date = long_date(document.issued_on)
    if hand is None:
        flow.line(f"Hà Nội, {date}", x, flow.y, "italic", flow.fitting(f"Hà Nội, {date}", "italic", 13.5, 92))
    else:
        day = f"{document.issued_on.day:02d}"
        _filled_in(flow, ("Hà Nội, ngày ", day, date.removeprefix(f"ngày {day}")), "italic", x, hand, rng)


def _filled_in(flow: _Flow, parts: tuple[str, str, str], style: Style, x: float, hand: ink.Hand, rng: Random) -> None:
    """Printed text with a gap, and digits put into the gap by hand."""
    before, digits, after = parts
    points = flow.fitting(before + digits * 2 + after, style, 13, 92)
    font = flow.font(style, points)
    gap = ink.digits_width(digits, hand) + px(1.2)
    baseline = px(flow.y)
    left = px(x) - (font.getlength(before) + gap + font.getlength(after)) / 2
    draw = flow.sheet.draw
    draw.text((left, baseline), before, fill=_BLACK, font=font, anchor="ls")
    start = left + font.getlength(before)
    draw.text((start + gap, baseline), after, fill=_BLACK, font=font, anchor="ls")
    if hand.face in faces.PEN_FACES and rng.random() < 0.4:
        dots = "." * int(gap / font.getlength("."))
        draw.text((start, baseline), dots, fill=_BLACK, font=font, anchor="ls")
    ink.write_digits(flow.sheet.image, digits, hand, round(start) + px(0.6), baseline, rng)
    flow.sheet.lines.append(before + digits + after)


def _title(flow: _Flow, document: Document) -> None:
    """Ô 5a: name of the type, subject, a rule; then who decides."""
    flow.y += 8
    flow.centred(document.title, "bold", 15, width=flow.column)
    flow.y += 0.8
    flow.centred(document.subject, "bold", flow.body, width=132)
    flow.sheet.rule(flow.size_mm[0] / 2, flow.y + 2.2, 48)
    flow.y += 7
    flow.centred(document.authority, "bold", flow.body, width=flow.column)
    flow.y += 2


def _addressees(flow: _Flow, addressees: tuple[str, ...]) -> None:
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


def _signature(flow: _Flow, document: Document) -> None:
    """Ô 7 at the right, ô 9b at the left, level with each other."""
    x = flow.size_mm[0] * 0.715
    flow.need(_SIGNATURE_SPACE - 4)
    top = flow.y + 9
    left_lines: list[tuple[str, Style, float]] = []
    if document.recipients:
        left_lines = [("Nơi nhận:", "bold_italic", 12.0)]
        left_lines += [(line, "regular", 11.0) for line in document.recipients]
    if document.printed_dossier:
        left_lines.append((f"Mã hồ sơ: {document.printed_dossier}", "regular", 10.0))
    for index, (text, style, points) in enumerate(left_lines):
        flow.line(text, _LEFT, top + index * 4.7, style, points, "ls")
    y = top
    for text in document.signature.lines:
        for words in _balanced(flow, [(word, "bold") for word in text.split()], 13.5, 84):
            flow.line(" ".join(word for word, _ in words), x, y, "bold", 13.5)
            y += 5.8
    name_y = max(y + 22, top + 30)
    flow.line(document.signature.name, x, name_y, "bold", 14)
    middle = (y - 5 + name_y - 4) / 2
    flow.sheet.signature = SignatureSpot(px(x), px(middle), px(name_y))
    flow.y = max(name_y + 4, top + len(left_lines) * 4.7)


_TABLE_HEAD = ("STT", "Họ và tên", "Chức vụ, chức danh", "Đơn vị công tác")
_TABLE_WIDTHS = (12.0, 46.0, 42.0, 60.0)


def _annex(flow: _Flow, annex: Annex) -> None:
    flow.new_page()
    flow.sheet.is_annex_start = True
    flow.y += 3
    for text in annex.title:
        flow.centred(text, "bold", flow.body, width=140)
    flow.y += 0.6
    flow.centred(annex.note, "italic", flow.body - 0.5, width=150)
    flow.sheet.rule(flow.size_mm[0] / 2, flow.y + 2.2, 40)
    flow.y += 6
    if annex.rows:
        _row(flow, _TABLE_HEAD, "bold")
    for row in annex.rows:
        _row(flow, row, "regular")
    for text in annex.paragraphs:
        flow.paragraph(text)


def _row(flow: _Flow, cells: tuple[str, ...], style: Style) -> None:
    """One row of a table with borders; cells wrap."""
    points, step = 12.0, 5.3
    wrapped = [
        flow.wrap([(word, style) for word in cell.split()], points, width - 3)
        for cell, width in zip(cells, _TABLE_WIDTHS, strict=True)
    ]
    height = max(len(lines) for lines in wrapped) * step + 2
    flow.need(height)
    x = _LEFT
    for lines, width in zip(wrapped, _TABLE_WIDTHS, strict=True):
        box = (px(x), px(flow.y), px(x + width), px(flow.y + height))
        flow.sheet.draw.rectangle(box, outline=_BLACK, width=2)
        centred = style == "bold" or x == _LEFT
        for index, words in enumerate(lines):
            y = flow.y + 4.6 + index * step
            at, anchor = (x + width / 2, "ms") if centred else (x + 1.5, "ls")
            flow.line(" ".join(word for word, _ in words), at, y, style, points, anchor)
        x += width
    flow.y += height


def _certificate(flow: _Flow, document: Document, numbering: Numbering, rng: Random) -> None:
    """A landscape certificate in a border, its own template."""
    width, height = flow.size_mm
    colour = rng.choice((_CRIMSON, (40, 84, 60), (140, 100, 30)))
    for inset, line in ((8.0, 9), (10.5, 3), (12.0, 3)):
        box = (px(inset), px(inset), px(width - inset), px(height - inset))
        flow.sheet.draw.rectangle(box, outline=colour, width=line)
    for x in (14.5, width - 14.5):
        for y in (14.5, height - 14.5):
            flow.sheet.draw.regular_polygon((px(x), px(y), px(2)), 4, fill=colour)
    flow.y = 19
    _header(flow, document, numbering, rng, left=80.0, right=205.0)
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
