"""The JSON API, over a real catalogue and warehouse: what it tells, and what it keeps to itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from airflow.api_fastapi.core_api.security import get_user
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth

from sohoa.catalogue.database import writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Document
from sohoa.indicators import compute_rates, import_readings, load_indicators, parse_period, population_items
from sohoa.reading.secrecy import DOUBT
from sohoa.settings import Settings
from sohoa.warehouse import refresh_warehouse
from sohoa_airflow.web.api.routes import PREFIX
from sohoa_airflow.web.app import app
from web.world import PUBLISHED, UNITS, make_world

PLACES = ("indicators", "indicators/T01?period=2021", "periods", "documents", f"documents/{PUBLISHED}-qd-002.pdf-1")


def ask(client: TestClient, place: str, status: int = 200) -> Any:
    answer = client.get(f"{PREFIX}/{place}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json" if status == 200 else "application/problem+json"
    return answer.json()


# --- what it tells --------------------------------------------------------------------------------------------


def test_every_declared_indicator_is_listed_with_its_legal_source(client: TestClient) -> None:
    items = ask(client, "indicators")["items"]
    assert [one["code"] for one in items] == [one.code for one in load_indicators().indicators]
    t02 = next(one for one in items if one["code"] == "T02")
    assert (t02["status"], t02["population"]) == ("binding", "P2")
    assert t02["legal_sources"][0]["title"].startswith("Quyết định số 1368/QĐ-BNV")
    assert t02["legal_sources"][0]["lines"] == [96]


def test_periods_are_those_of_both_calendars_reports_from_the_15th(client: TestClient) -> None:
    days = {
        (one["calendar"], one["name"]): (one["starts_on"], one["ends_on"]) for one in ask(client, "periods")["items"]
    }
    assert days["civil", "2022"] == ("2022-01-01", "2022-12-31")
    assert days["civil", "2022Q3"] == ("2022-07-01", "2022-09-30")
    assert days["report", "2022"] == ("2021-12-15", "2022-12-14")
    assert days["report", "2022Q3"] == ("2022-06-15", "2022-09-14")


@pytest.mark.parametrize("calendar", ["civil", "report"])
@pytest.mark.parametrize("code", ["T01", "T02", "T03", "T04a"])
def test_rates_are_those_of_the_command_line(client: TestClient, world: Settings, code: str, calendar: str) -> None:
    told = ask(client, f"indicators/{code}?period=2023&calendar={calendar}")["values"]
    computed = compute_rates(world, period=parse_period("2023", calendar))
    assert [(one["unit_code"], one["numerator"], one["denominator"], one["value"]) for one in told] == [
        (one.unit_code, one.numerator, one.denominator, one.rate) for one in computed if one.indicator == code
    ]


def test_a_value_stands_beside_its_target(client: TestClient) -> None:
    told = ask(client, "indicators/T04a?period=2023&unit=G09.02")
    assert (told["target"]["value"], told["target"]["basis"]) == (0.8, "assumed_base")
    (value,) = told["values"]
    assert (value["numerator"], value["denominator"], value["verdict"]) == (9, 12, "missed")
    assert value["gap"] == pytest.approx(0.05)


def test_minutes_above_what_is_allowed_are_missing_to_the_target(
    logged_in: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = Settings(home=tmp_path)
    migrate(fresh)
    readings = "Mã chỉ tiêu,Mã đơn vị,Kỳ,Tử số,Mẫu số,Giá trị,Nguồn số liệu\nT10,G09,2023,360,20,,Hệ thống xếp hàng\n"
    (tmp_path / "readings.csv").write_text(readings, encoding="utf-8")
    import_readings(fresh, tmp_path / "readings.csv")
    refresh_warehouse(fresh)
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path))
    (value,) = ask(TestClient(app), "indicators/T10?period=2023")["values"]
    assert (value["value"], value["verdict"], value["gap"]) == (18, "missed", 3)


def test_what_has_no_figure_says_what_is_missing(client: TestClient) -> None:
    (value,) = ask(client, "indicators/T06?period=2022")["values"]
    assert (value["value"], value["verdict"]) == (None, "no_data")
    assert value["missing"]["en"].startswith("no data")
    assert value["missing"]["vi"]


@pytest.mark.parametrize("unit", [None, *UNITS])
def test_documents_of_a_numerator_are_those_behind_the_figure(
    client: TestClient, world: Settings, unit: str | None
) -> None:
    period = parse_period("2022Q3")
    members = population_items(world, "T02", period.end, unit)
    asked = "documents?indicator=T02&period=2022Q3&limit=200" + (f"&deciding_unit={unit}" if unit else "")
    told = [one["document_id"] for one in ask(client, asked)["items"]]
    assert told == sorted(one.document_id for one in members if one.document_id)


def test_pages_of_documents_join_without_gap_or_repetition(client: TestClient) -> None:
    whole = ask(client, "documents?limit=200")["items"]
    joined, cursor = [], ""
    while cursor is not None:
        page = ask(client, f"documents?limit=7{cursor and '&after=' + cursor}")
        joined += page["items"]
        cursor = page["next_cursor"]
    assert joined == whole
    assert len({one["document_id"] for one in joined}) == len(joined) > 100


def test_documents_are_filtered_by_unit_and_state(client: TestClient) -> None:
    waiting = ask(client, "documents?status=in_review")["items"]
    assert [one["document_id"] for one in waiting] == [f"{PUBLISHED}-qd-002.pdf-1"]
    assert ask(client, "documents?unit=G09.02")["items"] == []


# --- what it keeps to itself ----------------------------------------------------------------------------------


@pytest.fixture
def secret_world(tmp_path: Path) -> Settings:
    """One document is locked, one may be classified, one has names in every place that could hold one."""
    made = make_world(tmp_path / "home", loaded=False)
    with writing(made.catalogue_url) as session:
        locked, doubted, named = (session.get_one(Document, f"stock-kho.pdf-{n}") for n in (1, 2, 3))
        locked.status = "locked"
        doubted.flags, doubted.text = [DOUBT], None
        named.subject = named.signer_name = named.source_file = "Nguyễn Thị Kín"
        named.text, named.dossier_code, named.review_note = "Nguyễn Thị Kín sinh năm 1980", "HS-Kín", "Kín"
    return made


def test_of_classified_documents_only_the_number_is_told(
    secret_world: Settings, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOHOA_HOME", str(secret_world.home))
    for asked in ("documents?limit=200", "documents?status=locked", "documents?indicator=T01&period=2025&limit=200"):
        told = ask(client, asked)
        assert told["n_locked"] == 1
        assert not {"stock-kho.pdf-1", "stock-kho.pdf-2"} & {one["document_id"] for one in told["items"]}
    ask(client, "documents/stock-kho.pdf-1", 404)
    ask(client, "documents/stock-kho.pdf-2", 404)


def test_words_and_names_stay_out(secret_world: Settings, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_HOME", str(secret_world.home))
    for asked in ("documents?limit=200", "documents/stock-kho.pdf-3"):
        answer = client.get(f"{PREFIX}/{asked}")
        assert "stock-kho.pdf-3" in answer.text
        assert "Kín" not in answer.text


# --- wrong questions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("indicators/T99?period=2022", 404),
        ("indicators/T01", 422),
        ("indicators/T01?period=2022Q5", 422),
        ("indicators/T01?period=9999", 404),
        ("indicators/T01?period=2022&unit=nobody", 404),
        ("indicators/T01?period=2022&unit=%00", 422),
        ("documents?limit=201", 422),
        ("documents?indicator=T06", 422),
        ("documents?indicator=T01&period=0000", 404),
        ("documents/%00", 422),
        ("nowhere", 404),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(client: TestClient, asked: str, status: int) -> None:
    told = ask(client, asked, status)
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert "\x00" not in str(told)


def test_it_is_for_reading_only(client: TestClient) -> None:
    answer = client.post(f"{PREFIX}/periods")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.json()["title"] == "Thao tác không được phép"


def test_problems_are_told_in_the_readers_language(client: TestClient) -> None:
    assert ask(client, "documents/nothing?lang=en", 404)["detail"] == "There is no such document."


def test_before_the_first_load_it_says_what_to_expect(bare_client: TestClient, tmp_path: Path) -> None:
    assert "kho báo cáo" in ask(bare_client, "periods", 404)["detail"]
    assert ask(bare_client, "documents") == {"items": [], "next_cursor": None, "n_locked": 0}
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_ours_is_a_problem_without_details(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("sohoa_airflow.web.api.figures.published_periods", fail)
    told = ask(client, "periods", 500)
    assert told["title"] == "Trang gặp lỗi"
    assert "secret detail" not in str(told)


# --- any question, and strangers ------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", ["indicators", "indicators/{code}", "periods", "documents", "documents/{document_id}"])
def test_no_question_breaks_it_and_answers_are_as_described(
    client: TestClient, path: str, mode: GenerationMode
) -> None:
    operation = schemathesis.openapi.from_asgi(f"{PREFIX}/openapi.json", app)[f"{PREFIX}/{path}"]["GET"]
    n_asked = 0

    @given(operation.as_strategy(generation_mode=mode))
    @settings(max_examples=60, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    def ask_anything(case: Any) -> None:
        nonlocal n_asked
        n_asked += 1
        # That check asks without login: here the login is replaced, the next test asks for real.
        case.call_and_validate(excluded_checks=[ignored_auth])

    ask_anything()
    assert n_asked


@pytest.mark.parametrize("place", [*PLACES, "openapi.json"])
def test_without_login_nothing_is_told(world: Settings, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("SOHOA_HOME", str(world.home))
    assert get_user not in app.dependency_overrides
    told = ask(TestClient(app), place, 401)
    assert set(told) == {"title", "status", "detail", "wrong"}
    assert told["title"] == "Cần đăng nhập"


def test_the_description_names_every_address_with_summary_and_login(client: TestClient) -> None:
    told = ask(client, "openapi.json")
    operations = [path["get"] for path in told["paths"].values()]
    assert set(told["paths"]) == {
        f"{PREFIX}/{place}"
        for place in ("indicators", "indicators/{code}", "periods", "documents", "documents/{document_id}")
    }
    assert all(one["summary"] and one["description"] for one in operations)
    assert told["security"] == [{"session": []}, {"token": []}]
