"""Closer looks at number and date of first pages, and what their ink is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sohoa.journey.broad_looks import look_at_broad_strokes
from sohoa.journey.inks import ink_of_line, judge_around, lies_under_stamp
from sohoa.journey.look_parts import Closer, Part, crop, cut_parts, in_colour, lines_seen, read_parts, with_ink
from sohoa.journey.ocr_copies import OcrCopy
from sohoa.ocr import OTHER_LANGUAGE
from sohoa.pages import PageWorker
from sohoa.reading.header import Place
from sohoa.reading.looks import (
    AROUND,
    AROUND_BY_OTHER,
    BENEATH,
    BY_MACHINE,
    OTHER_MODEL,
    by_pen,
    is_settled,
    kinds_of_ink,
)
from sohoa.reading.slots import SLOTS, number_slot
from sohoa.settings import Settings

# One call of tesseract for all copies: loading its model takes as long as ten looks.
_COPIES_AROUND = (
    (AROUND, "not_red"),
    (BENEATH, "faint_print"),
    (BENEATH, "clear_print"),
    (BENEATH, "dense_print"),
)
_COPIES_FOR_OTHER_LANGUAGE = ((AROUND_BY_OTHER, "not_red"), (BENEATH, "faint_print"))


def look_closer(settings: Settings, worker: PageWorker, pages: Sequence[OcrCopy], work: Path) -> list[Closer]:
    """Closer looks at each scanned page that starts like a document; nothing for the others.

    Every line is read twice more from all its ink at a finer scale: by the same model, and by another language's.
    Where they differ, or the ink is not sure, all that stands about the line is read from copies that show one ink or
    another, for what lies under a stamp; where a pen was at work, the symbol without what it wrote.
    """
    work.mkdir(parents=True, exist_ok=True)
    found = [Closer() for _ in pages]
    parts = [part for number, page in enumerate(pages) for part in cut_parts(settings, worker, number, page, work)]
    read_parts(settings, [(parts, None), (parts, OTHER_LANGUAGE)], found, work / "second")
    for part in parts:
        found[part.page].ink.update(ink_of_line(worker, part, found[part.page]))
    doubtful = [part for part in parts if _in_doubt(worker, part, found[part.page])]
    _look_around(settings, worker, pages, doubtful, found, work)
    symbols = [symbol for part in parts if (symbol := _symbol_behind_pen(worker, part, found[part.page]))]
    read_parts(settings, [(symbols, None)], found, work / "symbols")
    return found


def _look_around(
    settings: Settings,
    worker: PageWorker,
    pages: Sequence[OcrCopy],
    doubtful: Sequence[Part],
    found: Sequence[Closer],
    work: Path,
) -> None:
    """Read all that stands about lines in doubt from every copy, and judge their ink by what was read."""
    areas = []
    for part in doubtful:
        image = work / f"{part.page:04d}-{part.name}-around.pgm"
        area = replace(part, place=Place(part.around, one_line=False), first=None, image=image)
        cut = {"box": part.around, "out": str(in_colour(area)), "ink": "colour"}
        if crop(settings, worker, pages[part.page], [cut]):
            areas.append(area)
    asked = [
        (_copies(worker, areas, kinds), language)
        for language, kinds in ((None, _COPIES_AROUND), (OTHER_LANGUAGE, _COPIES_FOR_OTHER_LANGUAGE))
    ]
    read_parts(settings, asked, found, work / "around")
    for area in areas:
        judge_around(worker, area, found[area.page])
    look_at_broad_strokes(settings, worker, pages, areas, found, work / "broad")


def _copies(worker: PageWorker, areas: Sequence[Part], kinds: Sequence[tuple[Mapping[str, str], str]]) -> list[Part]:
    """Areas as copies that show one ink or another, under the names that their looks are kept under."""
    return [
        replace(copy, name=names[area.name])
        for names, ink in kinds
        for area in areas
        if (copy := with_ink(worker, area, area.place.box, ink, room=0.0))
    ]


def _in_doubt(worker: PageWorker, part: Part, closer: Closer) -> bool:
    """Whether a line needs more looks; one by pen only where a stamp may have been taken for it."""
    if "pen" in kinds_of_ink(closer.ink, part.name):
        return lies_under_stamp(worker, part, closer)
    texts = [line.text for line in lines_seen(part, closer)]
    found = {closer.ink.get(slot) for slot in SLOTS[part.name]}
    return bool(found - BY_MACHINE - {"pen"}) or len(texts) <= OTHER_MODEL or not is_settled(part.name, texts)


def _symbol_behind_pen(worker: PageWorker, part: Part, closer: Closer) -> Part | None:
    """What is printed behind a number by pen, as a part of its own; the pen's strokes spoil the reading of the line."""
    if part.name != "number" or not by_pen(closer.ink, part.name):
        return None
    slot = next(filter(None, map(number_slot, lines_seen(part, closer))), None)
    if slot is None:
        return None
    _, top, right, bottom = part.place.box
    return with_ink(worker, part, (slot[1], top, right, bottom), "every")
