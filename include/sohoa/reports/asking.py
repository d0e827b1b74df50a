"""What a person is asked about a draft."""

from __future__ import annotations

from dataclasses import dataclass

from sohoa.catalogue.models import Report
from sohoa.messages import say
from sohoa.reports.document import headline_sentence, overview
from sohoa.reports.files import folder_of
from sohoa.reports.periods import MINISTRY_SCOPE
from sohoa.settings import Settings


@dataclass(frozen=True)
class Question:
    """A draft in short; `body` is Markdown."""

    report_id: int
    subject: str
    body: str


def question_of(settings: Settings, report: Report) -> Question:
    """The question whether to approve a draft: what it says, what it changes, where to see it whole."""
    language, data = settings.language, report.data
    scope = say("report.ministry", language) if report.scope == MINISTRY_SCOPE else data["scope"]["name"]
    subject = say("report.subject", language, period=data["period"]["text"])
    changes = say("report.ask_first", language)
    if report.corrects is not None:
        changes = say("report.ask_changes", language, version=report.corrects, n=len(report.changes))
    body = say(
        "report.ask_body",
        language,
        overview=overview(data),
        headline=headline_sentence(data),
        changes=changes,
        folder=folder_of(settings, report),
        sha256=report.sha256,
    )
    return Question(report.id, f"{subject} ({scope})", body)
