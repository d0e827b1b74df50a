"""What was read from a document."""

from __future__ import annotations

from dataclasses import dataclass, field

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions of the page."""

FIELD_NAMES = (
    "code_number",
    "code_notation",
    "issued_on",
    "issuer",
    "doc_type",
    "subject",
    "signer_name",
    "dossier_code",
)


@dataclass(frozen=True)
class Reading:
    """One value: what was read, how sure (0–1), and where.

    Attributes:
        value: the value, dates in ISO form; None if nothing was found.
        confidence: 0 for nothing found.
        page_no: page of the document, from 1.
        box: where on that page.
    """

    value: str | None = None
    confidence: float = 0.0
    page_no: int | None = None
    box: Box | None = None


NOTHING = Reading()


@dataclass(frozen=True)
class Record:
    """The fields of one document by name (FIELD_NAMES), and facts seen on its pages.

    Attributes:
        readings: one for every field name.
        flags: facts such as `handwritten_number`, `secrecy_mark`.
    """

    readings: dict[str, Reading] = field(default_factory=dict)
    flags: tuple[str, ...] = ()

    def value(self, name: str) -> str | None:
        """The value of a field, None if it was not found."""
        return self.readings.get(name, NOTHING).value

    def confidence(self, name: str) -> float:
        """How sure the value is, 0–1."""
        return self.readings.get(name, NOTHING).confidence
