"""SQLite as several processes need it: nothing lost, nothing half done, never on a network share."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from crowd import all_at_once
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from sohoa.catalogue.database import connect, file_system_of, reading, refuse_network_file_system, writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Procedure, Unit
from sohoa.errors import SohoaError
from sohoa.settings import Settings

N_WRITERS, N_TRANSACTIONS = 4, 50


def _database(settings: Settings) -> Path:
    return Path(str(make_url(settings.catalogue_url).database))


def _write_many(url: str) -> None:
    """Read, then write what follows from it: the kind of transaction that a lock taken half-way spoils."""
    for _ in range(N_TRANSACTIONS):
        with writing(url) as session:
            counter = session.get_one(Procedure, "counter")
            counter.name = str(int(counter.name) + 1)


def test_no_transaction_of_four_writers_at_once_is_lost(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        session.add(Procedure(code="counter", name="0"))

    all_at_once(N_WRITERS, _write_many, settings.catalogue_url)

    with reading(settings.catalogue_url) as session:
        assert session.get_one(Procedure, "counter").name == str(N_WRITERS * N_TRANSACTIONS)


def test_catalogue_is_created_by_several_processes_at_once(tmp_path: Path) -> None:
    """Scheduler, triggerer and command line all start with `sohoa init` behind them, or beside them."""
    settings = Settings(home=tmp_path / "home")
    all_at_once(4, migrate, settings)

    with reading(settings.catalogue_url) as session:
        assert session.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_what_no_waiting_can_mend_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "catalogue.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE unit (code TEXT)")
    waited: list[float] = []
    monkeypatch.setattr("sohoa.catalogue.database.time.sleep", waited.append)
    monkeypatch.setattr("sohoa.catalogue.database.BUSY_SECONDS", 0.2)

    with pytest.raises(OperationalError, match="readonly"):
        connect(f"sqlite:///file:{database}?mode=ro&uri=true").connect()

    assert waited == []


def test_sqlite_is_set_to_be_safe_for_several_processes(settings: Settings) -> None:
    with connect(settings.catalogue_url).connect() as connection:
        found = {
            pragma: connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            for pragma in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        }

    assert found == {"journal_mode": "wal", "busy_timeout": 60_000, "foreign_keys": 1, "synchronous": 2}


def test_writer_takes_its_lock_at_the_start(settings: Settings) -> None:
    with writing(settings.catalogue_url), closing(sqlite3.connect(_database(settings), timeout=0)) as other:
        other.isolation_level = None
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")


def test_reader_neither_waits_for_a_writer_nor_sees_what_is_not_settled(settings: Settings) -> None:
    with writing(settings.catalogue_url) as writer:
        writer.add(Procedure(code="1", name="half"))
        writer.flush()
        with reading(settings.catalogue_url) as reader:
            assert reader.get(Procedure, "1") is None


def test_reader_sees_one_state_to_its_end(settings: Settings) -> None:
    with reading(settings.catalogue_url) as reader:
        assert reader.get(Procedure, "1") is None
        with writing(settings.catalogue_url) as writer:
            writer.add(Procedure(code="1", name="later"))
        assert reader.scalars(select(Procedure)).all() == []


def test_transaction_that_fails_leaves_nothing(settings: Settings) -> None:
    def fail() -> None:
        with writing(settings.catalogue_url) as session:
            session.add(Procedure(code="1", name="x"))
            session.flush()
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail()
    with reading(settings.catalogue_url) as session:
        assert session.scalars(select(Procedure)).all() == []


def test_what_was_written_can_be_used_after_the_transaction(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        procedure = Procedure(code="1", name="x")
        session.add(procedure)

    assert procedure.name == "x"


def test_row_that_refers_to_nothing_is_refused(settings: Settings) -> None:
    def add_orphan() -> None:
        with writing(settings.catalogue_url) as session:
            session.add(Unit(code="X", name="x", source="inbox", flags=[], parent_code="nobody"))

    with pytest.raises(IntegrityError):
        add_orphan()


def test_database_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    with (
        pytest.raises(OperationalError, match="unable to open"),
        reading(f"sqlite:///{tmp_path}/nowhere/x.db") as session,
    ):
        session.execute(text("SELECT 1"))


# --- network shares -------------------------------------------------------------------------------------------

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
//server/scans /mnt/scans cifs rw 0 0
server:/x /srv/data nfs4 rw 0 0
/dev/sdb1 /srv/data/local ext4 rw 0 0
srv /mnt/k\\303\\255ch\\040th\\306\\260\\341\\273\\233c fuse.sshfs rw 0 0
share /mnt/with\\134backslash 9p rw 0 0
/dev/sdc1 /over ext4 rw 0 0
server:/y /over nfs rw 0 0
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mounts"
    path.write_text(MOUNTS)
    return path


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/x", "ext4"),
        ("/mnt/scans/deep", "cifs"),
        ("/mnt/scansnot", "ext4"),
        ("/srv/data", "nfs4"),
        ("/srv/data/local/db", "ext4"),
        ("/mnt/kích thước/db", "fuse.sshfs"),
        ("/mnt/with\\backslash", "9p"),
        ("/over", "nfs"),
    ],
)
def test_file_system_is_that_of_the_nearest_mount(mounts: Path, folder: str, kind: str) -> None:
    assert file_system_of(Path(folder), mounts) == kind


def test_unknown_mounts_refuse_nothing(tmp_path: Path) -> None:
    refuse_network_file_system(tmp_path / "catalogue.db", tmp_path / "no such file")


@pytest.mark.parametrize("folder", ["/mnt/scans", "/srv/data", "/over"])
def test_sqlite_on_a_network_share_is_refused_with_a_way_out(mounts: Path, folder: str) -> None:
    with pytest.raises(SohoaError, match="SOHOA_CATALOGUE_URL"):
        refuse_network_file_system(Path(folder) / "catalogue.db", mounts)


def test_link_to_a_network_share_is_refused_too(mounts: Path, tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    mounts.write_text(f"{MOUNTS}server:/z {share} nfs4 rw 0 0\n")
    (tmp_path / "data").symlink_to(share)

    with pytest.raises(SohoaError, match="network"):
        refuse_network_file_system(tmp_path / "data" / "catalogue.db", mounts)


def test_local_disk_is_taken(mounts: Path) -> None:
    refuse_network_file_system(Path("/srv/data/local/catalogue.db"), mounts)
