"""What the pages show, over a real catalogue and warehouse; only the login is replaced."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event

from sohoa.catalogue.database import connect, writing
from sohoa.catalogue.models import Document
from sohoa.indicators import headline_path, load_rulebook, parse_period, population_items
from sohoa.messages import LANGUAGES, load_messages
from sohoa.settings import Settings
from sohoa_airflow.web import queries
from sohoa_airflow.web.chart import FRAMES, Frame, draw
from sohoa_airflow.web.queries import Board, Figure, load_board
from sohoa_airflow.web.wording import Wording
from web.world import HOSTILE, LIVE, N_FILLERS, PUBLISHED, SCRIPT, UNITS, WAITING, make_world

PAGES = (
    *("/", "/?unit=G09.02", "/batches", f"/batches/{PUBLISHED}", f"/batches/{WAITING}", "/figures/T01/2021/all"),
    *("/?unit=G09.02&period=report:2022", "/forecast", "/forecast?unit=G09.03"),
    *("/search", "/search?q=9002", f"/documents/{PUBLISHED}-qd-002.pdf-1?q=cong+nhan"),
)
N_BATCHES = N_FILLERS + 5


@pytest.fixture(scope="module")
def board(world: Settings) -> Board:
    found = load_board(world)
    assert found is not None
    return found


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").split())


@pytest.mark.parametrize("path", PAGES)
def test_each_page_answers_and_may_only_load_from_its_own_host(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers
    assert not re.search(r"\bstyle=|<style|<script|https?://(?!www\.w3\.org)", answer.text)


def test_rates_stand_beside_the_legal_path(board: Board) -> None:
    path = {target.year: (target.indicator, target.population, target.value) for target in board.targets}
    assert {year: path[year] for year in range(2021, 2026)} == {
        2021: ("T01", "P1", 0.4),
        2022: ("T02", "P2", 0.6),
        2023: ("T04a", "P3", 0.8),
        2024: ("T04a", "P3", 1.0),
        2025: ("T04a", "P3", 1.0),
    }
    assert board.figures[None, 2023] == Figure(19, 25, met=False)
    assert board.figures["G09.03", 2025] == Figure(0, 0, met=None)


def test_overview_shows_the_rate_its_parts_the_mark_and_the_gap(client: TestClient) -> None:
    text = text_of(client.get("/").text)
    assert "76,0 % 19/25 ✗ Chưa đạt thiếu 4,0 điểm %" in text
    assert "52,0 % 39/75 ✓ Đạt vượt 12,0 điểm %" in text
    assert "Số liệu cập nhật lúc" in text


def test_nothing_to_count_is_a_dash(client: TestClient) -> None:
    html = client.get("/?unit=G09.03").text.partition('class="stack rates"')[2]
    row = html[html.index("Ban Tôn giáo Chính phủ</a>") :].partition("</tr>")[0]
    assert '<span class="nothing"' in row
    assert not re.search(r"(?<!\d)0,0", row)


def test_the_picture_tells_its_content_to_those_who_cannot_see_it(client: TestClient) -> None:
    text = text_of(client.get("/").text)
    assert "Tỷ lệ số hóa so với mục tiêu từng năm: Tất cả đơn vị" in text
    assert "Năm 2023, tập hợp P3: 76,0 %, mục tiêu 80 %." in text


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.name)
def test_bars_are_as_high_as_their_rates_and_labels_clear_of_the_target_line(
    world: Settings, board: Board, frame: Frame
) -> None:
    chart = draw(board, headline_path(world, 2026), frame)
    by_year = {column.target.year: column for column in chart.columns}
    assert by_year[2024].bar_y == pytest.approx(frame.top)
    assert by_year[2023].bar_height == pytest.approx(0.76 * (frame.floor - frame.top), abs=0.1)
    assert by_year[2023].label_y < by_year[2023].target_y
    assert [band.population for band in chart.bands] == ["P1", "P2", "P3"]
    assert chart.target_path.count("V") == 5
    assert chart.carried_path.count("V") == 1


def test_a_click_on_a_figure_lists_what_stands_behind_it(client: TestClient, world: Settings, board: Board) -> None:
    for unit in (None, *UNITS):
        for target in board.targets:
            figure = board.figures[unit, target.year]
            html = client.get(f"/figures/{target.indicator}/{target.year}/{unit or 'all'}").text
            members = population_items(world, target.indicator, parse_period(str(target.year)).end, unit)
            assert len(members) == figure.denominator
            assert f"{figure.numerator} đã số hóa trên tổng số {figure.denominator}" in text_of(html)
            assert html.count('<th scope="row"') == figure.denominator


def test_a_figure_can_be_cut_to_one_side(client: TestClient) -> None:
    digitised = client.get("/figures/T04a/2023/G09.02?show=digitised").text
    missing = client.get("/figures/T04a/2023/G09.02?show=missing").text
    assert digitised.count('<th scope="row"') == 9
    assert 'href="/batches/stock"' in digitised
    assert missing.count('<th scope="row"') == 3
    assert 'href="/batches/stock"' not in missing


def test_a_copy_that_was_locked_since_the_load_is_named_no_more(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_world(tmp_path / "home")
    monkeypatch.setenv("SOHOA_HOME", str(made.home))
    named = re.findall(r'href="/documents/([^"?]+)"', client.get("/figures/T04a/2023/G09.02").text)
    with writing(made.catalogue_url) as session:
        session.get_one(Document, named[0]).status = "locked"
    assert len(named) == 9
    html = client.get("/figures/T04a/2023/G09.02").text
    assert named[0] not in html
    assert re.findall(r'href="/documents/([^"?]+)"', html) == named[1:]


def test_long_lists_come_in_pages(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sohoa_airflow.web.app.ROWS_A_PAGE", 10)
    first = client.get("/figures/T04a/2023/all").text
    last = client.get("/figures/T04a/2023/all?page=3&show=all").text
    assert first.count('<th scope="row"') == 10
    assert last.count('<th scope="row"') == 5
    assert 'rel="next"' in first
    assert 'rel="next"' not in last


def test_batches_come_newest_first_fifty_a_page(client: TestClient) -> None:
    first, second = client.get("/batches").text, client.get("/batches?page=2").text
    names = re.findall(r'href="/batches/([^"?]+)"', first)
    assert names[:4] == [WAITING, LIVE, PUBLISHED, HOSTILE]
    assert len(names) == 50
    assert len(re.findall(r'href="/batches/([^"?]+)"', second)) == N_BATCHES - 50


def test_counts_and_progress_of_batches(world: Settings) -> None:
    rows = {row.batch_id: row for row in queries.list_batches(world, 1, 50).items}
    done, live = rows[PUBLISHED], rows[LIVE]
    assert (done.n_files, done.n_accepted, done.n_in_review, done.n_quarantined, done.n_duplicate) == (4, 1, 1, 1, 1)
    assert (done.n_pages_read, done.n_pages) == (5, 5)
    assert (live.n_pages_read, live.n_pages) == (8, 20)
    assert rows[WAITING].n_pages == 0


def test_the_number_of_queries_does_not_grow_with_the_batches(world: Settings) -> None:
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    engine = connect(world.catalogue_url)
    event.listen(engine, "before_cursor_execute", note)
    try:
        counts = []
        for size in (1, 50):
            statements.clear()
            queries.list_batches(world, 1, size)
            counts.append(len(statements))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert counts[0] == counts[1]


def test_a_batch_shows_each_file_with_outcome_and_reason(client: TestClient) -> None:
    text = text_of(client.get(f"/batches/{PUBLISHED}").text)
    assert "hong.pdf Không mở được Tệp bị cắt cụt: chép lại từ máy quét" in text
    assert "qd-002.pdf Chờ người kiểm tra Không có trong sổ kết quả" in text
    assert "qd-001.pdf Đã số hóa – 9001/QĐ-BNV 01/03/2023" in text
    assert "manifest.csv" not in text


def test_the_receipt_opens_with_its_own_style_only(client: TestClient) -> None:
    html = client.get(f"/batches/{PUBLISHED}/receipt.html")
    table = client.get(f"/batches/{PUBLISHED}/receipt.csv")
    assert html.headers["content-type"].startswith("text/html")
    assert html.headers["content-security-policy"].startswith("default-src 'none'")
    assert table.headers["content-disposition"].startswith("attachment")
    assert "hong.pdf" in table.text


def test_a_batch_without_receipt_says_so(client: TestClient) -> None:
    assert "Phiếu tiếp nhận được lập khi" in client.get(f"/batches/{LIVE}").text
    assert client.get(f"/batches/{LIVE}/receipt.html").status_code == 404


@pytest.mark.parametrize("path", ["/batches", f"/batches/{HOSTILE}"])
def test_names_of_users_are_text_never_markup(client: TestClient, path: str) -> None:
    html = client.get(path).text
    assert SCRIPT not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_language_is_switched_and_remembered(client: TestClient) -> None:
    assert '<html lang="vi">' in client.get("/").text
    english = client.get("/?unit=G09.02&lang=en")
    assert "76.0\u00a0%" in english.text
    assert 'href="?unit=G09.02&amp;lang=vi"' in english.text
    assert "HttpOnly" in english.headers["set-cookie"]
    assert '<html lang="en">' in client.get("/batches").text
    assert '<html lang="en">' in client.get("/?lang=xx").text


@pytest.mark.parametrize("path", PAGES)
def test_nothing_vietnamese_but_names_is_left_in_english(client: TestClient, path: str) -> None:
    separator = "&" if "?" in path else "?"
    text = text_of(client.get(f"{path}{separator}lang=en").text)
    assert not {"Đơn vị", "Chưa đạt", "Lô quét", "Đã số hóa", "Trang"} & set(re.findall(r"\w+ ?\w*", text))


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/?unit=nobody",
        "/batches/nothing",
        "/figures/T99/2023/all",
        "/figures/T01/20/all",
        "/batches?page=0",
        "/figures/T01/2023/nobody",
        "/documents/nothing",
        f"/documents/{PUBLISHED}-qd-002.pdf-1/pages/0.jpg",
        f"/documents/{PUBLISHED}-qd-002.pdf-1/pages/2.jpg",
        f"/documents/{PUBLISHED}-qd-002.pdf-1/document.pdf",
        "/static/..%2fapp.py",
        "/static/app.py",
        f"/batches/{PUBLISHED}/..%2f..%2fx",
    ],
)
def test_an_address_without_content_is_a_friendly_404(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Không tìm thấy trang" in answer.text


def test_a_fault_of_ours_shows_no_traceback(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("sohoa_airflow.web.app.list_batches", fail)
    answer = client.get("/batches")
    assert answer.status_code == 500
    assert "Trang gặp lỗi" in answer.text
    assert "secret detail" not in answer.text
    assert "frame-ancestors" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(("path", "text"), [("/", "Chưa có số liệu tỷ lệ"), ("/batches", "Chưa có lô nào")])
def test_before_the_first_load_the_page_says_what_to_expect(bare_client: TestClient, path: str, text: str) -> None:
    answer = bare_client.get(path)
    assert answer.status_code == 200
    assert text in answer.text


def test_looking_makes_no_database(bare_client: TestClient, tmp_path: Path) -> None:
    for path in ("/", "/batches", "/batches/x", "/search?q=x", "/documents/x", "/documents/x/pages/1.jpg"):
        bare_client.get(path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", PAGES)
def test_links_keep_the_prefix_under_which_airflow_mounts_the_page(client: TestClient, path: str) -> None:
    parent = FastAPI()
    parent.mount("/sohoa", client.app)
    below = TestClient(parent, root_path="/airflow")
    html = below.get(f"/sohoa{path}").text
    links = re.findall(r'(?:href|src|action)="([^"]+)"', html)
    assert links
    assert all(link.startswith(("/airflow/sohoa/", "?", "#")) for link in links)


def test_static_files_are_kept_until_they_change(client: TestClient) -> None:
    address = re.search(r'href="(/static/sohoa\.css\?v=\w+)"', client.get("/").text)
    assert address is not None
    answer = client.get(address[1])
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("numerator", "shown", "gap"),
    [
        (9_999, "99,9\u00a0%", "thiếu 0,1 điểm %"),
        (10_000, "100,0\u00a0%", "vừa đúng mục tiêu"),
        (1, "0,0\u00a0%", "thiếu 100,0 điểm %"),
    ],
)
def test_a_rate_is_never_rounded_up_to_its_target(numerator: int, shown: str, gap: str) -> None:
    figure, wording = Figure(numerator, 10_000, met=numerator == 10_000), Wording("vi")
    assert wording.rate(figure) == shown
    assert wording.gap(figure, 1.0) == gap


def test_instants_are_shown_on_the_clock_of_the_ministry() -> None:
    late = dt.datetime(2026, 7, 31, 23, 30, tzinfo=dt.UTC)
    assert Wording("vi").instant(late) == "01/08/2026 06:30"
    assert Wording("en").number(1_234_567) == "1,234,567"


def test_messages_exist_in_both_languages() -> None:
    keys = [{key for key in load_messages(language) if key.startswith("web.")} for language in LANGUAGES]
    assert keys[0] == keys[1]
    rulebook = load_rulebook()
    assert {f"web.population_{code}" for code in rulebook.populations} <= keys[0]
    assert {
        f"web.basis_{target.basis}" for target in rulebook.targets(range(2021, 2031)) if target.basis != "stated"
    } <= keys[0]
