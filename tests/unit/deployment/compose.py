"""Reads docker-compose.yaml and its neighbours the way Compose does, as far as these files need it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[3]
COMPOSE_FILE = PROJECT / "docker-compose.yaml"
IMAGE_ROOT = "/opt/sohoa"
"""Where the Dockerfile puts the project."""

_VARIABLE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?:(?P<operator>:?[-?+])(?P<word>[^}]*))?\}|\$(?P<bare>\w+)")


@dataclass(frozen=True)
class Variable:
    """One use of a variable: `${name:-word}`, `${name:?word}`; without braces the operator is empty."""

    name: str
    operator: str
    word: str


def variables(text: str) -> Iterator[Variable]:
    for match in _VARIABLE.finditer(text):
        if match[0] != "$$":
            yield Variable(match["name"] or match["bare"], match["operator"] or "", match["word"] or "")


def interpolate(value: Any, values: Mapping[str, str]) -> Any:
    """The value with all variables filled in; KeyError for a required one that is not given."""
    if isinstance(value, dict):
        return {key: interpolate(part, values) for key, part in value.items()}
    if isinstance(value, list):
        return [interpolate(part, values) for part in value]
    return _VARIABLE.sub(lambda match: _fill(match, values), value) if isinstance(value, str) else value


def _fill(match: re.Match[str], values: Mapping[str, str]) -> str:
    if match[0] == "$$":
        return "$"
    if match["operator"] == ":-":
        return values.get(match["name"]) or match["word"]
    return values[match["name"] or match["bare"]]


def strings(value: Any) -> Iterator[str]:
    """All texts in a nested value, keys aside."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)
    elif isinstance(value, str):
        yield value


def load_compose() -> dict[str, Any]:
    """The file with anchors merged and extension fields (`x-…`) left out; nothing interpolated."""
    whole = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
    return {key: part for key, part in whole.items() if not key.startswith("x-")}


def script_commands(script: str, environment: Mapping[str, str]) -> Iterator[list[str]]:
    """The programs that a shell script of one line each runs, with their arguments; pipes are taken apart."""
    for line in script.splitlines():
        for part in re.split(r"(?<!\|)\|(?!\|)", line):
            if words := shlex.split(part, comments=True):
                yield [re.sub(r"^\$(\w+)$", lambda match: environment[match[1]], word) for word in words]


def commands(service: Mapping[str, Any]) -> Iterator[list[str]]:
    """What a service and its health check run; `sh -c` is opened up."""
    environment = service.get("environment", {})
    for given in (service.get("command"), service.get("healthcheck", {}).get("test")):
        if not given:
            continue
        if given[0] == "CMD":
            yield given[1:]
        elif given[0] in ("CMD-SHELL", "sh"):
            yield from script_commands(given[-1], environment)
        else:
            yield given


def instructions(path: Path = PROJECT / "Dockerfile") -> list[tuple[str, list[str]]]:
    """The Dockerfile's instructions with their words, continued lines joined."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    found = []
    for line in joined.splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            found.append((name, rest.split()))
    return found


def example_values(text: str | None = None) -> tuple[dict[str, str], dict[str, str]]:
    """.env.example: the variables to be set, and those commented out with their defaults."""
    text = (PROJECT / ".env.example").read_text(encoding="utf-8") if text is None else text
    required = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
    optional = dict(re.findall(r"^# ?(\w+)=(.*)$", text, re.MULTILINE))
    return required, optional
