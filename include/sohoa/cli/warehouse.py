"""`sohoa warehouse dictionary`."""

from __future__ import annotations

import typer

from sohoa.settings import load_settings


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="The reporting warehouse.")
    group.callback()(lambda: None)
    group.command("dictionary")(dictionary)
    app.add_typer(group, name="warehouse")


def dictionary() -> None:
    """Print the data dictionary as Markdown: every view, table and column with what it holds."""
    from sohoa.warehouse.dictionary import dictionary_markdown

    typer.echo(dictionary_markdown(load_settings().language))
