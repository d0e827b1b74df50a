"""The top of a first page, ô 1 to 4: nation and motto, agency, number, place and date (domain.md §3.1)."""

from __future__ import annotations

from random import Random

from sohoa.samples import hands
from sohoa.samples.documents import Document, long_date
from sohoa.samples.faces import Style
from sohoa.samples.hands import Hand
from sohoa.samples.ink import px
from sohoa.samples.paper import BLACK, Flow, Spot, Word, as_text
from sohoa.samples.results import Numbering
from sohoa.samples.sides import Side

_WIDTH = 68.0


def letterhead(
    flow: Flow, document: Document, numbering: Numbering, halves: tuple[float, float], side: Side, rng: Random
) -> None:
    """Draw the letterhead, its halves centred as given (mm); the cursor is left on the number line."""
    left, right = halves
    agency_and_nation(flow, document.header, halves, rng)
    # Whoever fills in the number fills in the day, with the same pen or machine.
    hand: Hand | None = None
    if numbering != "printed":
        hand = hands.machine_hand(rng, side) if numbering == "stamped" else hands.pen_hand(rng, side)
    flow.sheet.number_line = Spot(px(left), px(flow.y))
    _number(flow, document, hand, left, rng)
    _place_and_date(flow, document, hand if numbering == "pen" or rng.random() < 0.5 else None, right, rng)


def agency_and_nation(flow: Flow, header: tuple[str, ...], halves: tuple[float, float], rng: Random) -> None:
    """Ô 1 at the right and ô 2 at the left; the cursor is left where the number line goes."""
    template = flow.template
    left, right = halves
    of_agency, of_nation, _ = template.head
    y = flow.y + 4.5
    agency: list[Word] = [(line, "regular") for line in header[:-1]]
    words: list[Word] = [(word, "bold") for word in header[-1].split()]
    agency += [(as_text(line), "bold") for line in flow.balanced(words, of_agency + 0.5, _WIDTH)]
    widest = 0.0
    for index in range(max(len(agency), 2)):
        at = y + index * template.pitch
        if index < len(agency):
            text, style = agency[index]
            widest = flow.line(text, left, at, style, of_agency)
        if index == 0:
            points = flow.fitting(template.nation, "bold", of_nation, 96)
            flow.line(template.nation, right, at, "bold", points)
        elif index == 1:
            _motto(flow, right, at)
    last = y + (len(agency) - 1) * template.pitch
    flow.rule(left, last + 2.2, widest * rng.uniform(0.34, 0.5))
    flow.y = max(last + 8.4, y + template.pitch + 8.4)


def _motto(flow: Flow, x: float, y: float) -> None:
    template = flow.template
    points = flow.fitting(template.motto, "bold", template.head[2], 80)
    width = flow.line(template.motto, x, y, "bold", points)
    flow.rule(x, y + 1.8, width)


def _number(flow: Flow, document: Document, hand: Hand | None, x: float, rng: Random) -> None:
    """Ô 3, `Số: 70/QĐ-BNV` centred on x; the digits printed, or put in by `hand`."""
    before, after = flow.template.number
    after += f"/{document.notation}"
    if hand is None:
        flow.line(before + document.number + after, x, flow.y, "regular", 13)
    else:
        _filled_in(flow, (before, document.number, after), "regular", x, hand, rng)


def _place_and_date(flow: Flow, document: Document, hand: Hand | None, x: float, rng: Random) -> None:
    """Ô 4, `Hà Nội, ngày 05 tháng 01 năm 2020`; the day printed, or put in by `hand`."""
    day = f"{document.issued_on.day:02d}"
    rest = long_date(document.issued_on).removeprefix(f"ngày {day}")
    if hand is None:
        text = f"Hà Nội, ngày {day if flow.template.pad_days else int(day)}{rest}"
        flow.line(text, x, flow.y, "italic", flow.fitting(text, "italic", 13.5, 92))
    else:
        _filled_in(flow, ("Hà Nội, ngày ", day, rest), "italic", x, hand, rng)


def _filled_in(flow: Flow, parts: tuple[str, str, str], style: Style, x: float, hand: Hand, rng: Random) -> None:
    """Printed text with a gap, and digits put into the gap by hand."""
    before, digits, after = parts
    points = flow.fitting(before + digits * 2 + after, style, 13, 92)
    font = flow.font(style, points)
    gap = hands.digits_width(digits, hand) + px(1.2)
    baseline = px(flow.y)
    left = px(x) - (font.getlength(before) + gap + font.getlength(after)) / 2
    draw = flow.sheet.draw
    draw.text((left, baseline), before, fill=BLACK, font=font, anchor="ls")
    start = left + font.getlength(before)
    draw.text((start + gap, baseline), after, fill=BLACK, font=font, anchor="ls")
    if hand.is_pen and rng.random() < 0.4:
        dots = "." * int(gap / font.getlength("."))
        draw.text((start, baseline), dots, fill=BLACK, font=font, anchor="ls")
    hands.write_digits(flow.sheet.image, digits, hand, round(start) + px(0.6), baseline, rng)
    flow.sheet.record_filled_in(before, digits, after, "pen" if hand.is_pen else "stamped")
