from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from sohoa.catalogue.migrate import migrate
from sohoa.settings import Settings

from .world import World

EXPECTATIONS = Path(__file__).parents[3] / "expectations"


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an empty catalogue; migrating one for each test would take longer than the tests."""
    home = tmp_path_factory.mktemp("empty") / "home"
    settings = Settings(home=home)
    migrate(settings)
    with sqlite3.connect(home / "catalogue.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return home


@pytest.fixture
def world(empty_home: Path, tmp_path: Path) -> World:
    shutil.copytree(empty_home, tmp_path / "home")
    settings = Settings(home=tmp_path / "home", expectations=EXPECTATIONS)
    for folder in settings.folders():
        folder.mkdir(parents=True, exist_ok=True)
    return World(settings)
