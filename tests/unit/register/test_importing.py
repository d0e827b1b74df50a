from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from sohoa.catalogue.database import reading
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import (
    Dossier,
    Event,
    Procedure,
    RegisterImport,
    RegisterRejection,
    Result,
    ResultHistory,
    SubjectKey,
    Unit,
)
from sohoa.catalogue.subjects import subject_keys
from sohoa.register import ImportSummary, Rejection, import_judged, import_register, read_register
from sohoa.register import importing as importing_module
from sohoa.settings import Settings

from .conftest import Row, WriteCsv
from .exports import numbered, row

DAY = dt.date(2022, 6, 1)
LATER = dt.date(2022, 7, 1)
KEY = "70/QĐ-BNV|2022-03-05|G09"


class Desk:
    """Writes exports and imports them; what the catalogue then says."""

    def __init__(self, settings: Settings, write_csv: WriteCsv) -> None:
        self.settings = settings
        self.write_csv = write_csv

    def take(self, *rows: Row, today: dt.date = DAY, headers: Sequence[str] | None = None) -> ImportSummary:
        return import_register(self.settings, self.write_csv(rows, headers=headers), today=today)

    def all(self, model: type[Any]) -> list[Any]:
        with reading(self.settings.catalogue_url) as session:
            return list(session.scalars(select(model).order_by(*model.__table__.primary_key)))

    def result(self, key: str = KEY) -> Result:
        return next(one for one in self.all(Result) if one.result_key == key)


@pytest.fixture
def desk(settings: Settings, write_csv: WriteCsv) -> Desk:
    return Desk(settings, write_csv)


def counts(summary: ImportSummary) -> tuple[int, int, int, int]:
    return summary.n_new, summary.n_changed, summary.n_unchanged, summary.n_rejected


def test_a_row_becomes_result_dossier_and_procedure(desk: Desk) -> None:
    summary = desk.take(row(Ngày_tiếp_nhận="12/4/2022", Người_xác_định="Văn phòng Bộ", Phạm_vi_hiệu_lực="Toàn quốc"))
    assert counts(summary) == (1, 0, 0, 0)
    result = desk.result()
    assert (result.code_text, result.code_folded, result.validity) == ("70/QĐ-BNV", "70/QD-BNV", "in_force")
    assert (result.usable_decider, result.scope, result.has_result, result.flags) == (
        "Văn phòng Bộ",
        "Toàn quốc",
        True,
        [],
    )
    (dossier,) = desk.all(Dossier)
    assert (dossier.code, dossier.channel, dossier.received_on) == (
        "000.00.00.G09-220412-0001",
        "Trực tiếp",
        dt.date(2022, 4, 12),
    )
    assert [one.name for one in desk.all(Procedure)] == ["Thủ tục thành lập hội"]
    (event,) = desk.all(Event)
    assert (event.kind, event.effective_on, event.agent) == (
        "result_registered",
        dt.date(2022, 3, 5),
        "register import",
    )


def test_bad_rows_are_kept_by_line_and_reason_while_good_ones_go_in(desk: Desk) -> None:
    summary = desk.take(numbered(1), numbered(2, Ngày_ban_hành="30/02/2022", Có_giá_trị_sử_dụng="?"), numbered(3))
    assert (summary.n_rows, counts(summary)) == (3, (2, 0, 0, 1))
    assert summary.rejections == [
        Rejection(3, "Ngày ban hành", "register.date_invalid"),
        Rejection(3, "Có giá trị sử dụng", "register.yes_no_unknown"),
    ]
    stored = desk.all(RegisterRejection)
    assert [(one.import_id, one.line, one.column, one.reason) for one in stored] == [
        (summary.import_id, one.line, one.column, one.reason) for one in summary.rejections
    ]


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    rows = [
        numbered(1, Tình_trạng_hiệu_lực="Bị thu hồi"),
        numbered(2, Có_giá_trị_sử_dụng="Không"),
        numbered(3, Mã_hồ_sơ="a", Trích_yếu="một"),
        numbered(3, Mã_hồ_sơ="b", Trích_yếu="hai", Tên_TTHC="Tên khác"),
        numbered(4, Mã_hồ_sơ=""),
        numbered(5, Số_ký_hiệu_kết_quả=""),
        numbered(6, Tình_trạng_hiệu_lực="Hết hiệu lực"),
    ]
    assert counts(desk.take(*rows)) == (7, 0, 0, 0)
    models = (Unit, Procedure, Result, Dossier, ResultHistory, Event)
    before = [[vars(one) | {"_sa_instance_state": None} for one in desk.all(model)] for model in models]
    assert counts(desk.take(*rows, today=LATER)) == (0, 0, 7, 0)
    assert [[vars(one) | {"_sa_instance_state": None} for one in desk.all(model)] for model in models] == before
    first, second = desk.all(RegisterImport)
    assert first.sha256 == second.sha256
    assert (second.imported_on, second.n_rows, second.n_unchanged) == (LATER, 7, 7)


