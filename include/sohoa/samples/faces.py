"""Typefaces: found by file, checked letter by letter before a single page is drawn.

A renderer that meets a letter missing from a face draws it from another one without a word, and
recognition accuracy measured on such pages means nothing.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from fontTools.ttLib import TTFont
from PIL import ImageFont

FONT_ROOT = Path("/usr/share/fonts")
DEFAULT_FACE = "Tinos"
Style = Literal["regular", "bold", "italic", "bold_italic"]

_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")


def vietnamese_letters() -> frozenset[str]:
    """The 134 letters (67 lower, 67 upper case) that Vietnamese adds to ASCII, in NFC."""
    lower = {unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES} | {"đ"}
    beyond_ascii = {letter for letter in lower if not letter.isascii()}
    return frozenset(beyond_ascii | {letter.upper() for letter in beyond_ascii})


class FaceMissingError(RuntimeError):
    """A face is not installed, or lacks letters; the message names the Debian package to install."""


@dataclass(frozen=True)
class Family:
    """A text face: its Debian package and the file of each style."""

    name: str
    package: str
    regular: str
    bold: str
    italic: str
    bold_italic: str


FAMILIES = {
    family.name: family
    for family in (
        Family(
            "Tinos",
            "fonts-croscore",
            "Tinos-Regular.ttf",
            "Tinos-Bold.ttf",
            "Tinos-Italic.ttf",
            "Tinos-BoldItalic.ttf",
        ),
        Family(
            "Gentium Plus",
            "fonts-sil-gentiumplus",
            "GentiumPlus-Regular.ttf",
            "GentiumPlus-Bold.ttf",
            "GentiumPlus-Italic.ttf",
            "GentiumPlus-BoldItalic.ttf",
        ),
        Family(
            "DejaVu Serif",
            "fonts-dejavu-extra",
            "DejaVuSerif.ttf",
            "DejaVuSerif-Bold.ttf",
            "DejaVuSerif-Italic.ttf",
            "DejaVuSerif-BoldItalic.ttf",
        ),
        Family(
            "Noto Serif",
            "fonts-noto-core",
            "NotoSerif-Regular.ttf",
            "NotoSerif-Bold.ttf",
            "NotoSerif-Italic.ttf",
            "NotoSerif-BoldItalic.ttf",
        ),
    )
}

# Faces that only ever draw digits: file name -> Debian package. Their digits are all equally wide, and unlike
# those of monospaced faces their zero is plain, as on a numbering machine.
NUMBERING_MACHINE_FACES = {
    "DejaVuSans-Bold.ttf": "fonts-dejavu-core",
    "Arimo-Bold.ttf": "fonts-croscore",
}
PEN_FACES = {"dkg.ttf": "fonts-dkg-handwriting", "Breip.ttf": "fonts-breip"}


@cache
def _installed() -> dict[str, Path]:
    return {path.name: path for path in sorted(FONT_ROOT.rglob("*.[to]t[fc]"))}


def find_file(name: str, package: str) -> Path:
    """The path of a font file.

    Raises:
        FaceMissingError: not installed; the message names the Debian package.
    """
    path = _installed().get(name)
    if path is None:
        raise FaceMissingError(
            f"Font file {name} is not below {FONT_ROOT}: install it with `apt-get install {package}`."
        )
    return path


def missing_letters(path: Path) -> frozenset[str]:
    """The Vietnamese letters that the face in `path` cannot draw."""
    with TTFont(path, lazy=True, fontNumber=0) as font:
        drawn = font.getBestCmap()
    return frozenset(letter for letter in vietnamese_letters() if ord(letter) not in drawn)


@cache
def check_family(name: str) -> Family:
    """The family called `name`, once all its styles are known to draw all 134 letters.

    Raises:
        FaceMissingError: unknown, not installed, or lacking letters.
    """
    family = FAMILIES.get(name)
    if family is None:
        raise FaceMissingError(f"Unknown face {name!r}; known: {', '.join(sorted(FAMILIES))}.")
    for file_name in (family.regular, family.bold, family.italic, family.bold_italic):
        missing = missing_letters(find_file(file_name, family.package))
        if missing:
            instead = FAMILIES[DEFAULT_FACE]
            raise FaceMissingError(
                f"{file_name} lacks {len(missing)} of 134 Vietnamese letters; use the face "
                f"{instead.name} (`apt-get install {instead.package}`)."
            )
    return family


@cache
def text_font(family: str, style: Style, pixels: int) -> ImageFont.FreeTypeFont:
    """A font of a checked family at a size in pixels per em."""
    checked = check_family(family)
    file_name: str = getattr(checked, style)
    return _open(find_file(file_name, checked.package), pixels)


@cache
def digit_font(file_name: str, pixels: int) -> ImageFont.FreeTypeFont:
    """A font for digits only: one of `NUMBERING_MACHINE_FACES` or `PEN_FACES`."""
    package = (NUMBERING_MACHINE_FACES | PEN_FACES)[file_name]
    return _open(find_file(file_name, package), pixels)


def _open(path: Path, pixels: int) -> ImageFont.FreeTypeFont:
    # Precomposed letters need no shaping; the basic engine is faster and the same on every machine.
    return ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.BASIC)
