"""Separator sheets as the archivist prints them with `sohoa separators make`, laid into a stack of samples."""

from __future__ import annotations

from typing import Any

import pypdfium2

from sohoa.messages import say
from sohoa.pages.separators import Separator
from sohoa.pages.sheets import print_sheets
from sohoa.samples.ink import DPI
from sohoa.samples.paper import Sheet

UNIT, BATCH = "G09.01", "scans"  # who scans, and the folder that `make_stacks` writes


def separator_sheet(number: int, n_pages: int | None) -> Sheet:
    """The sheet before the document that is `number` in its stack and has `n_pages` pages, if that is known."""

    def in_vietnamese(key: str, **values: Any) -> str:
        return say(key, "vi", **values)

    printed = print_sheets([Separator(UNIT, BATCH, n_pages, number)], in_vietnamese)
    with pypdfium2.PdfDocument(printed) as document:
        return Sheet(document[0].render(scale=DPI / 72).to_pil().convert("RGB"))
