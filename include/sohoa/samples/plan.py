"""Which results exist, which of them were scanned and when; and the rates that follow from that.

One unit (`ON_TRACK`) is built to walk 40 → 60 → 80 → 100 %: two of five results in force at the end of
2021, three of five still in force and useful at the end of 2022, four of five dossiers of 2023, all of 2024.
Another (`FALLS_SHORT`) has one in four, every year.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, cycle
from random import Random

from sohoa.samples import kinds
from sohoa.samples.kinds import KINDS, Kind, kinds_of
from sohoa.samples.results import Fault, Result, Scan, Validity

ON_TRACK = kinds.ASSOCIATIONS
FALLS_SHORT = kinds.ARCHIVES
BACKLOG = kinds.RELIGION
EXPORTED_ON = dt.date(2025, 1, 15)
DOSSIER_CODES_SINCE = dt.date(2019, 1, 1)
RESULTS_PER_SCAN = 4.25

_ON_TRACK_SHARE = 0.45
_OTHER_UNITS = (
    kinds.ARCHIVES,
    kinds.EMULATION,
    kinds.RELIGION,
    kinds.CIVIL_SERVANTS,
    kinds.ARCHIVES,
    kinds.EMULATION,
    kinds.RELIGION,
    kinds.LOCAL_GOVERNMENT,
)
# What a tired eye or a recogniser takes for another digit.
_CONFUSED_WITH = {
    "0": "68",
    "1": "74",
    "2": "7",
    "3": "8",
    "4": "9",
    "5": "6",
    "6": "85",
    "7": "1",
    "8": "36",
    "9": "4",
}


@dataclass(frozen=True)
class Plan:
    """`results` are the register's; a scan may be of a result that is not among them."""

    scans: tuple[Scan, ...]
    results: tuple[Result, ...]


