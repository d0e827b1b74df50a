"""`sohoa catalogue search` and `sohoa catalogue reindex`."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Annotated, Any

import typer

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.search import STATES, Filters, Found, Hit, index_all, search
from sohoa.cli.output import note, print_json, print_marked
from sohoa.messages import say
from sohoa.register import parse_date
from sohoa.settings import load_settings

_DAY = "YYYY-MM-DD|DD/MM/YYYY"


def _day(typed: str) -> dt.date:
    try:
        day = parse_date(typed)
    except ValueError:
        day = None
    if day is None:
        raise typer.BadParameter(f"'{typed}' is no day written {_DAY}")
    return day


def search_(
    words: Annotated[list[str] | None, typer.Argument(help="Words; a phrase in quotes: '\"thành lập hội\"'.")] = None,
    unit: Annotated[str | None, typer.Option(help="Scanned or decided by this unit, or one below it.")] = None,
    doc_type: Annotated[str | None, typer.Option("--type", help="Type, such as 'Quyết định'.")] = None,
    number: Annotated[str | None, typer.Option(help="Number, or number/symbol.")] = None,
    issued_from: Annotated[
        dt.date | None, typer.Option("--from", parser=_day, metavar=_DAY, help="Issued on or after.")
    ] = None,
    issued_to: Annotated[
        dt.date | None, typer.Option("--to", parser=_day, metavar=_DAY, help="Issued on or before.")
    ] = None,
    state: Annotated[str | None, typer.Option(help=f"One of {', '.join(STATES)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find documents by their words: with diacritics exactly, without them in any spelling."""
    if state is not None and state not in STATES:
        raise typer.BadParameter(f"{state} is none of {', '.join(STATES)}", param_hint="--state")
    settings = load_settings()
    filters = Filters(
        unit=unit,
        doc_type=doc_type,
        number=number,
        issued_from=issued_from,
        issued_to=issued_to,
        state=state,
    )
    with reading(settings.catalogue_url) as session:
        found = search(session, " ".join(words or ()), filters, limit)
    if as_json:
        print_json({"total": found.total, "documents": [_as_dict(hit) for hit in found.hits]})
    else:
        _print(found, settings.language)


def reindex() -> None:
    """Make the index of words anew from what the catalogue keeps."""
    settings = load_settings()
    with writing(settings.catalogue_url) as session:
        n_documents = index_all(session)
    note(say("search.reindexed", settings.language, total=n_documents))


def _as_dict(hit: Hit) -> dict[str, Any]:
    return {**asdict(hit), "snippet": "".join(piece.text for piece in hit.snippet)}


def _print(found: Found, language: str) -> None:
    if not found.total:
        note(say("search.nothing", language))
        return
    for hit in found.hits:
        day = hit.issued_on.strftime("%d/%m/%Y") if hit.issued_on else None
        facts = (hit.code, day, hit.doc_type, hit.issuer, say(f"outcome.{hit.status}", language))
        print_marked([(" · ".join(fact for fact in facts if fact), False)])
        if hit.subject:
            print_marked([(f"  {hit.subject}", False)])
        page = say("search.page", language, page=hit.page, pages=hit.page_count)
        print_marked([(f"  {page}: ", False), *((piece.text, piece.hit) for piece in hit.snippet)])
        print_marked([(f"  {hit.document_id} · {hit.batch_id}/{hit.source_file}", False)])
    note(say("search.shown", language, shown=len(found.hits), total=found.total))
