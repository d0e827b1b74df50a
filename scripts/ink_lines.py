"""Number and date lines with digits printed, stamped or by pen, aged like a scan: what `train_ink.py` learns from.

Any fonts will do: they are sorted into text faces, stamps and pens by name, and into two sides by family, so that
what is learnt on one side can be measured on the other. Pen digits are also drawn stroke by stroke, since fonts of
handwriting repeat themselves.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Floats = NDArray[np.float32]
Span = tuple[float, float]

DPI = 300
KINDS = ("print", "stamp", "pen", "pen")  # pens differ most
_DIGITS = "0123456789"
_PEN_FACES = re.compile(
    r"Because|Domestic_Man|El_Abogado|Humor-Sans|kiloji|Kristi|NanumPen|NanumBrush|UnPilgi|^dkg|Breip|Joscelyn|"
    r"Rufscript|setofont|TomsonTalks|Isabella|Junkyard"
)
_TEXT_FACES = re.compile(
    r"^(Lato|Roboto|Open-?Sans|Liberation|DejaVu|NotoSans-|NotoSerif-|NotoMono|NotoSansMono-|Nimbus|C059|P052|URWBookman|"
    r"URWGothic|Gentium|EBGaramond|Caladea|Carlito|Tinos|Arimo|Cousine|Free|Hack|Go-|Karla|Cabin|Quattrocento|OldStandard|"
    r"Verana|Romande|Switzera|Tlwg|Inconsolata|Takao|Nanum(Gothic|Myeongjo|Square)|Un(Batang|Dotum|Jamo|Shinmun|Taza|Vada)|"
    r"GNUTypewriter|GWMonospace|Caslon|Courier|LeagueMono|Dustismo|Yanone|Dosis|Jura|Play|"
    r"lm(roman|sans)|Vollkorn|PT[FSZ]|Cantarell|Universalis|GilliusADF|Baskervald|Accanthis|Mplus|Junicode|Sora|FiraCode|"
    r"Libris|Berenis|Tribun|Anonymous)",
    re.I,
)
_NO_FACES = re.compile(
    r"Thin|Light|Hair|Black|Heavy|Condensed|Small|Display|Ultra|Initials|Outline|Shadow|Math|Symbol|Emoji|CJK", re.I
)
# Families that the samples' test side is drawn in, and what they were cut from; nothing may be learnt from them.
_KEPT_FOR_TESTS = re.compile(
    r"^(NimbusRoman|NimbusSansNarrow|NimbusMono|FreeSerif|FreeMono|LinLib|LinBio|Charis|texgyre|SteveHand|Delphine|Purisa)",
    re.I,
)
_OTHER_SIDE = re.compile(
    r"^(Arimo|Free|Gentium|Cousine|Carlito|Nanum|Takao|Inconsol|Dustismo|C059|Hack|Verana|Caslon|Rufscript|setofont|"
    r"TomsonTalks|Isabella|Junkyard|BecauseWeCreate|BecauseWeOrganize|kiloji_b)",
    re.I,
)
_SYMBOLS = (
    *("QĐ-BNV", "GP-BNV", "GCN-TGCP", "BNV-TCPCP", "QĐ-VTLTNN", "TGCP-TL", "BTĐKT-NV", "KH-UBND", "TB-SNV", "CV-VP"),
)
_PLACES = ("Hà Nội", "Quảng Ninh", "Hà Giang", "TP. Hồ Chí Minh")
_PEN_INKS = (
    (24, 40, 130),
    (20, 30, 96),
    (16, 60, 150),
    (40, 60, 170),
    (30, 30, 36),
    (20, 20, 24),
    (60, 60, 66),
    (150, 30, 40),
)
_STAMP_INKS = (
    (72, 48, 140),
    (28, 44, 128),
    (36, 34, 38),
    (88, 40, 120),
    (190, 30, 50),
    (40, 40, 44),
    (20, 20, 24),
    (20, 80, 160),
)
_INCOMING = (
    "CÔNG VĂN ĐẾN",
    "ĐẾN",
    "SỞ NỘI VỤ",
    "VĂN PHÒNG BỘ",
    "Số: ...........",
    "Ngày: ..../..../....",
    "Chuyển: ........",
)
_INCOMING_INKS = ((200, 40, 50), (190, 30, 40), (210, 60, 70), (170, 30, 60), (40, 60, 160), (60, 50, 150))
_JPEG_SAMPLING = (0x411111, 0x221111, 0x211111, 0x111111)

# Control points of digits by hand, x right and y up in a unit box; two ways of writing each, some with a second stroke.
_STROKES: dict[str, tuple[list[list[Span]], list[list[Span]]]] = {
    "0": (
        [[(0.5, 1), (0.12, 0.75), (0.08, 0.35), (0.4, 0), (0.8, 0.25), (0.85, 0.7), (0.5, 1)]],
        [[(0.6, 0.95), (0.15, 0.8), (0.1, 0.3), (0.45, 0), (0.9, 0.3), (0.85, 0.75), (0.45, 1.02)]],
    ),
    "1": ([[(0.5, 1), (0.5, 0.5), (0.48, 0)]], [[(0.25, 0.72), (0.45, 0.9), (0.55, 1), (0.53, 0.5), (0.5, 0)]]),
    "2": (
        [[(0.1, 0.75), (0.4, 1), (0.8, 0.8), (0.65, 0.45), (0.1, 0.02), (0.5, 0.03), (0.9, 0.02)]],
        [[(0.1, 0.8), (0.45, 1), (0.8, 0.75), (0.5, 0.3), (0.12, 0.08), (0.3, 0.2), (0.5, 0.05), (0.95, 0.05)]],
    ),
    "3": (
        [[(0.12, 0.88), (0.5, 1), (0.8, 0.78), (0.4, 0.54), (0.82, 0.3), (0.5, 0), (0.08, 0.1)]],
        [[(0.1, 0.98), (0.8, 0.98), (0.42, 0.6), (0.85, 0.35), (0.5, 0), (0.05, 0.1)]],
    ),
    "4": (
        [[(0.55, 1), (0.1, 0.38), (0.5, 0.35), (0.95, 0.38)], [(0.68, 0.75), (0.66, 0.3), (0.62, -0.03)]],
        [[(0.35, 0.98), (0.2, 0.45), (0.55, 0.42), (0.95, 0.45)], [(0.7, 0.95), (0.66, 0.4), (0.64, 0)]],
    ),
    "5": (
        [[(0.85, 0.98), (0.3, 0.98), (0.22, 0.58), (0.55, 0.62), (0.85, 0.35), (0.55, 0), (0.1, 0.08)]],
        [[(0.25, 0.95), (0.22, 0.55), (0.6, 0.6), (0.85, 0.3), (0.5, 0), (0.08, 0.1)], [(0.25, 0.95), (0.85, 0.98)]],
    ),
    "6": (
        [[(0.75, 1), (0.3, 0.7), (0.12, 0.3), (0.4, 0), (0.82, 0.2), (0.6, 0.5), (0.18, 0.3)]],
        [[(0.6, 1), (0.2, 0.55), (0.15, 0.15), (0.5, 0), (0.75, 0.25), (0.5, 0.42), (0.2, 0.25)]],
    ),
    "7": (
        [[(0.1, 0.95), (0.5, 0.97), (0.9, 0.95), (0.55, 0.45), (0.4, 0)]],
        [[(0.1, 0.85), (0.15, 0.96), (0.9, 0.98), (0.6, 0.5), (0.35, 0)], [(0.3, 0.5), (0.8, 0.52)]],
    ),
    "8": (
        [[(0.78, 0.82), (0.45, 1), (0.2, 0.75), (0.5, 0.52), (0.82, 0.25), (0.5, 0), (0.15, 0.22), (0.5, 0.5), (0.75, 0.8)]],  # noqa: E501
        [[(0.5, 1), (0.2, 0.8), (0.75, 0.3), (0.5, 0), (0.2, 0.25), (0.8, 0.78), (0.5, 1)]],
    ),
    "9": (
        [[(0.82, 0.75), (0.45, 1), (0.15, 0.72), (0.45, 0.48), (0.82, 0.75), (0.75, 0.35), (0.6, 0)]],
        [[(0.8, 0.8), (0.4, 1), (0.18, 0.68), (0.5, 0.5), (0.8, 0.85), (0.82, 0.4), (0.5, 0), (0.15, 0.1)]],
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Faces:
    """Font files of one side: text faces, bold ones for stamps, and pens."""

    upright: list[Path] = field(default_factory=list)
    italic: list[Path] = field(default_factory=list)
    bold: list[Path] = field(default_factory=list)
    pens: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class InkLine:
    """A line at 300 dpi (RGB): top and bottom of its print, its gaps, and how they were filled."""

    crop: NDArray[np.uint8]
    line: Span
    slots: list[Span]
    kind: str


def find_faces(folders: list[Path]) -> dict[str, Faces]:
    """Usable faces below some folders by side: `learn` and `measure`."""
    sides = {"learn": Faces(), "measure": Faces()}
    for path in sorted({file.name: file for folder in folders for file in folder.rglob("*.[to]tf")}.values()):
        if _KEPT_FOR_TESTS.match(path.name) or not _has_digits(path):
            continue
        side = sides["measure" if _OTHER_SIDE.match(path.name) else "learn"]
        if _PEN_FACES.search(path.name):
            side.pens.append(path)
        elif _TEXT_FACES.match(path.name) and not _NO_FACES.search(path.name) and _lining(path):
            kind = _style(path.name)
            (side.italic if kind == "italic" else side.bold if kind == "bold" else side.upright).append(path)
    return sides


def _style(name: str) -> str:
    if re.search(r"ital|obli|_RI|_RBI|-RI", name, re.I):
        return "italic"
    return "bold" if re.search(r"bold|_RB|_RZ|demi|medium", name, re.I) else "upright"


def _has_digits(path: Path) -> bool:
    try:
        with TTFont(path, lazy=True, fontNumber=0) as font:
            return all(ord(letter) in font.getBestCmap() for letter in _DIGITS)
    except Exception:  # noqa: BLE001  (fontTools raises anything on a broken font)
        return False


def _lining(path: Path) -> bool:
    """Whether all digits are equally tall and stand on the baseline, as in offices' faces and on stamps."""
    boxes = [_font(path, 200).getbbox(digit, anchor="ls") for digit in _DIGITS]
    heights = [bottom - top for _, top, _, bottom in boxes]
    return max(heights) <= 1.08 * min(heights) and min(heights) > 90 and max(abs(box[3]) for box in boxes) <= 14


