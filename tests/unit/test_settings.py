"""Settings: from the environment, below one home, the same whatever folder a process runs in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from sohoa.settings import LOCAL_TIME, Settings, load_settings

FOLDERS = ("inbox", "outbox", "quarantine", "work", "archive", "register_dir")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SOHOA_")]:
        monkeypatch.delenv(name)


def test_everything_lies_below_home_unless_told_otherwise(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)

    assert [folder.relative_to(tmp_path).as_posix() for folder in settings.folders()] == [
        "inbox",
        "outbox",
        "quarantine",
        "work",
        "archive",
        "register",
    ]
    assert make_url(settings.catalogue_url).database == str(tmp_path / "catalogue.db")
    assert make_url(settings.warehouse_url).database == str(tmp_path / "warehouse.db")


def test_the_gates_of_the_checkout_are_found_from_any_folder_and_those_at_hand_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (Settings().expectations / "records.json").is_file()
    (tmp_path / "expectations").mkdir()
    assert Settings().expectations == tmp_path / "expectations"


@pytest.mark.parametrize("name", FOLDERS)
def test_each_folder_can_be_set_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(f"SOHOA_{name.upper()}", str(tmp_path / "elsewhere"))
    settings = load_settings()

    assert getattr(settings, name) == tmp_path / "elsewhere"
    assert all(getattr(settings, other).is_relative_to(tmp_path / "home") for other in FOLDERS if other != name)


@pytest.mark.parametrize("name", ["home", *FOLDERS])
def test_relative_folders_stay_the_same_when_the_process_changes_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"SOHOA_{name.upper()}", "here")

    assert getattr(load_settings(), name) == tmp_path / "here"


@pytest.mark.parametrize("name", ["home", *FOLDERS])
def test_tilde_means_the_users_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(f"SOHOA_{name.upper()}", "~/scans")

    assert getattr(load_settings(), name) == tmp_path / "scans"


@pytest.mark.parametrize("folder", ["with space", "Số hóa", "100%", "a#b", "a@b:c"])
def test_database_is_found_below_a_home_of_any_name(tmp_path: Path, folder: str) -> None:
    from sohoa.catalogue.migrate import migrate

    settings = Settings(home=tmp_path / folder)
    migrate(settings)

    assert (tmp_path / folder / "catalogue.db").is_file()


def test_address_of_remote_storage_does_not_become_a_folder_of_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_ARCHIVE", "s3://bucket/masters")

    with pytest.raises(ValidationError, match="is no folder"):
        load_settings()


def test_environment_is_read_anew_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_REST_SECONDS", "5")
    first = load_settings().rest_seconds
    monkeypatch.setenv("SOHOA_REST_SECONDS", "7.5")

    assert (first, load_settings().rest_seconds) == (5.0, 7.5)


def test_databases_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_CATALOGUE_URL", "postgresql+psycopg://u:p@db/sohoa")

    assert load_settings().catalogue_url == "postgresql+psycopg://u:p@db/sohoa"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REST_SECONDS", "-1"),
        ("REST_SECONDS", "nan"),
        ("UNFINISHED_AFTER_RESTS", "0"),
        ("STALLED_SECONDS", "0"),
        ("CHUNK_PAGES", "0"),
        ("MAX_FILE_MB", "0"),
        ("OCR_MEMORY_MB", "1"),
        ("LANGUAGE", "fr"),
    ],
)
def test_setting_that_makes_no_sense_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"SOHOA_{name}", value)

    with pytest.raises(ValidationError, match=name.lower()):
        load_settings()


def test_a_batch_without_manifest_rests_a_minute() -> None:
    assert Settings().rest_seconds == 60


def test_the_ministrys_clock_is_seven_hours_ahead_of_utc_all_year() -> None:
    import datetime as dt

    for month in (1, 7):
        instant = dt.datetime(2025, month, 1, 17, 0, tzinfo=dt.UTC)
        assert instant.astimezone(LOCAL_TIME).date() == dt.date(2025, month, 2)
