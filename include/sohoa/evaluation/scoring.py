"""Scores of an export against a truth file. Only labelled data that nothing was tuned on may be quoted."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapidfuzz.distance import LCSseq

from sohoa.errors import SohoaError
from sohoa.evaluation.calibration import Calibration, Judged
from sohoa.folding import fold
from sohoa.pages.scan_rules import load_scan_rules

KEY_FIELDS = ("code_number", "code_notation", "issued_on", "issuer")
"""Fields of which no wrong value may be accepted; the link to the register is the fifth."""
OTHER_FIELDS = ("doc_type", "subject", "signer_name", "dossier_code")
_BY_MACHINE = frozenset({"printed", "stamped"})
_ACCEPTED = frozenset({"accepted", "signed", "archived"})


@dataclass
class Score:
    """Counts over the documents of one level.

    Attributes:
        right: field → documents in which the value read equals the truth, accepted or not.
        present: field → documents whose truth has a value.
        n_closable: documents with a register row whose number is printed or stamped, scanned at the legal floor or
            above.
        n_closed: those of them that were accepted without a person.
        n_linked: documents with an accepted link; `n_linked_right` of them to the true register row.
        n_offered: documents in review for which one register row is put before the person; `n_offered_right` of them
            the true one.
        n_found: closable documents whose true register row is linked or offered.
        n_digits: digits of number and date that are printed or stamped; a digit too many counts as one more.
        n_digits_right: those that were read right, accepted or not.
        n_pen: documents whose number or day is by pen.
        n_pen_flagged: those told as such.
        n_machine: documents whose number and day are printed or stamped.
        n_machine_flagged: those taken for pen.
        wrong_accepted: what was accepted although wrong: (source file, field, got, truth).
        judged: every value that was read, accepted or not, with its confidence.
    """

    n_documents: int = 0
    n_missing: int = 0
    n_accepted: int = 0
    n_closable: int = 0
    n_closed: int = 0
    n_linked: int = 0
    n_linked_right: int = 0
    n_offered: int = 0
    n_offered_right: int = 0
    n_found: int = 0
    n_digits: int = 0
    n_digits_right: int = 0
    n_pen: int = 0
    n_pen_flagged: int = 0
    n_machine: int = 0
    n_machine_flagged: int = 0
    right: dict[str, int] = field(default_factory=dict)
    present: dict[str, int] = field(default_factory=dict)
    wrong_accepted: list[tuple[str, str, Any, Any]] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)

    @property
    def calibration(self) -> Calibration:
        """How far the confidences mean what they say."""
        return Calibration(self.judged)

    def as_dict(self) -> dict[str, Any]:
        """Figures with their shares (0–1; None where there is nothing to divide by)."""
        return {
            "n_documents": self.n_documents,
            "n_missing": self.n_missing,
            "n_accepted": self.n_accepted,
            "review_rate": _share(self.n_documents - self.n_accepted, self.n_documents),
            "n_closable": self.n_closable,
            "closed_without_person": _share(self.n_closed, self.n_closable),
            "field_accuracy": {name: _share(self.right.get(name, 0), n) for name, n in self.present.items()},
            "digits_right": _share(self.n_digits_right, self.n_digits),
            "pen_flagged": _share(self.n_pen_flagged, self.n_pen),
            "machine_flagged_as_pen": _share(self.n_machine_flagged, self.n_machine),
            "link_precision": _share(self.n_linked_right, self.n_linked),
            "link_recall": _share(self.n_found, self.n_closable),
            "offers_right": _share(self.n_offered_right, self.n_offered),
            "n_wrong_accepted": len(self.wrong_accepted),
            # Rule of three: with no error in n trials the true rate is below 3/n with 95 % confidence.
            "wrong_accepted_bound_95": _share(3, self.n_accepted) if not self.wrong_accepted else None,
            "wrong_accepted": [list(row) for row in self.wrong_accepted],
            "calibration": {
                "all": self.calibration.as_dict(),
                **{name: one.as_dict() for name, one in self.calibration.fields.items()},
            },
        }


def evaluate(truth: Path, got: Path) -> dict[str, Score]:
    """Scores by level, and under `all`; documents are matched by `source_file` and `first_page` (1 if it is not given).

    Raises:
        SohoaError: a file is not JSON lines with the keys of the contract.
    """
    found = {_place(row): row for row in _rows(got, ("source_file", "status"))}
    scores: dict[str, Score] = {"all": Score()}
    levels: dict[str, str] = {}
    places = set()
    for row in _rows(truth, ("source_file",)):
        if not row.get("readable", True):
            continue
        level = levels[row["source_file"]] = str(row.get("level", "unknown"))
        places.add(_place(row))
        for score in (scores["all"], scores.setdefault(level, Score())):
            _count(score, row, found.get(_place(row)))
    for (source, first_page), row in found.items():
        if source in levels and (source, first_page) not in places and row["status"] in _ACCEPTED:
            for score in (scores["all"], scores[levels[source]]):
                score.wrong_accepted.append((source, "first_page", first_page, None))
    return scores


def _place(row: Mapping[str, Any]) -> tuple[str, int]:
    """Where a document lies: its file, and its first page in it."""
    return row["source_file"], row.get("first_page") or 1


def _rows(path: Path, keys: Iterable[str]) -> Iterable[dict[str, Any]]:
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise SohoaError(f"{path} cannot be read as JSON lines: {error}") from error
    for key in keys:
        if not all(isinstance(row, dict) and key in row for row in rows):
            raise SohoaError(f"{path} has a line without {key}: give a truth file and a catalogue export (jsonl).")
    return rows


def _count(score: Score, truth: Mapping[str, Any], got: Mapping[str, Any] | None) -> None:
    score.n_documents += 1
    closable = bool(truth.get("result_key")) and _by_machine(truth) and _fine_enough(truth)
    score.n_closable += closable
    _count_ink(score, truth, got or {})
    for name in (*KEY_FIELDS, *OTHER_FIELDS):
        if truth.get(name) is not None:
            score.present[name] = score.present.get(name, 0) + 1
    if got is None:
        score.n_missing += 1
        return
    for name in score.present:
        if truth.get(name) is not None and same_value(name, got.get(name), truth[name]):
            score.right[name] = score.right.get(name, 0) + 1
    score.judged += _judged(truth, got)
    if got["status"] in _ACCEPTED:
        _count_accepted(score, truth, got, closable)
    elif got.get("offered_result_key"):
        _count_offered(score, truth, got, closable)


def _judged(truth: Mapping[str, Any], got: Mapping[str, Any]) -> Iterable[Judged]:
    """The values that were read of a document; what was not read claims nothing."""
    confidences = got.get("field_confidence") or {}
    for name in (*KEY_FIELDS, *OTHER_FIELDS):
        if got.get(name) is not None and name in confidences and name in truth:
            yield Judged(name, confidences[name], same_value(name, got[name], truth[name]))


def _count_ink(score: Score, truth: Mapping[str, Any], got: Mapping[str, Any]) -> None:
    flagged = "handwritten_number" in (got.get("flags") or ())
    if not _by_machine(truth):
        score.n_pen += 1
        score.n_pen_flagged += flagged
        return
    score.n_machine += 1
    score.n_machine_flagged += flagged
    for name in ("code_number", "issued_on"):
        printed, seen = _digits(truth.get(name)), _digits(got.get(name))
        score.n_digits += max(len(printed), len(seen))
        score.n_digits_right += LCSseq.similarity(printed, seen)


def _by_machine(truth: Mapping[str, Any]) -> bool:
    return truth.get("numbering", "printed") in _BY_MACHINE


def _fine_enough(truth: Mapping[str, Any]) -> bool:
    """Whether a scan has the resolution that the law demanded on its day; a truth file without it is of fine scans."""
    if truth.get("dpi") is None:
        return True
    rules = load_scan_rules()
    day = dt.date.fromisoformat(truth["scanned_on"]) if truth.get("scanned_on") else dt.date.max
    return float(truth["dpi"]) >= rules.on(day).least_dpi - rules.dpi_tolerance


def _digits(value: Any) -> str:
    """The digits of a number or a day; zeros that only pad a number aside."""
    digits = "".join(letter for letter in str(value or "") if letter.isdigit())
    return digits.lstrip("0")


def _count_accepted(score: Score, truth: Mapping[str, Any], got: Mapping[str, Any], closable: bool) -> None:
    score.n_accepted += 1
    score.n_closed += closable
    score.n_linked += 1
    linked_right = got.get("result_key") == truth.get("result_key")
    score.n_linked_right += linked_right
    score.n_found += linked_right and closable
    source = str(truth["source_file"])
    if not linked_right:
        score.wrong_accepted.append((source, "link", got.get("result_key"), truth.get("result_key")))
    for name in KEY_FIELDS + (("page_count",) if "page_count" in got else ()):
        if name in truth and not same_value(name, got.get(name), truth[name]):
            score.wrong_accepted.append((source, name, got.get(name), truth[name]))


def _count_offered(score: Score, truth: Mapping[str, Any], got: Mapping[str, Any], closable: bool) -> None:
    right = got["offered_result_key"] == truth.get("result_key")
    score.n_offered += 1
    score.n_offered_right += right
    score.n_found += right and closable


def same_value(name: str, got: Any, truth: Any) -> bool:
    """Whether two values of a field are the same, ways of writing it aside."""
    if name == "code_number":
        return str(got or "").lstrip("0") == str(truth or "").lstrip("0")
    if name == "subject":
        # Line ends and punctuation are the printer's; every letter and mark counts.
        return _letters(got) == _letters(truth)
    if name == "issuer":
        return fold(str(got or "")) == fold(str(truth or ""))
    return bool(got == truth)


def _letters(text: Any) -> str:
    return re.sub(r"\W+", " ", str(text or "")).strip().casefold()


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
