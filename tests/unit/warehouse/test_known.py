from __future__ import annotations

import csv
import datetime as dt
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from indicators import world
from indicators.world import Entry, change, scanned
from register.exports import numbered, row
from sqlalchemy import delete, make_url, select, text, update

from sohoa.catalogue.database import connect, reading, writing
from sohoa.catalogue.models import Document, Dossier, RegisterImport, Result, ResultHistory, SubjectKey
from sohoa.register import import_register
from sohoa.settings import Settings
from sohoa.warehouse import connect_warehouse, known, refresh_warehouse, unpublished_event
from sohoa.warehouse.tables import dim_procedure, fact_case, fact_result
from warehouse.moved import installation
from warehouse.test_series import FIRST_LOADS, UNTIL, everything, missing_dimensions

Line: TypeAlias = dict[str, str]

DOSSIER = "000.00.00.G09-220412-0001"


def take(settings: Settings, *lines: Line, today: dt.date = UNTIL) -> None:
    file = settings.home / "register.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(dict.fromkeys(name for line in lines for name in line)), restval="")
        writer.writeheader()
        writer.writerows(lines)
    import_register(settings, file, today=today)


def refreshed(settings: Settings) -> int | None:
    return refresh_warehouse(settings, as_of=UNTIL).n_refreshed


def values(settings: Settings, column: Any) -> list[Any]:
    with connect_warehouse(settings) as connection:
        return sorted(connection.scalars(select(column)))


@pytest.fixture
def loaded(settings: Settings) -> Settings:
    """A catalogue of three results, and a warehouse that knows them."""
    take(settings, *(numbered(number) for number in (1, 2, 3)))
    assert refreshed(settings) is None
    return settings


def test_after_an_import_only_what_it_brought_or_changed_is_counted_anew(loaded: Settings) -> None:
    unchanged, changed = numbered(1), numbered(2, Ngày_hết_hiệu_lực="31/12/2022")
    take(loaded, unchanged, changed, numbered(4))
    assert refreshed(loaded) == 2
    assert len(values(loaded, fact_result.c.result_id)) == 4
    take(loaded, unchanged, changed, numbered(4))
    assert refreshed(loaded) == 0


def test_a_dossier_that_an_import_adds_to_a_result_is_a_case_of_it(loaded: Settings) -> None:
    take(loaded, numbered(3, Mã_hồ_sơ="G09-220412-0099"))
    assert refreshed(loaded) == 1
    assert "G09-220412-0099" in values(loaded, fact_case.c.dossier_code)


def test_a_result_registered_under_the_key_that_another_had_is_counted(loaded: Settings) -> None:
    """Its registration is not told: an event of this key was told of the other."""
    nameless = row(Mã_hồ_sơ=DOSSIER, Số_ký_hiệu_kết_quả="", Ngày_ban_hành="")
    for line in (nameless, row(Mã_hồ_sơ=DOSSIER), nameless):
        take(loaded, line)
        assert refreshed(loaded) == 1
    assert len(values(loaded, fact_result.c.result_id)) == 5


def test_a_procedure_that_an_import_renames_is_renamed_in_the_warehouse(loaded: Settings) -> None:
    take(loaded, numbered(1, Tên_TTHC="Thủ tục cho phép thành lập hội"))
    refreshed(loaded)
    assert "Thủ tục cho phép thành lập hội" in values(loaded, dim_procedure.c.name)
    assert "Thủ tục thành lập hội" not in values(loaded, dim_procedure.c.name)


@pytest.mark.parametrize(
    ("few", "most", "one_in", "at_most"),
    [
        pytest.param(1, 10, 2, 3, id="a share of all"),
        pytest.param(3, 10, 100, 3, id="few"),
        pytest.param(1, 2, 1, 2, id="most"),
    ],
)
def test_an_import_that_changes_much_has_everything_counted_anew(
    loaded: Settings, monkeypatch: pytest.MonkeyPatch, few: int, most: int, one_in: int, at_most: int
) -> None:
    for name, value in {"FEW_RESULTS": few, "MOST_RESULTS": most, "ONE_IN": one_in}.items():
        monkeypatch.setattr(known, name, value)
    take(loaded, *(numbered(4 + number) for number in range(at_most)))
    assert refreshed(loaded) == at_most
    take(loaded, *(numbered(20 + number) for number in range(3 * at_most)))
    assert refreshed(loaded) is None


def test_an_import_of_an_older_version_has_everything_counted_anew(loaded: Settings) -> None:
    take(loaded, numbered(4))
    with writing(loaded.catalogue_url) as session:
        session.execute(update(RegisterImport).values(newest_before=None))
    assert refreshed(loaded) is None
    assert refreshed(loaded) == 0


def restored(settings: Settings, backup: bytes) -> None:
    connect(settings.catalogue_url).dispose()
    database = Path(make_url(settings.catalogue_url).database or "")
    for name in (f"{database.name}-wal", f"{database.name}-shm"):
        database.with_name(name).unlink(missing_ok=True)
    database.write_bytes(backup)


def backed_up(settings: Settings) -> bytes:
    database = Path(make_url(settings.catalogue_url).database or "")
    copy = database.with_name("copy.db")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy.read_bytes()


def assert_counted_in_full(settings: Settings) -> None:
    assert refreshed(settings) is None
    with reading(settings.catalogue_url) as session:
        registered = sorted(session.scalars(select(Result.result_key)))
    assert values(settings, fact_result.c.result_key) == registered


def test_a_catalogue_set_back_to_a_backup_has_everything_counted_anew(loaded: Settings) -> None:
    backup = backed_up(loaded)
    take(loaded, numbered(4))
    refreshed(loaded)
    restored(loaded, backup)
    assert_counted_in_full(loaded)


