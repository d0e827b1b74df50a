"""Reports that wait for a person: told in the outbox, and again each time that nobody has answered."""

from __future__ import annotations

from sqlalchemy import Select, func, select

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.models import Event, Report, ReportState, utc_now
from sohoa.messages import say
from sohoa.replacing import replace_file
from sohoa.reports.files import folder_of
from sohoa.reports.periods import MINISTRY_SCOPE
from sohoa.settings import LOCAL_TIME, Settings

FILE = "cho-duyet.txt"


def is_waiting(settings: Settings, report_id: int) -> bool:
    """Whether a report is a draft on which nobody has decided yet."""
    with reading(settings.catalogue_url) as session:
        return session.scalar(select(Report.state).where(Report.id == report_id)) == ReportState.DRAFT


def remind(settings: Settings, report_id: int) -> int:
    """Tell once more that a draft waits; return how many times it was told so far. Nothing else changes."""
    now = utc_now()
    with writing(settings.catalogue_url) as session:
        told = _times_told(report_id)
        n = (session.scalar(told) or 0) + 1
        record_event(
            session,
            f"report_reminded:{report_id}:{n}",
            "report_reminded",
            now.astimezone(LOCAL_TIME).date(),
            agent="sohoa",
            detail={"report": report_id, "reminder": n},
        )
    write_waiting(settings)
    return n


def write_waiting(settings: Settings) -> None:
    """Write the list of reports that wait, with how to decide, to the outbox; none waiting, no list."""
    path = settings.outbox / "reports" / FILE
    with reading(settings.catalogue_url) as session:
        drafts = session.scalars(select(Report).where(Report.state == ReportState.DRAFT).order_by(Report.id)).all()
        told = {one.id: session.scalar(_times_told(one.id)) or 0 for one in drafts}
    if not drafts:
        path.unlink(missing_ok=True)
        return
    lines = [say("report.waiting_title", settings.language), ""]
    for one in drafts:
        lines += [_line(settings, one, told[one.id]), f"  {say('report.waiting_help', settings.language, id=one.id)}"]
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, ("\n".join(lines) + "\n").encode())


def _line(settings: Settings, report: Report, n: int) -> str:
    language = settings.language
    scope = say("report.ministry", language) if report.scope == MINISTRY_SCOPE else report.scope
    return say(
        "report.waiting_line",
        language,
        id=report.id,
        subject=say("report.subject", language, period=report.data["period"]["text"]),
        version=report.version,
        scope=scope,
        built_at=f"{report.built_at.astimezone(LOCAL_TIME):%d/%m/%Y %H:%M}",
        n=n,
        folder=folder_of(settings, report),
    )


def _times_told(report_id: int) -> Select[int]:
    # By the start of the key, which is unique and indexed.
    return select(func.count()).select_from(Event).where(Event.event_key.startswith(f"report_reminded:{report_id}:"))
