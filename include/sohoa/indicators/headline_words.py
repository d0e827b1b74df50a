"""What stands in and beside the picture of the headline path, in words and readable figures."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from sohoa.indicators.headline import HeadlinePath
from sohoa.indicators.targets import load_rulebook
from sohoa.indicators.wording import number
from sohoa.messages import say
from sohoa.settings import LOCAL_TIME

Language = Literal["vi", "en"]

COMPLETION = "T03"
"""The other target of 2022, of another document and on P1 (C1): it stays beside the headline's."""


def percent(share: float | None, language: Language) -> str:
    """A share as people read it, with at most one decimal, which is cut off: 99.96 % has not reached 100 %."""
    if share is None:
        return "–"
    # Rounded far behind first: as a float, 0.57 times a hundred is a little less than 57.
    tenths = int((Decimal(share) * 1000).quantize(Decimal("1E-6"), ROUND_HALF_EVEN))
    text = f"{tenths // 10}.{tenths % 10}".removesuffix(".0")
    return f"{text.replace('.', ',') if language == 'vi' else text} %"


def fraction(numerator: int, denominator: int, language: Language) -> str:
    """Numerator and denominator as people read them; a dash where there is nothing to count."""
    if not denominator:
        return "–"
    return f"{number(numerator, language)} / {number(denominator, language)}"


def completion_in(year: int) -> float | None:
    """The goal of completion of a year, a share; None where no document sets one."""
    target = load_rulebook().target(COMPLETION, year)
    return target.value if target else None


def title(path: HeadlinePath, language: Language) -> str:
    """What the picture shows, and of which years."""
    return say("headline.title", language, first=path.points[0].year, last=path.points[-1].year)


def whose(path: HeadlinePath, language: Language) -> str:
    """Of which unit, in which calendar."""
    whose = path.unit_code or say("headline.whole", language)
    return f"{whose} · {say(f'headline.calendar_{path.calendar}', language)}"


def notes(path: HeadlinePath, language: Language) -> Iterator[str]:
    """What a reader has to know beside the picture: breaks, bases, other readings."""
    for one in path.breaks:
        yield f"{one.year}: {say(one.message, language)}."
    for point in path.points:
        if completion_in(point.year) is not None:
            names = {"indicator": point.indicator, "population": point.population, "other": COMPLETION}
            share = percent(point.target, language)
            yield say("headline.completion_note", language, year=point.year, share=share, **names)
    yield _base_note(path, language)
    relative = [point for point in path.points if point.relative_target is not None]
    if relative:
        shares = "; ".join(f"{point.year}: {percent(point.relative_target, language)}" for point in relative)
        yield say("headline.relative", language, shares=shares)
    carried = [point for point in path.points if point.basis == "no_legal_source"]
    if carried:
        share = percent(carried[0].target, language)
        yield say("headline.carried_on", language, year=carried[0].year, share=share)
    if any(not point.is_over for point in path.points):
        yield say("headline.hollow", language)


def _base_note(path: HeadlinePath, language: Language) -> str:
    base = path.base
    shares = {"year": base.year, "base": percent(float(base.value), language)}
    if base.basis == "assumed_base":
        measured = percent(path.measured_base, language)
        return say("headline.base_assumed", language, **shares, measured=measured)
    counted = fraction(base.numerator or 0, base.denominator or 0, language)
    return say("headline.base_approved", language, **shares, counted=counted, on=_day(path))


def _day(path: HeadlinePath) -> str:
    approved_at = path.base.approved_at
    return f"{approved_at.astimezone(LOCAL_TIME):%d/%m/%Y}" if approved_at else "–"
