"""Make the accounts and databases that the URLs in the environment name: `python -m sohoa_airflow.deploy.databases`.

It connects as the superuser of libpq's variables (PGHOST, PGUSER, PGPASSWORD …).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

URL_VARIABLES = ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "SOHOA_CATALOGUE_URL", "SOHOA_WAREHOUSE_URL")

_LOCK = 0x50_0B_0B
"""Number of the PostgreSQL advisory lock that one init service holds at a time."""


def make_databases(connection: psycopg.Connection[tuple[object, ...]], urls: Iterable[URL]) -> list[str]:
    """Make each URL's account and database where absent, and give the account the URL's password.

    A database belongs to its account and nobody else may connect. Safe to repeat, so a password is changed by
    changing the environment.

    Args:
        connection: A superuser's, in autocommit mode (a database cannot be made in a transaction).
        urls: With user name, password and database.

    Returns:
        The names of the databases that were made now.

    Raises:
        ValueError: a URL lacks a part, or is not PostgreSQL's.
    """
    made = []
    connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
    try:
        for url in urls:
            user, password, name = _parts(url)
            _settle_account(connection, user, password)
            if _make_database(connection, name, user):
                made.append(name)
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))
    return made


def _parts(url: URL) -> tuple[str, str, str]:
    if url.get_backend_name() != "postgresql" or not (url.username and url.password and url.database):
        raise ValueError(f"{url!r} is no PostgreSQL URL with user name, password and database")
    return url.username, url.password, url.database


def _settle_account(connection: psycopg.Connection[tuple[object, ...]], user: str, password: str) -> None:
    # Encrypted here: the server may log the statement.
    secret = connection.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256").decode()
    found = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (user,)).rowcount
    verb = sql.SQL("ALTER" if found else "CREATE")
    connection.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(user), sql.Literal(secret)))


def _make_database(connection: psycopg.Connection[tuple[object, ...]], name: str, owner: str) -> bool:
    database = sql.Identifier(name)
    absent = not connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).rowcount
    if absent:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                database, sql.Identifier(owner)
            )
        )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    return absent


def main() -> None:
    """Make the databases of the environment; a missing or wrong URL is told in one line."""
    try:
        urls = [make_url(os.environ[name]) for name in URL_VARIABLES]
        with psycopg.connect(autocommit=True) as connection:
            made = make_databases(connection, urls)
    except KeyError as error:
        sys.exit(f"{error.args[0]} is not set")
    except (ValueError, psycopg.Error) as error:
        sys.exit(f"The databases could not be made: {error}")
    print(f"Databases: {', '.join(made) or 'nothing'} made, accounts up to date")


if __name__ == "__main__":
    main()
