"""The review desk as a reviewer meets it: a real browser without internet, a real Airflow and its login."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from sqlalchemy import delete

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import Decision, Document, Result, ReviewLease
from sohoa.journey.locking import lock_by_person
from sohoa.review import finish_document
from sohoa.settings import Settings
from sohoa.warehouse import refresh_warehouse
from sohoa_airflow.local import LocalAirflow
from web.chromium import SECONDS, assert_quiet, enter_page, find, log_in, start_chromium
from web.desk_world import EXPECTATIONS, SUBJECTS, SURE, Paper, make_desk

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("others")]

USERS = {"admin": "admin", "an": "op", "binh": "op", "xem": "viewer"}
NO_INTERNET = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"
SCREEN = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
LIMIT = 6.0

DRAFT, BLURRED = "draft", "blurred"
QUEUE = (
    # What was read is right, though the machine is not sure of it.
    *(Paper(str(101 + n), str(101 + n), subject=SUBJECTS[n % 4], n_pages=1 + n % 3) for n in range(6)),
    # A second look saw what stands there.
    *(Paper(str(205 + n), str(605 + n), looked=str(205 + n), subject=SUBJECTS[n % 4]) for n in range(4)),
    # Written by pen: only the register can tell.
    *(
        Paper(str(310 + n), None, reasons=("handwritten_number",), flags=("handwritten_number",), subject=f"{one} {n}")
        for n, one in enumerate(SUBJECTS)
    ),
    # Nothing helps but typing.
    *(Paper(str(417 + n), str(917 + n), registered=False, subject=SUBJECTS[n % 4]) for n in range(3)),
    Paper("521", "521", issuer="Bộ Nội vự", issuer_sure=0.4, sure=SURE, reasons=("issuer_uncertain",)),
    Paper("522", "5", reasons=("number_uncertain", BLURRED)),
    Paper("523", "523", reasons=("number_uncertain", DRAFT)),
)
CORRECTED = Paper("631", "637", looked="631", n_pages=2, scanned_by="G09.03", decided_by="G09.03")
UNTOUCHED = Paper("632", "632", scanned_by="G09.03", decided_by="G09.03", reasons=("issuer_uncertain",))
SHARED = tuple(Paper(str(741 + n), str(741 + n), scanned_by="G09.04") for n in range(3))
SECRET = Paper("851", "851", scanned_by="G09.05", subject="Về việc bố trí lực lượng đặc biệt")
LOOKED_AT = Paper("852", "852", scanned_by="G09.06")


@dataclass
class Site:
    """Airflow's API server over a desk; `ids` by the number on the paper."""

    airflow: LocalAirflow
    settings: Settings
    ids: dict[str, str]
    passwords: dict[str, str]

    def page(self, path: str) -> str:
        return f"{self.airflow.url}/sohoa/{path}"

    def document(self, paper: Paper) -> Document:
        with reading(self.settings.catalogue_url) as session:
            return session.get_one(Document, self.ids[paper.number])

    def holders(self) -> dict[str, str]:
        with reading(self.settings.catalogue_url) as session:
            return {row.document_id: row.reviewer for row in session.query(ReviewLease)}

    def decisions(self, paper: Paper) -> list[Decision]:
        with reading(self.settings.catalogue_url) as session:
            return session.query(Decision).filter(Decision.document_id == self.ids[paper.number]).all()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("desk")
    papers = (*QUEUE, CORRECTED, UNTOUCHED, *SHARED, SECRET, LOOKED_AT)
    settings, ids = make_desk(folder / "data", papers)
    passwords = {user: secrets.token_urlsafe(12) for user in USERS}
    (folder / "home").mkdir()
    (folder / "home" / "passwords.json").write_text(json.dumps(passwords))
    told = ",".join(f"{user}:{role}" for user, role in USERS.items())
    airflow = LocalAirflow(
        folder / "home",
        folder / "data",
        extra={"AIRFLOW__API__WORKERS": "1", "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": told},
    )
    try:
        airflow.command("airflow", "db", "migrate")
        airflow.start("api-server")
        airflow.wait_until_healthy()
        known = {paper.number: identity for paper, identity in zip(papers, ids, strict=True)}
        yield Site(airflow, settings.model_copy(update={"expectations": EXPECTATIONS}), known, passwords)
    finally:
        airflow.stop()


@pytest.fixture
def browsers(site: Site) -> Iterator[dict[str, webdriver.Chrome]]:
    """Browsers of persons who are logged in, by name; started when first asked for."""
    started = Browsers(site)
    yield started
    for browser in started.values():
        browser.quit()
    # Whoever has an item in hand is given that one first.
    with writing(site.settings.catalogue_url) as session:
        session.execute(delete(ReviewLease))


class Browsers(dict[str, webdriver.Chrome]):
    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site = site

    def __missing__(self, user: str) -> webdriver.Chrome:
        browser = self[user] = start_chromium(NO_INTERNET)
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", SCREEN)
        log_in(self.site.airflow.url, browser, user, self.site.passwords[user])
        browser.get_log("performance")
        return browser


