"""How many characters of a page were read wrongly, by the same measure for any tool's plain text.

The truth of a page is a list of blocks: a paragraph, or one line of a text that stands beside another (letterhead,
signature and recipients, table cells). Each block is laid where it fits best in the text that was read, and what it
takes there is gone for the others. So the order of blocks does not count, and either order of reading columns that
stand side by side is right, while a paragraph torn apart is wrong. Of the characters:

* missing, wrong and added ones *inside* a block are errors; a block that is nowhere costs its length, no more;
* text *between* blocks is no error, since words on stamps and seals are not in the truth: it is counted apart
  (`n_extra`), so that no tool's invented text goes unseen;
* handwriting does not count because it is not among the blocks: a line filled in by pen is given as the printed
  pieces before and after the gap.

White space is folded to single spaces, letters are compared in NFC; the rate without diacritics is taken at the
same places.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

# Shorter blocks may stand in the text by chance; they wait until the long ones have taken theirs.
_DISTINCT = 12
# A block with a smaller share of errors is where it was looked for; others choose from what is left over.
_FOUND = 0.4
_TAKEN = -1
_WALL = 1 << 15

Codes = NDArray[np.int32]
Costs = NDArray[np.int32]


@dataclass(frozen=True)
class CharacterErrors:
    """Errors against a truth of `n_characters`; `n_errors_folded` those left when diacritics are ignored.

    `n_extra` counts characters that no block of the truth took: stamps, seals, noise.
    """

    n_characters: int = 0
    n_errors: int = 0
    n_errors_folded: int = 0
    n_extra: int = 0

    def __add__(self, other: CharacterErrors) -> CharacterErrors:
        return CharacterErrors(
            self.n_characters + other.n_characters,
            self.n_errors + other.n_errors,
            self.n_errors_folded + other.n_errors_folded,
            self.n_extra + other.n_extra,
        )

    @property
    def rate(self) -> float:
        """Character error rate, 0-1; 0 where the truth is empty."""
        return self.n_errors / self.n_characters if self.n_characters else 0.0

    @property
    def rate_folded(self) -> float:
        """The rate with diacritics ignored (`Điều` read as `Dieu` is right)."""
        return self.n_errors_folded / self.n_characters if self.n_characters else 0.0

    @property
    def extra_rate(self) -> float:
        """Characters outside all blocks, per character of the truth."""
        return self.n_extra / self.n_characters if self.n_characters else 0.0


def compare_page(blocks: Sequence[str], text: str) -> CharacterErrors:
    """Hold the plain text that a tool read from a page against the page's true blocks.

    Args:
        blocks: the truth, in reading order; texts put in by pen left out.
        text: all that was read, in whatever order and with whatever line ends.
    """
    truth = [folded for folded in map(fold_space, blocks) if folded]
    page = _Page(fold_space(text))
    found: list[tuple[int, int] | None] = [None] * len(truth)
    longest_first = sorted(range(len(truth)), key=lambda index: -len(truth[index]))
    for index in longest_first:
        if len(truth[index]) >= _DISTINCT:
            found[index] = page.take_exact(truth[index], _expected(found, index))
    for worst in (_FOUND, 1.0):
        for index in longest_first:
            if found[index] is None:
                found[index] = page.take_nearest(truth[index], worst, _expected(found, index))
    spans = [page.text[slice(*span)].strip() if span else "" for span in found]
    return CharacterErrors(
        n_characters=sum(map(len, truth)),
        n_errors=sum(_errors(block, span) for block, span in zip(truth, spans, strict=True)),
        n_errors_folded=sum(
            _errors(fold_diacritics(block), fold_diacritics(span)) for block, span in zip(truth, spans, strict=True)
        ),
        n_extra=page.n_left,
    )


def fold_space(text: str) -> str:
    """NFC, with every run of white space as one blank and none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold_diacritics(text: str) -> str:
    """Letters without tone and vowel marks, đ as d; as many characters as before."""
    plain = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return plain.replace("đ", "d").replace("Đ", "D")


def _errors(block: str, span: str) -> int:
    return min(Levenshtein.distance(block, span), len(block))


