"""What the pages show: rates from the warehouse, batches from the catalogue. Nothing here writes."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import Connection, Row, case, func, inspect, select
from sqlalchemy.orm import Session

from sohoa.catalogue.database import reading
from sohoa.catalogue.models import (
    DIGITISED,
    Batch,
    Document,
    DocumentStatus,
    FileOutcome,
    Page,
    PageStatus,
    ScanFile,
    Unit,
)
from sohoa.errors import SohoaError
from sohoa.indicators import Period, PopulationItem, load_moves, load_rulebook
from sohoa.intake.delivered import masters_of
from sohoa.intake.receipt import ReceiptLine, receipt_lines
from sohoa.settings import Settings
from sohoa.warehouse import figure_members, is_absent, newest_load, reading_warehouse
from sohoa.warehouse.tables import (
    digitisation_rate,
    dim_indicator,
    dim_report_period,
    dim_target,
    dim_unit,
)

Item = TypeVar("Item")
Show = Literal["all", "digitised", "missing"]


@dataclass(frozen=True)
class Paged(Generic[Item]):
    """One page of a list; `number` counts from 1, `total` is the length of the whole list."""

    items: Sequence[Item]
    total: int
    number: int
    size: int

    @property
    def last(self) -> int:
        """Number of the last page; 1 for an empty list."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True)
class UnitName:
    """A unit as people know it; `code` None stands for all units together."""

    code: str | None
    name: str
    name_en: str | None


@dataclass(frozen=True)
class YearTarget:
    """What is measured in a year, on which population, and the share (0–1) to reach."""

    year: int
    indicator: str
    population: str
    population_name: str
    population_name_en: str
    value: float
    basis: str
    ends_on: dt.date


@dataclass(frozen=True)
class Figure:
    """One rate: `met` is None when nothing is to be counted."""

    numerator: int
    denominator: int
    met: bool | None


@dataclass(frozen=True)
class Board:
    """All yearly rates as last loaded. `figures` has (unit code or None, year) as key."""

    loaded_at: dt.datetime
    as_of: dt.date
    targets: tuple[YearTarget, ...]
    units: tuple[UnitName, ...]
    figures: dict[tuple[str | None, int], Figure]

    def runs(self, target: YearTarget) -> bool:
        """Whether the year is not over yet, as far as the load knows."""
        return target.ends_on > self.as_of


@dataclass(frozen=True)
class BatchRow:
    """A batch with its counts; pages are those of its readable files, `n_pages` 0 until it is received."""

    batch_id: str
    name: str
    status: str
    unit: UnitName
    first_seen_at: dt.datetime
    claimed_at: dt.datetime | None
    n_pages: int = 0
    n_pages_read: int = 0
    n_files: int = 0
    n_accepted: int = 0
    n_in_review: int = 0
    n_quarantined: int = 0
    n_duplicate: int = 0


@dataclass(frozen=True)
class FigureItem:
    """One member of a population with its digital copy, if it counts as digitised."""

    item: PopulationItem
    batch_id: str | None = None
    source_file: str | None = None
    first_page: int | None = None

    @property
    def code(self) -> str:
        """Number and symbol as the register has them, or the whole key of a result without."""
        return self.item.result_key.rsplit("|", 2)[0]

    @property
    def issued_on(self) -> dt.date | None:
        """Issue date, part of the key where there is one."""
        parts = self.item.result_key.rsplit("|", 2)
        return dt.date.fromisoformat(parts[1]) if len(parts) == 3 else None


@dataclass(frozen=True)
class FigureList:
    """The members behind a figure, as last loaded; `unit` None stands for all units."""

    figure: Figure
    counts: str  # result | case
    page: Paged[FigureItem]
    unit: UnitName | None


def load_board(settings: Settings) -> Board | None:
    """The yearly rates of the civil calendar, or None if the warehouse was never loaded."""
    with reading_warehouse(settings) as connection:
        newest = newest_load(connection) if connection else None
        if connection is None or newest is None:
            return None
        rows = connection.execute(_yearly_rates()).all()
        units = current_units(connection)
    targets = _one_target_a_year(rows)
    figures = {
        (row.unit_code, row.year): Figure(row.numerator, row.denominator, row.met)
        for row in rows
        if targets[row.year].indicator == row.indicator
    }
    known = {code for code, _ in figures}
    return Board(
        loaded_at=newest.loaded_at,
        as_of=newest.as_of,
        targets=tuple(targets[year] for year in sorted(targets)),
        units=tuple(unit for unit in units if unit.code in known),
        figures=figures,
    )


