"""The unit list: the ruleset's agencies, and units that only a register or an inbox folder knows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from sqlalchemy.orm import Session

from sohoa.catalogue.database import writing
from sohoa.catalogue.events import insert_once
from sohoa.catalogue.models import Unit


@dataclass(frozen=True)
class FormerName:
    """A name that an agency bore, or a head that it used, and when."""

    name: str
    header: tuple[str, ...]
    symbol: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True)
class UnitEntry:
    """One agency of `rulesets/units.yaml`; see there for what the fields mean."""

    code: str
    name: str
    name_en: str | None = None
    parent: str | None = None
    header: tuple[str, ...] = ()
    symbol: str | None = None
    issues: bool = False
    provisional: bool = False
    former: tuple[FormerName, ...] = ()


@lru_cache(maxsize=1)
def load_ruleset_units() -> tuple[UnitEntry, ...]:
    """The agencies of the ruleset, parents before their units."""
    data: dict[str, list[dict[str, Any]]] = yaml.safe_load(
        files("sohoa.rulesets").joinpath("units.yaml").read_text(encoding="utf-8")
    )
    return tuple(
        UnitEntry(
            **{
                **row,
                "header": tuple(row.get("header", ())),
                "former": tuple(
                    FormerName(**{**name, "header": tuple(name["header"])}) for name in row.get("former", ())
                ),
            }
        )
        for row in data["units"]
    )


def store_units(catalogue_url: str, entries: tuple[UnitEntry, ...]) -> None:
    """Write the ruleset's units into the catalogue; what a register said of other units stays."""
    with writing(catalogue_url) as session:
        for entry in entries:
            unit = session.get(Unit, entry.code) or Unit(code=entry.code)
            unit.name, unit.name_en, unit.parent_code = entry.name, entry.name_en, entry.parent
            unit.source = "ruleset"
            unit.flags = ["provisional_code"] if entry.provisional else []
            session.add(unit)
            session.flush()


def ensure_unit(session: Session, code: str, name: str | None, source: str) -> None:
    """Create a unit that is not yet known, flagged; never refuse it (design.md §7)."""
    if session.get(Unit, code) is None:
        insert_once(session, Unit, code=code, name=name or code, source=source, flags=["unknown_to_ruleset"])
