from __future__ import annotations

from pathlib import Path

import pytest

from sohoa.catalogue.migrate import migrate
from sohoa.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation with an empty catalogue."""
    found = Settings(home=tmp_path / "home")
    migrate(found)
    return found
