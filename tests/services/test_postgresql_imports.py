"""Imports of registers into a real PostgreSQL, against those into SQLite."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sohoa.catalogue.bulk import among, insert_columns, insert_rows
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Base, Dossier, Event, RegisterImport, Result, ResultHistory, SubjectKey, Unit
from sohoa.catalogue.subjects import MOST_WITH_A_KEY, SubjectKeys, subject_keys
from sohoa.register import REQUIRED, import_register, storing
from sohoa.settings import Settings

from .databases import both

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("others")]

DAY = dt.date(2024, 5, 6)
N_ROWS, CHUNK = 60, 10


def write_register(file: Path, corrected: str = "") -> Path:
    """Sixty rows, of which some share a result, some have no number, some are not in force or of no use."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, REQUIRED, restval="")
        writer.writeheader()
        for number in range(N_ROWS):
            writer.writerow(
                {
                    "Mã hồ sơ": f"000.00.01.G09-240506-{number:04}",
                    "Mã TTHC": f"1.00{number % 3}",
                    "Tên TTHC": f"Thủ tục {number % 3}",
                    "Mã đơn vị": f"G09.{10 + number % 2}",
                    "Đơn vị giải quyết": f"Đơn vị {number % 2}",
                    "Số ký hiệu kết quả": f"{number - number % 20 // 18}/QĐ-BNV" if number % 7 else "",
                    "Ngày ban hành": f"{1 + number % 28:02}/03/2024" if number % 7 else "",
                    "Tình trạng hiệu lực": "Còn hiệu lực" if number % 11 else "Bị thu hồi",
                    "Có giá trị sử dụng": "Có" if number % 5 else "Không",
                    "Kênh tiếp nhận": "Trực tuyến",
                    "Trích yếu": f"Về việc tặng thưởng \\ bằng khen\tsố {number}{corrected if number % 6 == 0 else ''}",
                }
            )
    return file


def everything(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """What the catalogue has of the register, without numbers that a database draws and instants."""
    numbers = {"id", "result_id", "recorded_at", "changed_at"}
    with reading(settings.catalogue_url) as session:
        keys = {number: key for number, key in session.execute(select(Result.id, Result.result_key))}

        def rows_of(model: type[Base]) -> list[tuple[Any, ...]]:
            names = [column.key for column in model.__table__.columns if column.key not in numbers]
            found = session.scalars(select(model)).all()
            of_result = ((keys.get(getattr(row, "result_id", 0)), row) for row in found)
            return sorted(((key, *(getattr(row, name) for name in names)) for key, row in of_result), key=repr)

        return {model.__name__: rows_of(model) for model in (Result, Dossier, Event, ResultHistory, SubjectKey)}


def test_imports_of_many_chunks_give_the_same_catalogue_on_both(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "CHUNK_ROWS", CHUNK)
    files = [write_register(tmp_path / "first.csv"), write_register(tmp_path / "later.csv", " (đính chính)")]
    found = []
    for each in both(postgresql, tmp_path, "imports"):
        migrate(each)
        summaries = [import_register(each, file, today=DAY) for file in files]
        assert [(one.n_rows, one.n_rejected) for one in summaries] == [(N_ROWS, 0)] * 2
        assert summaries[1].n_changed == N_ROWS / 6
        found.append(everything(each))
    assert found[0] == found[1]
    assert all(found[0].values())


def test_an_import_that_breaks_off_half_way_leaves_nothing(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "CHUNK_ROWS", CHUNK)
    server, _ = both(postgresql, tmp_path, "broken_imports")
    migrate(server)
    file = write_register(tmp_path / "register.csv")

    def break_off(done: int, _: int) -> None:
        if done >= 2 * CHUNK:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_register(server, file, progress=break_off)
    with reading(server.catalogue_url) as session:
        assert [session.query(model).count() for model in (RegisterImport, Result, Dossier, SubjectKey)] == [0] * 4
    assert import_register(server, file).n_new == N_ROWS


def test_many_keys_are_looked_up_one_by_one_in_tables_that_the_server_has_not_counted(
    postgresql: str, tmp_path: Path
) -> None:
    server, _ = both(postgresql, tmp_path, "lookups")
    migrate(server)
    with writing(server.catalogue_url) as session:
        session.add(Unit(code="X", name="X", source="test"))
        session.flush()
        common = {"unit_code": "X", "validity": "in_force", "has_result": True, "still_usable": True}
        common |= {"source": "test", "flags": [], "subject": "Về việc " + "khác " * 200}
        keys = [(n, f"{n}/QĐ-X|2024-05-06|X") for n in range(10_000)]
        insert_rows(session, Result, [{"id": number, "result_key": key, **common} for number, key in keys])
        asked = [f"{n}/QĐ-X|2024-05-07|X" for n in range(10_000)]
        plan = plan_of(session, select(Result).where(among(session.get_bind().dialect, Result.result_key, asked)))
    assert "uq_result_result_key" in plan
    assert "Seq Scan on result" not in plan


def test_keys_of_subjects_that_change_are_the_same_on_both(postgresql: str, tmp_path: Path) -> None:
    """Those that too many share, those that a few share, and those of one result."""
    shared, n_results = "Quyết định nâng ngạch", MOST_WITH_A_KEY + 1
    before = {number: f"{shared} số {number // 3} đợt {number}" for number in range(n_results)}
    after = {number: f"{shared if number % 2 else 'Quyết định'} số {number // 3} (đính chính)" for number in range(50)}
    found = []
    for each in both(postgresql, tmp_path, "subjects"):
        migrate(each)
        with writing(each.catalogue_url) as session:
            keys = SubjectKeys(session)
            keys.store((number, subject_keys(subject)) for number, subject in before.items())
            keys.change({number: (before[number], subject) for number, subject in after.items()})
        with reading(each.catalogue_url) as session:
            found.append(sorted((one.key, one.result_id) for one in session.scalars(select(SubjectKey))))
    assert found[0] == found[1]
    n_sharing = Counter(key for key, _ in found[0])
    assert n_sharing[next(iter(subject_keys(shared)))] == n_results
    assert all((key, 49) in found[0] for key in subject_keys(after[49]))
    assert not any((key, 0) in found[0] for key in subject_keys("số 0 đợt 0"))


def test_what_a_database_refuses_is_told_alike_by_both(postgresql: str, tmp_path: Path) -> None:
    for each in both(postgresql, tmp_path, "refused"):
        migrate(each)
        with pytest.raises(IntegrityError), writing(each.catalogue_url) as session:
            insert_columns(session, SubjectKey, {"key": [1, 1], "result_id": [2, 2]})


def plan_of(session: Session, query: Any) -> str:
    """What the server would do, as it tells it."""
    connection = session.connection()
    compiled = query.compile(dialect=connection.dialect)
    told = connection.exec_driver_sql(f"EXPLAIN {compiled}", compiled.params)
    return "\n".join(told.scalars())


def test_statements_are_prepared_again_after_an_import(postgresql: str, tmp_path: Path) -> None:
    server, _ = both(postgresql, tmp_path, "prepared")
    migrate(server)
    asked = text("SELECT 'asked by this test'")

    def times_prepared() -> int:
        with reading(server.catalogue_url) as session:
            for _ in range(20):
                session.execute(asked)
            prepared = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%asked by this test%'"
            return int(session.scalar(text(prepared + " AND statement NOT LIKE '%pg_prepared%'")) or 0)

    import_register(server, write_register(tmp_path / "register.csv"))
    assert times_prepared() == 1
