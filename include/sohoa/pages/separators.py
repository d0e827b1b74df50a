"""Separator sheets: what their QR code says. The page after one is the first of the next document."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from sohoa.errors import SohoaError

_PREFIX = "SOHOA-SEP/1?"  # what a later form says must not be guessed at
_LONGEST_PAYLOAD = 600
_LARGEST_COUNT = 100_000


@dataclass(frozen=True)
class Separator:
    """What a sheet says of the document behind it.

    Attributes:
        unit: code of the unit that scans.
        batch: name of the batch.
        pages: pages of the document, None if that was not known when the sheet was printed.
        number: running number of the sheet within its batch.
    """

    unit: str
    batch: str
    pages: int | None
    number: int


def payload(sheet: Separator) -> str:
    """The text of a sheet's QR code: `SOHOA-SEP/1?unit=…&batch=…&pages=…&no=…&c=…`; `c` is its CRC-32.

    Raises:
        SohoaError: the names are too long for a code that is read safely.
    """
    pages = f"&pages={sheet.pages}" if sheet.pages is not None else ""
    body = f"unit={quote(sheet.unit, safe='')}&batch={quote(sheet.batch, safe='')}{pages}&no={sheet.number}"
    text = f"{_PREFIX}{body}&c={_check(body)}"
    if len(text) > _LONGEST_PAYLOAD:
        raise SohoaError(f"The code of a sheet for {sheet.batch!r} would be too large: give the batch a shorter name.")
    return text


def separator_in(barcodes: Sequence[str]) -> Separator | None:
    """What the separator sheet says that carries these codes.

    None for any other page, for a payload that is not as `payload` writes it, and where two of them contradict.
    """
    sheets = {sheet for sheet in map(_parsed, barcodes) if sheet is not None}
    return sheets.pop() if len(sheets) == 1 else None


def _parsed(text: str) -> Separator | None:
    if not text.startswith(_PREFIX) or len(text) > _LONGEST_PAYLOAD:
        return None
    body, _, check = text.removeprefix(_PREFIX).rpartition("&c=")
    if check != _check(body):
        return None
    pairs = parse_qsl(body, keep_blank_values=True)
    values = dict(pairs)
    number, pages = _count(values.get("no")), _count(values.get("pages"))
    if len(values) != len(pairs) or not values.get("unit") or "batch" not in values or number is None:
        return None
    if "pages" in values and pages is None:
        return None
    return Separator(values["unit"], values["batch"], pages, number)


def _count(text: str | None) -> int | None:
    if text is None or not (text.isascii() and text.isdecimal()) or len(text) > len(str(_LARGEST_COUNT)):
        return None
    return int(text) if 1 <= int(text) <= _LARGEST_COUNT else None


def _check(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
