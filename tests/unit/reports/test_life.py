"""A report is built, decided on by a person, published; its figures never change, a correction is a new version."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import pytest
from indicators.forms import cases_of
from indicators.world import store
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import ApprovedBase, Event, Report
from sohoa.errors import SohoaError
from sohoa.indicators import parse_period, standings, today
from sohoa.reports import (
    approve_report,
    build_report,
    closed_the_day_before,
    damaged_files,
    find_report,
    folder_of,
    is_waiting,
    list_reports,
    parse_report_period,
    reject_report,
    remind,
)
from sohoa.settings import Settings


def build(settings: Settings, period: str = "2022", unit: str | None = None) -> Report:
    return build_report(settings, parse_report_period(period, "report", "vi"), unit, by="test")


def published(settings: Settings) -> list[str]:
    return sorted(path.name for path in (settings.outbox / "reports").glob("*-v*"))


def test_a_draft_lies_in_the_work_area_until_a_person_approves_it(settings: Settings) -> None:
    draft = build(settings)
    assert draft.state == "draft"
    assert published(settings) == []
    assert (settings.outbox / "reports" / "cho-duyet.txt").is_file()

    done = approve_report(settings, draft.id, by="Nguyễn Thị An")
    assert (done.state, done.decided_by) == ("published", "Nguyễn Thị An")
    folder = folder_of(settings, done)
    assert folder.is_relative_to(settings.outbox)
    assert {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()} == done.files
    assert hashlib.sha256((folder / "data.json").read_bytes()).hexdigest() == done.sha256
    assert not (settings.outbox / "reports" / "cho-duyet.txt").exists()


def test_what_is_published_is_what_the_draft_showed(settings: Settings) -> None:
    """Though the register changed meanwhile: the approval is of figures that a person saw."""
    draft = build(settings)
    seen = (folder_of(settings, draft) / "data.json").read_bytes()
    store(settings, cases_of(2022, 5, 5))
    done = approve_report(settings, draft.id, by="Nguyễn Thị An")

    assert (folder_of(settings, done) / "data.json").read_bytes() == seen


def test_a_rejected_report_is_not_published_and_the_reason_is_kept(settings: Settings) -> None:
    draft = build(settings)
    with pytest.raises(SohoaError, match="lý do"):
        reject_report(settings, draft.id, by="Nguyễn Thị An", reason="  ")
    reject_report(settings, draft.id, by="Nguyễn Thị An", reason="Thiếu sổ kết quả của hai đơn vị")

    assert find_report(settings, draft.id).reason == "Thiếu sổ kết quả của hai đơn vị"
    assert published(settings) == []
    with pytest.raises(SohoaError, match="không duyệt"):
        approve_report(settings, draft.id, by="Nguyễn Thị An")
    assert build(settings).version == 2


@pytest.mark.parametrize("nobody", [None, "", "  ", "N/A"])
def test_nobody_approves_anonymously(settings: Settings, nobody: str | None) -> None:
    draft = build(settings)
    with pytest.raises(SohoaError):
        approve_report(settings, draft.id, by=nobody)
    assert is_waiting(settings, draft.id)


def test_the_same_figures_make_no_new_version(settings: Settings) -> None:
    first = build(settings)
    assert build(settings).id == first.id
    approve_report(settings, first.id, by="Nguyễn Thị An")
    again = build(settings)
    assert (again.id, again.state) == (first.id, "published")
    assert len(list_reports(settings)) == 1


def test_a_correction_is_a_new_version_that_says_what_changed(settings: Settings) -> None:
    first = approve_report(settings, build(settings).id, by="Nguyễn Thị An")
    before = {path.name: path.read_bytes() for path in folder_of(settings, first).iterdir()}
    store(settings, cases_of(2022, 4, 5))
    second = build(settings)

    assert (second.version, second.corrects) == (2, 1)
    changed = {(one["indicator"], one["unit_code"]): one for one in second.changes}
    assert changed["T02", None]["before"]["numerator"] == 3
    assert changed["T02", None]["after"]["numerator"] == 4
    assert "3 / 5 = 60 %" in changed["T02", "G09.01"]["before"]["text"]
    assert "T06" not in {code for code, _ in changed}
    approve_report(settings, second.id, by="Nguyễn Thị An")
    assert {path.name: path.read_bytes() for path in folder_of(settings, first).iterdir()} == before
    assert len(published(settings)) == 2


def test_a_draft_of_older_figures_can_no_longer_be_approved(settings: Settings) -> None:
    old = build(settings)
    store(settings, cases_of(2022, 4, 5))
    assert build(settings).state == "draft"
    with pytest.raises(SohoaError, match="đã thay"):
        approve_report(settings, old.id, by="Nguyễn Thị An")


def test_an_approval_that_broke_off_is_carried_on(settings: Settings) -> None:
    draft = build(settings)
    with writing(settings.catalogue_url) as session:
        row = session.get_one(Report, draft.id)
        row.state, row.decided_by = "approved", "Nguyễn Thị An"
    assert published(settings) == []
    done = approve_report(settings, draft.id, by="Lê Văn Cường")

    assert (done.state, done.decided_by) == ("published", "Nguyễn Thị An")
    assert damaged_files(settings, done) == []


@pytest.mark.parametrize(
    "change", ["UPDATE report SET data = '{}'", "UPDATE report SET sha256 = ''", "DELETE FROM report"]
)
def test_the_database_refuses_to_change_a_reports_figures(settings: Settings, change: str) -> None:
    build(settings)
    with pytest.raises(DatabaseError, match="do not change"), writing(settings.catalogue_url) as session:
        session.execute(text(change))


def test_a_published_file_that_was_touched_is_found(settings: Settings) -> None:
    done = approve_report(settings, build(settings).id, by="Nguyễn Thị An")
    assert damaged_files(settings, done) == []
    (folder_of(settings, done) / "bao-cao.docx").write_bytes(b"")
    assert damaged_files(settings, done) == ["bao-cao.docx"]


def test_approving_the_report_of_2022_freezes_the_base(settings: Settings) -> None:
    approve_report(settings, build(settings).id, by="Nguyễn Thị An")
    store(settings, cases_of(2022, 5, 5))
    approve_report(settings, build(settings).id, by="Nguyễn Thị An")

    with reading(settings.catalogue_url) as session:
        base = session.scalars(select(ApprovedBase)).one()
    assert (base.indicator, base.numerator, base.denominator, base.calendar) == ("T04a", 3, 5, "report")
    target = next(one for one in standings(settings, parse_period("2023")) if one.indicator.code == "T04a").target
    assert target is not None
    assert float(target.value) == 0.8


@pytest.mark.parametrize(("period", "unit"), [("2022", "G09.01"), ("2022-Q4", None), ("2021", None)])
def test_other_reports_freeze_no_base(settings: Settings, period: str, unit: str | None) -> None:
    approve_report(settings, build(settings, period, unit).id, by="Nguyễn Thị An")
    with reading(settings.catalogue_url) as session:
        assert session.scalars(select(ApprovedBase)).all() == []


def test_a_period_that_is_not_over_has_no_report(settings: Settings) -> None:
    with pytest.raises(SohoaError, match="chưa kết thúc"):
        build(settings, f"{today() - dt.timedelta(days=9)}..{today()}")
    assert build(settings, f"{today() - dt.timedelta(days=9)}..{today() - dt.timedelta(days=1)}").state == "draft"


def test_units_and_periods_have_their_own_versions(settings: Settings) -> None:
    reports = [build(settings), build(settings, unit="G09.01"), build(settings, "2022-Q1"), build(settings, "2022-H1")]
    assert {one.version for one in reports} == {1}
    assert len({folder_of(settings, one) for one in reports}) == 4


def test_reminders_are_counted_and_decide_nothing(settings: Settings) -> None:
    draft = build(settings)
    assert [remind(settings, draft.id), remind(settings, draft.id)] == [1, 2]
    assert "đã nhắc 2 lần" in (settings.outbox / "reports" / "cho-duyet.txt").read_text(encoding="utf-8")
    assert is_waiting(settings, draft.id)
    assert published(settings) == []


def test_what_happened_is_in_the_event_log(settings: Settings) -> None:
    draft = build(settings)
    approve_report(settings, draft.id, by="Nguyễn Thị An")
    with reading(settings.catalogue_url) as session:
        events = session.scalars(select(Event).where(Event.kind.startswith("report_")).order_by(Event.id)).all()

    assert [one.kind for one in events] == ["report_built", "report_approved", "report_published"]
    assert {json.dumps(one.detail["sha256"]) for one in events} == {json.dumps(draft.sha256)}


def test_on_the_day_after_the_closing_day_its_periods_are_reported() -> None:
    assert [p.name for p in closed_the_day_before(dt.date(2022, 12, 15))] == ["2022", "2022H2", "2022Q4"]
    assert [p.name for p in closed_the_day_before(dt.date(2022, 3, 15))] == ["2022Q1"]
    assert closed_the_day_before(dt.date(2022, 3, 14)) == []


@pytest.mark.parametrize("wrong", ["", "2022-Q5", "2022-13-01..2022-12-31", "2022-03-01..2022-01-01", "quý I"])
def test_what_names_no_period_is_said(wrong: str) -> None:
    with pytest.raises(SohoaError, match="không phải kỳ báo cáo"):
        parse_report_period(wrong, "report", "vi")
