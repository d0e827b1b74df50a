"""Connections to the catalogue and the warehouse: SQLite made safe for several writers, or PostgreSQL."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Engine, TableClause, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session

from sohoa.errors import SohoaError

Item = TypeVar("Item")

BUSY_SECONDS = 60
_BETWEEN_TRIES_SECONDS = 0.05
_PRIMARY_CODE = 0xFF  # of SQLite's result codes; the other bits say more of the same
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "9p", "fuse.sshfs", "fuse.rclone", "fuse.s3fs"}
    | {"fuse.glusterfs", "fuse.davfs"}
)


def file_system_of(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The type of the file system that holds `path` (`ext4`, `nfs4` …), or an empty text if unknown."""
    try:
        lines = mounts.read_bytes().split(b"\n")
    except OSError:
        return ""
    held, kind = "", ""
    for line in lines:
        fields = line.split(b" ")
        if len(fields) < 3:
            continue
        # The kernel writes spaces and the like, and backslashes, as \040.
        mount_point = os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), fields[1]))
        if path.is_relative_to(mount_point) and len(mount_point) >= len(held):
            held, kind = mount_point, fields[2].decode()
    return kind


def refuse_network_file_system(database: Path, mounts: Path = Path("/proc/self/mounts")) -> None:
    """Raise SohoaError if the SQLite file would lie on a network share, where its locks do not hold."""
    kind = file_system_of(database.resolve().parent, mounts)
    if kind in NETWORK_FILE_SYSTEMS:
        raise SohoaError(
            f"SQLite cannot keep {database} safe on a network file system ({kind}): "
            "put SOHOA_HOME on a local disk, or set SOHOA_CATALOGUE_URL to a PostgreSQL database."
        )


@lru_cache(maxsize=8)
def connect(url: str) -> Engine:
    """The engine for a database URL; one per process and URL.

    SQLite is set to WAL with a busy timeout, and a writing transaction takes its lock at the start
    (BEGIN IMMEDIATE): a lock taken half-way could not be waited for.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        refuse_network_file_system(Path(parsed.database))
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(dbapi_connection: sqlite3.Connection, _record: Any) -> None:
    # The driver must not start transactions of its own.
    dbapi_connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        "synchronous=FULL",
        "secure_delete=ON",  # what was read of a classified document must not stay in free pages of the file
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}")
    _switch_to_wal(dbapi_connection)


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Set the journal's mode; of several processes that create a database at once, SQLite lets only one pass."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # Here it does not wait for the others by itself, whatever its busy timeout.
            is_busy = error.sqlite_errorcode & _PRIMARY_CODE == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > deadline:
                raise
            time.sleep(_BETWEEN_TRIES_SECONDS)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("sohoa_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(url: str) -> Iterator[Session]:
    """A session in one writing transaction: committed at the end, rolled back on any error."""
    with (
        connect(url).connect().execution_options(sohoa_writes=True) as connection,
        connection.begin(),
        Session(connection, expire_on_commit=False) as session,
    ):
        yield session
        session.flush()


@contextmanager
def reading(url: str) -> Iterator[Session]:
    """A session that only reads, from one consistent state of the database."""
    with connect(url).connect() as connection, Session(connection) as session:
        yield session


def insert_into(dialect: Dialect, table: TableClause | type[DeclarativeBase]) -> sqlite.Insert | postgresql.Insert:
    """An insert that can say what is to happen to a row that is there: each dialect has its own."""
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


@contextmanager
def driver_errors(connection: Connection, statement: object) -> Iterator[None]:
    """What the driver raises where it is used itself, as SQLAlchemy would raise it."""
    driver_error = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except driver_error as error:
        raise DBAPIError.instance(str(statement), None, error, driver_error, dialect=connection.dialect) from error


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items, so many at a time."""
    remaining = iter(items)
    while part := list(islice(remaining, size)):
        yield part


def forget_deleted(url: str) -> None:
    """Bring what was deleted out of SQLite's log of changes; a server does so on its own when it vacuums."""
    engine = connect(url)
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        # Readers may hold it up: the next call does it then.
        driver.execute("PRAGMA busy_timeout=1000")
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
