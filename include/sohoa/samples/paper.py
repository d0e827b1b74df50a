"""Sheets of paper, and text that runs down them: lines, paragraphs, pages, and the record of what was printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from sohoa.samples import faces
from sohoa.samples.faces import Style
from sohoa.samples.ink import DPI, Colour, px
from sohoa.samples.templates import Template

BLACK: Colour = (22, 22, 24)
MM_PER_POINT = 0.3528
Word = tuple[str, Style]
BlockKind = Literal["print", "stamped", "pen"]


@dataclass(frozen=True)
class Block:
    """What is read in one piece: a paragraph, or one line of a text that stands beside another.

    A line into which digits were stamped is one `stamped` block. A line filled in by pen is three: what is printed
    before the gap, the digits (`pen`), what is printed after it. Leave `pen` out to measure reading.
    """

    text: str
    kind: BlockKind = "print"


@dataclass(frozen=True)
class Spot:
    """A point of a page, in pixels at `ink.DPI`."""

    x: int
    y: int


def pt(points: float) -> int:
    """Pixels at `DPI` of a size in typographic points."""
    return round(points / 72 * DPI)


@cache
def word_width(family: str, style: Style, pixels: int, word: str) -> float:
    """Pixels that a word takes."""
    return float(faces.text_font(family, style, pixels).getlength(word))


@dataclass
class Sheet:
    """One page while it is being drawn.

    Attributes:
        signature: the middle of the space between position and name of the signer, where there is one.
        has_qr: a QR code takes the top left corner.
        number_line: the baseline of `Số: …` and the middle of its line, on a first page.
    """

    image: Image.Image
    lines: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    signature: Spot | None = None
    number_line: Spot | None = None
    is_annex_start: bool = False
    has_qr: bool = False

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        """For drawing on the page."""
        return ImageDraw.Draw(self.image)

    def record(self, text: str, *, joins: bool = False) -> None:
        """Enter a printed line into the page's text; it `joins` the block before it, or begins one."""
        self.lines.append(text)
        if joins:
            self.blocks[-1] = Block(f"{self.blocks[-1].text} {text}")
        else:
            self.blocks.append(Block(text))

    def record_filled_in(self, before: str, digits: str, after: str, kind: BlockKind) -> None:
        """Enter a line whose digits were put in by pen or by stamp."""
        self.lines.append(before + digits + after)
        if kind == "pen":
            self.blocks += [Block(before.strip()), Block(digits, "pen"), Block(after.strip())]
        else:
            self.blocks.append(Block(before + digits + after, kind))


