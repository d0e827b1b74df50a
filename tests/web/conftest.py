from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.api_fastapi.core_api.security import get_user
from fastapi.testclient import TestClient

from sohoa.settings import Settings
from sohoa_airflow.web.app import app
from web.world import make_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Read-only: the page changes nothing."""
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def logged_in() -> Iterator[None]:
    app.dependency_overrides[get_user] = object
    yield
    app.dependency_overrides.clear()


@pytest.fixture
def client(world: Settings, logged_in: None, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    return _client(world.home, monkeypatch)


@pytest.fixture
def bare_client(tmp_path: Path, logged_in: None, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Before `sohoa init`: no catalogue, no warehouse."""
    return _client(tmp_path, monkeypatch)


def _client(home: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("SOHOA_HOME", str(home))
    monkeypatch.delenv("SOHOA_LANGUAGE", raising=False)
    return TestClient(app, raise_server_exceptions=False)