def _expected(found: Sequence[tuple[int, int] | None], index: int) -> int:
    """Where a block would begin if blocks were read in order: after the nearest one before it that was found."""
    before = (span[1] for span in reversed(found[:index]) if span)
    return next(before, 0)


class _Page:
    """The text that was read, and which of its characters blocks have taken."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._codes: Codes = np.array([ord(letter) for letter in text], dtype=np.int32)
        self._free = text

    @property
    def n_left(self) -> int:
        """Characters, white space apart, that no block took."""
        return sum(not letter.isspace() for letter in self._free.replace("\0", ""))

    def take_exact(self, block: str, expected: int) -> tuple[int, int] | None:
        """Take the occurrence nearest to `expected`, if there is one."""
        places = []
        start = self._free.find(block)
        while start >= 0:
            places.append(start)
            start = self._free.find(block, start + 1)
        return self._take(min(places, key=lambda place: abs(place - expected)), len(block)) if places else None

    def take_nearest(self, block: str, worst: float, expected: int) -> tuple[int, int] | None:
        """Take the stretch of free text with the fewest edits to `block`, unless they exceed a share of `worst`."""
        # One taken character stands for each taken stretch: nothing may be laid across it.
        taken = self._codes == _TAKEN
        kept = np.flatnonzero(~(taken & np.roll(taken, 1)))
        if not kept.size:
            return None
        free = self._codes[kept]
        letters: Codes = np.array([ord(letter) for letter in block], dtype=np.int32)
        costs = _edits_ending_at(letters, free)
        least = int(costs.min())
        if least >= len(block) or least > worst * len(block):
            return None
        torn = _inside_words(free)
        ends = _least(costs, torn)
        end = int(ends[np.argmin(np.abs(kept[ends - 1] - len(block) - expected))])
        # Of stretches that cost the same the shortest leaves its neighbours theirs.
        while end - 1 in ends:
            end -= 1
        # The same from behind finds the start.
        first = max(0, end - len(block) - least)
        backwards = _edits_beginning(letters[::-1], free[first:end][::-1])
        start = end - int(_least(backwards, torn[first : end + 1][::-1])[0])
        return self._take(int(kept[start]), int(kept[end - 1] - kept[start]) + 1)

    def _take(self, start: int, length: int) -> tuple[int, int]:
        self._codes[start : start + length] = _TAKEN
        self._free = self._free[:start] + "\0" * length + self._free[start + length :]
        return start, start + length


def _inside_words(text: Codes) -> NDArray[np.bool_]:
    """For each position between characters, ends included, whether a cut there would tear a word."""
    gap = (text == ord(" ")) | (text == _TAKEN)
    torn = np.zeros(len(text) + 1, dtype=np.bool_)
    torn[1:-1] = ~(gap[1:] | gap[:-1])
    return torn


def _least(costs: Costs, torn: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Where costs are least; of equal ones those that tear no word."""
    rank = 2 * costs + torn
    return np.flatnonzero(rank == rank.min())


def _edits_ending_at(block: Codes, text: Codes) -> Costs:
    """Fewest edits from `block` to a stretch of `text` that ends before each position; shape (len(text) + 1,)."""
    return _edits(block, text, np.zeros(len(text) + 1, dtype=np.int32))


def _edits_beginning(block: Codes, text: Codes) -> Costs:
    """Edits from `block` to the first characters of `text`, for each number of characters."""
    return _edits(block, text, np.arange(len(text) + 1, dtype=np.int32))


def _edits(block: Codes, text: Codes, first_row: Costs) -> Costs:
    """The last row of the table of edit distances; taken characters are a wall that costs too much to cross."""
    skip: Costs = np.concatenate(([0], np.cumsum(np.where(text == _TAKEN, _WALL, 1), dtype=np.int32)))
    costs = first_row
    taken = np.where(text == _TAKEN, _WALL, 0)
    alphabet: dict[int, Costs] = {
        int(code): (np.where(text == code, 0, 1) + taken).astype(np.int32) for code in np.unique(block)
    }
    for code in block.tolist():
        row = costs + 1
        np.minimum(row[1:], costs[:-1] + alphabet[code], out=row[1:])
        row -= skip
        np.minimum.accumulate(row, out=row)
        row += skip
        costs = row
    return costs
