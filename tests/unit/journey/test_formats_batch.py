"""One batch with every kind of scan and every kind of trouble: each file has its own fate, and none another's."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages.formats.kinds import GOOD, content_of
from pages.formats.kinds_bad import BAD_FILES, BAD_PAGES, MEMORY_MB, bad_content

from sohoa.catalogue.models import FileOutcome, Page, PageStatus, ScanFile
from sohoa.intake.receiving import adopt_folder, receive_batch
from sohoa.messages import LANGUAGES, say
from sohoa.settings import Settings

from .conftest import World, migrate, settings_at


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The batch, received. Each file lies in a folder of its own, so that none is taken for another's next page."""
    home = tmp_path_factory.mktemp("formats")
    folder = home / "lô lẫn lộn"
    for name, kind in GOOD.items():
        _put(folder / name / f"scan{kind.suffix}", content_of(name))
    for name in {**BAD_FILES, **BAD_PAGES}:
        _put(folder / name / "scan.pdf", bad_content(name))
    limits = {"ocr_memory_mb": MEMORY_MB, "max_page_megapixels": 50, "open_seconds": 60}
    settings = Settings.model_validate({**settings_at(home / "home").model_dump(), **limits})
    migrate(settings)
    batch_id = adopt_folder(settings, folder, "G09")
    receive_batch(settings, batch_id)
    return World(settings, batch_id)


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


def fates(world: World) -> dict[str, tuple[str | None, str | None]]:
    return {Path(row.path).parent.name: (row.outcome, row.reason) for row in world.rows(ScanFile)}


def test_every_file_has_its_own_fate(received: World) -> None:
    good = {name: (FileOutcome.RECEIVED, None) for name in (*GOOD, *BAD_PAGES)}
    bad = {name: (FileOutcome.QUARANTINED, reason) for name, (_, reason) in BAD_FILES.items()}
    assert fates(received) == good | bad


def test_every_page_of_what_is_read_waits_for_it(received: World) -> None:
    waiting = {row.sha256: 0 for row in received.rows(ScanFile)}
    for page in received.rows(Page):
        assert page.status == PageStatus.PENDING
        waiting[page.sha256] += 1
    n_pages = {Path(row.path).parent.name: waiting[row.sha256] for row in received.rows(ScanFile)}
    expected = {name: kind.n_pages for name, kind in GOOD.items()}
    assert n_pages == expected | dict.fromkeys(BAD_PAGES, 3) | dict.fromkeys(BAD_FILES, 0)


def test_quarantine_keeps_what_was_refused(received: World) -> None:
    kept = received.settings.quarantine / received.batch_id
    contents = {path.read_bytes() for path in kept.iterdir() if path.suffix != ".json"}
    assert contents == {bad_content(name) for name in BAD_FILES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_can_be_told(language: str) -> None:
    reasons = {reason for _, reason in (*BAD_FILES.values(), *BAD_PAGES.values())}
    assert all(len(say(reason, language)) > 20 for reason in reasons)
