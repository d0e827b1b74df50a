"""`sohoa samples make | stacks`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from sohoa.cli.output import note, progress_bar
from sohoa.errors import SohoaError

Out = Annotated[Path, typer.Option(help="Folder to write; it is created.", file_okay=False)]
Seed = Annotated[int, typer.Option(help="The same seed draws the same documents.")]
LevelName = Annotated[str, typer.Option("--level", help="How the scans have aged: clean, office or hard.")]
Dpi = Annotated[int | None, typer.Option(min=72, max=1200, help="Every scan at this resolution, in colour.")]
Qr = Annotated[bool, typer.Option("--qr", help="A QR code of the one-stop system on some documents.")]
Ways = Annotated[str, typer.Option(help="How numbers are put in: printed, stamped, pen; separated by commas.")]
SideName = Annotated[str, typer.Option("--side", help="train to tune on, test to measure on: nothing drawn is shared.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Sample scans with their truth.", no_args_is_help=True)
    group.command("make")(make)
    group.command("stacks")(stacks)
    app.add_typer(group, name="samples")


def make(
    out: Out,
    n: Annotated[int, typer.Option("--n", min=1, help="Number of documents.")] = 24,
    seed: Seed = 1,
    level: LevelName = "clean",
    numbering: Ways = "printed,stamped,pen",
    faults: Annotated[bool, typer.Option(help="Add a corrupt file, a scan under 200 dpi, one not registered.")] = False,
    side: SideName = "train",
    dpi: Dpi = None,
    qr: Qr = False,
) -> None:
    """Draw scans of procedure results, their truth, a manifest and a register export."""
    from sohoa.samples import make_samples

    _check(level, side)
    ways = _ways(numbering)
    with _drawing() as progress:
        made = make_samples(
            out, n, seed, level, side=side, numbering=ways, faults=faults, dpi=dpi, qr=qr, progress=progress
        )
    note(
        f"{made.n_files} files, {made.n_pages} pages in {out / 'scans'}; {made.n_results} results in {out}/register.csv"
    )


def stacks(
    out: Out,
    n: Annotated[int, typer.Option("--n", min=1, help="Number of files.")] = 4,
    per_stack: Annotated[int, typer.Option("--per-stack", min=1, help="Documents in each file.")] = 6,
    seed: Seed = 1,
    level: LevelName = "office",
    numbering: Ways = "printed,stamped,pen",
    side: SideName = "train",
    separators: Annotated[bool, typer.Option("--separators", help="A separator sheet before each document.")] = False,
    dpi: Dpi = None,
    qr: Qr = False,
) -> None:
    """Draw files that hold several documents one after the other, as a feeder delivers them."""
    from sohoa.samples import make_stacks

    _check(level, side)
    ways = _ways(numbering)
    with _drawing() as progress:
        made = make_stacks(
            out,
            n,
            per_stack,
            seed,
            level,
            side=side,
            separators=separators,
            numbering=ways,
            dpi=dpi,
            qr=qr,
            progress=progress,
        )
    note(f"{made.n_files} files of {per_stack} documents, {made.n_pages} pages in {out / 'scans'}")


@contextmanager
def _drawing() -> Iterator[Callable[[int, int], None]]:
    """A progress bar; a missing face is told as the user's errors are."""
    from sohoa.samples.faces import FaceMissingError

    try:
        with progress_bar("Drawing") as progress:
            yield progress
    except FaceMissingError as error:
        raise SohoaError(str(error)) from error


def _ways(numbering: str) -> tuple[str, ...]:
    from sohoa.samples.options import NUMBERING_SHARES

    ways = tuple(way.strip() for way in numbering.split(","))
    if unknown := set(ways) - set(NUMBERING_SHARES):
        said = f"{', '.join(sorted(unknown))} is none of {', '.join(NUMBERING_SHARES)}"
        raise typer.BadParameter(said, param_hint="--numbering")
    return ways


def _check(level: str, side: str) -> None:
    from sohoa.samples import Level, Side

    if level not in set(Level):
        raise typer.BadParameter(f"{level} is none of {', '.join(Level)}", param_hint="--level")
    if side not in set(Side):
        raise typer.BadParameter(f"{side} is none of {', '.join(Side)}", param_hint="--side")
