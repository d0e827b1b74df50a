"""The text that a PDF page brings with it, where it may stand for reading the page."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from sohoa.folding import is_vietnamese
from sohoa.pages.text_cover import covers_the_ink
from sohoa.words import Word

_INVISIBLE, _CLIP_ONLY = 3, 7  # text rendering modes (ISO 32000-1, 9.3.6)
_PICTURE_COVERS = 0.5  # of the page: what was drawn before such a picture lies under it
_FINE = 100_000  # units to a page's side: finer than any printer
_MOST_LATIN_1 = 0.10  # French has 4 % accented letters; TCVN3 and VNI text shown as Latin-1 over 20 %
_MOST_UNKNOWN = 0.02
_LETTERS_THAT_TELL = 20
_VOWELS = (0.25, 0.60)  # share among plain letters in whatever language; codes taken for letters have any
_LEGACY_FONTS = re.compile(r"^(?:[A-Z]{6}\+)?(?:\.Vn|Vn[A-Z]|VNI|VNtime|ABC|\.TCVN|SVN)", re.IGNORECASE)
_HYPHENS = dict.fromkeys((0x02, 0xFFFE), "-")  # what pdfium writes for one at the end of a line
_BULLET = "•"
_PRIVATE = range(0xE000, 0xF900)
_COLUMN_GAP, _BLOCK_GAP = 3.0, 1.2  # in heights of a line
_SAME_LINE = 0.5  # of the smaller height, that two words share


Box = tuple[float, float, float, float]  # left, top, right, bottom in fractions of the page as shown


@dataclass(frozen=True)
class _Glyph:
    """A character on the page.

    Attributes:
        text: the character; a space where a word ends; U+FFFD if the font does not say which it is.
        ink: the box of its shape.
        body: the box of its font there, which is alike for all letters of a line.
        font: the font's name.
    """

    text: str
    ink: Box
    body: Box
    font: str


_SPACE = _Glyph(" ", (0, 0, 0, 0), (0, 0, 0, 0), "")


def own_words(path: Path, page_no: int) -> list[Word] | None:
    """The words of a born-digital page, None where the page must be read by OCR.

    They count only if a reader of the page sees them, and sees no other lines of print; if they are Unicode and not
    the bytes of TCVN3 or VNI fonts; and if they lie the right way up. So neither a page number nor a stamp on a scan
    counts, nor what an earlier OCR left under one. Text of annotations, such as a signature's, is the page's too.

    Args:
        path: A PDF.
        page_no: Which page, from 1.
    """
    with pdfium.PdfDocument(path) as document:
        page = document[page_no - 1]
        if pdfium_c.FPDFPage_GetAnnotCount(page) > 0:
            pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY)
            page.close()
            page = document[page_no - 1]
        seen = _seen_objects(page)
        if not seen:
            return None
        glyphs = _glyphs(page, seen)
        if not _is_unicode([glyph for glyph in glyphs if glyph is not _SPACE]):
            return None
        width, height = page.get_size()
        words = _words(glyphs, width / height)
        return words if words and covers_the_ink(page, [word_box(word) for word in words]) else None


def _seen_objects(page: pdfium.PdfPage) -> dict[int, str]:
    """Text objects that are drawn, and not hidden under a picture: their addresses with their fonts' names."""
    width, height = page.get_size()
    seen: dict[int, str] = {}
    for thing in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT, pdfium_c.FPDF_PAGEOBJ_IMAGE]):
        if thing.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = thing.get_bounds()
            if (right - left) * (top - bottom) >= _PICTURE_COVERS * width * height:
                seen.clear()
        elif pdfium_c.FPDFTextObj_GetTextRenderMode(thing.raw) not in (_INVISIBLE, _CLIP_ONLY):
            seen[_address(thing.raw)] = _font_name(thing.raw)
    return seen