@dataclass
class Flow:
    """Text running down the page and on to the next one. Positions in mm, sizes in points."""

    family: str
    template: Template
    size_mm: tuple[float, float]
    right: float
    body: float
    y: float = 0.0
    sheets: list[Sheet] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._new_sheet()

    @property
    def sheet(self) -> Sheet:
        """The page that is being drawn."""
        return self.sheets[-1]

    @property
    def column(self) -> float:
        """Width of the text."""
        return self.size_mm[0] - self.template.left - self.right

    def _new_sheet(self) -> None:
        width, height = self.size_mm
        self.sheets.append(Sheet(Image.new("RGB", (px(width), px(height)), (255, 255, 255))))
        self.y = self.template.top

    def new_page(self) -> None:
        """Go on to the next page, which carries its number."""
        self._new_sheet()
        number = self.template.page_number_form.format(len(self.sheets))
        if self.template.page_number == "top":
            self.line(number, self.size_mm[0] / 2, self.template.top - 6.0, "regular", 13)
        else:
            self.line(number, self.size_mm[0] - self.right, self.size_mm[1] - 9.0, "regular", 12, "rs")
        self.y = self.template.top + 3

    def need(self, millimetres: float) -> None:
        """Turn the page unless so much is left of it."""
        if self.y + millimetres > self.size_mm[1] - self.template.bottom:
            self.new_page()

    def font(self, style: Style, points: float) -> ImageFont.FreeTypeFont:
        """The document's face."""
        return faces.text_font(self.family, style, pt(points))

    def width_of(self, text: str, style: Style, points: float) -> float:
        """Width of a text, in mm."""
        return word_width(self.family, style, pt(points), text) / DPI * 25.4

    def fitting(self, text: str, style: Style, points: float, millimetres: float) -> float:
        """The size, at most `points`, at which `text` fits in the width."""
        return min(points, points * px(millimetres) / word_width(self.family, style, pt(points), text))

    def line(
        self,
        text: str,
        x: float,
        y: float,
        style: Style,
        points: float,
        anchor: str = "ms",
        colour: Colour = BLACK,
        *,
        joins: bool = False,
    ) -> float:
        """Draw and record one line, which may join the block of the line before; returns its width in mm."""
        self.sheet.draw.text((px(x), px(y)), text, fill=colour, font=self.font(style, points), anchor=anchor)
        self.sheet.record(text, joins=joins)
        return self.width_of(text, style, points)

    def rule(self, x: float, y: float, width: float) -> None:
        """A rule of the template's kind, centred on x. Typed hyphens are no text: no reader need give them."""
        draw, kind = self.sheet.draw, self.template.rules
        if kind == "hyphens":
            font = self.font("regular", 12)
            text = "-" * max(3, round(px(width) / font.getlength("-")))
            draw.text((px(x), px(y + 1.4)), text, fill=BLACK, font=font, anchor="ms")
            return
        for down in (0.0, 0.9) if kind == "double" else (0.0,):
            height = px(y + down)
            draw.line((px(x - width / 2), height, px(x + width / 2), height), fill=BLACK, width=3)

    def wrap(self, words: Sequence[Word], points: float, width: float, indent: float = 0.0) -> list[list[Word]]:
        """Words in lines no wider than `width` (mm), the first shorter by `indent`."""
        space = word_width(self.family, "regular", pt(points), " ")
        lines: list[list[Word]] = [[]]
        room = px(width - indent)
        used = 0.0
        for word, style in words:
            wide = word_width(self.family, style, pt(points), word)
            if lines[-1] and used + space + wide > room:
                lines.append([])
                room, used = px(width), 0.0
            used += wide + (space if lines[-1] else 0.0)
            lines[-1].append((word, style))
        return lines

    def balanced(self, words: list[Word], points: float, width: float) -> list[list[Word]]:
        """As few lines as `width` allows, then as even as they can be."""
        lines = self.wrap(words, points, width)
        while width > 30 and len(lines) > 1 and len(self.wrap(words, points, width - 4)) == len(lines):
            width -= 4
        return self.wrap(words, points, width)

    def centred(self, text: str, style: Style, points: float, *, width: float, x: float | None = None) -> int:
        """Centred lines at the cursor, one block; returns how many lines."""
        x = self.size_mm[0] / 2 if x is None else x
        lines = self.balanced([(word, style) for word in text.split()], points, width)
        for index, words in enumerate(lines):
            self.y += points * MM_PER_POINT * self.template.leading
            self.line(as_text(words), x, self.y, style, points, joins=index > 0)
        return len(lines)

    def paragraph(self, text: str, style: Style = "regular", *, keep: float = 0.0) -> None:
        """A justified paragraph with first-line indent; `keep` mm must follow it on the same page."""
        indent = self.template.indent
        lines = self.wrap(_styled(text, style), self.body, self.column, indent)
        step = self.body * MM_PER_POINT * self.template.leading
        if keep:
            self.need(len(lines) * step + keep)
        self.y += self.template.gap
        for index, words in enumerate(lines):
            sheet = self.sheet
            self.need(step)
            self.y += step
            left = self.template.left + (indent if index == 0 else 0.0)
            self._justified(words, left, justify=index < len(lines) - 1)
            self.sheet.record(as_text(words), joins=index > 0 and sheet is self.sheet)

    def _justified(self, words: list[Word], left: float, *, justify: bool) -> None:
        widths = [word_width(self.family, style, pt(self.body), word) for word, style in words]
        space = word_width(self.family, "regular", pt(self.body), " ")
        if justify and len(words) > 1:
            space = (px(self.size_mm[0] - self.right) - px(left) - sum(widths)) / (len(words) - 1)
        x = float(px(left))
        draw = self.sheet.draw
        for (word, style), wide in zip(words, widths, strict=True):
            draw.text((x, px(self.y)), word, fill=BLACK, font=self.font(style, self.body), anchor="ls")
            x += wide + space


def as_text(words: Sequence[Word]) -> str:
    """Words without their styles."""
    return " ".join(word for word, _ in words)


def _styled(text: str, style: Style) -> list[Word]:
    """Words with their style: `Điều 1.` is bold, the rest as asked."""
    words: list[Word] = [(word, style) for word in text.split()]
    if re.match(r"Điều \d+\. ", text):
        words[:2] = [(word, "bold") for word, _ in words[:2]]
    return words
