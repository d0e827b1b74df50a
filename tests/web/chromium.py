"""Debian's chromium without a screen, and what tests do in it."""

from __future__ import annotations

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support import expected_conditions as on
from selenium.webdriver.support.wait import WebDriverWait

ARGUMENTS = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --window-size=1400,1000"
)
SECONDS = 40


def start_chromium(*arguments: str) -> webdriver.Chrome:
    """A browser that keeps a log of what went wrong and of what it asked for; the caller ends it."""
    options = webdriver.ChromeOptions()
    for argument in (*ARGUMENTS.split(), *arguments):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options, Service("/usr/bin/chromedriver"))


def log_in(url: str, browser: webdriver.Chrome, user: str, password: str) -> None:
    browser.get(f"{url}/")
    find(browser, By.NAME, "username").send_keys(user)
    find(browser, By.NAME, "password").send_keys(password)
    find(browser, By.CSS_SELECTOR, "button[type=submit]").click()
    find(browser, By.CSS_SELECTOR, "a[href$='plugin/sohoa']")


def enter_page(browser: webdriver.Chrome) -> None:
    WebDriverWait(browser, SECONDS).until(on.frame_to_be_available_and_switch_to_it((By.TAG_NAME, "iframe")))


def find(browser: webdriver.Chrome, how: str, what: str) -> WebElement:
    # Airflow's page goes on to its log-in by itself: the driver then breaks off what it was looking for.
    wait = WebDriverWait(browser, SECONDS, ignored_exceptions=[WebDriverException])
    found: WebElement = wait.until(on.presence_of_element_located((how, what)))
    return found


def assert_quiet(browser: webdriver.Chrome) -> None:
    """Nothing of ours failed to load or was stopped by the content policy."""
    log: list[dict[str, str]] = browser.get_log("browser")
    assert not [entry for entry in log if entry["level"] == "SEVERE" and "/sohoa/" in entry["message"]]
