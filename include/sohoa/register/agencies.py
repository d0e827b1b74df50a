"""Who issued a result: an agency under any of its names, and the units that decide in its name."""

from __future__ import annotations

from functools import lru_cache

from sohoa.catalogue.units import FormerName, UnitEntry, load_ruleset_units
from sohoa.folding import fold


def same_agency(one: str, other: str) -> bool:
    """Whether two names are one agency's: the same but for case and marks, or both in the unit list under one code."""
    if fold(one) == fold(other):
        return True
    code = _codes().get(fold(one))
    return code is not None and code == _codes().get(fold(other))


def may_issue(name: str, unit_code: str) -> bool | None:
    """Whether the agency of this name issues what a unit decides: it is the unit, or stands above it.

    None if the unit list does not know the agency or the unit.
    """
    agency, above = _codes().get(fold(name)), _parents()
    if agency is None or unit_code not in above:
        return None
    code: str | None = unit_code
    while code is not None and code != agency:
        code = above.get(code)
    return code is not None


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Folded name → unit code: names of today, and former ones that were only one agency's."""
    entries = load_ruleset_units()
    former = [(fold(name), entry.code) for entry in entries for past in entry.former for name in _names(past)]
    bearers: dict[str, set[str]] = {}
    for name, code in former:
        bearers.setdefault(name, set()).add(code)
    today = {fold(name): entry.code for entry in entries for name in _names(entry)}
    return {name: next(iter(codes)) for name, codes in bearers.items() if len(codes) == 1} | today


def _names(borne: UnitEntry | FormerName) -> tuple[str, ...]:
    return (borne.name, *borne.header[-1:])


@lru_cache(maxsize=1)
def _parents() -> dict[str, str | None]:
    return {entry.code: entry.parent for entry in load_ruleset_units()}