def test_a_changed_row_keeps_its_history(desk: Desk) -> None:
    desk.take(row())
    assert desk.result().last_import_id is None
    summary = desk.take(
        row(Trích_yếu="Về việc khác", Ngày_hết_hiệu_lực="31/12/2030", Kênh_tiếp_nhận="Trực tuyến"), today=LATER
    )
    assert counts(summary) == (0, 1, 0, 0)
    (history,) = desk.all(ResultHistory)
    dossier = "000.00.00.G09-220412-0001"
    assert history.before == {
        "subject": "Về việc cho phép thành lập Hội Khoa học Lịch sử",
        "expires_on": None,
        "dossiers": {dossier: {"channel": "Trực tiếp"}},
    }
    assert history.after == {
        "subject": "Về việc khác",
        "expires_on": "2030-12-31",
        "dossiers": {dossier: {"channel": "Trực tuyến"}},
    }
    assert desk.result().last_import_id == summary.import_id
    changed = desk.all(Event)[-1]
    assert (changed.kind, changed.effective_on) == ("result_changed", LATER)
    assert changed.detail["fields"] == ["dossiers", "expires_on", "subject"]


def test_changes_there_and_back_are_all_told(desk: Desk) -> None:
    for subject in ("một", "hai", "một", "hai"):
        desk.take(row(Trích_yếu=subject))
    assert [one.after for one in desk.all(ResultHistory)] == [
        {"subject": "hai"},
        {"subject": "một"},
        {"subject": "hai"},
    ]
    assert [one.kind for one in desk.all(Event)] == ["result_registered", *["result_changed"] * 3]


def test_a_back_dated_change_counts_from_its_day(desk: Desk) -> None:
    desk.take(row())
    desk.take(row(Tình_trạng_hiệu_lực="Bị thu hồi", Ngày_chấm_dứt_hiệu_lực="01/05/2022"), today=LATER)
    assert desk.all(Event)[-1].effective_on == dt.date(2022, 5, 1)
    assert (desk.result().ended_on, desk.result().flags) == (dt.date(2022, 5, 1), [])


def test_an_award_that_settles_many_dossiers_is_one_result(desk: Desk) -> None:
    summary = desk.take(*(row(Mã_hồ_sơ=f"G09-220412-{n:04}") for n in range(1, 6)))
    assert counts(summary) == (5, 0, 0, 0)
    assert [one.result_key for one in desk.all(Result)] == [KEY]
    assert [one.code for one in desk.all(Dossier)] == [f"G09-220412-{n:04}" for n in range(1, 6)]
    summary = desk.take(row(Mã_hồ_sơ="G09-220412-0005"), row(Mã_hồ_sơ="G09-220412-0006"))
    assert counts(summary) == (1, 0, 1, 0)
    assert list(desk.all(ResultHistory)[0].after["dossiers"]) == ["G09-220412-0006"]


def test_a_result_whose_rows_disagree_is_found_by_the_subject_of_the_last_one(desk: Desk) -> None:
    last = "Tặng thưởng bằng khen của Bộ trưởng"
    desk.take(row(Mã_hồ_sơ="a", Trích_yếu="Bổ nhiệm ngạch chuyên viên chính"), row(Mã_hồ_sơ="b", Trích_yếu=last))
    assert {one.key for one in desk.all(SubjectKey)} == subject_keys(last)