def current_units(connection: Connection) -> list[UnitName]:
    """The units of the warehouse that stand today, by code."""
    unit = dim_unit.c
    query = select(unit.unit_code, unit.name, unit.name_en).where(unit.is_current).order_by(unit.unit_code)
    return [UnitName(*row) for row in connection.execute(query)]


def list_batches(settings: Settings, number: int, size: int) -> Paged[BatchRow]:
    """A page of all batches, newest first; a constant number of queries however many there are."""
    with open_catalogue(settings) as session:
        if session is None:
            return Paged((), 0, number, size)
        total = session.scalar(select(func.count()).select_from(Batch)) or 0
        newest = func.coalesce(Batch.claimed_at, Batch.first_seen_at).desc()
        rows = session.execute(_batches().order_by(newest, Batch.id).limit(size).offset((number - 1) * size)).all()
        return Paged(_with_counts(session, rows), total, number, size)


def find_batch(settings: Settings, batch_id: str) -> BatchRow | None:
    """One batch with its counts."""
    with open_catalogue(settings) as session:
        if session is None:
            return None
        return next(iter(_with_counts(session, session.execute(_batches().where(Batch.id == batch_id)).all())), None)


def receipt_path(settings: Settings, batch_id: str, name: str) -> Path | None:
    """The receipt of a batch that exists; never outside the outbox, whatever the ids are."""
    found = find_batch(settings, batch_id)
    if found is None or found.unit.code is None:
        return None
    outbox = settings.outbox.resolve()
    path = (outbox / found.unit.code / found.batch_id / name).resolve()
    return path if path.is_relative_to(outbox) and path.is_file() else None


def list_files(settings: Settings, batch_id: str, number: int, size: int) -> Paged[ReceiptLine]:
    """A page of the batch's files as the receipt has them, in the language of `settings`."""
    with reading(settings.catalogue_url) as session:
        lines = receipt_lines(settings, session, batch_id)
    return Paged(_cut(lines, number, size), len(lines), number, size)


def list_figure(
    settings: Settings, indicator: str, period: Period, unit: str | None, show: Show, number: int, size: int
) -> FigureList:
    """What stands behind a period's figure as last loaded: the whole denominator, or only one side of it.

    Raises:
        SohoaError: no such indicator or unit, or the warehouse was never loaded.
    """
    with reading_warehouse(settings) as warehouse, reading(settings.catalogue_url) as session:
        if warehouse is None:
            raise SohoaError("There are no figures yet: the warehouse was never loaded.")
        name = _unit_name(session, unit) if unit else None
        members = figure_members(
            warehouse,
            indicator,
            period,
            load_moves(settings),
            unit,
            side=show,
            offset=(number - 1) * size,
            limit=size,
        )
        items = _with_documents(session, members.items)
    totals: dict[Show, int] = {
        "all": members.denominator,
        "digitised": members.numerator,
        "missing": members.denominator - members.numerator,
    }
    rulebook = load_rulebook()
    return FigureList(
        figure=Figure(members.numerator, members.denominator, met=None),
        counts=rulebook.populations[rulebook.indicators[indicator].population].counts,
        page=Paged(items, totals[show], number, size),
        unit=name,
    )


def _yearly_rates() -> Any:
    rate = digitisation_rate.c
    return (
        select(
            rate.unit_code,
            rate.indicator,
            rate.numerator,
            rate.denominator,
            rate.met,
            dim_report_period.c.year,
            dim_report_period.c.ends_on,
            dim_target.c.value,
            dim_target.c.status,
            dim_target.c.basis,
            dim_target.c.population,
            dim_indicator.c.population_name,
            dim_indicator.c.population_name_en,
        )
        .join(dim_report_period, dim_report_period.c.period_key == rate.period_key)
        .join(dim_target, dim_target.c.target_key == rate.target_key)
        .join(dim_indicator, dim_indicator.c.indicator == rate.indicator)
        .where(dim_report_period.c.kind == "year", dim_report_period.c.calendar == "civil")
        # A year's binding target comes before its goals.
        .order_by(dim_report_period.c.year, dim_target.c.status, rate.indicator)
    )


