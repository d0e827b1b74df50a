from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from sohoa.catalogue.migrate import migrate
from sohoa.register import REQUIRED
from sohoa.settings import Settings

Row = Mapping[str, str]
WriteCsv = Callable[..., Path]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path / "home")
    migrate(made)
    return made


@pytest.fixture
def write_csv(tmp_path: Path) -> WriteCsv:
    def write(
        rows: Sequence[Row],
        *,
        name: str = "register.csv",
        headers: Sequence[str] | None = None,
        delimiter: str = ",",
        encode: Callable[[str], bytes] = lambda text: text.encode("utf-8-sig"),
    ) -> Path:
        text = io.StringIO()
        optional = [header for one in rows for header in one if header not in REQUIRED]
        names = headers or [*REQUIRED, *dict.fromkeys(optional)]
        writer = csv.DictWriter(text, names, delimiter=delimiter, restval="")
        writer.writeheader()
        writer.writerows(rows)
        path = tmp_path / name
        path.write_bytes(encode(text.getvalue()))
        return path

    return write