def test_a_row_without_number_counts_under_its_dossier_until_the_number_comes(desk: Desk) -> None:
    desk.take(row(Số_ký_hiệu_kết_quả="", Mã_hồ_sơ="G09-220412-0001"))
    (held,) = desk.all(Result)
    assert (held.result_key, held.code_text, held.code_folded) == ("hồ sơ:G09-220412-0001|G09", None, None)
    summary = desk.take(row(Mã_hồ_sơ="G09-220412-0001"))
    assert counts(summary) == (0, 1, 0, 0)
    (now,) = desk.all(Result)
    assert (now.id, now.result_key, now.code_folded) == (held.id, KEY, "70/QD-BNV")
    assert desk.all(ResultHistory)[0].before["result_key"] == "hồ sơ:G09-220412-0001|G09"
    assert len(desk.all(Dossier)) == 1


def test_a_result_without_dossier_takes_the_first_code_that_appears(desk: Desk) -> None:
    desk.take(row(Mã_hồ_sơ=""))
    assert [one.code for one in desk.all(Dossier)] == [None]
    desk.take(row(Mã_hồ_sơ="a"))
    assert [one.code for one in desk.all(Dossier)] == ["a"]
    assert counts(desk.take(row(Mã_hồ_sơ=""))) == (0, 0, 1, 0)


@pytest.mark.parametrize("state", ["Bị thu hồi", "Bị thay thế", "Bị hủy bỏ", "Hết hiệu lực"])
@pytest.mark.parametrize("known_before", [True, False])
def test_a_state_without_date_counts_from_the_import_that_first_showed_it(
    desk: Desk, state: str, known_before: bool
) -> None:
    if known_before:
        desk.take(row(), today=dt.date(2022, 5, 1))
    for today in (DAY, LATER):
        desk.take(row(Tình_trạng_hiệu_lực=state), today=today)
        assert (desk.result().ended_on, desk.result().flags) == (DAY, ["date_observed"])
    desk.take(row(Tình_trạng_hiệu_lực=state, Ngày_chấm_dứt_hiệu_lực="01/04/2022"), today=LATER)
    assert (desk.result().ended_on, desk.result().flags) == (dt.date(2022, 4, 1), [])
    desk.take(row(), today=LATER)
    assert (desk.result().validity, desk.result().ended_on) == ("in_force", None)


def test_an_expired_result_with_expiry_date_needs_no_other_day(desk: Desk) -> None:
    desk.take(row(Tình_trạng_hiệu_lực="Hết hiệu lực", Ngày_hết_hiệu_lực="01/04/2022"))
    assert (desk.result().ended_on, desk.result().flags) == (None, [])


def test_lost_use_without_date_counts_from_the_import_that_first_showed_it(desk: Desk) -> None:
    for today in (DAY, LATER):
        desk.take(row(Có_giá_trị_sử_dụng="Không"), today=today)
        assert (desk.result().unusable_from, desk.result().flags) == (DAY, ["date_observed"])
    desk.take(row(Có_giá_trị_sử_dụng="Không", Ngày_xác_định_giá_trị_sử_dụng="2022-04-02"), today=LATER)
    assert (desk.result().unusable_from, desk.result().flags) == (dt.date(2022, 4, 2), [])
    desk.take(row(), today=LATER)
    assert (desk.result().still_usable, desk.result().unusable_from) == (True, None)


def test_a_column_that_a_file_lacks_is_not_emptied(desk: Desk) -> None:
    desk.take(row(Cơ_quan_ban_hành="Bộ Nội vụ", Có_kết_quả_bằng_văn_bản="Không", Ngày_tiếp_nhận="01/03/2022"))
    assert counts(desk.take(row())) == (0, 0, 1, 0)
    assert (desk.result().issuer, desk.result().has_result) == ("Bộ Nội vụ", False)
    assert counts(desk.take(row(Cơ_quan_ban_hành=""))) == (0, 1, 0, 0)
    assert desk.result().issuer is None


def test_a_result_that_a_newer_export_does_not_name_stays(desk: Desk) -> None:
    desk.take(numbered(1), numbered(2))
    desk.take(numbered(2))
    assert len(desk.all(Result)) == 2


