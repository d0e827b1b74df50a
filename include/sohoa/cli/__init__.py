"""The command `sohoa`: the same stations as the DAGs, from a terminal.

Exit codes: 0 done, 1 done but something needs a person, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import logging
import os
import sys

import typer
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError, ProgrammingError

from sohoa.cli import (
    batches,
    cases,
    catalogue,
    indicators,
    register,
    report,
    review,
    samples,
    secrecy,
    separators,
    upkeep,
    warehouse,
)
from sohoa.cli.output import FAILED, problem
from sohoa.errors import SohoaError

app = typer.Typer(
    help="Digitise results of administrative procedures and measure the rates. Số hóa kết quả giải quyết TTHC.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (
    upkeep,
    samples,
    separators,
    register,
    cases,
    batches,
    review,
    secrecy,
    catalogue,
    indicators,
    report,
    warehouse,
):
    module.add_to(app)


def main() -> None:
    """Run the command line; faults that a user can mend are said in one line, others with all they tell."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    try:
        app()
    except SohoaError as error:
        problem(str(error))
    except (OperationalError, ProgrammingError) as error:
        problem(f"The database cannot be used: {error.orig}. Run `sohoa init`; `sohoa doctor` says what is not well.")
    except ValidationError as error:
        wrong = (f"SOHOA_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors())
        problem(f"A setting is wrong. {'; '.join(wrong)}")
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python must not try to write the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception:
        # 1 would say that all is done and something waits for a person.
        logging.getLogger(__name__).exception("sohoa failed")
    else:
        return
    sys.exit(FAILED)
