"""Persons at the review desk, over the app itself; only Airflow's login is replaced."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.api_fastapi.core_api.security import get_user
from fastapi.testclient import TestClient
from httpx import Response

from sohoa_airflow.web.app import app

ORIGIN = "http://testserver"


@dataclass
class Visitor:
    """A browser without script: it opens pages and presses buttons."""

    user: Any
    client: TestClient

    def get(self, path: str) -> Response:
        app.dependency_overrides[get_user] = lambda: self.user
        return self.client.get(path)

    def post(self, path: str, headers: dict[str, str] | None = None, **form: str) -> Response:
        app.dependency_overrides[get_user] = lambda: self.user
        told = {"Origin": ORIGIN} if headers is None else headers
        return self.client.post(path, data=form, headers=told, follow_redirects=False)

    def press(self, document_id: str, do: str, path: str = "", **changes: str) -> Response:
        """Open a document, fill in what changes, press a button."""
        form = boxes(self.get(f"/review/{document_id}").text)
        return self.post(f"/review/{document_id}{path}", **{**form, "do": do, **changes})


def visitor(name: str = "an", role: str | None = "op") -> Visitor:
    user = SimpleAuthManagerUser(username=name, role=role)
    return Visitor(user, TestClient(app, raise_server_exceptions=False))


def boxes(html: str) -> dict[str, str]:
    """What a browser would send of the form as it is: names and values of its boxes."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", html):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="radio"' not in tag or " checked" in tag):
            found[name[1]] = unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', html, re.DOTALL):
        found[name] = unescape(text)
    return found


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ").split())
