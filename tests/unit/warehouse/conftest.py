from __future__ import annotations

from pathlib import Path

import pytest
from indicators.world import prepare

from sohoa.catalogue.migrate import migrate
from sohoa.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An empty catalogue and no warehouse yet."""
    found = Settings(home=tmp_path)
    migrate(found)
    prepare(found)
    return found