@cache
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


def _sized(path: Path, height: float) -> ImageFont.FreeTypeFont:
    """The face at the size at which its digits are `height` px tall."""
    top = _font(path, 200).getbbox("8", anchor="ls")[1]
    return _font(path, max(8, round(200 * height / max(1, -top))))


def _px(millimetres: float) -> float:
    return millimetres / 25.4 * DPI


class _Sheet:
    """A white strip that ink is multiplied onto, with a baseline."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.noise = np.random.default_rng(rng.getrandbits(32))
        self.pixels: Floats = np.full((int(_px(18)), int(_px(150)), 3), 255, np.float32)
        self.baseline = int(_px(10))
        self.black = (rng.randint(15, 50),) * 3

    def ink(self, mask: Floats, colour: tuple[int, ...], x: float, y: float) -> None:
        left, top = round(x), round(y)
        x0, y0 = max(0, left), max(0, top)
        x1 = min(self.pixels.shape[1], left + mask.shape[1])
        y1 = min(self.pixels.shape[0], top + mask.shape[0])
        if x0 < x1 and y0 < y1:
            part = mask[y0 - top : y1 - top, x0 - left : x1 - left, None]
            self.pixels[y0:y1, x0:x1] *= 1 - part * (1 - np.array(colour, np.float32) / 255)

    def glyph(
        self, text: str, font: ImageFont.FreeTypeFont, colour: tuple[int, ...], x: float, y: float, turn: float = 0.0,
        lightest: float = 1.0, shear: float = 0.0,
    ) -> None:  # fmt: skip
        pad = 30
        left, top, right, bottom = font.getbbox(text, anchor="ls")
        image = Image.new("L", (int(right - left) + 2 * pad, int(bottom - top) + 2 * pad), 0)
        ImageDraw.Draw(image).text((pad - left, pad - top), text, fill=255, font=font, anchor="ls")
        if shear:
            by = (1, shear, -shear * image.height / 2, 0, 1, 0)
            image = image.transform(image.size, Image.Transform.AFFINE, by, Image.Resampling.BICUBIC)
        mask = np.asarray(image.rotate(turn, Image.Resampling.BICUBIC), np.float32) / 255
        self.ink(self.uneven(mask, lightest), colour, x - pad, y - mask.shape[0] + pad + int(bottom))

    def uneven(self, mask: Floats, lightest: float) -> Floats:
        """Ink that did not take everywhere."""
        if lightest >= 1:
            return mask
        height, width = mask.shape
        coarse = self.noise.random((max(2, height // 20), max(2, width // 20)), dtype=np.float32)
        cloud = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        fine = self.noise.random((max(2, height // 3), max(2, width // 3)), dtype=np.float32)
        specks = cv2.resize(fine, (width, height), interpolation=cv2.INTER_LINEAR) > 0.06
        return np.asarray(mask * np.clip(lightest + (1.25 - lightest) * cloud, 0, 1) * specks, np.float32)


@dataclass(frozen=True)
class _Pen:
    """A hand: its face or strokes, how tall, how far it strays, how its strokes run."""

    face: Path | None
    height: float
    colour: tuple[int, ...]
    turn: float
    rise: float
    slope: float
    drop: float
    spacing: float
    lightest: float
    shear: float
    ways: dict[str, int]
    jitter: float
    aspect: float
    width: float
    press: float

    @classmethod
    def drawn(cls, rng: Random, faces: Faces) -> _Pen:
        return cls(
            face=rng.choice(faces.pens) if rng.random() < 0.55 else None,
            height=_px(rng.uniform(2.6, 6.8)),
            colour=rng.choice(_PEN_INKS),
            turn=rng.uniform(1.5, 6),
            rise=_px(rng.uniform(0.1, 0.7)),
            slope=rng.uniform(-0.06, 0.1),
            drop=_px(rng.uniform(-0.6, 0.8)),
            spacing=_px(rng.uniform(-0.3, 0.9)),
            lightest=rng.uniform(0.7, 0.95),
            shear=rng.uniform(-0.1, 0.4),
            ways={digit: rng.randint(0, 1) for digit in _DIGITS},
            jitter=rng.uniform(0.015, 0.05),
            aspect=rng.uniform(0.4, 0.75),
            width=_px(rng.uniform(0.28, 0.75)),
            press=rng.uniform(0, 0.35),
        )

    def write(self, sheet: _Sheet, digits: str, x: float) -> float:
        rng, start = sheet.rng, x
        for digit in digits:
            y = sheet.baseline + self.drop - rng.uniform(-self.rise, self.rise) - self.slope * (x - start)
            if self.face is not None:
                font = _sized(self.face, self.height * rng.uniform(0.88, 1.12))
                turn = rng.uniform(-self.turn, self.turn)
                sheet.glyph(digit, font, self.colour, x, y, turn, self.lightest, max(0.0, self.shear - 0.1))
                x += font.getlength(digit) + self.spacing
            else:
                x += self._stroke(sheet, digit, x, y) + self.spacing
        return x

    def _stroke(self, sheet: _Sheet, digit: str, x: float, y: float) -> float:
        rng = sheet.rng
        height = self.height * rng.uniform(0.85, 1.15)
        width = height * self.aspect * (0.55 if digit == "1" else 1)
        pad = int(0.35 * height)
        mask = np.zeros((int(height + 2 * pad), int(width + 2 * pad + height / 2)), np.uint8)
        for points in _STROKES[digit][self.ways[digit]]:
            curve = _spline([(a + rng.gauss(0, self.jitter), b + rng.gauss(0, self.jitter)) for a, b in points])
            xs = pad + curve[:, 0] * width + curve[:, 1] * height * self.shear
            ys = pad + height - curve[:, 1] * height
            ends = [(round(float(a) * 8), round(float(b) * 8)) for a, b in zip(xs, ys, strict=True)]
            for index, (first, second) in enumerate(pairwise(ends)):
                wide = self.width * (1 + self.press * math.sin(3.1 * index / len(ends)))
                cv2.line(mask, first, second, 255, max(1, round(wide)), cv2.LINE_AA, 3)
        ink = sheet.uneven(mask.astype(np.float32) / 255, self.lightest)
        sheet.ink(ink, self.colour, x - pad, y - mask.shape[0] + pad)
        return width + 0.12 * height


def _spline(points: list[Span], steps: int = 14) -> NDArray[np.float64]:
    """A Catmull-Rom curve through the points."""
    p = np.array([points[0], *points, points[-1]], np.float64)
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate([*parts, p[-1:]])


def _stamp(sheet: _Sheet, faces: Faces, digits: str, x: float) -> float:
    """Digits of a machine: one size, equally wide, nearly level."""
    rng = sheet.rng
    font = _sized(rng.choice(faces.bold if rng.random() < 0.6 else faces.upright), _px(rng.uniform(2.7, 5.2)))
    colour, lightest, spacing = rng.choice(_STAMP_INKS), rng.uniform(0.45, 0.9), _px(rng.uniform(0.05, 0.7))
    rise, turn, each, drop = (
        _px(rng.uniform(0, 0.25)),
        rng.uniform(-1.5, 1.5),
        rng.uniform(0, 1.5),
        _px(rng.uniform(-0.7, 0.5)),
    )
    pitch = max(font.getlength(digit) for digit in _DIGITS) if rng.random() < 0.7 else 0.0
    for digit in digits:
        width = font.getlength(digit)
        advance = pitch or width
        y = sheet.baseline + drop - rng.uniform(-rise, rise)
        sheet.glyph(digit, font, colour, x + (advance - width) / 2, y, turn + rng.uniform(-each, each), lightest)
        x += advance + spacing
    return x


def _incoming(sheet: _Sheet, faces: Faces, right: float) -> None:
    """A stamp of whoever received the paper, some of its rows and its frame across the line."""
    rng = sheet.rng
    colour, lightest, turn = rng.choice(_INCOMING_INKS), rng.uniform(0.5, 0.95), rng.uniform(-2, 2)
    left = rng.uniform(-_px(15), 0.7 * right)
    y = sheet.baseline + _px(rng.uniform(-6, 2))
    end = left + _px(rng.uniform(35, 65))
    if rng.random() < 0.8:
        frame = np.zeros(sheet.pixels.shape[:2], np.float32)
        top = round(y - _px(rng.uniform(2.5, 4)))
        for inset in (0, round(_px(0.8)))[: rng.randint(1, 2)]:
            corner, far = (round(left) + inset, top + inset), (round(end) - inset, 2 * frame.shape[0])
            cv2.rectangle(frame, corner, far, 1, round(_px(rng.uniform(0.2, 0.5))), cv2.LINE_AA)
        sheet.ink(sheet.uneven(frame, lightest), colour, 0, 0)
    for _ in range(4):
        face = rng.choice(faces.bold if rng.random() < 0.6 else faces.upright)
        font, text = _sized(face, _px(rng.uniform(1.8, 3.2))), rng.choice(_INCOMING)
        sheet.glyph(text, font, colour, left + _px(rng.uniform(2, 12)), y, turn, lightest)
        y += _px(rng.uniform(3.5, 5.5))


def make_line(rng: Random, faces: Faces, kind: str, *, beneath: bool = False) -> InkLine:
    """A number or date line whose gaps are filled in one way, beneath another stamp if asked for."""
    sheet = _Sheet(rng)
    number = rng.random() < 0.5
    text = rng.choice(faces.upright if number or rng.random() < 0.15 else faces.italic)
    font = _font(text, round(rng.uniform(12, 14.5) / 72 * DPI))
    pen = _Pen.drawn(rng, faces)
    x, slots = _px(6), []
    for part, filled in _number_parts(rng, kind) if number else _date_parts(rng):
        left = x
        if not filled or kind == "print":
            sheet.glyph(part, font, sheet.black, x, sheet.baseline)
            x += font.getlength(part)
        else:
            gap = _px(rng.uniform(0.3, 1.6))
            x = (pen.write(sheet, part, x + gap) if kind == "pen" else _stamp(sheet, faces, part, x + gap)) + gap
            if rng.random() < (0.4 if kind == "pen" else 0.12):
                dots = "." * max(1, int((x - left) / font.getlength(".")))
                sheet.glyph(dots, font, sheet.black, left, sheet.baseline)
        if filled:
            slots.append((left, x))
    if beneath:
        _incoming(sheet, faces, x)
    width, height = int(x + _px(6)), sheet.pixels.shape[0]
    if rng.random() < 0.25:
        y = int(sheet.baseline - _px(rng.uniform(5.5, 8)))
        cv2.line(sheet.pixels, (int(_px(10)), y), (int(width - _px(10)), int(sheet.baseline - _px(6))), sheet.black, 4)
    digit = -font.getbbox("8", anchor="ls")[1]
    line = (
        (sheet.baseline - digit * rng.uniform(1, 1.4)) / height,
        (sheet.baseline + digit * rng.uniform(0.02, 0.32)) / height,
    )
    found = [((a + _px(rng.uniform(-0.5, 0.5))) / width, (b + _px(rng.uniform(-0.5, 0.5))) / width) for a, b in slots]
    return InkLine(_scanned(sheet.pixels[:, :width], rng, sheet.noise), line, found, kind)


def _number_parts(rng: Random, kind: str) -> list[tuple[str, bool]]:
    n = rng.choice((2, 2, 3, 3, 3, 4, 4))
    digits = str(rng.randint(10 ** (n - 1), 10**n - 1)) if rng.random() < 0.9 else f"0{rng.randint(1, 9)}"
    slash = rng.choice(("/", " /")) if kind != "print" else rng.choice(("/", "/", " /"))
    return [(rng.choice(("Số: ", "Số:", "Số ")), False), (digits, True), (slash + rng.choice(_SYMBOLS), False)]


def _date_parts(rng: Random) -> list[tuple[str, bool]]:
    month = rng.randint(1, 12)
    return [
        (f"{rng.choice(_PLACES)}, ngày ", False),
        (f"{rng.randint(1, 31):02d}", True),
        (" tháng ", False),
        (f"{month:02d}" if month < 3 or rng.random() < 0.2 else str(month), rng.random() < 0.5),
        (f" năm {rng.randint(1995, 2025)}", False),
    ]


def _scanned(page: Floats, rng: Random, noise: np.random.Generator) -> NDArray[np.uint8]:
    """The strip as scanners of many kinds give it, brought back to 300 dpi."""
    if rng.random() < 0.3:
        page = (cv2.erode if rng.random() < 0.6 else cv2.dilate)(page, np.ones((2, 2), np.uint8))
    dpi = rng.choice((200, 200, 200, 240, 300, 300))
    fine = dpi / 200
    image: Any = cv2.resize(page, None, fx=dpi / DPI, fy=dpi / DPI, interpolation=cv2.INTER_AREA)
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-0.35, 0.35), 1)
    image = cv2.warpAffine(image, turn, (width, height), borderValue=(255, 255, 255))
    image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.35, 1.05) * fine)
    if rng.random() < 0.4:  # sharpened by the scanner
        soft = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.8, 2) * fine)
        image = image + (image - soft) * rng.uniform(0.3, 2.0)
    if rng.random() < 0.4:
        image = 255 * (np.clip(image, 0, 255) / 255) ** rng.uniform(0.6, 1.6)
    if rng.random() < 0.3:  # sensor lines of the colours a little apart
        for channel in (0, 2):
            shift = np.array([[1, 0, rng.uniform(-0.6, 0.6)], [0, 1, rng.uniform(-0.6, 0.6)]], np.float32)
            plane = np.ascontiguousarray(image[:, :, channel], np.float32)
            image[:, :, channel] = cv2.warpAffine(plane, shift, (width, height), borderMode=cv2.BORDER_REPLICATE)
    tint, lift = rng.uniform(0, 0.12), rng.uniform(0.02, 0.25)
    white = rng.uniform(0.85, 1) * np.array([1, 1 - 0.35 * tint, 1 - tint])
    image = (np.clip(image, 0, 255) / 255 * (white - lift) + lift) * 255
    image = image + noise.normal(0, rng.uniform(0.3, 4), (height, width, 1))
    pixels = np.clip(image, 0, 255).astype(np.uint8)
    if rng.random() < 0.12:
        pixels = np.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
    if rng.random() < 0.02:
        pixels = np.where(pixels < rng.randint(120, 190), 0, 255).astype(np.uint8)
    options = [
        cv2.IMWRITE_JPEG_QUALITY,
        rng.randint(40, 95),
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        rng.choice(_JPEG_SAMPLING),
    ]
    packed = cv2.imencode(".jpg", np.ascontiguousarray(pixels[:, :, ::-1]), options)[1]
    unpacked = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    scale = DPI / dpi
    large = unpacked if dpi == DPI else cv2.resize(unpacked, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(large[:, :, ::-1]).astype(np.uint8)
