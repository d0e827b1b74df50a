from __future__ import annotations

from pathlib import Path

import pytest

from sohoa.catalogue.database import connect
from sohoa.catalogue.migrate import migrate
from sohoa.settings import Settings

SUITES = Path(__file__).parents[3] / "expectations"


@pytest.fixture(scope="session")
def _empty_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrating takes longer than copying what it made."""
    home = tmp_path_factory.mktemp("empty")
    made = Settings(home=home)
    migrate(made)
    # The last connection to go brings the log into the file.
    connect(made.catalogue_url).dispose()
    return home / "catalogue.db"


@pytest.fixture
def settings(tmp_path: Path, _empty_catalogue: Path) -> Settings:
    made = Settings(home=tmp_path / "home", expectations=SUITES)
    made.home.mkdir()
    (made.home / "catalogue.db").write_bytes(_empty_catalogue.read_bytes())
    return made
