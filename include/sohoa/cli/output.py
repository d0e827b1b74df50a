"""What the commands print: tables for people, JSON for programs, progress and problems on standard error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

NEEDS_PERSON, WRONG_USE, FAILED = 1, 2, 3

_out = Console()
_err = Console(stderr=True)


def problem(text: str) -> None:
    """Say what went wrong and what to do."""
    _err.print(f"[bold red]✗[/] {escape(text)}", highlight=False)


def note(text: str) -> None:
    """Say something beside the result."""
    _err.print(text, highlight=False, markup=False)


def print_marked(pieces: Sequence[tuple[str, bool]]) -> None:
    """Print a line of pieces; those that are marked stand out."""
    # Texts come from scans: whatever would steer the terminal is left out.
    line = Text()
    for text, marked in pieces:
        line.append("".join(letter for letter in text if letter.isprintable()), "bold yellow" if marked else "")
    _out.print(line, highlight=False, soft_wrap=not _out.is_terminal)


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    right: Sequence[str] = (),
    whole: Sequence[str] = (),
) -> None:
    """Print rows as a table; `right` names the columns of figures, `whole` those that people copy from."""
    # Texts come from file names and registers: none is markup.
    table = Table(title=escape(title), title_justify="left")
    for column in columns:
        justify: Literal["left", "right"] = "right" if column in right else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=column in whole)
    for row in rows:
        table.add_row(*("–" if cell is None else escape(str(cell)) for cell in row))
    _out.print(table)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error; the function given takes (done, total)."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=_err, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
