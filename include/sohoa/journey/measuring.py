"""What figures are made of beside the register: case exports come in past their gate."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sohoa.cases import CaseFile, CaseImport, import_cases, read_cases, refuse_bad_rows
from sohoa.indicators import today
from sohoa.quality import cases_frame, judge, require, store_verdicts, write_data_docs
from sohoa.settings import Settings


def take_in_cases(settings: Settings, file: Path, mapping: Path | None = None) -> CaseImport:
    """Import a case export that passes its gate; all of it or nothing.

    Raises:
        RowsRefused: rows are wrong; says which.
        GateFailed: the cases contradict themselves; says in which rows.
        SohoaError: the file cannot be read.
    """
    told = read_cases(settings, file, mapping)
    refuse_bad_rows(settings, file, told)
    with file.open("rb") as stream:
        subject = f"cases-{hashlib.file_digest(stream, 'sha256').hexdigest()[:16]}"
    result = judge(settings, "cases", subject, cases_frame(_judged(told), today()), "line")
    store_verdicts(settings, result)
    write_data_docs(settings, result)
    require(result)
    return import_cases(settings, file, told)


def _judged(told: CaseFile) -> Iterator[Mapping[str, Any]]:
    for dossier, case in told.cases.items():
        parts = {
            "n_components": len(told.components.get(dossier, ())),
            "n_handovers": len(told.handovers.get(dossier, ())),
        }
        yield asdict(case) | parts
