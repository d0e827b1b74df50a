"""The closed list of issuing agencies with the names they bore over time (`rulesets/units.yaml`)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import fuzz

from sohoa.catalogue.units import FormerName, load_ruleset_units
from sohoa.folding import fold
from sohoa.reading.record import Reading

_GRACE = dt.timedelta(days=180)  # old letterheads are used up
_NOT_THEN = 0.5


@lru_cache(maxsize=1)
def agency_heads() -> dict[str, tuple[str, str | None]]:
    """Folded head lines → (agency name of the unit list, symbol); with and without the superior line."""
    heads: dict[str, tuple[str, str | None]] = {}
    for entry in load_ruleset_units():
        if entry.issues:
            heads[fold(" ".join(entry.header))] = (entry.name, entry.symbol)
            heads[fold(entry.header[-1])] = (entry.name, entry.symbol)
            for former in entry.former:
                heads.setdefault(fold(" ".join(former.header)), (entry.name, former.symbol))
    return heads


def former_name(printed: str, issuer: Reading) -> FormerName | None:
    """The former name or head that an agency's lines show; None if it is the present one.

    Args:
        printed: the lines as read, folded.
        issuer: the agency that they were taken for.
    """
    entry = next((unit for unit in load_ruleset_units() if unit.issues and unit.name == issuer.value), None)
    if entry is None or not entry.former:
        return None
    present = max(fuzz.ratio(printed, fold(head)) for head in (" ".join(entry.header), entry.header[-1]))
    likeness, best = max(
        ((fuzz.ratio(printed, fold(" ".join(name.header))), name) for name in entry.former), key=lambda pair: pair[0]
    )
    return best if likeness > present else None


def only_while(former: FormerName, issuer: Reading, issued_on: Reading) -> Reading:
    """The issuer, unsure if it bore that name neither then nor shortly before or after, or the day is not known."""
    day = dt.date.fromisoformat(issued_on.value) if issued_on.value else None
    early = day is not None and former.since is not None and day < former.since - _GRACE
    late = day is not None and former.until is not None and day > former.until + _GRACE
    return replace(issuer, confidence=min(issuer.confidence, _NOT_THEN)) if day is None or early or late else issuer
