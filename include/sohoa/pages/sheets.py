"""Separator sheets drawn for printing: A4, large QR codes, and words for the archivist who puts them in."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import img2pdf
import numpy as np
import zxingcpp
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from sohoa.errors import SohoaError
from sohoa.pages.separators import Separator, payload

Say = Callable[..., str]
"""The message of a key, with values filled in."""

_DPI = 300
_A4_MM = (210, 297)
_QR_MM = 62.0
_MIDDLE_MM = 105.0
_TEXT_MM = 180.0  # width of a line at most
_FONT_ROOT = Path("/usr/share/fonts")
# Each has the 134 letters that Vietnamese adds to ASCII; a minimal server has at most one of them.
_FACES = (
    ("Arimo-Regular.ttf", "Arimo-Bold.ttf"),
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
)
_RAREST_LETTERS = "ẵặẫậễệỗộỡợữựỹỵđĐ"


def print_sheets(sheets: Sequence[Separator], say: Say) -> bytes:
    """A PDF with a page for each sheet, as black and white as laser printers are.

    Args:
        sheets: at least one.
        say: the messages `separator.*` in the archivist's language.

    Raises:
        SohoaError: no typeface with Vietnamese letters is installed, or a name is too long for a code.
    """
    pictures = []
    for sheet in sheets:
        stream = io.BytesIO()
        _drawn(sheet, say).save(stream, "PNG", dpi=(_DPI, _DPI), optimize=True)
        pictures.append(stream.getvalue())
    layout = img2pdf.get_layout_fun(tuple(img2pdf.mm_to_pt(side) for side in _A4_MM))
    document: bytes = img2pdf.convert(pictures, layout_fun=layout, engine=img2pdf.Engine.internal, nodate=True)
    return document


def _drawn(sheet: Separator, say: Say) -> Image.Image:
    image = Image.new("1", (_px(_A4_MM[0]), _px(_A4_MM[1])), 1)
    code = _qr(payload(sheet))
    # The same code twice, far apart: one of them outlasts a fold, a staple or a corner turned down.
    for top in (22.0, _A4_MM[1] - 22.0 - _QR_MM):
        image.paste(code, (_px(_MIDDLE_MM) - code.width // 2, _px(top)))
    draw = ImageDraw.Draw(image)
    pages = str(sheet.pages) if sheet.pages is not None else say("separator.pages_open")
    lines = (
        ("bold", 34.0, say("separator.title")),
        ("regular", 15.0, say("separator.before")),
        ("bold", 20.0, say("separator.unit", unit=sheet.unit)),
        ("bold", 20.0, say("separator.batch", batch=sheet.batch)),
        ("bold", 20.0, say("separator.number", number=sheet.number)),
        ("bold", 20.0, say("separator.pages", pages=pages)),
        ("regular", 13.0, say("separator.both_sides")),
        ("regular", 13.0, say("separator.keep")),
    )
    y, above = 94.0, 0.0
    for style, points, text in lines:
        y, above = y + (above + points) * 0.33, points
        draw.text((_px(_MIDDLE_MM), _px(y)), text, fill=0, font=_fitting(style, points, text), anchor="mm")
    return image


def _qr(text: str) -> Image.Image:
    # Level H: three tenths of the code may be lost.
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="H")
    modules = Image.fromarray(np.array(code.to_image(scale=1, add_quiet_zones=False)))
    side = max(1, _px(_QR_MM) // modules.width) * modules.width
    return modules.resize((side, side), Image.Resampling.NEAREST).convert("1")


def _fitting(style: str, points: float, text: str) -> ImageFont.FreeTypeFont:
    """The font in which a line fits on the sheet, at most `points` large."""
    regular, bold = _face()
    path = bold if style == "bold" else regular
    size = points / 72 * _DPI
    width = ImageFont.truetype(path, round(size)).getlength(text)
    return ImageFont.truetype(path, max(8, round(size * min(1.0, _px(_TEXT_MM) / max(width, 1.0)))))


@lru_cache(maxsize=1)
def _face() -> tuple[Path, Path]:
    """Regular and bold of the first face that is installed and has all letters."""
    installed = {path.name: path for path in sorted(_FONT_ROOT.rglob("*.ttf"))}
    for regular, bold in _FACES:
        if regular in installed and bold in installed:
            letters = TTFont(installed[regular], lazy=True).getBestCmap()
            if all(ord(letter) in letters for letter in _RAREST_LETTERS):
                return installed[regular], installed[bold]
    raise SohoaError("No typeface with Vietnamese letters is installed: apt-get install fonts-dejavu-core.")


def _px(millimetres: float) -> int:
    return round(millimetres / 25.4 * _DPI)
