"""Figures, targets and verdicts of indicators as words for people: in the terminal, in reports."""

from __future__ import annotations

from decimal import Decimal

from sohoa.indicators.declared import DeclaredIndicator
from sohoa.indicators.measured import Measurement
from sohoa.indicators.standing import Standing, TargetInYear
from sohoa.messages import say

_SIGNS = {">=": "≥", "<=": "≤"}


def name(indicator: DeclaredIndicator, language: str) -> str:
    """The indicator's name in a language."""
    return indicator.name if language == "vi" else indicator.name_en


def fraction(measured: Measurement, language: str) -> str | None:
    """Numerator / denominator; None where neither was counted."""
    if measured.denominator is None:
        return None
    counted = None if measured.numerator is None else number(measured.numerator, language)
    return f"{counted or '?'} / {number(measured.denominator, language)}"


def value(indicator: DeclaredIndicator, measured: float | Decimal | None, language: str) -> str | None:
    """A value in the indicator's unit of measure; shares with two decimals (domain.md §1.4)."""
    if measured is None:
        return None
    if indicator.unit == "share":
        return f"{number(round(float(measured) * 100, 2), language)} %"
    if indicator.unit == "yes_no":
        return say("indicator.answer_yes" if measured else "indicator.answer_no", language)
    return say(f"indicator.unit_{indicator.unit}", language, value=number(round(float(measured), 2), language))


def target(indicator: DeclaredIndicator, wanted: TargetInYear | None, language: str) -> str | None:
    """`≥ 80 %`, with its basis where no document states it."""
    if wanted is None:
        return None
    sign = "" if indicator.unit == "yes_no" else f"{_SIGNS[indicator.comparator]} "
    text = f"{sign}{value(indicator, wanted.value, language)}"
    basis = "" if wanted.basis == "stated" else f" ({say(f'indicator.basis_{wanted.basis}', language)})"
    return text + basis


def verdict(line: Standing, language: str) -> str:
    """The verdict, or what is missing for a figure."""
    return line.missing_text(language) or say(f"indicator.verdict_{line.verdict}", language)


def number(given: float, language: str) -> str:
    """At most two decimals, written as the language writes numbers."""
    return _written(f"{given:,.2f}".rstrip("0").rstrip("."), language)


def tenths(given: float, language: str) -> str:
    """One decimal, such as documents a week."""
    return _written(f"{given:,.1f}", language)


def _written(text: str, language: str) -> str:
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text
