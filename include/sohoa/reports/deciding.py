"""What a person decides on a report: approved, and then published to the outbox; or rejected, with the reason."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.models import APPROVED_REPORTS, Report, ReportState, utc_now
from sohoa.errors import SohoaError
from sohoa.indicators import approve_base, load_indicators
from sohoa.indicators.bases import base_of
from sohoa.messages import say
from sohoa.reports.files import publish_files
from sohoa.reports.periods import MINISTRY_SCOPE
from sohoa.reports.waiting import write_waiting
from sohoa.review.people import reviewer_name
from sohoa.settings import LOCAL_TIME, Settings


def approve_report(settings: Settings, report_id: int, *, by: str | None) -> Report:
    """Approve a draft and publish it; carries on where an approval broke off, and does nothing if it is published.

    The report of the whole Ministry of the year that "+20 points" grow from freezes their base (C5).

    Args:
        settings: Where catalogue and outbox are.
        report_id: Of a draft.
        by: The person who approves.

    Raises:
        SohoaError: no such report, no draft any more, or nobody named.
    """
    person = reviewer_name(by, settings.language)
    with writing(settings.catalogue_url) as session:
        report = _open(settings, session.get(Report, report_id), report_id, also=APPROVED_REPORTS)
        if report.state == ReportState.DRAFT:
            report.state, report.decided_by, report.decided_at = ReportState.APPROVED, person, utc_now()
            session.flush()
            _tell(session, report, "report_approved", person)
    if report.state == ReportState.APPROVED:
        _freeze_bases(settings, report)
        _publish(settings, report)
    return report


def reject_report(settings: Settings, report_id: int, *, by: str | None, reason: str) -> Report:
    """Reject a draft: it is not published, and the reason is kept.

    Raises:
        SohoaError: no such report, no draft any more, nobody named, or no reason.
    """
    person, why = reviewer_name(by, settings.language), reason.strip()
    if not why:
        raise SohoaError(say("report.reason_missing", settings.language))
    with writing(settings.catalogue_url) as session:
        report = _open(settings, session.get(Report, report_id), report_id)
        report.state, report.decided_by, report.decided_at, report.reason = ReportState.REJECTED, person, utc_now(), why
        session.flush()
        _tell(session, report, "report_rejected", person, reason=why)
    write_waiting(settings)
    return report


def _open(settings: Settings, report: Report | None, report_id: int, also: tuple[ReportState, ...] = ()) -> Report:
    if report is None:
        raise SohoaError(say("report.unknown", settings.language, id=report_id))
    if report.state not in (ReportState.DRAFT, *also):
        state = say(f"report.state_{report.state}", settings.language)
        raise SohoaError(say("report.not_draft", settings.language, id=report_id, state=state))
    return report


def _publish(settings: Settings, report: Report) -> None:
    hashes = publish_files(settings, report)
    with writing(settings.catalogue_url) as session:
        stored = session.get_one(Report, report.id)
        if stored.state == ReportState.APPROVED:
            stored.state, stored.published_at, stored.files = ReportState.PUBLISHED, utc_now(), dict(hashes)
            session.flush()
            _tell(session, stored, "report_published", report.decided_by or "", files=hashes)
        report.state, report.published_at, report.files = stored.state, stored.published_at, stored.files
    write_waiting(settings)


def _freeze_bases(settings: Settings, report: Report) -> None:
    """Freeze each measured base that this report is of; one that was frozen before does not change any more."""
    period = report.data["period"]
    if report.scope != MINISTRY_SCOPE or period["kind"] != "year":
        return
    lines = {line["indicator"]: line for line in report.data["indicators"]}
    for indicator in load_indicators().indicators:
        line = lines.get(indicator.code)
        if indicator.growth is None or indicator.growth.base_year != period["year"] or not line:
            continue
        with reading(settings.catalogue_url) as session:
            base = base_of(session.connection(), indicator)
        is_frozen = base is not None and base.basis == "measured_base"
        if line["value"] is not None and line["denominator"] and not is_frozen:
            approve_base(
                settings,
                indicator.code,
                int(line["numerator"]),
                int(line["denominator"]),
                calendar=report.calendar,
                approved_by=report.decided_by or "",
            )


def _tell(session: Session, report: Report, kind: str, agent: str, **more: Any) -> None:
    record_event(
        session,
        f"{kind}:{report.id}",
        kind,
        utc_now().astimezone(LOCAL_TIME).date(),
        agent=agent,
        detail={"report": report.id, "version": report.version, "sha256": report.sha256, **more},
    )
