"""The page as an archivist meets it: a real browser, a real Airflow, its login form and its menu."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from sohoa_airflow.local import USER, LocalAirflow
from web.chromium import SECONDS, assert_quiet, enter_page, find, log_in, start_chromium
from web.scanned import make_archive
from web.world import make_world

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("others")]

PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
DRAWN = "return arguments[0].complete && arguments[0].naturalWidth > 0"


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAirflow]:
    folder = tmp_path_factory.mktemp("airflow")
    make_world(folder / "data")
    make_archive(folder / "data")
    found = LocalAirflow(folder / "home", folder / "data", extra={"AIRFLOW__API__WORKERS": "1"})
    try:
        # Less than prepare(): no pool is used here, and the world has its databases.
        assert found.password
        found.command("airflow", "db", "migrate")
        found.start("api-server")
        found.wait_until_healthy()
        yield found
    finally:
        found.stop()


@pytest.fixture
def browser() -> Iterator[webdriver.Chrome]:
    driver = start_chromium()
    yield driver
    driver.quit()


def test_strangers_get_nothing_from_the_real_server(airflow: LocalAirflow) -> None:
    pages = ("", "batches", "static/sohoa.css", "static/icon.svg", "figures/T01/2021/all")
    for path in (*pages, "api/v1/periods", "api/v1/openapi.json"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{airflow.url}/sohoa/{path}", timeout=60)
        assert refused.value.code == 401
    assert airflow.get("/api/v2/plugins/importErrors")["total_entries"] == 0


def test_from_the_menu_to_a_batch(airflow: LocalAirflow, browser: webdriver.Chrome, tmp_path: Path) -> None:
    log_in(airflow.url, browser, USER, airflow.password)
    find(browser, By.CSS_SELECTOR, "a[href$='plugin/sohoa']").click()
    enter_page(browser)

    rates = find(browser, By.CSS_SELECTOR, "table.rates").text
    assert "Ban Thi đua - Khen thưởng Trung ương" in rates
    assert "Chưa đạt" in rates
    assert find(browser, By.CSS_SELECTOR, "svg.chart.wide").is_displayed()
    browser.save_screenshot(str(tmp_path / "menu.png"))

    find(browser, By.LINK_TEXT, "English").click()
    find(browser, By.XPATH, "//h1[contains(., 'Progress in digitising')]")
    find(browser, By.LINK_TEXT, "Quyết định khen thưởng 2023").click()
    files = find(browser, By.CSS_SELECTOR, "table").text
    assert "The file is cut short" in files
    browser.save_screenshot(str(tmp_path / "batch.png"))
    assert_quiet(browser)


def test_the_page_fits_a_phone_and_is_reached_by_keyboard(
    airflow: LocalAirflow, browser: webdriver.Chrome, tmp_path: Path
) -> None:
    log_in(airflow.url, browser, USER, airflow.password)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    browser.get(f"{airflow.url}/sohoa/")
    assert find(browser, By.CSS_SELECTOR, "svg.chart.narrow").is_displayed()
    assert browser.execute_script("return document.documentElement.scrollWidth") == PHONE["width"]
    browser.save_screenshot(str(tmp_path / "phone.png"))

    browser.switch_to.active_element.send_keys("\ue004")
    assert browser.switch_to.active_element.get_attribute("href").endswith("#main")
    browser.switch_to.active_element.send_keys("\ue007")
    assert browser.switch_to.active_element.get_attribute("id") == "main"
    assert_quiet(browser)


def test_from_a_word_to_where_it_stands_on_the_page(
    airflow: LocalAirflow, browser: webdriver.Chrome, tmp_path: Path
) -> None:
    log_in(airflow.url, browser, USER, airflow.password)
    browser.get(f"{airflow.url}/sohoa/search")
    browser.switch_to.active_element.send_keys("nguyen thi hoà\n")
    find(browser, By.CSS_SELECTOR, ".results a").click()
    picture = find(browser, By.CSS_SELECTOR, "#page-2 img")
    browser.execute_script("arguments[0].scrollIntoView()", picture)
    WebDriverWait(browser, SECONDS).until(lambda _: browser.execute_script(DRAWN, picture))
    lit = browser.find_elements(By.CSS_SELECTOR, "#page-2 rect.lit")
    browser.save_screenshot(str(tmp_path / "document.png"))

    assert len(lit) == 3
    sheet = picture.rect
    for word in lit:
        assert sheet["x"] < word.rect["x"] < word.rect["x"] + word.rect["width"] < sheet["x"] + sheet["width"]
        assert sheet["y"] < word.rect["y"] < sheet["y"] + 0.2 * sheet["height"]
    assert_quiet(browser)


def test_from_a_period_to_the_list_behind_a_number_by_keyboard(
    airflow: LocalAirflow, browser: webdriver.Chrome, tmp_path: Path
) -> None:
    log_in(airflow.url, browser, USER, airflow.password)
    browser.get(f"{airflow.url}/sohoa/?lang=vi")
    period = find(browser, By.ID, "period")
    period.send_keys("Quý III/2022")
    period.send_keys("\ue004\ue007")
    WebDriverWait(browser, SECONDS).until(lambda _: "period=civil%3A2022Q3" in browser.current_url)
    assert "Các đơn vị trong kỳ: Quý III/2022" in find(browser, By.ID, "league").text
    browser.save_screenshot(str(tmp_path / "dashboard.png"))

    number = find(browser, By.CSS_SELECTOR, "table.league td.number a")
    n_digitised = int(number.text)
    number.send_keys("\ue007")
    WebDriverWait(browser, SECONDS).until(lambda _: "/figures/T02/2022Q3/" in browser.current_url)
    assert len(browser.find_elements(By.CSS_SELECTOR, "tbody tr")) == n_digitised
    assert_quiet(browser)


def test_the_api_takes_the_token_of_the_login(airflow: LocalAirflow) -> None:
    told = airflow.get("/sohoa/api/v1/indicators/T04a?period=2023&unit=G09.02")
    (value,) = told["values"]
    assert (value["numerator"], value["denominator"]) == (9, 12)
