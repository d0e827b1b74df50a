"""The issuing agency in the head of page 1 (ô 2 of NĐ 30/2020 PL I)."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz import fuzz, process

from sohoa.catalogue.units import load_ruleset_units
from sohoa.folding import fold
from sohoa.reading.grammar import Code
from sohoa.reading.header import Header
from sohoa.reading.lines import around
from sohoa.reading.record import NOTHING, Reading

_LIKENESS = 82.0  # percent
_AHEAD = 4.0  # percent by which the best agency must beat the second


def read_issuer(header: Header, code: Code | None) -> Reading:
    """The issuing agency, by the closed list of agencies; the symbol's agency confirms it."""
    if not header.agency:
        return NOTHING
    # Frames of stamps and rules beside a name are read as strokes and small letters.
    words = [word.text for line in header.agency for word in line.words]
    printed = fold(" ".join(filter(_may_be_of_a_name, words)))
    best, second = _likeliest(printed)
    if best[1] < _LIKENESS or best[1] - second < _AHEAD:
        return NOTHING
    name, likeness, symbol = best
    confirmed = code is not None and symbol in code.notation.split("-")
    confidence = 0.99 if confirmed else 0.85 * likeness / 100
    return Reading(name, confidence, 1, around(header.agency))


def _likeliest(printed: str) -> tuple[tuple[str, float, str | None], float]:
    """The likeliest agency with its likeness (percent) and symbol, and the likeness of the next one."""
    names = _agency_heads()
    ranked = process.extract(printed, list(names), scorer=fuzz.ratio, limit=None)
    by_agency: dict[str, float] = {}
    for head, likeness, _ in ranked:
        by_agency.setdefault(names[head][0], likeness)
    (first, likeness), *others = by_agency.items()
    symbol = next(symbol for name, symbol in names.values() if name == first)
    return (first, likeness, symbol), others[0][1] if others else 0.0


@lru_cache(maxsize=1)
def _agency_heads() -> dict[str, tuple[str, str | None]]:
    """Folded head lines → (agency name, symbol); with and without the superior line."""
    heads: dict[str, tuple[str, str | None]] = {}
    for entry in load_ruleset_units():
        if entry.issues:
            heads[fold(" ".join(entry.header))] = (entry.name, entry.symbol)
            heads[fold(entry.header[-1])] = (entry.name, entry.symbol)
    return heads


def _may_be_of_a_name(word: str) -> bool:
    letters = [letter for letter in word if letter.isalpha()]
    if not letters:
        return word in "-–,"
    return all(letter.isupper() for letter in letters) and (len(letters) > 1 or fold(word) == "Y")