@dataclass
class _World:
    """The results made so far; hands out numbers and dossier codes that are free."""

    rng: Random
    results: list[Result] = field(default_factory=list)
    _numbers: set[tuple[str, int, int]] = field(default_factory=set)
    _dossiers: Counter[str] = field(default_factory=Counter)
    _kinds: dict[str, Iterable[Kind]] = field(default_factory=dict)

    def next_kind(self, unit_code: str) -> Kind:
        """The unit's kinds in turn, so that a small batch has them all."""
        turn = self._kinds.setdefault(unit_code, cycle(kinds_of(unit_code)))
        return next(iter(turn))

    def day(self, first: dt.date, last: dt.date) -> dt.date:
        """A working day in a range; the first day if the range is empty."""
        span = max(0, (last - first).days)
        day = first + dt.timedelta(self.rng.randint(0, span))
        weekend = max(0, day.weekday() - 4)
        return max(first, day - dt.timedelta(weekend))

    def day_of(self, first_year: int, last_year: int | None = None) -> dt.date:
        """A day of issue that leaves room for return and scan within its year."""
        year = self.rng.randint(first_year, last_year or first_year)
        return self.day(dt.date(year, 1, 8), dt.date(year, 11, 28))

    def result(self, kind: Kind, issued_on: dt.date, number: int | None = None) -> Result:
        """A new result in force; its number is free in the series of that year."""
        if number is None or not self._free(kind, issued_on.year, number):
            number = self._number(kind, issued_on)
        self._numbers.add((kind.notation, issued_on.year, number))
        received_on = issued_on - dt.timedelta(self.rng.randint(8, 35))
        made = Result(
            kind=kind,
            number=f"{number:02d}",
            issued_on=issued_on,
            matter=kind.matter(self.rng),
            dossiers=self._dossier_codes(kind, received_on),
            received_on=received_on,
            returned_on=issued_on + dt.timedelta(self.rng.randint(0, 6)) if self.rng.random() < 0.85 else None,
            expires_on=_years_later(issued_on, kind.years_valid) if kind.years_valid else None,
            channel=self.rng.choice(("Trực tiếp", "Trực tuyến", "Bưu chính")),
        )
        if made.expires_on is not None and made.expires_on < EXPORTED_ON:
            made = replace(made, validity=Validity.EXPIRED)
        return made

    def add(self, result: Result) -> Result:
        """Enter a result in the register."""
        self.results.append(result)
        return result

    def _free(self, kind: Kind, year: int, number: int) -> bool:
        return number > 0 and (kind.notation, year, number) not in self._numbers

    def _number(self, kind: Kind, issued_on: dt.date) -> int:
        about = int(issued_on.timetuple().tm_yday / 366 * kind.volume)
        for width in count(3):
            number = max(1, about + self.rng.randint(-width, width))
            if self._free(kind, issued_on.year, number):
                return number
        raise AssertionError("unreachable")

    def _dossier_codes(self, kind: Kind, received_on: dt.date) -> tuple[str, ...]:
        if received_on < DOSSIER_CODES_SINCE:
            return ()
        several = kind.unit_code == kinds.EMULATION and self.rng.random() < 0.5
        office = kind.agency_code.removeprefix("G09").strip(".") or "00"
        stem = f"000.00.{office}.G09-{received_on:%y%m%d}"
        codes = []
        for _ in range(self.rng.randint(2, 4) if several else 1):
            self._dossiers[stem] += 1
            codes.append(f"{stem}-{self._dossiers[stem]:04d}")
        return tuple(codes)

    # Near-miss neighbours: what a careless link would take for the scanned result.

    def adjacent(self, result: Result, unit_code: str | None = None) -> Result:
        """Same symbol, same day, a number one off or one digit confused; another subject."""
        same_series = [
            kind
            for kind in KINDS
            if kind.notation == result.kind.notation and (unit_code is None or kind.unit_code == unit_code)
        ]
        year = result.issued_on.year
        free = [n for n in _confusable(result.number) if self._free(result.kind, year, n)]
        number = self.rng.choice(free) if free else None
        return self.result(self.rng.choice(same_series or [result.kind]), result.issued_on, number)

    def other_year(self, result: Result, year: int) -> Result:
        """Same number and symbol in another year, about the same day."""
        day = result.issued_on
        issued_on = dt.date(year, day.month, min(day.day, 28))
        return self.result(result.kind, issued_on, int(result.number))

    def other_issuer(self, result: Result) -> Result:
        """Same number, same day, another agency."""
        others = [kind for kind in KINDS if kind.agency_code != result.kind.agency_code and kind.unit_code != ON_TRACK]
        return self.result(self.rng.choice(others), result.issued_on, int(result.number))

    def foreign_neighbour(self, result: Result, turn: int) -> Result:
        """A near miss that another unit decided."""
        foreign = [
            kind.unit_code
            for kind in KINDS
            if kind.notation == result.kind.notation and kind.unit_code not in (result.kind.unit_code, ON_TRACK)
        ]
        if turn % 2 and foreign:
            return self.adjacent(result, self.rng.choice(foreign))
        return self.other_issuer(result)


def make_plan(n: int, seed: int, *, faults: bool) -> Plan:
    """The world behind a batch of `n` scans (three more with `faults`)."""
    world = _World(Random(f"{seed}/plan"))
    n_on_track = round(n * _ON_TRACK_SHARE)
    scans = _on_track(world, n_on_track)
    turns: Counter[str] = Counter()
    for turn, unit_code in zip(range(n - n_on_track), cycle(_OTHER_UNITS), strict=False):
        make = _short_scan if unit_code == FALLS_SHORT else _other_scan
        scans.append(make(world, unit_code, turns[unit_code], turn))
        turns[unit_code] += 1
    for year in (2021, 2022, 2023, 2024):
        _unscanned_peers(world, FALLS_SHORT, year)
    if faults:
        scans += _faulty_scans(world)
    _fill_backlog(world, round(RESULTS_PER_SCAN * len(scans)) + 1)
    world.rng.shuffle(scans)
    world.rng.shuffle(world.results)
    return Plan(tuple(scans), tuple(world.results))


