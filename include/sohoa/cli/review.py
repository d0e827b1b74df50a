"""`sohoa review …`: the review desk from a terminal; each decision is carried out at once, in this process."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from sohoa.catalogue.database import reading
from sohoa.cli.output import FAILED, NEEDS_PERSON, WRONG_USE, note, print_json, print_table, problem
from sohoa.cli.review_output import print_item, print_proposals, print_queue
from sohoa.messages import reason_text, say
from sohoa.settings import Settings, load_settings

Document = Annotated[str, typer.Argument(help="Id of the document; `sohoa review list` shows them.")]
Reviewer = Annotated[
    str | None,
    typer.Option("--reviewer", envvar="SOHOA_REVIEWER", help="Who decides; by default who is logged in."),
]
Version = Annotated[
    str | None,
    typer.Option("--version", help="Of the document as `show` told it: refuse if it has changed since."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Unit = Annotated[str | None, typer.Option(help="Only what this unit or one below it scanned.")]
Reason = Annotated[str, typer.Option(help="Why.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="The review desk: what waits for a person, and decisions on it.", no_args_is_help=True)
    group.callback()(lambda: None)
    commands: dict[str, Callable[..., None]] = {
        "list": list_,
        "show": show,
        "accept": accept,
        "correct": correct,
        "link": link,
        "unlink": unlink,
        "replace-copy": replace_copy,
        "split": split,
        "merge": merge,
        "reject": reject,
        "rotate": rotate,
        "ask-rescan": ask_rescan,
        "pass-low-dpi": pass_low_dpi,
        "register": register,
        "confirm": confirm,
        "decline": decline,
        "export": export,
        "accuracy": accuracy,
        "finish": finish,
    }
    for name, command in commands.items():
        group.command(name)(_speaking(command))
    app.add_typer(group, name="review")


def _speaking(command: Callable[..., None]) -> Callable[..., None]:
    """A refused decision ends with what to do: exit code 2 for what was asked wrongly, 3 for what is in the way."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        from sohoa.review import Changed, Closed, Held, ReviewError

        try:
            command(*arguments, **options)
        except ReviewError as error:
            problem(str(error))
            raise typer.Exit(FAILED if isinstance(error, Changed | Closed | Held) else WRONG_USE) from error

    return run


def list_(
    unit: Unit = None, limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100, as_json: Json = False
) -> None:
    """Show the queue, the most harmful first, and the register rows that wait for a second person."""
    from sohoa.review import count_waiting, open_proposals, waiting

    settings = load_settings()
    with reading(settings.catalogue_url) as session:
        rows, total = waiting(session, unit, limit), count_waiting(session, unit)
        proposals = open_proposals(session)
    if as_json:
        print_json(
            {
                "n_waiting": total,
                "items": [asdict(row) for row in rows],
                "proposals": [asdict(one) for one in proposals],
            }
        )
        return
    print_queue(rows, total, settings.language)
    if proposals:
        print_proposals(proposals, settings.language)


def show(document: Document, as_json: Json = False) -> None:
    """Show a document with its fields, reasons, candidates of the register and what happened to it."""
    from sohoa.review import view_item

    settings = load_settings()
    item = view_item(settings, document)
    if as_json:
        print_json(item.as_dict())
    else:
        print_item(item, settings.language)


def accept(document: Document, reviewer: Reviewer = None, version: Version = None, as_json: Json = False) -> None:
    """What is shown is right: let the document pass if nothing else stands in its way."""
    from sohoa.review import Accept

    _decide(document, reviewer, [Accept()], version, as_json=as_json)


def correct(
    document: Document,
    values: Annotated[list[str], typer.Argument(help="field=value, such as code_number=115 issued_on=24/02/2022.")],
    reviewer: Reviewer = None,
    version: Version = None,
    and_accept: Annotated[bool, typer.Option("--accept", help="Accept the document with it.")] = False,
    as_json: Json = False,
) -> None:
    """Set fields to what the paper says."""
    from sohoa.review import Accept, Correct

    given = {}
    for pair in values:
        name, sign, value = pair.partition("=")
        if not sign:
            raise typer.BadParameter(f"{pair!r} is not field=value")
        given[name.strip()] = value
    steps = [Correct(given), *([Accept()] if and_accept else [])]
    _decide(document, reviewer, steps, version, as_json=as_json)


def link(
    document: Document,
    result: Annotated[int, typer.Argument(help="Number of the register row, as `show` lists the candidates.")],
    reviewer: Reviewer = None,
    version: Version = None,
    and_accept: Annotated[bool, typer.Option("--accept", help="Accept the document with it.")] = False,
    as_json: Json = False,
) -> None:
    """Link a document to a row of the register."""
    from sohoa.review import Accept, LinkTo

    _decide(document, reviewer, [LinkTo(result), *([Accept()] if and_accept else [])], version, as_json=as_json)


def unlink(document: Document, reviewer: Reviewer = None, version: Version = None, as_json: Json = False) -> None:
    """Take back a link that a person made."""
    from sohoa.review import Unlink

    _decide(document, reviewer, [Unlink()], version, as_json=as_json)


def replace_copy(document: Document, reviewer: Reviewer = None, version: Version = None, as_json: Json = False) -> None:
    """Let it take the place of the copy that its result has already."""
    from sohoa.review import ReplaceCopy

    _decide(document, reviewer, [ReplaceCopy()], version, as_json=as_json)


def split(
    document: Document,
    at: Annotated[int, typer.Option("--at", help="Page of the document on which another one begins, from 2.")],
    reviewer: Reviewer = None,
    version: Version = None,
    as_json: Json = False,
) -> None:
    """Cut a document in two."""
    from sohoa.review import Split

    _decide(document, reviewer, [Split(at)], version, as_json=as_json)


