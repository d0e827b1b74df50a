"""The head of a first page whose national title was not read: by what its lines say instead of where they stand.

What is found so is a proposal for a person, never sure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sohoa.catalogue.units import load_ruleset_units
from sohoa.folding import fold
from sohoa.reading.confusions import holds
from sohoa.reading.grammar import (
    Code,
    is_about_line,
    is_date_line,
    parse_code,
    starts_as_number_line,
    starts_with_place,
)
from sohoa.reading.header import Header
from sohoa.reading.lines import Line
from sohoa.reading.record import NOTHING, Reading
from sohoa.reading.signature import OFFICE
from sohoa.reading.slots import from_slash_on

_WITHIN = 0.5  # of the page's height
_BODY = re.compile(
    r"^\W*(CAN C\w{1,3}|KINH G\w{1,2}|[DP]I\w{1,2}U 1|XET D\w NGH\w|THEO D\w NGH\w|PHU LUC|\(?\w* ?KEM THEO)\b"
)
_LONGEST_NUMBER_LINE = 7  # words
_LIKE_AN_AGENCY = 0.85
_BY_BOTH, _BY_AUTHORITY, _BY_SYMBOL = 0.95, 0.6, 0.5


def find_bare_head(lines: Sequence[Line]) -> Header:
    """Number line and date line above the text, without the columns that the national title tells apart."""
    head = []
    for line in lines:
        if line.middle > _WITHIN or _BODY.match(line.folded) or is_about_line(line.text):
            break
        head.append(line)
    number = next((line for line in head if _is_number_line(line)), None)
    dates = (line for line in head if is_date_line(line.text) and starts_with_place(line.text))
    return Header(None, (), number, next(dates, None))


def _is_number_line(line: Line) -> bool:
    if len(line.words) > _LONGEST_NUMBER_LINE or not starts_as_number_line(line.text):
        return False
    return parse_code(line.text) is not None or bool(from_slash_on(line.text))


def guess_issuer(lines: Sequence[Line], code: Code | None, *, symbol_is_sure: bool = False) -> Reading:
    """The agency where its own lines were lost: by who decides (`BỘ TRƯỞNG BỘ NỘI VỤ`), or by the symbol alone.

    It is sure only where the head of an agency decides and a symbol that is sure names the same one.
    """
    parts = code.notation.rpartition("/")[2].split("-") if code else []
    issuing = [entry for entry in load_ruleset_units() if entry.issues]
    by_symbol = next((entry for entry in issuing if entry.symbol in parts), None)
    for line in lines:
        if not line.text.isupper():
            continue
        best = max(issuing, key=lambda entry: holds(line.folded, fold(entry.name)))
        if holds(line.folded, fold(best.name)) >= _LIKE_AN_AGENCY:
            # A head may have another's agency above its own: the symbol has the last word.
            if by_symbol in (None, best):
                both = symbol_is_sure and by_symbol is best and OFFICE.match(line.folded)
                return Reading(best.name, _BY_BOTH if both else _BY_AUTHORITY, 1, line.box)
            break
    return Reading(by_symbol.name, _BY_SYMBOL) if by_symbol else NOTHING
