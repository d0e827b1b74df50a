"""Digits that were read as letters or signs: what each of them can stand for."""

from __future__ import annotations

import re

# Letters and signs that no other digit is taken for, `II` for 11, `§` for 8; and those that two are taken for.
TAKEN_FOR = str.maketrans({**dict.fromkeys("IilLÌìÍíÏï|!", "1"), "§": "8"})
_MAY_BE = {**dict.fromkeys("SsŠš", "58"), **dict.fromkeys("TtỪừÚúỰự]", "17")}
FIGURE = r"0-9IilLÌìÍíÏï|!§\s"
"""Digits, white space and what stands for one digit only, as the inside of a class of a regular expression."""
LOOSE_FIGURE = FIGURE + re.escape("".join(_MAY_BE))
"""The same with what may stand for one digit or another."""


def may_be(read: str, number: int) -> bool:
    """Whether what was read can be a number, leading zeros aside."""
    figures, digits = re.sub(r"\s", "", read).translate(TAKEN_FOR).lstrip("0"), str(number)
    return len(figures) == len(digits) and all(
        one == digit or digit in _MAY_BE.get(one, "") for one, digit in zip(figures, digits, strict=True)
    )
