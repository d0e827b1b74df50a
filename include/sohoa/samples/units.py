"""The agencies and units of `rulesets/units.yaml`, as sample documents need them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True)
class Unit:
    """A unit of the Ministry; `header` and `symbol` are empty unless it issues documents itself."""

    code: str
    name: str
    header: tuple[str, ...]
    symbol: str


@cache
def units() -> dict[str, Unit]:
    """All units by code."""
    text = files("sohoa").joinpath("rulesets/units.yaml").read_text(encoding="utf-8")
    rows = yaml.safe_load(text)["units"]
    return {
        row["code"]: Unit(row["code"], row["name"], tuple(row.get("header", ())), row.get("symbol", "")) for row in rows
    }
