from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sohoa.catalogue.migrate import migrate
from sohoa.settings import Settings

SUITES = Path(__file__).parents[3] / "expectations"

Edit = Callable[[str, Callable[[list[dict[str, Any]]], object]], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation of its own, with a copy of the suites that a test may edit."""
    shutil.copytree(SUITES, tmp_path / "expectations")
    return Settings(home=tmp_path / "home", expectations=tmp_path / "expectations")


@pytest.fixture
def catalogue(settings: Settings) -> Settings:
    migrate(settings)
    return settings


@pytest.fixture
def edit(settings: Settings) -> Edit:
    """Edit the JSON of a suite, and nothing else."""

    def change(suite: str, how: Callable[[list[dict[str, Any]]], object]) -> None:
        path = settings.expectations / f"{suite}.json"
        data = json.loads(path.read_text(encoding="utf-8"))
        how(data["expectations"])
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")

    return change
