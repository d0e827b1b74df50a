"""Chunks of pages: the unit of work of the OCR."""

from __future__ import annotations

import errno
import logging
import math
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from sohoa.archive import Store, master_key
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import FileOutcome, Master, Page, PageStatus, ScanFile
from sohoa.intake.claiming import note_progress
from sohoa.journey.readings import PageWords, keep_page
from sohoa.ocr import PageReading, Word, read_images, read_lines
from sohoa.pages import PageWorker, Unreadable
from sohoa.reading import places_to_look_again
from sohoa.reading.lines import lines_of
from sohoa.reading.record import Box
from sohoa.settings import Settings

logger = logging.getLogger(__name__)

_SECOND_LOOK_DPI = 300
_LEAST_FREE_BYTES = 64 * 1024 * 1024  # the images of one page at 600 dpi


class PageRange(NamedTuple):
    """Pages `first` to `last` (from 1) of the master with this hash."""

    sha256: str
    first: int
    last: int


Chunk = list[PageRange]


@dataclass
class _Prepared:
    """A page on its way through a chunk."""

    sha256: str
    page_no: int
    media_type: str
    facts: dict[str, Any]
    image: Path
    reading: PageReading | None = None


def plan_chunks(settings: Settings, batch_id: str) -> list[Chunk]:
    """The pages of a batch that wait to be read, in chunks of about `chunk_pages`.

    Small files share a chunk, since a call of tesseract loads its model once; very large batches get larger
    chunks, so that there are never more than `max_chunks`.
    """
    with reading(settings.catalogue_url) as session:
        pages = session.execute(
            select(Page.sha256, Page.page_no)
            .join(ScanFile, ScanFile.sha256 == Page.sha256)
            .where(
                ScanFile.batch_id == batch_id,
                ScanFile.outcome.in_((FileOutcome.RECEIVED, FileOutcome.DOCUMENT)),
                Page.status == PageStatus.PENDING,
            )
            .order_by(ScanFile.path, Page.page_no)
        ).all()
    size = max(settings.chunk_pages, math.ceil(len(pages) / settings.max_chunks))
    return [_ranges(pages[start : start + size]) for start in range(0, len(pages), size)]


def _ranges(pages: Sequence[Any]) -> Chunk:
    ranges: Chunk = []
    for sha256, page_no in pages:
        if ranges and ranges[-1].sha256 == sha256 and ranges[-1].last == page_no - 1:
            ranges[-1] = ranges[-1]._replace(last=page_no)
        else:
            ranges.append(PageRange(sha256, page_no, page_no))
    return ranges


def read_chunk(settings: Settings, batch_id: str, chunk: Chunk) -> int:
    """Read the pages of a chunk that are not read yet; return how many could not be read.

    Every page ends as ocred, blank or failed (with its reason); one bad page costs only itself.
    """
    first = PageRange(*chunk[0])
    work = own_folder(settings, batch_id, f"{first.sha256[:16]}-{first.first:05d}")
    try:
        with PageWorker(settings) as worker:
            prepared = _prepare(settings, worker, chunk, work)
            _read(settings, [page for page in prepared if not page.facts["blank"]], work)
            looks = _look_again(settings, worker, prepared, work)
        for page in prepared:
            _keep(settings, page, looks.get((page.sha256, page.page_no), {}))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    note_progress(settings, batch_id)
    return _count_failed(settings, chunk)


def own_folder(settings: Settings, batch_id: str, name: str) -> Path:
    """A new folder in the batch's work area; a second run beside this one gets another."""
    area = settings.work / batch_id
    area.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=area))


def _pending(settings: Settings, chunk: Chunk) -> list[tuple[str, int, str]]:
    with reading(settings.catalogue_url) as session:
        pending: list[tuple[str, int, str]] = []
        for sha256, first, last in chunk:
            rows = session.execute(
                select(Page.sha256, Page.page_no, Master.media_type)
                .join(Master, Master.sha256 == Page.sha256)
                .where(Page.sha256 == sha256, Page.page_no.between(first, last), Page.status == PageStatus.PENDING)
                .order_by(Page.page_no)
            )
            pending.extend((row.sha256, row.page_no, row.media_type or "") for row in rows)
    return pending


def _prepare(settings: Settings, worker: PageWorker, chunk: Chunk, work: Path) -> list[_Prepared]:
    prepared = []
    for number, (sha256, page_no, media_type) in enumerate(_pending(settings, chunk)):
        image = work / f"{number:04d}.pgm"
        try:
            facts = worker.call(
                "prepare",
                path=str(Store(settings.archive).path(master_key(sha256))),
                media_type=media_type,
                page_no=page_no,
                dpi=settings.ocr_dpi,
                max_megapixels=settings.max_page_megapixels,
                out=str(image),
            )
        except Unreadable as error:
            logger.warning("Page %d of %s cannot be opened: %s", page_no, sha256, error)
            require_space(work)
            _finish(settings, sha256, page_no, PageStatus.FAILED, reason=error.reason)
            continue
        prepared.append(_Prepared(sha256, page_no, media_type, facts, image))
    return prepared


