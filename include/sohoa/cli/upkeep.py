"""`sohoa init` and `sohoa doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from sohoa.cli.output import FAILED, note, print_json, print_table
from sohoa.doctor import examine
from sohoa.settings import load_settings


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("init")(init)
    app.command("doctor")(doctor)


def init() -> None:
    """Create or upgrade folders and databases; safe to run again."""
    from sohoa.catalogue.migrate import migrate

    settings = load_settings()
    for folder in settings.folders():
        folder.mkdir(parents=True, exist_ok=True)
    migrate(settings)
    note(f"Ready: {settings.home}")


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Check every dependency, folder, database and model; say how to mend what is not well."""
    findings = examine(load_settings())
    if as_json:
        print_json([finding.__dict__ for finding in findings])
    else:
        rows = [(f.name, "ok" if f.well else "✗", f.detail, "" if f.well else f.remedy) for f in findings]
        print_table("sohoa doctor", ("What", "", "Found", "To do"), rows)
    if not all(finding.well for finding in findings):
        raise typer.Exit(FAILED)
