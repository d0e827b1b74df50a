"""What is known about a scanned document because we drew it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sohoa.samples.delivery import DeliveredPage
from sohoa.samples.documents import Document
from sohoa.samples.results import Fault, Scan
from sohoa.samples.units import units


def truth_of(scan: Scan, document: Document, pages: Sequence[DeliveredPage], name: str) -> dict[str, Any]:
    """The truth about a document, as one object of `truth.jsonl`.

    Lists have one element a page: `text` (lines as printed, digits put in by hand with them), `blocks` (what is read
    in one piece, see `paper.Block`: handwriting apart, to measure reading by), `rotation`, `skew`, `blank`.
    """
    result = scan.result
    in_register = scan.fault is not Fault.NOT_IN_REGISTER
    return {
        "source_file": name,
        "first_page": 1,
        "page_count": len(pages),
        "doc_type": result.kind.doc_type,
        "code_number": result.number,
        "code_notation": result.kind.notation,
        "issued_on": result.issued_on.isoformat(),
        "issuer": units()[result.kind.agency_code].name,
        "subject": result.matter.subject,
        "signer_name": document.signature.name,
        "dossier_code": None,
        "result_key": result.key if in_register else None,
        "unit_code": result.kind.unit_code,
        "scanned_on": scan.scanned_on.isoformat(),
        "readable": scan.fault is not Fault.CORRUPT,
        "in_register": in_register,
        "text": [page.text for page in pages],
        "blocks": [[asdict(block) for block in page.blocks] for page in pages],
        "rotation": [page.rotation for page in pages],
        "skew": [page.skew for page in pages],
        "blank": [page.blank for page in pages],
    }
