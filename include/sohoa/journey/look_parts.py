"""Parts of first pages under closer look: cut out, copied with one ink or another, read and placed."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sohoa.journey.ocr_copies import OcrCopy
from sohoa.ocr import Layout, Word, read_lines
from sohoa.pages import PageWorker, Unreadable
from sohoa.reading.header import Place, find_header, places_around, places_to_look_again, seen_in_look
from sohoa.reading.lines import Line, lines_of
from sohoa.reading.record import Box
from sohoa.settings import Settings

logger = logging.getLogger(__name__)

LOOK_DPI = 300
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
class Part:
    """A part of a page under closer look.

    Attributes:
        page: which of the pages that are looked at, from 0.
        name: `number` or `date`, or what its looks are kept under.
        place: where it stands.
        first: the line in the look at the whole page, if it was found.
        image: what is read; in colour, with room above and below, it lies beside (`in_colour`).
        around: where it stands with all that is about it.
    """

    page: int
    name: str
    place: Place
    first: Line | None
    image: Path
    around: Box


def cut_parts(settings: Settings, worker: PageWorker, number: int, page: OcrCopy, work: Path) -> list[Part]:
    """Cut number and date out of a page: what is read again, and in colour with more room what is judged for ink."""
    if page.words is None or page.is_born_digital:
        return []
    header = find_header(lines_of(page.words, page.aspect))
    around = places_around(header)
    found = {"number": header.number, "date": header.date}
    parts = [
        Part(number, name, place, found[name], work / f"{number:04d}-{name}.pgm", around[name])
        for name, place in places_to_look_again(header).items()
    ]
    cuts = [
        {"box": box, "out": str(out), "ink": ink}
        for part in parts
        for box, out, ink in (
            (part.place.box, part.image, "every"),
            (with_room(part.place.box), in_colour(part), "colour"),
        )
    ]
    return parts if cuts and crop(settings, worker, page, cuts) else []


def crop(settings: Settings, worker: PageWorker, page: OcrCopy, cuts: Sequence[Mapping[str, Any]]) -> bool:
    """Cut parts out of a page; False if it cannot be opened any more."""
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
        logger.warning("No closer look at page %d of %s: %s", page.source.page_no, page.source.path, error)
        return False
    return True


def in_colour(part: Part) -> Path:
    """The image of a part in colour."""
    return part.image.with_suffix(".ppm")


def with_ink(worker: PageWorker, part: Part, box: Box, ink: str, room: float = _ROOM) -> Part | None:
    """A part, or what lies in a box within it, as a copy that shows only such ink; None if the worker failed."""
    image = part.image.with_name(f"{part.image.stem}-{ink}-{round(1e4 * box[0])}.pgm")
    try:
        cut = box_within(with_room(part.place.box, room), box)
        worker.call("look", image=str(in_colour(part)), box=cut, ink=ink, out=str(image))
    except Unreadable as error:
        logger.warning("No further look at %s: %s", part.image.name, error)
        return None
    return replace(part, place=replace(part.place, box=box), image=image)


def box_within(outer: Box, box: Box) -> Box:
    """A box as fractions of an outer one."""
    left, top, right, bottom = outer
    width, height = right - left, bottom - top
    return ((box[0] - left) / width, (box[1] - top) / height, (box[2] - left) / width, (box[3] - top) / height)


def with_room(box: Box, room: float = _ROOM) -> Box:
    """A box with room above and below."""
    return (box[0], max(0.0, box[1] - room), box[2], min(1.0, box[3] + room))


def read_parts(
    settings: Settings, asked: Sequence[tuple[Sequence[Part], str | None]], found: Sequence[Closer], work: Path
) -> None:
    """One more look at each part, with the model of a language (that of the settings for None).

    All lists of `asked` are read at the same time, so that a chunk that is left over keeps more than one core busy;
    looks are added in the order of the lists.
    """
    with ThreadPoolExecutor(max(1, len(asked))) as pool:
        readings = [
            pool.submit(_read, settings, parts, work / str(number), language)
            for number, (parts, language) in enumerate(asked)
        ]
    for (parts, _), reading in zip(asked, readings, strict=True):
        for part, words in zip(parts, reading.result(), strict=True):
            placed = [_placed(word, part.place.box) for word in words]
            found[part.page].looks.setdefault(part.name, []).append(placed)


def _read(settings: Settings, parts: Sequence[Part], work: Path, language: str | None) -> list[list[Word]]:
    """The words of each part; lines and regions apart, since tesseract is told which it is given."""
    seen: list[list[Word]] = [[] for _ in parts]
    for layout in (Layout.LINE, Layout.BLOCK):
        places = [place for place, part in enumerate(parts) if part.place.one_line is (layout is Layout.LINE)]
        images = [parts[place].image for place in places]
        looks = read_lines(settings, images, work / layout.name, layout=layout, language=language)
        for place, words in zip(places, looks, strict=True):
            seen[place] = words
    return seen


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


def middle_word(line: Line) -> Word:
    """The word of middling height: tall digits by pen raise the boxes of the words that they were read into."""
    words = sorted(line.words, key=lambda word: word.bottom - word.top)
    return words[len(words) // 2]


def lines_seen(part: Part, closer: Closer) -> list[Line]:
    """The line as each look saw it, the first look's first."""
    looks = [seen_in_look(part.name, look, found=part.first is not None) for look in closer.looks.get(part.name, ())]
    return [line for line in (part.first, *looks) if line is not None]
