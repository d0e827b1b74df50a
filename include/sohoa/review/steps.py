"""The steps of which decisions are made: plain data, and what each does to a document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from sohoa.catalogue.models import DocumentStatus
from sohoa.register.normalise import clean_text
from sohoa.review import fields, linking, ranges
from sohoa.review.desk import Desk
from sohoa.review.errors import WrongValue

_LONGEST_REASON = 500


@dataclass(frozen=True)
class Step:
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


@dataclass(frozen=True)
class Accept(Step):
    """What is shown is right: every value counts as sure, doubts of reading and boundaries are settled."""

    kind: ClassVar[str] = "accept"


@dataclass(frozen=True)
class Correct(Step):
    """These fields have these values; an empty one says that the paper has none."""

    kind: ClassVar[str] = "correct"
    keeps_in_hand: ClassVar[bool] = True
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LinkTo(Step):
    """It is the digital copy of this result; number, symbol and date that could not be read are the register's."""

    kind: ClassVar[str] = "link"
    result_id: int = 0


@dataclass(frozen=True)
class Unlink(Step):
    """The link that a person made falls away; the register is asked again."""

    kind: ClassVar[str] = "unlink"


@dataclass(frozen=True)
class ReplaceCopy(Step):
    """Its result has a copy already, and this one shall take its place."""

    kind: ClassVar[str] = "replace_copy"


@dataclass(frozen=True)
class Split(Step):
    """Another document begins on this page (of the document, from 2)."""

    kind: ClassVar[str] = "split"
    at_page: int = 0


@dataclass(frozen=True)
class Merge(Step):
    """The next document of the same file belongs to this one."""

    kind: ClassVar[str] = "merge"


@dataclass(frozen=True)
class Rotate(Step):
    """A page (of the document, from 1) must be turned clockwise by 90, 180 or 270 degrees, and read again."""

    kind: ClassVar[str] = "rotate"
    page: int = 0
    degrees: int = 0


@dataclass(frozen=True)
class Reject(Step):
    """It is no result to be digitised; says why."""

    kind: ClassVar[str] = "reject"
    reason: str = ""


@dataclass(frozen=True)
class AskRescan(Step):
    """The scan is no good; the receipt tells the archivist why and asks for another."""

    kind: ClassVar[str] = "ask_rescan"
    reason: str = ""


@dataclass(frozen=True)
class PassLowDpi(Step):
    """A scan below the legal floor is let pass, with the reason: the paper is lost, or cannot be scanned again."""

    kind: ClassVar[str] = "pass_low_dpi"
    keeps_in_hand: ClassVar[bool] = True
    reason: str = ""


def take_step(desk: Desk, step: Step) -> None:
    """Do to the document what the step says, and note what that was.

    Raises:
        WrongValue: it cannot be done; says why.
    """
    _TAKEN[type(step)](desk, step)


def _accept(desk: Desk, step: Accept) -> None:
    fields.accept(desk)


def _correct(desk: Desk, step: Correct) -> None:
    fields.correct(desk, step.values)


def _link(desk: Desk, step: LinkTo) -> None:
    linking.link_to(desk, step.result_id)


def _unlink(desk: Desk, step: Unlink) -> None:
    linking.unlink(desk)


def _replace_copy(desk: Desk, step: ReplaceCopy) -> None:
    linking.replace_copy(desk)


def _split(desk: Desk, step: Split) -> None:
    ranges.split(desk, step.at_page)


def _merge(desk: Desk, step: Merge) -> None:
    ranges.merge(desk)


def _rotate(desk: Desk, step: Rotate) -> None:
    ranges.rotate(desk, step.page, step.degrees)


def _reject(desk: Desk, step: Reject) -> None:
    _close(desk, "document_rejected", "rejected_by_person", step.reason)


def _ask_rescan(desk: Desk, step: AskRescan) -> None:
    _close(desk, "rescan_asked", "rescan_asked", step.reason)


def _close(desk: Desk, kind: str, reason: str, said: str) -> None:
    said = _reason(desk, said)
    document = desk.document
    before = {"status": str(document.status), "reasons": document.review_reasons}
    document.status, document.review_reasons, document.review_note = DocumentStatus.REJECTED, [reason], said
    desk.tell(kind, before, {"status": str(document.status), "reasons": [reason]}, reason=said)


def _pass_low_dpi(desk: Desk, step: PassLowDpi) -> None:
    said = _reason(desk, step.reason)
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


_TAKEN: dict[type[Step], Callable[[Desk, Any], None]] = {
    Accept: _accept,
    Correct: _correct,
    LinkTo: _link,
    Unlink: _unlink,
    ReplaceCopy: _replace_copy,
    Split: _split,
    Merge: _merge,
    Rotate: _rotate,
    Reject: _reject,
    AskRescan: _ask_rescan,
    PassLowDpi: _pass_low_dpi,
}
