"""`sohoa digitise` and `sohoa status`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, as_completed
from dataclasses import asdict
from functools import partial
from itertools import chain
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sohoa.catalogue.database import reading
from sohoa.catalogue.overview import batch_overview
from sohoa.cli.output import FAILED, NEEDS_PERSON, WRONG_USE, note, print_json, print_table, problem, progress_bar
from sohoa.messages import duplicate_text, reason_text, say
from sohoa.settings import Settings, load_settings

if TYPE_CHECKING:
    from sohoa.pages import PageWorkers


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("digitise")(digitise)
    app.command("status")(status)


def digitise(
    folder: Annotated[Path, typer.Argument(help="A batch of scans.", exists=True, file_okay=False)],
    unit: Annotated[str, typer.Option(help="Code of the unit that scanned, such as G09.")],
    jobs: Annotated[int | None, typer.Option(min=1, help="Chunks read at the same time.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read, check, link and archive a batch in this process; the folder stays as it is."""
    from sohoa import journey
    from sohoa.intake.receiving import adopt_folder, receive_batch
    from sohoa.pages import PageWorkers
    from sohoa.quality import load_gate

    # It names folders of the outbox.
    if not re.fullmatch(r"[^\W_][\w.-]*", unit):
        raise typer.BadParameter(f"{unit!r} is no unit code such as G09.04", param_hint="--unit")
    settings = load_settings()
    settings.jobs = jobs or settings.jobs
    batch_id = adopt_folder(settings, folder, unit)
    with PageWorkers(settings, settings.jobs) as workers:
        note(f"Batch {batch_id}: copying to the master store …")
        receive_batch(settings, batch_id, workers)
        # Takes seconds, which nobody waits for while pages are read.
        Thread(target=load_gate, daemon=True).start()
        n_lost = _read_and_compile(settings, workers, batch_id)
    outcome = journey.publish_batch(settings, batch_id)
    if as_json:
        print_json({**asdict(outcome), "receipt": str(settings.outbox / unit / batch_id)})
    else:
        _print_batch(settings, batch_id)
    if n_lost:
        problem(f"{n_lost} chunks could not be read; run the same command again, or look at the messages above.")
        raise typer.Exit(FAILED)
    if outcome.needs_person:
        raise typer.Exit(NEEDS_PERSON)


def _read_and_compile(settings: Settings, workers: PageWorkers, batch_id: str) -> int:
    """Read all chunks, compile and judge the documents, make their copies; return how many chunks broke down."""
    from sohoa import journey

    copies: dict[str, list[Future[bool]]] = {}

    def compile_masters(masters: Iterable[str]) -> None:
        for sha256 in masters:
            compiled = journey.compile_master(settings, batch_id, sha256)
            copies[sha256] = [workers.submit(partial(journey.make_copy, settings, identity)) for identity in compiled]

    n_lost = _read_all(settings, workers, batch_id, compile_masters)
    note("Making archive copies, checking, linking …")
    compile_masters(sha256 for sha256 in journey.masters_to_compile(settings, batch_id) if sha256 not in copies)
    journey.judge_documents(settings, batch_id)
    for copy in chain.from_iterable(copies.values()):
        copy.result()
    return n_lost


def _read_all(
    settings: Settings, workers: PageWorkers, batch_id: str, when_read: Callable[[Iterable[str]], None]
) -> int:
    """Read all chunks, `settings.jobs` at a time; return how many broke down. The others are read all the same.

    Masters are told to `when_read` as soon as all their pages are read: what comes next keeps busy whoever has no
    chunk left.
    """
    from sohoa.journey import plan_chunks, read_chunk

    chunks = plan_chunks(settings, batch_id)
    n_pages = sum(last - first + 1 for chunk in chunks for _, first, last in chunk)
    waiting = Counter(sha256 for chunk in chunks for sha256 in {sha256 for sha256, _, _ in chunk})
    n_done = n_lost = 0
    # Threads will do: all heavy work is done by the programs that they wait for.
    with progress_bar("Reading pages") as progress:
        progress(0, n_pages)
        running = {workers.submit(partial(read_chunk, settings, batch_id, chunk)): chunk for chunk in chunks}
        for future in as_completed(running):
            chunk = running[future]
            n_done += sum(last - first + 1 for _, first, last in chunk)
            progress(n_done, n_pages)
            if (error := future.exception()) is not None:
                problem(f"A chunk of {len(chunk)} files broke down: {error!r}")
                n_lost += 1
                continue
            masters = list(dict.fromkeys(sha256 for sha256, _, _ in chunk))
            waiting.subtract(masters)
            when_read(sha256 for sha256 in masters if not waiting[sha256])
    return n_lost


def status(
    batch: Annotated[str | None, typer.Argument(help="Id of a batch; all batches without it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with every file ever seen.")] = False,
) -> None:
    """Show where batches and files are."""
    settings = load_settings()
    with reading(settings.catalogue_url) as session:
        batches = batch_overview(session, batch)
    if batch is not None and not batches:
        problem(f"There is no batch {batch}; `sohoa status` lists all.")
        raise typer.Exit(WRONG_USE)
    if as_json:
        print_json(batches)
    elif batch is not None:
        _print_batch(settings, batch)
    else:
        rows = [(b["batch_id"], b["unit_code"], b["name"], b["status"], len(b["files"])) for b in batches]
        print_table("Batches", ("Batch", "Unit", "Name", "Status", "Files"), rows, right=("Files",))


def _print_batch(settings: Settings, batch_id: str) -> None:
    with reading(settings.catalogue_url) as session:
        batch = batch_overview(session, batch_id)[0]
    language = settings.language
    rows = []
    for file in batch["files"]:
        if len(file["documents"]) > 1:
            rows += [_document_row(file["file"], one, language) for one in file["documents"]]
            continue
        reasons = [reason_text(reason, language) for reason in file["review_reasons"]]
        if file["duplicate_of"]:
            reasons = [duplicate_text(file["duplicate_of"], file["reason"], language)]
        elif file["reason"]:
            reasons = [say(file["reason"], language)]
        rows.append((file["file"], say(f"outcome.{file['outcome']}", language), "; ".join(reasons)))
    columns = tuple(say(f"receipt.{name}", language) for name in ("file", "outcome", "reason"))
    print_table(f"{batch_id} ({batch['status']})", columns, rows)


def _document_row(path: str, document: dict[str, Any], language: str) -> tuple[str, str, str]:
    """The row of one document of a file with several."""
    first = document["first_page"]
    pages = f"{first}–{first + document['page_count'] - 1}" if document["page_count"] > 1 else str(first)
    reasons = "; ".join(reason_text(reason, language) for reason in document["review_reasons"])
    return f"{path} ({pages})", say(f"outcome.{document['outcome']}", language), reasons
