"""What the archivist says about a batch: the optional manifest.csv, or a BagIt manifest."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from sohoa.archive.store import open_regular
from sohoa.intake.folders import BAG_MANIFEST, MANIFEST

_MANIFEST_BYTES = 64 * 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_PAGES = 1_000_000
_LONGEST_CODE, _LONGEST_DOCUMENT = 60, 255
_COLUMNS = {
    "file": ("file", "tệp", "tên tệp"),
    "sha256": ("sha256", "mã băm"),
    "pages": ("pages", "số trang"),
    "scanned_on": ("scanned_on", "ngày quét"),
    "dossier_code": ("dossier_code", "mã hồ sơ"),
    "document": ("document", "tài liệu", "văn bản"),
    "page": ("page", "trang", "trang số"),
}
_COLUMN_OF_HEADER = {header: column for column, headers in _COLUMNS.items() for header in headers}
# What BagIt writes in place of characters that would break a line (RFC 8493 2.1.3).
_BAG_ESCAPES = {"%0A": "\n", "%0a": "\n", "%0D": "\r", "%0d": "\r", "%25": "%"}


@dataclass(frozen=True)
class ManifestEntry:
    """One line of a manifest; everything but the file name is optional.

    Attributes:
        path: relative to the batch.
        pages: how many the file has.
        document: a name that is the same for all files of a document; nothing but that is read from it.
        page: which page of that document the file is, or begins with.
    """

    path: str
    sha256: str | None = None
    pages: int | None = None
    scanned_on: dt.date | None = None
    dossier_code: str | None = None
    document: str | None = None
    page: int | None = None


def read_manifest(folder: Path) -> dict[str, ManifestEntry]:
    """The manifest's entries by path relative to the batch; empty if there is none or it cannot be read.

    Columns: file, sha256, pages, scanned_on (ISO or dd/mm/yyyy), dossier_code, document, page, or what these are
    in Vietnamese. A value that makes no sense is left out: the manifest helps, it does not command.
    """
    text = _text(folder / MANIFEST)
    if text is not None:
        try:
            entries = [_entry(row) for row in _rows(text)]
        except csv.Error:
            return {}
        return {entry.path: entry for entry in entries if entry.path}
    text = _text(folder / BAG_MANIFEST)
    if text is None:
        return {}
    pairs = (line.split(maxsplit=1) for line in text.split("\n") if line.strip())
    bagged = [(_path(_unescaped(pair[1])), _sha256(pair[0])) for pair in pairs if len(pair) == 2]
    return {path: ManifestEntry(path, sha256) for path, sha256 in bagged}


def _text(path: Path) -> str | None:
    """The text of a regular file; None for anything else: a link is not followed, a pipe not waited for."""
    try:
        with open_regular(path) as stream:
            content = stream.read(_MANIFEST_BYTES + 1)
    except OSError:
        return None
    try:
        return content.decode("utf-8-sig") if len(content) <= _MANIFEST_BYTES else None
    except UnicodeDecodeError:
        return None


def _rows(text: str) -> list[dict[str, str]]:
    header = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    # Translated line ends: old programs write a carriage return alone, on which the csv module gives up.
    rows = csv.DictReader(io.StringIO(text, newline=None), delimiter=delimiter, restval="")
    return [{_column(key or ""): value for key, value in row.items()} for row in rows]


def _column(header: str) -> str:
    folded = " ".join(unicodedata.normalize("NFC", header).lower().split())
    return _COLUMN_OF_HEADER.get(folded, folded)


def _entry(row: dict[str, str]) -> ManifestEntry:
    return ManifestEntry(
        path=_path(row.get("file", "")),
        sha256=_sha256(row.get("sha256", "")),
        pages=_pages(row.get("pages", "").strip()),
        scanned_on=_date(row.get("scanned_on", "").strip()),
        dossier_code=_code(row.get("dossier_code", "").strip(), _LONGEST_CODE),
        document=_code(unicodedata.normalize("NFC", row.get("document", "").strip()), _LONGEST_DOCUMENT),
        page=_pages(row.get("page", "").strip()),
    )


def _path(text: str) -> str:
    path = unicodedata.normalize("NFC", text.strip().replace("\\", "/"))
    return path.removeprefix("./")


def _unescaped(text: str) -> str:
    return re.sub("%0[AaDd]|%25", lambda found: _BAG_ESCAPES[found[0]], text)


def _sha256(text: str) -> str | None:
    folded = text.strip().lower()
    return folded if _SHA256.fullmatch(folded) else None


def _pages(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 and int(text) <= _MOST_PAGES else None


def _code(text: str, longest: int) -> str | None:
    return text if text and text.isprintable() and len(text) <= longest else None


def _date(text: str) -> dt.date | None:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return dt.datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None
