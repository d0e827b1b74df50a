"""The memory of the archive: files seen, pages read, documents made, results registered, decisions taken."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, validates

from sohoa.catalogue.damage import damage


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An instant in UTC; SQLite forgets the time zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Refuse an instant without time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Give the instant its time zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def utc_now() -> dt.datetime:
    """This instant."""
    return dt.datetime.now(dt.UTC)


class BatchStatus(StrEnum):
    """Where a batch is on its way."""

    WAITING = "waiting"  # in the inbox, not yet complete
    CLAIMED = "claimed"  # ours, not yet finished
    PUBLISHED = "published"  # every file has an outcome, the receipt is out
    WITHDRAWN = "withdrawn"  # taken away again by the archivist before it was complete


class FileOutcome(StrEnum):
    """What became of a scan file."""

    RECEIVED = "received"  # its pages are being read
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"
    DOCUMENT = "document"  # it became documents, or was only a separator sheet
    IGNORED = "ignored"  # manifest, _READY and the like


class PageStatus(StrEnum):
    """What became of a page; pages of a file = ocred + blank + failed + separators (design rule 2)."""

    PENDING = "pending"
    OCRED = "ocred"
    BLANK = "blank"
    FAILED = "failed"
    SEPARATOR = "separator"  # a separator sheet, or its blank back: of no document


class TextOrigin(StrEnum):
    """Where the words of a page are from."""

    OCR = "ocr"
    OWN = "own"  # born digital


class ReportState(StrEnum):
    """What became of a version of a report."""

    DRAFT = "draft"  # waits for a person
    REPLACED = "replaced"  # a draft in whose place another one came, of other figures
    REJECTED = "rejected"
    APPROVED = "approved"  # on its way to the outbox
    PUBLISHED = "published"


APPROVED_REPORTS = (ReportState.APPROVED, ReportState.PUBLISHED)
"""States of the versions that a person has approved: their files belong into the outbox."""


class DocumentStatus(StrEnum):
    """The contract's document states."""

    RECEIVED = "received"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    SIGNED = "signed"
    ARCHIVED = "archived"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    LOCKED = "locked"


DIGITISED = (DocumentStatus.ACCEPTED, DocumentStatus.SIGNED, DocumentStatus.ARCHIVED)
"""States in which a document counts as digitised: accepted or later."""

OPEN = (DocumentStatus.RECEIVED, DocumentStatus.IN_REVIEW)
"""States in which a document is a proposal, made anew whenever its pages are compiled."""


