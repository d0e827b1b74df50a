"""How much paper has been through before and in the scanner; one table of ranges for each side and level."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from sohoa.samples.sides import Side

Range = tuple[float, float]


class Level(StrEnum):
    """How much a batch has been through."""

    CLEAN = "clean"
    OFFICE = "office"
    HARD = "hard"


@dataclass(frozen=True)
class Ageing:
    """Ranges from which each scan draws; shares are probabilities per document or page.

    Attributes:
        dpi: output resolutions, equally likely.
        skew: degrees, either way.
        shift: mm, either way.
        paper: brightness of the paper, 0-1.
        tint: how much the paper is tinted, 0-1.
        ink: brightness that black ink is lifted to, 0-1 (low contrast).
        noise: standard deviation, in grey levels.
        blur: standard deviation, in px at 200 dpi.
        jpeg: quality.
        seal_offset: mm from beside the signature (0) towards the signer's name.
        seal_strength: how much ink the seal gave, 0-1.
        signature_drop: mm that the signature slips down towards the signer's name.
        uneven: depth of uneven light over the page, 0-1.
        bleed: (share, least and greatest strength) of the back showing through.
        holes, folds, incoming_stamp, grey, shadow: shares.
        stamp_on_text: share of incoming stamps that stand on printed lines, not in the blank above them.
        speckles: specks of dust and toner per page.
        upside_down, sideways: shares of documents fed so, whole or one page of them.
        blank_back: share of files with a blank back page.
    """

    dpi: tuple[int, ...]
    skew: float
    shift: float
    paper: Range
    tint: Range
    ink: Range
    noise: Range
    blur: Range
    jpeg: tuple[int, int]
    seal_offset: Range
    seal_strength: Range
    signature_drop: Range
    uneven: Range
    bleed: tuple[float, float, float]
    holes: float
    folds: float
    incoming_stamp: float
    stamp_on_text: float
    grey: float
    shadow: float
    speckles: tuple[int, int]
    upside_down: float
    sideways: float
    blank_back: float


_CLEAN = Ageing(
    dpi=(200, 200, 200, 200, 200, 200, 200, 300),
    skew=0.3,
    shift=0.8,
    paper=(0.985, 1.0),
    tint=(0.0, 0.01),
    ink=(0.05, 0.12),
    noise=(0.4, 0.8),
    blur=(0.6, 0.8),
    jpeg=(85, 87),
    seal_offset=(-6.0, -2.0),
    seal_strength=(0.75, 0.95),
    signature_drop=(0.0, 0.0),
    uneven=(0.0, 0.0),
    bleed=(0.0, 0.0, 0.0),
    holes=0.0,
    folds=0.0,
    incoming_stamp=0.0,
    stamp_on_text=0.0,
    grey=0.0,
    shadow=0.0,
    speckles=(0, 2),
    upside_down=0.0,
    sideways=0.0,
    blank_back=0.0,
)
_OFFICE = Ageing(
    dpi=(200, 200, 200, 200, 200, 240, 300, 300),
    skew=2.0,
    shift=2.5,
    paper=(0.90, 0.99),
    tint=(0.01, 0.10),
    ink=(0.08, 0.20),
    noise=(0.8, 2.8),
    blur=(0.65, 1.0),
    jpeg=(40, 85),
    seal_offset=(3.0, 11.0),
    seal_strength=(0.6, 0.95),
    signature_drop=(0.0, 6.0),
    uneven=(0.0, 0.06),
    bleed=(0.35, 0.03, 0.10),
    holes=0.4,
    folds=0.25,
    incoming_stamp=0.4,
    stamp_on_text=0.5,
    grey=0.08,
    shadow=0.15,
    speckles=(0, 30),
    upside_down=0.045,
    sideways=0.012,
    blank_back=0.02,
)
_HARD = Ageing(
    dpi=(200,),
    skew=4.0,
    shift=4.0,
    paper=(0.80, 0.94),
    tint=(0.05, 0.20),
    ink=(0.16, 0.34),
    noise=(3.0, 6.0),
    blur=(0.85, 1.25),
    jpeg=(30, 60),
    seal_offset=(6.0, 11.0),
    seal_strength=(0.6, 1.0),
    signature_drop=(3.0, 8.0),
    uneven=(0.06, 0.20),
    bleed=(0.7, 0.08, 0.18),
    holes=0.6,
    folds=0.6,
    incoming_stamp=0.6,
    stamp_on_text=0.7,
    grey=0.15,
    shadow=0.6,
    speckles=(40, 260),
    upside_down=0.08,
    sideways=0.03,
    blank_back=0.04,
)

# The test side's scanners (`feeder`) do other things to a page; where they share a measure it is drawn alike, for
# what an office delivers is what the issue says it is, whoever scans.
AGEING: dict[Side, dict[Level, Ageing]] = {
    Side.TRAIN: {Level.CLEAN: _CLEAN, Level.OFFICE: _OFFICE, Level.HARD: _HARD},
    Side.TEST: {
        Level.CLEAN: replace(_CLEAN, dpi=(200, 200, 200, 300), blur=(0.5, 0.7), jpeg=(82, 90)),
        Level.OFFICE: replace(_OFFICE, paper=(0.88, 0.98), blur=(0.6, 0.9), seal_offset=(2.0, 12.0), folds=0.3),
        Level.HARD: replace(_HARD, paper=(0.78, 0.93), blur=(0.8, 1.1), seal_offset=(4.0, 12.0)),
    },
}


@dataclass(frozen=True)
class ScanSettings:
    """What one document's scan drew from its level's ranges.

    A scanner evens out noise and light before it writes a lossless file.
    """

    dpi: int
    grey: bool
    jpeg_quality: int
    lossless: bool


def settings_for(ranges: Ageing, rng: Random, *, lossless: bool) -> ScanSettings:
    """Draw the settings of one scan."""
    return ScanSettings(
        dpi=rng.choice(ranges.dpi),
        grey=rng.random() < ranges.grey,
        jpeg_quality=rng.randint(*ranges.jpeg),
        lossless=lossless,
    )
