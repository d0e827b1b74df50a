from __future__ import annotations

from pathlib import Path

import pytest
from indicators.forms import cases_of
from indicators.world import prepare, store

from sohoa.catalogue.migrate import migrate
from sohoa.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A catalogue with five cases of 2022, three of them digitised."""
    found = Settings(home=tmp_path, language="vi")
    migrate(found)
    prepare(found)
    store(found, cases_of(2022, 3, 5))
    return found