def test_a_catalogue_that_imported_after_it_was_set_back_has_everything_counted_anew(loaded: Settings) -> None:
    backup = backed_up(loaded)
    take(loaded, numbered(4))
    refreshed(loaded)
    restored(loaded, backup)
    take(loaded, numbered(5))
    take(loaded, numbered(6))
    assert_counted_in_full(loaded)


def test_a_catalogue_set_back_by_events_alone_has_everything_counted_anew(loaded: Settings) -> None:
    backup = backed_up(loaded)
    change(loaded, 1, Entry(None), scanned(None, UNTIL))
    refreshed(loaded)
    restored(loaded, backup)
    assert_counted_in_full(loaded)


def test_a_catalogue_in_which_the_same_was_done_again_otherwise_has_everything_counted_anew(
    loaded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def accept(number: int) -> None:
        with monkeypatch.context() as alike:
            alike.setattr(world, "uuid", SimpleNamespace(uuid4=lambda: "the same"))
            change(loaded, number, Entry(None), scanned(None, UNTIL))

    backup = backed_up(loaded)
    accept(1)
    refreshed(loaded)
    restored(loaded, backup)
    accept(2)
    assert_counted_in_full(loaded)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(numbered(1, Tên_TTHC="Thủ tục cho phép thành lập hội"), id="a procedure renamed"),
        pytest.param(numbered(4), id="a new result"),
    ],
)
def test_after_an_import_the_warehouse_is_behind_until_it_is_refreshed(loaded: Settings, line: Line) -> None:
    refresh_warehouse(loaded)
    assert unpublished_event(loaded) is None
    take(loaded, line)
    assert unpublished_event(loaded) is not None
    refresh_warehouse(loaded)
    assert unpublished_event(loaded) is None


def test_a_warehouse_of_an_older_version_is_behind(loaded: Settings) -> None:
    refresh_warehouse(loaded)
    with connect_warehouse(loaded, writes=True) as connection:
        connection.execute(text("ALTER TABLE load DROP COLUMN newest"))
    assert unpublished_event(loaded) is not None


NUMBERS = [str(number) for number in range(1, 5)]
DAYS = ["05/03/2022", "01/10/2022", "27/05/2023", ""]


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Few numbers, dossiers and days, so that lines of one file and of the next speak of the same results."""
    unit, procedure = draw(st.sampled_from(["G09.01", "G09.02", "G99.01"])), draw(st.sampled_from(["1.001", "1.002"]))
    is_revoked = draw(st.booleans())
    return row(
        Mã_hồ_sơ=draw(st.sampled_from([*(f"G09-220412-000{number}" for number in NUMBERS)])),
        Mã_TTHC=procedure,
        Tên_TTHC=draw(st.sampled_from(["Thủ tục", "Thủ tục mới"])),
        Mã_đơn_vị=unit,
        Số_ký_hiệu_kết_quả=draw(st.sampled_from([*(f"{number}/QĐ-BNV" for number in NUMBERS), ""])),
        Ngày_ban_hành=draw(st.sampled_from(DAYS)),
        Ngày_hết_hiệu_lực=draw(st.sampled_from(["30/05/2023", "31/12/2030", ""])),
        Tình_trạng_hiệu_lực="Bị thu hồi" if is_revoked else "Còn hiệu lực",
        Có_giá_trị_sử_dụng=draw(st.sampled_from(["Có", "Không"])),
        Ngày_tiếp_nhận=draw(st.sampled_from(["01/02/2021", ""])),
        Ngày_trả_kết_quả=draw(st.sampled_from(["06/03/2022", "28/05/2023", ""])),
        Kết_quả_giải_quyết=draw(st.sampled_from(["Đã giải quyết", "Từ chối"])),
    )


files = st.lists(lines(), min_size=1, max_size=4)
copies = st.lists(st.tuples(st.integers(0, 8), st.integers(-400, 3)), max_size=2)
Step: TypeAlias = tuple[int, Sequence[Line], Sequence[tuple[int, int]]]
steps = st.tuples(st.integers(0, 6), files, copies)
"""So many days later a file comes, and copies of some results are accepted, digitised so many days from then."""


def accept_one(settings: Settings, number: int, digitised_on: dt.date) -> None:
    with reading(settings.catalogue_url) as session:
        results = session.scalars(select(Result.id).order_by(Result.id)).all()
    change(settings, results[number % len(results)], Entry(None), scanned(None, digitised_on))


def emptied(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        for model in (Document, SubjectKey, ResultHistory, Dossier, Result):
            session.execute(delete(model))


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation some of whose units moved."""
    return installation(tmp_path_factory.mktemp("moved"))


@given(st.sampled_from(FIRST_LOADS), files, st.lists(steps, min_size=1, max_size=3))
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_imports_the_rows_are_those_of_a_full_count(
    moved: Settings, day: dt.date, first: Sequence[Line], later: Sequence[Step]
) -> None:
    emptied(moved)
    take(moved, *first, today=day)
    refresh_warehouse(moved, as_of=day, in_full=True)
    for n_days, file, copied in later:
        day += dt.timedelta(days=n_days)
        take(moved, *file, today=day)
        for number, ahead in copied:
            accept_one(moved, number, day + dt.timedelta(days=ahead))
        assert refresh_warehouse(moved, as_of=day).n_refreshed is not None, "all were counted anew"
    by_changes = everything(moved)
    assert missing_dimensions(moved) == set()
    refresh_warehouse(moved, as_of=day, in_full=True)
    assert everything(moved) == by_changes
