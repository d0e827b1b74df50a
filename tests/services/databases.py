"""New databases for a test."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text

from sohoa.settings import Settings


def new_database(postgresql: str, name: str) -> str:
    """The URL of a database without tables."""
    with create_engine(f"{postgresql}/postgres", isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return f"{postgresql}/{name}"


def both(postgresql: str, folder: Path, name: str) -> tuple[Settings, Settings]:
    """Settings on a new database of the server, and on SQLite."""
    url = new_database(postgresql, name)
    embedded = Settings(home=folder / "embedded")
    embedded.home.mkdir(parents=True)
    return Settings(home=folder / "server", catalogue_url=url, warehouse_url=url), embedded
