"""The picture of one unit: rates as bars, the legal path as a step line. Only places; the template draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sohoa.indicators import HeadlinePath
from sohoa_airflow.web.queries import Board, Figure, YearTarget

_LABEL_HEIGHT = 22
CARRIED = "no_legal_source"
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Frame:
    """Outer size and margins, in units of the picture; `bar` is a bar's share of its column."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    bar: float

    def y(self, share: float) -> float:
        """Height of a share from 0 to 1."""
        return round(self.floor - share * (self.floor - self.top), 1)

    @property
    def floor(self) -> int:
        """Height of the base line."""
        return self.height - self.bottom

    @property
    def end(self) -> int:
        """Right end of the base line."""
        return self.width - self.right


WIDE = Frame("wide", 960, 400, left=56, right=12, top=86, bottom=64, bar=0.36)
NARROW = Frame("narrow", 360, 330, left=44, right=4, top=58, bottom=62, bar=0.5)
FRAMES = (WIDE, NARROW)


@dataclass(frozen=True)
class Column:
    """One year: its bar, and where its label stands clear of the target line."""

    target: YearTarget
    figure: Figure | None
    x: float
    width: float
    bar_x: float
    bar_y: float
    bar_width: float
    bar_height: float
    target_y: float
    label_y: float

    @property
    def middle(self) -> float:
        """Horizontal middle."""
        return self.x + self.width / 2


@dataclass(frozen=True)
class Band:
    """Neighbouring years that count the same population."""

    population: str
    x: float
    width: float


@dataclass(frozen=True)
class SamePoint:
    """A year's rate on P2; `label_x` is clear of the year's bar, None where the two are about as high."""

    figure: Figure
    x: float
    y: float
    label_x: float | None


@dataclass(frozen=True)
class Chart:
    """Everything that the template draws.

    `carried_path` goes on where no law sets the target; `same_path` joins the rates on one and the same population.
    """

    frame: Frame
    columns: tuple[Column, ...]
    bands: tuple[Band, ...]
    target_path: str
    carried_path: str
    same: tuple[SamePoint, ...]
    same_path: str


def draw(board: Board, path: HeadlinePath, frame: Frame) -> Chart:
    """The picture of the path's unit (None: all together) in a frame."""
    unit = path.unit_code
    width = (frame.end - frame.left) / max(1, len(board.targets))
    columns = tuple(
        _column(frame, target, board.figures.get((unit, target.year)), frame.left + n * width, width)
        for n, target in enumerate(board.targets)
    )
    by_law = [column for column in columns if column.target.basis != CARRIED]
    carried = [column for column in columns if column.target.basis == CARRIED]
    same = tuple(_same_points(frame, path, columns))
    same_path = "M" + " L".join(f"{point.x} {point.y}" for point in same) if same else ""
    return Chart(frame, columns, tuple(_bands(columns)), _step_line(by_law), _step_line(carried), same, same_path)


def _same_points(frame: Frame, path: HeadlinePath, columns: Sequence[Column]) -> Iterator[SamePoint]:
    by_year = {point.year: point for point in path.points}
    for column in columns:
        point = by_year.get(column.target.year)
        if point is None or point.same_rate is None:
            continue
        y = frame.y(point.same_rate)
        is_apart = abs(y - column.bar_y) > _LABEL_HEIGHT
        beside = column.middle + 10 if y < column.bar_y else column.bar_x + column.bar_width + 5
        label_x = round(beside, 1) if is_apart else None
        yield SamePoint(Figure(point.same_numerator, point.same_denominator, None), column.middle, y, label_x)


def _column(frame: Frame, target: YearTarget, figure: Figure | None, x: float, width: float) -> Column:
    share = figure.numerator / figure.denominator if figure and figure.denominator else 0.0
    bar_width, bar_y, target_y = width * frame.bar, frame.y(share), frame.y(target.value)
    # Clear of the mark on the bar's top where the same population is counted.
    label_y = bar_y - 11
    if label_y - _LABEL_HEIGHT < target_y < bar_y:
        label_y = target_y - 7
    return Column(
        target=target,
        figure=figure,
        x=round(x, 1),
        width=round(width, 1),
        bar_x=round(x + (width - bar_width) / 2, 1),
        bar_y=bar_y,
        bar_width=round(bar_width, 1),
        bar_height=round(frame.floor - bar_y, 1),
        target_y=target_y,
        label_y=round(label_y, 1),
    )


def _bands(columns: tuple[Column, ...]) -> Iterator[Band]:
    for population, group in groupby(columns, key=lambda column: column.target.population):
        years = list(group)
        yield Band(population, years[0].x, round(sum(year.width for year in years), 1))


def _step_line(columns: Sequence[Column]) -> str:
    steps = (f"H{column.x} V{column.target_y} H{round(column.x + column.width, 1)}" for column in columns)
    return f"M{columns[0].x} {columns[0].target_y} {' '.join(steps)}" if columns else ""
