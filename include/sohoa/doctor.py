"""What sohoa needs, checked: each thing is well, or says how to mend it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from sohoa.catalogue.database import connect
from sohoa.errors import SohoaError
from sohoa.ocr import OTHER_LANGUAGE, installed_models
from sohoa.settings import Settings

_PACKAGES = {
    "tesseract": "tesseract-ocr",
    "setpriv": "util-linux",
    "prlimit": "util-linux",
    "setsid": "util-linux",
}
_LEAST_FREE_GB = 2


@dataclass(frozen=True)
class Finding:
    """One thing that was checked; `remedy` says what to do if it is not well."""

    name: str
    well: bool
    detail: str
    remedy: str = ""


def examine(settings: Settings) -> list[Finding]:
    """All findings, in the order in which one would mend them."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _programs,
        _languages,
        _folders,
        _databases,
        _suites,
    )
    return [finding for check in checks for finding in check(settings)]


def _programs(_: Settings) -> Iterator[Finding]:
    for program, package in _PACKAGES.items():
        place = shutil.which(program)
        yield Finding(program, place is not None, place or "not found", f"apt-get install {package}")


def _languages(settings: Settings) -> Iterator[Finding]:
    try:
        _, listed = installed_models()
    except (OSError, subprocess.SubprocessError):
        listed = frozenset()
    for language in dict.fromkeys([*settings.ocr_language.split("+"), OTHER_LANGUAGE]):
        yield Finding(
            f"tesseract model {language}",
            language in listed,
            "installed" if language in listed else "missing",
            f"apt-get install tesseract-ocr-{language}",
        )


def _folders(settings: Settings) -> Iterator[Finding]:
    for folder in settings.folders():
        well, detail = _writable(folder)
        yield Finding(f"folder {folder.name}", well, detail, "sohoa init, or give yourself the right to write there")
    if settings.archive.exists():
        free_gb = shutil.disk_usage(settings.archive).free / 1e9
        yield Finding(
            "free space", free_gb >= _LEAST_FREE_GB, f"{free_gb:.0f} GB at {settings.archive}", "make room on this disk"
        )


def _writable(folder: Path) -> tuple[bool, str]:
    probe = folder / ".sohoa-probe"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return False, f"{folder}: {error.strerror}"
    return True, str(folder)


def _databases(settings: Settings) -> Iterator[Finding]:
    for name, url, table in (
        ("catalogue", settings.catalogue_url, "alembic_version"),
        ("warehouse", settings.warehouse_url, None),
    ):
        try:
            with connect(url).connect() as connection:
                revision = connection.scalar(text(f"SELECT version_num FROM {table}")) if table else "reachable"  # noqa: S608
            yield Finding(f"database {name}", True, f"{_masked(url)} ({revision})")
        except (SQLAlchemyError, SohoaError) as error:
            yield Finding(f"database {name}", False, str(error).splitlines()[0], "sohoa init, or check its URL")


def _masked(url: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(url).render_as_string(hide_password=True)


def _suites(settings: Settings) -> Iterator[Finding]:
    for gate in ("records", "register", "warehouse"):
        path = settings.expectations / f"{gate}.json"
        yield Finding(
            f"gate {gate}", path.is_file(), str(path), "run from the project folder, or set SOHOA_EXPECTATIONS"
        )
