from __future__ import annotations

from pathlib import Path

import pytest

from sohoa.ocr import PageReading, read_images
from sohoa.settings import Settings

from .scans import sheet


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", open_seconds=20)


@pytest.fixture(scope="session")
def reading_of_a_sheet(tmp_path_factory: pytest.TempPathFactory) -> PageReading:
    """What tesseract reads on `sheet(200, "Quyết định thành lập Hội")`."""
    work = tmp_path_factory.mktemp("ocr")
    image = work / "sheet.pgm"
    sheet(200, "Quyết định thành lập Hội", colour=False).convert("L").save(image)
    (reading,) = read_images(Settings(home=work), [image], work / "work")
    assert reading is not None
    return reading
