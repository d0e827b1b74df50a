"""What persons set beside what was read: labelled data for training, and how right the reading is in production."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from sohoa.archive.groups import page_source
from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Correction, Document, DocumentStatus, Page
from sohoa.pages import PageWorker, Unreadable
from sohoa.replacing import replace_file
from sohoa.settings import Settings

logger = logging.getLogger(__name__)

CORRECTIONS = "corrections.jsonl"
_IMAGE_DPI = 300
_ROOM = 0.01  # of the page around a box


@dataclass(frozen=True)
class FieldAccuracy:
    """How right a field is read, by the documents that persons settled.

    These are the doubtful ones: of what is accepted without a person the share is higher.

    Attributes:
        n_settled: documents in which a person set or confirmed the field.
        n_read: those of them in which a value had been read.
        n_unchanged: those of them that were left as read.
        share: n_unchanged ÷ n_read; None if nothing had been read.
    """

    field: str
    n_settled: int
    n_read: int
    n_unchanged: int
    share: float | None


def production_accuracy(session: Session, since: dt.datetime | None = None) -> list[FieldAccuracy]:
    """For each field the share of read values that persons left unchanged, sorted by field."""
    read = Correction.read_value.is_not(None)
    same = read & (Correction.read_value == Correction.set_value)
    query = (
        select(
            Correction.field,
            func.count(),
            func.sum(case((read, 1), else_=0)),
            func.sum(case((same, 1), else_=0)),
        )
        .group_by(Correction.field)
        .order_by(Correction.field)
    )
    if since is not None:
        query = query.where(Correction.decided_at >= since)
    return [
        FieldAccuracy(field, n_settled, n_read, n_unchanged, n_unchanged / n_read if n_read else None)
        for field, n_settled, n_read, n_unchanged in session.execute(query)
    ]


def labelled(session: Session) -> Iterator[dict[str, Any]]:
    """One object per field that a person settled, JSON-ready; nothing of classified documents, and no names of persons.

    `read` is what the machine had, `set` what the paper says by the person; `page` is the master's, `box` fractions
    of that page upright and level.
    """
    query = (
        select(Correction, Document.status)
        .join(Document, Document.document_id == Correction.document_id, isouter=True)
        .order_by(Correction.document_id, Correction.field)
    )
    for row, status in session.execute(query):
        if status == DocumentStatus.LOCKED:
            continue
        corners = [row.left, row.top, row.right, row.bottom]
        yield {
            "document_id": row.document_id,
            "sha256": row.sha256,
            "field": row.field,
            "read": row.read_value,
            "read_confidence": row.read_confidence,
            "read_source": row.read_source,
            "set": row.set_value,
            "unchanged": row.read_value == row.set_value,
            "page": row.page_no,
            "box": None if None in corners else corners,
            "decided_at": row.decided_at.isoformat(),
        }


def export_labels(settings: Settings, out: Path, *, images: bool = False) -> int:
    """Write `corrections.jsonl` to a folder, with a picture of each box beside it if asked; return how many lines.

    The pictures lie in `images/<document id>-<field>.png`, named by the line's `image`.
    """
    out.mkdir(parents=True, exist_ok=True)
    with reading(settings.catalogue_url) as session:
        rows = list(labelled(session))
        pages = {
            (row["sha256"], row["page"]): session.get(Page, (row["sha256"], row["page"])) for row in rows if row["box"]
        }
    if images:
        _write_images(settings, rows, pages, out)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    replace_file(out / CORRECTIONS, text.encode())
    return len(rows)


def _write_images(
    settings: Settings, rows: list[dict[str, Any]], pages: dict[tuple[str, int], Page | None], out: Path
) -> None:
    (out / "images").mkdir(exist_ok=True)
    with PageWorker(settings) as worker:
        for row in rows:
            page = pages.get((row["sha256"], row["page"]))
            if page is None or row["box"] is None:
                continue
            name = f"images/{row['document_id']}-{row['field']}.png"
            try:
                _cut_out(settings, worker, page, row["box"], out / name)
            except Unreadable as error:
                logger.warning("No picture of %s: %s", name, error)
                continue
            row["image"] = name


def _cut_out(settings: Settings, worker: PageWorker, page: Page, box: list[float], out: Path) -> None:
    source = page_source(settings, page.sha256, page.page_no)
    left, top, right, bottom = box
    roomy = (max(0.0, left - _ROOM), max(0.0, top - _ROOM), min(1.0, right + _ROOM), min(1.0, bottom + _ROOM))
    worker.call(
        "crop",
        path=str(source.path),
        media_type=source.media_type,
        page_no=source.page_no,
        dpi=_IMAGE_DPI,
        max_megapixels=settings.max_page_megapixels,
        rotation=page.rotation or 0,
        skew_degrees=page.skew_degrees or 0.0,
        cuts=[{"box": roomy, "out": str(out), "ink": "colour"}],
    )
