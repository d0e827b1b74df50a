"""How numbers, days and names are written in each language; the texts themselves are messages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sohoa.indicators import Period
from sohoa.messages import LANGUAGES, load_messages, reason_text, say
from sohoa.settings import LOCAL_TIME
from sohoa_airflow.web.queries import Figure, UnitName

NOTHING = "–"
_FIXED = "\u00a0"


@dataclass(frozen=True)
class Wording:
    """One language. Shares are cut off, never rounded up: 99,96 % must not read as a target met."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The message `web.<key>`."""
        return say(f"web.{key}", self.language, **values)

    @property
    def others(self) -> tuple[str, ...]:
        """The languages that one can switch to."""
        return tuple(language for language in LANGUAGES if language != self.language)

    def outcome(self, kind: str) -> str:
        """The name of a file's or document's outcome, as on the receipt."""
        return say(f"outcome.{kind}", self.language)

    def desk(self, key: str, **values: object) -> str:
        """The message `desk.<key>`, of the review desk."""
        return say(f"desk.{key}", self.language, **values)

    def reason(self, code: str) -> str:
        """Why a document waits or was set aside, and what to do."""
        return reason_text(code, self.language)

    def event(self, kind: str) -> str:
        """What happened to a document; a kind that has no message yet as it is."""
        return load_messages(self.language).get(f"event.{kind}", kind)

    def field(self, name: str) -> str:
        """The name of a field; the field's own where nobody gave it one."""
        return load_messages(self.language).get(f"field.{name}", name)

    def value(self, text: str) -> str:
        """The value of a field; a day as it is written in this language."""
        try:
            return self.day(dt.datetime.strptime(text, "%Y-%m-%d").date())  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            return text

    def figures(self, key: str, **values: object) -> str:
        """The message `indicator.<key>`, shared with the command line."""
        return say(f"indicator.{key}", self.language, **values)

    def decimal(self, value: float | None) -> str:
        """A number with one decimal, such as documents a week; a dash for none."""
        if value is None:
            return NOTHING
        tenths = round(value * 10)
        return f"{'−' if tenths < 0 else ''}{self._tenths(abs(tenths))}"

    def population_break(self, message: str) -> str:
        """What changes where the headline path goes over to another population."""
        return say(message, self.language)

    def role(self, role: str) -> str:
        """A role at the review desk."""
        return say(f"review.role_{role}", self.language)

    def number(self, value: int) -> str:
        """A whole number with its thousands apart."""
        return f"{value:,}".replace(",", "." if self.language == "vi" else ",")

    def ratio(self, figure: Figure) -> str:
        """Numerator and denominator."""
        return f"{self.number(figure.numerator)}/{self.number(figure.denominator)}"

    def rate(self, figure: Figure | None) -> str:
        """A rate in percent with one decimal; a dash where there is nothing to count."""
        return f"{self._tenths(rate_tenths(figure))}{_FIXED}%" if figure and figure.denominator else NOTHING

    def fraction(self, numerator: int, denominator: int) -> str:
        """The rate that two counts make."""
        return self.rate(Figure(numerator, denominator, met=None))

    def share(self, value: float) -> str:
        """A share such as a target in percent, without needless decimals."""
        tenths = round(value * 1000)
        return f"{self.number(tenths // 10) if tenths % 10 == 0 else self._tenths(tenths)}{_FIXED}%"

    def gap(self, figure: Figure, target: float) -> str:
        """How far a rate is from its target, in percentage points: as the two shown numbers differ."""
        tenths = round(target * 1000) - rate_tenths(figure)
        key = "gap_missing" if tenths > 0 else "gap_beyond" if tenths < 0 else "gap_none"
        return self(key, points=self._tenths(abs(tenths)))

    def day(self, value: dt.date) -> str:
        """A day."""
        return value.strftime("%d/%m/%Y" if self.language == "vi" else "%Y-%m-%d")

    def instant(self, value: dt.datetime) -> str:
        """An instant on the Ministry's clock."""
        return value.astimezone(LOCAL_TIME).strftime("%d/%m/%Y %H:%M" if self.language == "vi" else "%Y-%m-%d %H:%M")

    def period(self, period: Period) -> str:
        """A report period; of the report calendar with its days, for nobody knows them by heart."""
        roman = ("I", "II", "III", "IV")[period.number - 1]
        text = self(f"period_{period.kind}", year=period.year, number=roman)
        days = f"{self.day(period.start)} – {self.day(period.end)}"
        return text if period.calendar == "civil" else self("period_report", period=text, days=days)

    def name(self, unit: UnitName) -> str:
        """A unit's name; `code` None is all units together."""
        if unit.code is None:
            return self("all_units")
        return unit.name if self.language == "vi" else unit.name_en or unit.name

    def _tenths(self, tenths: int) -> str:
        mark = "," if self.language == "vi" else "."
        return f"{self.number(tenths // 10)}{mark}{tenths % 10}"


def rate_tenths(figure: Figure) -> int:
    """A rate in tenths of a percent, cut off; 0 where there is nothing to count."""
    return figure.numerator * 1000 // figure.denominator if figure.denominator else 0
