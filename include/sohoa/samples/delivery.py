"""How the pages of a document come out of the scanner: aged, turned, with a blank back now and then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from PIL import Image

from sohoa.samples.ageing import Ageing, ScanSettings
from sohoa.samples.paper import Block, Sheet
from sohoa.samples.scanning import scan
from sohoa.samples.sides import Side

_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}


@dataclass(frozen=True)
class DeliveredPage:
    """A page as scanned, and the truth about it.

    Attributes:
        rotation: degrees clockwise that bring it upright: 0, 90, 180 or 270.
        skew: degrees clockwise that make its lines level, once it is upright.
    """

    image: Image.Image
    text: str
    blocks: tuple[Block, ...]
    rotation: int
    skew: float
    blank: bool


def add_blank_back(sheets: Sequence[Sheet], rng: Random) -> list[Sheet | None]:
    """The sheets with the blank back (None) of one of them, mostly the last."""
    after = len(sheets) if rng.random() < 0.7 else rng.randint(1, len(sheets))
    return [*sheets[:after], None, *sheets[after:]]


def turns_of(n_pages: int, ranges: Ageing, rng: Random) -> list[int]:
    """The rotation of each page: all pages of a document fed the wrong way round, or one of them."""
    turns = [0] * n_pages
    drawn = rng.random()
    if drawn >= ranges.upside_down + ranges.sideways:
        return turns
    turn = 180 if drawn < ranges.upside_down else rng.choice((90, 270))
    if rng.random() < 0.7:
        return [turn] * n_pages
    turns[rng.randrange(n_pages)] = turn
    return turns


def deliver(
    sheets: Sequence[Sheet | None],
    turns: Sequence[int],
    ranges: Ageing,
    settings: ScanSettings,
    side: Side,
    rng: Random,
) -> list[DeliveredPage]:
    """Scan the sheets; None is the blank back of the sheet before it."""
    printed = [sheet.image for sheet in sheets if sheet is not None]
    delivered = []
    n_before = 0
    for sheet, turn in zip(sheets, turns, strict=True):
        if sheet is None:
            # What shows through a blank back is its own front.
            back = printed[n_before - 1]
            front = Image.new("RGB", back.size, (255, 255, 255))
        else:
            n_before += 1
            front, back = sheet.image, printed[n_before % len(printed)]
        image, skew = scan(front, back, ranges, settings, side, rng)
        delivered.append(
            DeliveredPage(
                image=image.transpose(_TURNS[turn]) if turn else image,
                text="\n".join(sheet.lines) if sheet else "",
                blocks=tuple(sheet.blocks) if sheet else (),
                rotation=turn,
                skew=round(skew, 3),
                blank=sheet is None,
            )
        )
    return delivered
