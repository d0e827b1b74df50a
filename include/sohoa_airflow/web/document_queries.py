"""All about one document, as its page shows it. What is, or may be, classified does not exist here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.archive import LOCKED, Store, master_key
from sohoa.catalogue.database import reading
from sohoa.catalogue.documents import pages_of, shown, written_code
from sohoa.catalogue.models import Batch, Document, Dossier, Event, Field, Result, Unit
from sohoa.catalogue.search import Box, Question, hit_boxes
from sohoa.journey.copies import manifest_key
from sohoa.journey.locking import is_withheld
from sohoa.journey.readings import kept_page, words_key
from sohoa.reading.record import FIELD_NAMES, FURTHER_FIELD_NAMES
from sohoa.settings import Settings
from sohoa_airflow.web.queries import UnitName, open_catalogue


@dataclass(frozen=True)
class RegisterRow:
    """The registered result that a document is the copy of."""

    code: str
    issued_on: dt.date | None
    unit: UnitName
    validity: str
    subject: str | None
    dossiers: tuple[str, ...]


@dataclass(frozen=True)
class Package:
    """What the archive keeps of a document: places below the archive's folder, and hashes (SHA-256)."""

    copy: str | None
    copy_sha256: str | None
    manifest: str | None
    master: str
    master_sha256: str


@dataclass(frozen=True)
class Happening:
    """An event, and the reasons that it names."""

    kind: str
    agent: str
    recorded_at: dt.datetime
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class DocumentView:
    """A document that may be shown. `values` are its fields that have one, in the order of the record."""

    document: Document
    batch_name: str
    unit: UnitName
    values: tuple[tuple[str, str], ...]
    result: RegisterRow | None
    package: Package
    events: tuple[Happening, ...]

    @property
    def code(self) -> str:
        """Number and symbol, as far as they are known."""
        return written_code(self.document.code_number, self.document.code_notation)


@dataclass(frozen=True)
class PageHits:
    """A page of the document (from 1), its size in pixels if known, and the boxes of the words asked for on it."""

    number: int
    size: tuple[int, int] | None
    boxes: Sequence[Box]


def view_document(settings: Settings, document_id: str) -> DocumentView | None:
    """All about a document; None if there is none that may be shown."""
    with open_catalogue(settings) as session:
        document = _find(session, document_id)
        if session is None or document is None:
            return None
        return DocumentView(
            document=document,
            batch_name=session.get_one(Batch, document.batch_id).name,
            unit=_unit(session, document.unit_code),
            values=_values(session, document_id),
            result=_result(session, document.result_id),
            package=_package(settings, document),
            events=_events(session, document_id),
        )


def copy_path(settings: Settings, document_id: str) -> Path | None:
    """The PDF/A of a document that may be shown; None if there is none, or it was locked away."""
    with open_catalogue(settings) as session:
        document = _find(session, document_id)
    if document is None or document.pdfa_key is None:
        return None
    path = Store(settings.archive).path(document.pdfa_key)
    return path if path.is_file() and not path.is_relative_to(settings.archive / LOCKED) else None


def page_hits(settings: Settings, document: Document, question: Question, numbers: range) -> list[PageHits]:
    """Some pages of a document that may be shown, with the places of the words asked for."""
    with reading(settings.catalogue_url) as session:
        pages = pages_of(session, document)
    sizes = {
        page.page_no - document.first_page + 1: (page.width_px, page.height_px)
        for page in pages
        if page.width_px and page.height_px
    }
    return [PageHits(number, sizes.get(number), _boxes(settings, document, question, number)) for number in numbers]


def list_units(session: Session) -> list[UnitName]:
    """Every unit, to choose from."""
    return [UnitName(unit.code, unit.name, unit.name_en) for unit in session.scalars(select(Unit).order_by(Unit.code))]


def _find(session: Session | None, document_id: str) -> Document | None:
    if session is None or not document_id.isprintable():
        return None
    document = session.scalar(select(Document).where(Document.document_id == document_id, shown()))
    return None if document is None or is_withheld(document) else document


def _boxes(settings: Settings, document: Document, question: Question, number: int) -> list[Box]:
    page_no = document.first_page + number - 1
    if not question.terms or Store(settings.archive).is_locked(words_key(settings, document.sha256, page_no)):
        return []
    page = kept_page(settings, document.sha256, page_no)
    return hit_boxes(page.words, question) if page else []


def _unit(session: Session, code: str) -> UnitName:
    unit = session.get_one(Unit, code)
    return UnitName(unit.code, unit.name, unit.name_en)


def _values(session: Session, document_id: str) -> tuple[tuple[str, str], ...]:
    rows = {row.name: row.value for row in session.scalars(select(Field).where(Field.document_id == document_id))}
    return tuple((name, value) for name in (*FIELD_NAMES, *FURTHER_FIELD_NAMES) if (value := rows.get(name)))


def _result(session: Session, result_id: int | None) -> RegisterRow | None:
    result = session.get(Result, result_id) if result_id is not None else None
    if result is None:
        return None
    dossiers = session.scalars(select(Dossier.code).where(Dossier.result_id == result.id).order_by(Dossier.code))
    return RegisterRow(
        code=result.code_text or result.result_key,
        issued_on=result.issued_on,
        unit=_unit(session, result.unit_code),
        validity=result.validity,
        subject=result.subject,
        dossiers=tuple(code for code in dossiers if code),
    )


def _package(settings: Settings, document: Document) -> Package:
    manifest = manifest_key(document.document_id)
    return Package(
        copy=document.pdfa_key,
        copy_sha256=document.pdfa_sha256,
        manifest=manifest if Store(settings.archive).exists(manifest) else None,
        master=master_key(document.sha256),
        master_sha256=document.sha256,
    )


def _events(session: Session, document_id: str) -> tuple[Happening, ...]:
    rows = session.scalars(select(Event).where(Event.document_id == document_id).order_by(Event.id))
    return tuple(
        Happening(row.kind, row.agent, row.recorded_at, tuple((row.detail or {}).get("reasons", ()))) for row in rows
    )