def _one_target_a_year(rows: Sequence[Row[Any]]) -> dict[int, YearTarget]:
    targets: dict[int, YearTarget] = {}
    for row in rows:
        if row.year not in targets:
            targets[row.year] = YearTarget(
                year=row.year,
                indicator=row.indicator,
                population=row.population,
                population_name=row.population_name,
                population_name_en=row.population_name_en,
                value=row.value,
                basis=row.basis,
                ends_on=row.ends_on,
            )
    return targets


@contextmanager
def open_catalogue(settings: Settings) -> Iterator[Session | None]:
    """A reading session, or None before `sohoa init`."""
    if is_absent(settings.catalogue_url):
        yield None
        return
    with reading(settings.catalogue_url) as session:
        yield session if inspect(session.connection()).has_table(Batch.__tablename__) else None


def _batches() -> Any:
    return select(
        Batch.id,
        Batch.name,
        Batch.status,
        Batch.first_seen_at,
        Batch.claimed_at,
        Batch.unit_code,
        Unit.name.label("unit_name"),
        Unit.name_en.label("unit_name_en"),
    ).join(Unit, Unit.code == Batch.unit_code)


def _with_counts(session: Session, rows: Sequence[Row[Any]]) -> list[BatchRow]:
    counts = _counts(session, [row.id for row in rows])
    return [
        BatchRow(
            batch_id=row.id,
            name=row.name,
            status=row.status,
            unit=UnitName(row.unit_code, row.unit_name, row.unit_name_en),
            first_seen_at=row.first_seen_at,
            claimed_at=row.claimed_at,
            **counts[row.id],
        )
        for row in rows
    ]


def _counts(session: Session, batch_ids: list[str]) -> dict[str, dict[str, int]]:
    """The counts of BatchRow for some batches, in three grouped queries."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for query in (_file_counts(), _document_counts(), _page_counts()):
        column = query.selected_columns[0]
        for row in session.execute(query.where(column.in_(batch_ids)).group_by(column)).mappings():
            found[row["batch_id"]].update({name: n for name, n in row.items() if name != "batch_id"})
    return found


def _file_counts() -> Any:
    return select(
        ScanFile.batch_id,
        func.count().label("n_files"),
        _how_many(ScanFile.outcome == FileOutcome.QUARANTINED).label("n_quarantined"),
        _how_many(ScanFile.outcome == FileOutcome.DUPLICATE).label("n_duplicate"),
    ).where(ScanFile.outcome.is_distinct_from(FileOutcome.IGNORED))


def _document_counts() -> Any:
    return select(
        Document.batch_id,
        _how_many(Document.status.in_(DIGITISED)).label("n_accepted"),
        _how_many(Document.status == DocumentStatus.IN_REVIEW).label("n_in_review"),
    )


def _page_counts() -> Any:
    masters = masters_of().subquery()
    return select(
        masters.c.batch_id,
        func.count().label("n_pages"),
        _how_many(Page.status != PageStatus.PENDING).label("n_pages_read"),
    ).join(Page, Page.sha256 == masters.c.sha256)


def _how_many(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _with_documents(session: Session, items: Sequence[PopulationItem]) -> list[FigureItem]:
    """Where the digital copies of a page of members came from, in one query.

    A copy that was locked or withdrawn since the load is named no more.
    """
    query = select(
        Document.document_id, Document.batch_id, Document.source_file, Document.first_page, Document.status
    ).where(Document.document_id.in_([item.document_id for item in items if item.document_id]))
    # Judged here: asked for the state too, SQLite goes through all documents of that state.
    places = {
        row.document_id: (row.batch_id, row.source_file, row.first_page)
        for row in session.execute(query)
        if row.status in DIGITISED
    }
    return [
        FigureItem(item, *places[item.document_id])
        if item.document_id in places
        else FigureItem(replace(item, document_id=None))
        for item in items
    ]


def _unit_name(session: Session, code: str) -> UnitName:
    unit = session.get(Unit, code)
    if unit is None:
        raise SohoaError(f"There is no unit {code!r}.")
    return UnitName(unit.code, unit.name, unit.name_en)


def _cut(items: Sequence[Item], number: int, size: int) -> Sequence[Item]:
    return items[(number - 1) * size : number * size]
