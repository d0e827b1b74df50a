"""`sohoa register import`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sohoa.cli.output import NEEDS_PERSON, note, print_json, print_table, progress_bar
from sohoa.messages import say
from sohoa.settings import load_settings


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="The register of results that exist.", no_args_is_help=True)
    # Typer shows a lone command's group only if it has a callback.
    group.callback()(lambda: None)
    group.command("import")(import_)
    app.add_typer(group, name="register")


def import_(
    files: Annotated[list[Path], typer.Argument(help="CSV or XLSX exports.", exists=True, dir_okay=False)],
    mapping: Annotated[Path | None, typer.Option(help="YAML: header in the file → contract header.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Load exports of the one-stop system; bad rows are told by line and do not stop good ones."""
    from sohoa.journey import settle_waiting, take_in_register

    settings = load_settings()
    summaries = []
    for file in files:
        with progress_bar(file.name) as progress:
            summaries.append(take_in_register(settings, file, mapping, progress))
    settle_waiting(settings)
    if as_json:
        print_json([asdict(summary) for summary in summaries])
    else:
        counts = ("n_rows", "n_new", "n_changed", "n_unchanged", "n_rejected")
        rows = [(s.file_name, *(getattr(s, name) for name in counts)) for s in summaries]
        headings = ("File", "Rows", "New", "Changed", "Unchanged", "Rejected")
        print_table("Register", headings, rows, right=headings[1:])
        for summary in summaries:
            for rejection in summary.rejections:
                column = f" [{rejection.column}]" if rejection.column else ""
                note(f"{summary.file_name}:{rejection.line}{column} {say(rejection.reason, settings.language)}")
    if any(summary.n_rejected for summary in summaries):
        raise typer.Exit(NEEDS_PERSON)
