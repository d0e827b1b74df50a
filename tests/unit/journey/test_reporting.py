"""The gates that stop: a register export or a warehouse that cannot be trusted changes nothing."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from sohoa.catalogue.database import connect, reading
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Result, Verdict
from sohoa.errors import SohoaError
from sohoa.journey import import_waiting, publish_rates, take_in_register
from sohoa.quality import GateFailed
from sohoa.register import REQUIRED
from sohoa.register.folder import waiting_exports
from sohoa.settings import Settings
from sohoa.warehouse import METADATA, unpublished_event

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(PROJECT / "expectations", tmp_path / "expectations")
    settings = Settings(home=tmp_path / "home", expectations=tmp_path / "expectations", rest_seconds=0)
    for folder in settings.folders():
        folder.mkdir(parents=True)
    migrate(settings)
    return settings


def export(path: Path, n: int, **columns: str) -> Path:
    """A register export of `n` numbered results; `columns` overrides cells of all rows."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, REQUIRED)
        writer.writeheader()
        for number in range(1, n + 1):
            row = dict.fromkeys(REQUIRED, "")
            row |= {
                "Mã đơn vị": "G09.05",
                "Đơn vị giải quyết": "Vụ Tổ chức phi chính phủ",
                "Số ký hiệu kết quả": f"{number}/QĐ-BNV",
                "Ngày ban hành": "05/03/2021",
                "Tình trạng hiệu lực": "Còn hiệu lực",
                "Trích yếu": f"Về việc cho phép thành lập hội số {number}",
            }
            writer.writerow(row | {column.replace("_", " "): value for column, value in columns.items()})
    return path


def count(settings: Settings, model: type) -> int:
    with reading(settings.catalogue_url) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def edit(settings: Settings, gate: str, expectation: dict[str, object]) -> None:
    path = settings.expectations / f"{gate}.json"
    suite = json.loads(path.read_text(encoding="utf-8"))
    suite["expectations"].append(expectation)
    path.write_text(json.dumps(suite, ensure_ascii=False), encoding="utf-8")


IMPOSSIBLE = {
    "type": "expect_table_row_count_to_be_between",
    "kwargs": {"min_value": 1_000_000},
    "severity": "critical",
    "meta": {"reason": "register_empty", "why": "a rule that nothing can keep"},
}


def test_a_register_that_fails_its_gate_is_not_imported_at_all(settings: Settings, tmp_path: Path) -> None:
    file = export(tmp_path / "export.csv", 5)
    edit(settings, "register", IMPOSSIBLE)
    with pytest.raises(GateFailed, match="register_empty"):
        take_in_register(settings, file)
    assert count(settings, Result) == 0
    assert count(settings, Verdict) > 0


def test_the_same_register_passes_with_the_suite_as_shipped(settings: Settings, tmp_path: Path) -> None:
    summary = take_in_register(settings, export(tmp_path / "export.csv", 5))
    assert (summary.n_new, summary.n_rejected) == (5, 0)
    assert count(settings, Result) == 5


def test_a_refused_export_is_put_aside_and_the_others_still_come_in(settings: Settings) -> None:
    export(settings.register_dir / "good.csv", 3)
    (settings.register_dir / "bad.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SohoaError, match=r"bad\.csv"):
        import_waiting(settings)
    assert count(settings, Result) == 3
    assert [path.name.partition("-")[2] for path in (settings.register_dir / ".done").iterdir()] == ["good.csv"]
    assert [path.name.partition("-")[2] for path in (settings.register_dir / ".refused").iterdir()] == ["bad.csv"]
    assert waiting_exports(settings) == []


def test_an_export_that_is_still_being_copied_waits(settings: Settings) -> None:
    export(settings.register_dir / "export.csv", 1)
    assert waiting_exports(settings.model_copy(update={"rest_seconds": 60.0})) == []
    assert len(waiting_exports(settings)) == 1


def test_a_failing_warehouse_gate_leaves_what_was_published(settings: Settings, tmp_path: Path) -> None:
    take_in_register(settings, export(tmp_path / "export.csv", 4))
    publish_rates(settings)
    take_in_register(settings, export(tmp_path / "more.csv", 9))
    edit(settings, "warehouse", {**IMPOSSIBLE, "meta": {"reason": "count_missing", "why": "test"}})
    with pytest.raises(GateFailed, match="warehouse"):
        publish_rates(settings)
    with connect(settings.warehouse_url).connect() as connection:
        assert connection.scalar(select(func.count()).select_from(METADATA.tables["fact_result"])) == 4


def test_the_warehouse_is_behind_until_it_is_published(settings: Settings, tmp_path: Path) -> None:
    assert unpublished_event(settings) is not None
    publish_rates(settings)
    assert unpublished_event(settings) is None
    take_in_register(settings, export(tmp_path / "export.csv", 1))
    assert unpublished_event(settings) is not None
    publish_rates(settings)
    assert unpublished_event(settings) is None
