"""The list of document types (NĐ 30/2020/NĐ-CP Đ.7, PL III; `rulesets/types.yaml`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

OFFICIAL_LETTER = "Công văn"


@dataclass(frozen=True)
class DocType:
    """One type; see `rulesets/types.yaml` for what the fields mean."""

    name: str
    symbol: str | None = None
    code: str | None = None
    result: bool = False


@lru_cache(maxsize=1)
def _lists() -> dict[str, Any]:
    text = files("sohoa.rulesets").joinpath("types.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def _types_of(*lists: str) -> tuple[DocType, ...]:
    return tuple(DocType(**row) for name in lists for row in _lists()[name])


ADMINISTRATIVE = _types_of("types")
"""The 29 types of NĐ 30/2020/NĐ-CP."""

SPECIAL = _types_of("special")
"""Licences and certificates (văn bản chuyên ngành), with layouts of their own."""

TYPES = (*ADMINISTRATIVE, *SPECIAL, *_types_of("copies"))
"""All types that a document in hand may have."""

DOC_TYPES = {entry.symbol: entry.name for entry in TYPES if entry.symbol}
"""Abbreviation in the symbol → name of the type. Letters have none."""

COPY_SYMBOLS = frozenset(entry.symbol for entry in _types_of("copies") if entry.symbol)
LAW_TYPES = {entry.symbol: entry.name for entry in _types_of("laws") if entry.symbol}
"""Types of legal documents, which are cited: abbreviation → name."""

RESULT_TYPES = frozenset(entry.name for entry in TYPES if entry.result)
"""Types that results of procedures really have; they are read in depth."""

PARTY_BODIES: frozenset[str] = frozenset(_lists()["party_bodies"])
PARTY_TYPES: dict[str, str] = {**DOC_TYPES, **_lists()["party_types"]}
"""What stands behind the slash of a Party number, and before it: abbreviation → name."""


def type_code(name: str) -> str | None:
    """The typeName code of TT 05/2025/TT-BNV for a type's name; None if it is no type of the list."""
    return next((entry.code for entry in TYPES if entry.name == name), None)
