"""Units over time: whose results count under which unit, from which day to which."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml

from sohoa.errors import SohoaError
from sohoa.settings import Settings

ALWAYS = dt.date(1, 1, 1)
"""Since when a unit stands whose beginning nobody wrote down."""

FOREVER = dt.date(9999, 12, 31)
"""Stands for "not ended"; also what registers write for "without term"."""


@dataclass(frozen=True)
class Move:
    """From `since` on, `successor` (named `name`) has the work and the results of `unit`."""

    unit: str
    successor: str
    name: str
    since: dt.date


@dataclass(frozen=True)
class Tenure:
    """Results registered under `unit` count under `counted_as` from `since` to the day before `until`."""

    unit: str
    counted_as: str
    since: dt.date
    until: dt.date


@dataclass(frozen=True)
class Moves:
    """All moves; `ministry` is the code under which its own units stand."""

    ministry: str
    moves: tuple[Move, ...] = ()

    @property
    def moved(self) -> tuple[str, ...]:
        """Codes of the units that moved, sorted."""
        return tuple(sorted(move.unit for move in self.moves))

    def tenures(self) -> tuple[Tenure, ...]:
        """Under which units of the Ministry the results of each moved unit count, and when.

        While they belong to another ministry they count nowhere, so that there is no tenure.
        """
        return tuple(
            tenure for unit in self.moved for tenure in self._tenures_of(unit) if self._is_own(tenure.counted_as)
        )

    def counting_units(self, registered: Iterable[str]) -> list[str]:
        """Codes of the units that have figures: those that a register names, and their successors, sorted."""
        known = set(registered)
        return sorted(known | {tenure.counted_as for tenure in self.tenures() if tenure.unit in known})

    def _is_own(self, code: str) -> bool:
        return code == self.ministry or code.startswith(f"{self.ministry}.")

    def _tenures_of(self, unit: str) -> Iterator[Tenure]:
        stages = [(unit, ALWAYS), *((move.successor, move.since) for move in self._path(unit))]
        for (code, since), (_, until) in pairwise([*stages, ("", FOREVER)]):
            yield Tenure(unit, code, since, until)

    def _path(self, unit: str) -> Iterator[Move]:
        """The moves of a unit's results, one after another; each is later than the one before."""
        by_unit = {move.unit: move for move in self.moves}
        since = ALWAYS
        while (move := by_unit.get(unit)) is not None:
            if move.since <= since:
                raise SohoaError(f"Unit {unit} is to move on {move.since}, but its results came to it on {since}.")
            yield move
            unit, since = move.successor, move.since


def load_moves(settings: Settings) -> Moves:
    """The moves of the installation's own file, else those of `rulesets/moves.yaml`.

    Raises:
        SohoaError: the file cannot be read, a unit moves twice, or moves contradict each other.
    """
    if settings.unit_moves is None:
        return _shipped()
    try:
        return _parse(settings.unit_moves.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise SohoaError(f"{settings.unit_moves} tells no moves of units (SOHOA_UNIT_MOVES): {error!r}") from error


@lru_cache(maxsize=1)
def _shipped() -> Moves:
    return _parse(files("sohoa.rulesets").joinpath("moves.yaml").read_text(encoding="utf-8"))


def _parse(text: str) -> Moves:
    data: dict[str, Any] = yaml.safe_load(text)
    found = Moves(data["ministry"], tuple(_move(row) for row in data["moves"]))
    twice = {unit for unit, later in pairwise(found.moved) if unit == later}
    if twice:
        raise SohoaError(f"A unit can move to one successor only: {', '.join(sorted(twice))}.")
    found.tenures()
    return found


def _move(row: dict[str, Any]) -> Move:
    move = Move(**row)
    if type(move.since) is not dt.date:
        raise ValueError(f"since is no day: {move.since!r}")
    return move
