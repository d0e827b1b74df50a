"""What the ink of number and date is, judged where looks found their digits."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sohoa.journey.look_parts import Closer, Part, box_within, in_colour, lines_seen, middle_word, with_room
from sohoa.pages import PageWorker, Unreadable
from sohoa.pages.gaps import COLOURED
from sohoa.reading.header import seen_in_look
from sohoa.reading.lines import Line
from sohoa.reading.looks import AROUND, AROUND_BY_OTHER, BENEATH, BY_MACHINE, agreed, plain_value
from sohoa.reading.record import Box
from sohoa.reading.slots import SLOTS, date_slots, number_slot

logger = logging.getLogger(__name__)


def ink_of_line(worker: PageWorker, part: Part, closer: Closer) -> Mapping[str, str]:
    """What the ink of each slot is; slots of a line that no look could make out are left out."""
    for line in lines_seen(part, closer):
        slots = _slots(part.name, line)
        if len(slots) == len(SLOTS[part.name]):
            return _judged(worker, in_colour(part), _within(with_room(part.place.box), line, slots), slots)[0]
    return {}


def judge_around(worker: PageWorker, area: Part, closer: Closer) -> None:
    """Judge the ink of a line by the looks around it that agree with most, until one finds a machine's.

    Of digits in coloured ink the copies with black ink only show a part, so that these looks tell nothing.
    """
    seen = [
        (names is BENEATH, line)
        for names in (BENEATH, AROUND, AROUND_BY_OTHER)
        for look in closer.looks.get(names[area.name], ())
        if (line := seen_in_look(area.name, look, found=False)) is not None
    ]
    most, _ = agreed([plain_value(area.name, line.text) for _, line in seen], others=())
    first: dict[str, str] = {}
    for read_in_black, line in seen:
        slots = _slots(area.name, line)
        if most is None or plain_value(area.name, line.text) != most or len(slots) < len(SLOTS[area.name]):
            continue
        where = _within(area.place.box, line, slots)
        kinds, coloured = _judged(worker, in_colour(area), {**where, "read_in_black": read_in_black}, slots)
        first = first or kinds
        if kinds and set(kinds.values()) <= BY_MACHINE:
            closer.ink.update(kinds)
            if coloured:
                closer.looks.pop(BENEATH[area.name], None)
            return
    closer.ink.update({slot: kind for slot, kind in first.items() if _tells_more(kind, closer.ink.get(slot))})


def _tells_more(kind: str, before: str | None) -> bool:
    """Whether ink that was judged again is told anew: a doubt takes no machine back, and nothing seen no ink at all."""
    return before not in BY_MACHINE if kind == "unsure" else kind != "none" or before is None


def _judged(
    worker: PageWorker, image: Path, where: Mapping[str, Any], slots: Iterable[str]
) -> tuple[dict[str, str], bool]:
    """What the ink of each slot is, and whether a machine's digits in one of them are coloured."""
    try:
        found = worker.call("ink", image=str(image), **where)
    except Unreadable as error:
        logger.warning("The ink of %s cannot be judged: %s", image.name, error)
        return {}, False
    kinds = {slot: kind for slot, (kind, _) in zip(slots, found, strict=True)}
    return kinds, any(kind == "stamp" and share > COLOURED for kind, share in found)


def lies_under_stamp(worker: PageWorker, part: Part, closer: Closer) -> bool:
    """Whether a stamp lies over a line whose ink was judged."""
    line = next(line for line in lines_seen(part, closer) if len(_slots(part.name, line)) == len(SLOTS[part.name]))
    where = _within(with_room(part.place.box), line, _slots(part.name, line))
    try:
        return bool(worker.call("stamped", image=str(in_colour(part)), **where))
    except Unreadable as error:
        logger.warning("Stamps over %s cannot be told: %s", part.image.name, error)
        return False


def _slots(part: str, line: Line) -> dict[str, tuple[float, float]]:
    if part == "date":
        return date_slots(line)
    slot = number_slot(line)
    return {"number": slot} if slot else {}


def _within(box: Box, line: Line, slots: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """A line's height and its slots as fractions of a cutting."""
    middle = middle_word(line)
    inside = [box_within(box, (left, middle.top, right, middle.bottom)) for left, right in slots.values()]
    return {"line": [inside[0][1], inside[0][3]], "slots": [[left, right] for left, _, right, _ in inside]}
