"""What was measured for an indicator: numerator, denominator and value, or why there is no figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MISSING = "indicator.missing_data"
"""Message: nothing came in of what the indicator needs."""

UNKNOWN = "indicator.missing_facts"
"""Message: `n_unknown` of what is counted lack a fact that the indicator needs."""


@dataclass(frozen=True)
class Beside:
    """Another reading of the same indicator, by message key: shown beside the figure, never in its place."""

    reading: str
    numerator: float
    denominator: float

    @property
    def value(self) -> float | None:
        """Numerator by denominator."""
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True)
class Measurement:
    """One figure of an indicator.

    Attributes:
        unit_code: None for all units in the indicator's scope together.
        value: in the indicator's unit of measure, shares from 0 to 1; None when nothing is to be counted, never 0.
        factor: what numerator ÷ denominator is multiplied with (QĐ 766, 3.3), else None.
        missing: message key of why there is no value; None if there is one.
        n_unknown: how many of what is counted lack a fact.
        beside: other readings of the same target.
    """

    unit_code: str | None
    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None
    factor: float | None = None
    missing: str | None = None
    n_unknown: int = 0
    beside: tuple[Beside, ...] = ()
    source: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "unit_code": self.unit_code,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "value": self.value,
            "factor": self.factor,
            "beside": [{"reading": one.reading, **_fraction(one)} for one in self.beside],
            "reading_source": self.source,
        }


def _fraction(one: Beside) -> dict[str, float | None]:
    return {"numerator": one.numerator, "denominator": one.denominator, "value": one.value}
