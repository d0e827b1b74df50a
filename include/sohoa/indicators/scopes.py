"""Whose figure a unit's is: the Ministry's, another agency's, or the whole country's."""

from __future__ import annotations

import re

MINISTRY = "G09"
NATION = "VN"
_AGENCY = re.compile(r"(?:^|\.)([A-Z][0-9]{2})(?:\.|$)")


def agency_of(unit_code: str) -> str:
    """The code of the agency that a unit belongs to, in both generations of unit codes.

    `G09.03` and `000.00.03.G09` are the Ministry's (QĐ 20/2020/QĐ-TTg, QCVN 102:2016). A code of no such form
    is taken for the Ministry's own: the register is the Ministry's, and no unit may fall out of its total.
    """
    if unit_code == NATION:
        return NATION
    found = _AGENCY.search(unit_code)
    return found[1] if found else MINISTRY


def in_scope(unit_code: str, scope: str) -> bool:
    """Whether a unit's figure is part of what a target of this scope binds."""
    return agency_of(unit_code) == scope
