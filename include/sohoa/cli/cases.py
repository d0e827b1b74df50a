"""`sohoa cases import` and `sohoa readings import`: what figures are made of beside the register."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from sohoa.cli.output import FAILED, note, print_json, print_table, problem
from sohoa.messages import say
from sohoa.register import RowsRefused
from sohoa.settings import Settings, load_settings

if TYPE_CHECKING:
    from sohoa.cases import CaseImport
    from sohoa.indicators import ReadingImport

    Summary: TypeAlias = CaseImport | ReadingImport

Files = Annotated[list[Path], typer.Argument(help="CSV or XLSX files.", exists=True, dir_okay=False)]
Mapping = Annotated[Path | None, typer.Option(help="YAML: header in the file → standard header.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for name, help_text, command in (
        ("cases", "The case export of the one-stop system.", import_cases),
        ("readings", "Figures measured elsewhere.", import_readings),
    ):
        group = typer.Typer(help=help_text, no_args_is_help=True)
        # Typer shows a lone command's group only if it has a callback.
        group.callback()(lambda: None)
        group.command("import")(command)
        app.add_typer(group, name=name)


def import_cases(files: Files, mapping: Mapping = None, as_json: AsJson = False) -> None:
    """Load case exports; a file with a wrong row is refused as a whole, and every such row is told."""
    from sohoa.journey import take_in_cases

    _import(files, mapping, take_in_cases, "Cases", as_json)


def import_readings(files: Files, mapping: Mapping = None, as_json: AsJson = False) -> None:
    """Load readings of indicators; a file with a wrong row is refused as a whole, and every such row is told."""
    from sohoa.indicators import import_readings as take_in_readings

    _import(files, mapping, take_in_readings, "Readings", as_json)


def _import(
    files: list[Path],
    mapping: Path | None,
    take_in: Callable[[Settings, Path, Path | None], Summary],
    title: str,
    as_json: bool,
) -> None:
    settings = load_settings()
    summaries: list[Summary] = []
    refused = 0
    for file in files:
        try:
            summaries.append(take_in(settings, file, mapping))
        except RowsRefused as error:
            refused += 1
            problem(str(error))
            for one in error.rejections:
                column = f" [{one.column}]" if one.column else ""
                note(f"{file.name}:{one.line}{column} {say(one.reason, settings.language)}")
    if as_json:
        print_json([asdict(summary) for summary in summaries])
    elif summaries:
        counts = ("n_rows", "n_new", "n_changed", "n_unchanged")
        rows = [(one.file_name, *(getattr(one, name) for name in counts)) for one in summaries]
        headings = ("File", "Rows", "New", "Changed", "Unchanged")
        print_table(title, headings, rows, right=headings[1:])
    if refused:
        raise typer.Exit(FAILED)