def _address(handle: object) -> int:
    return ctypes.cast(handle, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def _font_name(text_object: object) -> str:
    buffer = ctypes.create_string_buffer(200)
    font = pdfium_c.FPDFTextObj_GetFont(text_object)
    pdfium_c.FPDFFont_GetBaseFontName(font, buffer, len(buffer))
    return buffer.value.decode("utf-8", "replace")


def _glyphs(page: pdfium.PdfPage, seen: dict[int, str]) -> list[_Glyph]:
    """The page's characters in the order of its content, with the spaces between words; unseen ones left out."""
    text, place = page.get_textpage(), _Place(page)
    glyphs: list[_Glyph] = []
    for index in range(text.count_chars()):
        code = pdfium_c.FPDFText_GetUnicode(text, index)
        character = _HYPHENS.get(code) or chr(code)
        if character.isspace() or pdfium_c.FPDFText_IsGenerated(text, index) == 1:
            glyphs.append(_SPACE)
            continue
        font = seen.get(_address(pdfium_c.FPDFText_GetTextObject(text, index)))
        if font is None:
            continue
        unknown = code == 0 or pdfium_c.FPDFText_HasUnicodeMapError(text, index) == 1
        body = pdfium_c.FS_RECTF()
        pdfium_c.FPDFText_GetLooseCharBox(text, index, body)
        glyphs.append(
            _Glyph(
                text="\ufffd" if unknown else character,
                ink=place.of(*text.get_charbox(index)),
                body=place.of(body.left, body.bottom, body.right, body.top),
                font=font,
            )
        )
    return glyphs


class _Place:
    """Where a rectangle of a page's user space lies on the page as shown: turned, cut to its box, top down."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        origin, right, up = (self._shown(page, *point) for point in ((0, 0), (_FINE, 0), (0, _FINE)))
        self.x = (origin[0], (right[0] - origin[0]) / _FINE, (up[0] - origin[0]) / _FINE)
        self.y = (origin[1], (right[1] - origin[1]) / _FINE, (up[1] - origin[1]) / _FINE)

    @staticmethod
    def _shown(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium_c.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        return across.value / _FINE, down.value / _FINE

    def of(self, left: float, bottom: float, right: float, top: float) -> Box:
        """The rectangle's box on the page as shown."""
        xs = [self.x[0] + self.x[1] * x + self.x[2] * y for x, y in ((left, bottom), (right, top))]
        ys = [self.y[0] + self.y[1] * x + self.y[2] * y for x, y in ((left, bottom), (right, top))]
        return min(xs), min(ys), max(xs), max(ys)


def _is_unicode(glyphs: Sequence[_Glyph]) -> bool:
    """Whether the characters are those that a reader sees, as far as they can tell."""
    unknown = sum(glyph.text == "\ufffd" or ord(glyph.text[0]) in _PRIVATE for glyph in glyphs)
    if not glyphs or unknown > _MOST_UNKNOWN * len(glyphs):
        return False
    by_font: dict[str, list[str]] = defaultdict(list)
    for glyph in glyphs:
        by_font[glyph.font].append(glyph.text)
    return all(_tells_its_letters(font, "".join(texts)) for font, texts in by_font.items())


def _tells_its_letters(font: str, text: str) -> bool:
    letters = [char for char in unicodedata.normalize("NFC", text) if char.isalpha()]
    if len(letters) < _LETTERS_THAT_TELL:
        return True
    if is_vietnamese(letters):
        return True
    # Many of the bytes of TCVN3 and VNI letters are no letters in Latin-1: ® is đ there.
    latin_1 = sum("\x80" <= char <= "\xff" for char in text)
    if latin_1 > _MOST_LATIN_1 * len(letters) or (latin_1 and _LEGACY_FONTS.match(font)):
        return False
    plain = [char.lower() for char in letters if char.isascii()]
    vowels = sum(char in "aeiouy" for char in plain)
    return len(plain) < _LETTERS_THAT_TELL or _VOWELS[0] <= vowels / len(plain) <= _VOWELS[1]


def _words(glyphs: Sequence[_Glyph], aspect: float) -> list[Word]:
    """Words with running numbers of line and block; none if most run down or up the page or backwards."""
    groups = [list(group) for space, group in groupby(glyphs, key=lambda glyph: glyph is _SPACE) if not space]
    steps = [
        (abs(b.body[0] - a.body[0]) * aspect, abs(b.body[1] - a.body[1]), b.body[0] > a.body[0])
        for group in groups
        for a, b in pairwise(group)
    ]
    if sum(across >= down and onward for across, down, onward in steps) * 2 < len(steps):
        return []
    words: list[Word] = []
    line = block = 0
    above: Box | None = None
    for group in groups:
        text = unicodedata.normalize("NFC", "".join(_printed(glyph.text) for glyph in group))
        body, ink = _around([glyph.body for glyph in group]), _around([glyph.ink for glyph in group])
        if above is not None:
            line += not _goes_on(above, body, aspect)
            block += _starts_block(above, body)
        above = body
        left, top, right, bottom = (round(min(max(side, 0.0), 1.0), 5) for side in ink)
        if right > left and bottom > top:
            words.append(Word(text, 1.0, left, top, right, bottom, line, block))
    return words


def _printed(character: str) -> str:
    # Symbol fonts keep their bullets in the private area.
    return _BULLET if ord(character[0]) in _PRIVATE or character == "\ufffd" else character


def _goes_on(before: Box, after: Box, aspect: float) -> bool:
    """Whether a word stands on the line of the word before it, and in the same column."""
    height = min(before[3] - before[1], after[3] - after[1])
    shared = min(before[3], after[3]) - max(before[1], after[1])
    gap = (after[0] - before[2]) * aspect
    return shared > _SAME_LINE * height and -height < gap < _COLUMN_GAP * height


def _starts_block(before: Box, after: Box) -> bool:
    height = before[3] - before[1]
    return after[1] - before[3] > _BLOCK_GAP * height or after[3] < before[1]


def _around(boxes: Sequence[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def word_box(word: Word) -> Box:
    """A word's box."""
    return word.left, word.top, word.right, word.bottom
