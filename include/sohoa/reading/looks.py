"""What several looks at one line say together, and what its ink allows to be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from sohoa.reading.grammar import parse_code, parse_date
from sohoa.reading.slots import SLOTS

LOOKS_AGREE, ONE_LOOK, LOOKS_DISAGREE = 0.99, 0.6, 0.3
Value = TypeVar("Value")

_LOOKS_AGAINST_PEN = 3


def agreed(seen: Sequence[Value | None]) -> tuple[Value | None, float]:
    """The value that most looks give (the earliest of equals) and how sure it is; (None, 0.0) if no look gives one.

    A look that could read nothing (None) does not speak against a value; one that read another does, however many
    are against it: looks at the same ink err alike.
    """
    values = [value for value in seen if value is not None]
    if not values:
        return None, 0.0
    most = max(values, key=values.count)
    if len(values) == 1:
        return most, ONE_LOOK
    return most, LOOKS_AGREE if values.count(most) == len(values) else LOOKS_DISAGREE


def by_pen(ink: Mapping[str, str], part: str, seen: Sequence[Value | None] = ()) -> bool:
    """Whether something in the line of `part` was, or may have been, filled in by pen.

    Ink that is not sure is a machine's if three looks or more plainly read the same: they differ on strokes of a pen.

    Args:
        ink: slot → what its ink is.
        part: `number` or `date`.
        seen: what each look read there.
    """
    kinds = {ink.get(slot) for slot in SLOTS[part]}
    if "pen" in kinds or "unsure" not in kinds:
        return "pen" in kinds
    values = [value for value in seen if value is not None]
    return len(values) < _LOOKS_AGAINST_PEN or values.count(values[0]) < len(values)


def ink_is_known(ink: Mapping[str, str], part: str) -> bool:
    """Whether the ink of the whole line was judged; what was not may be by pen."""
    return all(slot in ink for slot in SLOTS[part])


def needs_third_look(part: str, first: str, second: str) -> bool:
    """Whether the first two looks at a line fail to say the same number and symbol, or the same day."""
    parse = parse_date if part == "date" else parse_code
    seen = parse(first)
    return seen is None or seen != parse(second)
