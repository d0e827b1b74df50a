"""The headline path as one picture for print and reports: vector (SVG) or image (PNG), the same bytes every time.

Told apart by shape and dash, so that it reads in grey; the colours are those of Okabe and Ito, which colour-blind
people tell apart (https://jfly.uni-koeln.de/color/).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from sohoa.indicators.declared import load_indicators
from sohoa.indicators.headline import HeadlinePath, HeadlinePoint
from sohoa.indicators.targets import load_rulebook
from sohoa.messages import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Form = Literal["svg", "png"]
Language = Literal["vi", "en"]

PNG_DPI = 150
HEIGHT = 8.2
"""Inches, as matplotlib measures; the width grows with the number of years."""

LEFT = 0.135
"""Share of the width that the names of the table's rows take."""

OWN, TARGET, SAME, QUIET = "#0072B2", "#B34700", "#4D4D4D", "#6E6E6E"
SHADES = ("#F2F2F2", "#FFFFFF")
MARKERS = {"P1": "o", "P2": "s", "P3": "D"}
DASHES = {
    "stated": "solid",
    "measured_base": (0, (9, 1.5, 1.5, 1.5)),
    "assumed_base": (0, (6, 2)),
    "no_legal_source": (0, (1, 1.6)),
}
COMPLETION = "T03"
"""The other target of 2022, of another document and on P1 (C1): it stays beside the headline's."""

UNFINISHED = " *"
"""Behind a year that is not over."""

CEILING = 1.34
"""Top of the plot: above 100 % stand the names of what is counted."""


def headline_picture(path: HeadlinePath, *, form: Form, language: Language) -> bytes:
    """Draw the path: shares, targets, the breaks between populations by name, and the line on P2 beside it.

    Args:
        path: Of `headline_path` or `path_of`.
        form: svg (letters as outlines, so that it looks the same everywhere), or png (150 dots an inch).
        language: Of all words and decimals.
    """
    figure = _figure(len(path.points))
    axes = figure.add_axes((LEFT, 0.45, 0.985 - LEFT, 0.445))
    _draw_frame(axes, path, language)
    _draw_populations(axes, path, language)
    _draw_own(axes, path, language)
    _draw_same_population(axes, path, language)
    _draw_targets(axes, path, language)
    _write_table(axes, path, language)
    figure.text(0.015, 0.965, _title(path, language), fontsize=13, fontweight="bold")
    figure.text(0.015, 0.935, _whose(path, language), fontsize=10)
    axes.legend(loc="upper left", bbox_to_anchor=(-0.005, -0.41), ncols=3, fontsize=8.5, frameon=False, handlelength=4)
    width = int(14 * figure.get_figwidth())
    notes = [line for note in _notes(path, language) for line in textwrap.wrap(note, width, subsequent_indent="   ")]
    figure.text(0.015, 0.165, "\n".join(notes), va="top", fontsize=8, color="#222222", linespacing=1.35)
    buffer = BytesIO()
    title = f"{_title(path, language)}, {_whose(path, language)}"
    told: dict[str, Any] = {"Title": title, "Date": None} if form == "svg" else {"Title": title, "Software": None}
    figure.savefig(buffer, format=form, dpi=PNG_DPI, metadata=told)
    return buffer.getvalue()


def percent(share: float | None, language: Language) -> str:
    """A share as people read it, with at most one decimal, which is cut off: 99.96 % has not reached 100 %."""
    if share is None:
        return "–"
    # Rounded far behind first: as a float, 0.57 times a hundred is a little less than 57.
    tenths = int((Decimal(share) * 1000).quantize(Decimal("1E-6"), ROUND_HALF_EVEN))
    text = f"{tenths // 10}.{tenths % 10}".removesuffix(".0")
    return f"{text.replace('.', ',') if language == 'vi' else text} %"


def _figure(n_years: int) -> Figure:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # Names of parts within the SVG are hashes; without a fixed salt they differ from run to run.
    mpl.rcParams["svg.hashsalt"] = "sohoa"
    mpl.rcParams["svg.fonttype"] = "path"
    mpl.rcParams["font.family"] = "DejaVu Sans"
    return Figure(figsize=(min(max(10.5, 1.5 * n_years + 1.2), 40), HEIGHT))


