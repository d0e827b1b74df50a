"""Documents as the API lists them. What is, or may be, classified is in no list; only how many there are is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sohoa.catalogue.documents import shown, written_code
from sohoa.catalogue.models import Document as StoredDocument
from sohoa.catalogue.models import DocumentStatus
from sohoa.errors import SohoaError
from sohoa.indicators import Period, load_moves, numerator_documents, parse_period, today
from sohoa.journey.locking import is_withheld
from sohoa.settings import Settings
from sohoa_airflow.web.api.models import Document, DocumentDetail, Documents, Happening, RegisteredResult
from sohoa_airflow.web.api.problems import Refused
from sohoa_airflow.web.document_queries import RegisterRow, view_document
from sohoa_airflow.web.queries import open_catalogue


@dataclass(frozen=True)
class Membership:
    """The numerator of an indicator at a period's end, of one deciding unit or all."""

    indicator: str
    period: Period
    unit: str | None

    @classmethod
    def of(cls, indicator: str | None, period: str | None, calendar: str, unit: str | None) -> Membership | None:
        """What a request asks for, of this year if it names no period; None if for no numerator.

        Raises:
            Refused: the period is out of range.
        """
        if indicator is None:
            return None
        try:
            return cls(indicator, parse_period(period or str(today().year), calendar), unit)
        except SohoaError as error:
            raise Refused("api_no_period", period=period, calendar=calendar) from error


def list_documents(
    settings: Settings,
    after: str | None,
    limit: int,
    unit: str | None,
    status: DocumentStatus | None,
    member: Membership | None,
) -> Documents:
    """A page of the documents that may be shown, in the order of their ids."""
    query = select(StoredDocument).where(shown()).order_by(StoredDocument.document_id).limit(limit + 1)
    if after is not None:
        query = query.where(StoredDocument.document_id > after)
    if unit is not None:
        query = query.where(StoredDocument.unit_code == unit)
    if status is not None:
        query = query.where(StoredDocument.status == status)
    with open_catalogue(settings) as session:
        if session is None:
            return Documents(items=[], next_cursor=None, n_locked=0)
        if member is not None:
            query = query.where(StoredDocument.document_id.in_(_numerator(settings, session, member)))
        rows = session.scalars(query).all()
        n_locked = _n_locked(session)
    page = rows[:limit]
    return Documents(
        items=[Document(**_facts(row)) for row in page if not is_withheld(row)],
        next_cursor=page[-1].document_id if len(rows) > limit else None,
        n_locked=n_locked,
    )


def find_document(settings: Settings, document_id: str) -> DocumentDetail:
    """A document that may be shown.

    Raises:
        Refused: there is none.
    """
    found = view_document(settings, document_id)
    if found is None:
        raise Refused("api_no_document")
    return DocumentDetail(
        **_facts(found.document),
        review_reasons=found.document.review_reasons,
        result=found.result and _registered(found.result),
        master_sha256=found.document.sha256,
        copy_sha256=found.document.pdfa_sha256,
        events=[Happening(kind=one.kind, recorded_at=one.recorded_at) for one in found.events],
    )


def _numerator(settings: Settings, session: Session, member: Membership) -> Any:
    return numerator_documents(session.connection(), member.indicator, member.period, load_moves(settings), member.unit)


def _n_locked(session: Session) -> int:
    locked = StoredDocument.status == DocumentStatus.LOCKED
    return session.scalar(select(func.count()).select_from(StoredDocument).where(locked)) or 0


def _facts(row: StoredDocument) -> dict[str, Any]:
    return {
        "document_id": row.document_id,
        "batch_id": row.batch_id,
        "unit_code": row.unit_code,
        "status": DocumentStatus(row.status),
        "doc_type": row.doc_type,
        "code": written_code(row.code_number, row.code_notation) or None,
        "issued_on": row.issued_on,
        "issuer": row.issuer,
        "page_count": row.page_count,
        "procedure_code": row.procedure_code,
        "digitised_on": row.digitised_on,
    }


def _registered(row: RegisterRow) -> RegisteredResult:
    return RegisteredResult(
        code=row.code, issued_on=row.issued_on, unit_code=row.unit.code or "", validity=row.validity
    )