def test_an_unknown_unit_is_created_with_a_flag_and_a_known_one_keeps_its_name(desk: Desk) -> None:
    summary = desk.take(
        numbered(1, Mã_đơn_vị="g09.77", Đơn_vị_giải_quyết="Vụ Mới"), numbered(2, Đơn_vị_giải_quyết="Bộ nội vụ (sai)")
    )
    assert summary.new_units == ["G09.77"]
    units = {one.code: one for one in desk.all(Unit)}
    assert (units["G09.77"].name, units["G09.77"].flags) == ("Vụ Mới", ["unknown_to_ruleset"])
    assert units["G09"].name == "Bộ Nội vụ"


def test_a_result_of_one_row_is_written_as_one_that_has_to_be_compared(
    desk: Desk, tmp_path: Path, write_csv: WriteCsv
) -> None:
    """Rows that come twice are compared with one another."""
    rows = [
        numbered(1, Ngày_tiếp_nhận="01/03/2022", Ngày_trả_kết_quả="2022-03-09", Kết_quả_giải_quyết="Đúng hạn"),
        numbered(2, Ngày_chấm_dứt_hiệu_lực="01/04/2022", Bị_thay_thế_bởi="9/QĐ-BNV", Ngày_hết_hiệu_lực="2030-01-31"),
        numbered(3, Có_kết_quả_bằng_văn_bản="Không", Người_xác_định="Văn phòng", Lý_do="x", Cơ_quan_ban_hành="Bộ"),
        numbered(4, Ngày_xác_định_giá_trị_sử_dụng="02/04/2022", Phạm_vi_hiệu_lực="x", Thẩm_quyền_quyết_định="y"),
        numbered(5, Mã_hồ_sơ="", Mã_định_danh_chủ_sở_hữu="z", Tên_TTHC="", Trích_yếu="", Kênh_tiếp_nhận=""),
        numbered(6, Số_ký_hiệu_kết_quả="", Mã_TTHC=""),
    ]
    other = Desk(Settings(home=tmp_path / "other"), write_csv)
    migrate(other.settings)
    assert counts(desk.take(*rows)) == (6, 0, 0, 0)
    assert counts(other.take(*rows, *rows)) == (6, 0, 6, 0)
    for model in (Result, Dossier, SubjectKey, Event):
        one, same = (
            [{**vars(row), "recorded_at": None, "_sa_instance_state": None} for row in at.all(model)]
            for at in (desk, other)
        )
        assert sorted(one, key=str) == sorted(same, key=str)


def test_a_gate_can_judge_the_rows_before_anything_is_written(desk: Desk) -> None:
    path = desk.write_csv([numbered(1), numbered(2), numbered(3, Mã_đơn_vị="")])
    with read_register(desk.settings, path) as judged:
        seen = list(judged.accepted.values(("line", "code_text", "issued_on", "still_usable")))
        assert (seen, judged.n_rows) == ([(2, "1/QĐ-BNV", "2022-03-05", True), (3, "2/QĐ-BNV", "2022-03-05", True)], 3)
        assert desk.all(Result) == []
        summary = import_judged(desk.settings, path, judged, today=DAY)
    assert (summary.n_rows, counts(summary)) == (3, (2, 0, 0, 1))


def test_an_import_that_breaks_leaves_nothing_behind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(importing_module, "_store_rejections", break_down)
    with pytest.raises(RuntimeError):
        desk.take(row())
    assert desk.all(Result) == desk.all(RegisterImport) == desk.all(Event) == []


def test_twenty_thousand_rows_go_in_by_chunks(desk: Desk) -> None:
    seen: list[tuple[int, int]] = []
    path = desk.write_csv([numbered(n) for n in range(1, 20_001)])
    summary = import_register(desk.settings, path, progress=lambda done, total: seen.append((done, total)))
    assert (summary.n_new, len(seen), seen[-1]) == (20_000, 4, (20_000, 20_000))
    with reading(desk.settings.catalogue_url) as session:
        for model in (Result, Dossier, Event):
            assert session.scalar(select(func.count()).select_from(model)) == 20_000


def test_history_is_plain_json(desk: Desk) -> None:
    desk.take(row())
    desk.take(row(Tình_trạng_hiệu_lực="Bị thu hồi"), row(Mã_hồ_sơ="b", Tình_trạng_hiệu_lực="Bị thu hồi"))
    (history,) = desk.all(ResultHistory)
    assert json.loads(json.dumps(history.after))["flags"] == ["date_observed"]
    assert history.before["dossiers"] == {"b": None}
