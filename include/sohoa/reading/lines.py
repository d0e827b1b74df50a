"""Lines of print, cut where two columns stand side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from sohoa.folding import fold
from sohoa.ocr import Word
from sohoa.reading.record import Box

_COLUMN_GAP_IN_LINE_HEIGHTS = 1.8  # justified text spreads words to about one line height


@dataclass(frozen=True)
class Line:
    """Words that stand together in one line of one column, left to right."""

    words: tuple[Word, ...]

    @cached_property
    def text(self) -> str:
        """The words with single spaces."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def folded(self) -> str:
        """The text without marks and case."""
        return fold(self.text)

    @cached_property
    def box(self) -> Box:
        """Left, top, right, bottom."""
        return (
            min(word.left for word in self.words),
            min(word.top for word in self.words),
            max(word.right for word in self.words),
            max(word.bottom for word in self.words),
        )

    @property
    def left(self) -> float:
        """Left edge."""
        return self.box[0]

    @property
    def right(self) -> float:
        """Right edge."""
        return self.box[2]

    @property
    def centre(self) -> float:
        """Horizontal centre."""
        return (self.box[0] + self.box[2]) / 2

    @property
    def middle(self) -> float:
        """Vertical centre."""
        return (self.box[1] + self.box[3]) / 2

    @property
    def height(self) -> float:
        """Height of the line."""
        return self.box[3] - self.box[1]

    @cached_property
    def confidence(self) -> float:
        """The least sure word's confidence."""
        return min(word.confidence for word in self.words)


def lines_of(words: Sequence[Word], aspect: float) -> list[Line]:
    """The page's lines from top to bottom.

    Args:
        words: in tesseract's order.
        aspect: page width over page height, to compare gaps (of the width) with heights.
    """
    lines: list[Line] = []
    for _, members in groupby(words, key=lambda word: word.line):
        lines.extend(_cut(sorted(members, key=lambda word: word.left), aspect))
    return sorted(lines, key=lambda line: (line.middle, line.left))


def _cut(words: list[Word], aspect: float) -> list[Line]:
    heights = sorted(word.bottom - word.top for word in words)
    widest_space = _COLUMN_GAP_IN_LINE_HEIGHTS * heights[len(heights) // 2] / aspect
    parts: list[list[Word]] = [[words[0]]]
    for word in words[1:]:
        if word.left - parts[-1][-1].right > widest_space:
            parts.append([])
        parts[-1].append(word)
    return [Line(tuple(part)) for part in parts]


def join(lines: Sequence[Line]) -> str:
    """Several lines as one text."""
    return " ".join(line.text for line in lines)


def around(lines: Sequence[Line]) -> Box:
    """The box around several lines."""
    return (
        min(line.box[0] for line in lines),
        min(line.box[1] for line in lines),
        max(line.box[2] for line in lines),
        max(line.box[3] for line in lines),
    )
