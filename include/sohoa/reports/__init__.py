"""Reports of a period: built from frozen figures, decided on by a person, then published to the outbox.

What others may call:
    parse_report_period, closed_the_day_before     which period
    build_report        measure it, keep the figures as a version, lay the draft into the work area
    approve_report, reject_report      what a person decides; approving publishes
    find_report, list_reports, folder_of, damaged_files     what became of them
    is_waiting, remind  drafts on which nobody has decided
    overview, headline_sentence, changed_cells     what a report says in short
    question_of         what a person is asked about a draft
"""

from __future__ import annotations

from sohoa.reports.asking import question_of
from sohoa.reports.building import build_report, find_report, list_reports
from sohoa.reports.deciding import approve_report, reject_report
from sohoa.reports.document import changed_cells, headline_sentence, overview
from sohoa.reports.files import damaged_files, folder_of
from sohoa.reports.periods import MINISTRY_SCOPE, closed_the_day_before, parse_report_period
from sohoa.reports.waiting import is_waiting, remind

__all__ = [
    "MINISTRY_SCOPE",
    "approve_report",
    "build_report",
    "changed_cells",
    "closed_the_day_before",
    "damaged_files",
    "find_report",
    "folder_of",
    "headline_sentence",
    "is_waiting",
    "list_reports",
    "overview",
    "parse_report_period",
    "question_of",
    "reject_report",
    "remind",
]