def _on_track(world: _World, n_scans: int) -> list[Scan]:
    """The scans of `ON_TRACK`, and just as many unscanned results as make its rates come out."""
    q = max(1, n_scans // 9)
    scans = _stock(world, q)
    of_2024 = max(1, n_scans - len(scans) - 4 * q)
    for index in range(4 * q + of_2024):
        year = 2023 if index < 4 * q else 2024
        scans.append(_scan_within(world, world.add(_own(world, world.day_of(year))), year))
    of_2023 = [scan.result for scan in scans if scan.scanned_on.year == 2023]
    for result in of_2023[:q]:
        world.add(world.adjacent(result, ON_TRACK))
    for turn, scan in enumerate(scans):
        world.add(world.foreign_neighbour(scan.result, turn))
    # A batch too small for the whole path keeps both ends of it and the first year.
    return scans if n_scans >= 8 else [*scans[:2], *scans[3:][::-1], scans[2]][:n_scans]


def _own(world: _World, issued_on: dt.date) -> Result:
    result = world.result(world.next_kind(ON_TRACK), issued_on)
    # A return in the next year would move the dossier into the next cohort.
    return replace(result, returned_on=min(issued_on + dt.timedelta(3), dt.date(issued_on.year, 12, 30)))


def _stock(world: _World, q: int) -> list[Scan]:
    """2q results scanned in 2021 and q in 2022, among 5q in force at the end of each year."""
    old = [world.add(_own(world, world.day_of(2017, 2020))) for _ in range(2 * q)]
    scans = [_scan_within(world, result, 2021) for result in old]
    new_in_2022 = q // 3
    for index in range(q):
        issued_on = world.day_of(2022) if index < new_in_2022 else world.day_of(2018, 2020)
        scans.append(_scan_within(world, world.add(_own(world, issued_on)), 2022))
    for index in range(q):
        world.add(world.adjacent(old[index], ON_TRACK))
        world.add(world.other_year(old[index], 2022))
    leaving = cycle((_found_useless, _revoked, _expired, _superseded))
    for index, leave in zip(range(q + new_in_2022), leaving, strict=False):
        world.add(leave(world.adjacent(old[-1 - index % (2 * q)], ON_TRACK), world.day_of(2022)))
    for index, leave in zip(range(q + 1), cycle((_revoked, _expired, _superseded, _annulled)), strict=False):
        world.add(leave(world.adjacent(old[index % (2 * q)], ON_TRACK), world.day_of(2021)))
    return scans


def _scan_within(world: _World, result: Result, year: int) -> Scan:
    first = max(result.issued_on + dt.timedelta(2), dt.date(year, 1, 5))
    return Scan(result, world.day(first, dt.date(year, 12, 20)))


def _short_scan(world: _World, unit_code: str, nth: int, turn: int) -> Scan:
    """A scan of the unit that falls short: three of the same cohort stay unscanned for each."""
    year = 2021 + nth % 4
    result = world.add(_own_short(world, unit_code, year))
    for _ in range(2):
        world.add(_unmoved(world.adjacent(result, unit_code)))
    world.add(_own_short(world, unit_code, year))
    world.add(world.foreign_neighbour(result, turn))
    return _scan_within(world, result, year)


def _own_short(world: _World, unit_code: str, year: int) -> Result:
    issued_on = world.day_of(2019, 2020) if year == 2021 else world.day_of(year)
    return _unmoved(world.result(world.next_kind(unit_code), issued_on))


def _unmoved(result: Result) -> Result:
    return replace(result, returned_on=result.issued_on)


def _unscanned_peers(world: _World, unit_code: str, year: int) -> None:
    for _ in range(3):
        world.add(_own_short(world, unit_code, year))


def _other_scan(world: _World, unit_code: str, nth: int, turn: int) -> Scan:
    """A scan of a unit whose rate is nobody's business, with its near misses."""
    kind = world.next_kind(unit_code)
    scanned_year = 2021 + (nth + turn) % 4
    issued_on = world.day_of(2017 if nth % 2 else 2019, scanned_year)
    result = world.add(world.result(kind, issued_on))
    world.add(_any_state(world, world.adjacent(result, unit_code)))
    if turn % 2:
        world.add(world.foreign_neighbour(result, turn // 2))
    else:
        other = world.rng.choice([year for year in range(2018, 2025) if year != issued_on.year])
        world.add(_any_state(world, world.other_year(result, other)))
    return _scan_within(world, result, scanned_year)


def _faulty_scans(world: _World) -> list[Scan]:
    scans = []
    for fault in Fault:
        # One page is enough to be corrupt, coarse or unknown; it keeps the small batch small.
        result = world.result(kinds_of(BACKLOG)[2], world.day_of(2020, 2022))
        world.add(world.adjacent(result, BACKLOG))
        if fault is not Fault.NOT_IN_REGISTER:
            world.add(result)
        scans.append(replace(_scan_within(world, result, 2023), fault=fault))
    return scans


def _fill_backlog(world: _World, n_results: int) -> None:
    while len(world.results) < n_results:
        result = world.result(world.next_kind(BACKLOG), world.day_of(2017, 2024))
        world.add(_any_state(world, result))


# States in which a result no longer counts.


def _any_state(world: _World, result: Result) -> Result:
    """In force for most; now and then ended or useless, on some later day."""
    if result.validity is not Validity.IN_FORCE or world.rng.random() < 0.75:
        return result
    leave = world.rng.choice((_found_useless, _found_useless, _revoked, _expired, _superseded, _annulled))
    # Whoever judged usefulness did so by the end of 2022 for what was there then.
    last = dt.date(2022, 12, 20) if result.issued_on.year <= 2022 else dt.date(2024, 12, 20)
    return leave(result, world.day(result.issued_on + dt.timedelta(1), last))


def _found_useless(result: Result, day: dt.date) -> Result:
    return replace(result, not_useful_since=day)


def _expired(result: Result, day: dt.date) -> Result:
    return replace(result, validity=Validity.EXPIRED, expires_on=day)


def _ended(validity: Validity) -> Callable[[Result, dt.date], Result]:
    def leave(result: Result, day: dt.date) -> Result:
        return replace(result, validity=validity, ended_on=day)

    return leave


_revoked, _superseded, _annulled = (
    _ended(validity) for validity in (Validity.REVOKED, Validity.SUPERSEDED, Validity.ANNULLED)
)


def _years_later(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year + years, day=min(day.day, 28))


def _confusable(number: str) -> Sequence[int]:
    """Numbers that are read for `number`: one off, or a digit of the last two confused."""
    found = [int(number) + 1, int(number) - 1]
    for place in range(max(0, len(number) - 2), len(number)):
        found += [int(number[:place] + digit + number[place + 1 :]) for digit in _CONFUSED_WITH[number[place]]]
    return [value for value in found if value > 0]


# The rates, by honest count.


@dataclass(frozen=True)
class Rate:
    """One known rate; `unit_code` is empty for all units together."""

    indicator: str
    unit_code: str
    period: str
    numerator: int
    denominator: int


def known_rates(plan: Plan) -> tuple[Rate, ...]:
    """T01, T02, T03 and T04a per unit and for all units, counted over every result of the register.

    A result counts as digitised on the day its good scan was made.
    """
    digitised_on = {scan.result.key: scan.scanned_on for scan in plan.scans if scan.fault is None}
    rates = []
    for unit_code in ("", *sorted({result.kind.unit_code for result in plan.results})):
        own = [result for result in plan.results if unit_code in ("", result.kind.unit_code)]
        rates += [
            _stock_rate("T01", unit_code, 2021, [r for r in own if r.in_force_on(_end(2021))], digitised_on),
            _stock_rate("T02", unit_code, 2022, [r for r in own if r.useful_on(_end(2022))], digitised_on),
            _stock_rate("T03", unit_code, 2022, [r for r in own if r.in_force_on(_end(2022))], digitised_on),
            _dossier_rate(unit_code, 2023, own, digitised_on),
            _dossier_rate(unit_code, 2024, own, digitised_on),
        ]
    return tuple(rates)


def _end(year: int) -> dt.date:
    return dt.date(year, 12, 31)


def _digitised(result: Result, year: int, digitised_on: dict[str, dt.date]) -> bool:
    return digitised_on.get(result.key, dt.date.max) <= _end(year)


def _stock_rate(
    indicator: str, unit_code: str, year: int, stock: list[Result], digitised_on: dict[str, dt.date]
) -> Rate:
    n_digitised = sum(_digitised(result, year, digitised_on) for result in stock)
    return Rate(indicator, unit_code, str(year), n_digitised, len(stock))


def _dossier_rate(unit_code: str, year: int, own: list[Result], digitised_on: dict[str, dt.date]) -> Rate:
    """Dossiers, not results: an award decision settles several at once."""
    settled: set[str] = set()
    digitised: set[str] = set()
    for result in own:
        if (result.returned_on or result.issued_on).year == year:
            dossiers = result.dossiers or (result.key,)
            settled.update(dossiers)
            if _digitised(result, year, digitised_on):
                digitised.update(dossiers)
    return Rate("T04a", unit_code, str(year), len(digitised), len(settled))
