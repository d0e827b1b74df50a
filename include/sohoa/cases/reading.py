"""A case export as cases with their papers and hand-overs, and why rows cannot be taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sohoa.cases.rows import CONTRACT, DOSSIER, Case, Component, Handover, Row, parse_row
from sohoa.register import RawRow, Rejection, clean_text, open_table
from sohoa.settings import Settings


@dataclass(frozen=True)
class CaseFile:
    """What a case export tells.

    `components` and `handovers` are by dossier code, in the file's order. A file without any row of a kind
    tells nothing of that kind. `columns` are the headers that it has.
    """

    columns: frozenset[str]
    n_rows: int
    cases: dict[str, Case]
    components: dict[str, list[Component]]
    handovers: dict[str, list[Handover]]
    rejections: list[Rejection]


@dataclass
class _Gathered:
    cases: dict[str, Case] = field(default_factory=dict)
    components: dict[str, list[Component]] = field(default_factory=dict)
    handovers: dict[str, list[Handover]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    rejections: list[Rejection] = field(default_factory=list)

    def take(self, raw: RawRow) -> None:
        if raw.reason:
            self.rejections.append(Rejection(raw.line, None, raw.reason))
            return
        judged = parse_row(raw)
        if isinstance(judged, list):
            self.refused.add(clean_text(raw.cells.get(DOSSIER, "")))
            self.rejections.extend(Rejection(raw.line, column, reason) for column, reason in judged)
        else:
            self._file(judged)

    def _file(self, row: Row) -> None:
        if isinstance(row, Component):
            self.components.setdefault(row.dossier_code, []).append(row)
        elif isinstance(row, Handover):
            self.handovers.setdefault(row.dossier_code, []).append(row)
        elif row.dossier_code in self.cases:
            self.rejections.append(Rejection(row.line, DOSSIER, "cases.repeated"))
        else:
            self.cases[row.dossier_code] = row


def read_cases(settings: Settings, file: Path, mapping: Path | None = None) -> CaseFile:
    """Read and judge an export without touching the database.

    Args:
        settings: For the size limit and the language of messages.
        file: CSV or XLSX with the headers of `CONTRACT`.
        mapping: YAML file `{"header in the file": "contract header"}`.

    Raises:
        SohoaError: the file as a whole cannot be read.
    """
    gathered = _Gathered()
    n_rows = 0
    with open_table(settings, file, mapping, CONTRACT) as table:
        for raw in table.rows:
            n_rows += 1
            gathered.take(raw)
    rejections = [*gathered.rejections, *_orphans(gathered)]
    return CaseFile(
        columns=table.columns,
        n_rows=n_rows,
        cases=gathered.cases,
        components=gathered.components,
        handovers=gathered.handovers,
        rejections=sorted(rejections, key=lambda rejection: rejection.line),
    )


def _orphans(gathered: _Gathered) -> Iterator[Rejection]:
    """Papers and hand-overs of a dossier that the file does not tell of, unless its own row was refused."""
    known = gathered.cases.keys() | gathered.refused
    parts = [row for rows in (gathered.components, gathered.handovers) for some in rows.values() for row in some]
    return (Rejection(row.line, DOSSIER, "cases.dossier_unknown") for row in parts if row.dossier_code not in known)
