"""The overview as a dashboard: the headline path, standings in a period, what waits, what one takes away."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from sohoa.catalogue.database import writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Document, DocumentStatus, Unit
from sohoa.indicators import compute_rates, headline_path, parse_period
from sohoa.indicators.forecast import forecasts
from sohoa.settings import Settings
from sohoa.warehouse import refresh_warehouse
from sohoa_airflow.web.chart import NARROW, WIDE, draw
from sohoa_airflow.web.dashboard_queries import Dashboard, load_dashboard
from sohoa_airflow.web.queries import load_board
from web.test_pages import text_of
from web.world import UNITS, make_world

SVG = "{http://www.w3.org/2000/svg}"


def dashboard(world: Settings, period: str = "") -> Dashboard:
    board = load_board(world)
    assert board is not None
    found = load_dashboard(world, board, period, None)
    assert found is not None
    return found


def table_of(client: TestClient, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_path_is_that_of_the_command_line(world: Settings) -> None:
    found = dashboard(world)
    assert found.path == headline_path(world, found.period.year)


def test_the_line_on_the_same_population_stands_beside_the_bars(world: Settings) -> None:
    board = load_board(world)
    assert board is not None
    chart = draw(board, dashboard(world).path, WIDE)
    heights = {column.target.year: point.y for column, point in zip(chart.columns, chart.same, strict=True)}
    # 2022 counts P2 itself: the mark sits on the bar. 2025: 175 results in force, of which the bar counts 20 cases.
    assert heights[2022] == chart.columns[1].bar_y
    assert heights[2025] != chart.columns[4].bar_y
    assert [point.label_x is None for point in chart.same][:2] == [True, True]
    assert chart.same_path.count("L") == len(chart.same) - 1


def test_the_breaks_in_population_are_drawn_and_named(client: TestClient) -> None:
    html = client.get("/").text
    names = re.findall(r'<text class="break-name"[^>]*>([^<]+)<', html)
    assert names == ["P1 → P2", "P2 → P3"]
    assert html.count('<line class="break"') == 2 * len((WIDE, NARROW))
    assert "Từ năm này tính trên hồ sơ giải quyết thành công trong năm (P3)" in text_of(html)


@pytest.mark.parametrize(
    ("address", "name", "calendar", "indicator"),
    [
        ("civil:2022", "2022", "civil", "T02"),
        ("civil:2023Q2", "2023Q2", "civil", "T04a"),
        ("report:2021", "2021", "report", "T01"),
    ],
)
def test_the_league_has_the_rates_of_its_period_the_highest_first(
    world: Settings, address: str, name: str, calendar: str, indicator: str
) -> None:
    found = dashboard(world, address)
    computed = compute_rates(world, period=parse_period(name, calendar))
    assert {one.rate.unit_code: one.rate for one in found.league} == {
        one.unit_code: one for one in computed if one.indicator == indicator and one.unit_code
    }
    # 2023Q2: one unit with 4 of 5, two with three quarters.
    assert [one.place for one in found.league] == {"T04a": [1, 2, 2], "T02": [1, 2, 2], "T01": [1, 2, 2]}[indicator]
    rates = [one.rate.rate for one in found.league]
    assert rates == sorted(rates, key=lambda rate: -(rate or 0))


def test_a_unit_without_anything_to_count_comes_last_without_place_or_rate(world: Settings, client: TestClient) -> None:
    assert dashboard(world, "civil:2025").league[-1].unit.code == "G09.03"
    league = client.get("/?period=civil:2025").text.partition('class="stack league"')[2].partition("</table>")[0]
    last = league.rpartition("<tr")[2]
    assert '<td role="cell" class="number place" data-label="Hạng">–</td>' in last
    assert "0,0" not in last


@pytest.mark.parametrize("period", ["civil:2022", "civil:2022Q3", "report:2022", "report:2023Q1"])
def test_every_number_opens_the_list_behind_it(client: TestClient, period: str) -> None:
    league = (
        client.get(f"/?period={period}&lang=en").text.partition('class="stack league"')[2].partition("</section>")[0]
    )
    links = re.findall(r'href="(/figures/[^"]+)" aria-label="(\d+) –', league)
    assert len(links) == 3 * len(UNITS)
    for link, number in links:
        html = client.get(link.replace("&amp;", "&")).text
        assert html.count('<th scope="row"') == int(number)


def test_the_funnel_says_no_data_where_no_evidence_is_kept(client: TestClient) -> None:
    funnel = text_of(client.get("/?period=civil:2023").text.partition('class="funnel"')[2].partition("</ol>")[0])
    assert "Có trong sổ 25" in funnel
    assert "Đã số hóa 19 76,0 %" in funnel
    assert funnel.count("Chưa có số liệu") == 3


def test_the_backlog_counts_what_waits(client: TestClient) -> None:
    waiting = text_of(client.get("/?period=civil:2023").text.partition('id="waiting"')[2].partition("</section>")[0])
    assert "Chưa số hóa trong kỳ 6 " in waiting
    assert "Chờ người kiểm tra 1 " in waiting
    assert "Tệp không mở được 2 " in waiting


def test_report_periods_show_their_days(client: TestClient) -> None:
    assert "Năm 2022 kỳ báo cáo (15/12/2021 – 14/12/2022)" in text_of(client.get("/?period=report:2022").text)
    assert "Quý I/2023 kỳ báo cáo (15/12/2022 – 14/03/2023)" in text_of(client.get("/?period=report:2023Q1").text)


def test_of_the_report_periods_years_are_offered_first_then_quarters_the_newest_before_older_ones(
    client: TestClient,
) -> None:
    offered = re.findall(r'<option value="report:(\w+)"', client.get("/").text)
    years, quarters, halves = ([one for one in offered if (one[4:5] or "-") == kind] for kind in "-QH")
    assert offered == [*years, *quarters, *halves]
    assert all(group and group == sorted(group, reverse=True) for group in (years, quarters, halves))


def test_an_empty_register_is_shown_as_such(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = Settings(home=tmp_path)
    migrate(empty)
    refresh_warehouse(empty)
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path))
    for path in (
        "/",
        "/headline.svg",
        "/headline.csv",
        "/units.csv",
        "/forecast",
        "/api/v1/indicators/T01?period=2021",
    ):
        assert client.get(path).status_code == 200
    assert "Có trong sổ 0" in text_of(client.get("/").text)


@pytest.mark.parametrize(
    "path",
    ["/?period=2022", "/?period=civil:1999", "/headline.svg?unit=x", "/headline.csv?unit=x", "/units.csv?period=x"],
)
def test_what_is_not_there_is_a_friendly_404(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Không tìm thấy trang" in answer.text


def test_the_picture_can_be_taken_away_and_brings_all_it_needs(client: TestClient) -> None:
    answer = client.get("/headline.svg?unit=G09.02")
    root = ET.fromstring(answer.content)
    texts = ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]
    assert answer.headers["content-disposition"] == 'attachment; filename="headline.svg"'
    assert "Tỷ lệ số hóa qua các năm: Ban Thi đua - Khen thưởng Trung ương" in texts
    assert "Cùng tập hợp P2 qua các năm" in texts
    assert ".bar.met" in "".join(one.text or "" for one in root.iter(f"{SVG}style"))
    assert not re.search(r"https?://(?!www\.w3\.org)|url\(['\"]?[^#'\"]|@import", answer.text)


def test_tables_can_be_taken_away(client: TestClient) -> None:
    path = table_of(client, "/headline.csv?lang=en")
    assert path[1] == {
        **{"Year": "2022", "Indicator": "T02", "Population": "P2", "Digitised": "58", "To digitise": "100"},
        **{"Rate": "58.0\u00a0%", "Target": "60\u00a0%", "Rate on the same population P2": "58.0\u00a0%"},
    }
    league = table_of(client, "/units.csv?period=civil:2023&lang=en")
    assert [row["Unit code"] for row in league] == ["G09.03", "G09.02", "G09.04"]
    assert league[0]["Against target"] == "exactly on target"


def test_no_cell_begins_a_formula(tmp_path: Path, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(tmp_path / "home", loaded=False)
    with writing(world.catalogue_url) as session:
        session.get_one(Unit, "G09.02").name = '=HYPERLINK("http://x")'
    refresh_warehouse(world)
    monkeypatch.setenv("SOHOA_HOME", str(world.home))
    text = client.get("/units.csv?period=civil:2023").text
    assert "'=HYPERLINK" in text
    assert not re.search(r'(^|[",;\n])[=+@\t-]', text)


# --- the forecast ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["", "G09.02"])
def test_the_forecast_is_that_of_the_command_line(world: Settings, client: TestClient, unit: str) -> None:
    text = text_of(client.get(f"/forecast?unit={unit}&lang=en").text)
    board = load_board(world)
    assert board is not None
    lines = forecasts(world, as_of=board.as_of, unit=unit or None)
    for line in [one for one in lines if one.unit_code == (unit or None)]:
        assert f"{line.indicator} {line.population} · {line.target_year} {line.numerator}/{line.denominator}" in text
        reasons = line.shortfall
        told = (reasons.not_scanned, reasons.in_review, reasons.quarantined, reasons.digitised_later)
        assert f"{line.population} {' '.join(map(str, told))} {line.denominator - line.numerator} No data yet" in text


def test_the_forecast_is_of_the_newest_load_and_says_so(
    tmp_path: Path, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(tmp_path / "home", loaded=False)
    refresh_warehouse(world, as_of=dt.date(2024, 3, 31))
    before = forecasts(world, as_of=dt.date(2024, 3, 31))
    with writing(world.catalogue_url) as session:
        session.execute(update(Document).values(status=DocumentStatus.REJECTED))
    monkeypatch.setenv("SOHOA_HOME", str(world.home))
    text = text_of(client.get("/forecast").text)
    assert "Tính đến ngày 31/03/2024; số liệu cập nhật lúc " in text
    (whole,) = [line for line in before if (line.indicator, line.unit_code) == ("T03", None)]
    assert whole.numerator > 0
    assert f"T03 P1 · 2022 {whole.numerator}/{whole.denominator} " in text
    pages = [text_of(client.get(f"{path}?lang=en").text) for path in ("/", "/forecast")]
    assert "As of 2024-03-31; figures updated " in pages[1]
    overview, forecast = (re.findall(r"igures updated ([\d-]+ [\d:]+) \(Vietnam time\)", page) for page in pages)
    assert forecast == overview != []


def test_the_forecast_of_a_unit_that_is_not_there_is_a_friendly_404(client: TestClient) -> None:
    answer = client.get("/forecast?unit=G09.99")
    assert answer.status_code == 404
    assert "Không tìm thấy trang" in answer.text


def test_the_forecast_before_there_is_anything_says_so(bare_client: TestClient, tmp_path: Path) -> None:
    answer = bare_client.get("/forecast")
    assert answer.status_code == 200
    assert "Chưa có số liệu tỷ lệ" in answer.text
    assert list(tmp_path.iterdir()) == []
