"""The suites of the gates: native Great Expectations JSON, checked before it judges anything."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from sohoa.errors import SohoaError
from sohoa.settings import Settings

Gate = Literal["records", "register", "cases", "warehouse"]
Severity = Literal["critical", "warning"]
GATES: tuple[Gate, ...] = get_args(Gate)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

_COLUMN_KEYS = ("column", "column_A", "column_B")
_COLUMN_LIST_KEYS = ("column_list", "column_set")
_SUITE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")


@dataclass(frozen=True)
class Rule:
    """One expectation of a suite.

    `name` is unique within the suite: type and columns, `expect_column_values_to_not_be_null(issuer)`.
    """

    name: str
    type: str
    kwargs: dict[str, Any]
    severity: Severity
    reason: str
    why: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at; empty if it judges the table as a whole."""
        return _columns_of(self.kwargs)


@dataclass(frozen=True)
class Suite:
    """The expectations of one gate, in the order of the file."""

    name: str
    path: Path
    rules: tuple[Rule, ...]


def load_suite(settings: Settings, gate: str, suite: str | None = None) -> Suite:
    """Read `expectations/<suite>.json`; the suite of a gate bears the gate's name unless told otherwise.

    Raises:
        SohoaError: the gate is unknown, or the file is missing or is no suite; says what to do.
    """
    if gate not in GATES:
        raise SohoaError(f"There is no gate {gate!r}: use one of {', '.join(GATES)}.")
    name = suite or gate
    if not _SUITE_NAME.fullmatch(name):
        raise SohoaError(f"{name!r} is no name of a suite: use letters, digits, - and _ only.")
    path = settings.expectations / f"{name}.json"
    entries = _read(path)
    rules = [_rule(entry, path, number) for number, entry in enumerate(entries, start=1)]
    return Suite(name, path, tuple(_with_unique_names(rules)))


def _read(path: Path) -> list[Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SohoaError(
            f"The suite {path} is missing: restore it from the release, or set SOHOA_EXPECTATIONS to the "
            "folder that holds it."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SohoaError(f"The suite {path} cannot be read ({error}): check its rights and encoding.") from error
    except json.JSONDecodeError as error:
        raise SohoaError(
            f"The suite {path} is not valid JSON ({error.msg}, line {error.lineno}): mend that line."
        ) from error
    entries = data.get("expectations") if isinstance(data, dict) else None
    # A gate without expectations would let everything through.
    if not isinstance(entries, list) or not entries:
        raise SohoaError(f'The suite {path} has no list "expectations": add at least one expectation.')
    return entries


def _rule(entry: Any, path: Path, number: int) -> Rule:
    here = f"Expectation {number} of the suite {path}"
    if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
        raise SohoaError(f'{here} has no "type": name a Great Expectations expectation, expect_….')
    here = f"{here} ({entry['type']})"
    kwargs = entry.get("kwargs", {})
    meta = entry.get("meta", {})
    if not isinstance(kwargs, dict) or not isinstance(meta, dict):
        raise SohoaError(f'{here}: "kwargs" and "meta" must be objects.')
    if entry.get("severity") not in SEVERITIES:
        raise SohoaError(f'{here}: "severity" must be one of {", ".join(SEVERITIES)}.')
    reason = meta.get("reason")
    if not isinstance(reason, str) or not reason:
        raise SohoaError(f'{here}: "meta" needs a "reason", the code of the message shown to people.')
    return Rule(
        name=_name(entry["type"], kwargs),
        type=entry["type"],
        kwargs=kwargs,
        severity=entry["severity"],
        reason=reason,
        why=str(meta.get("why", "")),
    )


def _columns_of(kwargs: dict[str, Any]) -> tuple[str, ...]:
    single = [kwargs[key] for key in _COLUMN_KEYS if key in kwargs]
    listed = [column for key in _COLUMN_LIST_KEYS for column in kwargs.get(key) or []]
    return tuple(str(column) for column in (*single, *listed))


def _name(kind: str, kwargs: dict[str, Any]) -> str:
    columns = _columns_of(kwargs)
    return f"{kind}({', '.join(columns)})" if columns else kind


def _with_unique_names(rules: list[Rule]) -> list[Rule]:
    seen: Counter[str] = Counter()
    unique = []
    for rule in rules:
        seen[rule.name] += 1
        name = rule.name if seen[rule.name] == 1 else f"{rule.name}#{seen[rule.name]}"
        unique.append(Rule(name, rule.type, rule.kwargs, rule.severity, rule.reason, rule.why))
    return unique
