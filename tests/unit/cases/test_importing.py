from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cases.exports import case, handed, opened, paper, take_in, write
from sohoa.cases import import_cases, read_cases
from sohoa.catalogue.database import reading
from sohoa.catalogue.models import CaseComponent, CaseHandover, CaseHistory, FigureImport, ServiceCase, Unit
from sohoa.register import RowsRefused
from sohoa.settings import Settings


def stored(settings: Settings, model: Any) -> list[dict[str, Any]]:
    with reading(settings.catalogue_url) as session:
        rows = session.execute(select(*model.__table__.columns).order_by(*model.__table__.primary_key.columns))
        return [dict(row._mapping) for row in rows]


def test_a_file_is_taken_whole_and_again_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    rows = [case("1"), paper("1"), paper("1", Tệp_đính_kèm="Không"), handed("1", "11/05/2024"), opened("2")]
    first = take_in(settings, tmp_path, rows)
    before = [stored(settings, model) for model in (ServiceCase, CaseComponent, CaseHandover)]
    second = take_in(settings, tmp_path, rows)

    assert (first.n_rows, first.n_new, first.n_changed, first.n_unchanged) == (5, 2, 0, 0)
    assert (second.n_new, second.n_changed, second.n_unchanged) == (0, 0, 2)
    assert [stored(settings, model) for model in (ServiceCase, CaseComponent, CaseHandover)] == before
    assert stored(settings, CaseHistory) == []
    assert [part["has_file"] for part in before[1]] == [True, False]


def test_what_a_later_file_changes_is_kept_as_history(settings: Settings, tmp_path: Path) -> None:
    take_in(settings, tmp_path, [opened("1"), paper("1", Tệp_đính_kèm="Không")])
    changed = take_in(settings, tmp_path, [case("1"), paper("1")])

    assert (changed.n_new, changed.n_changed) == (0, 1)
    (history,) = stored(settings, CaseHistory)
    assert history["import_id"] == changed.import_id
    assert (history["before"]["outcome"], history["after"]["outcome"]) == ("open", "resolved")
    assert (history["before"]["ended_on"], history["after"]["ended_on"]) == (None, "2024-05-20")
    assert history["before"]["case_component"][0]["has_file"] is False
    assert "channel" not in history["after"]
    assert [part["has_file"] for part in stored(settings, CaseComponent)] == [True]


def test_a_file_without_a_column_or_without_papers_leaves_them_as_they_are(settings: Settings, tmp_path: Path) -> None:
    take_in(settings, tmp_path, [case("1", Số_lần_yêu_cầu_bổ_sung="1"), paper("1"), handed("1", "11/05/2024")])
    summary = take_in(settings, tmp_path, [case("1")], without=["Số lần yêu cầu bổ sung", "Tệp kết quả điện tử"])

    assert summary.n_unchanged == 1
    (kept,) = stored(settings, ServiceCase)
    assert (kept["n_supplements"], kept["result_file"]) == (1, True)
    assert len(stored(settings, CaseComponent)) == len(stored(settings, CaseHandover)) == 1


def test_a_case_that_lost_its_papers_in_a_file_with_papers_has_none(settings: Settings, tmp_path: Path) -> None:
    take_in(settings, tmp_path, [case("1"), paper("1"), case("2"), paper("2")])
    take_in(settings, tmp_path, [case("1"), case("2"), paper("2")])

    assert [part["dossier_code"] for part in stored(settings, CaseComponent)] == ["2"]


def test_a_file_with_a_wrong_row_is_refused_with_its_rows_and_nothing_is_stored(
    settings: Settings, tmp_path: Path
) -> None:
    file = write(tmp_path / "cases.csv", [case("1"), case("2", Kênh_tiếp_nhận="Fax"), case("3", Mã_đơn_vị="")])
    with pytest.raises(RowsRefused, match=r"cases\.csv: 2 dòng sai.*3 \[Kênh tiếp nhận\].*4 \[Mã đơn vị\]") as refused:
        import_cases(settings, file, read_cases(settings, file))

    assert [one.line for one in refused.value.rejections] == [3, 4]
    assert stored(settings, ServiceCase) == stored(settings, FigureImport) == []


def test_a_unit_that_no_one_knows_is_kept_with_a_flag(settings: Settings, tmp_path: Path) -> None:
    take_in(settings, tmp_path, [case("1", Mã_đơn_vị="G09.77", Đơn_vị_giải_quyết="Vụ mới")])

    unit = next(one for one in stored(settings, Unit) if one["code"] == "G09.77")
    assert (unit["name"], unit["flags"]) == ("Vụ mới", ["unknown_to_ruleset"])


def test_more_cases_than_one_portion_are_all_stored(settings: Settings, tmp_path: Path) -> None:
    rows = [row for number in range(1203) for row in (case(str(number)), paper(str(number)))]
    assert take_in(settings, tmp_path, rows).n_new == 1203
    assert len(stored(settings, ServiceCase)) == len(stored(settings, CaseComponent)) == 1203
