"""`sohoa samples make`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sohoa.cli.output import note, progress_bar
from sohoa.errors import SohoaError


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Sample scans with their truth.", no_args_is_help=True)
    group.command("make")(make)
    app.add_typer(group, name="samples")


def make(
    out: Annotated[Path, typer.Option(help="Folder to write; it is created.", file_okay=False)],
    n: Annotated[int, typer.Option("--n", min=1, help="Number of documents.")] = 24,
    seed: Annotated[int, typer.Option(help="The same seed draws the same documents.")] = 1,
    level: Annotated[str, typer.Option(help="How the scans have aged: clean, office or hard.")] = "clean",
    numbering: Annotated[
        str, typer.Option(help="How numbers are put in: printed, stamped, pen; separated by commas.")
    ] = "printed,stamped,pen",
    faults: Annotated[bool, typer.Option(help="Add a corrupt file, a scan under 200 dpi, one not registered.")] = False,
) -> None:
    """Draw scans of procedure results, their truth, a manifest and a register export."""
    from sohoa.samples import Level, make_samples
    from sohoa.samples.batch import NUMBERING_SHARES
    from sohoa.samples.faces import FaceMissingError

    if level not in set(Level):
        raise typer.BadParameter(f"{level} is none of {', '.join(Level)}", param_hint="--level")
    ways = tuple(way.strip() for way in numbering.split(","))
    if unknown := set(ways) - set(NUMBERING_SHARES):
        said = f"{', '.join(sorted(unknown))} is none of {', '.join(NUMBERING_SHARES)}"
        raise typer.BadParameter(said, param_hint="--numbering")
    try:
        with progress_bar("Drawing") as progress:
            made = make_samples(out, n, seed, level, numbering=ways, faults=faults, progress=progress)
    except FaceMissingError as error:
        raise SohoaError(str(error)) from error
    note(
        f"{made.n_files} files, {made.n_pages} pages in {out / 'scans'}; {made.n_results} results in {out}/register.csv"
    )
