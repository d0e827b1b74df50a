"""Nothing is shown to anybody who is not logged in."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import compile_path

from sohoa_airflow.local import PROJECT
from sohoa_airflow.web.app import app
from sohoa_airflow.web.pages import load_assets

VALUES = {
    "batch_id": "x",
    "name": "receipt.html",
    "indicator": "T01",
    "period": "2021",
    "code": "T01",
    "unit": "all",
    "document_id": "x",
    "number": "1",
    "page": "1",
}
NOT_OPEN = (401, 403)


@pytest.fixture
def anonymous(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The app below a prefix, as Airflow mounts it."""
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path))
    parent = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    parent.mount("/sohoa", app)
    return TestClient(parent)


def addresses() -> list[tuple[str, str]]:
    found = []
    for route in app.routes:
        # Mounts and plain Starlette routes would go without the app's dependencies.
        assert isinstance(route, APIRoute), route
        _, _, convertors = compile_path(route.path)
        path = route.path_format.format(**{name: VALUES[name] for name in convertors})
        found += [(method, path) for method in sorted(route.methods)]
    return found + [("GET", f"/static/{name}") for name in load_assets()]


def test_only_the_review_desk_writes() -> None:
    writing = {path for method, path in addresses() if method not in {"GET", "HEAD"}}
    assert writing
    assert {path for path in writing if not path.startswith("/review/")} == set()


@pytest.mark.parametrize(("method", "path"), addresses())
@pytest.mark.parametrize("headers", [{}, {"Cookie": "_token=nonsense"}], ids=["nobody", "forged"])
def test_every_route_refuses_strangers(
    anonymous: TestClient, method: str, path: str, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if headers:
        _forge_nothing(monkeypatch)
    answer = anonymous.request(method, f"/sohoa{path}", headers=headers)
    assert answer.status_code in NOT_OPEN
    assert "Cần đăng nhập" in answer.text


def _forge_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow's own manager judges the token; outside of an API server it must be made first."""
    from airflow.api_fastapi.app import create_auth_manager

    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "x" * 64)
    create_auth_manager()


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"])
def test_generated_api_pages_are_off(anonymous: TestClient, path: str) -> None:
    assert anonymous.get(f"/sohoa{path}").status_code == 404


def test_the_plugin_imports_nothing_heavy() -> None:
    code = (
        "import sys, airflow.plugins_manager; before = set(sys.modules);"
        f"sys.path.insert(0, {str(PROJECT / 'plugins')!r}); import sohoa_plugin;"
        "print(sorted({m.split('.')[0] for m in set(sys.modules) - before}));"
        "print(sohoa_plugin.SohoaPlugin.fastapi_apps[0]['url_prefix'], sohoa_plugin.PAGE)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    assert not re.search(r"sohoa_airflow|pandas|great_expectations|fastapi|jinja2", said[-2])
    assert said[-1] == "/sohoa /sohoa/"
