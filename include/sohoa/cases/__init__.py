"""The case export of the one-stop system: what became of each dossier, its papers and its hand-overs.

The columns are described for those who make the export in `docs/vi/danh-sach-ho-so.md`.
"""

from __future__ import annotations

from sohoa.cases.importing import CaseImport, import_cases, refuse_bad_rows
from sohoa.cases.reading import CaseFile, read_cases
from sohoa.cases.rows import CONTRACT, Case, Component, Handover

__all__ = [
    "CONTRACT",
    "Case",
    "CaseFile",
    "CaseImport",
    "Component",
    "Handover",
    "import_cases",
    "read_cases",
    "refuse_bad_rows",
]
