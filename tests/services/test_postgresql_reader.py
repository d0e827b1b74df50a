"""The reporting team's account on a real PostgreSQL: reads the reporting tables, and nothing else."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from sohoa.catalogue.migrate import migrate
from sohoa.errors import SohoaError
from sohoa.journey.reporting import take_in_register
from sohoa.samples import make_samples
from sohoa.settings import Settings
from sohoa.warehouse import METADATA, refresh_warehouse

from .databases import new_database

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("others")]

GUIDE = Path(__file__).parents[2] / "docs" / "warehouse.md"


@pytest.fixture(scope="module")
def settings(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A catalogue and warehouse with a register in it, and a role that no one has let read anything yet."""
    home, name = tmp_path_factory.mktemp("home"), f"reader_{secrets.token_hex(4)}"
    role = f"{name}:team 5%"  # SQLAlchemy and the driver would each take a mark of these for a parameter
    url = new_database(postgresql, name)
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
        quoted = connection.dialect.identifier_preparer.quote_identifier(role)
        connection.exec_driver_sql(f"CREATE ROLE {quoted} LOGIN")
        connection.exec_driver_sql(f"ALTER ROLE {quoted} IN DATABASE {name} SET search_path TO reporting")
    settings = Settings(home=home, catalogue_url=url, warehouse_url=url, warehouse_reader=role)
    for folder in settings.folders():
        folder.mkdir(parents=True)
    migrate(settings)
    make_samples(home / "samples", 3, 777, "clean", numbering=("printed",), compact=True)
    take_in_register(settings, home / "samples" / "register.csv")
    refresh_warehouse(settings)
    return settings


@pytest.fixture
def team(settings: Settings) -> Iterator[Connection]:
    url = make_url(settings.warehouse_url).set(username=settings.warehouse_reader)
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
        yield connection


def test_the_team_reads_every_table_and_view(team: Connection) -> None:
    counts = {table.name: team.scalar(text(f"SELECT count(*) FROM {table.name}")) for table in METADATA.sorted_tables}
    assert counts["rate_v1"] == counts["digitisation_rate"] != 0
    assert counts["result_v1"]


def test_the_queries_of_the_guide_run_as_they_stand(team: Connection) -> None:
    queries = re.findall(r"```sql\n(.+?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert queries
    for query in queries:
        team.execute(text(query)).all()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM digitisation_rate",
        "UPDATE dim_unit SET name = ''",
        "SELECT * FROM public.result",
        "SELECT * FROM public.document",
        "CREATE TABLE reporting.own (n int)",
    ],
)
def test_the_team_changes_nothing_and_does_not_see_the_catalogue(team: Connection, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        team.execute(text(statement))


def test_a_role_that_the_server_does_not_have_is_named_and_nothing_is_published(settings: Settings) -> None:
    wrong = settings.model_copy(update={"warehouse_reader": "nobody"})
    with pytest.raises(SohoaError, match=r"SOHOA_WAREHOUSE_READER.*nobody"):
        refresh_warehouse(wrong)
