"""The plain data of the sample world: results as the register knows them, and scans of some of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from sohoa.samples.kinds import Kind, Matter

Numbering = Literal["printed", "stamped", "pen"]


class Validity(StrEnum):
    """`Tình trạng hiệu lực` as register exports write it."""

    IN_FORCE = "Còn hiệu lực"
    EXPIRED = "Hết hiệu lực"
    REVOKED = "Bị thu hồi"
    SUPERSEDED = "Bị thay thế"
    ANNULLED = "Bị hủy bỏ"


@dataclass(frozen=True)
class Result:
    """One result of a procedure; a row of the register per dossier.

    `not_useful_since` is empty for results that are still useful; `ended_on` is the day of revocation,
    supersession or annulment; expiry has its own date.
    """

    kind: Kind
    number: str
    issued_on: dt.date
    matter: Matter
    dossiers: tuple[str, ...]
    received_on: dt.date
    returned_on: dt.date | None = None
    expires_on: dt.date | None = None
    validity: Validity = Validity.IN_FORCE
    ended_on: dt.date | None = None
    not_useful_since: dt.date | None = None
    channel: str = "Trực tiếp"

    @property
    def code(self) -> str:
        """Number and symbol, as `70/QĐ-BNV`."""
        return f"{self.number}/{self.kind.notation}"

    @property
    def key(self) -> str:
        """The contract's `result_key`."""
        return f"{self.code}|{self.issued_on.isoformat()}|{self.kind.unit_code}"

    def in_force_on(self, day: dt.date) -> bool:
        """Issued by `day`, and neither expired nor ended by then (design.md §7)."""
        expired = self.expires_on is not None and self.expires_on < day
        ended = self.ended_on is not None and self.ended_on <= day
        return self.issued_on <= day and not expired and not ended

    def useful_on(self, day: dt.date) -> bool:
        """In force, and not found useless by `day`."""
        useless = self.not_useful_since is not None and self.not_useful_since <= day
        return self.in_force_on(day) and not useless


class Fault(StrEnum):
    """What is wrong with a scan that is made to fail."""

    CORRUPT = "corrupt"
    LOW_DPI = "low_dpi"
    NOT_IN_REGISTER = "not_in_register"


@dataclass(frozen=True)
class Scan:
    """A result that was scanned, and when."""

    result: Result
    scanned_on: dt.date
    fault: Fault | None = None
