"""Register from the paper: a genuine old result that the register lacks, entered by two people.

Numerator and denominator both grow; such rows have the source `scan` and are counted apart.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.models import (
    OPEN,
    Decision,
    Document,
    Dossier,
    Field,
    Procedure,
    ProposedResult,
    Result,
    Unit,
    utc_now,
)
from sohoa.catalogue.subjects import store_subjects
from sohoa.catalogue.units import load_ruleset_units
from sohoa.folding import fold
from sohoa.indicators import today
from sohoa.messages import say
from sohoa.reading.calibration import SURE
from sohoa.reading.grammar import Code
from sohoa.register.normalise import fold_code, result_key
from sohoa.review.desk import find_document, open_item, require_open, version_of
from sohoa.review.errors import Changed, NotAllowed, NotFound, WrongValue
from sohoa.review.people import reviewer_name, same_person
from sohoa.review.queue import give_back, require_not_held
from sohoa.review.values import KEY_FIELDS
from sohoa.settings import Settings

SCAN = "scan"
"""Source of a register row that was entered from the paper."""


@dataclass(frozen=True)
class Proposal:
    """A register row that waits for a second person."""

    id: int
    document_id: str
    code_text: str
    issued_on: dt.date
    unit_code: str
    issuer: str | None
    subject: str | None
    dossier_code: str | None
    procedure_code: str | None
    proposed_by: str
    proposed_at: dt.datetime


def propose_result(
    settings: Settings,
    document_id: str,
    reviewer: str,
    unit_code: str | None = None,
    procedure_code: str | None = None,
    version: str | None = None,
) -> int:
    """Propose the register row of a document that the register lacks; return the proposal's id.

    Number, symbol, date, issuer, subject and dossier code are the document's own; a second person confirms them.

    Args:
        settings: of the installation.
        document_id: the document; its key fields must be sure: read so, or accepted by a person.
        reviewer: who proposes.
        unit_code: the unit that decided; by default the issuing agency's.
        procedure_code: of the national catalogue, where it is known.
        version: as for `decide`.

    Raises:
        WrongValue: a key field is not sure, the register has the row, or a unit or procedure is not known.
        Changed, Held, Closed, NotFound, NotAllowed: as for `decide`.
    """
    reviewer, language = reviewer_name(reviewer, settings.language), settings.language
    with writing(settings.catalogue_url) as session:
        document = find_document(session, document_id, language, lock=True)
        open_proposal = _open_of(session, document_id)
        if open_proposal is not None and same_person(open_proposal.proposed_by, reviewer):
            return open_proposal.id
        require_open(document, language)
        require_not_held(session, document_id, reviewer, language)
        if open_proposal is not None or version not in (None, version_of(session, document)):
            raise Changed(say("review.changed", language, document=document_id))
        _require_sure(session, document, language)
        row = _row(session, document, _unit(session, document, unit_code, language), language)
        row.procedure_code = _procedure(session, procedure_code or document.procedure_code, language)
        row.proposed_by, row.proposed_at = reviewer, utc_now()
        session.add(row)
        session.flush()
        _tell(session, document, row, "result_proposed", reviewer)
        give_back(session, document_id, reviewer)
        return row.id


def open_proposals(session: Session) -> list[Proposal]:
    """The rows that wait for a second person, the oldest first."""
    rows = session.scalars(
        select(ProposedResult)
        .join(Document, Document.document_id == ProposedResult.document_id)
        .where(ProposedResult.state == "open", Document.status.in_(OPEN))
        .order_by(ProposedResult.id)
    )
    return [
        Proposal(
            row.id,
            row.document_id,
            row.code_text,
            row.issued_on,
            row.unit_code,
            row.issuer,
            row.subject,
            row.dossier_code,
            row.procedure_code,
            row.proposed_by,
            row.proposed_at,
        )
        for row in rows
    ]


def find_proposal(settings: Settings, document_id: str) -> int:
    """The open proposal for a document.

    Raises:
        NotFound: there is none.
    """
    with reading(settings.catalogue_url) as session:
        row = _open_of(session, document_id)
    if row is None:
        raise NotFound(say("review.no_proposal", settings.language, proposal=document_id))
    return row.id


def confirm_result(settings: Settings, proposal_id: int, reviewer: str) -> int:
    """Enter a proposed row into the register and link its document; return the result's id.

    Where the register has got the row meanwhile, that one is linked. The document's remaining stations must run
    then (`finish_document`). Confirming again changes nothing.

    Raises:
        NotAllowed: the reviewer proposed it, or has no name.
        NotFound: no such proposal, or it was declined.
        Changed: the document says something else by now.
        Held, Closed: as for `decide`.
    """
    reviewer, language = reviewer_name(reviewer, settings.language), settings.language
    with writing(settings.catalogue_url) as session:
        row = session.get(ProposedResult, proposal_id, with_for_update=True)
        if row is None or row.state == "declined":
            raise NotFound(say("review.no_proposal", language, proposal=proposal_id))
        if row.result_id is not None:
            return row.result_id
        if same_person(row.proposed_by, reviewer):
            raise NotAllowed(say("review.second_person", language, reviewer=row.proposed_by))
        document = find_document(session, row.document_id, language, lock=True)
        require_open(document, language)
        require_not_held(session, document.document_id, reviewer, language)
        if (_code_text(document), document.issued_on) != (row.code_text, row.issued_on):
            raise Changed(say("review.changed", language, document=document.document_id))
        seen = version_of(session, document)
        result = _enter(session, row)
        row.state, row.settled_by, row.settled_at, row.result_id = "confirmed", reviewer, utc_now(), result.id
        item = open_item(session, document.document_id)
        item.result_id, item.n_decisions = result.id, item.n_decisions + 1
        session.add(_decision(document, seen, reviewer, row))
        _tell(session, document, row, "result_confirmed", reviewer)
        give_back(session, document.document_id, reviewer)
        return result.id


def decline_result(settings: Settings, proposal_id: int, reviewer: str, reason: str) -> None:
    """Refuse or take back a proposed row; its document goes back to the queue.

    Raises:
        NotFound: no such open proposal.
        WrongValue: no reason is given.
    """
    reviewer, language = reviewer_name(reviewer, settings.language), settings.language
    if not reason.strip():
        raise WrongValue(say("review.reason_needed", language, longest=500))
    with writing(settings.catalogue_url) as session:
        row = session.get(ProposedResult, proposal_id, with_for_update=True)
        if row is None or row.state != "open":
            raise NotFound(say("review.no_proposal", language, proposal=proposal_id))
        row.state, row.settled_by, row.settled_at = "declined", reviewer, utc_now()
        document = find_document(session, row.document_id, language)
        _tell(session, document, row, "proposal_declined", reviewer, reason=reason.strip()[:500])


def _open_of(session: Session, document_id: str) -> ProposedResult | None:
    return session.scalars(
        select(ProposedResult).where(ProposedResult.document_id == document_id, ProposedResult.state == "open")
    ).first()


def _require_sure(session: Session, document: Document, language: str) -> None:
    sure = session.scalars(
        select(Field.name).where(
            Field.document_id == document.document_id, Field.value.is_not(None), Field.confidence >= SURE
        )
    ).all()
    if doubtful := [name for name in KEY_FIELDS if name not in sure]:
        names = ", ".join(say(f"field.{name}", language) for name in doubtful)
        raise WrongValue(say("review.not_sure", language, document=document.document_id, fields=names))


def _code_text(document: Document) -> str:
    return Code(document.code_number, document.code_notation or "", known=True).text


def _row(session: Session, document: Document, unit_code: str, language: str) -> ProposedResult:
    code_text, issued_on = _code_text(document), document.issued_on
    assert issued_on is not None  # noqa: S101 - a key field, which is sure
    same = session.scalars(
        select(Result.result_key).where(
            Result.code_folded == fold_code(code_text), Result.issued_on == issued_on, Result.unit_code == unit_code
        )
    ).first()
    if same is not None:
        raise WrongValue(say("review.registered_already", language, result=same))
    return ProposedResult(
        document_id=document.document_id,
        code_text=code_text,
        issued_on=issued_on,
        unit_code=unit_code,
        issuer=document.issuer,
        subject=document.subject,
        dossier_code=document.dossier_code,
        state="open",
    )


def _unit(session: Session, document: Document, given: str | None, language: str) -> str:
    """The deciding unit: the one given, or the agency that issued it."""
    by_name = {fold(entry.name): entry.code for entry in load_ruleset_units()}
    code = given or by_name.get(fold(document.issuer or ""))
    if code is None or session.get(Unit, code) is None:
        raise WrongValue(say("review.no_unit", language, unit=code or document.issuer or ""))
    return code


def _procedure(session: Session, code: str | None, language: str) -> str | None:
    if code is not None and session.get(Procedure, code) is None:
        raise WrongValue(say("review.no_procedure", language, procedure=code))
    return code


def _enter(session: Session, row: ProposedResult) -> Result:
    """The register's row for a proposal: the one that it has got meanwhile, or a new one."""
    key = result_key(row.code_text, row.issued_on, row.unit_code, row.dossier_code)
    known = session.scalars(select(Result).where(Result.result_key == key)).first()
    if known is not None:
        return known
    result = Result(
        result_key=key,
        code_text=row.code_text,
        code_folded=fold_code(row.code_text),
        issued_on=row.issued_on,
        unit_code=row.unit_code,
        procedure_code=row.procedure_code,
        subject=row.subject,
        issuer=row.issuer,
        has_result=True,
        validity="in_force",
        still_usable=True,
        source=SCAN,
        flags=[],
    )
    session.add(result)
    session.flush()
    session.add(Dossier(result_id=result.id, code=row.dossier_code))
    store_subjects(session, [(result.id, row.subject)])
    record_event(
        session,
        f"result_registered:{key}",
        "result_registered",
        row.issued_on,
        agent=row.proposed_by,
        result_id=result.id,
        document_id=row.document_id,
        detail={"source": SCAN, "proposal": row.id},
    )
    return result


def _decision(document: Document, version: str, reviewer: str, row: ProposedResult) -> Decision:
    return Decision(
        document_id=document.document_id,
        batch_id=document.batch_id,
        version=version,
        steps=[{"kind": "register", "proposal": row.id}],
        documents=[document.document_id],
        turns=[],
        reviewer=reviewer,
        decided_at=utc_now(),
    )


def _tell(
    session: Session, document: Document, row: ProposedResult, kind: str, reviewer: str, reason: str | None = None
) -> None:
    after = {"code": row.code_text, "issued_on": row.issued_on.isoformat(), "unit_code": row.unit_code}
    record_event(
        session,
        f"{kind}:{row.id}",
        kind,
        today(),
        agent=reviewer,
        batch_id=document.batch_id,
        document_id=document.document_id,
        result_id=row.result_id,
        detail={"before": None, "after": after, "proposal": row.id, **({"reason": reason} if reason else {})},
    )
