"""`sohoa report …`: build the report of a period, decide on it, see what became of it."""

from __future__ import annotations

import getpass
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from sohoa.cli.output import NEEDS_PERSON, note, print_json, print_table, problem
from sohoa.cli.periods import as_wrong_use
from sohoa.errors import SohoaError
from sohoa.messages import say
from sohoa.settings import LOCAL_TIME, Settings, load_settings

if TYPE_CHECKING:
    from sohoa.catalogue.models import Report

ReportId = Annotated[int, typer.Argument(help="Id of the report; `sohoa report list` shows them.")]
By = Annotated[
    str | None,
    typer.Option("--by", envvar="SOHOA_REVIEWER", help="Who decides; by default who is logged in."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class _PeriodFirst(TyperGroup):
    """`sohoa report 2022 --out DIR` builds, as tools outside have it (design.md §7)."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        named = bool(args) and (args[0] in self.commands or args[0].startswith("-"))
        return super().resolve_command(ctx, args if named else ["build", *args])


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    text = "Reports: built, approved by a person, published. A period alone (`sohoa report 2022`) builds."
    group = typer.Typer(cls=_PeriodFirst, help=text, no_args_is_help=True)
    group.callback()(lambda: None)
    for name, command in (
        ("build", build),
        ("list", list_),
        ("show", show),
        ("approve", approve),
        ("reject", reject),
    ):
        group.command(name)(command)
    app.add_typer(group, name="report")


def build(
    period: Annotated[str, typer.Argument(help="2022, 2022-Q1, 2022-H1, or FROM..TO (2022-01-01..2022-03-31).")],
    unit: Annotated[str | None, typer.Option(help="Of this unit; the whole Ministry without it.")] = None,
    out: Annotated[Path | None, typer.Option(file_okay=False, help="Folder for a copy of its files.")] = None,
    calendar: Annotated[str, typer.Option(help="report (a year runs 15/12 to 14/12), or civil.")] = "report",
    by: By = None,
    as_json: Json = False,
) -> None:
    """Build a draft of the report of a period that is over; exit code 1, since a person has to approve it."""
    from sohoa.catalogue.models import ReportState
    from sohoa.reports import build_report, parse_report_period

    settings = load_settings()
    with as_wrong_use():
        chosen = parse_report_period(period, calendar, settings.language)
    report = build_report(settings, chosen, unit, by=by or getpass.getuser())
    if out is not None:
        _copy(settings, report, out)
    _tell(settings, report, "report.built", as_json=as_json)
    if report.state == ReportState.DRAFT:
        raise typer.Exit(NEEDS_PERSON)


def list_(as_json: Json = False) -> None:
    """Print all reports, the newest first."""
    from sohoa.reports import MINISTRY_SCOPE, list_reports

    settings = load_settings()
    reports, language = list_reports(settings), settings.language
    if as_json:
        print_json([_plain(settings, report) for report in reports])
        return
    columns = ("id", "period", "scope", "version", "state", "built", "decided", "reason")
    headings = [say(f"report.column_{name}", language) for name in columns]
    rows = [
        (
            one.id,
            f"{one.period} ({one.calendar})",
            say("report.ministry", language) if one.scope == MINISTRY_SCOPE else one.scope,
            one.version,
            say(f"report.state_{one.state}", language),
            f"{one.built_at.astimezone(LOCAL_TIME):%d/%m/%Y %H:%M}",
            one.decided_by,
            one.reason,
        )
        for one in reports
    ]
    print_table(say("report.list_title", language), headings, rows, right=headings[:1], whole=headings[:2])


def show(report_id: ReportId, as_json: Json = False) -> None:
    """Print what a report says in short, what it changes, and whether its published files are as they were."""
    from sohoa.reports import damaged_files, find_report, headline_sentence, overview

    settings = load_settings()
    report = find_report(settings, report_id)
    damaged = damaged_files(settings, report)
    if as_json:
        print_json({**_plain(settings, report), "changes": report.changes, "damaged": damaged, "data": report.data})
    else:
        print(f"{_subject(settings, report)}: {say(f'report.state_{report.state}', settings.language)}")
        print(f"{overview(report.data)}\n{headline_sentence(report.data)}")
        _print_changes(settings, report)
        print(_plain(settings, report)["folder"])
        if report.files and not damaged:
            note(say("report.intact", settings.language))
    for name in damaged:
        problem(say("report.damaged", settings.language, file=name))
    if damaged:
        raise typer.Exit(NEEDS_PERSON)


def approve(report_id: ReportId, by: By = None, as_json: Json = False) -> None:
    """Approve a draft and publish it to the outbox."""
    from sohoa.reports import approve_report

    settings = load_settings()
    report = approve_report(settings, report_id, by=by or getpass.getuser())
    _tell(settings, report, "report.published", as_json=as_json)


def reject(
    report_id: ReportId,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Reject a draft: it is not published."""
    from sohoa.reports import reject_report

    settings = load_settings()
    report = reject_report(settings, report_id, by=by or getpass.getuser(), reason=reason)
    _tell(settings, report, "report.rejected", as_json=as_json)


def _copy(settings: Settings, report: Report, out: Path) -> None:
    """Lay copies of a report's files into a folder."""
    from sohoa.reports import folder_of

    try:
        out.mkdir(parents=True, exist_ok=True)
        for file in folder_of(settings, report).iterdir():
            shutil.copyfile(file, out / file.name)
    except OSError as error:
        values = {"path": error.filename or out, "reason": error.strerror, "id": report.id}
        raise SohoaError(say("report.not_copied", settings.language, **values)) from error


def _tell(settings: Settings, report: Report, message: str, *, as_json: bool) -> None:
    plain = _plain(settings, report)
    if as_json:
        print_json(plain)
        return
    told = {"subject": _subject(settings, report), "state": say(f"report.state_{report.state}", settings.language)}
    print(say(message, settings.language, **{**plain, **told}))


def _subject(settings: Settings, report: Report) -> str:
    return say("report.subject", settings.language, period=report.data["period"]["text"])


def _print_changes(settings: Settings, report: Report) -> None:
    from sohoa.reports import changed_cells

    if report.corrects is None:
        return
    language = settings.language
    headings = [
        say("indicator.column_code", language),
        *(say(f"report.column_{name}", language) for name in ("where", "before", "after")),
    ]
    rows = [changed_cells(one, language) for one in report.changes]
    print_table(say("report.note_corrects", language, version=report.corrects), headings, rows, whole=headings[:1])


def _plain(settings: Settings, report: Report) -> dict[str, Any]:
    from sohoa.reports import folder_of

    names = ("id", "scope", "calendar", "period", "version", "corrects", "state", "sha256", "built_by", "built_at")
    later = ("decided_by", "decided_at", "reason", "published_at", "files")
    return {name: getattr(report, name) for name in (*names, *later)} | {"folder": str(folder_of(settings, report))}
