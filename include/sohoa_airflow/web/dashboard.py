"""The overview: the headline path, everybody's standing in one period, what waits; and the same to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from sohoa.indicators import Period
from sohoa.intake.receipt import safe_cell
from sohoa_airflow.web.chart import FRAMES, TICKS, WIDE, draw
from sohoa_airflow.web.dashboard_queries import Dashboard, load_dashboard, period_name
from sohoa_airflow.web.pages import CurrentVisit, Visit, load_assets, templates
from sohoa_airflow.web.queries import Board, UnitName, list_batches, load_board
from sohoa_airflow.web.wording import Wording

BATCHES_ON_OVERVIEW = 10
# The picture brings its own style and asks for nothing.
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
CAPTION_HEIGHT = 90
# Place across, row, message and look of each entry of the picture's legend.
LEGEND = (
    (56, 0, "legend_met", "met"),
    (220, 0, "legend_missed", "missed"),
    (360, 0, "legend_target", "target"),
    (56, 1, "legend_carried", "target carried"),
    (360, 1, "legend_same", "same"),
)

router = APIRouter()


@router.get("/", name="overview")
def overview(visit: CurrentVisit, unit: str = "", period: str = "") -> Response:
    """Rates against targets, and the newest batches."""
    board = load_board(visit.settings)
    if board is None and unit:
        raise HTTPException(404)
    values: dict[str, Any] = {"board": None}
    if board is not None:
        chosen, found = _find(visit, board, unit, period)
        values = {
            "board": board,
            "chosen": chosen,
            "found": found,
            "path": found.path,
            "charts": [draw(board, found.path, frame) for frame in FRAMES],
            "ticks": TICKS,
            "period_name": period_name,
            "period_groups": _grouped(found.periods),
        }
    return visit.page("overview.html", batches=list_batches(visit.settings, 1, BATCHES_ON_OVERVIEW), **values)


@router.get("/headline.svg", name="headline_picture")
def headline_picture(visit: CurrentVisit, unit: str = "") -> Response:
    """The picture of the overview, to be put into a report."""
    board, chosen, found = _load(visit, unit)
    svg = (
        templates()
        .get_template("chart.svg")
        .render(
            t=visit.wording,
            board=board,
            unit_name=visit.wording.name(chosen) if chosen else visit.wording("all_units"),
            path=found.path,
            chart=draw(board, found.path, WIDE),
            ticks=TICKS,
            caption=CAPTION_HEIGHT,
            legend=LEGEND,
            style=load_assets()["chart.css"].content.decode(),
        )
    )
    headers = {"Content-Security-Policy": PICTURE_POLICY, "Content-Disposition": 'attachment; filename="headline.svg"'}
    return Response(svg, media_type="image/svg+xml", headers=headers)


@router.get("/headline.csv", name="headline_table")
def headline_table(visit: CurrentVisit, unit: str = "") -> Response:
    """The figures of the picture."""
    _, _, found = _load(visit, unit)
    t = visit.wording
    columns = ("year", "indicator", "population", "digitised", "counted", "rate", "target", "same_population")
    rows = (
        (
            point.year,
            point.indicator,
            point.population,
            point.numerator,
            point.denominator,
            t.fraction(point.numerator, point.denominator),
            "" if point.target is None else t.share(point.target),
            t.fraction(point.same_numerator, point.same_denominator),
        )
        for point in found.path.points
    )
    return _table(t, "headline.csv", columns, rows)


@router.get("/units.csv", name="league_table")
def league_table(visit: CurrentVisit, period: str = "") -> Response:
    """Every unit's standing in a period."""
    _, _, found = _load(visit, "", period)
    t = visit.wording
    columns = ("unit", "unit_name", "period", "indicator", "digitised", "counted", "rate", "target", "gap")
    rows = (
        (
            one.unit.code,
            t.name(one.unit),
            t.period(found.period),
            found.indicator,
            one.rate.numerator,
            one.rate.denominator,
            t.rate(one.figure),
            "" if one.rate.target is None else t.share(one.rate.target),
            t.gap(one.figure, one.rate.target) if one.rate.target is not None and one.rate.denominator else "",
        )
        for one in found.league
    )
    return _table(t, "units.csv", columns, rows)


def _grouped(periods: Sequence[Period]) -> list[tuple[str, list[Period]]]:
    """The periods to choose from: civil ones by their kind, then those of reports; of each kind the newest first."""
    kinds = ("year", "quarter", "half")
    groups = [
        (kind, [one for one in reversed(periods) if (one.calendar, one.kind) == ("civil", kind)]) for kind in kinds
    ]
    of_reports = [one for one in reversed(periods) if one.calendar == "report"]
    groups.append(("report", sorted(of_reports, key=lambda one: kinds.index(one.kind))))
    return [(name, found) for name, found in groups if found]


def _load(visit: Visit, unit: str, period: str = "") -> tuple[Board, UnitName | None, Dashboard]:
    board = load_board(visit.settings)
    if board is None:
        raise HTTPException(404)
    return board, *_find(visit, board, unit, period)


def _find(visit: Visit, board: Board, unit: str, period: str) -> tuple[UnitName | None, Dashboard]:
    """The unit and dashboard that an address asks for; 404 if there is no such unit or period."""
    chosen = next((one for one in board.units if one.code == unit), None)
    found = load_dashboard(visit.settings, board, period, chosen)
    if found is None or (unit and chosen is None):
        raise HTTPException(404)
    return chosen, found


def _table(t: Wording, name: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Response:
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(t(f"csv_{column}") for column in columns)
    writer.writerows([safe_cell(str(value)) for value in row] for row in rows)
    # The byte order mark is how Excel knows UTF-8.
    return Response(
        stream.getvalue().encode("utf-8-sig"),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
