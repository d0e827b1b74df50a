"""The picture of a calibration: its reliability curve, and its risk–coverage curve beside it, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import sqrt

from sohoa.evaluation.calibration import Calibration
from sohoa.messages import say

_SIDE, _GAP, _LEFT, _TOP, _BELOW = 320, 110, 70, 64, 56  # of a panel and around it, in units of the picture
_WIDTH, _HEIGHT = _LEFT + 2 * _SIDE + _GAP + 20, _TOP + _SIDE + _BELOW
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_LARGEST_DOT = 11
_TOPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # of the axis of risk
_STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #1f2933 }
.title { font-size: 15px; font-weight: 600 } .small { font-size: 12px; fill: #52606d }
.grid { stroke: #e4e7eb } .ideal { stroke: #7b8794; stroke-dasharray: 5 4 }
.curve { stroke: #0b6e99; stroke-width: 2; fill: none } .dot { fill: #0b6e99; fill-opacity: .75 }
</style>"""


@dataclass(frozen=True)
class _Panel:
    """A square with both axes from 0: left edge in the picture, and the value at the upper end of the vertical one."""

    left: float
    top_value: float = 1.0

    def x(self, share: float) -> float:
        return round(self.left + share * _SIDE, 1)

    def y(self, share: float) -> float:
        return round(_TOP + _SIDE * (1 - share / self.top_value), 1)


@dataclass(frozen=True)
class _Wording:
    """How one language tells and writes."""

    language: str

    def told(self, key: str, **values: object) -> str:
        return escape(say(f"evaluation.{key}", self.language, **values))

    def number(self, value: float, form: str = ".3f") -> str:
        return f"{value:{form}}".replace(".", "," if self.language == "vi" else ".")


def draw_calibration(calibration: Calibration, language: str) -> str:
    """The SVG text of both curves; the dots of the first have areas in proportion to the values in their bins."""
    wording = _Wording(language)
    reliability = _Panel(_LEFT)
    highest = max((point.risk for point in calibration.risk_coverage), default=0.0)
    risk = _Panel(_LEFT + _SIDE + _GAP, next(top for top in _TOPS if top >= highest))
    error, auroc = (
        wording.told("none") if value is None else wording.number(value)
        for value in (calibration.error, calibration.auroc)
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
        _STYLE,
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        *_axes(reliability, wording, "reliability", "confidence", "share_right"),
        f'<text class="small" x="{reliability.left}" y="46">'
        f"{wording.told('figures', n=len(calibration.values), error=error, auroc=auroc)}</text>",
        f'<path class="ideal" d="M{reliability.x(0)} {reliability.y(0)}L{reliability.x(1)} {reliability.y(1)}"/>',
        *_dots(calibration, reliability, wording),
        *_axes(risk, wording, "risk_coverage", "coverage", "risk"),
        _curve([(risk.x(point.coverage), risk.y(point.risk)) for point in calibration.risk_coverage]),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axes(panel: _Panel, wording: _Wording, *names: str) -> list[str]:
    """The grid of a panel; `names` are the messages of its title, its horizontal and its vertical axis."""
    title, across, up = map(wording.told, names)
    parts = [f'<text class="title" x="{panel.left}" y="26">{title}</text>']
    for tick in _TICKS:
        x, y = panel.x(tick), panel.y(tick * panel.top_value)
        below, beside = wording.number(tick, "g"), wording.number(tick * panel.top_value, ".3g")
        parts += [
            f'<path class="grid" d="M{panel.left} {y}h{_SIDE}M{x} {_TOP}v{_SIDE}"/>',
            f'<text class="small" x="{x}" y="{_TOP + _SIDE + 18}" text-anchor="middle">{below}</text>',
            f'<text class="small" x="{panel.left - 8}" y="{y + 4}" text-anchor="end">{beside}</text>',
        ]
    middle = _TOP + _SIDE / 2
    return [
        *parts,
        f'<text x="{panel.x(0.5)}" y="{_TOP + _SIDE + 42}" text-anchor="middle">{across}</text>',
        f'<text transform="translate({panel.left - 56} {middle}) rotate(-90)" text-anchor="middle">{up}</text>',
    ]


def _dots(calibration: Calibration, panel: _Panel, wording: _Wording) -> list[str]:
    most = max((one.n for one in calibration.bins), default=1)
    dots = []
    for one in calibration.bins:
        confidence, share = wording.number(one.confidence), wording.number(one.share_right)
        dots.append(
            f'<circle class="dot" cx="{panel.x(one.confidence)}" cy="{panel.y(one.share_right)}" '
            f'r="{_LARGEST_DOT * sqrt(one.n / most):.1f}">'
            f"<title>{wording.told('bin', n=one.n, confidence=confidence, share=share)}</title></circle>"
        )
    return [_curve([(panel.x(one.confidence), panel.y(one.share_right)) for one in calibration.bins]), *dots]


def _curve(places: Sequence[tuple[float, float]]) -> str:
    path = "L".join(f"{x} {y}" for x, y in places)
    return f'<path class="curve" d="M{path}"/>' if places else ""
