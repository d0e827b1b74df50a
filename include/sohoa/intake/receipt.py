"""The archivist's receipt: every file of a batch, what became of it, and why, in Vietnamese."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader
from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.catalogue.database import reading
from sohoa.catalogue.documents import written_code
from sohoa.catalogue.models import Batch, Document, DocumentStatus, FileOutcome, Page, PageStatus, ScanFile
from sohoa.catalogue.overview import SEPARATOR, documents_by_file
from sohoa.messages import duplicate_text, reason_text, say
from sohoa.replacing import replace_file
from sohoa.settings import LOCAL_TIME, Settings

# With the wide forms that East Asian settings take for the narrow ones.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_COLUMNS = ("file", "outcome", "reason", "code", "issued_on", "pages")


@dataclass(frozen=True)
class ReceiptLine:
    """One file of the batch as the archivist sees it; all texts ready to read."""

    file: str
    kind: str  # accepted | in_review | quarantined | duplicate | locked | separator: what colours the line
    outcome: str
    reason: str
    code: str
    issued_on: str
    pages: str
    document_id: str | None = None  # if anything of it may be shown


def receipt_lines(settings: Settings, session: Session, batch_id: str) -> list[ReceiptLine]:
    """The receipt's lines in the order of the file names; a file with several documents has a line for each."""
    files = session.scalars(
        select(ScanFile)
        .where(ScanFile.batch_id == batch_id, ScanFile.outcome != FileOutcome.IGNORED)
        .order_by(ScanFile.path)
    ).all()
    documents = documents_by_file(session, batch_id)
    return [line for file in files for line in _lines(session, file, documents.get(file.path, []), settings.language)]


def write_receipt(settings: Settings, batch_id: str) -> Path:
    """Write `receipt.csv` and `receipt.html` to the outbox; return their folder."""
    language = settings.language
    with reading(settings.catalogue_url) as session:
        batch = session.get_one(Batch, batch_id)
        lines = receipt_lines(settings, session, batch_id)
    folder = settings.outbox / batch.unit_code / batch_id
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / "receipt.csv", _as_csv(lines, language))
    replace_file(folder / "receipt.html", _as_html(batch, lines, language))
    return folder


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _lines(session: Session, file: ScanFile, documents: list[Document], language: str) -> list[ReceiptLine]:
    """A line for each document of a file, and one for its separator sheets; one for the file if it has neither."""
    sheets = session.scalars(
        select(Page.page_no)
        .where(Page.sha256 == file.sha256, Page.status == PageStatus.SEPARATOR)
        .order_by(Page.page_no)
    ).all()
    is_divided = len(documents) > 1 or bool(sheets)
    lines = [_document_line(file, document, language, is_divided=is_divided) for document in documents]
    if file.outcome == FileOutcome.DOCUMENT and (sheets or not documents):
        numbers = ", ".join(map(str, sheets))
        pages = say("receipt.page_list", language, count=len(sheets), numbers=numbers) if sheets else ""
        lines.append(
            ReceiptLine(
                file.path,
                SEPARATOR,
                say("outcome.separator", language),
                reason_text(SEPARATOR, language),
                "",
                "",
                pages,
            )
        )
    return lines or [_file_line(session, file, language)]


def _pages(document: Document, language: str, *, is_divided: bool) -> str:
    """How many pages a document has, and which of a file that holds more than it."""
    first, count = document.first_page, document.page_count
    if not is_divided:
        return str(count)
    if count == 1:
        return say("receipt.page_single", language, first=first)
    return say("receipt.page_range", language, count=count, first=first, last=first + count - 1)


def _file_line(session: Session, file: ScanFile, language: str) -> ReceiptLine:
    kind = str(file.outcome)
    return ReceiptLine(
        file.path, kind, say(f"outcome.{kind}", language), _file_reason(session, file, language), "", "", ""
    )


def _document_line(file: ScanFile, document: Document, language: str, *, is_divided: bool) -> ReceiptLine:
    kind = document.status
    reasons = "; ".join(reason_text(reason, language) for reason in document.review_reasons)
    if document.review_note:
        reasons = f"{reasons}: {document.review_note}"
    if document.status == DocumentStatus.LOCKED:
        pages = _pages(document, language, is_divided=True) if is_divided else ""
        return ReceiptLine(file.path, kind, say(f"outcome.{kind}", language), reasons, "", "", pages)
    number = written_code(document.code_number, document.code_notation) if document.code_notation else ""
    day = document.issued_on.strftime("%d/%m/%Y") if document.issued_on else ""
    pages = _pages(document, language, is_divided=is_divided)
    identity = None if document.text is None else document.document_id
    return ReceiptLine(file.path, kind, say(f"outcome.{kind}", language), reasons, number, day, pages, identity)


def _file_reason(session: Session, file: ScanFile, language: str) -> str:
    if file.duplicate_of is not None:
        twin = session.get_one(ScanFile, file.duplicate_of)
        name = session.get_one(Batch, twin.batch_id).name
        return duplicate_text(f"{name}/{twin.path}" if name else twin.path, file.reason, language)
    return say(file.reason, language) if file.reason else ""


def _as_csv(lines: list[ReceiptLine], language: str) -> bytes:
    stream = io.StringIO()
    # Every cell quoted: a spreadsheet that splits at semicolons must not find a formula within one.
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(say(f"receipt.{column}", language) for column in _COLUMNS)
    for line in lines:
        writer.writerow(safe_cell(getattr(line, column)) for column in _COLUMNS)
    # The byte order mark is how Excel knows UTF-8.
    return stream.getvalue().encode("utf-8-sig")


def _as_html(batch: Batch, lines: list[ReceiptLine], language: str) -> bytes:
    template = Environment(loader=PackageLoader("sohoa.intake"), autoescape=True).get_template("receipt.html")
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.outcome] = counts.get(line.outcome, 0) + 1
    html = template.render(
        batch=batch,
        lines=lines,
        counts=counts,
        columns=_COLUMNS,
        language=language,
        text=lambda key: say(key, language),
        claimed_at=batch.claimed_at.astimezone(LOCAL_TIME).strftime("%d/%m/%Y %H:%M") if batch.claimed_at else "",
    )
    return html.encode()
