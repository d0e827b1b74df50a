from __future__ import annotations

import pytest
from sqlalchemy.engine import make_url

from sohoa_airflow.deploy import databases

from .compose import load_compose

URL = "postgresql+psycopg://sohoa:word@postgres/catalogue"


@pytest.fixture
def urls(monkeypatch: pytest.MonkeyPatch):
    for name in databases.URL_VARIABLES:
        monkeypatch.setenv(name, URL)


def test_init_has_every_url_and_the_superuser_that_it_needs():
    environment = load_compose()["services"]["airflow-init"]["environment"]
    assert set(databases.URL_VARIABLES) <= set(environment)
    assert {"PGHOST", "PGUSER", "PGPASSWORD"} <= set(environment)


@pytest.mark.parametrize("name", databases.URL_VARIABLES)
@pytest.mark.usefixtures("urls")
def test_a_missing_url_is_named(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(name)
    with pytest.raises(SystemExit, match=f"{name} is not set"):
        databases.main()


@pytest.mark.parametrize(
    "url",
    ["sqlite:////srv/sohoa/catalogue.db", "postgresql://sohoa@postgres/catalogue", "postgresql://sohoa:word@postgres"],
    ids=["other database", "no password", "no database"],
)
def test_a_url_that_lacks_something_is_refused(url: str):
    with pytest.raises(ValueError, match="is no PostgreSQL URL with user name, password and database"):
        databases._parts(make_url(url))


def test_a_refused_url_does_not_tell_its_password():
    with pytest.raises(ValueError, match=r"sohoa:\*\*\*@") as refused:
        databases._parts(make_url("mysql://sohoa:very-secret@db/catalogue"))
    assert "very-secret" not in str(refused.value)


@pytest.mark.usefixtures("urls")
def test_an_unreachable_server_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    with pytest.raises(SystemExit, match="The databases could not be made: connection failed"):
        databases.main()
