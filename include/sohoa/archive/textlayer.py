"""The invisible words of a page, for searching and copying, laid over the ink that they were read from."""

from __future__ import annotations

import functools
import gzip
import io
import json
import math
import zlib
from collections.abc import Iterator, Sequence
from itertools import chain, groupby, zip_longest
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pikepdf import Array, Dictionary, Name

from sohoa.words import Word

_EM = 1000
_ADVANCE = 500  # of every glyph, in thousandths of the font size
_FONT_NAME = "Glyphless"
_RESOURCE = "SohoaText"
_HIGHEST_BMP = 0xFFFF
_EPOCH = 2_082_844_800  # 1 January 1970 on the clock of TrueType
_LIFTED = 0.6  # line heights
_NARROWEST = 0.05  # of a letter's natural width: what measures nothing still needs a place to be found


class Matrix(NamedTuple):
    """A PDF transformation: x' = a x + c y + e, y' = b x + d y + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def after(self, first: Matrix) -> Matrix:
        """`first`, then this one."""
        return Matrix(
            first.a * self.a + first.b * self.c,
            first.a * self.b + first.b * self.d,
            first.c * self.a + first.d * self.c,
            first.c * self.b + first.d * self.d,
            first.e * self.a + first.f * self.c + self.e,
            first.e * self.b + first.f * self.d + self.f,
        )


def words_to_page(box: tuple[float, float, float, float], rotate: int, skew_degrees: float) -> Matrix:
    """From points on the straightened copy (origin bottom left, y up) to the page's user space.

    Args:
        box: The visible part of the page in user space: left, bottom, right, top.
        rotate: The page's /Rotate under which a reader shows it upright: 0, 90, 180 or 270 clockwise.
        skew_degrees: The clockwise turn about the middle that made the lines of the upright page level.
    """
    left, bottom, right, top = box
    upright = {
        0: Matrix(1, 0, 0, 1, left, bottom),
        90: Matrix(0, 1, -1, 0, right, bottom),
        180: Matrix(-1, 0, 0, -1, right, top),
        270: Matrix(0, -1, 1, 0, left, top),
    }[rotate]
    width, height = upright_size(box, rotate)
    angle = math.radians(skew_degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    turn = Matrix(
        *(cos, sin, -sin, cos),
        *(width / 2 * (1 - cos) + height / 2 * sin, height / 2 * (1 - cos) - width / 2 * sin),
    )
    return upright.after(turn)


def upright_size(box: tuple[float, float, float, float], rotate: int) -> tuple[float, float]:
    """Width and height of the page as it is shown."""
    left, bottom, right, top = box
    size = right - left, top - bottom
    return size if rotate % 180 == 0 else size[::-1]


def read_words(path: Path) -> list[Word]:
    """The words of a page as `journey.readings` keeps them in the archive."""
    return [Word(*row) for row in json.loads(gzip.decompress(path.read_bytes()))["words"]]


class TextLayer:
    """Lays invisible words over the pages of one document, which share one font."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self._font: pikepdf.Object | None = None

    def lay(self, page: pikepdf.Page, words: Sequence[Word], size: tuple[float, float], place: Matrix) -> None:
        """Put words under everything that a page draws, where no transformation of its own can displace them.

        Args:
            page: A page of the document.
            words: In reading order; boxes are fractions of `size`.
            size: Width and height of the straightened copy, in the page's units.
            place: From there to the page's user space.
        """
        content = text_content(words, *size)
        if not content:
            return
        self._font = self._font or _make_font(self.pdf)
        # Several pages may share one dictionary.
        resources = entries(page.obj, "/Resources")
        fonts = entries(resources, "/Font")
        name = f"/{_RESOURCE}"
        while name in fonts:
            name += "_"
        fonts[name] = self._font
        resources.Font = fonts
        page.obj.Resources = resources
        head = f"q {' '.join(_number(value, 6) for value in place)} cm BT 3 Tr {name} 1 Tf\n"
        page.contents_add(head.encode() + content + b"ET Q\n", prepend=True)


