"""Standings of indicators as text: tables in the terminal, and the table of what is declared for the docs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from sohoa.cli.output import note, print_table
from sohoa.indicators import (
    Beside,
    DeclaredIndicator,
    Floors,
    Level,
    Measurement,
    Period,
    Standing,
    TargetInYear,
    load_indicators,
)
from sohoa.indicators.wording import fraction, name, number, target, value, verdict
from sohoa.messages import say


def print_standings(lines: Sequence[Standing], period: Period, language: str) -> None:
    """Print a line for each indicator, in the order of the ruleset."""
    columns = ("code", "name", "fraction", "value", "target", "verdict")
    headings = [say(f"indicator.column_{column}", language) for column in columns]
    rows = [
        (
            line.indicator.code,
            name(line.indicator, language),
            fraction(line.measured, language),
            value(line.indicator, line.measured.value, language),
            target(line.indicator, line.target, language),
            verdict(line, language),
        )
        for line in lines
    ]
    print_table(_title(period, language), headings, rows, right=headings[2:5], whole=headings[:1])


def print_indicator(lines: Sequence[Standing], period: Period, language: str) -> None:
    """Print one indicator's name and sources, then its figure of all units together and of each."""
    indicator = lines[0].indicator
    print(f"{indicator.code}  {name(indicator, language)}")
    for source in _sources(indicator):
        print(f"  {source}")
    if indicator.note:
        print(f"  {indicator.note}")
    if indicator.floors:
        print(f"  {_floors(indicator, indicator.floors, language)}")
    columns = ("unit", "fraction", "value", "target", "verdict")
    headings = [say(f"indicator.column_{column}", language) for column in columns]
    rows: list[tuple[Any, ...]] = []
    for line in lines:
        unit = line.measured.unit_code or say("indicator.all_units", language)
        figure = (fraction(line.measured, language), value(indicator, line.measured.value, language))
        rows.append((unit, *figure, target(indicator, line.target, language), verdict(line, language)))
        rows.extend(_beside(indicator, one, language) for one in line.measured.beside)
    print_table(_title(period, language), headings, rows, right=headings[1:4])
    if lines[0].target is not None and lines[0].target.relative is not None:
        relative = value(indicator, float(lines[0].target.relative), language)
        note(f"{say('indicator.relative', language)}: {relative}")


def _floors(indicator: DeclaredIndicator, floors: Floors, language: str) -> str:
    shares = {level: value(indicator, floors.of(level), language) for level in get_args(Level)}
    return say("indicator.floors", language, source=floors.source, year=floors.year, **shares)


def _title(period: Period, language: str) -> str:
    days = {"first": f"{period.start:%d/%m/%Y}", "last": f"{period.end:%d/%m/%Y}"}
    return say("indicator.standing_title", language, period=period.name, **days)


def _beside(indicator: DeclaredIndicator, one: Beside, language: str) -> tuple[Any, ...]:
    counted = fraction(Measurement(None, one.numerator, one.denominator), language)
    return f"  {say(one.reading, language)}", counted, value(indicator, one.value, language), None, None


def declared_table(language: str) -> str:
    """What is declared, as a Markdown table: every indicator with target, source, status and how it is measured."""
    columns = ("code", "name", "population", "target", "status", "measured", "needs", "source")
    rows = [[say(f"indicator.column_{column}", language) for column in columns], ["---"] * len(columns)]
    for one in load_indicators().indicators:
        needs = one.needs.vi if language == "vi" else one.needs.en
        rows.append(
            [
                one.code,
                name(one, language),
                "–" if one.population == "none" else one.population,
                _targets(one, language) or "–",
                say(f"indicator.status_{one.status}", language),
                say(f"indicator.measured_{one.measured}", language),
                needs,
                "; ".join(_sources(one)),
            ]
        )
    return f"{_markdown(rows)}\n\n{_markdown(_source_documents(language))}"


def _source_documents(language: str) -> list[list[str]]:
    heading = [say(f"indicator.column_{column}", language) for column in ("source", "document", "role", "note")]
    return [
        heading,
        ["---"] * len(heading),
        *(
            [key, one.title, say(f"indicator.role_{one.role}", language), one.note or "–"]
            for key, one in load_indicators().sources.items()
        ),
    ]


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _targets(indicator: DeclaredIndicator, language: str) -> str:
    parts = []
    if indicator.growth is not None:
        years = f"{indicator.growth.first_year}–{indicator.growth.last_year}"
        parts.append(f"{years}: +{number(float(indicator.growth.step) * 100, language)} pp")
    for one in indicator.targets:
        last = "…" if one.last_year is None else str(one.last_year)
        years = str(one.first_year) if last == str(one.first_year) else f"{one.first_year}–{last}"
        parts.append(f"{years}: {target(indicator, TargetInYear(one.value, one.basis), language)}")
    return "; ".join(parts)


def _sources(indicator: DeclaredIndicator) -> list[str]:
    """`S004 Mục II.2.c, L53`, as the source documents are cited (domain.md §0.2)."""
    return [f"{one.document} {one.section}" + "".join(f", L{line}" for line in one.lines) for one in indicator.sources]