def require_space(folder: Path) -> None:
    """Raise OSError if the disk is full: then it, and not the page, is why a page cannot be read."""
    if shutil.disk_usage(folder).free < _LEAST_FREE_BYTES:
        raise OSError(errno.ENOSPC, "the work area is full", str(folder))


def _read(settings: Settings, pages: Sequence[_Prepared], work: Path) -> None:
    readings = read_images(settings, [page.image for page in pages], work / "pages")
    for page, page_reading in zip(pages, readings, strict=True):
        page.reading = page_reading


def _look_again(
    settings: Settings, worker: PageWorker, pages: Sequence[_Prepared], work: Path
) -> dict[tuple[str, int], dict[str, tuple[list[Word], float]]]:
    """Second looks at number and date of first pages: words and share of coloured ink, by page and part."""
    asked: list[tuple[_Prepared, str]] = []
    images: list[Path] = []
    shares: list[float] = []
    for number, page in enumerate(pages):
        if page.reading is None:
            continue
        aspect = page.facts["width_px"] / page.facts["height_px"]
        places = places_to_look_again(lines_of(page.reading.words, aspect))
        outs = [work / f"look-{number:04d}-{part}.pgm" for part in places]
        inks = _crop(settings, worker, page, list(places.values()), outs)
        if inks is not None:
            asked.extend((page, part) for part in places)
            images.extend(outs)
            shares.extend(inks)
    found: dict[tuple[str, int], dict[str, tuple[list[Word], float]]] = {}
    words = read_lines(settings, images, work / "looks")
    for (page, part), seen, share in zip(asked, words, shares, strict=True):
        found.setdefault((page.sha256, page.page_no), {})[part] = (seen, share)
    return found


def _crop(
    settings: Settings, worker: PageWorker, page: _Prepared, boxes: list[Box], outs: list[Path]
) -> list[float] | None:
    """Cut parts out of a page; return the share of coloured ink of each, None if the page cannot be opened again."""
    if not boxes:
        return []
    try:
        shares: list[float] = worker.call(
            "crop",
            path=str(Store(settings.archive).path(master_key(page.sha256))),
            media_type=page.media_type,
            page_no=page.page_no,
            dpi=_SECOND_LOOK_DPI,
            max_megapixels=settings.max_page_megapixels,
            boxes=boxes,
            outs=[str(out) for out in outs],
        )
    except Unreadable as error:
        logger.warning("No second look at page %d of %s: %s", page.page_no, page.sha256, error)
        return None
    return shares


def _keep(settings: Settings, page: _Prepared, looks: dict[str, tuple[list[Word], float]]) -> None:
    if page.reading is None and not page.facts["blank"]:
        require_space(page.image.parent)
        _finish(settings, page.sha256, page.page_no, PageStatus.FAILED, page.facts, reason="page.ocr_failed")
        return
    words = PageWords(
        aspect=page.facts["width_px"] / page.facts["height_px"],
        words=page.reading.words if page.reading else [],
        looks={part: seen for part, (seen, _) in looks.items()},
        coloured_ink={part: round(share, 4) for part, (_, share) in looks.items()},
    )
    keep_page(settings, page.sha256, page.page_no, words, page.reading.text_layer if page.reading else None)
    status = PageStatus.BLANK if page.facts["blank"] else PageStatus.OCRED
    _finish(settings, page.sha256, page.page_no, status, page.facts, n_words=len(words.words))


def _finish(
    settings: Settings,
    sha256: str,
    page_no: int,
    status: PageStatus,
    facts: dict[str, Any] | None = None,
    *,
    reason: str | None = None,
    n_words: int | None = None,
) -> None:
    facts = facts or {}
    with writing(settings.catalogue_url) as session:
        page = session.get_one(Page, (sha256, page_no), with_for_update=True)
        if status == PageStatus.FAILED and page.status != PageStatus.PENDING:
            return  # another run at the same time could read it
        page.status, page.reason, page.n_words = status, reason, n_words
        for name in ("width_px", "height_px", "dpi", "colour", "has_text"):
            setattr(page, name, facts.get(name))


def _count_failed(settings: Settings, chunk: Chunk) -> int:
    with reading(settings.catalogue_url) as session:
        return sum(
            session.get_one(Page, (sha256, page_no)).status == PageStatus.FAILED
            for sha256, first, last in chunk
            for page_no in range(first, last + 1)
        )
