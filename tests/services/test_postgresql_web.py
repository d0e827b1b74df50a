"""The dashboard and the JSON API over a real PostgreSQL, against those over SQLite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.api_fastapi.core_api.security import get_user
from fastapi.testclient import TestClient

from sohoa_airflow.web.app import app
from web.world import make_world

from .databases import new_database

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("others")]

ADDRESSES = (
    "/?period=civil:2022Q3",
    "/?period=report:2023&unit=G09.02&lang=en",
    "/forecast",
    "/headline.csv",
    "/units.csv?period=civil:2025",
    "/figures/T04a/2023Q2/G09.02",
    "/api/v1/periods",
    "/api/v1/indicators/T04a?period=2023",
    "/api/v1/indicators/T06?period=2023",
    "/api/v1/documents?limit=20",
    "/api/v1/documents?indicator=T02&period=2022&deciding_unit=G09.03&limit=200",
    "/api/v1/documents/published-qd-002.pdf-1",
)


@pytest.fixture
def client() -> Iterator[TestClient]:
    app.dependency_overrides[get_user] = object
    yield TestClient(app)
    app.dependency_overrides.clear()


def answers(client: TestClient) -> dict[str, str]:
    """All answers, but for the instant of the load."""
    found = {}
    client.cookies.clear()  # the language of the round before
    for address in ADDRESSES:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.text)
        found[address] = re.sub(r'"loaded_at":"[^"]+"|(lúc|updated) [\d/-]+ [\d:]+', "", answer.text)
    return found


def test_both_databases_give_the_same_answers(
    postgresql: str, client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOHOA_HOME", str(make_world(tmp_path / "file").home))
    on_sqlite = answers(client)

    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "server"))
    url = new_database(postgresql, "web")
    monkeypatch.setenv("SOHOA_CATALOGUE_URL", url)
    monkeypatch.setenv("SOHOA_WAREHOUSE_URL", url)
    make_world(tmp_path / "server")
    assert answers(client) == on_sqlite
