"""Create the catalogue or bring it up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import make_url

from sohoa.catalogue.database import connect
from sohoa.catalogue.units import load_ruleset_units, store_units
from sohoa.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(settings: Settings) -> None:
    """Bring the catalogue to the newest revision and its unit list to the ruleset's; safe to run twice."""
    database = make_url(settings.catalogue_url).database
    if settings.catalogue_url.startswith("sqlite") and database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = connect(settings.catalogue_url)
    with engine.connect().execution_options(sohoa_writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    store_units(settings.catalogue_url, load_ruleset_units())