class Base(DeclarativeBase):
    """All catalogue tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own hook
        dt.datetime: UtcDateTime,
        dt.date: Date,
        str: String,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
    }


class Unit(Base):
    """An agency or department: who issues, who decides, who scans."""

    __tablename__ = "unit"
    code: Mapped[str] = mapped_column(String(255), primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str | None]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    source: Mapped[str]  # ruleset | register | inbox
    flags: Mapped[list[str]] = mapped_column(default=list)


class Procedure(Base):
    """An administrative procedure (TTHC) of the national catalogue."""

    __tablename__ = "procedure"
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str]


class RegisterImport(Base):
    """One file of the register, taken in."""

    __tablename__ = "register_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[dt.datetime]
    imported_on: Mapped[dt.date]
    n_rows: Mapped[int]
    n_new: Mapped[int]
    n_changed: Mapped[int]
    n_unchanged: Mapped[int]
    n_rejected: Mapped[int]
    newest_before: Mapped[int | None]  # the newest result's id as it began: those that it brought have higher ones


class RegisterRejection(Base):
    """A register row that could not be taken, by line and reason."""

    __tablename__ = "register_rejection"
    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("register_import.id"), index=True)
    line: Mapped[int]
    reason: Mapped[str]
    column: Mapped[str | None]


class Result(Base):
    """A result of an administrative procedure that exists (the denominator).

    Identity (design.md §7): number and symbol, issue date, deciding unit. `result_key` joins the three;
    a row without number or date is kept under `hồ sơ:<dossier code>` and linked by a person only.
    """

    __tablename__ = "result"
    __table_args__ = (Index("ix_result_code_folded_issued_on", "code_folded", "issued_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    result_key: Mapped[str] = mapped_column(unique=True)
    code_text: Mapped[str | None]  # Số ký hiệu as the register has it: 1368/QĐ-BNV
    code_folded: Mapped[str | None]  # normalised for linking, see register.normalise
    issued_on: Mapped[dt.date | None] = mapped_column(index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    procedure_code: Mapped[str | None] = mapped_column(ForeignKey("procedure.code"))
    subject: Mapped[str | None] = mapped_column(Text)
    issuer: Mapped[str | None]
    deciding_authority: Mapped[str | None]
    has_result: Mapped[bool] = mapped_column(default=True)
    expires_on: Mapped[dt.date | None]
    validity: Mapped[str]  # in_force | expired | revoked | superseded | annulled
    ended_on: Mapped[dt.date | None]  # revoked, superseded, annulled: from this day on not in force
    superseded_by: Mapped[str | None]
    still_usable: Mapped[bool] = mapped_column(default=True)
    unusable_from: Mapped[dt.date | None]
    usable_decider: Mapped[str | None]
    usable_reason: Mapped[str | None]
    owner_id: Mapped[str | None]
    scope: Mapped[str | None]
    source: Mapped[str] = mapped_column(default="register")
    flags: Mapped[list[str]] = mapped_column(default=list)
    first_import_id: Mapped[int | None] = mapped_column(ForeignKey("register_import.id"))
    # The last that changed it; what older versions imported has the first here where none did.
    last_import_id: Mapped[int | None] = mapped_column(ForeignKey("register_import.id"))


class SubjectKey(Base):
    """Three words that follow one another in a result's subject, as a number: see `catalogue.subjects`.

    Without foreign key: results are never deleted, and looking each of a dozen rows a result up would slow imports.
    """

    __tablename__ = "subject_key"
    __table_args__ = ({"sqlite_with_rowid": False},)
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    result_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class ResultHistory(Base):
    """What a later import changed in a result: the values before and after."""

    __tablename__ = "result_history"
    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"), index=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("register_import.id"), index=True)
    changed_at: Mapped[dt.datetime]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class Dossier(Base):
    """A case (hồ sơ TTHC) settled by a result; several dossiers may share one result."""

    __tablename__ = "dossier"
    __table_args__ = (UniqueConstraint("result_id", "code"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"))
    code: Mapped[str | None] = mapped_column(String(60), index=True)
    channel: Mapped[str | None]
    outcome: Mapped[str | None]
    received_on: Mapped[dt.date | None]
    returned_on: Mapped[dt.date | None]


class FigureImport(Base):
    """One file that figures are made of, taken in: a case export or readings."""

    __tablename__ = "figure_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))  # cases | readings
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[dt.datetime]
    imported_on: Mapped[dt.date]
    n_rows: Mapped[int]
    n_new: Mapped[int]
    n_changed: Mapped[int]
    n_unchanged: Mapped[int]


class ServiceCase(Base):
    """A case (hồ sơ TTHC) as the one-stop system tells of it, whether or not it led to a result.

    Facts that an export does not tell are null: what needs them has no figure then. Nobody is named; the
    applicant is the pseudonym that the one-stop system gave.
    """

    __tablename__ = "service_case"
    dossier_code: Mapped[str] = mapped_column(String(60), primary_key=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"), index=True)
    procedure_code: Mapped[str | None] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(10))  # in_person | online | postal
    received_on: Mapped[dt.date] = mapped_column(index=True)
    due_on: Mapped[dt.date]
    ended_on: Mapped[dt.date | None] = mapped_column(index=True)
    outcome: Mapped[str] = mapped_column(String(10))  # open | resolved | refused | stopped | withdrawn
    written_result: Mapped[bool]
    result_file: Mapped[bool | None]
    result_synced: Mapped[bool | None]
    case_synced: Mapped[bool | None]
    n_supplements: Mapped[int | None]
    supplement_days: Mapped[int | None]
    applicant_ref: Mapped[str | None] = mapped_column(String(64))
    first_import_id: Mapped[int] = mapped_column(ForeignKey("figure_import.id"))
    last_import_id: Mapped[int] = mapped_column(ForeignKey("figure_import.id"))


class CaseComponent(Base):
    """A component paper of a case; whether it has a file, was held already, reused, supplied again."""

    __tablename__ = "case_component"
    dossier_code: Mapped[str] = mapped_column(ForeignKey("service_case.dossier_code"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # in the export's order, from 1
    component_code: Mapped[str | None] = mapped_column(String(60))
    has_file: Mapped[bool | None]
    held: Mapped[bool | None]
    reused: Mapped[bool | None]
    resupplied: Mapped[bool | None]
    from_store: Mapped[bool | None]  # taken from the applicant's store on the national portal


class CaseHandover(Base):
    """A case passed on to another body, and by what medium."""

    __tablename__ = "case_handover"
    dossier_code: Mapped[str] = mapped_column(ForeignKey("service_case.dossier_code"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # in the export's order, from 1
    handed_on: Mapped[dt.date] = mapped_column(index=True)
    inter_agency: Mapped[bool]
    electronic: Mapped[bool]


class CaseHistory(Base):
    """What a later case export changed in a case: the values before and after."""

    __tablename__ = "case_history"
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_code: Mapped[str] = mapped_column(ForeignKey("service_case.dossier_code"), index=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("figure_import.id"))
    changed_at: Mapped[dt.datetime]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class IndicatorReading(Base):
    """A figure measured elsewhere. Rows are only added: the newest of an indicator, unit and period counts."""

    __tablename__ = "indicator_reading"
    __table_args__ = (Index("ix_indicator_reading_key", "indicator", "unit_code", "calendar", "period"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("figure_import.id"))
    indicator: Mapped[str] = mapped_column(String(20))
    unit_code: Mapped[str] = mapped_column(String(255))  # of a unit, or a scope: G09, H48, VN
    calendar: Mapped[str] = mapped_column(String(10))
    period: Mapped[str] = mapped_column(String(10))
    numerator: Mapped[float | None]
    denominator: Mapped[float | None]
    value: Mapped[float | None]  # in the indicator's unit of measure; shares from 0 to 1
    source: Mapped[str] = mapped_column(Text)


class ApprovedBase(Base):
    """A measured share, frozen when the report of its year was approved: what later targets grow from."""

    __tablename__ = "approved_base"
    indicator: Mapped[str] = mapped_column(String(20), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    calendar: Mapped[str] = mapped_column(String(10))
    numerator: Mapped[int]
    denominator: Mapped[int]
    approved_by: Mapped[str]
    approved_at: Mapped[dt.datetime]


class Report(Base):
    """A report of a period as it was built: its figures never change, only what became of it.

    Figures that change make a new version. A trigger refuses changes of data and hash.
    """

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("scope", "calendar", "period", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(255))  # a unit's code, or `ministry`
    calendar: Mapped[str] = mapped_column(String(10))
    period: Mapped[str] = mapped_column(String(30))
    version: Mapped[int]
    corrects: Mapped[int | None]  # the published version that this one takes the place of
    state: Mapped[str] = mapped_column(String(10))  # ReportState
    data: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))  # of the data as `data.json` has it
    changes: Mapped[list[dict[str, Any]]]  # figures that differ from the version it corrects
    built_by: Mapped[str]
    built_at: Mapped[dt.datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)  # of a rejection
    published_at: Mapped[dt.datetime | None]
    files: Mapped[dict[str, Any]] = mapped_column(default=dict)  # name in the outbox → sha256


class Batch(Base):
    """One drop of an archivist, from the first file seen to the receipt."""

    __tablename__ = "batch"
    __table_args__ = (
        # Two watchers that see a new drop at once agree on one batch.
        Index(
            "uq_batch_waiting",
            "unit_code",
            "name",
            unique=True,
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
    )
    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    name: Mapped[str]  # empty for loose files directly under the unit folder
    source: Mapped[str]  # "inbox", or the folder that `sohoa digitise` was given
    status: Mapped[str] = mapped_column(String(20), index=True)
    waiting_for: Mapped[str | None]
    first_seen_at: Mapped[dt.datetime]
    claimed_at: Mapped[dt.datetime | None]
    claimed_on: Mapped[dt.date | None]  # the Vietnamese day of claimed_at
    received_at: Mapped[dt.datetime | None]  # every file is in the master store and the ledger
    run_id: Mapped[str | None]  # who works on it, and when that was last heard of
    progress_at: Mapped[dt.datetime | None]
    published_at: Mapped[dt.datetime | None]


class ScanFile(Base):
    """The ledger: every file ever seen in the inbox, and what became of it."""

    __tablename__ = "scan_file"
    __table_args__ = (UniqueConstraint("batch_id", "path"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batch.id"), index=True)
    path: Mapped[str]  # relative to the batch, NFC
    first_seen_at: Mapped[dt.datetime]
    stable_since: Mapped[dt.datetime]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    gone_at: Mapped[dt.datetime | None]
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    outcome: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None]  # code of messages/*.yaml, e.g. file.truncated
    duplicate_of: Mapped[int | None] = mapped_column(ForeignKey("scan_file.id"))
    scanned_on: Mapped[dt.date | None]  # from the manifest
    dossier_code: Mapped[str | None]  # from the manifest
    pages_declared: Mapped[int | None]  # from the manifest
    group_sha256: Mapped[str | None] = mapped_column(String(64), index=True)  # master of loose pages it is part of


class Master(Base):
    """A scan as delivered, kept once under its content hash."""

    __tablename__ = "master"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str | None]
    n_pages: Mapped[int | None]
    first_file_id: Mapped[int] = mapped_column(ForeignKey("scan_file.id"))
    stored_at: Mapped[dt.datetime]


class Page(Base):
    """One page of a master and how its reading ended; the words lie compressed in the archive."""

    __tablename__ = "page"
    sha256: Mapped[str] = mapped_column(ForeignKey("master.sha256"), primary_key=True)
    page_no: Mapped[int] = mapped_column(primary_key=True)  # from 1
    status: Mapped[str] = mapped_column(String(10), default=PageStatus.PENDING)
    reason: Mapped[str | None]
    width_px: Mapped[int | None]
    height_px: Mapped[int | None]
    dpi: Mapped[float | None] = mapped_column(Float)
    colour: Mapped[bool | None]
    has_text: Mapped[bool | None]  # of its own: born digital, or an older text layer
    n_words: Mapped[int | None]
    text_origin: Mapped[str | None] = mapped_column(String(10))
    rotation: Mapped[int | None]  # degrees clockwise that bring the page as delivered upright: 0 90 180 270
    skew_degrees: Mapped[float | None] = mapped_column(Float)  # clockwise turn that then makes its lines level
    paper_mm: Mapped[list[float] | None] = mapped_column(JSON)  # width and height of the sheet as delivered
    sharpness: Mapped[float | None] = mapped_column(Float)
    contrast: Mapped[float | None] = mapped_column(Float)
    quality_flags: Mapped[list[str] | None] = mapped_column(JSON)  # by the scan ruleset in force: low_dpi, blurred …
    barcodes: Mapped[list[str] | None] = mapped_column(JSON)  # texts of QR codes and barcodes, top to bottom
    phash: Mapped[str | None] = mapped_column(String(256))  # what the page looks like: see pages.likeness


class Document(Base):
    """A digital copy of a result: a page range of a master with what was read from it."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("sha256", "first_page"),
        # One result has one current digital copy.
        Index(
            "uq_document_current_copy",
            "result_id",
            unique=True,
            sqlite_where=text("status IN ('accepted', 'signed', 'archived')"),
            postgresql_where=text("status IN ('accepted', 'signed', 'archived')"),
        ),
        Index("ix_document_number", "code_number", "issued_on"),
    )
    document_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batch.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("master.sha256"))
    first_page: Mapped[int]
    page_count: Mapped[int]
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))  # the unit that scanned
    source_file: Mapped[str]
    source_files: Mapped[list[str]]
    status: Mapped[str] = mapped_column(String(12), index=True)
    doc_type: Mapped[str | None]
    code_number: Mapped[str | None]
    code_notation: Mapped[str | None]
    issued_on: Mapped[dt.date | None]
    issuer: Mapped[str | None]
    subject: Mapped[str | None] = mapped_column(Text)
    signer_name: Mapped[str | None]
    dossier_code: Mapped[str | None]
    procedure_code: Mapped[str | None]
    result_id: Mapped[int | None] = mapped_column(ForeignKey("result.id"), index=True)
    scanned_on: Mapped[dt.date | None]
    digitised_on: Mapped[dt.date | None]
    review_reasons: Mapped[list[str]] = mapped_column(default=list)
    flags: Mapped[list[str]] = mapped_column(default=list)
    text: Mapped[str | None] = mapped_column(Text)
    pdfa_key: Mapped[str | None]  # place in the archive store
    pdfa_sha256: Mapped[str | None] = mapped_column(String(64))
    review_rank: Mapped[int | None]  # place in the queue by what it waits for, see catalogue.damage
    review_note: Mapped[str | None]  # what the person who closed it has to say to the archivist

    @property
    def last_page(self) -> int:
        """Its last page, of the master's."""
        return self.first_page + self.page_count - 1

    @validates("review_reasons")
    def _rank(self, _key: str, reasons: list[str]) -> list[str]:
        self.review_rank = damage(reasons)
        return reasons