def entries(owner: Any, name: str) -> Any:
    """A copy of a dictionary within a dictionary; an empty one if there is none."""
    found = owner.get(name)
    return Dictionary(dict(found.items())) if isinstance(found, Dictionary) else Dictionary()


def text_content(words: Sequence[Word], width: float, height: float) -> bytes:
    """The lines of a page as text operators; spaces reach exactly from word to word."""
    parts: list[str] = []
    for _, members in groupby(words, key=lambda word: (word.block, word.line)):
        parts.extend(_line(list(members), width, height))
    return "".join(parts).encode()


def _line(words: list[Word], width: float, height: float) -> Iterator[str]:
    bottom = median(word.bottom for word in words)
    size = max((bottom - median(word.top for word in words)) * height, 1.0)
    words = [word for word in words if _codes(word.text)]
    if not words:
        return
    em = size * _ADVANCE / _EM
    scale = _number(size, 3)
    yield f"{scale} 0 0 {scale} {_number(words[0].left * width, 2)} {_number((1 - bottom) * height, 2)} Tm\n"
    ends = [(_codes(word.text), word.right) for word in words]
    gaps = [(_codes(" "), word.left) for word in words[1:]]
    # What rounding adds to a word is taken off the space after it.
    x = words[0].left * width
    for codes, end in list(chain.from_iterable(zip_longest(ends, gaps)))[:-1]:
        natural = len(codes) // 4 * em
        stretch = max(round((end * width - x) / natural, 4), _NARROWEST)
        x += stretch * natural
        yield f"{_number(100 * stretch, 2)} Tz<{codes}>Tj\n"
    # Readers sort what seems to stand on one line from left to right. Where lines rise to the right so much that the
    # next begins as high as this one ends, only something off the line between them keeps the two apart.
    yield f"{_LIFTED} Ts<{_codes(' ')}>Tj 0 Ts\n"


def _codes(text: str) -> str:
    """Two bytes a character in hex, as the font's /ToUnicode has them; without what is no print."""
    printable = "".join(char for char in text if char.isprintable() and ord(char) <= _HIGHEST_BMP)
    return printable.encode("utf-16-be", "ignore").hex()


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") or "0"


def _make_font(pdf: pikepdf.Pdf) -> pikepdf.Object:
    program = pdf.make_stream(_font_program())
    program.Length1 = len(_font_program())
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(f"/{_FONT_NAME}"),
        Flags=5,  # fixed pitch, symbolic
        FontBBox=[0, 0, _ADVANCE, _EM],
        ItalicAngle=0,
        Ascent=_EM,
        Descent=0,
        CapHeight=_EM,
        StemV=80,
        FontFile2=program,
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name(f"/{_FONT_NAME}"),
        CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=_ADVANCE,
        # Every code is glyph 1.
        CIDToGIDMap=pdf.make_stream(zlib.compress(b"\x00\x01" * (_HIGHEST_BMP + 1)), Filter=Name.FlateDecode),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name(f"/{_FONT_NAME}"),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_stream(_TO_UNICODE),
        )
    )


_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


@functools.cache
def _font_program() -> bytes:
    """A TrueType font whose one character fills its box, so that a word selected in a reader is marked whole."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, _EM), (_ADVANCE, _EM), (_ADVANCE, 0)):
        pen.lineTo(corner)
    pen.closePath()
    builder = FontBuilder(_EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", "any"])
    builder.setupCharacterMap({})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "any": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (_ADVANCE, 0), "any": (_ADVANCE, 0)})
    builder.setupHorizontalHeader(ascent=_EM, descent=0)
    builder.setupOS2(sTypoAscender=_EM, sTypoDescender=0, usWinAscent=_EM, usWinDescent=0)
    builder.setupNameTable({"familyName": _FONT_NAME, "styleName": "Regular"})
    builder.setupPost()
    # The same bytes whenever they are made.
    builder.updateHead(created=_EPOCH, modified=_EPOCH)
    builder.font.recalcTimestamp = False
    stream = io.BytesIO()
    builder.save(stream)
    return stream.getvalue()
