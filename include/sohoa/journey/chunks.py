"""Chunks of pages: the unit of work of the OCR."""

from __future__ import annotations

import datetime as dt
import errno
import logging
import math
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from sohoa.archive.groups import page_source
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import Batch, Page, PageStatus, ScanFile, TextOrigin
from sohoa.intake.claiming import note_progress
from sohoa.intake.delivered import masters_of
from sohoa.journey.look_parts import Closer
from sohoa.journey.looks import look_closer
from sohoa.journey.ocr_copies import OcrCopy, make_copy, read_copies
from sohoa.journey.readings import PageWords, keep_page
from sohoa.journey.stamps import look_at_stamps
from sohoa.pages import PageWorker, Unreadable
from sohoa.pages.scan_rules import judge_page
from sohoa.settings import Settings

logger = logging.getLogger(__name__)

_FACTS = (
    *("width_px", "height_px", "paper_mm", "dpi", "colour", "sharpness", "contrast", "quality_flags"),
    *("phash", "rotation", "skew_degrees", "barcodes", "has_text", "text_origin", "n_words"),
)
"""Columns of a page that its reading fills."""
_LEAST_FREE_BYTES = 64 * 1024 * 1024  # the images of one page at 600 dpi


class PageRange(NamedTuple):
    """Pages `first` to `last` (from 1) of the master with this hash."""

    sha256: str
    first: int
    last: int


Chunk = list[PageRange]


def plan_chunks(settings: Settings, batch_id: str) -> list[Chunk]:
    """The pages of a batch that wait to be read, in chunks of about `chunk_pages`.

    Small files share a chunk, since a call of tesseract loads its model once. Very large batches get larger
    chunks, so that there are never more than `max_chunks`; small ones as many as there are jobs.
    """
    with reading(settings.catalogue_url) as session:
        masters = masters_of(batch_id).subquery()
        pages = session.execute(
            select(Page.sha256, Page.page_no)
            .join(masters, masters.c.sha256 == Page.sha256)
            .where(Page.status == PageStatus.PENDING)
            .order_by(masters.c.path, Page.page_no)
        ).all()
    size = _chunk_size(settings, len(pages))
    return [_ranges(pages[start : start + size]) for start in range(0, len(pages), size)]


def _chunk_size(settings: Settings, n_pages: int) -> int:
    """Pages in a chunk, so that all chunks are about equal and keep all jobs busy to the end."""
    largest = max(settings.chunk_pages, math.ceil(n_pages / settings.max_chunks))
    n_chunks = math.ceil(n_pages / largest)
    in_full_rounds = math.ceil(n_chunks / settings.jobs) * settings.jobs
    return max(1, math.ceil(n_pages / max(1, min(in_full_rounds, settings.max_chunks))))


def _ranges(pages: Sequence[Any]) -> Chunk:
    ranges: Chunk = []
    for sha256, page_no in pages:
        if ranges and ranges[-1].sha256 == sha256 and ranges[-1].last == page_no - 1:
            ranges[-1] = ranges[-1]._replace(last=page_no)
        else:
            ranges.append(PageRange(sha256, page_no, page_no))
    return ranges


def read_chunk(settings: Settings, batch_id: str, chunk: Chunk, worker: PageWorker | None = None) -> int:
    """Read the pages of a chunk that are not read yet; return how many could not be read.

    Every page ends as ocred, blank or failed (with its reason); one bad page costs only itself.

    Args:
        settings: Language, resolution and limits.
        batch_id: The batch that the pages came with.
        chunk: One of `plan_chunks`.
        worker: One that nobody else uses meanwhile; a new one unless given.
    """
    first = PageRange(*chunk[0])
    work = own_folder(settings, batch_id, f"{first.sha256[:16]}-{first.first:05d}")
    try:
        with nullcontext(worker) if worker else PageWorker(settings) as opener:
            _read(settings, batch_id, opener, _make_copies(settings, opener, chunk, work), work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    note_progress(settings, batch_id)
    return _count_failed(settings, chunk)


def own_folder(settings: Settings, batch_id: str, name: str) -> Path:
    """A new folder in the batch's work area; a second run beside this one gets another."""
    area = settings.work / batch_id
    area.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=area))


def _pending(settings: Settings, chunk: Chunk) -> list[tuple[str, int]]:
    with reading(settings.catalogue_url) as session:
        pending: list[tuple[str, int]] = []
        for sha256, first, last in chunk:
            rows = session.execute(
                select(Page.sha256, Page.page_no)
                .where(Page.sha256 == sha256, Page.page_no.between(first, last), Page.status == PageStatus.PENDING)
                .order_by(Page.page_no)
            )
            pending.extend((row.sha256, row.page_no) for row in rows)
    return pending


