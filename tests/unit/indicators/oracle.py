"""The populations once more, in plain Python over lists, written from the definitions, not from the code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from indicators.world import Entry

Figure = tuple[int, int]


def starts(entry: Entry) -> dt.date:
    if entry.issued_on:
        return entry.issued_on
    returned = [case.returned_on for case in entry.cases if case.returned_on]
    received = [case.received_on for case in entry.cases if case.received_on]
    return min(returned or received or [entry.imported_on])


def in_force(entry: Entry, day: dt.date) -> bool:
    if not entry.has_result or starts(entry) > day:
        return False
    if entry.expires_on and entry.expires_on < day:
        return False
    return not (entry.ended_on and entry.ended_on <= day)


def usable(entry: Entry, day: dt.date) -> bool:
    return entry.still_usable or (entry.unusable_from is not None and entry.unusable_from > day)


def digitised(entry: Entry, day: dt.date) -> bool:
    return entry.counts_as_digitised and entry.digitised_on is not None and entry.digitised_on <= day


def resolved_days(entry: Entry) -> list[dt.date]:
    if not entry.has_result:
        return []
    if not entry.cases:
        return [starts(entry)]
    refusals = ("từ chối", "rút", "dừng", "không giải quyết")
    return [
        case.returned_on or starts(entry)
        for case in entry.cases
        if not any(word in (case.outcome or "").lower() for word in refusals)
    ]


def stock(entries: Sequence[Entry], day: dt.date, *, usable_only: bool, unit: str | None) -> Figure:
    members = [
        entry
        for entry in entries
        if unit in (None, entry.unit) and in_force(entry, day) and (not usable_only or usable(entry, day))
    ]
    return sum(digitised(entry, day) for entry in members), len(members)


def cases(entries: Sequence[Entry], since: dt.date, day: dt.date, *, unit: str | None) -> Figure:
    numerator = denominator = 0
    for entry in entries:
        if unit not in (None, entry.unit):
            continue
        for resolved in resolved_days(entry):
            if since <= resolved <= day:
                denominator += 1
                numerator += digitised(entry, day)
    return numerator, denominator


def figures(entries: Sequence[Entry], since: dt.date, day: dt.date, unit: str | None) -> dict[str, Figure]:
    all_in_force = stock(entries, day, usable_only=False, unit=unit)
    return {
        "T01": all_in_force,
        "T02": stock(entries, day, usable_only=True, unit=unit),
        "T03": all_in_force,
        "T04a": cases(entries, since, day, unit=unit),
    }
