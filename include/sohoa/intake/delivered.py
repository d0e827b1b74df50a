"""Which files of a batch brought which pages: a file is its own master, or a loose page of a group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sohoa.archive import Store
from sohoa.archive.groups import GROUP, Group, read_group
from sohoa.catalogue.models import FileOutcome, Master, ScanFile
from sohoa.intake.grouping import natural
from sohoa.settings import Settings

MASTER = func.coalesce(ScanFile.group_sha256, ScanFile.sha256)
"""In a query: the master whose pages a file's pages are."""

_READABLE = (FileOutcome.RECEIVED, FileOutcome.DOCUMENT)


def masters_of(batch_id: str | None = None) -> Any:
    """A query for the masters with pages that a batch, or any, brought: `sha256`, `batch_id`, `path` (its first)."""
    query = (
        select(Master.sha256, ScanFile.batch_id, ScanFile.path)
        .join(Master, (Master.sha256 == MASTER) & (Master.first_file_id == ScanFile.id))
        .where(ScanFile.outcome.in_(_READABLE))
    )
    return query if batch_id is None else query.where(ScanFile.batch_id == batch_id)


def source_files(
    settings: Settings, session: Session, batch_id: str, sha256: str, first_page: int, page_count: int
) -> list[ScanFile]:
    """The files of a batch that brought these pages of a master, in page order, each once.

    Raises:
        KeyError: the batch has no file of such a page.
    """
    master = session.get_one(Master, sha256)
    rows = session.scalars(
        select(ScanFile).where(ScanFile.batch_id == batch_id, MASTER.in_([sha256]), ScanFile.outcome.in_(_READABLE))
    ).all()
    if not rows:
        raise KeyError(f"batch {batch_id} has no file of master {sha256}")
    if master.media_type != GROUP:
        return [rows[0]]
    pages = files_by_page(rows, read_group(Store(settings.archive), sha256))
    return list(dict.fromkeys(pages[first_page - 1 : first_page - 1 + page_count]))


def files_by_page(files: Iterable[ScanFile], group: Group) -> list[ScanFile]:
    """For each page of a group the file that brought it; of files with the same content the first by name first.

    Raises:
        KeyError: none of the files has the content of a page.
    """
    waiting: dict[str, list[ScanFile]] = defaultdict(list)
    for file in sorted(files, key=lambda file: (natural(file.path), file.path), reverse=True):
        waiting[str(file.sha256)].append(file)
    current: dict[str, ScanFile] = {}
    by_page = []
    for page in group.pages:
        if page.page_no == 1 and waiting[page.sha256]:
            current[page.sha256] = waiting[page.sha256].pop()
        by_page.append(current[page.sha256])
    return by_page
