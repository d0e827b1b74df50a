"""What several looks at one line say together, and what its ink allows to be said."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from sohoa.reading.grammar import parse_code, parse_date, parse_number
from sohoa.reading.slots import SLOTS
from sohoa.words import Word

LOOKS_AGREE, ONE_LOOK_ERRS, ONE_LOOK, LOOKS_DISAGREE = 0.99, 0.95, 0.6, 0.3
Value = TypeVar("Value")

OTHER_MODEL = 2
"""Which of the looks at a line, the page's own counted as 0, is by a model that errs otherwise than the rest."""
AROUND = {"number": "number_around", "date": "date_around"}
"""Part of the head → name of the looks at all that stands about it."""
AROUND_BY_OTHER = {"number": "number_around_other", "date": "date_around_other"}
"""Part of the head → name of those by the other model."""
BENEATH = {"number": "number_beneath", "date": "date_beneath"}
"""Part of the head → name of those that show black ink only, the last of them by the other model."""
BROAD, BROAD_BY_OTHER = "number_broad", "number_broad_other"
"""Names of the looks at what stands in the number's gap, broad strokes only; of those by the other model."""
_LOOKS_AGAINST_PEN, _LOOKS_ONE_OF_WHICH_ERRS = 3, 5
_BROAD_LOOKS_AGREE = 3
_DIGITS_ALONE = re.compile(r"[^\w\s]*\s?(?P<number>[0-9]{2,6})\s?[^\w\s]*")
"""Specks aside; a single digit may be what is left of a pen's."""
BY_MACHINE = frozenset({"print", "stamp"})
"""What the ink of digits by a machine is told as."""
_USUAL_LOOKS, _FEWEST_OF_MANY = 3, 3
_FEWEST_LOOKS = 4  # three that agree and the one that errs
_FEWEST_AGAINST_TWO = 8


def agreed(seen: Sequence[Value | None], others: Collection[int] = (OTHER_MODEL,)) -> tuple[Value | None, float]:
    """The value that most looks give (the earliest of equals) and how sure it is; (None, 0.0) if no look gives one.

    Where they differ, a look by the other model counts for two: it misreads fewer digits.

    A look that could read nothing (None) does not speak against a value; one that read another does, however many
    looks of the same model are against it: they err alike on the same ink. A single one against three or more is
    taken to err only where another model's look is among these; two against six or more only where all looks by the
    other model, two at least, are. A line that took more looks than usual is a hard one, and three must agree on it.

    Args:
        seen: what each look read, the page's own first.
        others: which of them are by the other model.
    """
    values = [value for value in seen if value is not None]
    if not values:
        return None, 0.0
    most = max(values, key=lambda value: sum(1 + (index in others) for index, one in enumerate(seen) if one == value))
    if len(values) < (_FEWEST_OF_MANY if len(seen) > _USUAL_LOOKS else 2):
        return most, ONE_LOOK if values.count(most) == len(values) else LOOKS_DISAGREE
    n_against = len(values) - values.count(most)
    if n_against == 0:
        return most, LOOKS_AGREE
    by_others = [seen[index] for index in others if index < len(seen) and seen[index] is not None]
    one_errs = n_against == 1 and most in by_others and len(values) >= _FEWEST_LOOKS
    two_err = n_against == 2 and by_others.count(most) == len(by_others) >= 2 and len(values) >= _FEWEST_AGAINST_TWO
    return most, ONE_LOOK_ERRS if one_errs or two_err else LOOKS_DISAGREE


def plain_value(part: str, text: str) -> str | dt.date | None:
    """What a pen could have filled in, number or day, as one look read it without any guess."""
    return parse_date(text) if part == "date" else parse_number(text)


def by_pen(ink: Mapping[str, str], part: str, seen: Sequence[Value | None] = ()) -> bool:
    """Whether something in the line of `part` was, or may have been, filled in by pen.

    Ink that is not sure is a machine's if three looks or more plainly read the same, and of five all but one: they
    differ on strokes of a pen.
    Whoever fills in a date by pen fills in its day: beside a day by machine, a pen in month or year is not sure.

    Args:
        ink: slot → what its ink is.
        part: `number` or `date`.
        seen: what each look read there.
    """
    kinds = kinds_of_ink(ink, part)
    if "pen" in kinds or "unsure" not in kinds:
        return "pen" in kinds
    values = Counter(value for value in seen if value is not None)
    n_looks, n_alike = values.total(), max(values.values(), default=0)
    n_may_err = 1 if n_looks >= _LOOKS_ONE_OF_WHICH_ERRS else 0
    return n_looks < _LOOKS_AGAINST_PEN or n_alike < n_looks - n_may_err


def broad_number(looks: Mapping[str, Sequence[Sequence[Word]]]) -> str | None:
    """The number that all looks at broad strokes but one give: both models, then. Of a pen's there are many readings.

    They are looks at nearly the same picture, and err alike: what they say together is a word of either model.
    """
    texts = [" ".join(word.text for word in words) for name in (BROAD, BROAD_BY_OTHER) for words in looks.get(name, ())]
    numbers = Counter(found["number"] for text in texts if (found := _DIGITS_ALONE.fullmatch(text)))
    return next((number for number, n_looks in numbers.items() if n_looks >= _BROAD_LOOKS_AGREE), None)


def kinds_of_ink(ink: Mapping[str, str], part: str) -> frozenset[str]:
    """What the ink of a line is, of the slots that were judged; a pen beside a day by machine as `unsure`."""
    kinds = frozenset(ink[slot] for slot in SLOTS[part] if slot in ink)
    beside_machine = part == "date" and ink.get("day") in BY_MACHINE
    return kinds - {"pen"} | {"unsure"} if beside_machine and "pen" in kinds else kinds


def ink_is_known(ink: Mapping[str, str], part: str) -> bool:
    """Whether the ink of the whole line was judged; what was not may be by pen."""
    return all(slot in ink for slot in SLOTS[part])


def is_settled(part: str, seen: Sequence[str]) -> bool:
    """Whether all looks at a line say the same number, and the first two the same symbol, or all the same day.

    The other model knows no Đ: its symbol says nothing.
    """
    if part == "date":
        values: list[object] = [parse_date(text) for text in seen]
        return None not in values and len(set(values)) == 1
    codes = [code for code in map(parse_code, seen) if code is not None]
    if len(codes) < len(seen):
        return False
    return len({code.number for code in codes}) == 1 and len({code.notation for code in codes[:OTHER_MODEL]}) == 1
