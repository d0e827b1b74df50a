"""The steps of which decisions are made: plain data, and what each does to a document."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from sohoa.catalogue.models import DocumentStatus
from sohoa.register.normalise import clean_text
from sohoa.review import fields, linking, ranges
from sohoa.review.desk import Desk
from sohoa.review.errors import WrongValue

_LONGEST_REASON = 500


@dataclass(frozen=True)
class Step(ABC):
    """One thing that a person decides.

    Attributes:
        kind: its name in the log.
        keeps_in_hand: the person goes on with the document.
    """

    kind: ClassVar[str]
    keeps_in_hand: ClassVar[bool] = False

    def as_dict(self) -> dict[str, Any]:
        """The step as the log of decisions keeps it."""
        return {"kind": self.kind, **asdict(self)}

    def take(self, desk: Desk) -> None:
        """Do to the document what the step says, and note what that was.

        Raises:
            WrongValue: it cannot be done; says why.
        """
        self._take(desk)

    @abstractmethod
    def _take(self, desk: Desk) -> None: ...


@dataclass(frozen=True)
class Accept(Step):
    """What is shown is right: every value counts as sure, doubts of reading and boundaries are settled."""

    kind: ClassVar[str] = "accept"

    def _take(self, desk: Desk) -> None:
        fields.accept(desk)


@dataclass(frozen=True)
class Correct(Step):
    """These fields have these values; an empty one says that the paper has none."""

    kind: ClassVar[str] = "correct"
    keeps_in_hand: ClassVar[bool] = True
    values: Mapping[str, str] = field(default_factory=dict)

    def _take(self, desk: Desk) -> None:
        fields.correct(desk, self.values)


@dataclass(frozen=True)
class LinkTo(Step):
    """It is the digital copy of this result; number, symbol and date that could not be read are the register's."""

    kind: ClassVar[str] = "link"
    result_id: int = 0

    def _take(self, desk: Desk) -> None:
        linking.link_to(desk, self.result_id)


@dataclass(frozen=True)
class Unlink(Step):
    """The link that a person made falls away; the register is asked again."""

    kind: ClassVar[str] = "unlink"

    def _take(self, desk: Desk) -> None:
        linking.unlink(desk)


@dataclass(frozen=True)
class ReplaceCopy(Step):
    """Its result has a copy already, and this one shall take its place."""

    kind: ClassVar[str] = "replace_copy"

    def _take(self, desk: Desk) -> None:
        linking.replace_copy(desk)


@dataclass(frozen=True)
class Split(Step):
    """Another document begins on this page (of the document, from 2)."""

    kind: ClassVar[str] = "split"
    at_page: int = 0

    def _take(self, desk: Desk) -> None:
        ranges.split(desk, self.at_page)


@dataclass(frozen=True)
class Merge(Step):
    """The next document of the same file belongs to this one."""

    kind: ClassVar[str] = "merge"

    def _take(self, desk: Desk) -> None:
        ranges.merge(desk)


@dataclass(frozen=True)
class Rotate(Step):
    """A page (of the document, from 1) must be turned clockwise by 90, 180 or 270 degrees, and read again."""

    kind: ClassVar[str] = "rotate"
    page: int = 0
    degrees: int = 0

    def _take(self, desk: Desk) -> None:
        ranges.rotate(desk, self.page, self.degrees)


@dataclass(frozen=True)
class Reject(Step):
    """It is no result to be digitised; says why."""

    kind: ClassVar[str] = "reject"
    reason: str = ""

    def _take(self, desk: Desk) -> None:
        _close(desk, "document_rejected", "rejected_by_person", self.reason)


@dataclass(frozen=True)
class AskRescan(Step):
    """The scan is no good; the receipt tells the archivist why and asks for another."""

    kind: ClassVar[str] = "ask_rescan"
    reason: str = ""

    def _take(self, desk: Desk) -> None:
        _close(desk, "rescan_asked", "rescan_asked", self.reason)


@dataclass(frozen=True)
class PassLowDpi(Step):
    """A scan below the legal floor is let pass, with the reason: the paper is lost, or cannot be scanned again."""

    kind: ClassVar[str] = "pass_low_dpi"
    keeps_in_hand: ClassVar[bool] = True
    reason: str = ""

    def _take(self, desk: Desk) -> None:
        _pass_low_dpi(desk, self.reason)


def _close(desk: Desk, kind: str, reason: str, said: str) -> None:
    said = _reason(desk, said)
    document = desk.document
    before = {"status": str(document.status), "reasons": document.review_reasons}
    document.status, document.review_reasons, document.review_note = DocumentStatus.REJECTED, [reason], said
    desk.tell(kind, before, {"status": str(document.status), "reasons": [reason]}, reason=said)


def _pass_low_dpi(desk: Desk, said: str) -> None:
    said = _reason(desk, said)
    if "low_dpi" not in desk.document.flags:
        raise WrongValue(desk.text("review.not_low_dpi", document=desk.document.document_id))
    before = {"waived": desk.item.waived}
    desk.item.waived = sorted({*desk.item.waived, "low_dpi"})
    desk.document.flags = sorted({*desk.document.flags, LOW_DPI_PASSED})
    desk.tell("low_dpi_overridden", before, {"waived": desk.item.waived}, reason=said)


LOW_DPI_PASSED = "low_dpi_overridden"
"""Flag of documents that a person let pass below the legal floor; they are counted apart."""


def _reason(desk: Desk, said: str) -> str:
    text = clean_text(said)
    if not text or len(text) > _LONGEST_REASON:
        raise WrongValue(desk.text("review.reason_needed", longest=_LONGEST_REASON))
    return text
