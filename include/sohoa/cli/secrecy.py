"""`sohoa secrecy …`: what is locked away or withheld, for those who are authorised to see to it."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer
from sqlalchemy import select

from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Document, DocumentStatus
from sohoa.cli.output import NEEDS_PERSON, note, print_json, print_table
from sohoa.messages import reason_text, say
from sohoa.settings import load_settings

DocumentId = Annotated[str, typer.Argument(help="Id of the document; `sohoa secrecy list` shows them.")]
By = Annotated[str | None, typer.Option("--by", help="Who decides; by default who is logged in.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Classified documents: locked away, or held until a person has looked.")
    group.callback(no_args_is_help=True)(lambda: None)
    group.command("list")(list_)
    group.command("lock")(lock)
    group.command("clear")(clear)
    app.add_typer(group, name="secrecy")


def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show what is locked or withheld, and where each scan lies; exit code 1 if there is any."""
    from sohoa.archive import Store, master_key
    from sohoa.journey.locking import is_withheld

    settings = load_settings()
    store = Store(settings.archive)
    with reading(settings.catalogue_url) as session:
        query = select(Document).where(Document.status.in_((DocumentStatus.LOCKED, DocumentStatus.IN_REVIEW)))
        held: list[dict[str, Any]] = [
            {
                "document_id": document.document_id,
                "batch_id": document.batch_id,
                "source_file": document.source_file,
                "first_page": document.first_page,
                "page_count": document.page_count,
                "status": document.status,
                "reasons": document.review_reasons,
                "master": str(store.path(master_key(document.sha256))),
            }
            for document in session.scalars(query.order_by(Document.batch_id, Document.document_id))
            if document.status == DocumentStatus.LOCKED or is_withheld(document)
        ]
    if as_json:
        print_json(held)
    else:
        language = settings.language
        rows = [
            (
                one["document_id"],
                one["source_file"],
                say(f"outcome.{one['status']}", language),
                "; ".join(reason_text(reason, language) for reason in one["reasons"]),
                one["master"],
            )
            for one in held
        ]
        print_table("Secrecy", ("Document", "File", "State", "Why, what to do", "Scan"), rows)
    if held:
        raise typer.Exit(NEEDS_PERSON)


def lock(document: DocumentId, by: By = None) -> None:
    """Lock a document that bears a mark which the machine did not see, with all that is in its file."""
    from sohoa.journey.locking import lock_by_person

    lock_by_person(load_settings(), document, by or getpass.getuser())
    note(f"{document} is locked, with every document of its file.")


def clear(document: DocumentId, by: By = None) -> None:
    """Note that a document bears no valid mark; it is read when its batch runs again."""
    from sohoa.journey.locking import clear as clear_mark

    batch_id = clear_mark(load_settings(), document, by or getpass.getuser())
    note(
        f"{document} is released. Batch {batch_id} is taken up again by the next run of claim_batches; "
        "one that was digitised from the command line, by the same `sohoa digitise` command."
    )