def _draw_frame(axes: Axes, path: HeadlinePath, language: Language) -> None:
    years = [point.year for point in path.points]
    axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    axes.set_ylim(0, CEILING)
    names = [f"{point.year}{'' if point.is_over else UNFINISHED}" for point in path.points]
    axes.set_xticks(years, names, fontsize=10, fontweight="bold")
    ticks = [tenth / 5 for tenth in range(6)]
    axes.set_yticks(ticks, [percent(tick, language) for tick in ticks], fontsize=9)
    axes.grid(axis="y", color="#D5D5D5", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _draw_populations(axes: Axes, path: HeadlinePath, language: Language) -> None:
    """A shade for each population with its name on top, and the breaks between them as named lines."""
    for number, (population, points) in enumerate(_stretches(path)):
        first, last = points[0].year - 0.5, points[-1].year + 0.5
        axes.axvspan(first, last, color=SHADES[number % 2], linewidth=0, zorder=0)
        wide = len(points) > 1
        name = "\n".join(textwrap.wrap(_population_name(population, language), 44 if wide else 19))
        axes.text(
            first + 0.06,
            CEILING - 0.02,
            f"{population}\n{name}",
            va="top",
            fontsize=8,
            color="#222222",
            linespacing=1.25,
        )
    for one in path.breaks:
        axes.axvline(one.year - 0.5, color="#000000", linewidth=1.4, linestyle=(0, (8, 3, 1.5, 3)), zorder=3)
        text = say("headline.break_short", language, before=one.before, after=one.after)
        axes.text(
            one.year - 0.5,
            0.03,
            text,
            rotation=90,
            ha="center",
            va="bottom",
            fontsize=8,
            fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 2},
            zorder=9,
        )


def _stretches(path: HeadlinePath) -> Iterator[tuple[str, list[HeadlinePoint]]]:
    """Neighbouring years that count the same population."""
    for population, points in groupby(path.points, key=lambda point: point.population):
        yield population, list(points)


def _population_name(population: str, language: Language) -> str:
    found = load_rulebook().populations[population]
    return found.name if language == "vi" else found.name_en


def _draw_targets(axes: Axes, path: HeadlinePath, language: Language) -> None:
    named: set[str] = set()
    before: HeadlinePoint | None = None
    for point in path.points:
        if point.target is not None and point.basis is not None:
            dashes: Any = DASHES[point.basis]
            label = None if point.basis in named else say(f"headline.target_{point.basis}", language)
            named.add(point.basis)
            ends = [point.year - 0.5, point.year + 0.5]
            axes.plot(ends, [point.target] * 2, color=TARGET, linewidth=2.4, linestyle=dashes, label=label, zorder=4)
            if before is not None and before.population == point.population and before.target is not None:
                axes.plot([ends[0]] * 2, [before.target, point.target], color=TARGET, linewidth=1, zorder=4)
            text = say("headline.at_least", language, share=percent(point.target, language))
            _write(axes, ends[0] + 0.06, point.target, text, TARGET, above=True)
        before = point
    _draw_completion(axes, path, language)


def _draw_completion(axes: Axes, path: HeadlinePath, language: Language) -> None:
    """The goal of completion on P1, which another document sets for a year that has a headline target of its own."""
    indicator = load_indicators().get(COMPLETION)
    for point in path.points:
        goal = indicator.target_in(point.year) if indicator else None
        if goal is not None:
            ends, height = [point.year - 0.5, point.year + 0.5], float(goal.value)
            axes.plot(ends, [height] * 2, color=QUIET, linewidth=1.4, linestyle="dashdot", zorder=4)
            text = say("headline.completion", language, share=percent(height, language))
            axes.text(ends[0] + 0.06, height - 0.02, text, va="top", fontsize=7.5, color=QUIET)


def _draw_same_population(axes: Axes, path: HeadlinePath, language: Language) -> None:
    axes.plot(
        [point.year for point in path.points],
        [_height(point.same_rate) for point in path.points],
        color=SAME,
        linewidth=1.3,
        linestyle=(0, (3, 2)),
        marker="^",
        markersize=6,
        markerfacecolor="white",
        label=say("headline.same_population", language),
        zorder=5,
    )


