"""What a gate found: ids, reasons and counts, never a field value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sohoa.errors import SohoaError
from sohoa.messages import say
from sohoa.quality.suites import Gate, Severity

WHOLE = "*"
"""The item id of a verdict over the whole frame."""

IDS_IN_MESSAGE = 5


class GateFailed(SohoaError):
    """A gate that must be passed was not."""


@dataclass(frozen=True)
class RowVerdict:
    """What one expectation says of one row, or of the whole frame (`item_id` is `*`)."""

    item_id: str
    expectation: str
    reason: str
    severity: Severity
    passed: bool


@dataclass(frozen=True)
class Check:
    """How one expectation ended.

    `kwargs` are those of the suite, without any member that also stands in a failing row;
    `failed_ids` are the rows that failed it, or `("*",)` if it failed for the frame as a whole.
    """

    expectation: str
    type: str
    kwargs: dict[str, Any]
    severity: Severity
    reason: str
    why: str
    passed: bool
    n_rows: int
    n_missing: int
    n_unexpected: int
    failed_ids: tuple[str, ...]

    def verdicts(self) -> Iterator[RowVerdict]:
        """One verdict per failing row; a single one over the whole if it passed."""
        for item_id in self.failed_ids or (WHOLE,):
            yield RowVerdict(item_id, self.expectation, self.reason, self.severity, self.passed)


@dataclass(frozen=True)
class GateResult:
    """What a gate says of one batch, import or load.

    Attributes:
        subject_id: id of the batch, import or load.
        n_rows: rows of the frame judged.
        checks: one per expectation, in the order of the suite.
    """

    gate: Gate
    subject_id: str
    suite: str
    judged_at: dt.datetime
    n_rows: int
    checks: tuple[Check, ...]

    @cached_property
    def verdicts(self) -> list[RowVerdict]:
        """One verdict per failing row and expectation, and one over the whole per expectation passed."""
        return [verdict for check in self.checks for verdict in check.verdicts()]

    @property
    def success(self) -> bool:
        """Whether no critical expectation failed; warnings do not count."""
        return all(check.passed for check in self.checks if check.severity == "critical")

    def failed_rows(self, severity: Severity) -> dict[str, list[str]]:
        """The reasons of each failing row, in the order of the suite, each once.

        An expectation that failed for the frame as a whole stands under `*` and concerns every row:
        `reasons_of` puts the two together.
        """
        return {item: list(reasons) for item, reasons in self._failures[severity].items()}

    def reasons_of(self, item_id: str, severity: Severity) -> list[str]:
        """The reasons for which a row fails, those over the whole frame included."""
        failures = self._failures[severity]
        return list({**failures.get(WHOLE, {}), **failures.get(item_id, {})})

    @cached_property
    def _failures(self) -> dict[Severity, dict[str, dict[str, None]]]:
        failures: dict[Severity, dict[str, dict[str, None]]] = {"critical": {}, "warning": {}}
        for verdict in self.verdicts:
            if not verdict.passed:
                failures[verdict.severity].setdefault(verdict.item_id, {})[verdict.reason] = None
        return failures

    def excusing(self, item_ids: Collection[str], *, but: Collection[str]) -> GateResult:
        """The same, without what was found wrong with these rows for other reasons than `but`.

        What is withheld is not missing: nobody is to be told to fill it in.
        """

        def excused(check: Check) -> Check:
            failed = tuple(item for item in check.failed_ids if item not in item_ids)
            if check.reason in but or len(failed) == len(check.failed_ids):
                return check
            n_less = len(check.failed_ids) - len(failed)
            return replace(
                check, failed_ids=failed, passed=not failed, n_unexpected=max(0, check.n_unexpected - n_less)
            )

        return replace(self, checks=tuple(map(excused, self.checks)))

    def counts(self, severity: Severity) -> dict[str, int]:
        """How many rows fail for each reason (a failure over the whole frame counts as one)."""
        counts: dict[str, int] = {}
        for reasons in self._failures[severity].values():
            for reason in reasons:
                counts[reason] = counts.get(reason, 0) + 1
        return counts


def explain(reason: str, language: str) -> str:
    """What a reason means and what to do, for people; a reason that only a suite knows stands for itself."""
    try:
        return say(f"gate.{reason}", language)
    except KeyError:
        return reason


def require(result: GateResult) -> None:
    """Stop unless every critical expectation passed.

    Raises:
        GateFailed: in one line: the gate, the reasons, how many rows, the first of them, what to do.
    """
    if result.success:
        return
    failures = result.failed_rows("critical")
    parts = []
    for reason in result.counts("critical"):
        items = [item for item, reasons in failures.items() if reason in reasons]
        parts.append(f"{reason}: {_listed(items)}")
    message = (
        f"The {result.gate} gate stopped {result.subject_id} ({result.n_rows} rows): {'; '.join(parts)}. "
        f"Mend the rows and run it again; the rules stand in expectations/{result.suite}.json."
    )
    # Ids come from outside and may hold line breaks.
    raise GateFailed(" ".join(message.split()))


def _listed(items: list[str]) -> str:
    if items == [WHOLE]:
        return "the table as a whole"
    shown = ", ".join(items[:IDS_IN_MESSAGE])
    more = f", and {len(items) - IDS_IN_MESSAGE} more" if len(items) > IDS_IN_MESSAGE else ""
    return f"{len(items)} ({shown}{more})"
