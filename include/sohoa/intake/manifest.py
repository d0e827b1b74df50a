"""What the archivist says about a batch: the optional manifest.csv, or a BagIt manifest."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from sohoa.intake.folders import BAG_MANIFEST, MANIFEST

_MANIFEST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class ManifestEntry:
    """One line of a manifest; everything but the file name is optional."""

    path: str
    sha256: str | None = None
    pages: int | None = None
    scanned_on: dt.date | None = None
    dossier_code: str | None = None


def read_manifest(folder: Path) -> dict[str, ManifestEntry]:
    """The manifest's entries by path relative to the batch; empty if there is none or it cannot be read.

    Columns: file, sha256, pages, scanned_on (ISO or dd/mm/yyyy), dossier_code. A value that makes no sense is
    left out: the manifest helps, it does not command.
    """
    text = _text(folder / MANIFEST)
    if text is not None:
        rows = csv.DictReader(io.StringIO(text), dialect=_dialect(text))
        entries = (_entry({(k or "").strip().lower(): v for k, v in row.items()}) for row in rows)
        return {entry.path: entry for entry in entries if entry.path}
    text = _text(folder / BAG_MANIFEST)
    if text is None:
        return {}
    pairs = (line.split(maxsplit=1) for line in text.splitlines() if line.strip())
    return {_path(p[1]): ManifestEntry(_path(p[1]), p[0].lower()) for p in pairs if len(p) == 2}


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            return stream.read(_MANIFEST_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None


def _dialect(text: str) -> type[csv.Dialect]:
    try:
        return csv.Sniffer().sniff(text.splitlines()[0] if text else ",", delimiters=",;\t")
    except csv.Error:
        return csv.excel


def _entry(row: dict[str, str | None]) -> ManifestEntry:
    pages = (row.get("pages") or "").strip()
    return ManifestEntry(
        path=_path(row.get("file") or ""),
        sha256=(row.get("sha256") or "").strip().lower() or None,
        pages=int(pages) if pages.isdecimal() else None,
        scanned_on=_date((row.get("scanned_on") or "").strip()),
        dossier_code=(row.get("dossier_code") or "").strip() or None,
    )


def _path(text: str) -> str:
    path = unicodedata.normalize("NFC", text.strip().replace("\\", "/"))
    return path.removeprefix("./")


def _date(text: str) -> dt.date | None:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return dt.datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None
