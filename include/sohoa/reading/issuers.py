"""The issuing agency (ô 2 of NĐ 30/2020 PL I), by the closed list and its names over time (`rulesets/units.yaml`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import fuzz, process

from sohoa.catalogue.units import FormerName, load_ruleset_units
from sohoa.folding import fold
from sohoa.reading.grammar import Code
from sohoa.reading.header import Header
from sohoa.reading.lines import Line, around
from sohoa.reading.record import NOTHING, Reading

_LIKENESS = 82.0  # percent
_AHEAD = 4.0  # percent by which the best agency must beat the second
_IN_PART = 0.95  # confidence in an agency that is read in part and named by the symbol
_TELLING = 8  # letters by which the beginning of a name is told from others
_FOREIGN = 60.0  # percent: a line so like one of another agency's head may be that
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


def read_issuer(header: Header, code: Code | None) -> Reading:
    """The issuing agency; the symbol's agency confirms it."""
    if not header.agency:
        return NOTHING
    best, second = _likeliest(agency_text(header))
    if best[1] < _LIKENESS or best[1] - second < _AHEAD:
        named = _named_by_symbol(header, code)
        return Reading(named, _IN_PART, 1, around(header.agency)) if named else NOTHING
    name, likeness, symbol = best
    confirmed = code is not None and symbol in code.notation.split("-")
    confidence = 0.99 if confirmed else 0.85 * likeness / 100
    return Reading(name, confidence, 1, around(header.agency))


def symbol_in_head(header: Header) -> str | None:
    """The symbol of the agency whose name was read letter by letter; None unless it was."""
    name = agency_heads().get(agency_text(header)) if header.agency else None
    return name[1] if name else None


def agency_text(header: Header) -> str:
    """The agency's lines, folded, without what frames of stamps and rules beside a name are read as."""
    return " ".join(filter(None, map(_name_in, header.agency)))


def _name_in(line: Line) -> str:
    return fold(" ".join(word.text for word in line.words if _may_be_of_a_name(word.text)))


def _named_by_symbol(header: Header, code: Code | None) -> str | None:
    """The agency that the symbol names, if its head begins as lines do, whatever became of those about them.

    Its own line must have been read, not just that of its superior; a line that is another agency's speaks against it.
    """
    symbols = code.notation.split("-") if code is not None and code.known else ()
    entry = next((unit for unit in load_ruleset_units() if unit.issues and unit.symbol in symbols), None)
    printed = [name for name in map(_name_in, header.agency) if name]
    if entry is None or len(printed) < min(2, len(entry.header)):
        return None
    wanted = [fold(line) for line in entry.header]
    own = min(2, len(wanted))
    # What a stamp over the head says may stand before; a long name stands in several lines.
    runs = (index for index in range(len(printed) - own + 1) if _begins(printed[index : index + own], wanted))
    start = next(runs, None)
    if start is None:
        return None
    lines_of_others = {fold(line) for unit in load_ruleset_units() for line in unit.header} - set(wanted)
    beside = printed[:start] + printed[start + own :]
    foreign = any(fuzz.ratio(name, line) >= _FOREIGN for name in beside for line in lines_of_others)
    return None if foreign else entry.name


def _begins(printed: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether lines begin as those of a head do."""
    return all(
        len(name) >= min(_TELLING, len(line)) and fuzz.ratio(name, line[: len(name)]) >= _LIKENESS
        for name, line in zip(printed, wanted, strict=False)
    )


def _likeliest(printed: str) -> tuple[tuple[str, float, str | None], float]:
    """The likeliest agency with its likeness (percent) and symbol, and the likeness of the next one."""
    names = agency_heads()
    ranked = process.extract(printed, list(names), scorer=fuzz.ratio, limit=None)
    by_agency: dict[str, float] = {}
    for head, likeness, _ in ranked:
        by_agency.setdefault(names[head][0], likeness)
    (first, likeness), *others = by_agency.items()
    symbol = next(symbol for name, symbol in names.values() if name == first)
    return (first, likeness, symbol), others[0][1] if others else 0.0


def _may_be_of_a_name(word: str) -> bool:
    letters = [letter for letter in word if letter.isalpha()]
    if not letters:
        return word in "-–,"
    return all(letter.isupper() for letter in letters) and (len(letters) > 1 or fold(word) == "Y")


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
    return best if likeness > max(present, _FOREIGN) else None


def only_while(former: FormerName, issuer: Reading, issued_on: Reading) -> Reading:
    """The issuer, unsure if it bore that name neither then nor shortly before or after, or the day is not known."""
    day = dt.date.fromisoformat(issued_on.value) if issued_on.value else None
    early = day is not None and former.since is not None and day < former.since - _GRACE
    late = day is not None and former.until is not None and day > former.until + _GRACE
    return replace(issuer, confidence=min(issuer.confidence, _NOT_THEN)) if day is None or early or late else issuer
