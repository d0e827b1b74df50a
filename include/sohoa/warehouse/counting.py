"""The changes of the daily series, counted from facts: all of them, or those of some results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, FromClause, Select

from sohoa.indicators import (
    CHANGES,
    MOST_SERIES,
    DailyChanges,
    Moves,
    Numbers,
    case_spells,
    changes_of,
    stock_spells,
    sum_changes,
)
from sohoa.warehouse.bulk import Numbering, fetch_spells
from sohoa.warehouse.tables import dim_procedure, dim_unit


@dataclass(frozen=True)
class SeriesPart:
    """Days of some series of one population on which something changed, by year, unit, procedure and day; n rows.

    Attributes:
        population: P1, P2 or P3.
        cohort_year: (n,), 0 for the stocks P1 and P2.
        report_year: (n,), likewise.
        unit_code: (n,), texts.
        procedure_code: (n,), texts.
        daily: day, changes and totals.
    """

    population: str
    cohort_year: Numbers
    report_year: Numbers
    unit_code: NDArray[np.object_]
    procedure_code: NDArray[np.object_]
    daily: DailyChanges

    def columns(self, where: NDArray[np.bool_]) -> dict[str, Iterable[Any]]:
        """Columns of `SERIES`, the day (ISO) and `CHANGES` of some of the rows; that of the population never ends."""
        day = np.datetime_as_string(self.daily.day[where].astype("datetime64[D]"))
        return {
            "population": repeat(self.population),
            "cohort_year": self.cohort_year[where].tolist(),
            "report_year": self.report_year[where].tolist(),
            "unit_code": self.unit_code[where].tolist(),
            "procedure_code": self.procedure_code[where].tolist(),
            "day": day.tolist(),
            **dict(zip(CHANGES, self.daily.changes[where].T.tolist(), strict=True)),
        }


def count_series(
    target: Connection, moves: Moves, results: Iterable[FromClause], cases: Iterable[FromClause]
) -> Iterator[SeriesPart]:
    """The series that these facts make, all their days, population by population.

    Of each change, of which a result or case makes one to ten in each population, eight bytes are kept in memory.

    Args:
        target: The warehouse.
        moves: Units over time.
        results: Rows of `fact_result`, in as many queries as one likes.
        cases: Rows of `fact_case`.
    """
    places = _Places(target)
    stocks: dict[str, list[Numbers]] = {"P1": [], "P2": []}
    for spells in places.fetched(target, (stock_spells(facts, moves) for facts in results)):
        unit, procedure, enters_on, out_on, unusable_on, *reached_on = spells
        series = places.series(unit, procedure)
        stocks["P1"].append(changes_of(series, enters_on, out_on, reached_on))
        stocks["P2"].append(changes_of(series, enters_on, unusable_on, reached_on))
    for population in ("P1", "P2"):
        yield from places.parts(population, stocks.pop(population))
    found = []
    for spells in places.fetched(target, (case_spells(facts, moves) for facts in cases)):
        unit, procedure, cohort_year, report_year, enters_on, leaves_on, *reached_on = spells
        # The report year is the civil one or the next, so that their sum tells both.
        series = places.series(unit, procedure, cohort_year + report_year)
        found.append(changes_of(series, enters_on, leaves_on, reached_on))
    yield from places.parts("P3", found)


class _Places:
    """Units and procedures by number, in the order of their codes; years as they come; and so series by number."""

    def __init__(self, target: Connection) -> None:
        self._units = Numbering(target, dim_unit.c.unit_code)
        self._procedures = Numbering(target, dim_procedure.c.procedure_code)
        self._n_procedures = len(self._procedures.codes)
        self._n_pairs = len(self._units.codes) * self._n_procedures
        self._years = {0: 0}

    def series(self, unit: Numbers, procedure: Numbers, years: Numbers | None = None) -> Numbers:
        """Number of each fact's series.

        Raises:
            OverflowError: there are more than can be told apart.
        """
        pair = unit * self._n_procedures + procedure
        if years is not None:
            different, which = np.unique(years, return_inverse=True)
            numbers = [self._years.setdefault(one, len(self._years)) for one in different.tolist()]
            pair += np.array(numbers, np.int64)[which] * self._n_pairs
        if self._n_pairs * len(self._years) > MOST_SERIES:
            raise OverflowError(f"{self._n_pairs} pairs of a unit and a procedure are too many to be told apart")
        return pair

    def parts(self, population: str, found: list[Numbers]) -> Iterator[SeriesPart]:
        """The series of all changes that were found, which are forgotten."""
        changes = np.concatenate(found) if found else np.empty(0, np.int64)
        found.clear()
        for daily in sum_changes(changes):
            number, pair = np.divmod(daily.series, self._n_pairs)
            unit, procedure = np.divmod(pair, self._n_procedures)
            years = np.array(list(self._years), np.int64)[number]
            yield SeriesPart(
                population,
                years // 2,
                (years + 1) // 2,
                self._units.codes[unit],
                self._procedures.codes[procedure],
                daily,
            )

    def fetched(self, target: Connection, queries: Iterable[Select[Any]]) -> Iterator[list[Numbers]]:
        """The columns of spells, unit and procedure by number."""
        for query in queries:
            yield from fetch_spells(target, query, self._units, self._procedures)
