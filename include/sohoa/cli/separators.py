"""`sohoa separators make`."""

from __future__ import annotations

import unicodedata
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sohoa.cli.output import note
from sohoa.errors import SohoaError
from sohoa.messages import say
from sohoa.replacing import replace_file
from sohoa.settings import load_settings

_MOST_SHEETS = 1000


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Sheets to put between documents in a scanner's feeder.", no_args_is_help=True)
    group.callback()(_group)
    group.command("make")(make)
    app.add_typer(group, name="separators")


def _group() -> None:
    """Sheets to put between documents in a scanner's feeder."""


def make(
    unit: Annotated[str, typer.Option(help="Code of the unit that scans, such as G09.")],
    batch: Annotated[str, typer.Option(help="Name of the batch folder that the scans go to.")],
    out: Annotated[Path, typer.Option(help="PDF file to write.", dir_okay=False)],
    pages: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="Pages of each document; left out where they differ.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=_MOST_SHEETS, help="How many sheets.")] = 1,
) -> None:
    """Print separator sheets: the page after one is the first of the next document."""
    from sohoa.pages.separators import Separator
    from sohoa.pages.sheets import print_sheets

    for name, value in (("--unit", unit), ("--batch", batch)):
        if not value.strip() or not value.isprintable() or "/" in value:
            raise typer.BadParameter(f"{value!r} cannot be a name", param_hint=name)
    named = unicodedata.normalize("NFC", batch)
    sheets = [Separator(unit, named, pages, number) for number in range(1, count + 1)]
    content = print_sheets(sheets, partial(_say, load_settings().language))
    try:
        replace_file(out, content)
    except OSError as error:
        raise SohoaError(f"{out} cannot be written: {error.strerror}") from error
    note(f"{count} sheets in {out}")


def _say(language: str, key: str, **values: object) -> str:
    return say(key, language, **values)
