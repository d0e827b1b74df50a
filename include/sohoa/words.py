"""Words and where they stand on a page: as the OCR found them, or as a born-digital page has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)  # a long file has hundreds of thousands
class Word:
    """One word on a page.

    Attributes:
        text: NFC.
        confidence: 0–1, tesseract's own; no evidence that a number is right.
        left: fraction of the page's width; so is `right`.
        top: fraction of the page's height; so is `bottom`.
        line: running number of the text line on the page, in tesseract's reading order.
        block: running number of tesseract's block.
    """

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float
    line: int
    block: int


def text_of(words: Sequence[Word]) -> str:
    """The text of a page, a line of print a line, blocks apart by an empty one."""
    parts: list[str] = []
    for index, word in enumerate(words):
        if index:
            previous = words[index - 1]
            parts.append("\n\n" if word.block != previous.block else "\n" if word.line != previous.line else " ")
        parts.append(word.text)
    return "".join(parts)
