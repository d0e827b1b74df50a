"""What a caller may choose about samples, checked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from sohoa.samples import ageing
from sohoa.samples.ageing import Ageing, Level, ScanSettings
from sohoa.samples.faces import USUAL_FACES, FaceMissingError, check_family
from sohoa.samples.results import Numbering
from sohoa.samples.sides import Side

NUMBERING_SHARES: dict[Numbering, float] = {"printed": 0.80, "stamped": 0.12, "pen": 0.08}
COMPACT_DPI, COMPACT_QUALITY = 200, 36
QR_SHARE = 0.15


@dataclass(frozen=True)
class Options:
    """See `make_samples` for what each means."""

    seed: int
    level: Level
    side: Side
    numbering: tuple[Numbering, ...]
    faces: tuple[str, ...]
    compact: bool = False
    dpi: int | None = None
    qr: bool = False
    turned: bool = True
    blanks: bool = True

    @property
    def ranges(self) -> Ageing:
        """How scans of this side and level age."""
        return ageing.AGEING[self.side][self.level]

    def rng(self, *what: object) -> Random:
        """A stream of chance of its own, so that one choice more leaves all others as they were."""
        return Random("/".join(map(str, (self.seed, *what))))

    def settings(self, rng: Random, *, lossless: bool) -> ScanSettings:
        """Draw the settings of one scan."""
        settings = ageing.settings_for(self.ranges, rng, lossless=lossless)
        if self.compact:
            settings = replace(settings, dpi=COMPACT_DPI, jpeg_quality=COMPACT_QUALITY)
        if self.dpi is not None:
            settings = replace(settings, dpi=self.dpi, grey=False)
        return settings

    def numbering_of(self, n: int) -> list[Numbering]:
        """A way of numbering for each of `n` documents, in the shares of `NUMBERING_SHARES`."""
        total = sum(NUMBERING_SHARES[name] for name in self.numbering)
        ways: list[Numbering] = []
        for name in self.numbering[1:]:
            ways += [name] * round(n * NUMBERING_SHARES[name] / total)
        ways = ways[:n] + [self.numbering[0]] * (n - len(ways))
        self.rng("numbering").shuffle(ways)
        return ways


def checked_options(
    seed: int,
    level: Level | str,
    side: Side | str,
    numbering: Sequence[str],
    faces: Sequence[str] | None,
    *,
    compact: bool = False,
    dpi: int | None = None,
    qr: bool = False,
    turned: bool = True,
    blanks: bool = True,
) -> Options:
    """Options that can be carried out.

    Raises:
        ValueError: unknown level, side or way of numbering; dpi out of range.
        FaceMissingError: a face is not installed, lacks Vietnamese letters, or belongs to the other side.
    """
    level, side = Level(level), Side(side)
    if dpi is not None and not 72 <= dpi <= 1200:
        raise ValueError(f"dpi is {dpi}; scanners give 72 to 1200.")
    chosen = tuple(USUAL_FACES[side] if faces is None else faces)
    for name in chosen:
        if check_family(name).side is not side:
            raise FaceMissingError(f"The face {name} is kept for the other side of the samples; this is {side}.")
    return Options(seed, level, side, _allowed(numbering, level), chosen, compact, dpi, qr, turned, blanks)


def _allowed(numbering: Sequence[str], level: Level) -> tuple[Numbering, ...]:
    allowed: tuple[Numbering, ...] = tuple(name for name in NUMBERING_SHARES if name in numbering)
    if set(numbering) - set(NUMBERING_SHARES) or not allowed:
        raise ValueError(f"numbering must name some of {', '.join(NUMBERING_SHARES)}; got {list(numbering)}.")
    return ("printed",) if level is Level.CLEAN and "printed" in allowed else allowed