def _make_copies(settings: Settings, worker: PageWorker, chunk: Chunk, work: Path) -> list[OcrCopy]:
    copies = []
    for number, (sha256, page_no) in enumerate(_pending(settings, chunk)):
        source = page_source(settings, sha256, page_no)
        image = work / f"{number:04d}.tif"
        try:
            facts = make_copy(settings, worker, source, image)
        except Unreadable as error:
            logger.warning("Page %d of %s cannot be opened: %s", page_no, sha256, error)
            require_space(work)
            _finish(settings, sha256, page_no, PageStatus.FAILED, reason=error.reason)
            continue
        copies.append(OcrCopy(sha256, page_no, source, image, facts))
    return copies


def _read(settings: Settings, batch_id: str, worker: PageWorker, pages: Sequence[OcrCopy], work: Path) -> None:
    """Read pages from their copies, with all closer looks, and keep what was read."""
    read_copies(settings, worker, pages, work)
    looks = look_closer(settings, worker, pages, work / "looks")
    look_at_stamps(settings, pages, looks, work / "stamps")
    for page, closer in zip(pages, looks, strict=True):
        _keep(settings, page, closer, _scanned_on(settings, batch_id, page.sha256))


def require_space(folder: Path) -> None:
    """Raise OSError if the disk is full: then it, and not the page, is why a page cannot be read."""
    if shutil.disk_usage(folder).free < _LEAST_FREE_BYTES:
        raise OSError(errno.ENOSPC, "the work area is full", str(folder))


def _scanned_on(settings: Settings, batch_id: str, sha256: str) -> dt.date:
    """The day whose rules a scan has to meet: the manifest's, or that of the claim."""
    with reading(settings.catalogue_url) as session:
        claimed_on = session.get_one(Batch, batch_id).claimed_on or dt.date.max
        stated = session.scalars(
            select(ScanFile.scanned_on).where(ScanFile.batch_id == batch_id, ScanFile.sha256 == sha256)
        ).first()
    return min(stated or claimed_on, claimed_on)


def _keep(settings: Settings, page: OcrCopy, closer: Closer, scanned_on: dt.date) -> None:
    judged = {**page.facts, "quality_flags": [] if page.is_born_digital else judge_page(page.facts, scanned_on)}
    if page.words is None and not page.facts["blank"]:
        require_space(page.image.parent)
        _finish(settings, page.sha256, page.page_no, PageStatus.FAILED, judged, reason="page.ocr_failed")
        return
    words = PageWords(
        aspect=page.aspect,
        words=page.words or [],
        own_text=page.is_born_digital,
        looks=closer.looks,
        ink=closer.ink,
    )
    keep_page(settings, page.sha256, page.page_no, words)
    status = PageStatus.BLANK if page.facts["blank"] else PageStatus.OCRED
    origin = TextOrigin.OWN if page.is_born_digital else TextOrigin.OCR
    facts = {**judged, "text_origin": origin, "n_words": len(words.words)}
    _finish(settings, page.sha256, page.page_no, status, facts)


def _finish(
    settings: Settings,
    sha256: str,
    page_no: int,
    status: PageStatus,
    facts: dict[str, Any] | None = None,
    *,
    reason: str | None = None,
) -> None:
    facts = facts or {}
    with writing(settings.catalogue_url) as session:
        page = session.get_one(Page, (sha256, page_no), with_for_update=True)
        if status == PageStatus.FAILED and page.status != PageStatus.PENDING:
            return  # another run at the same time could read it
        page.status, page.reason = status, reason
        for name in _FACTS:
            setattr(page, name, facts.get(name))


def _count_failed(settings: Settings, chunk: Chunk) -> int:
    with reading(settings.catalogue_url) as session:
        return sum(
            session.get_one(Page, (sha256, page_no)).status == PageStatus.FAILED
            for sha256, first, last in chunk
            for page_no in range(first, last + 1)
        )


def read_turned(settings: Settings, batch_id: str, sha256: str, page_no: int, rotation: int) -> None:
    """Read a page again that a person turned: `rotation` degrees clockwise bring it upright.

    Raises:
        Unreadable: it cannot be opened; what was read before stays.
    """
    work = own_folder(settings, batch_id, f"{sha256[:16]}-turned-{page_no:05d}")
    try:
        with PageWorker(settings) as worker:
            source, image = page_source(settings, sha256, page_no), work / "turned.tif"
            facts = make_copy(settings, worker, source, image, rotation)
            _read(settings, batch_id, worker, [OcrCopy(sha256, page_no, source, image, facts)], work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
