"""The register of results that exist (the denominator): import, normalise, link."""

from __future__ import annotations

from sohoa.register.importing import ImportSummary, import_register, read_register
from sohoa.register.normalise import fold_code, fold_diacritics, result_key
from sohoa.register.rows import OPTIONAL, REQUIRED, VALIDITY, RegisterRow, Rejection, parse_date

__all__ = [
    "OPTIONAL",
    "REQUIRED",
    "VALIDITY",
    "ImportSummary",
    "RegisterRow",
    "Rejection",
    "fold_code",
    "fold_diacritics",
    "import_register",
    "parse_date",
    "read_register",
    "result_key",
]
