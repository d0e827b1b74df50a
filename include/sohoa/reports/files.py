"""Where the files of a report lie: a draft in the work area, a published one in the outbox, never changed there."""

from __future__ import annotations

import hashlib
import re
import secrets
from pathlib import Path

from sohoa.catalogue.models import APPROVED_REPORTS, Report, ReportState
from sohoa.reports.document import render_docx
from sohoa.reports.edition import Edition
from sohoa.reports.figures import canonical
from sohoa.reports.workbook import render_xlsx
from sohoa.settings import LOCAL_TIME, Settings

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


def folder_of(settings: Settings, report: Report) -> Path:
    """The folder of its files: in the outbox once it is approved, before that in the work area."""
    is_public = report.state in APPROVED_REPORTS
    return _reports(settings.outbox if is_public else settings.work) / _name(report)


def lay_draft(settings: Settings, report: Report) -> Path:
    """Write the draft's files, marked as such; return their folder. One that is approved stays as it is."""
    folder = folder_of(settings, report)
    if report.state == ReportState.DRAFT:
        _write(folder, _files(report, is_draft=True))
    return folder


def publish_files(settings: Settings, report: Report) -> dict[str, str]:
    """Write the files of an approved report into the outbox; return their SHA-256 by name.

    The folder appears with all files at once. Made of the frozen data alone: a second call writes the same.
    """
    files = _files(report, is_draft=False)
    _write(folder_of(settings, report), files)
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def damaged_files(settings: Settings, report: Report) -> list[str]:
    """Names of published files that are missing or not as they were published."""
    folder = folder_of(settings, report)
    return [name for name, sha256 in report.files.items() if _sha256(folder / name) != sha256]


def _reports(area: Path) -> Path:
    return area / "reports"


def _name(report: Report) -> str:
    # Codes come from registers: what is no plain letter must not make a path. The id keeps two of them apart.
    scope = _UNSAFE.sub("_", report.scope)
    return f"{report.id:04}-{scope}-{report.period.replace('..', '_')}-v{report.version}"


def _files(report: Report, *, is_draft: bool) -> dict[str, bytes]:
    edition = Edition(
        version=report.version,
        corrects=report.corrects,
        changes=report.changes,
        sha256=report.sha256,
        built_at=report.built_at.astimezone(LOCAL_TIME),
        is_draft=is_draft,
    )
    return {
        "bao-cao.docx": render_docx(report.data, edition),
        "bao-cao.xlsx": render_xlsx(report.data, edition),
        "data.json": canonical(report.data),
    }


def _write(folder: Path, files: dict[str, bytes]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    part.mkdir()
    for name, content in files.items():
        (part / name).write_bytes(content)
    if not folder.exists():
        part.rename(folder)
        return
    for name in files:
        (part / name).replace(folder / name)
    part.rmdir()


def _sha256(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