class Keyboard:
    """Counts every key that goes down, Ctrl among them."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser
        self.n_pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.n_pressed += 1
            self.browser.switch_to.active_element.send_keys(key)

    def press_with_ctrl(self, key: str) -> None:
        self.n_pressed += 2
        ActionChains(self.browser).key_down(Keys.CONTROL).send_keys(key).key_up(Keys.CONTROL).perform()


def wait_for_item(browser: webdriver.Chrome, other_than: str = "") -> str:
    """The id of the document on the desk, once its page is to be seen."""

    def shown(_: webdriver.Chrome) -> str | None:
        seen: str | None = browser.execute_script(
            "const page = document.querySelector('.sheet img');"
            "return document.readyState === 'complete' && page?.complete && page.naturalWidth > 0"
            " ? location.pathname.split('/').pop() : null"
        )
        return seen if seen != other_than else None

    return WebDriverWait(browser, SECONDS).until(shown)


def assert_nothing_left_the_origin(site: Site, browser: webdriver.Chrome) -> None:
    told = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {one["params"]["request"]["url"] for one in told if one["method"] == "Network.requestWillBeSent"}
    assert asked
    ours = (site.airflow.url, f"blob:{site.airflow.url}", "data:")
    assert {url for url in asked if not url.startswith(ours)} == set()


def test_a_field_is_corrected_and_accepted_and_the_rate_moves(
    site: Site, browsers: dict[str, webdriver.Chrome], tmp_path: Path
) -> None:
    an = browsers["an"]
    refresh_warehouse(site.settings)
    an.get(site.page("?unit=G09.03"))
    assert "0/2" in find(an, By.CSS_SELECTOR, "table.rates").text

    an.get(f"{site.airflow.url}/")
    find(an, By.CSS_SELECTOR, "a[href$='plugin/sohoa']").click()
    enter_page(an)
    find(an, By.LINK_TEXT, "Kiểm tra").click()
    find(an, By.CSS_SELECTOR, f"a[href$='{site.ids[CORRECTED.number]}']").click()
    find(an, By.CSS_SELECTOR, "button[data-text='631']").click()
    box = find(an, By.ID, "f-code_number")
    assert box.get_attribute("value") == "631"
    assert "changed" in find(an, By.CSS_SELECTOR, ".field[data-field=code_number]").get_attribute("class")
    find(an, By.CSS_SELECTOR, "button[value=accept]").click()
    find(an, By.XPATH, "//p[contains(., 'Đã ghi quyết định')]")

    assert [one.reviewer for one in site.decisions(CORRECTED)] == ["an"]
    finish_document(site.settings, site.ids[CORRECTED.number])
    assert site.document(CORRECTED).status == "accepted"
    refresh_warehouse(site.settings)
    an.switch_to.default_content()
    an.get(site.page("?unit=G09.03"))
    assert "1/2" in find(an, By.CSS_SELECTOR, "table.rates").text
    assert_quiet(an)
    assert_nothing_left_the_origin(site, an)


def test_a_viewer_cannot_decide(site: Site, browsers: dict[str, webdriver.Chrome]) -> None:
    viewer = browsers["xem"]
    identity = site.ids[LOOKED_AT.number]
    viewer.get(site.page(f"review/{identity}"))
    assert wait_for_item(viewer) == identity
    assert "chỉ được xem" in find(viewer, By.CSS_SELECTOR, ".notice").text
    assert viewer.find_elements(By.CSS_SELECTOR, "button[name=do], button[data-key]") == []
    assert find(viewer, By.ID, "f-code_number").get_attribute("readonly")
    Keyboard(viewer).press("a", "n", "r", "1")

    version = find(viewer, By.NAME, "version").get_attribute("value")
    for path in (f"review/{identity}", f"review/{identity}/hold", "review/next", f"review/{identity}/proposal"):
        status = viewer.execute_async_script(
            "const [address, body, done] = arguments;"
            "fetch(address, {method: 'POST', body: new URLSearchParams(body)}).then((answer) => done(answer.status));",
            site.page(path),
            {"do": "accept", "version": version},
        )
        assert status == 403
    assert site.decisions(LOOKED_AT) == []
    assert "xem" not in site.holders().values()


def test_two_browsers_do_not_get_the_same_item(site: Site, browsers: dict[str, webdriver.Chrome]) -> None:
    got = {}
    for user in ("an", "binh"):
        browsers[user].get(site.page("review?unit=G09.04"))
        find(browsers[user], By.CSS_SELECTOR, "form[method=post] button").click()
        got[user] = wait_for_item(browsers[user])
    assert got["an"] != got["binh"]
    assert set(got.values()) <= {site.ids[paper.number] for paper in SHARED}

    browsers["binh"].get(site.page(f"review/{got['an']}"))
    assert "an đang giữ văn bản" in find(browsers["binh"], By.CSS_SELECTOR, ".notice").text
    assert browsers["binh"].find_elements(By.CSS_SELECTOR, "button[value=accept]") == []
    for user, identity in got.items():
        browsers[user].get(site.page(f"review/{identity}"))
        wait_for_item(browsers[user])
        Keyboard(browsers[user]).press("g")
        find(browsers[user], By.CSS_SELECTOR, "table.queue")
    assert not set(got.values()) & set(site.holders())


def test_a_locked_document_shows_nothing(site: Site, browsers: dict[str, webdriver.Chrome]) -> None:
    binh, identity = browsers["binh"], site.ids[SECRET.number]
    lock_by_person(site.settings, identity, "an")
    for path in (f"review/{identity}", f"review/{identity}/pages/1", "review?unit=G09.05", "review"):
        binh.get(site.page(path))
        text = find(binh, By.TAG_NAME, "body").text
        assert "lực lượng" not in text
        assert "851" not in text
        assert binh.execute_script("return [...document.images].every((one) => !one.src.includes('pages'))")


def test_twenty_documents_are_settled_with_few_keys_and_no_mouse(
    site: Site, browsers: dict[str, webdriver.Chrome], tmp_path: Path, record_property: pytest.RecordProperty
) -> None:
    an = browsers["an"]
    papers = {site.ids[paper.number]: paper for paper in QUEUE}
    an.get(site.page("review?unit=G09.01"))
    find(an, By.CSS_SELECTOR, "form[method=post] button")
    an.save_screenshot(str(tmp_path / "review-queue.png"))
    keyboard, pressed, identity = Keyboard(an), {}, ""
    keyboard.press(Keys.ENTER)
    for number in range(len(QUEUE)):
        identity = wait_for_item(an, other_than=identity)
        paper = papers[identity]
        keyboard.n_pressed = 0
        if number == 7:
            an.save_screenshot(str(tmp_path / "review-desk.png"))
        settle(keyboard, paper)
        pressed[paper.number] = keyboard.n_pressed
    find(an, By.XPATH, "//p[contains(., 'Không còn văn bản nào')]")

    assert sorted(pressed) == sorted(paper.number for paper in QUEUE)
    print(f"key presses per document: {pressed}, mean {mean(pressed.values()):.2f}")
    record_property("keys_per_document", mean(pressed.values()))
    assert mean(pressed.values()) <= LIMIT
    for paper in QUEUE:
        document = site.document(paper)
        if {DRAFT, BLURRED} & set(paper.reasons):
            assert document.status == "rejected"
        else:
            assert (document.code_number, document.issuer) == (paper.number, "Bộ Nội vụ")
    assert_quiet(an)
    assert_nothing_left_the_origin(site, an)


def settle(keyboard: Keyboard, paper: Paper) -> None:
    """What a person does who sees the paper beside what was read."""
    browser = keyboard.browser
    if BLURRED in paper.reasons:
        keyboard.press("r", "1")
    elif DRAFT in paper.reasons:
        keyboard.press("x", "2")
    elif paper.issuer != "Bộ Nội vụ":
        keyboard.press(Keys.ENTER, *"bo noi vu")
        keyboard.press_with_ctrl(Keys.ENTER)
    elif paper.read == paper.number:
        keyboard.press("a")
    elif paper.looked == paper.number:
        chip = browser.find_element(By.CSS_SELECTOR, f".chip[data-text='{paper.number}']")
        keyboard.press(chip.get_attribute("data-digit") or "", "a")
    elif paper.registered:
        assert f"{paper.number}/QĐ-BNV" in browser.find_element(By.CSS_SELECTOR, ".candidate").text
        keyboard.press("1", "a")
    else:
        keyboard.press(Keys.ENTER, *paper.number)
        keyboard.press_with_ctrl(Keys.ENTER)


def test_keys_lead_through_the_desk(site: Site, browsers: dict[str, webdriver.Chrome]) -> None:
    binh = browsers["binh"]
    identity = site.ids[UNTOUCHED.number]
    binh.get(site.page(f"review/{identity}"))
    wait_for_item(binh)
    keyboard = Keyboard(binh)
    keyboard.press("?")
    assert find(binh, By.ID, "keys").is_displayed()
    keyboard.press("a", "1", "?")
    assert not find(binh, By.ID, "keys").is_displayed(), "keys do nothing behind the list of keys"
    keyboard.press("1")
    assert find(binh, By.CSS_SELECTOR, "button[value=accept]").text.endswith("Liên kết và chấp nhận")
    keyboard.press("1")
    assert find(binh, By.CSS_SELECTOR, "button[value=accept]").text.endswith("Chấp nhận")
    keyboard.press(Keys.ENTER)
    assert binh.switch_to.active_element.get_attribute("id") == "f-code_number"
    assert find(binh, By.CSS_SELECTOR, ".paper rect.lit").get_attribute("data-field") == "code_number"
    keyboard.press("9", Keys.ESCAPE, "s")
    find(binh, By.XPATH, "//p[contains(., 'Đã lưu chỗ sửa')]")
    assert site.document(UNTOUCHED).code_number == "9"
    with reading(site.settings.catalogue_url) as session:
        assert session.query(Result).filter(Result.code_text == "9/QĐ-BNV").count() == 0
