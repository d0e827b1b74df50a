"""Keep the verdicts in the catalogue."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from sohoa.catalogue.database import writing
from sohoa.catalogue.models import Verdict
from sohoa.quality.verdicts import GateResult
from sohoa.settings import Settings


def store_verdicts(settings: Settings, result: GateResult) -> None:
    """Write the verdicts; a subject judged again has its former verdicts at this gate replaced."""
    with writing(settings.catalogue_url) as session:
        _wait_for_others(session, result)
        session.execute(delete(Verdict).where(Verdict.gate == result.gate, Verdict.subject_id == result.subject_id))
        rows = _rows(result)
        if rows:
            session.execute(insert(Verdict), rows)


def _wait_for_others(session: Session, result: GateResult) -> None:
    # SQLite has one writer at a time; in PostgreSQL two would delete the same rows and both insert.
    if session.get_bind().dialect.name == "postgresql":
        key = func.hashtext(f"sohoa verdicts {result.gate} {result.subject_id}")
        session.execute(select(func.pg_advisory_xact_lock(key)))


def _rows(result: GateResult) -> list[dict[str, Any]]:
    return [
        {
            "gate": result.gate,
            "subject_id": result.subject_id,
            "item_id": verdict.item_id,
            "expectation": verdict.expectation,
            "reason": verdict.reason,
            "severity": verdict.severity,
            "passed": verdict.passed,
            "judged_at": result.judged_at,
        }
        for verdict in result.verdicts
    ]