def _draw_own(axes: Axes, path: HeadlinePath, language: Language) -> None:
    """Years of one population are joined, those on either side of a break or of a year without data are not."""
    for population, points in _stretches(path):
        years, rates = [point.year for point in points], [_height(point.rate) for point in points]
        faces = [OWN if point.is_over else "white" for point in points]
        marker, label = MARKERS[population], say("headline.own", language, population=population)
        axes.plot(years, rates, color=OWN, linewidth=2.2, zorder=6)
        axes.plot([], [], color=OWN, linestyle="none", marker=marker, markersize=8, label=label)
        axes.scatter(years, rates, s=80, marker=marker, c=faces, edgecolors=OWN, linewidths=1.8, zorder=7)
        for point in points:
            if point.rate is None:
                text = say("headline.no_data", language)
                axes.text(point.year, 0.05, text, ha="center", fontsize=8.5, style="italic", color=QUIET)
            else:
                is_below = point.target is not None and point.rate < point.target
                _write(axes, point.year + 0.08, point.rate, percent(point.rate, language), OWN, above=not is_below)


def _height(share: float | None) -> float:
    """Where to draw a share; nowhere if there is none, which parts the line."""
    return float("nan") if share is None else share


def _write(axes: Axes, year: float, share: float, text: str, color: str, *, above: bool) -> None:
    """A label right above its mark or below it; the halo keeps it legible on lines."""
    from matplotlib import patheffects

    axes.text(
        year,
        share + (0.012 if above else -0.018),
        text,
        va="bottom" if above else "top",
        fontsize=9,
        fontweight="bold" if color == OWN else "normal",
        color=color,
        path_effects=[patheffects.withStroke(linewidth=2.5, foreground="white")],
        zorder=8,
    )


def _write_table(axes: Axes, path: HeadlinePath, language: Language) -> None:
    """The figures below their years, so that none has to find room among the lines."""
    rows = {
        "indicator": [f"{point.indicator} · {point.population}" for point in path.points],
        "counted": [_fraction(point.numerator, point.denominator, language) for point in path.points],
        "rate": [percent(point.rate, language) for point in path.points],
        "target": [percent(point.target, language) for point in path.points],
        "same": [percent(point.same_rate, language) for point in path.points],
    }
    across = axes.get_xaxis_transform()
    for number, (name, cells) in enumerate(rows.items()):
        height = -0.105 - 0.052 * number
        heading = say(f"headline.row_{name}", language)
        axes.text(-LEFT / (0.985 - LEFT) + 0.018, height, heading, transform=axes.transAxes, fontsize=8.5, va="center")
        for point, cell in zip(path.points, cells, strict=True):
            weight = "bold" if name == "rate" else "normal"
            axes.text(
                point.year, height, cell, transform=across, fontsize=8.5, ha="center", va="center", fontweight=weight
            )


def _fraction(numerator: int, denominator: int, language: Language) -> str:
    if not denominator:
        return "–"
    text = f"{numerator:,} / {denominator:,}"
    return text.replace(",", ".") if language == "vi" else text


def _title(path: HeadlinePath, language: Language) -> str:
    return say("headline.title", language, first=path.points[0].year, last=path.points[-1].year)


def _whose(path: HeadlinePath, language: Language) -> str:
    whose = path.unit_code or say("headline.whole", language)
    return f"{whose} · {say(f'headline.calendar_{path.calendar}', language)}"


def _notes(path: HeadlinePath, language: Language) -> Iterator[str]:
    for one in path.breaks:
        yield f"{one.year}: {say(one.message, language)}."
    completion = load_indicators().get(COMPLETION)
    if completion and any(completion.target_in(point.year) for point in path.points):
        yield say("headline.completion_note", language)
    yield _base_note(path, language)
    relative = [point for point in path.points if point.relative_target is not None]
    if relative:
        shares = "; ".join(f"{point.year}: {percent(point.relative_target, language)}" for point in relative)
        yield say("headline.relative", language, shares=shares)
    if any(point.basis == "no_legal_source" for point in path.points):
        yield say("headline.carried_on", language)
    if any(not point.is_over for point in path.points):
        yield say("headline.hollow", language)


def _base_note(path: HeadlinePath, language: Language) -> str:
    base = path.base
    shares = {"year": base.year, "base": percent(float(base.value), language)}
    if base.basis == "assumed_base":
        measured = percent(path.measured_base, language)
        return say("headline.base_assumed", language, **shares, measured=measured)
    return say(
        "headline.base_approved", language, **shares, counted=f"{base.numerator}/{base.denominator}", on=_day(path)
    )


def _day(path: HeadlinePath) -> str:
    approved_at = path.base.approved_at
    return f"{approved_at:%d/%m/%Y}" if approved_at else "–"
