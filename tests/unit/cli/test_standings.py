from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from cases.exports import case, paper, write
from indicators.forms import told
from indicators.forms import write as write_readings

from cli.running import Sohoa, run
from sohoa.catalogue.migrate import migrate
from sohoa.indicators import load_indicators
from sohoa.settings import Settings

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def sohoa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sohoa:
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOHOA_EXPECTATIONS", str(PROJECT / "expectations"))
    monkeypatch.setenv("SOHOA_LANGUAGE", "vi")
    migrate(Settings())
    return partial(run, monkeypatch, capsys)


def test_list_tells_of_every_indicator_in_json_and_as_a_table(sohoa: Sohoa, tmp_path: Path) -> None:
    assert sohoa("cases", "import", write(tmp_path / "cases.csv", [case("G09.05-240510-0001")])).code == 0
    listed = sohoa("indicators", "list", "--period", "2024", "--json")
    codes = [one.code for one in load_indicators().indicators]

    assert listed.code == 0
    assert [line["indicator"] for line in listed.json] == codes
    by_code = {line["indicator"]: line for line in listed.json}
    assert by_code["T07"]["value"] == 1.0
    assert by_code["T07"]["verdict"] == "met"
    assert by_code["T05"]["missing"].startswith("chưa có số liệu")
    table = sohoa("indicators", "list", "--period", "2024", "--calendar", "report").out
    assert all(code in table for code in codes)
    assert "15/12/2023" in table


def test_show_tells_of_each_unit_and_what_stands_beside(sohoa: Sohoa, tmp_path: Path) -> None:
    rows = [
        case("G09.05-240510-0001", Mã_người_nộp="p1"),
        case("G09.06-240510-0002", Mã_đơn_vị="G09.06", Mã_người_nộp="p2"),
    ]
    sohoa("cases", "import", write(tmp_path / "cases.csv", rows))
    shown = sohoa("indicators", "show", "t07", "--period", "2024")

    assert all(text in shown.out for text in ("S004 Mục II.2.c, L55", "G09.05", "G09.06", "2 / 2", "≥ 50 %"))
    data = sohoa("indicators", "show", "T07", "--period", "2024", "--json").json
    assert data["targets"][0]["value"] == "0.50"
    assert [line["unit_code"] for line in data["standings"]] == [None, "G09.05", "G09.06"]
    assert data["standings"][0]["beside"][0]["denominator"] == 2
    assert sohoa("indicators", "show", "T99").code == 3
    assert "trung ương 40 %, tỉnh 30 %, huyện 20 %, xã 15 %" in sohoa("indicators", "show", "T01").out


def test_rates_are_asked_for_as_before(sohoa: Sohoa) -> None:
    assert {line["indicator"] for line in sohoa("indicators", "--period", "2022", "--format", "json").json} == {
        "T01",
        "T02",
        "T03",
        "T04a",
    }
    assert sohoa("indicators", "--period", "2022Q9").code == sohoa("indicators", "list", "--period", "x").code == 2
    assert [one["year"] for one in sohoa("indicators", "headline", "--last-year", "2023").json["points"]] == [
        2021,
        2022,
        2023,
    ]


def test_a_refused_file_is_told_row_by_row(sohoa: Sohoa, tmp_path: Path) -> None:
    bad = write(tmp_path / "cases.csv", [case("1", Kênh_tiếp_nhận="Fax"), paper("2")])
    refused = sohoa("cases", "import", bad)
    assert refused.code == 3
    assert "cases.csv:2 [Kênh tiếp nhận]" in refused.err
    assert "cases.csv:3 [Mã hồ sơ]" in refused.err

    wrong = sohoa("readings", "import", write_readings(tmp_path, told("T99")))
    assert wrong.code == 3
    assert "readings.csv:2 [Mã chỉ tiêu]" in wrong.err
    assert sohoa("readings", "import", write_readings(tmp_path, told()), "--json").json[0]["n_new"] == 1


@pytest.mark.parametrize(("language", "page"), [("vi", "docs/vi/chi-tieu.md"), ("en", "docs/indicators.md")])
def test_the_table_in_the_docs_is_the_declared_one(
    sohoa: Sohoa, monkeypatch: pytest.MonkeyPatch, language: str, page: str
) -> None:
    monkeypatch.setenv("SOHOA_LANGUAGE", language)
    assert sohoa("indicators", "list", "--markdown").out.strip() in (PROJECT / page).read_text(encoding="utf-8")


def test_the_docs_describe_every_column_of_both_forms() -> None:
    from sohoa.cases import CONTRACT as CASES
    from sohoa.indicators.readings import CONTRACT as READINGS

    for contract, page in ((CASES, "docs/vi/danh-sach-ho-so.md"), (READINGS, "docs/vi/so-lieu-do-noi-khac.md")):
        text = (PROJECT / page).read_text(encoding="utf-8")
        assert [name for name in (*contract.required, *contract.optional) if f"| {name} |" not in text] == []


def test_headline_is_drawn_into_the_file_that_is_asked_for(sohoa: Sohoa, tmp_path: Path) -> None:
    for name, start in (("a.svg", b"<?xml"), ("b.png", b"\x89PNG")):
        assert sohoa("indicators", "headline", "--picture", str(tmp_path / name), "--language", "en").code == 0
        assert (tmp_path / name).read_bytes().startswith(start)
    assert sohoa("indicators", "headline", "--picture", str(tmp_path / "c.gif")).code == 2
    assert sohoa("indicators", "headline", "--picture", str(tmp_path / "c.png"), "--language", "fr").code == 2
    assert not (tmp_path / "c.png").exists()
