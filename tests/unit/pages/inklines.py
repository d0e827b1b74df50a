"""Number and date lines with digits printed, stamped or written by pen, as a scanner at 300 dpi gives them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sohoa.pages.imaging import Pixels
from sohoa.samples.faces import DEFAULT_FACE, digit_font, text_font

NUMBER, DATE = ("Số: ", "/QĐ-BNV"), ("Hà Nội, ngày ", " tháng 8 năm 2021")
PENS = ("Breip.ttf", "dkg.ttf")
BLACK, VIOLET, RED, BLUE = (32, 30, 32), (88, 40, 130), (190, 34, 50), (24, 40, 130)
_TALL, _FOOT, _TEXT = 190, 118, 54  # px: the crop, its baseline, 13 pt print
_PAPER = (243, 236, 220)


@dataclass(frozen=True)
class InkLine:
    """A line: its pixels (RGB), top and bottom of its print and its gaps as fractions."""

    crop: Pixels
    line: tuple[float, float]
    slots: list[tuple[float, float]]


def inkline(
    before: str, digits: str, after: str, how: str, colour: tuple[int, int, int] = BLACK, seed: int = 1
) -> InkLine:
    """A line with one gap filled in.

    Args:
        before: printed before the gap.
        digits: in the gap.
        after: printed behind it.
        how: `print`, `stamp`, `dots` (a leader only) or a pen's face.
        colour: of the digits.
        seed: for what differs from digit to digit.
    """
    rng = Random(seed)
    page = Image.new("RGB", (1400, _TALL), _PAPER)
    draw = ImageDraw.Draw(page)
    face = text_font(DEFAULT_FACE, "regular", _TEXT)
    draw.text((40, _FOOT), before, BLACK, face, anchor="ls")
    left = 40 + face.getlength(before)
    right = left + 8
    if how == "print":
        draw.text((left, _FOOT), digits, colour, face, anchor="ls")
        right = left + face.getlength(digits)
    elif how == "dots":
        draw.text((left, _FOOT), "........", BLACK, face, anchor="ls")
        right = left + face.getlength("........")
    elif how == "stamp":
        right = _stamp(page, digits, digit_font("DejaVuSans-Bold.ttf", 54), colour, right, rng)
    else:
        right = _write(page, digits, how, colour, right, rng)
    draw.text((right, _FOOT), after, BLACK, face, anchor="ls")
    end = int(right + face.getlength(after)) + 40
    scanned = cv2.GaussianBlur(np.asarray(page.crop((0, 0, end, _TALL))), (0, 0), 1.1)
    noise = np.random.default_rng(seed).normal(0, 1.5, scanned.shape[:2])[:, :, None]
    crop = np.clip(scanned + noise, 0, 255).astype(np.uint8)
    return InkLine(crop, ((_FOOT - 38) / _TALL, (_FOOT + 6) / _TALL), [(left / end, right / end)])


def stamped_over(line: InkLine, colour: tuple[int, int, int], frame_px: int = 4) -> InkLine:
    """A line with the frame and the words of an incoming stamp over it, through which its ink is seen."""
    stamp = np.full(line.crop.shape, 255, np.uint8)
    middle = line.crop.shape[0] // 2
    cv2.rectangle(stamp, (12, middle - 10), (line.crop.shape[1] - 60, middle + 90), colour, frame_px)
    cv2.line(stamp, (165, middle - 10), (165, middle + 90), colour, frame_px)
    words = "VAN PHONG BO NOI VU"
    cv2.putText(stamp, words, (20, middle + 32), cv2.FONT_HERSHEY_DUPLEX, 0.9, colour, frame_px // 2)
    crop = (line.crop.astype(np.uint16) * cv2.GaussianBlur(stamp, (0, 0), 1.0) // 255).astype(np.uint8)
    return replace(line, crop=crop)


def _stamp(
    page: Image.Image, digits: str, face: ImageFont.FreeTypeFont, colour: tuple[int, int, int], x: float, rng: Random
) -> float:
    for digit in digits:
        _put(page, digit, face, colour, x, _FOOT + rng.uniform(-1.5, 1.5), rng.uniform(-1, 1))
        x += face.getlength("0") + 4
    return x + 8


def _write(page: Image.Image, digits: str, how: str, colour: tuple[int, int, int], x: float, rng: Random) -> float:
    for digit in digits:
        face = digit_font(how, round(72 * rng.uniform(0.88, 1.12)))
        _put(page, digit, face, colour, x, _FOOT + rng.uniform(-6, 6), rng.uniform(-6, 6))
        x += face.getlength(digit) + rng.uniform(2, 8)
    return x + 8


def _put(
    page: Image.Image,
    digit: str,
    face: ImageFont.FreeTypeFont,
    colour: tuple[int, int, int],
    x: float,
    y: float,
    turn: float,
) -> None:
    mask = Image.new("L", page.size, 0)
    ImageDraw.Draw(mask).text((x, y), digit, 255, face, anchor="ls")
    page.paste(colour, mask=mask.rotate(turn, Image.Resampling.BICUBIC, center=(x, y)))
