from __future__ import annotations

from pathlib import Path

import pytest

from indicators.world import prepare
from sohoa.catalogue.migrate import migrate
from sohoa.settings import Settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A catalogue for the tests of one module; each stores its own register in it."""
    home: Path = tmp_path_factory.mktemp("home")
    found = Settings(home=home)
    migrate(found)
    prepare(found)
    return found
