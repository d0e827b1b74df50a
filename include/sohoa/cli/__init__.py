"""The command `sohoa`: the same stations as the DAGs, from a terminal.

Exit codes: 0 done, 1 done but something needs a person, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import logging
import sys

import typer

from sohoa.cli import batches, catalogue, indicators, register, samples, upkeep
from sohoa.cli.output import FAILED, problem
from sohoa.errors import SohoaError

app = typer.Typer(
    help="Digitise results of administrative procedures and measure the rates. Số hóa kết quả giải quyết TTHC.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (upkeep, samples, register, batches, catalogue, indicators):
    module.add_to(app)


def main() -> None:
    """Run the command line; faults that a user can mend are said in one line."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    try:
        app()
    except SohoaError as error:
        problem(str(error))
        sys.exit(FAILED)
