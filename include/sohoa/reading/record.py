"""What was read from a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

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

FURTHER_FIELD_NAMES = (
    "type_code",
    "paper_name",
    "place",
    "urgency",
    "addressees",
    "recipients",
    "legal_bases",
    "replaces",
    "authority_prefix",
    "signed_for",
    "signer_title",
    "valid_from",
    "valid_until",
    "validity_term",
    "validity_scope",
    "owner_name",
    "owner_id",
    "annex_code",
    "annex_date",
    "issuer_printed",
)
"""What is read beside, where a document has it; lists have one item a line."""

MINIMUM_FIELDS = {
    "mã loại giấy tờ": ("type_code",),
    "mã định danh của tổ chức, cá nhân": ("owner_id", "owner_name"),
    "tên giấy tờ": ("paper_name",),
    "số, ký hiệu": ("code_number", "code_notation"),
    "ngày tháng năm cấp": ("issued_on",),
    "cơ quan cấp": ("issuer",),
    "trích yếu nội dung chính": ("subject",),
    "thời hạn có hiệu lực": ("valid_from", "valid_until", "validity_term"),
    "phạm vi có hiệu lực": ("validity_scope",),
}
"""The nine minimum fields of TT 01/2023/TT-VPCP Đ.9.2 → the fields that hold them."""


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
        further: those of FURTHER_FIELD_NAMES that were found.
    """

    readings: dict[str, Reading] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    further: dict[str, Reading] = field(default_factory=dict)

    def value(self, name: str) -> str | None:
        """The value of a field, None if it was not found."""
        return (self.readings.get(name) or self.further.get(name, NOTHING)).value

    def confidence(self, name: str) -> float:
        """How sure the value is, 0–1."""
        return (self.readings.get(name) or self.further.get(name, NOTHING)).confidence

    def mapped(self, change: Callable[[str, Reading], Reading]) -> Record:
        """The same record with every value, given with its field's name, as `change` makes it."""
        readings, further = (
            {name: change(name, found) for name, found in values.items()} for values in (self.readings, self.further)
        )
        return Record(readings, self.flags, further)

    def at_most(self, surest: float) -> Record:
        """The same record, no value surer than that."""
        return self.mapped(lambda _, found: replace(found, confidence=min(surest, found.confidence)))