class Twin(Base):
    """Two documents found to be copies of the same thing, and what was decided about the first of them.

    Files with the same bytes are no documents of their own: their twin is `scan_file.duplicate_of`. No foreign key:
    it outlasts a document that a merge took back.
    """

    __tablename__ = "twin"
    document_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    twin_id: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(String(20))  # same_pages | same_number
    decision: Mapped[str] = mapped_column(String(20))  # supersedes | duplicate | review
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    decided_at: Mapped[dt.datetime]
    agent: Mapped[str]


class LikenessKey(Base):
    """A row of what a document's first page looks like, as a number: see `duplicates.likeness`."""

    __tablename__ = "likeness_key"
    __table_args__ = ({"sqlite_with_rowid": False},)
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document_id: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class SearchPage(Base):
    """A page (of the document, from 1) in the index of words; its words are in `search_index`, see `catalogue.search`.

    No foreign key: words go in the transaction that locks or withdraws a document, before or after its own row.
    """

    __tablename__ = "search_page"
    __table_args__ = (UniqueConstraint("document_id", "page_no"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(String(40))
    page_no: Mapped[int]


class Field(Base):
    """One value read from a document: how sure, and where on which page (fractions of the page)."""

    __tablename__ = "field"
    document_id: Mapped[str] = mapped_column(ForeignKey("document.document_id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    value: Mapped[str | None] = mapped_column(Text)
    confidence: Mapped[float]
    source: Mapped[str]  # ocr | manifest | qr | person
    page_no: Mapped[int | None]
    left: Mapped[float | None]
    top: Mapped[float | None]
    right: Mapped[float | None]
    bottom: Mapped[float | None]


class ReviewItem(Base):
    """What persons settled of a document, beyond the values of its fields (those are fields with source `person`).

    A document that has such a row keeps its pages and values when its master is compiled again. No foreign key: it
    outlasts a document that a merge took back.
    """

    __tablename__ = "review_item"
    document_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    n_decisions: Mapped[int] = mapped_column(default=0)
    waived: Mapped[list[str]] = mapped_column(default=list)  # reasons that a person has looked into
    result_id: Mapped[int | None] = mapped_column(ForeignKey("result.id"))  # the link that a person made


class ReviewLease(Base):
    """Who has a document in hand, and until when nobody else may get it."""

    __tablename__ = "review_lease"
    document_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    reviewer: Mapped[str]
    taken_at: Mapped[dt.datetime]
    until: Mapped[dt.datetime]


class Decision(Base):
    """What a person decided at once on a document, and when its remaining stations had run."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("document_id", "version"),)  # of two at once on the same state, one counts
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(String(40), index=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batch.id"))
    version: Mapped[str] = mapped_column(String(32))  # of the document as the person saw it
    steps: Mapped[list[dict[str, Any]]]
    documents: Mapped[list[str]]  # all that it changed
    turns: Mapped[list[dict[str, Any]]]  # pages to be read again: sha256, page_no, rotation
    reviewer: Mapped[str]
    decided_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None] = mapped_column(index=True)


class Correction(Base):
    """What was read of a field and what a person set instead, or left as it was: labelled data."""

    __tablename__ = "correction"
    document_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    field: Mapped[str] = mapped_column(String(30), primary_key=True)
    read_value: Mapped[str | None] = mapped_column(Text)
    read_confidence: Mapped[float]
    read_source: Mapped[str]
    set_value: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    page_no: Mapped[int | None]  # of the master
    left: Mapped[float | None]
    top: Mapped[float | None]
    right: Mapped[float | None]
    bottom: Mapped[float | None]
    decided_at: Mapped[dt.datetime]


class ProposedResult(Base):
    """A result that the register lacks, as one person read it from the paper; a second one confirms or declines."""

    __tablename__ = "proposed_result"
    __table_args__ = (
        Index(
            "uq_proposed_result_open",
            "document_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(String(40))
    code_text: Mapped[str]
    issued_on: Mapped[dt.date]
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    issuer: Mapped[str | None]
    subject: Mapped[str | None] = mapped_column(Text)
    dossier_code: Mapped[str | None]
    procedure_code: Mapped[str | None]
    state: Mapped[str] = mapped_column(String(10))  # open | confirmed | declined
    proposed_by: Mapped[str]
    proposed_at: Mapped[dt.datetime]
    settled_by: Mapped[str | None]
    settled_at: Mapped[dt.datetime | None]
    result_id: Mapped[int | None] = mapped_column(ForeignKey("result.id"))


class Verdict(Base):
    """What one expectation of a gate said of one row; holds ids, never field values."""

    __tablename__ = "verdict"
    __table_args__ = (UniqueConstraint("gate", "subject_id", "item_id", "expectation"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    gate: Mapped[str] = mapped_column(String(20))  # records | register | cases | warehouse
    subject_id: Mapped[str] = mapped_column(String(255), index=True)  # batch id, import id, load id
    item_id: Mapped[str]  # document id, line, table; "*" for a verdict over the whole
    expectation: Mapped[str]
    reason: Mapped[str]
    severity: Mapped[str] = mapped_column(String(10))
    passed: Mapped[bool]
    judged_at: Mapped[dt.datetime]


class Event(Base):
    """What happened, when it counts, when it was written down, by whom. A trigger refuses changes."""

    __tablename__ = "event"
    __table_args__ = (
        # Most events are of the register, and have no document.
        Index(
            "ix_event_document",
            "document_id",
            sqlite_where=text("document_id IS NOT NULL"),
            postgresql_where=text("document_id IS NOT NULL"),
        ),
        Index(
            "ix_event_of_document_recorded_at",
            "recorded_at",
            sqlite_where=text("document_id IS NOT NULL"),
            postgresql_where=text("document_id IS NOT NULL"),
        ),
        Index("ix_event_result", "result_id"),
    )
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    event_key: Mapped[str] = mapped_column(unique=True)  # the same event told twice is one event
    kind: Mapped[str] = mapped_column(String(40))
    batch_id: Mapped[str | None]
    document_id: Mapped[str | None]
    result_id: Mapped[int | None]
    effective_on: Mapped[dt.date]
    recorded_at: Mapped[dt.datetime]
    agent: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
