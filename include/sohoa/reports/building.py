"""Building a report: its figures measured and frozen as a version, its draft laid into the work area."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.events import insert_once, record_event
from sohoa.catalogue.models import APPROVED_REPORTS, Report, ReportState, utc_now
from sohoa.errors import SohoaError
from sohoa.indicators import Period, today
from sohoa.messages import say
from sohoa.reports.changes import changed_figures
from sohoa.reports.figures import fingerprint, measure
from sohoa.reports.files import lay_draft
from sohoa.reports.periods import MINISTRY_SCOPE, period_text
from sohoa.reports.waiting import write_waiting
from sohoa.settings import LOCAL_TIME, Settings


def build_report(settings: Settings, period: Period, unit: str | None = None, *, by: str) -> Report:
    """Measure a period that is over and keep the figures as a version; a draft of other figures is replaced.

    Figures that are still those of the newest draft or published version make no new one: that one is returned.

    Args:
        settings: Where catalogue, work area and outbox are.
        period: Of the report.
        unit: Of one unit; None for the Ministry as a whole.
        by: Who builds it, a person or a program.

    Raises:
        SohoaError: the period is not over, or nobody has heard of the unit.
    """
    if period.end >= today():
        raise SohoaError(
            say(
                "report.period_open",
                settings.language,
                period=period_text(period, settings.language),
                last=f"{period.end:%d/%m/%Y}",
            )
        )
    data = measure(settings, period, unit)
    with writing(settings.catalogue_url) as session:
        report = _keep(session, data, unit or MINISTRY_SCOPE, by)
    lay_draft(settings, report)
    write_waiting(settings)
    return report


def find_report(settings: Settings, report_id: int) -> Report:
    """A report by its id.

    Raises:
        SohoaError: there is none.
    """
    with reading(settings.catalogue_url) as session:
        report = session.get(Report, report_id)
        if report is None:
            raise SohoaError(say("report.unknown", settings.language, id=report_id))
        session.expunge(report)
    return report


def list_reports(settings: Settings) -> Sequence[Report]:
    """All reports, the newest first."""
    with reading(settings.catalogue_url) as session:
        reports = session.scalars(select(Report).order_by(Report.id.desc())).all()
        session.expunge_all()
    return reports


def _keep(session: Session, data: dict[str, Any], scope: str, by: str) -> Report:
    period = data["period"]
    key = {"scope": scope, "calendar": period["calendar"], "period": period["name"]}
    versions = session.scalars(select(Report).filter_by(**key).order_by(Report.version)).all()
    published = next((one for one in reversed(versions) if one.state in APPROVED_REPORTS), None)
    newest = next((one for one in reversed(versions) if one.state in (ReportState.DRAFT, *APPROVED_REPORTS)), None)
    if newest is not None and _figures(newest.data) == _figures(data):
        return newest
    now, sha256 = utc_now(), fingerprint(data)
    session.execute(update(Report).filter_by(**key, state=ReportState.DRAFT).values(state=ReportState.REPLACED))
    version = versions[-1].version + 1 if versions else 1
    stored = insert_once(
        session,
        Report,
        **key,
        version=version,
        corrects=published.version if published else None,
        state=ReportState.DRAFT,
        data=data,
        sha256=sha256,
        changes=changed_figures(published.data, data) if published else [],
        built_by=by,
        built_at=now,
        files={},
    )
    report = session.scalars(select(Report).filter_by(**key, version=version)).one()
    if stored:
        record_event(
            session,
            f"report_built:{report.id}",
            "report_built",
            now.astimezone(LOCAL_TIME).date(),
            agent=by,
            detail={**key, "report": report.id, "version": version, "sha256": sha256},
        )
    return report


def _figures(data: dict[str, Any]) -> dict[str, Any]:
    """The data without the base that the next years' targets grow from: approving a report settles that itself."""
    path = data["headline"]
    without = {name: part for name, part in (path or {}).items() if name not in ("base", "measured_base")}
    return {**data, "headline": without}
