"""Dossier and procedure codes in what QR codes and barcodes say (domain.md §4.3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from sohoa.folding import fold
from sohoa.reading.grammar import find_dossier_code
from sohoa.reading.record import Reading

_PROCEDURE = re.compile(r"(?<![\w.,-])[1-9]\.[0-9]{6}(?:\.[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2})?(?![\w,]|\.\w)")
_SAYS_PROCEDURE = re.compile(r"\bTTHC\b|MATTHC|MA_TTHC|THU ?TUC|PROCEDURE")
_SURE = 0.99


@dataclass(frozen=True)
class QrCodes:
    """The codes found, in order, each once.

    Attributes:
        dossiers: dossier codes `000.00.00.G09-220412-0001` (TT 01/2018/TT-VPCP Đ.19).
        procedures: codes of the national list, `1.003822`, or with the owner behind.
    """

    dossiers: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()


def codes_in(texts: Sequence[str]) -> QrCodes:
    """The codes in the texts of a page's QR codes, in whatever form the one-stop system wrote them.

    Lines of `key: value`, parts between bars, JSON and addresses with a query all keep a code apart from its
    neighbours, so its own grammar is enough. A number like `1.003822` counts only beside a dossier code or where
    the text speaks of a procedure.
    """
    dossiers: list[str] = []
    procedures: list[str] = []
    for text in texts:
        plain = unquote_plus(text) if "%" in text else text
        dossier = find_dossier_code(plain)
        if dossier is not None:
            dossiers.append(dossier)
        if dossier is not None or _SAYS_PROCEDURE.search(fold(plain)) or _PROCEDURE.fullmatch(plain):
            procedures.extend(_PROCEDURE.findall(plain))
    return QrCodes(tuple(dict.fromkeys(dossiers)), tuple(dict.fromkeys(procedures)))


@dataclass(frozen=True)
class DossierEvidence:
    """The dossier code of a document with what else was said of it.

    Attributes:
        chosen: the code, and `qr`, `manifest` or `ocr`: where it is from.
        others: what contradicts it, by where it is from.
        procedure: the procedure's code, None if no QR code has one or they have several.
    """

    chosen: tuple[Reading, str]
    others: dict[str, Reading] = field(default_factory=dict)
    procedure: str | None = None


def weigh_dossier(printed: Reading, manifest: str | None, barcodes: Sequence[Sequence[str]]) -> DossierEvidence:
    """What a QR code says comes first, since it corrects its own errors; then the manifest, then what was read.

    Args:
        printed: what the OCR read.
        manifest: what the archivist wrote down.
        barcodes: texts of the codes on each page of the document.
    """
    by_page = [codes_in(texts) for texts in barcodes]
    said = [(code, number) for number, codes in enumerate(by_page, start=1) for code in codes.dossiers]
    procedures = list(dict.fromkeys(code for codes in by_page for code in codes.procedures))
    found: dict[str, Reading] = {}
    if said:
        # A result may settle several dossiers; the one that something else names as well is meant.
        code, page_no = next((one for one in said if one[0] in (manifest, printed.value)), said[0])
        found["qr"] = Reading(code, _SURE, page_no)
    if manifest:
        found["manifest"] = Reading(manifest, _SURE)
    if printed.value or not found:
        found["ocr"] = printed
    source, chosen = next(iter(found.items()))
    all_said = {code for code, _ in said} | {chosen.value}
    others = {name: reading for name, reading in found.items() if reading.value not in all_said}
    return DossierEvidence((chosen, source), others, procedures[0] if len(procedures) == 1 else None)
