"""An installation some of whose units moved to others."""

from __future__ import annotations

from pathlib import Path

import yaml
from indicators.test_rates import MOVES
from indicators.world import prepare

from sohoa.catalogue.migrate import migrate
from sohoa.indicators import Moves
from sohoa.settings import Settings


def _written(moves: Moves, path: Path) -> Path:
    """The moves as an installation's own file."""
    rows = [
        {"unit": move.unit, "successor": move.successor, "name": move.name, "since": move.since} for move in moves.moves
    ]
    path.write_text(yaml.safe_dump({"ministry": moves.ministry, "moves": rows}), encoding="utf-8")
    return path


def installation(home: Path) -> Settings:
    """An empty catalogue and no warehouse yet."""
    found = Settings(home=home, unit_moves=_written(MOVES, home / "moves.yaml"))
    migrate(found)
    prepare(found)
    return found
