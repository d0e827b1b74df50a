"""The populations once more, in plain Python over lists, written from the definitions, not from the code."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from indicators.world import Entry
from sohoa.indicators import Moves

Figure = tuple[int, int]


def starts(entry: Entry) -> dt.date:
    if entry.issued_on:
        return entry.issued_on
    returned = [case.returned_on for case in entry.cases if case.returned_on]
    received = [case.received_on for case in entry.cases if case.received_on]
    return min(returned or received or [entry.imported_on])


def holder(unit: str, day: dt.date, moves: Moves | None) -> str | None:
    """The unit under which results of `unit` count on `day`; None if that is of another ministry."""
    known = {move.unit: move for move in moves.moves} if moves else {}
    while unit in known and known[unit].since <= day:
        unit = known[unit].successor
    return unit if moves is None or unit.startswith(moves.ministry) else None


def counted(entry: Entry) -> bool:
    return entry.has_result and entry.authority not in ("Thủ tướng Chính phủ", "Chủ tịch nước")


def in_force(entry: Entry, day: dt.date) -> bool:
    if not counted(entry) or starts(entry) > day:
        return False
    if entry.expires_on and entry.expires_on < day:
        return False
    return not (entry.ended_on and entry.ended_on <= day)


def usable(entry: Entry, day: dt.date) -> bool:
    return entry.still_usable or (entry.unusable_from is not None and entry.unusable_from > day)


def digitised(entry: Entry, day: dt.date) -> bool:
    return entry.counts_as_digitised and entry.digitised_on is not None and entry.digitised_on <= day


def resolved_days(entry: Entry) -> list[dt.date]:
    if not counted(entry):
        return []
    if not entry.cases:
        return [starts(entry)]
    refusals = ("từ chối", "rút", "dừng", "không giải quyết")
    return [
        case.returned_on or starts(entry)
        for case in entry.cases
        if not any(word in (case.outcome or "").lower() for word in refusals)
    ]


def is_of(entry: Entry, day: dt.date, unit: str | None, moves: Moves | None) -> bool:
    held_by = holder(entry.unit, day, moves)
    return held_by is not None and unit in (None, held_by)


def stock(
    entries: Sequence[Entry], day: dt.date, *, usable_only: bool, unit: str | None, moves: Moves | None = None
) -> Figure:
    members = [
        entry
        for entry in entries
        if is_of(entry, day, unit, moves) and in_force(entry, day) and (not usable_only or usable(entry, day))
    ]
    return sum(digitised(entry, day) for entry in members), len(members)


def cases(
    entries: Sequence[Entry], since: dt.date, day: dt.date, *, unit: str | None, moves: Moves | None = None
) -> Figure:
    numerator = denominator = 0
    for entry in entries:
        if not is_of(entry, day, unit, moves):
            continue
        for resolved in resolved_days(entry):
            if since <= resolved <= day:
                denominator += 1
                numerator += digitised(entry, day)
    return numerator, denominator


def figures(
    entries: Sequence[Entry], since: dt.date, day: dt.date, unit: str | None, moves: Moves | None = None
) -> dict[str, Figure]:
    all_in_force = stock(entries, day, usable_only=False, unit=unit, moves=moves)
    return {
        "T01": all_in_force,
        "T02": stock(entries, day, usable_only=True, unit=unit, moves=moves),
        "T03": all_in_force,
        "T04a": cases(entries, since, day, unit=unit, moves=moves),
    }


Series = tuple[str, int, int, str, str]
Totals = tuple[int, int, int, int, int]


def totals(entries: Sequence[Entry], day: dt.date, moves: Moves | None) -> dict[Series, Totals]:
    """Members, and of these digitised, signed, archived and reusable, of every series that has any on `day`."""
    found: defaultdict[Series, list[int]] = defaultdict(lambda: [0] * 5)
    for entry in entries:
        held_by = holder(entry.unit, day, moves)
        if held_by is None:
            continue
        place = (held_by, entry.procedure or "-")
        has = digitised(entry, day)
        states = (1, has, has and entry.status != "accepted", has and entry.status == "archived", 0)
        memberships: list[Series] = []
        if in_force(entry, day):
            memberships.append(("P1", 0, 0, *place))
            if usable(entry, day):
                memberships.append(("P2", 0, 0, *place))
        for resolved in resolved_days(entry):
            if resolved <= day:
                next_year = resolved.month == 12 and resolved.day >= 15
                memberships.append(("P3", resolved.year, resolved.year + next_year, *place))
        for series in memberships:
            for number, state in enumerate(states):
                found[series][number] += state
    return {series: (one[0], one[1], one[2], one[3], one[4]) for series, one in found.items()}


def daily_series(
    entries: Sequence[Entry], until: dt.date, moves: Moves | None
) -> list[tuple[Series, dt.date, Totals, Totals]]:
    """The sparse series, day by day: change and total of each series on each day on which a total differs."""
    rows = []
    before: dict[Series, Totals] = {}
    nothing: Totals = (0, 0, 0, 0, 0)
    for day in sorted(_days(entries, moves)):
        if day > until:
            break
        now = totals(entries, day, moves)
        for series in before.keys() | now.keys():
            old, new = before.get(series, nothing), now.get(series, nothing)
            if old != new:
                change = tuple(after - earlier for after, earlier in zip(new, old, strict=True))
                rows.append((series, day, change, new))
        before = now
    return sorted(rows)  # type: ignore[return-value]


def _days(entries: Sequence[Entry], moves: Moves | None) -> set[dt.date]:
    """Every day that anything mentions, and the day after it: nothing can change on others."""
    told = {move.since for move in moves.moves} if moves else set()
    for entry in entries:
        days = (entry.issued_on, entry.expires_on, entry.ended_on, entry.unusable_from, entry.digitised_on)
        told |= {day for day in (*days, entry.imported_on) if day}
        told |= {day for case in entry.cases for day in (case.received_on, case.returned_on) if day}
    return told | {day + dt.timedelta(days=1) for day in told}
