"""Closer looks at number and date of first pages, and what their ink is."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sohoa.journey.ocr_copies import OcrCopy
from sohoa.ocr import Layout, Word, read_lines
from sohoa.pages import PageWorker, Unreadable
from sohoa.reading.header import Place, find_header, places_to_look_again, seen_in_look
from sohoa.reading.lines import Line, lines_of
from sohoa.reading.looks import OTHER_MODEL, by_pen, is_settled
from sohoa.reading.record import Box
from sohoa.reading.slots import SLOTS, date_slots, number_slot
from sohoa.settings import Settings

logger = logging.getLogger(__name__)

LOOK_DPI = 300
_OTHER_LANGUAGE = "eng"  # errs otherwise than the first two looks: a third opinion on digits
_ROOM = 0.012  # of the page's height above and below a line: digits by pen are tall


@dataclass
class Closer:
    """What closer looks at a page gave.

    Attributes:
        looks: part (`number`, `date`) → words of each look, placed on the page.
        ink: slot (`number`, `day`, `month`, `year`) → what its ink is.
    """

    looks: dict[str, list[list[Word]]] = field(default_factory=dict)
    ink: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Part:
    """One part of one page under closer look."""

    page: int
    name: str
    place: Place
    first: Line | None
    image: Path


def look_closer(settings: Settings, worker: PageWorker, pages: Sequence[OcrCopy], work: Path) -> list[Closer]:
    """Closer looks at each scanned page that starts like a document; nothing for the others.

    Every line is read twice more from all its ink at a finer scale: by the same model, and by another language's.
    Where they differ, or the ink is not sure, also without coloured or red ink, for what lies under a stamp; where a
    pen was at work, without what it wrote.
    """
    work.mkdir(parents=True, exist_ok=True)
    found = [Closer() for _ in pages]
    parts = [part for number, page in enumerate(pages) for part in _cut(settings, worker, number, page, work)]
    _read(settings, parts, found, work / "second")
    _read(settings, parts, found, work / "other", language=_OTHER_LANGUAGE)
    for part in parts:
        found[part.page].ink.update(_ink(worker, part, found[part.page]))
    doubtful = [part for part in parts if _in_doubt(part, found[part.page])]
    for ink in ("black", "not_red"):
        copies = [copy for part in doubtful if (copy := _with_ink(worker, part, part.place.box, ink))]
        _read(settings, copies, found, work / ink, line=Layout.RAW_LINE)
    symbols = [symbol for part in parts if (symbol := _symbol_behind_pen(worker, part, found[part.page]))]
    _read(settings, symbols, found, work / "symbols")
    return found


def _cut(settings: Settings, worker: PageWorker, number: int, page: OcrCopy, work: Path) -> list[_Part]:
    """Cut number and date out of a page: what is read again, and in colour with more room what is judged for ink."""
    if page.words is None or page.is_born_digital:
        return []
    header = find_header(lines_of(page.words, page.aspect))
    places = places_to_look_again(header)
    if not places:
        return []
    found = {"number": header.number, "date": header.date}
    parts = [
        _Part(number, name, place, found[name], work / f"{number:04d}-{name}.pgm") for name, place in places.items()
    ]
    cuts = [
        {"box": box, "out": str(out), "ink": ink}
        for part in parts
        for box, out, ink in (
            (part.place.box, part.image, "every"),
            (_roomy(part.place.box), _in_colour(part), "colour"),
        )
    ]
    try:
        worker.call(
            "crop",
            path=str(page.source.path),
            media_type=page.source.media_type,
            page_no=page.source.page_no,
            dpi=LOOK_DPI,
            max_megapixels=settings.max_page_megapixels,
            rotation=page.facts["rotation"],
            skew_degrees=page.facts["skew_degrees"],
            cuts=cuts,
        )
    except Unreadable as error:
        logger.warning("No second look at page %d of %s: %s", page.source.page_no, page.source.path, error)
        return []
    return parts


def _in_colour(part: _Part) -> Path:
    return part.image.with_suffix(".ppm")


def _with_ink(worker: PageWorker, part: _Part, box: Box, ink: str) -> _Part | None:
    """A part, or what lies in a box within it, as a copy that shows only such ink; None if the worker failed."""
    image = part.image.with_name(f"{part.image.stem}-{ink}-{round(1e4 * box[0])}.pgm")
    try:
        cut = _inside(_roomy(part.place.box), box)
        worker.call("look", image=str(_in_colour(part)), box=cut, ink=ink, out=str(image))
    except Unreadable as error:
        logger.warning("No further look at %s: %s", part.image.name, error)
        return None
    return replace(part, place=replace(part.place, box=box), image=image)


def _inside(outer: Box, box: Box) -> Box:
    """A box as fractions of an outer one."""
    left, top, right, bottom = outer
    width, height = right - left, bottom - top
    return ((box[0] - left) / width, (box[1] - top) / height, (box[2] - left) / width, (box[3] - top) / height)


def _roomy(box: Box) -> Box:
    return (box[0], max(0.0, box[1] - _ROOM), box[2], min(1.0, box[3] + _ROOM))


def _read(
    settings: Settings,
    parts: Sequence[_Part],
    found: Sequence[Closer],
    work: Path,
    line: Layout = Layout.LINE,
    language: str | None = None,
) -> None:
    """One more look at each part; lines and regions apart, since tesseract is told which it is given."""
    for layout in (line, Layout.BLOCK):
        asked = [part for part in parts if part.place.one_line is (layout is line)]
        images = [part.image for part in asked]
        looks = read_lines(settings, images, work / layout.name, layout=layout, language=language)
        for part, words in zip(asked, looks, strict=True):
            placed = [_placed(word, part.place.box) for word in words]
            found[part.page].looks.setdefault(part.name, []).append(placed)


def _placed(word: Word, box: Box) -> Word:
    """A word of a cutting, as it stands on the page."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    return Word(
        text=word.text,
        confidence=word.confidence,
        left=round(left + word.left * width, 5),
        top=round(top + word.top * height, 5),
        right=round(left + word.right * width, 5),
        bottom=round(top + word.bottom * height, 5),
        line=word.line,
        block=word.block,
    )


