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

from sohoa.samples.sides import Side

# TeX Gyre lies where TeX looks for it.
FONT_ROOTS = (Path("/usr/share/fonts"), Path("/usr/share/texmf/fonts"))
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
    """A text face: the side of the samples it is used on, its Debian package and the file of each style."""

    side: Side
    name: str
    package: str
    regular: str
    bold: str
    italic: str
    bold_italic: str
    is_wide: bool = False


FAMILIES = {
    family.name: family
    for family in (
        Family(
            Side.TRAIN,
            "Tinos",
            "fonts-croscore",
            "Tinos-Regular.ttf",
            "Tinos-Bold.ttf",
            "Tinos-Italic.ttf",
            "Tinos-BoldItalic.ttf",
        ),
        Family(
            Side.TRAIN,
            "Gentium Plus",
            "fonts-sil-gentiumplus",
            "GentiumPlus-Regular.ttf",
            "GentiumPlus-Bold.ttf",
            "GentiumPlus-Italic.ttf",
            "GentiumPlus-BoldItalic.ttf",
            is_wide=True,
        ),
        Family(
            Side.TRAIN,
            "DejaVu Serif",
            "fonts-dejavu-extra",
            "DejaVuSerif.ttf",
            "DejaVuSerif-Bold.ttf",
            "DejaVuSerif-Italic.ttf",
            "DejaVuSerif-BoldItalic.ttf",
            is_wide=True,
        ),
        Family(
            Side.TRAIN,
            "Noto Serif",
            "fonts-noto-core",
            "NotoSerif-Regular.ttf",
            "NotoSerif-Bold.ttf",
            "NotoSerif-Italic.ttf",
            "NotoSerif-BoldItalic.ttf",
            is_wide=True,
        ),
        Family(
            Side.TEST,
            "TeX Gyre Termes",
            "fonts-texgyre",
            "texgyretermes-regular.otf",
            "texgyretermes-bold.otf",
            "texgyretermes-italic.otf",
            "texgyretermes-bolditalic.otf",
        ),
        Family(
            Side.TEST,
            "FreeSerif",
            "fonts-freefont-ttf",
            "FreeSerif.ttf",
            "FreeSerifBold.ttf",
            "FreeSerifItalic.ttf",
            "FreeSerifBoldItalic.ttf",
        ),
        Family(
            Side.TEST,
            "Charis SIL",
            "fonts-sil-charis",
            "CharisSIL-Regular.ttf",
            "CharisSIL-Bold.ttf",
            "CharisSIL-Italic.ttf",
            "CharisSIL-BoldItalic.ttf",
            is_wide=True,
        ),
        # The bold italic lacks four letters; the semi-bold one has them all.
        Family(
            Side.TEST,
            "Linux Libertine",
            "fonts-linuxlibertine",
            "LinLibertine_R.otf",
            "LinLibertine_RB.otf",
            "LinLibertine_RI.otf",
            "LinLibertine_RZI.otf",
        ),
    )
}

# What a batch is set in unless told: offices write in Times, so most of the test side is.
USUAL_FACES: dict[Side, tuple[str, ...]] = {
    Side.TRAIN: (DEFAULT_FACE,),
    Side.TEST: ("TeX Gyre Termes", "TeX Gyre Termes", "TeX Gyre Termes", "FreeSerif", "Linux Libertine", "Charis SIL"),
}

# Faces that only ever draw digits: file name -> Debian package. A numbering machine's digits are all equally wide,
# and unlike those of most monospaced faces their zero is plain.
NUMBERING_MACHINE_FACES: dict[Side, dict[str, str]] = {
    Side.TRAIN: {"DejaVuSans-Bold.ttf": "fonts-dejavu-core", "Arimo-Bold.ttf": "fonts-croscore"},
    Side.TEST: {"texgyreheroscn-bold.otf": "fonts-texgyre", "texgyrecursor-bold.otf": "fonts-texgyre"},
}
PEN_FACES: dict[Side, dict[str, str]] = {
    Side.TRAIN: {"dkg.ttf": "fonts-dkg-handwriting", "Breip.ttf": "fonts-breip"},
    Side.TEST: {
        "SteveHand.ttf": "fonts-sjfonts",
        "Delphine.ttf": "fonts-sjfonts",
        "Purisa-Oblique.otf": "fonts-tlwg-purisa-otf",
    },
}
DIGIT_FACES = {
    name: package
    for by_side in (NUMBERING_MACHINE_FACES, PEN_FACES)
    for packages in by_side.values()
    for name, package in packages.items()
}


@cache
def _installed() -> dict[str, Path]:
    return {path.name: path for root in FONT_ROOTS for path in sorted(root.rglob("*.[to]t[fc]"))}


def find_file(name: str, package: str) -> Path:
    """The path of a font file.

    Raises:
        FaceMissingError: not installed; the message names the Debian package.
    """
    path = _installed().get(name)
    if path is None:
        raise FaceMissingError(
            f"Font file {name} is not below {FONT_ROOTS[0]}: install it with `apt-get install {package}`."
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
            instead = FAMILIES[USUAL_FACES[family.side][0]]
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
    return _open(find_file(file_name, DIGIT_FACES[file_name]), pixels)


def _open(path: Path, pixels: int) -> ImageFont.FreeTypeFont:
    # Precomposed letters need no shaping; the basic engine is faster and the same on every machine.
    return ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.BASIC)
