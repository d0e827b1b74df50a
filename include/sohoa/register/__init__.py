"""The register of results that exist (the denominator): import, normalise, link."""

from __future__ import annotations

from sohoa.register.cells import CellReader, parse_date
from sohoa.register.importing import ImportSummary, import_judged, import_register
from sohoa.register.layout import RawRow
from sohoa.register.normalise import clean_text, clean_unit_code, fold_code, fold_diacritics, result_key
from sohoa.register.reading import JudgedRegister, read_register
from sohoa.register.refusing import RowsRefused
from sohoa.register.rows import OPTIONAL, REQUIRED, VALIDITY, RegisterRow, Rejection
from sohoa.register.tables import Contract, open_table

__all__ = [
    "OPTIONAL",
    "REQUIRED",
    "VALIDITY",
    "CellReader",
    "Contract",
    "ImportSummary",
    "JudgedRegister",
    "RawRow",
    "RegisterRow",
    "Rejection",
    "RowsRefused",
    "clean_text",
    "clean_unit_code",
    "fold_code",
    "fold_diacritics",
    "import_judged",
    "import_register",
    "open_table",
    "parse_date",
    "read_register",
    "result_key",
]
