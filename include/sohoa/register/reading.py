"""Read and judge a register export, without touching the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import compress
from operator import attrgetter
from pathlib import Path

from sohoa.register.ahead import with_work_ahead
from sohoa.register.layout import Layout, Line
from sohoa.register.rows import Rejection, judge_columns
from sohoa.register.spool import Portion, Spool
from sohoa.register.tables import open_table
from sohoa.settings import Settings

_PORTION, _PORTION_CHARS = 5000, 8 << 20
_WORTH_A_PROCESS = 5 << 20
"""Bytes of a file whose rows are judged in another process too: some twenty thousand rows."""


@dataclass(frozen=True)
class JudgedRegister:
    """A file of which every row was judged.

    Attributes:
        accepted: the rows that can be taken in.
        rejections: why the others cannot, in the order of the file; there may be several for one row.
    """

    accepted: Spool
    rejections: list[Rejection]

    @property
    def n_rejected(self) -> int:
        """How many rows cannot be taken in."""
        return len({rejection.line for rejection in self.rejections})

    @property
    def n_rows(self) -> int:
        """How many rows the file has, empty ones left out."""
        return self.accepted.n_rows + self.n_rejected


@contextmanager
def read_register(settings: Settings, file: Path, mapping: Path | None = None) -> Iterator[JudgedRegister]:
    """Read and judge an export; its rows can be asked for until the context ends.

    Args:
        settings: For the size limit and the language of messages.
        file: CSV or XLSX with the headers of the contract (design.md §7).
        mapping: YAML file `{"header in the file": "contract header"}`.

    Raises:
        SohoaError: the file as a whole cannot be read.
    """
    with open_table(settings, file, mapping) as table:
        judged = JudgedRegister(Spool(table.columns), [])
        portions = _portions(table.lines)
        apart = file.stat().st_size >= _WORTH_A_PROCESS

        def asked(portion: list[Line]) -> tuple[Layout, list[Line]]:
            return table.layout, portion

        for _, (accepted, rejections) in with_work_ahead(portions, asked, judge_rows, apart=apart):
            judged.accepted.add(accepted)
            judged.rejections.extend(rejections)
    with closing(judged.accepted):
        yield judged


def _portions(lines: Iterator[Line]) -> Iterator[list[Line]]:
    """Some rows at a time, none so many that they take much memory: a row may have a million characters."""
    portion: list[Line] = []
    size = 0
    for line in lines:
        content = line[1] or ""
        portion.append(line)
        size += len(content) if isinstance(content, str) else sum(map(len, content))
        if len(portion) == _PORTION or size >= _PORTION_CHARS:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def judge_rows(asked: tuple[Layout, list[Line]]) -> tuple[Portion, list[Rejection]]:
    """Of some rows, with the layout of their file, those that can be taken in, and why the others cannot."""
    layout, portion = asked
    lines: list[int] = []
    rows: list[Sequence[str]] = []
    rejections: list[Rejection] = []
    for line, content in portion:
        cells, reason = layout.cells(content)
        if reason:
            rejections.append(Rejection(line, None, reason))
        else:
            lines.append(line)
            rows.append(cells)
    values, problems = judge_columns(layout.columns_of(rows), lines)
    if problems:
        rejections += [Rejection(lines[row], *problem) for row, found in problems.items() for problem in found]
        is_good = [row not in problems for row in range(len(rows))]
        values = {name: list(compress(column, is_good)) for name, column in values.items()}
    return Portion.of(values), sorted(rejections, key=attrgetter("line"))