def _lines_seen(part: _Part, closer: Closer) -> list[Line]:
    """The line as each look saw it, the first look's first."""
    looks = [seen_in_look(part.name, look, found=part.first is not None) for look in closer.looks.get(part.name, ())]
    return [line for line in (part.first, *looks) if line is not None]


def _in_doubt(part: _Part, closer: Closer) -> bool:
    kinds = {closer.ink.get(slot) for slot in SLOTS[part.name]}
    if "pen" in kinds or "unsure" in kinds:
        return "pen" not in kinds
    texts = [line.text for line in _lines_seen(part, closer)]
    return len(texts) <= OTHER_MODEL or not is_settled(part.name, texts)


def _symbol_behind_pen(worker: PageWorker, part: _Part, closer: Closer) -> _Part | None:
    """What is printed behind a number by pen, as a part of its own; the pen's strokes spoil the reading of the line."""
    if part.name != "number" or not by_pen(closer.ink, part.name):
        return None
    slot = next(filter(None, map(number_slot, _lines_seen(part, closer))), None)
    if slot is None:
        return None
    _, top, right, bottom = part.place.box
    return _with_ink(worker, part, (slot[1], top, right, bottom), "every")


def _ink(worker: PageWorker, part: _Part, closer: Closer) -> Mapping[str, str]:
    """What the ink of each slot is; slots of a line that no look could make out are left out."""
    for line in _lines_seen(part, closer):
        slots = _slots(part.name, line)
        if len(slots) == len(SLOTS[part.name]):
            where = _within(_roomy(part.place.box), line, slots)
            try:
                kinds = worker.call("ink", image=str(_in_colour(part)), **where)
            except Unreadable as error:
                logger.warning("The ink of %s cannot be judged: %s", part.image.name, error)
                return {}
            return dict(zip(slots, kinds, strict=True))
    return {}


def _slots(part: str, line: Line) -> dict[str, tuple[float, float]]:
    if part == "date":
        return date_slots(line)
    slot = number_slot(line)
    return {"number": slot} if slot else {}


def _within(box: Box, line: Line, slots: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """A line's height and its slots as fractions of a cutting.

    Tall digits by pen raise the boxes of the words that they were read into, hence the median word.
    """
    words = sorted(line.words, key=lambda word: word.bottom - word.top)
    middle = words[len(words) // 2]
    inside = [_inside(box, (left, middle.top, right, middle.bottom)) for left, right in slots.values()]
    return {"line": [inside[0][1], inside[0][3]], "slots": [[left, right] for left, _, right, _ in inside]}
