"""Numbers by a machine under a stamp, read and judged by their strokes: they are the broadest there."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from sohoa.journey.look_parts import Closer, Part, box_within, in_colour, middle_word, read_parts, with_ink
from sohoa.journey.ocr_copies import OcrCopy
from sohoa.ocr import OTHER_LANGUAGE
from sohoa.pages import PageWorker, Unreadable
from sohoa.reading.header import Place, seen_in_look
from sohoa.reading.looks import (
    AROUND,
    AROUND_BY_OTHER,
    BENEATH,
    BROAD,
    BROAD_BY_OTHER,
    BY_MACHINE,
    broad_number,
)
from sohoa.reading.record import Box
from sohoa.reading.slots import number_slot
from sohoa.settings import Settings

logger = logging.getLogger(__name__)

_COPIES = ("broad", "broader")
_LEFT, _RIGHT, _ROOM = 0.2, 0.6, 0.3  # of the line's height: before, behind, and above and below a gap


def look_at_broad_strokes(
    settings: Settings,
    worker: PageWorker,
    pages: Sequence[OcrCopy],
    areas: Sequence[Part],
    found: Sequence[Closer],
    work: Path,
) -> None:
    """Read the broad strokes in the gaps of number lines in doubt; tell the ink where they are a machine's.

    They are if looks agree and the ink is not a pen's: of a pen's strokes it hardly ever is in doubt.

    Args:
        settings: for tesseract.
        worker: copies strokes, and judges their ink.
        pages: the pages under closer look.
        areas: all that stands about lines in doubt, in colour.
        found: of each page what was seen before; what is seen now is added.
        work: a folder of this call's own.
    """
    gaps = [
        (area, gap, _about(gap, pages[area.page].aspect))
        for area in areas
        if area.name == "number" and (gap := _gap(found[area.page]))
    ]
    copies = [
        replace(copy, name=BROAD, place=Place(box, one_line=True))
        for area, _, box in gaps
        for ink in _COPIES
        if (copy := with_ink(worker, area, box, ink, room=0.0))
    ]
    by_other = [replace(copy, name=BROAD_BY_OTHER) for copy in copies]
    read_parts(settings, [(copies, None), (by_other, OTHER_LANGUAGE)], found, work)
    for area, gap, box in gaps:
        closer = found[area.page]
        kind = _ink(worker, area, gap, box) if broad_number(closer.looks) else None
        if kind in BY_MACHINE or kind == "unsure":
            closer.ink["number"] = "stamp"


def _gap(closer: Closer) -> Box | None:
    """Left and right of a number's gap, top and bottom of its line, as most looks have them; None if none does."""
    names = (BENEATH["number"], AROUND["number"], AROUND_BY_OTHER["number"], "number")
    seen = (seen_in_look("number", words, found=False) for name in names for words in closer.looks.get(name, ()))
    lines = [(line, slot) for line in seen if line is not None and (slot := number_slot(line))]
    if not lines:
        return None
    # Words that a stamp was read into are too tall.
    words = sorted((middle_word(line) for line, _ in lines), key=lambda word: word.bottom - word.top)
    word = words[len(words) // 4]
    return (median(slot[0] for _, slot in lines), word.top, median(slot[1] for _, slot in lines), word.bottom)


def _about(gap: Box, aspect: float) -> Box:
    """A gap with room about it: its edges were guessed from the widths of letters, and digits may be tall."""
    left, top, right, bottom = gap
    height = bottom - top
    return (
        left - _LEFT * height / aspect,
        top - _ROOM * height,
        right + _RIGHT * height / aspect,
        bottom + _ROOM * height,
    )


def _ink(worker: PageWorker, area: Part, gap: Box, box: Box) -> str | None:
    """What put down the broad strokes in a box about a gap; None if that cannot be told."""
    _, top, _, bottom = box_within(area.place.box, gap)
    within = box_within(area.place.box, box)
    try:
        return str(worker.call("broad_ink", image=str(in_colour(area)), line=[top, bottom], box=within))
    except Unreadable as error:
        logger.warning("The broad strokes of %s cannot be judged: %s", area.image.name, error)
        return None
