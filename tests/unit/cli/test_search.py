"""`sohoa catalogue search` and `reindex`."""

from __future__ import annotations

from pathlib import Path

import pytest
from catalogue.test_search import LETTER, Archive

from sohoa.catalogue.database import writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import SearchPage
from sohoa.settings import Settings

from .running import Sohoa, run


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "home"))
    found = Settings(home=tmp_path / "home")
    migrate(found)
    made = Archive(found)
    made.add("bìa", LETTER)
    made.add("Việc khác\x1b[31m", number="9", doc_type="Giấy phép")
    return made


@pytest.fixture
def sohoa(archive: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sohoa:
    return lambda *arguments: run(monkeypatch, capsys, "catalogue", *arguments)


def test_search_prints_document_page_and_snippet(sohoa: Sohoa) -> None:
    told = sohoa("search", "thanh", "lap")

    assert told.code == 0
    assert "115/QĐ-BNV · 24/02/2022 · Quyết định · Bị từ chối" in told.out
    assert "trang 2/2: Về việc cho phép thành lập Hội Khoa học" in told.out
    assert "1 trên tổng số 1 văn bản" in told.err


def test_search_speaks_english(sohoa: Sohoa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_LANGUAGE", "en")

    assert "page 2/2: " in sohoa("search", '"thành lập"').out
    assert "No document was found." in sohoa("search", "xyz").err


def test_search_as_json_has_page_and_snippet(sohoa: Sohoa) -> None:
    found = sohoa("search", "khoa học", "--number", "115", "--unit", "G09", "--from", "24/02/2022", "--json").json

    assert found["total"] == 1
    (one,) = found["documents"]
    assert (one["code"], one["issued_on"], one["page"]) == ("115/QĐ-BNV", "2022-02-24", 2)
    assert "Khoa học" in one["snippet"]
    assert sohoa("search", "--type", "giay phep", "--state", "rejected", "--limit", "1", "--json").json["total"] == 1
    assert sohoa("search", "khoa học", "--to", "2022-02-23", "--json").json == {"total": 0, "documents": []}


@pytest.mark.parametrize("day", ["24/2/2022", "24/02/2022", "2022-02-24"])
def test_days_are_taken_as_people_and_registers_write_them(sohoa: Sohoa, day: str) -> None:
    assert sohoa("search", "khoa học", "--from", day, "--to", day, "--json").json["total"] == 1


@pytest.mark.parametrize("day", ["31/02/2022", "2022-13-01", "hôm nay", ""])
def test_a_day_that_does_not_exist_is_wrong_use(sohoa: Sohoa, day: str) -> None:
    told = sohoa("search", "khoa học", "--to", day)

    assert told.code == 2
    assert day in told.err


def test_unknown_state_is_wrong_use(sohoa: Sohoa) -> None:
    assert sohoa("search", "x", "--state", "locked").code == 2


def test_what_a_scan_says_does_not_steer_the_terminal(sohoa: Sohoa) -> None:
    assert "\x1b[31m" not in sohoa("search", "việc khác").out


def test_index_that_was_lost_is_made_anew(sohoa: Sohoa, archive: Archive) -> None:
    with writing(archive.settings.catalogue_url) as session:
        session.query(SearchPage).delete()
    assert sohoa("search", "khoa học", "--json").json["total"] == 0
    assert "2" in sohoa("reindex").err
    assert sohoa("search", "khoa học", "--json").json["total"] == 1
