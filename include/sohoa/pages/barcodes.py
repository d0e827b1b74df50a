"""QR codes and barcodes on a page: what they say, bounded and harmless, and where they stand."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import zxingcpp

from sohoa.pages.imaging import Pixels

_MATRIX = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix])
_LINEAR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.Code39])
_LONGEST_TEXT = 2000  # characters; the fullest QR code of a dossier has about 400
_MOST_CODES = 16
_FEWEST_CHARACTERS = 4  # rules of a table now and then pass for a barcode of a letter or two


@dataclass(frozen=True)
class Barcode:
    """One code on a page.

    Attributes:
        format: as the reader calls it: `QR Code`, `Data Matrix`, `Code 128`, `Code 39`.
        text: NFC, without control characters other than line ends; at most 2,000 characters.
        box: left, top, right, bottom as fractions of the page.
    """

    format: str
    text: str
    box: tuple[float, float, float, float]


def read_barcodes(grey: Pixels) -> list[Barcode]:
    """The codes on a grey page of about 200 dpi, top to bottom, each text once; never raises on what they hold.

    QR codes (ISO/IEC 18004) and barcodes are found lying any way round, a Data Matrix on an upright page.
    """
    found: dict[str, Barcode] = {}
    # A QR code is found at every turn anyway, and looking for a turned Data Matrix costs more than all the rest;
    # only large matrix codes need the smaller copies of the page.
    for formats, turned in ((_MATRIX, False), (_LINEAR, True)):
        for code in zxingcpp.read_barcodes(
            grey,
            formats=formats,
            try_rotate=turned,
            try_downscale=not turned,
            try_invert=False,
            text_mode=zxingcpp.TextMode.Plain,
        ):
            text = harmless(code.text)
            if len(text) >= _FEWEST_CHARACTERS and text not in found:
                found[text] = Barcode(str(code.format), text, _box(code.position, grey.shape))
    return sorted(found.values(), key=lambda code: (code.box[1], code.box[0]))[:_MOST_CODES]


def harmless(text: str) -> str:
    """A foreign text as it may be stored and shown: NFC, line ends kept, other controls and invisible marks gone."""
    composed = unicodedata.normalize("NFC", text[:_LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n"))
    kept = (letter for letter in composed if letter == "\n" or unicodedata.category(letter)[0] != "C")
    return "".join(kept).strip()[:_LONGEST_TEXT]


def _box(position: zxingcpp.Position, shape: tuple[int, ...]) -> tuple[float, float, float, float]:
    corners = (position.top_left, position.top_right, position.bottom_left, position.bottom_right)
    across = [min(max(corner.x / shape[1], 0.0), 1.0) for corner in corners]
    down = [min(max(corner.y / shape[0], 0.0), 1.0) for corner in corners]
    return min(across), min(down), max(across), max(down)
