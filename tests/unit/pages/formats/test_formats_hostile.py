"""What must not go through is refused with its reason, within bounds, and harms nothing beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pages.scans import write
from sohoa.pages import PageWorker, Unreadable
from sohoa.pages.formats.decoding import decode
from sohoa.pages.formats.files import PDF, ends_properly
from sohoa.settings import Settings

from .kinds import content_of
from .kinds_bad import BAD_FILES, BAD_PAGES, MEMORY_MB, bad_content

LIMITS = {"max_pages": 100, "max_megapixels": 50}
GROWING = {"file.empty", "file.truncated", "file.damaged"}


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageWorker]:
    settings = Settings(home=tmp_path_factory.mktemp("home"), ocr_memory_mb=MEMORY_MB, open_seconds=60)
    with PageWorker(settings) as one:
        yield one


def refusal_of(worker: PageWorker, operation: str, **arguments: object) -> str:
    with pytest.raises(Unreadable) as refusal:
        worker.call(operation, **arguments)
    return refusal.value.reason


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_scan_is_refused_with_its_reason(tmp_path: Path, worker: PageWorker, name: str) -> None:
    path = write(tmp_path / "scan.pdf", bad_content(name))
    assert refusal_of(worker, "count", path=str(path), **LIMITS) == BAD_FILES[name][1]
    whole = write(tmp_path / "whole", content_of("pdf of a jpeg"))
    assert worker.call("count", path=str(whole), **LIMITS) == {"media_type": PDF, "n_pages": 1}


@pytest.mark.parametrize("name", [name for name, (_, reason) in BAD_FILES.items() if reason == "file.truncated"])
def test_a_cut_file_does_not_end_properly(tmp_path: Path, name: str) -> None:
    assert not ends_properly(write(tmp_path / "scan", bad_content(name)))


@pytest.mark.parametrize("name", BAD_PAGES)
def test_a_bad_page_costs_only_itself(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "scan.pdf", bad_content(name))
    for page_no in (1, 3):
        assert decode(path, PDF, page_no, 60, 50).colour
    with pytest.raises(Unreadable) as refusal:
        decode(path, PDF, 2, 60, 50)
    assert refusal.value.reason == BAD_PAGES[name][1]
    assert decode(path, PDF, 3, 60, 50).colour


def test_a_picture_larger_than_the_memory_is_too_heavy(tmp_path: Path, worker: PageWorker) -> None:
    path = write(tmp_path / "a", b"\x89PNG\r\n\x1a\n")
    with path.open("r+b") as stream:
        stream.truncate(2 * MEMORY_MB << 20)  # a hole: it takes no room on the disk
    assert refusal_of(worker, "count", path=str(path), **LIMITS) == "file.too_heavy"
    assert worker.call("ends", path=str(path)) is False
