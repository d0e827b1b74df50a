"""What went wrong, as problem details (RFC 9457), in place of the pages for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from sohoa_airflow.web.pages import HEADERS, visit

MEDIA_TYPE = "application/problem+json"
ROOT = "/api/"
_KINDS = {401: "login", 403: "login", 404: "absent", 405: "method", 422: "invalid"}


class Wrong(BaseModel):
    """A parameter that makes no sense."""

    place: str = Field(description="Where it stands: `path` or `query`", examples=["query"])
    name: str = Field(description="Name of the parameter", examples=["limit"])
    message: str = Field(description="What is wrong with it, in English", examples=["Input should be less than 201"])


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    title: str = Field(description="What went wrong, in the reader's language")
    status: int = Field(description="The answer's status code", examples=[404])
    detail: str = Field(description="What to do, in the reader's language")
    wrong: list[Wrong] = Field([], description="The parameters that were refused; only with status 422")


class Refused(Exception):
    """There is nothing that a route could answer with: `detail` is a message of `web.`, and says why."""

    def __init__(self, detail: str, **values: object) -> None:
        super().__init__(detail)
        self.detail, self.values = detail, values


def is_api(request: Request) -> bool:
    """Whether a request is for the API and not for a page."""
    scope = request.scope
    return str(scope["path"]).removeprefix(scope.get("root_path", "")).startswith(ROOT)


def problem(
    request: Request, status: int, *, wrong: list[Wrong] | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The answer for a status; details of a fault of ours stay in the log."""
    return _answer(request, status, f"error_{_kind(status)}_help", wrong=wrong or [], headers=headers)


def say_refused(request: Request, error: Refused) -> JSONResponse:
    """The answer to a request that a route refused."""
    return _answer(request, 404, error.detail, error.values)


def wrong_parameters(error: RequestValidationError) -> list[Wrong]:
    """What was refused, without the values: they may hold anything."""
    return [
        Wrong(place=str(one["loc"][0]), name=".".join(map(str, one["loc"][1:])), message=one["msg"])
        for one in error.errors()
    ]


def _kind(status: int) -> str:
    return _KINDS.get(status, "broken")


def _answer(
    request: Request,
    status: int,
    detail: str,
    values: Mapping[str, object] | None = None,
    *,
    wrong: Sequence[Wrong] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    t = visit(request).wording
    told = Problem(
        title=t(f"error_{_kind(status)}"), status=status, detail=t(detail, **(values or {})), wrong=list(wrong)
    )
    return JSONResponse(told.model_dump(), status, headers={**HEADERS, **(headers or {})}, media_type=MEDIA_TYPE)
