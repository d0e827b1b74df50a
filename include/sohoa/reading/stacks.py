"""A file divided into documents, by separator sheets where they are and by first pages where they are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sohoa.pages.separators import Separator, separator_in
from sohoa.reading.boundaries import UNCERTAIN, Segment, StackPage, find_boundaries
from sohoa.reading.signs import signs_of

MISMATCH, FOREIGN = "separator_mismatch", "separator_foreign"
DIVISION_REASONS = (UNCERTAIN, MISMATCH, FOREIGN)
"""Why the division of a file may need a person: flags of a document, and reasons of its review."""

_MOST_WORDS = 200  # of a sheet, on which about 70 are printed; a document that carries such a code has more


@dataclass(frozen=True)
class _Run:
    """The pages behind a sheet; `last` is below `first` where none are.

    Attributes:
        sheet: None for the pages before the first sheet.
        sheet_page: its page number, 0 without sheet; its blank back lies between it and `first`.
    """

    sheet: Separator | None
    sheet_page: int
    first: int
    last: int


def divide(pages: Sequence[StackPage], unit: str, batch: str) -> list[Segment]:
    """The documents and separator sheets of a file in page order; every page is in exactly one segment.

    What a sheet says is believed before what first pages look like: if as many pages lie behind it as it names they
    are one document. If not, or if it names none and something in between looks like a first page, its documents
    carry a reason for review; so they do if the sheet is of another unit or batch.

    Args:
        pages: all pages of the file.
        unit: code of the unit in whose folder the file lay.
        batch: name of its batch; empty for loose files, whose sheets may be of any.
    """
    segments: list[Segment] = []
    is_lost = False
    runs = list(_runs(pages))
    for run, following in zip(runs, [*runs[1:], None], strict=True):
        if run.sheet is not None:
            segments.append(Segment(run.sheet_page, run.first - 1, separator=True))
        documents = _documents(pages, run, unit, batch)
        if documents and is_lost:
            documents[0], is_lost = documents[0].doubted(MISMATCH), False
        if not documents and run.sheet is not None and run.sheet.pages is not None:
            # The document that it announced is not there, unless the sheet only lies there twice.
            is_lost |= following is None or following.sheet != run.sheet
        segments += documents
    last = next((index for index, one in reversed(list(enumerate(segments))) if not one.separator), None)
    if is_lost and last is not None:
        segments[last] = segments[last].doubted(MISMATCH)
    return segments


def _runs(pages: Sequence[StackPage]) -> Iterator[_Run]:
    sheet: Separator | None = None
    sheet_page, first, number = 0, 1, 1
    while number <= len(pages):
        found = _sheet_on(pages[number - 1])
        if found is not None:
            if number > 1:
                yield _Run(sheet, sheet_page, first, number - 1)
            has_back = number < len(pages) and pages[number].blank
            sheet, sheet_page = found, number
            first = number = number + 1 + has_back
        else:
            number += 1
    yield _Run(sheet, sheet_page, first, len(pages))


def _sheet_on(page: StackPage) -> Separator | None:
    """What the sheet on this page says; None if the page is no sheet, though it may carry the code of one."""
    sheet = separator_in(page.barcodes)
    if sheet is None or len(page.words) > _MOST_WORDS or signs_of(page.words, page.aspect).begins:
        return None
    return sheet


def _documents(pages: Sequence[StackPage], run: _Run, unit: str, batch: str) -> list[Segment]:
    behind = pages[run.first - 1 : run.last]
    found = [
        replace(segment, first=segment.first + run.first - 1, last=segment.last + run.first - 1)
        for segment in find_boundaries(behind)
    ]
    if run.sheet is None or not found:
        return found
    n_written = sum(not page.blank for page in behind)
    agrees = run.sheet.pages in (len(behind), n_written)
    one = agrees or len(found) == 1
    found = [Segment(run.first, run.last)] if one else [segment.doubted() for segment in found]
    if run.sheet.pages is not None and not agrees:
        found = [segment.doubted(MISMATCH) for segment in found]
    if run.sheet.unit != unit or (batch and run.sheet.batch != batch):
        found = [segment.doubted(FOREIGN) for segment in found]
    return found
