"""What every page shares: language, links, templates, headers, and friendly pages for errors."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from sohoa.messages import LANGUAGES
from sohoa.settings import Settings, load_settings
from sohoa_airflow.web.wording import Wording

COOKIE = "sohoa_lang"
_COOKIE_SECONDS = 365 * 24 * 3600
HEADERS = {
    # Airflow shows the page in an iframe of its own origin; nobody else may.
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """A static file of the package, held in memory; `version` changes with its content."""

    content: bytes
    media_type: str
    version: str


@lru_cache(maxsize=1)
def load_assets() -> dict[str, Asset]:
    """All static files by name: what is not in here does not exist, whatever a path says."""
    found = {}
    for file in files("sohoa_airflow.web").joinpath("static").iterdir():
        media_type = MEDIA_TYPES.get(file.name.rpartition(".")[2])
        if media_type:
            content = file.read_bytes()
            found[file.name] = Asset(content, media_type, hashlib.sha256(content).hexdigest()[:12])
    return found


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The templates; every value is escaped, and a misspelt name is an error."""
    return Environment(
        loader=PackageLoader("sohoa_airflow.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True)
class Visit:
    """One request: who reads in which language, and how its pages link to each other."""

    request: Request
    settings: Settings
    wording: Wording

    def link(self, route: str, query: dict[str, Any] | None = None, /, **places: Any) -> str:
        """Address of a page; keeps whatever prefix Airflow and its proxies put in front."""
        prefix = self.request.scope.get("root_path", "")
        path = quote(str(self.request.app.url_path_for(route, **places)))
        return f"{prefix}{path}?{urlencode(query)}" if query else f"{prefix}{path}"

    def asset(self, name: str) -> str:
        """Address of a static file; changes with the file, so that browsers may keep it."""
        return self.link("static_file", {"v": load_assets()[name].version}, name=name)

    def here(self, **changes: Any) -> str:
        """This page's query with some values changed."""
        return "?" + urlencode({**self.request.query_params, **changes})

    def page(self, template: str, status_code: int = 200, **values: Any) -> HTMLResponse:
        """Render a template; remember the language if this request chose it."""
        html = templates().get_template(template).render(visit=self, t=self.wording, **values)
        answer = HTMLResponse(html, status_code)
        if self.request.query_params.get("lang") == self.wording.language:
            answer.set_cookie(
                COOKIE,
                self.wording.language,
                max_age=_COOKIE_SECONDS,
                path=self.request.scope.get("root_path") or "/",
                secure=self.request.url.scheme == "https",
                httponly=True,
                samesite="lax",
            )
        return answer


def visit(request: Request) -> Visit:
    """The visit of a request: its language is asked for, or remembered, or the setting's."""
    settings = load_settings()
    wanted = (request.query_params.get("lang"), request.cookies.get(COOKIE), settings.language)
    language = next(name for name in wanted if name in LANGUAGES)
    return Visit(request, settings.model_copy(update={"language": language}), Wording(language))


CurrentVisit = Annotated[Visit, Depends(visit)]
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]


def error_page(request: Request, status_code: int) -> Response:
    """What went wrong and what to do, without a traceback."""
    kind = {401: "login", 403: "login", 404: "missing", 405: "missing", 422: "missing"}.get(status_code, "broken")
    answer = visit(request).page("error.html", status_code, kind=kind)
    answer.headers.update(HEADERS)
    return answer
