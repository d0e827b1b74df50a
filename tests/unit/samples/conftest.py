from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sohoa.samples import SampleSet, make_samples


@dataclass(frozen=True)
class Made:
    """A sample set on disk, with its truth read back."""

    samples: SampleSet
    truth: list[dict[str, Any]]


def read(samples: SampleSet) -> Made:
    lines = samples.truth.read_text(encoding="utf-8").splitlines()
    return Made(samples, [json.loads(line) for line in lines])


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Eight office scans with the three faulty ones."""
    return read(make_samples(tmp_path_factory.mktemp("office"), 8, 5, "office", faults=True, dpi=200))


@pytest.fixture(scope="session")
def folder_of() -> Any:
    """The bytes of every file below a folder."""

    def contents(folder: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
        }

    return contents