def merge(document: Document, reviewer: Reviewer = None, version: Version = None, as_json: Json = False) -> None:
    """Join the next document of the same file to this one."""
    from sohoa.review import Merge

    _decide(document, reviewer, [Merge()], version, as_json=as_json)


def rotate(
    document: Document,
    page: Annotated[int, typer.Option(help="Page of the document, from 1.")],
    degrees: Annotated[int, typer.Option(help="Clockwise: 90, 180 or 270.")],
    reviewer: Reviewer = None,
    version: Version = None,
    as_json: Json = False,
) -> None:
    """Turn a page and read it again; the master stays as it is."""
    from sohoa.review import Rotate

    _decide(document, reviewer, [Rotate(page, degrees)], version, as_json=as_json)


def reject(
    document: Document, reason: Reason, reviewer: Reviewer = None, version: Version = None, as_json: Json = False
) -> None:
    """It is no result to be digitised; the receipt says why."""
    from sohoa.review import Reject

    _decide(document, reviewer, [Reject(reason)], version, as_json=as_json)


def ask_rescan(
    document: Document, reason: Reason, reviewer: Reviewer = None, version: Version = None, as_json: Json = False
) -> None:
    """The scan is no good; the receipt asks the archivist for another one and says why."""
    from sohoa.review import AskRescan

    _decide(document, reviewer, [AskRescan(reason)], version, as_json=as_json)


def pass_low_dpi(
    document: Document, reason: Reason, reviewer: Reviewer = None, version: Version = None, as_json: Json = False
) -> None:
    """Let a scan below the legal floor pass, with the reason; such documents are counted apart."""
    from sohoa.review import PassLowDpi

    _decide(document, reviewer, [PassLowDpi(reason)], version, as_json=as_json)


def register(
    document: Document,
    unit: Annotated[str | None, typer.Option(help="Unit that decided; by default the issuing agency.")] = None,
    procedure: Annotated[str | None, typer.Option(help="Code of the administrative procedure.")] = None,
    reviewer: Reviewer = None,
    version: Version = None,
    as_json: Json = False,
) -> None:
    """Propose a row for a genuine result that the register lacks; a second person confirms it."""
    from sohoa.review import propose_result

    settings = load_settings()
    proposal = propose_result(settings, document, _name(reviewer), unit, procedure, version)
    if as_json:
        print_json({"document_id": document, "proposal": proposal})
    else:
        note(say("review.proposed", settings.language, proposal=proposal, document=document))
    raise typer.Exit(NEEDS_PERSON)


def confirm(document: Document, reviewer: Reviewer = None, as_json: Json = False) -> None:
    """As a second person confirm the register row proposed for a document, and link the two."""
    from sohoa.review import confirm_result, find_proposal

    settings = load_settings()
    confirm_result(settings, find_proposal(settings, document), _name(reviewer))
    _carry_out(settings, document, as_json=as_json)


def decline(document: Document, reason: Reason, reviewer: Reviewer = None) -> None:
    """Refuse or take back the register row proposed for a document."""
    from sohoa.review import decline_result, find_proposal

    settings = load_settings()
    decline_result(settings, find_proposal(settings, document), _name(reviewer), reason)


def export(
    out: Annotated[Path, typer.Option(help="Folder to write to.", file_okay=False)],
    images: Annotated[bool, typer.Option("--images", help="With a picture of each box.")] = False,
) -> None:
    """Write what persons set beside what was read, as labelled data."""
    from sohoa.review import export_labels

    settings = load_settings()
    count = export_labels(settings, out, images=images)
    note(say("review.exported", settings.language, count=count, place=out))


def accuracy(as_json: Json = False) -> None:
    """Show for each field the share of read values that persons left unchanged."""
    from sohoa.review import production_accuracy

    settings = load_settings()
    with reading(settings.catalogue_url) as session:
        fields = production_accuracy(session)
    if as_json:
        print_json([asdict(field) for field in fields])
        return
    columns = tuple(say(f"review.column_{name}", settings.language) for name in ("field", "settled", "share"))
    rows = [(one.field, one.n_settled, None if one.share is None else f"{one.share:.1%}") for one in fields]
    print_table(say("review.accuracy_title", settings.language), columns, rows, right=columns[1:])


def finish(as_json: Json = False) -> None:
    """Carry out decisions that were taken elsewhere and wait for it."""
    from sohoa.review import finish_waiting

    settings = load_settings()
    _print_finished(settings, finish_waiting(settings), as_json=as_json)


def _name(given: str | None) -> str:
    """Who decides: the name given, else the account that is logged in."""
    return given if given is not None else getpass.getuser()


def _decide(document: str, reviewer: str | None, steps: Sequence[Any], version: str | None, *, as_json: bool) -> None:
    from sohoa.review import decide

    settings = load_settings()
    decided = decide(settings, document, _name(reviewer), steps, version)
    if decided.again:
        note(say("review.done_before", settings.language))
    _carry_out(settings, document, as_json=as_json)


def _carry_out(settings: Settings, document: str, *, as_json: bool) -> None:
    from sohoa.review import finish_document

    _print_finished(settings, finish_document(settings, document), as_json=as_json)


def _print_finished(settings: Settings, finished: Sequence[Any], *, as_json: bool) -> None:
    language = settings.language
    if as_json:
        print_json([asdict(one) for one in finished])
    for one in [] if as_json else finished:
        if one.status is None:
            note(say("review.taken_back", language, document=one.document_id))
            continue
        outcome = say(f"outcome.{one.status}", language)
        note(say("review.stands", language, document=one.document_id, outcome=outcome))
        for reason in one.reasons:
            note(f"  {reason_text(reason, language)}")
    if any(one.status == "in_review" for one in finished):
        raise typer.Exit(NEEDS_PERSON)
